//! What is in an output folder: gathered here, written for a terminal ([`text`]) or as a page ([`html`]).

mod html;
mod plot;
mod text;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use polars::prelude::{DataFrame, DataType, Expr, IntoLazy, PolarsResult, col, len, when};

use crate::chars::steers;
use crate::document::Label;
use crate::error::{Error, Result};
use crate::output::{Counts, Manifest, Output, Run};
use crate::table::Table;
use crate::verify::each_group;
use plot::{Plot, Plots};

/// Sources listed under the highest removed share.
const SOURCES: usize = 10;
/// Runs listed, the newest last; the totals count all.
const RUNS: usize = 20;
/// What becomes of a record.
const FATES: &[&str] = &["articles", "duplicates", "rejects"];
/// What becomes of a text.
const KEPT_AND_CUT: &[&str] = &["kept", "cut"];

/// What all commits of an output folder hold.
#[derive(Debug)]
pub struct Report {
    sections: Vec<Section>,
    plots: Vec<Plot>,
    last_run: String,
    /// What needed a person's eye in the last run.
    warnings: Vec<String>,
}

impl Report {
    /// For a terminal: titled tables. Ends with a line feed.
    #[must_use]
    pub fn to_text(&self) -> String {
        text::write(self)
    }

    /// One HTML page that needs nothing else: no script, no network. The same output gives the same page.
    #[must_use]
    pub fn to_html(&self) -> String {
        html::write(self)
    }
}

/// A titled table.
#[derive(Debug)]
struct Section {
    title: String,
    /// What the numbers mean, for the page.
    note: &'static str,
    head: &'static [&'static str],
    /// Names of the parts of each row's bar on the page; none = no bars.
    parts: &'static [&'static str],
    rows: Vec<Row>,
}

/// One row, and the lengths of the parts of its bar.
#[derive(Debug)]
struct Row {
    cells: Vec<Cell>,
    bar: Vec<f64>,
}

/// One value.
#[derive(Debug)]
enum Cell {
    Name(String),
    Count(i64),
    Share(f64),
    Bytes(u64),
}

impl Cell {
    /// A text of a dump must not steer the terminal, nor turn a page around.
    fn name(text: &str) -> Cell {
        Cell::Name(text.replace(steers, " "))
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = match self {
            Cell::Name(name) => name.clone(),
            Cell::Count(value) => number(*value),
            Cell::Share(value) => share(*value),
            Cell::Bytes(bytes) => size(*bytes),
        };
        formatter.write_str(&shown)
    }
}

/// Describes what all commits of an output folder hold.
///
/// # Errors
/// The folder is no output folder or holds no commits, or a manifest or table cannot be read.
pub fn report(output: &Path) -> Result<Report> {
    let output = Output::open(output)?;
    output.steadily(|| describe(&output), Result::is_err)
}

fn describe(output: &Output) -> Result<Report> {
    let manifests = output.manifests()?;
    let Some(last) = manifests.last() else {
        let folder = output.root().display();
        return Err(Error::Output(format!("`{folder}` holds no commits yet; `newsieve run` makes one")));
    };
    let articles = Articles::read(output)?;
    let mut sections = vec![totals(&manifests), runs(&manifests)];
    sections.extend([languages(&articles)?, sources(&articles)?, labels(output)?]);
    sections.extend([rejects(output)?, duplicates(output)?, quality_flags(&articles)]);
    sections.retain(|section| !section.rows.is_empty());
    let last = last.runs().pop();
    Ok(Report {
        sections,
        plots: articles.plots.finish(),
        last_run: last.as_ref().map(|run| run.run_id.to_owned()).unwrap_or_default(),
        warnings: last
            .map(|run| run.warnings.iter().map(|text| text.replace(steers, " ")).collect())
            .unwrap_or_default(),
    })
}

