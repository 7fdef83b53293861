//! What is in an output folder, as text for a terminal.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use polars::prelude::{DataFrame, DataType, Expr, IntoLazy, PolarsResult, col, len, when};

use crate::document::Label;
use crate::error::{Error, Result};
use crate::output::{Counts, Manifest, Output, Run};
use crate::table::Table;
use crate::verify::each_group;

/// Sources listed under the highest removed share.
const SOURCES: usize = 10;
/// Runs listed, the newest last; the totals count all.
const RUNS: usize = 20;
/// Columns of the terminal that an example or name may take.
const CELL_WIDTH: usize = 60;

/// Describes what all commits of an output folder hold. Ends with a line feed.
///
/// # Errors
/// The folder is no output folder or holds no commits, or a manifest or table cannot be read.
pub fn report(output: &Path) -> Result<String> {
    let output = Output::open(output)?;
    output.steadily(|| describe(&output), Result::is_err)
}

fn describe(output: &Output) -> Result<String> {
    let manifests = output.manifests()?;
    let Some(last) = manifests.last() else {
        let folder = output.root().display();
        return Err(Error::Output(format!("`{folder}` holds no commits yet; `newsieve run` makes one")));
    };
    let articles = Articles::read(output)?;
    let mut sections = vec![totals(&manifests), runs(&manifests)];
    sections.extend([languages(&articles)?, sources(&articles)?, labels(output)?]);
    sections.extend([rejects(output)?, duplicates(output)?, quality_flags(&articles)]);
    let mut text: Vec<String> = sections.iter().filter_map(Section::render).collect();
    text.extend(warnings(last));
    Ok(text.join("\n"))
}

/// The columns of `articles` that the report needs; long texts stay on disk.
struct Articles {
    rows: DataFrame,
    flags: BTreeMap<String, u64>,
}

impl Articles {
    fn read(output: &Output) -> Result<Articles> {
        let mut flags = BTreeMap::new();
        let columns = ["language", "domain", "file_path", "text_chars", "removed_char_share", "quality_flags"];
        let rows = gather(output, Table::Articles, &columns, |rows| {
            count_flags(rows, &mut flags)?;
            rows.drop("quality_flags")
        })?;
        Ok(Articles { rows, flags })
    }

    fn group(&self, by: Expr, aggregates: Vec<Expr>) -> Result<DataFrame> {
        let grouped = self.rows.clone().lazy().group_by([by.alias("key")]).agg(aggregates).collect();
        grouped.map_err(Error::table("summarise", Table::Articles.as_str()))
    }
}

/// Reads columns of all files of a table row group by row group, and stacks what `reduce` makes of each.
fn gather(
    output: &Output,
    table: Table,
    columns: &[&str],
    mut reduce: impl FnMut(&DataFrame) -> PolarsResult<DataFrame>,
) -> Result<DataFrame> {
    let columns: Vec<String> = columns.iter().map(|&name| name.to_owned()).collect();
    let mut stacked = DataFrame::empty();
    let mut stack = |path: &PathBuf| {
        each_group(path, &columns, |rows| {
            let reduced = reduce(rows)?;
            if stacked.width() == 0 {
                stacked = reduced;
            } else {
                stacked.vstack_mut(&reduced)?;
            }
            Ok(())
        })
    };
    for path in output.files_of(table)? {
        stack(&path).map_err(Error::table("read", &path))?;
    }
    Ok(stacked)
}

fn count_flags(rows: &DataFrame, flags: &mut BTreeMap<String, u64>) -> PolarsResult<()> {
    let lists = rows.column("quality_flags")?.list()?;
    for list in (0..rows.height()).filter_map(|row| lists.get_as_series(row)) {
        for flag in list.str()?.iter().flatten() {
            *flags.entry(flag.to_owned()).or_default() += 1;
        }
    }
    Ok(())
}

fn totals(manifests: &[Manifest]) -> Section {
    let sum = |count: fn(&Counts) -> i64| number(manifests.iter().map(|manifest| count(&manifest.counts)).sum());
    let bytes = manifests.iter().flat_map(|manifest| &manifest.files).map(|file| file.bytes).sum();
    let rows = [
        ("commits", number(manifests.len() as i64)),
        ("records", sum(|counts| counts.n_records)),
        ("articles", sum(|counts| counts.n_articles)),
        ("duplicates", sum(|counts| counts.n_duplicates)),
        ("rejects", sum(|counts| counts.n_rejects)),
        ("inputs skipped", sum(|counts| counts.n_skipped_inputs)),
        ("size of the tables", size(bytes)),
    ];
    Section::new("Totals", &["", ""], rows.into_iter().map(|(name, value)| vec![name.to_owned(), value]))
}

fn runs(manifests: &[Manifest]) -> Section {
    let all: Vec<(Run<'_>, String)> = manifests
        .iter()
        .flat_map(|manifest| {
            let bytes = manifest.files.iter().map(|file| file.bytes).sum();
            // Of runs that stand together nobody knows the size of each.
            let shown = if manifest.runs.is_empty() { size(bytes) } else { "compacted".to_owned() };
            manifest.runs().into_iter().map(move |run| (run, shown.clone()))
        })
        .collect();
    let shown = all.iter().skip(all.len().saturating_sub(RUNS));
    let rows = shown.map(|(run, size)| {
        let Counts { n_records, n_articles, n_duplicates, n_rejects, n_skipped_inputs } = run.counts;
        let counts = [n_records, n_articles, n_duplicates, n_rejects, n_skipped_inputs].map(number);
        [run.run_id.to_owned()].into_iter().chain(counts).chain([size.clone()]).collect()
    });
    let title = if all.len() > RUNS { format!("The last {RUNS} runs") } else { "Runs".to_owned() };
    Section::new(title, &["run", "records", "articles", "duplicates", "rejects", "skipped", "size"], rows)
}

fn languages(articles: &Articles) -> Result<Section> {
    let mut rows = Vec::new();
    if articles.rows.height() > 0 {
        let chars = col("text_chars").cast(DataType::Int64).sum().alias("chars");
        let groups =
            articles.group(col("language"), vec![len().cast(DataType::Int64).alias("rows"), chars, median()])?;
        let mut values = Group::read(&groups, &["rows", "chars"]).map_err(Error::table("summarise", "articles"))?;
        values.sort_by(|a, b| b.counts[0].cmp(&a.counts[0]).then_with(|| a.key.cmp(&b.key)));
        rows.extend(
            values
                .into_iter()
                .map(|group| vec![group.key, number(group.counts[0]), number(group.counts[1]), share(group.median)]),
        );
    }
    Ok(Section::new("Languages", &["language", "articles", "characters", "removed (median)"], rows))
}

fn sources(articles: &Articles) -> Result<Section> {
    let mut rows = Vec::new();
    if articles.rows.height() > 0 {
        let source = when(col("domain").is_not_null()).then(col("domain")).otherwise(col("file_path"));
        let groups = articles.group(source, vec![len().cast(DataType::Int64).alias("rows"), median()])?;
        let mut values = Group::read(&groups, &["rows"]).map_err(Error::table("summarise", "articles"))?;
        values.sort_by(|a, b| b.median.total_cmp(&a.median).then_with(|| a.key.cmp(&b.key)));
        values.truncate(SOURCES);
        rows.extend(values.into_iter().map(|group| vec![group.key, number(group.counts[0]), share(group.median)]));
    }
    let title = format!("Sources with the highest removed share (at most {SOURCES})");
    Ok(Section::new(title, &["domain or file", "articles", "removed (median)"], rows))
}

/// Median of `removed_char_share` in a group.
fn median() -> Expr {
    col("removed_char_share").cast(DataType::Float64).median().alias("median")
}

/// One row of a group-by.
struct Group {
    key: String,
    counts: Vec<i64>,
    /// 0 where the group has none.
    median: f64,
}

impl Group {
    fn read(groups: &DataFrame, counts: &[&str]) -> PolarsResult<Vec<Group>> {
        let keys = groups.column("key")?.str()?;
        let columns = counts.iter().map(|name| groups.column(name)?.i64()).collect::<PolarsResult<Vec<_>>>()?;
        let medians = groups.column("median").ok().map(|column| column.f64()).transpose()?;
        let group = |row| Group {
            key: keys.get(row).unwrap_or("unknown").to_owned(),
            counts: columns.iter().map(|column| column.get(row).unwrap_or_default()).collect(),
            median: medians.and_then(|column| column.get(row)).unwrap_or_default(),
        };
        Ok((0..groups.height()).map(group).collect())
    }
}

fn labels(output: &Output) -> Result<Section> {
    let chars = col("char_end") - col("char_start");
    let kept = when(col("kept")).then(chars.clone()).otherwise(col("char_end") - col("char_end"));
    let aggregates =
        [len().cast(DataType::Int64).alias("rows"), chars.sum().alias("chars"), kept.sum().alias("kept_chars")];
    let partial = gather(output, Table::Segments, &["label", "kept", "char_start", "char_end"], |rows| {
        rows.clone().lazy().group_by([col("label").alias("key")]).agg(aggregates.clone()).collect()
    })?;
    let mut sums: BTreeMap<String, [i64; 3]> = BTreeMap::new();
    if partial.height() > 0 {
        let groups = Group::read(&partial, &["rows", "chars", "kept_chars"]);
        for group in groups.map_err(Error::table("summarise", "segments"))? {
            let sum = sums.entry(group.key).or_default();
            sum.iter_mut().zip(&group.counts).for_each(|(sum, count)| *sum += count);
        }
    }
    let rows = Label::ALL.into_iter().filter_map(|label| {
        let [segments, chars, kept] = *sums.get(label.as_str())?;
        let kept_share = if chars == 0 { 0.0 } else { kept as f64 / chars as f64 };
        Some(vec![label.as_str().to_owned(), number(segments), number(chars), share(kept_share)])
    });
    Ok(Section::new("Labels", &["label", "segments", "characters", "kept"], rows))
}

fn rejects(output: &Output) -> Result<Section> {
    let aggregates = [
        len().cast(DataType::Int64).alias("rows"),
        col("file_path").first(),
        col("record_no").first(),
        col("detail").first(),
    ];
    let partial = gather(output, Table::Rejects, &["reason", "file_path", "record_no", "detail"], |rows| {
        rows.clone().lazy().group_by([col("reason").alias("key")]).agg(aggregates.clone()).collect()
    })?;
    let reasons = reject_reasons(&partial).map_err(Error::table("summarise", "rejects"))?;
    let mut reasons: Vec<_> = reasons.into_iter().collect();
    reasons.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
    let rows = reasons.into_iter().map(|(reason, (count, example))| vec![reason, number(count), example]);
    Ok(Section::new("Rejects", &["reason", "records", "example"], rows))
}

/// Count and first example of each reason.
fn reject_reasons(partial: &DataFrame) -> PolarsResult<BTreeMap<String, (i64, String)>> {
    let mut reasons: BTreeMap<String, (i64, String)> = BTreeMap::new();
    if partial.height() == 0 {
        return Ok(reasons);
    }
    let (files, details) = (partial.column("file_path")?.str()?, partial.column("detail")?.str()?);
    let numbers = partial.column("record_no")?.i64()?;
    for (row, group) in Group::read(partial, &["rows"])?.into_iter().enumerate() {
        let example = || {
            let number =
                numbers.get(row).filter(|&number| number > 0).map_or_else(String::new, |number| format!("#{number}"));
            format!("{}{number}: {}", files.get(row).unwrap_or_default(), details.get(row).unwrap_or_default())
        };
        reasons.entry(group.key).or_insert_with(|| (0, example())).0 += group.counts[0];
    }
    Ok(reasons)
}

fn duplicates(output: &Output) -> Result<Section> {
    let dropped = col("dropped").cast(DataType::Int64).sum().alias("dropped");
    let aggregates = [len().cast(DataType::Int64).alias("rows"), dropped];
    let partial = gather(output, Table::Duplicates, &["kind", "dropped"], |rows| {
        rows.clone().lazy().group_by([col("kind").alias("key")]).agg(aggregates.clone()).collect()
    })?;
    let mut kinds: BTreeMap<String, [i64; 2]> = BTreeMap::new();
    if partial.height() > 0 {
        for group in Group::read(&partial, &["rows", "dropped"]).map_err(Error::table("summarise", "duplicates"))? {
            let sum = kinds.entry(group.key).or_default();
            sum.iter_mut().zip(&group.counts).for_each(|(sum, count)| *sum += count);
        }
    }
    let rows = kinds.into_iter().map(|(kind, [pairs, dropped])| vec![kind, number(pairs), number(dropped)]);
    Ok(Section::new("Duplicates", &["kind", "pairs", "dropped"], rows))
}

fn quality_flags(articles: &Articles) -> Section {
    let total = articles.rows.height().max(1) as f64;
    let mut flags: Vec<_> = articles.flags.iter().collect();
    flags.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let rows =
        flags.into_iter().map(|(flag, &count)| vec![flag.clone(), number(count as i64), share(count as f64 / total)]);
    Section::new("Quality flags", &["flag", "articles", "share"], rows)
}

fn warnings(last: &Manifest) -> Option<String> {
    let run = last.runs().into_iter().next_back().filter(|run| !run.warnings.is_empty())?;
    let mut text = format!("Warnings of the last run ({})\n", run.run_id);
    for warning in run.warnings {
        let _ = writeln!(text, "  {}", printable(warning));
    }
    Some(text)
}

/// A titled table. The first column and texts stand left, numbers right.
struct Section {
    title: String,
    head: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Section {
    fn new(title: impl Into<String>, head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> Section {
        let head = head.iter().map(|&name| name.to_owned()).collect();
        let rows = rows.into_iter().map(|row| row.iter().map(|cell| shorten(&printable(cell))).collect()).collect();
        Section { title: title.into(), head, rows }
    }

    /// The section as text; nothing where it has no rows.
    fn render(&self) -> Option<String> {
        if self.rows.is_empty() {
            return None;
        }
        let lines = || std::iter::once(&self.head).chain(&self.rows);
        let widths: Vec<usize> =
            (0..self.head.len()).map(|column| lines().map(|line| width(&line[column])).max().unwrap_or(0)).collect();
        let mut text = format!("{}\n", self.title);
        for line in lines().filter(|line| line.iter().any(|cell| !cell.is_empty())) {
            let cells: Vec<String> = line
                .iter()
                .zip(&widths)
                .enumerate()
                .map(|(column, (cell, &to))| pad(cell, to, self.is_left(column)))
                .collect();
            let _ = writeln!(text, "  {}", cells.join("  ").trim_end());
        }
        Some(text)
    }

    fn is_left(&self, column: usize) -> bool {
        column == 0 || self.head[column] == "example"
    }
}

fn pad(cell: &str, to: usize, left: bool) -> String {
    let space = " ".repeat(to.saturating_sub(width(cell)));
    if left { format!("{cell}{space}") } else { format!("{space}{cell}") }
}

/// Without control characters and those that turn the direction of text: a dump's text must not steer the terminal.
fn printable(text: &str) -> String {
    let steers = |char: char| {
        let turns =
            matches!(char, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        char.is_control() || turns || matches!(char, '\u{2028}' | '\u{2029}' | '\u{feff}')
    };
    text.chars().map(|char| if steers(char) { ' ' } else { char }).collect()
}

fn shorten(text: &str) -> String {
    if width(text) <= CELL_WIDTH {
        return text.to_owned();
    }
    let mut left = CELL_WIDTH - 1;
    let fits = |char: &char| {
        let fits = char_width(*char) <= left;
        left = left.saturating_sub(char_width(*char));
        fits
    };
    let mut short: String = text.chars().take_while(fits).collect();
    short.push('…');
    short
}

/// Columns that a text takes on a terminal.
fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// 2 for East Asian wide characters and emoji, 0 for marks that combine with the character before, else 1.
fn char_width(char: char) -> usize {
    match u32::from(char) {
        0x0300..=0x036F | 0x200B..=0x200F | 0x20D0..=0x20FF | 0xFE00..=0xFE0F => 0,
        0x1100..=0x115F
        | 0x2E80..=0x303E
        | 0x3041..=0xA4CF
        | 0xAC00..=0xD7A3
        | 0xF900..=0xFAFF
        | 0xFE30..=0xFE6F
        | 0xFF00..=0xFF60
        | 0xFFE0..=0xFFE6
        | 0x1F300..=0x1F64F
        | 0x1F900..=0x1F9FF
        | 0x20000..=0x3FFFD => 2,
        _ => 1,
    }
}

/// A count with separators every three digits.
fn number(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut text = if value < 0 { "-".to_owned() } else { String::new() };
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn share(value: f64) -> String {
    format!("{:.1} %", value * 100.0)
}

fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let (mut value, mut unit) = (bytes as f64 / 1000.0, 0);
    while value >= 999.95 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    format!("{value:.1} {}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::fixture::{commit_run, one_run};

    #[test]
    fn tells_what_is_in_an_output() {
        let (_folder, output) = one_run();
        commit_run(&output, "r2", &[]);
        let text = report(output.root()).unwrap();
        for line in [
            "  records                   8",
            "  articles                  4",
            "  r1         4         2           1        1        0",
            "  en               4          46            25.0 %",
            "  example.org            4            25.0 %",
            "  exact      2        2",
            "  no_article        2  d.txt: nothing reads like an article",
            "  short         4  100.0 %",
            "  related         2          20    0.0 %",
            "Warnings of the last run (r2)\n  one input was passed over",
        ] {
            assert!(text.contains(line), "{line}\n---\n{text}");
        }
    }

    #[test]
    fn an_output_without_commits_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let output = Output::create(folder.path()).unwrap();
        let error = report(output.root()).unwrap_err();
        assert!(matches!(&error, Error::Output(message) if message.contains("holds no commits")), "{error}");
    }

    #[test]
    fn wide_characters_count_twice_and_marks_nothing() {
        assert_eq!(width("越南 ab"), 7);
        assert_eq!(width("e\u{301}"), 1);
        assert_eq!(pad("越南", 6, false), "  越南");
        assert_eq!(shorten(&"越".repeat(40)), format!("{}…", "越".repeat(29)));
        assert_eq!(shorten(&"a".repeat(60)), "a".repeat(60));
        assert_eq!(printable("a\u{1b}[31mb\u{202e}c"), "a [31mb c");
    }

    #[test]
    fn numbers_and_sizes_are_readable() {
        assert_eq!((number(0), number(999), number(1000)), ("0".into(), "999".into(), "1,000".into()));
        assert_eq!((number(-1_234_567), size(999)), ("-1,234,567".into(), "999 B".into()));
        assert_eq!(
            (size(1000), size(999_960), size(2_500_000_000)),
            ("1.0 kB".into(), "1.0 MB".into(), "2.5 GB".into())
        );
    }
}