/// The columns of `articles` that the report needs; long texts stay on disk.
struct Articles {
    rows: DataFrame,
    flags: BTreeMap<String, u64>,
    plots: Plots,
}

impl Articles {
    fn read(output: &Output) -> Result<Articles> {
        let mut flags = BTreeMap::new();
        let mut plots = Plots::default();
        let columns = ["language", "domain", "file_path", "text_chars", "removed_char_share", "quality_flags", "date"];
        let rows = gather(output, Table::Articles, &columns, |rows| {
            count_flags(rows, &mut flags)?;
            plots.count(rows)?;
            Ok(rows.drop_many(["quality_flags", "date"]))
        })?;
        Ok(Articles { rows, flags, plots })
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
    let sum = |count: fn(&Counts) -> i64| manifests.iter().map(|manifest| count(&manifest.counts)).sum::<i64>();
    let bytes = manifests.iter().flat_map(|manifest| &manifest.files).map(|file| file.bytes).sum();
    let [articles, duplicates, rejects] =
        [sum(|counts| counts.n_articles), sum(|counts| counts.n_duplicates), sum(|counts| counts.n_rejects)];
    let row = |name, value, bar: &[i64]| Row { cells: vec![Cell::name(name), value], bar: lengths(bar) };
    Section {
        title: "Totals".to_owned(),
        note: "Of all runs that stand in the output. Every record became an article, a duplicate or a reject.",
        head: &["", ""],
        parts: FATES,
        rows: vec![
            row("commits", Cell::Count(manifests.len() as i64), &[]),
            row("records", Cell::Count(sum(|counts| counts.n_records)), &[articles, duplicates, rejects]),
            row("articles", Cell::Count(articles), &[articles]),
            row("duplicates", Cell::Count(duplicates), &[0, duplicates]),
            row("rejects", Cell::Count(rejects), &[0, 0, rejects]),
            row("inputs skipped", Cell::Count(sum(|counts| counts.n_skipped_inputs)), &[]),
            row("size of the tables", Cell::Bytes(bytes), &[]),
        ],
    }
}

/// Counts as lengths of the parts of a bar.
fn lengths(counts: &[i64]) -> Vec<f64> {
    counts.iter().map(|&count| count as f64).collect()
}

fn runs(manifests: &[Manifest]) -> Section {
    let all: Vec<(Run<'_>, Option<u64>)> = manifests
        .iter()
        .flat_map(|manifest| {
            let bytes = manifest.files.iter().map(|file| file.bytes).sum();
            // Of runs that stand together nobody knows the size of each.
            let known = manifest.runs.is_empty().then_some(bytes);
            manifest.runs().into_iter().map(move |run| (run, known))
        })
        .collect();
    let shown = all.iter().skip(all.len().saturating_sub(RUNS));
    let rows = shown.map(|(run, size)| {
        let Counts { n_records, n_articles, n_duplicates, n_rejects, n_skipped_inputs } = run.counts;
        let counts = [n_records, n_articles, n_duplicates, n_rejects, n_skipped_inputs].map(Cell::Count);
        let size = size.map_or_else(|| Cell::name("compacted"), Cell::Bytes);
        let cells = [Cell::name(run.run_id)].into_iter().chain(counts).chain([size]).collect();
        Row { cells, bar: lengths(&[n_articles, n_duplicates, n_rejects]) }
    });
    Section {
        title: if all.len() > RUNS { format!("The last {RUNS} runs") } else { "Runs".to_owned() },
        note: "Oldest first. Skipped are inputs that an earlier run had committed.",
        head: &["run", "records", "articles", "duplicates", "rejects", "skipped", "size"],
        parts: FATES,
        rows: rows.collect(),
    }
}

fn languages(articles: &Articles) -> Result<Section> {
    let mut groups = Vec::new();
    if articles.rows.height() > 0 {
        let chars = col("text_chars").cast(DataType::Int64).sum().alias("chars");
        let grouped =
            articles.group(col("language"), vec![len().cast(DataType::Int64).alias("rows"), chars, median()])?;
        groups = Group::read(&grouped, &["rows", "chars"]).map_err(Error::table("summarise", "articles"))?;
        groups.sort_by(|a, b| b.counts[0].cmp(&a.counts[0]).then_with(|| a.key.cmp(&b.key)));
    }
    let row = |Group { key, counts, median }: Group| Row {
        cells: vec![Cell::name(&key), Cell::Count(counts[0]), Cell::Count(counts[1]), Cell::Share(median)],
        bar: lengths(&counts[..1]),
    };
    Ok(Section {
        title: "Languages".to_owned(),
        note: "Characters are those of the clean texts. Removed is the share of a page's characters that was cut, of the article in \
               the middle.",
        head: &["language", "articles", "characters", "removed (median)"],
        parts: &["articles"],
        rows: groups.into_iter().map(row).collect(),
    })
}

fn sources(articles: &Articles) -> Result<Section> {
    let mut groups = Vec::new();
    if articles.rows.height() > 0 {
        let source = when(col("domain").is_not_null()).then(col("domain")).otherwise(col("file_path"));
        let grouped = articles.group(source, vec![len().cast(DataType::Int64).alias("rows"), median()])?;
        groups = Group::read(&grouped, &["rows"]).map_err(Error::table("summarise", "articles"))?;
        groups.sort_by(|a, b| b.median.total_cmp(&a.median).then_with(|| a.key.cmp(&b.key)));
        groups.truncate(SOURCES);
    }
    let row = |Group { key, counts, median }: Group| Row {
        cells: vec![Cell::name(&key), Cell::Count(counts[0]), Cell::Share(median)],
        bar: vec![1.0 - median, median],
    };
    Ok(Section {
        title: format!("Sources with the highest removed share (at most {SOURCES})"),
        note: "Pages of real sites lose a third to three quarters. A source that loses nearly all may have changed its pages: look at \
               the rules of its segments.",
        head: &["domain or file", "articles", "removed (median)"],
        parts: KEPT_AND_CUT,
        rows: groups.into_iter().map(row).collect(),
    })
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

/// Adds up groups that were counted row group by row group.
fn sums<const N: usize>(partial: &DataFrame, counts: [&str; N], table: Table) -> Result<BTreeMap<String, [i64; N]>> {
    let mut sums: BTreeMap<String, [i64; N]> = BTreeMap::new();
    if partial.height() > 0 {
        for group in Group::read(partial, &counts).map_err(Error::table("summarise", table.as_str()))? {
            let sum = sums.entry(group.key).or_insert([0; N]);
            sum.iter_mut().zip(&group.counts).for_each(|(sum, count)| *sum += count);
        }
    }
    Ok(sums)
}

fn labels(output: &Output) -> Result<Section> {
    let chars = col("char_end") - col("char_start");
    let kept = when(col("kept")).then(chars.clone()).otherwise(col("char_end") - col("char_end"));
    let aggregates =
        [len().cast(DataType::Int64).alias("rows"), chars.sum().alias("chars"), kept.sum().alias("kept_chars")];
    let partial = gather(output, Table::Segments, &["label", "kept", "char_start", "char_end"], |rows| {
        rows.clone().lazy().group_by([col("label").alias("key")]).agg(aggregates.clone()).collect()
    })?;
    let sums = sums(&partial, ["rows", "chars", "kept_chars"], Table::Segments)?;
    let rows = Label::ALL.into_iter().filter_map(|label| {
        let [segments, chars, kept] = *sums.get(label.as_str())?;
        let kept_share = if chars == 0 { 0.0 } else { kept as f64 / chars as f64 };
        let cells =
            vec![Cell::name(label.as_str()), Cell::Count(segments), Cell::Count(chars), Cell::Share(kept_share)];
        Some(Row { cells, bar: lengths(&[kept, chars - kept]) })
    });
    Ok(Section {
        title: "Labels".to_owned(),
        note: "What the lines of all records were taken for, and how much of it was kept. Here a record counts also where it became \
               a duplicate or a reject.",
        head: &["label", "segments", "characters", "kept"],
        parts: KEPT_AND_CUT,
        rows: rows.collect(),
    })
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
    let row = |(reason, (count, example)): (String, (i64, String))| Row {
        cells: vec![Cell::name(&reason), Cell::Count(count), Cell::name(&example)],
        bar: lengths(&[count]),
    };
    Ok(Section {
        title: "Rejects".to_owned(),
        note: "Records that could not be used, with the first of each kind; all of them stand in the table rejects. no_article are \
               home and listing pages.",
        head: &["reason", "records", "example"],
        parts: &["records"],
        rows: reasons.into_iter().map(row).collect(),
    })
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
    let sums = sums(&partial, ["rows", "dropped"], Table::Duplicates)?;
    let rows = sums.into_iter().map(|(kind, [pairs, dropped])| Row {
        cells: vec![Cell::name(&kind), Cell::Count(pairs), Cell::Count(dropped)],
        bar: lengths(&[pairs - dropped, dropped]),
    });
    Ok(Section {
        title: "Duplicates".to_owned(),
        note: "Verified pairs of a record and a kept one. Dropped records left the articles; of syndicated pairs both stay.",
        head: &["kind", "pairs", "dropped"],
        parts: &["both stay", "dropped"],
        rows: rows.collect(),
    })
}

fn quality_flags(articles: &Articles) -> Section {
    let total = articles.rows.height().max(1) as f64;
    let mut flags: Vec<_> = articles.flags.iter().collect();
    flags.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    let rows = flags.into_iter().map(|(flag, &count)| {
        let share = count as f64 / total;
        Row {
            cells: vec![Cell::name(flag), Cell::Count(count as i64), Cell::Share(share)],
            bar: vec![share, 1.0 - share],
        }
    });
    Section {
        title: "Quality flags".to_owned(),
        note: "What an article's own text says of it. Flags drop nothing.",
        head: &["flag", "articles", "share"],
        parts: &["with the flag", "without"],
        rows: rows.collect(),
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
    fn an_output_without_commits_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let output = Output::create(folder.path()).unwrap();
        let error = report(output.root()).unwrap_err();
        assert!(matches!(&error, Error::Output(message) if message.contains("holds no commits")), "{error}");
    }

    #[test]
    fn bars_are_as_long_as_the_numbers_beside_them() {
        let (_folder, output) = one_run();
        commit_run(&output, "r2", &[]);
        let report = report(output.root()).unwrap();
        assert_eq!(report.last_run, "r2");
        for section in &report.sections {
            for row in &section.rows {
                assert_eq!(row.cells.len(), section.head.len(), "{section:?}");
                assert!(row.bar.len() <= section.parts.len(), "{section:?}");
                assert!(row.bar.iter().all(|part| *part >= 0.0), "{section:?}");
            }
        }
        let totals = &report.sections[0];
        assert_eq!(totals.rows[1].bar, [4.0, 2.0, 2.0]);
        let articles: u64 = report.plots[0].bins.iter().map(|bin| bin.1).sum();
        assert_eq!(articles, 4);
    }

    #[test]
    fn numbers_and_sizes_are_readable() {
        assert_eq!((number(0), number(999), number(1000)), ("0".into(), "999".into(), "1,000".into()));
        assert_eq!((number(-1_234_567), size(999)), ("-1,234,567".into(), "999 B".into()));
        assert_eq!(
            (size(1000), size(999_960), size(2_500_000_000)),
            ("1.0 kB".into(), "1.0 MB".into(), "2.5 GB".into())
        );
        assert_eq!(Cell::name("a\u{1b}[31mb\u{202e}c").to_string(), "a [31mb c");
    }
}
