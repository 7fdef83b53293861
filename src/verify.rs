//! Checks an output folder against everything that is promised of it, file by file and law by law.
//!
//! Tables are read with polars, which shares no Parquet code with the writer.

mod values;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use polars::prelude::{ArrowDataType, ArrowTimeUnit, DataFrame, PolarsResult};
use polars_io::SerReader;
use polars_io::parquet::read::ParquetReader;
use xxhash_rust::xxh3::xxh3_128;

use crate::dedup::earlier::entries_in_force;
use crate::document::{EXCERPT_CHARS, Label};
use crate::error::Result;
use crate::output::{Counts, FileEntry, Manifest, Output, in_force, is_folder, list, read_manifest};
use crate::source::hash_file;
use crate::table::{ColumnType, SCHEMA_VERSION, Table};

/// Findings of one kind that are written out; the others are counted.
const FINDINGS_OF_A_KIND: usize = 10;

/// What [`verify`] found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VerifyReport {
    /// Commits in force.
    pub commits: usize,
    /// Files that their manifests name.
    pub files: usize,
    /// Rows that the manifests promise.
    pub rows: u64,
    /// Whether the laws on rows were checked. They are not while a file or manifest cannot be trusted.
    pub contents_checked: bool,
    /// What is wrong, one sentence each; empty = all good.
    pub findings: Vec<String>,
}

/// Checks an output folder: manifests, files, hashes, schemas, and the laws that tie the tables together.
///
/// With `deep`, every value that polars can read is read and compared with what the schema says of its column, and the laws inside each
/// record are checked too: segments touch and cover the text, numbers run without a gap, only text labels are kept.
///
/// # Errors
/// The folder does not exist or is no output folder, or a folder cannot be listed. Everything else is a finding.
pub fn verify(output: &Path, deep: bool) -> Result<VerifyReport> {
    // Where a manifest cannot be read nothing can be finished, and that is a finding.
    let output = match Output::open(output) {
        Err(_) if Output::is_at(output) => Output::unrecovered(output),
        opened => opened?,
    };
    let is_wrong = |report: &Result<VerifyReport>| report.as_ref().is_ok_and(|report| !report.findings.is_empty());
    output.steadily(|| check(&output, deep), is_wrong)
}

fn check(output: &Output, deep: bool) -> Result<VerifyReport> {
    let mut findings = Findings::default();
    let manifests = readable_manifests(output, &mut findings)?;
    let all_readable = findings.is_empty();
    let files_good = check_files(output, &manifests, &mut findings);
    check_index(output.root(), &manifests, &mut findings);
    if all_readable {
        check_strangers(output, &manifests, &mut findings)?;
    }
    let contents_checked = all_readable && files_good;
    if contents_checked {
        check_contents(output.root(), &manifests, deep, &mut findings);
    }
    let entries = || manifests.iter().flat_map(|manifest| &manifest.files);
    Ok(VerifyReport {
        commits: manifests.len(),
        files: entries().count(),
        rows: entries().map(|file| file.rows).sum(),
        contents_checked,
        findings: findings.finish(),
    })
}

/// Collects sentences and stops writing them out when one kind repeats.
#[derive(Default)]
struct Findings {
    sentences: Vec<String>,
    counts: BTreeMap<&'static str, usize>,
}

impl Findings {
    /// Adds a finding of a kind, named in the plural.
    fn add(&mut self, kind: &'static str, sentence: impl FnOnce() -> String) {
        let count = self.counts.entry(kind).or_default();
        *count += 1;
        if *count <= FINDINGS_OF_A_KIND {
            self.sentences.push(sentence());
        }
    }

    fn is_empty(&self) -> bool {
        self.sentences.is_empty()
    }

    fn finish(mut self) -> Vec<String> {
        for (kind, count) in self.counts {
            if let Some(more @ 1..) = count.checked_sub(FINDINGS_OF_A_KIND) {
                self.sentences.push(format!("there are {more} more {kind}"));
            }
        }
        self.sentences
    }
}

fn readable_manifests(output: &Output, findings: &mut Findings) -> Result<Vec<Manifest>> {
    let mut manifests = Vec::new();
    for path in output.manifest_files()? {
        match read_manifest(&path) {
            Ok(manifest) => manifests.push(manifest),
            Err(error) => findings.add("manifests that cannot be read", || error.to_string()),
        }
    }
    Ok(in_force(manifests))
}

/// Checks every file that a manifest names, and that each run has all tables.
fn check_files(output: &Output, manifests: &[Manifest], findings: &mut Findings) -> bool {
    let mut good = true;
    let mut seen = HashSet::new();
    for manifest in manifests {
        let run = &manifest.run_id;
        for table in Table::ALL {
            if !manifest.files.iter().any(|file| file.table == table.as_str()) {
                findings.add("tables without a file", || {
                    format!("run `{run}`: the manifest names no file of the table {}", table.as_str())
                });
                good = false;
            }
        }
        for file in &manifest.files {
            if !seen.insert(file.path.as_str()) {
                findings.add("files named twice", || {
                    format!("run `{run}`: `{}` is named twice by the manifests", file.path)
                });
                good = false;
            }
            if let Err(what) = check_file(output.root(), file, manifest) {
                findings.add("damaged files", || format!("run `{run}`: `{}` {what}", file.path));
                good = false;
            }
        }
    }
    good
}

fn check_file(root: &Path, file: &FileEntry, manifest: &Manifest) -> Result<(), String> {
    let path = root.join(&file.path);
    let bytes = match fs::metadata(&path) {
        Ok(metadata) => metadata.len(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err("is missing".to_owned()),
        Err(error) => return Err(format!("cannot be read ({error})")),
    };
    if bytes != file.bytes {
        return Err(format!("has {bytes} bytes, the manifest says {}", file.bytes));
    }
    let hash = hash_file(&path).map_err(|error| format!("cannot be read ({error})"))?;
    if hash != file.hash {
        return Err(format!("is not the file that was committed: its hash is {hash}, the manifest says {}", file.hash));
    }
    let Shape { rows, columns, metadata } =
        shape(&path).map_err(|error| format!("cannot be read as Parquet ({error})"))?;
    if rows as u64 != file.rows {
        return Err(format!("has {rows} rows, the manifest says {}", file.rows));
    }
    if let Some(table) = Table::from_name(&file.table) {
        compare_schema(table, &columns, manifest.schema_version)?;
    }
    if let Some(key) = ["newsieve.version", "newsieve.schema_version"].iter().find(|key| !metadata.contains_key(**key))
    {
        return Err(format!("does not say its {key}"));
    }
    if metadata.get("newsieve.config_hash") != Some(&manifest.config_hash) {
        return Err(format!("does not say newsieve.config_hash = {}, as the manifest does", manifest.config_hash));
    }
    Ok(())
}

/// Checks the files of the index of duplicates. None is needed to trust the tables, and all can be made anew.
fn check_index(root: &Path, manifests: &[Manifest], findings: &mut Findings) {
    for entry in entries_in_force(manifests) {
        let what = match hash_file(&root.join(&entry.path)) {
            Ok(hash) if hash == entry.hash => continue,
            Ok(_) => "is not the file that was committed".to_owned(),
            Err(error) => format!("cannot be read ({error})"),
        };
        findings.add("damaged index files", || {
            format!("the index file `{}` {what}; `newsieve reindex` makes it anew", entry.path)
        });
    }
}

/// What a file says of itself.
struct Shape {
    rows: usize,
    /// Name and type.
    columns: Vec<(String, String)>,
    metadata: BTreeMap<String, String>,
}

fn shape(path: &Path) -> PolarsResult<Shape> {
    let mut reader = ParquetReader::new(File::open(path)?);
    let schema = reader.schema()?;
    let columns = schema.iter_values().map(|field| (field.name.to_string(), type_name(&field.dtype))).collect();
    let stated = reader.get_metadata()?.key_value_metadata().clone().unwrap_or_default();
    let metadata = stated.into_iter().filter_map(|entry| Some((entry.key, entry.value?))).collect();
    Ok(Shape { rows: reader.num_rows()?, columns, metadata })
}

/// The contract's name of a type, as [`ColumnType::as_str`]; the reader's own name for all others.
fn type_name(kind: &ArrowDataType) -> String {
    let known = match kind {
        ArrowDataType::Utf8 | ArrowDataType::LargeUtf8 | ArrowDataType::Utf8View => ColumnType::Text,
        ArrowDataType::Boolean => ColumnType::Boolean,
        ArrowDataType::Int32 => ColumnType::Int32,
        ArrowDataType::Int64 => ColumnType::Int64,
        ArrowDataType::Float32 => ColumnType::Float32,
        ArrowDataType::Float64 => ColumnType::Float64,
        ArrowDataType::Date32 => ColumnType::Date,
        ArrowDataType::Timestamp(ArrowTimeUnit::Microsecond, Some(zone)) if zone.as_str() == "UTC" => {
            ColumnType::Timestamp
        }
        ArrowDataType::List(inner) | ArrowDataType::LargeList(inner)
            if type_name(&inner.dtype) == ColumnType::Text.as_str() =>
        {
            ColumnType::TextList
        }
        other => return format!("{other:?}"),
    };
    known.as_str().to_owned()
}

/// Columns are only ever added, behind the others: a file of an older version ends before the newer ones.
fn compare_schema(table: Table, columns: &[(String, String)], schema_version: u32) -> Result<(), String> {
    let contract = table.columns();
    for (number, column) in contract.iter().enumerate() {
        match columns.get(number) {
            Some((name, kind)) if name == column.name && kind == column.kind.as_str() => {}
            Some((name, kind)) => {
                return Err(format!(
                    "has `{name}` of type {kind} as column {}, it must be `{}` of type {}",
                    number + 1,
                    column.name,
                    column.kind.as_str()
                ));
            }
            None if schema_version < SCHEMA_VERSION => return Ok(()),
            None => return Err(format!("has no column `{}`", column.name)),
        }
    }
    columns.get(contract.len()).map_or(Ok(()), |(name, _)| Err(format!("has the unknown column `{name}`")))
}

/// Reports what stands in the tables' folders and is in no manifest.
fn check_strangers(output: &Output, manifests: &[Manifest], findings: &mut Findings) -> Result<()> {
    // A commit that is under way moves its parts before they are seen.
    let drafts = output.drafts()?;
    let files = manifests.iter().chain(&drafts).flat_map(|manifest| &manifest.files);
    let named: HashSet<PathBuf> = files.map(|file| output.root().join(&file.path)).collect();
    for table in Table::ALL {
        let mut folders = vec![output.root().join(table.as_str())];
        while let Some(folder) = folders.pop() {
            for path in list(&folder)? {
                if is_folder(&path) {
                    folders.push(path);
                } else if !named.contains(&path) {
                    let path = path.strip_prefix(output.root()).unwrap_or(&path).display().to_string();
                    findings.add("files without a manifest", || format!("`{path}` is named by no manifest"));
                }
            }
        }
    }
    Ok(())
}

/// A run and a record of it, as one number: a folder may hold more records than fit into memory by name.
type Key = u128;

fn key(run_id: &str, id: &str) -> Key {
    xxh3_128(format!("{run_id}\0{id}").as_bytes())
}

/// What the tables say of all records with one id in one run.
#[derive(Debug, Default)]
struct RecordTally {
    /// Records in `segments`.
    records: u32,
    articles: u32,
    /// Edges with `dropped`.
    dropped: u32,
    /// Edges with `dropped` in favour of it, in its own run.
    beaten: u32,
    /// Whether any edge names it as kept.
    is_kept: bool,
    /// Whether any edge is of it.
    has_edge: bool,
    /// Whether it has mentions.
    has_mentions: bool,
    /// Highest `seg_no` of its segments, and of its mentions; only looked at with `deep`.
    last_segment: i32,
    last_mentioned: i32,
    cluster_size: i32,
    n_related: i64,
    related: i64,
}

/// What the tables say of one run.
#[derive(Debug, Default)]
struct RunTally {
    rows: Vec<Counts>,
    n_articles: i64,
    n_duplicates: i64,
    n_rejects: i64,
}

/// Everything that is counted while the tables are read.
struct Laws<'a> {
    findings: &'a mut Findings,
    runs: BTreeMap<String, RunTally>,
    records: HashMap<Key, RecordTally>,
    /// By run and cluster: stated size, rows.
    clusters: HashMap<Key, (i32, i32)>,
    segments: SegmentWalk,
    related: (Key, i32),
}

fn check_contents(root: &Path, manifests: &[Manifest], deep: bool, findings: &mut Findings) {
    let mut laws = Laws {
        findings,
        runs: BTreeMap::new(),
        records: HashMap::new(),
        clusters: HashMap::new(),
        segments: SegmentWalk::default(),
        related: (0, 0),
    };
    for table in Table::ALL {
        for manifest in manifests {
            laws.manifest_table(root, manifest, table, deep);
        }
    }
    laws.check_runs();
    laws.check_merged(manifests);
    laws.check_records(root, manifests);
}

/// Columns of a table that the laws need; with `deep` all that polars can read.
fn columns_needed(table: Table, deep: bool) -> Vec<String> {
    let needed: &[&str] = match table {
        Table::Articles => &["id", "run_id", "dup_cluster", "dup_cluster_size", "n_related"],
        Table::Segments => &["id", "run_id", "seg_no", "confidence"],
        Table::Related => &["id", "run_id", "item_no"],
        Table::Duplicates => &["id", "run_id", "kept_id", "kept_run_id", "kind", "dropped", "jaccard", "containment"],
        Table::Mentions => &["id", "run_id", "confidence"],
        Table::Rejects => &["run_id", "excerpt"],
        Table::Runs => &["run_id", "n_records", "n_articles", "n_duplicates", "n_rejects", "n_skipped_inputs"],
    };
    let columns = table.columns().iter().map(|column| column.name);
    columns.filter(|name| deep || needed.contains(name)).map(str::to_owned).collect()
}

/// Reads columns of a file row group by row group, so that memory is bounded.
pub(crate) fn each_group(
    path: &Path,
    columns: &[String],
    mut visit: impl FnMut(&DataFrame) -> PolarsResult<()>,
) -> PolarsResult<()> {
    let metadata = Arc::clone(ParquetReader::new(File::open(path)?).get_metadata()?);
    let mut offset = 0;
    for group in &metadata.row_groups {
        let mut reader = ParquetReader::new(File::open(path)?).with_columns(Some(columns.to_vec()));
        reader.set_metadata(Arc::clone(&metadata));
        visit(&reader.with_slice(Some((offset, group.num_rows()))).finish()?)?;
        offset += group.num_rows();
    }
    Ok(())
}

impl Laws<'_> {
    fn manifest_table(&mut self, root: &Path, manifest: &Manifest, table: Table, deep: bool) {
        let mut stated = Counts::default();
        let mut runs = 0;
        for file in manifest.files.iter().filter(|file| file.table == table.as_str()) {
            let mut columns = columns_needed(table, deep);
            if manifest.schema_version < SCHEMA_VERSION
                && let Ok(known) = shape(&root.join(&file.path))
            {
                columns.retain(|name| known.columns.iter().any(|(column, _)| column == name));
            }
            // What is put together from older runs has nulls in newer columns.
            let has_all = manifest.schema_version == SCHEMA_VERSION && manifest.runs.is_empty();
            let read = each_group(&root.join(&file.path), &columns, |rows| {
                if deep {
                    values::check(table, rows, &manifest.run_id, has_all, self.findings)?;
                }
                match table {
                    Table::Articles => self.articles(rows),
                    Table::Segments => self.segments(rows, deep),
                    Table::Related => self.related(rows, deep),
                    Table::Duplicates => self.duplicates(rows),
                    Table::Mentions => self.mentions(rows, deep),
                    Table::Rejects => self.rejects(rows),
                    Table::Runs => {
                        runs += rows.height();
                        self.runs(rows, &mut stated)
                    }
                }
            });
            if let Err(error) = read {
                let run = &manifest.run_id;
                self.findings.add("unreadable files", || {
                    format!("run `{run}`: `{}` cannot be read by polars ({error})", file.path)
                });
            }
        }
        if table == Table::Runs {
            self.compare_manifest(manifest, runs, &stated);
        }
    }

    fn compare_manifest(&mut self, manifest: &Manifest, rows: usize, stated: &Counts) {
        let run = &manifest.run_id;
        if rows == 0 {
            self.findings.add("runs without a row", || format!("run `{run}` has no row in runs"));
            return;
        }
        for (name, in_manifest, in_table) in pair_counts(&manifest.counts, stated) {
            if in_manifest != in_table {
                self.findings.add("counts that differ", || {
                    format!("run `{run}`: the manifest says {name} = {in_manifest}, its row in runs says {in_table}")
                });
            }
        }
    }

    fn null_id(&mut self, table: Table) {
        self.findings
            .add("rows without an id", || format!("the table {} has a row without id or run_id", table.as_str()));
    }

    /// The rows of a table with their number, run and id. Those that lack one are findings.
    fn named<'r>(&mut self, rows: &'r DataFrame, table: Table) -> PolarsResult<Vec<(usize, &'r str, &'r str)>> {
        let (ids, runs) = (rows.column("id")?.str()?, rows.column("run_id")?.str()?);
        let named = (0..rows.height()).filter_map(|row| {
            let named = runs.get(row).zip(ids.get(row)).map(|(run, id)| (row, run, id));
            if named.is_none() {
                self.null_id(table);
            }
            named
        });
        Ok(named.collect())
    }

    fn run(&mut self, run_id: &str) -> &mut RunTally {
        self.runs.entry(run_id.to_owned()).or_default()
    }

    fn record(&mut self, run_id: &str, id: &str) -> &mut RecordTally {
        self.records.entry(key(run_id, id)).or_default()
    }

    fn articles(&mut self, rows: &DataFrame) -> PolarsResult<()> {
        let (clusters, sizes) = (rows.column("dup_cluster")?.str()?, rows.column("dup_cluster_size")?.i32()?);
        let n_related = rows.column("n_related")?.i32()?;
        for (row, run, id) in self.named(rows, Table::Articles)? {
            self.run(run).n_articles += 1;
            let size = sizes.get(row).unwrap_or_default();
            let record = self.record(run, id);
            record.articles += 1;
            record.cluster_size = size;
            record.n_related += i64::from(n_related.get(row).unwrap_or_default());
            self.cluster(run, id, clusters.get(row), size);
        }
        Ok(())
    }

    /// A cluster has one size in a run, at least two members, and no fewer than rows; a record alone has size 1.
    fn cluster(&mut self, run: &str, id: &str, cluster: Option<&str>, size: i32) {
        let Some(cluster) = cluster else {
            if size != 1 {
                self.findings.add("wrong cluster sizes", || {
                    format!("run `{run}`: record `{id}` is in no dup_cluster, but its dup_cluster_size is {size}")
                });
            }
            return;
        };
        let (stated, rows) = self.clusters.entry(key(run, cluster)).or_insert((size, 0));
        *rows += 1;
        let (stated, rows) = (*stated, *rows);
        if size != stated || size < rows.max(2) {
            self.findings.add("wrong cluster sizes", || {
                format!(
                    "run `{run}`: dup_cluster `{cluster}` has dup_cluster_size {size} in the row of `{id}`, \
                     {stated} in its first row, and {rows} rows so far"
                )
            });
        }
    }

    fn segments(&mut self, rows: &DataFrame, deep: bool) -> PolarsResult<()> {
        let (numbers, confidences) = (rows.column("seg_no")?.i32()?, rows.column("confidence")?.f32()?);
        for (row, run, id) in self.named(rows, Table::Segments)? {
            if numbers.get(row) == Some(0) {
                self.run(run);
                self.record(run, id).records += 1;
            }
            if deep {
                let record = self.record(run, id);
                record.last_segment = record.last_segment.max(numbers.get(row).unwrap_or_default());
            }
            self.confidence(Table::Segments, run, id, confidences.get(row).unwrap_or(f32::NAN));
        }
        if deep { self.segments.walk(rows, self.findings) } else { Ok(()) }
    }

    fn confidence(&mut self, table: Table, run: &str, id: &str, confidence: f32) {
        if !(0.0..=1.0).contains(&confidence) {
            self.findings.add("confidences out of range", || {
                let table = table.as_str();
                format!("run `{run}`: record `{id}` has the confidence {confidence} in {table}, it must be 0 to 1")
            });
        }
    }

    fn related(&mut self, rows: &DataFrame, deep: bool) -> PolarsResult<()> {
        let items = rows.column("item_no")?.i32()?;
        for (row, run, id) in self.named(rows, Table::Related)? {
            self.record(run, id).related += 1;
            let (record, item) = (key(run, id), items.get(row).unwrap_or_default());
            let expected = if self.related.0 == record { self.related.1 + 1 } else { 1 };
            // Item 1 may also begin the next record with the same id.
            if deep && item != expected && item != 1 {
                self.findings.add("related items out of order", || {
                    format!("run `{run}`: record `{id}` has the related item {item} where {expected} must stand")
                });
            }
            self.related = (record, item);
        }
        Ok(())
    }

    fn duplicates(&mut self, rows: &DataFrame) -> PolarsResult<()> {
        let (kept_ids, kept_runs) = (rows.column("kept_id")?.str()?, rows.column("kept_run_id")?.str()?);
        let (kinds, dropped) = (rows.column("kind")?.str()?, rows.column("dropped")?.bool()?);
        let (jaccards, containments) = (rows.column("jaccard")?.f64()?, rows.column("containment")?.f64()?);
        for (row, run, id) in self.named(rows, Table::Duplicates)? {
            let Some((kept_id, kept_run)) = kept_ids.get(row).zip(kept_runs.get(row)) else {
                self.null_id(Table::Duplicates);
                continue;
            };
            let dropped = dropped.get(row) == Some(true);
            let (kind, shares) = (kinds.get(row).unwrap_or_default(), (jaccards.get(row), containments.get(row)));
            if let Some(what) = wrong_edge(kind, dropped, shares) {
                self.findings.add("wrong edges", || format!("run `{run}`: the edge of `{id}` to `{kept_id}` {what}"));
            }
            self.run(run).n_duplicates += i64::from(dropped);
            let record = self.record(run, id);
            record.dropped += u32::from(dropped);
            record.has_edge = true;
            let kept = self.record(kept_run, kept_id);
            kept.is_kept = true;
            kept.beaten += u32::from(dropped && run == kept_run);
        }
        Ok(())
    }

    fn mentions(&mut self, rows: &DataFrame, deep: bool) -> PolarsResult<()> {
        let confidences = rows.column("confidence")?.f32()?;
        for (row, run, id) in self.named(rows, Table::Mentions)? {
            if let Some(confidence) = confidences.get(row) {
                self.confidence(Table::Mentions, run, id, confidence);
            }
            if deep {
                let segment = rows.column("seg_no")?.i32()?.get(row).unwrap_or_default();
                let record = self.record(run, id);
                record.has_mentions = true;
                record.last_mentioned = record.last_mentioned.max(segment);
            }
        }
        Ok(())
    }

    fn rejects(&mut self, rows: &DataFrame) -> PolarsResult<()> {
        let (runs, excerpts) = (rows.column("run_id")?.str()?, rows.column("excerpt")?.str()?);
        for row in 0..rows.height() {
            let Some(run) = runs.get(row) else {
                self.null_id(Table::Rejects);
                continue;
            };
            self.run(run).n_rejects += 1;
            let chars = excerpts.get(row).map_or(0, |excerpt| excerpt.chars().count());
            if chars > EXCERPT_CHARS {
                self.findings.add("long excerpts", || {
                    format!(
                        "run `{run}`: an excerpt in rejects has {chars} characters, at most {EXCERPT_CHARS} are allowed"
                    )
                });
            }
        }
        Ok(())
    }

    fn runs(&mut self, rows: &DataFrame, stated: &mut Counts) -> PolarsResult<()> {
        let runs = rows.column("run_id")?.str()?;
        let count = |name: &str, row: usize| rows.column(name)?.i64().map(|column| column.get(row).unwrap_or(-1));
        for row in 0..rows.height() {
            let counts = Counts {
                n_records: count("n_records", row)?,
                n_articles: count("n_articles", row)?,
                n_duplicates: count("n_duplicates", row)?,
                n_rejects: count("n_rejects", row)?,
                n_skipped_inputs: count("n_skipped_inputs", row)?,
            };
            stated.n_records += counts.n_records;
            stated.n_articles += counts.n_articles;
            stated.n_duplicates += counts.n_duplicates;
            stated.n_rejects += counts.n_rejects;
            stated.n_skipped_inputs += counts.n_skipped_inputs;
            match runs.get(row) {
                Some(run) => self.run(run).rows.push(counts),
                None => self.null_id(Table::Runs),
            }
        }
        Ok(())
    }

    /// Every run has one row, whose counts are those of the tables.
    fn check_runs(&mut self) {
        for (run, tally) in &self.runs {
            let [stated] = tally.rows.as_slice() else {
                let rows = tally.rows.len();
                self.findings
                    .add("runs without one row", || format!("run `{run}` has {rows} rows in runs, it must have 1"));
                continue;
            };
            let counted = Counts {
                n_records: tally.n_articles + tally.n_duplicates + tally.n_rejects,
                n_articles: tally.n_articles,
                n_duplicates: tally.n_duplicates,
                n_rejects: tally.n_rejects,
                n_skipped_inputs: stated.n_skipped_inputs,
            };
            for (name, says, has) in pair_counts(stated, &counted) {
                if says != has {
                    self.findings.add("counts that differ", || {
                        format!("run `{run}`: runs says {name} = {says}, the tables have {has}")
                    });
                }
            }
        }
    }

    /// Every run that a compacted commit names has its row, and its counts are those that the manifest says.
    fn check_merged(&mut self, manifests: &[Manifest]) {
        let merged = manifests.iter().filter(|manifest| !manifest.runs.is_empty());
        for run in merged.flat_map(|manifest| &manifest.runs) {
            let rows = self.runs.get(&run.run_id).map(|tally| tally.rows.as_slice()).unwrap_or_default();
            if rows != [run.counts] {
                let name = &run.run_id;
                self.findings.add("counts that differ", || {
                    format!("run `{name}`: its row in runs does not agree with the manifest of the compacted commit that holds it")
                });
            }
        }
    }

    fn check_records(&mut self, root: &Path, manifests: &[Manifest]) {
        let mut broken: Vec<(Key, &'static str)> = Vec::new();
        for (&key, record) in &self.records {
            broken.extend(record.broken_laws().map(|law| (key, law)));
        }
        if broken.is_empty() {
            return;
        }
        broken.sort_unstable();
        let wanted: BTreeSet<Key> = broken.iter().map(|(key, _)| *key).collect();
        let names = find_names(root, manifests, &wanted);
        for (key, law) in broken {
            let (name, record) = (names.get(&key), &self.records[&key]);
            let (run, id) = name.map_or(("?", "?"), |(run, id)| (run.as_str(), id.as_str()));
            self.findings.add(law, || format!("run `{run}`: record `{id}` {}", record.sentence(law)));
        }
    }
}

/// What is wrong with an edge in itself.
fn wrong_edge(kind: &str, dropped: bool, (jaccard, containment): (Option<f64>, Option<f64>)) -> Option<String> {
    let (Some(jaccard), Some(containment)) = (jaccard, containment) else {
        return Some("has no jaccard or containment".to_owned());
    };
    if !(0.0..=1.0).contains(&jaccard) || !(0.0..=1.0).contains(&containment) || jaccard > containment {
        return Some(format!(
            "has jaccard {jaccard} and containment {containment}, it must be 0 ≤ jaccard ≤ containment ≤ 1"
        ));
    }
    match kind {
        "exact" | "normalized" if jaccard < 1.0 => Some(format!("is {kind}, but has jaccard {jaccard}")),
        "syndicated" if dropped => Some("is syndicated, but drops the record".to_owned()),
        "exact" | "normalized" | "near" | "contained" | "syndicated" => None,
        _ => Some(format!("has the unknown kind `{kind}`")),
    }
}

/// Names and values of two sets of counts, side by side.
fn pair_counts(one: &Counts, two: &Counts) -> [(&'static str, i64, i64); 5] {
    [
        ("n_records", one.n_records, two.n_records),
        ("n_articles", one.n_articles, two.n_articles),
        ("n_duplicates", one.n_duplicates, two.n_duplicates),
        ("n_rejects", one.n_rejects, two.n_rejects),
        ("n_skipped_inputs", one.n_skipped_inputs, two.n_skipped_inputs),
    ]
}

const NO_SEGMENTS: &str = "articles without segments";
const KEPT_AND_DROPPED: &str = "records that are both kept and dropped";
const TWO_DROPS: &str = "records with too many dropping edges";
const KEPT_MISSING: &str = "kept records that are missing";
const RELATED_DIFFERS: &str = "wrong n_related";
const CLUSTER_TOO_SMALL: &str = "clusters that are too small";
const EDGE_OF_NOTHING: &str = "edges of records that are missing";
const MENTION_OF_NOTHING: &str = "mentions of records that are not in articles";
const MENTION_OUTSIDE: &str = "mentions outside of all segments";

impl RecordTally {
    /// Which laws the record breaks. Two dumps of one run may hold the same caller id, so all laws are on sums.
    fn broken_laws(&self) -> impl Iterator<Item = &'static str> + use<> {
        let too_many = self.articles + self.dropped > self.records;
        [
            (self.articles > 0 && self.records == 0, NO_SEGMENTS),
            (self.articles > 0 && self.dropped > 0 && too_many, KEPT_AND_DROPPED),
            (self.dropped > self.records, TWO_DROPS),
            (self.is_kept && self.articles == 0, KEPT_MISSING),
            (self.n_related != self.related, RELATED_DIFFERS),
            (self.articles == 1 && i64::from(self.cluster_size) <= i64::from(self.beaten), CLUSTER_TOO_SMALL),
            (self.has_edge && self.records == 0, EDGE_OF_NOTHING),
            (self.has_mentions && self.articles == 0, MENTION_OF_NOTHING),
            (self.last_mentioned > self.last_segment, MENTION_OUTSIDE),
        ]
        .into_iter()
        .filter_map(|(broken, law)| broken.then_some(law))
    }

    fn sentence(&self, law: &str) -> String {
        let RecordTally { records, dropped, beaten, cluster_size, n_related, related, .. } = self;
        match law {
            NO_SEGMENTS => "is in articles but has no segments".to_owned(),
            KEPT_AND_DROPPED => "is in articles although duplicates says that it was dropped".to_owned(),
            TWO_DROPS => format!("has {dropped} dropping edges in duplicates, but stands {records} times in segments"),
            KEPT_MISSING => "is named as kept by duplicates, but is not in articles".to_owned(),
            EDGE_OF_NOTHING => "has an edge in duplicates, but no segments".to_owned(),
            MENTION_OF_NOTHING => "has mentions, but is not in articles".to_owned(),
            MENTION_OUTSIDE => {
                let (mentioned, last) = (self.last_mentioned, self.last_segment);
                format!("has a mention in segment {mentioned}, but its last segment is {last}")
            }
            RELATED_DIFFERS => format!("has n_related = {n_related}, but {related} rows in related"),
            _ => format!("has dup_cluster_size {cluster_size}, but {beaten} records were dropped in its favour"),
        }
    }
}

/// Looks up the names of keys that broke a law, in a second pass over the tables that may hold them.
fn find_names(root: &Path, manifests: &[Manifest], wanted: &BTreeSet<Key>) -> HashMap<Key, (String, String)> {
    let mut names = HashMap::new();
    for file in manifests.iter().flat_map(|manifest| &manifest.files) {
        let pairs: &[(&str, &str)] = match Table::from_name(&file.table) {
            Some(Table::Articles | Table::Related | Table::Mentions) => &[("run_id", "id")],
            Some(Table::Duplicates) => &[("run_id", "id"), ("kept_run_id", "kept_id")],
            _ => &[],
        };
        for (run, id) in pairs {
            let columns = [(*run).to_owned(), (*id).to_owned()];
            // The file was read before; what cannot be read now stays without a name.
            let _ = each_group(&root.join(&file.path), &columns, |rows| {
                let (runs, ids) = (rows.column(run)?.str()?, rows.column(id)?.str()?);
                for (run, id) in (0..rows.height()).filter_map(|row| runs.get(row).zip(ids.get(row))) {
                    let key = key(run, id);
                    if wanted.contains(&key) {
                        names.insert(key, (run.to_owned(), id.to_owned()));
                    }
                }
                Ok(())
            });
        }
    }
    names
}

/// Walks through the rows of `segments` and checks each against the one before.
#[derive(Debug, Default)]
struct SegmentWalk {
    record: Key,
    seg_no: i32,
    line_no: i32,
    char_end: i64,
}

impl SegmentWalk {
    fn walk(&mut self, rows: &DataFrame, findings: &mut Findings) -> PolarsResult<()> {
        let (ids, runs) = (rows.column("id")?.str()?, rows.column("run_id")?.str()?);
        let (numbers, lines) = (rows.column("seg_no")?.i32()?, rows.column("line_no")?.i32()?);
        let (starts, ends) = (rows.column("char_start")?.i64()?, rows.column("char_end")?.i64()?);
        let (texts, labels) = (rows.column("text")?.str()?, rows.column("label")?.str()?);
        let (kept, repeats) = (rows.column("kept")?.bool()?, rows.column("repeat_of")?.i32()?);
        let confidences = rows.column("confidence")?.f32()?;
        // Runs of an older schema have none.
        let alone = match rows.column("label_alone") {
            Ok(labels) => {
                Some((labels.str()?, rows.column("kept_alone")?.bool()?, rows.column("confidence_alone")?.f32()?))
            }
            Err(_) => None,
        };
        for row in 0..rows.height() {
            let (Some(id), Some(run)) = (ids.get(row), runs.get(row)) else { continue };
            let number = numbers.get(row).unwrap_or(-1);
            let step = SegmentWalk {
                record: key(run, id),
                seg_no: number,
                line_no: lines.get(row).unwrap_or(-1),
                char_end: ends.get(row).unwrap_or(-1),
            };
            let start = starts.get(row).unwrap_or(-1);
            let labelled = (labels.get(row), kept.get(row), confidences.get(row));
            let alone = alone.map_or((None, None, None), |(labels, kept, confidences)| {
                (labels.get(row), kept.get(row), confidences.get(row))
            });
            let facts = [
                self.follows(&step, start),
                text_fits(texts.get(row), start, step.char_end),
                label_fits(labelled),
                alone_fits(labelled, alone),
                repeats.get(row).filter(|of| !(0..number).contains(of)).map(|of| format!("repeats segment {of}")),
            ];
            for fact in facts.into_iter().flatten() {
                findings.add("wrong segments", || format!("run `{run}`: record `{id}`: segment {number} {fact}"));
            }
            *self = step;
        }
        Ok(())
    }

    /// What is wrong with a segment that begins at `start` and comes after this one.
    fn follows(&self, next: &SegmentWalk, start: i64) -> Option<String> {
        let begins = next.seg_no == 0;
        if !begins && (next.record != self.record || next.seg_no != self.seg_no + 1) {
            return Some("does not follow the segment before it".to_owned());
        }
        let lines = if begins { 0..=0 } else { self.line_no..=self.line_no + 1 };
        if !lines.contains(&next.line_no) {
            return Some(format!("is on line {}, the segment before it on line {}", next.line_no, self.line_no));
        }
        let expected = if begins { 0 } else { self.char_end + i64::from(next.line_no - self.line_no) };
        (start != expected).then(|| format!("begins at character {start}, it must begin at {expected}"))
    }
}

fn text_fits(text: Option<&str>, start: i64, end: i64) -> Option<String> {
    let chars = text.map_or(-1, |text| text.chars().count() as i64);
    (chars != end - start).then(|| format!("covers the characters {start} to {end}, but its text has {chars}"))
}

/// Confidence from which other stories and furniture are kept by no preset.
const SURE: f32 = 0.9;

/// Label, kept and confidence of a segment.
type Labelled<'a> = (Option<&'a str>, Option<bool>, Option<f32>);

/// What the segment would be if the record stood alone is not known in part, and is something else than it is.
fn alone_fits(labelled: Labelled, alone: Labelled) -> Option<String> {
    match alone {
        (None, None, None) => None,
        (Some(_), Some(_), Some(_)) if alone == labelled => Some(
            "has label_alone, kept_alone and confidence_alone, but they say the same as without `_alone`".to_owned(),
        ),
        (Some(_), Some(_), Some(confidence)) if (0.0..=1.0).contains(&confidence) => {
            label_fits(alone).map(|what| format!("{what} if its record stands alone"))
        }
        (Some(_), Some(_), Some(confidence)) => {
            Some(format!("has the confidence_alone {confidence}, it must be 0 to 1"))
        }
        _ => Some("has some of label_alone, kept_alone and confidence_alone, but not all".to_owned()),
    }
}

/// Under `preset = "recall"` unsure captions, credits, other stories and furniture are kept too.
fn label_fits((label, kept, confidence): Labelled) -> Option<String> {
    let label = label.unwrap_or("null");
    let known = Label::ALL.into_iter().find(|known| known.as_str() == label);
    let may_be_kept = [Label::Title, Label::Lead, Label::Body, Label::Caption, Label::Credit];
    match (known, kept) {
        (None, _) => Some(format!("has the unknown label `{label}`")),
        (Some(_), None) => Some("has no kept".to_owned()),
        (Some(Label::Related | Label::Nav), Some(true)) if confidence.is_some_and(|it| it < SURE) => None,
        (Some(known), Some(true)) if !may_be_kept.contains(&known) => Some(format!("is kept as `{label}`")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use arrow::array::{ArrayRef, BooleanArray, Float32Array, Int32Array, Int64Array, RecordBatch, StringArray};
    use arrow::compute::concat_batches;
    use arrow::datatypes::{Field, Schema};
    use parquet::arrow::ArrowWriter;
    use parquet::file::metadata::KeyValue;
    use parquet::file::properties::WriterProperties;

    use super::*;
    use crate::config::TableConfig;
    use crate::document::hash_hex;
    use crate::output::fixture::{commit_run, commit_run_with, one_run};
    use crate::output::part_path;
    use crate::table::read_columns;

    fn findings(output: &Output, deep: bool) -> Vec<String> {
        verify(output.root(), deep).unwrap().findings
    }

    fn path(output: &Output, table: Table) -> PathBuf {
        output.root().join(part_path(table, "r1", 0))
    }

    fn change_manifest(output: &Output, change: impl FnOnce(&mut Manifest)) {
        let path = output.root().join("_commits/r1.json");
        let mut manifest = read_manifest(&path).unwrap();
        change(&mut manifest);
        fs::write(path, serde_json::to_string(&manifest).unwrap()).unwrap();
    }

    /// Writes other rows to a table's file, behind the manifest's back.
    fn rewrite(output: &Output, table: Table, change: impl FnOnce(RecordBatch) -> RecordBatch) -> u64 {
        let path = path(output, table);
        let batches: Vec<_> = read_columns(&path, &[]).unwrap().map(|batch| batch.unwrap()).collect();
        let batch = change(concat_batches(&table.schema(), &batches).unwrap());
        let stated = [("version", "0"), ("schema_version", "1"), ("config_hash", "c0ffee")];
        let stated = stated.map(|(key, value)| KeyValue::new(format!("newsieve.{key}"), value.to_owned()));
        let properties = WriterProperties::builder().set_key_value_metadata(Some(stated.to_vec())).build();
        let mut writer = ArrowWriter::try_new(File::create(&path).unwrap(), batch.schema(), Some(properties)).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        batch.num_rows() as u64
    }

    /// Writes other rows and makes the manifest agree, so that only the laws can notice.
    fn forge(output: &Output, table: Table, change: impl FnOnce(RecordBatch) -> RecordBatch) {
        let rows = rewrite(output, table, change);
        let bytes = fs::read(path(output, table)).unwrap();
        change_manifest(output, |manifest| {
            let file = manifest.files.iter_mut().find(|file| file.table == table.as_str()).unwrap();
            (file.rows, file.bytes, file.hash) = (rows, bytes.len() as u64, hash_hex(&bytes));
        });
    }

    fn with(batch: &RecordBatch, column: &str, values: ArrayRef) -> RecordBatch {
        let mut columns = batch.columns().to_vec();
        columns[batch.schema().index_of(column).unwrap()] = values;
        RecordBatch::try_new(batch.schema(), columns).unwrap()
    }

    fn texts(values: &[Option<&str>]) -> ArrayRef {
        Arc::new(StringArray::from(values.to_vec()))
    }

    fn twice(batch: &RecordBatch) -> RecordBatch {
        concat_batches(&batch.schema(), [batch, batch]).unwrap()
    }

    #[test]
    fn a_good_output_has_no_findings() {
        let (_folder, output) = one_run();
        commit_run(&output, "r2", &[]);
        for deep in [false, true] {
            let report = verify(output.root(), deep).unwrap();
            assert_eq!(report.findings, Vec::<String>::new());
            assert_eq!((report.commits, report.files, report.rows), (2, 14, 36));
            assert!(report.contents_checked);
        }
    }

    #[test]
    fn records_may_lie_across_row_groups_and_parts() {
        let folder = tempfile::tempdir().unwrap();
        let output = Output::create(folder.path()).unwrap();
        let config = TableConfig { row_group_bytes: 1, part_bytes: 250, zstd_level: 1 };
        let manifest = commit_run_with(&output, "r1", &[], &config);
        assert!(manifest.files.iter().filter(|file| file.table == "segments").count() > 2);
        assert_eq!(findings(&output, true), Vec::<String>::new());
    }

    #[test]
    fn an_output_without_commits_is_good() {
        let folder = tempfile::tempdir().unwrap();
        let output = Output::create(folder.path()).unwrap();
        assert!(findings(&output, true).is_empty());
    }

    type Damage = fn(&Output);

    /// Each damage with the beginning of a sentence that it must cause, also without `--deep`.
    const DAMAGES: &[(&str, Damage, &str)] = &[
        (
            "file deleted",
            |output| fs::remove_file(path(output, Table::Articles)).unwrap(),
            "run `r1`: `articles/run=r1/part-00000.parquet` is missing",
        ),
        (
            "file truncated",
            |output| File::options().write(true).open(path(output, Table::Segments)).unwrap().set_len(100).unwrap(),
            "run `r1`: `segments/run=r1/part-00000.parquet` has 100 bytes, the manifest says ",
        ),
        (
            "one byte flipped",
            |output| {
                let mut bytes = fs::read(path(output, Table::Segments)).unwrap();
                bytes[50] ^= 1;
                fs::write(path(output, Table::Segments), bytes).unwrap();
            },
            "run `r1`: `segments/run=r1/part-00000.parquet` is not the file that was committed: its hash is ",
        ),
        (
            "row edited",
            |output| {
                rewrite(output, Table::Articles, |rows| with(&rows, "text", texts(&[Some("x"), Some("y")])));
            },
            "run `r1`: `articles/run=r1/part-00000.parquet` has ",
        ),
        (
            "rows of a file changed in the manifest",
            |output| change_manifest(output, |manifest| manifest.files[0].rows = 3),
            "run `r1`: `articles/run=r1/part-00000.parquet` has 2 rows, the manifest says 3",
        ),
        (
            "count changed in the manifest",
            |output| change_manifest(output, |manifest| manifest.counts.n_articles = 3),
            "run `r1`: the manifest says n_articles = 3, its row in runs says 2",
        ),
        (
            "table missing in the manifest",
            |output| {
                change_manifest(output, |manifest| manifest.files.retain(|file| file.table != "related"));
                fs::remove_dir_all(output.root().join("related")).unwrap();
            },
            "run `r1`: the manifest names no file of the table related",
        ),
        (
            "extra file",
            |output| fs::write(output.root().join("rejects/notes.txt"), "x").unwrap(),
            "`rejects/notes.txt` is named by no manifest",
        ),
        (
            "part copied",
            |output| {
                let copy = output.root().join(part_path(Table::Runs, "r1", 1));
                fs::copy(path(output, Table::Runs), copy).unwrap();
            },
            "`runs/run=r1/part-00001.parquet` is named by no manifest",
        ),
        (
            "part named twice",
            |output| change_manifest(output, |manifest| manifest.files.push(manifest.files[0].clone())),
            "run `r1`: `articles/run=r1/part-00000.parquet` is named twice by the manifests",
        ),
        (
            "manifest not JSON",
            |output| fs::write(output.root().join("_commits/r1.json"), "{").unwrap(),
            "the manifest `",
        ),
        (
            "not Parquet",
            |output| {
                fs::write(path(output, Table::Runs), "PAR1PAR1PAR1PAR1").unwrap();
                change_manifest(output, |manifest| {
                    let file = manifest.files.last_mut().unwrap();
                    (file.bytes, file.hash) = (16, hash_hex(b"PAR1PAR1PAR1PAR1"));
                });
            },
            "run `r1`: `runs/run=r1/part-00000.parquet` cannot be read as Parquet",
        ),
        (
            "column of another type",
            |output| {
                forge(output, Table::Related, |rows| {
                    let mut fields: Vec<_> = rows.schema().fields().iter().cloned().collect();
                    fields[2] = Arc::new(Field::new("item_no", arrow::datatypes::DataType::Int64, true));
                    let mut columns = rows.columns().to_vec();
                    columns[2] = Arc::new(Int64Array::from(vec![1, 1]));
                    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap()
                });
            },
            "run `r1`: `related/run=r1/part-00000.parquet` has `item_no` of type Int64 as column 3, it must be `item_no` of type Int32",
        ),
        (
            "column missing",
            |output| forge(output, Table::Related, |rows| rows.project(&[0, 1, 2, 3, 4, 5, 6]).unwrap()),
            "run `r1`: `related/run=r1/part-00000.parquet` has no column `date`",
        ),
        (
            "runs row missing",
            |output| forge(output, Table::Runs, |rows| rows.slice(0, 0)),
            "run `r1` has no row in runs",
        ),
        (
            "two runs rows",
            |output| {
                forge(output, Table::Runs, |rows| twice(&rows));
                change_manifest(output, |manifest| {
                    manifest.counts =
                        Counts { n_records: 8, n_articles: 4, n_duplicates: 2, n_rejects: 2, n_skipped_inputs: 0 };
                });
            },
            "run `r1` has 2 rows in runs, it must have 1",
        ),
        (
            "reject removed",
            |output| forge(output, Table::Rejects, |rows| rows.slice(0, 0)),
            "run `r1`: runs says n_records = 4, the tables have 3",
        ),
        (
            "id null",
            |output| forge(output, Table::Mentions, |rows| with(&rows, "id", texts(&[None, Some("c")]))),
            "the table mentions has a row without id or run_id",
        ),
        (
            "confidence above 1",
            |output| {
                forge(output, Table::Segments, |rows| {
                    let mut values = vec![0.5; rows.num_rows()];
                    values[0] = 1.5;
                    with(&rows, "confidence", Arc::new(Float32Array::from(values)))
                });
            },
            "run `r1`: record `a` has the confidence 1.5 in segments, it must be 0 to 1",
        ),
        (
            "long excerpt",
            |output| {
                forge(output, Table::Rejects, |rows| with(&rows, "excerpt", texts(&[Some(&"đ".repeat(501))])));
            },
            "run `r1`: an excerpt in rejects has 501 characters, at most 500 are allowed",
        ),
        (
            "article without segments",
            |output| {
                forge(output, Table::Segments, |rows| {
                    let ids: Vec<Option<&str>> = (0..rows.num_rows()).map(|_| Some("a")).collect();
                    with(&rows, "id", texts(&ids))
                });
            },
            "run `r1`: record `c` is in articles but has no segments",
        ),
        (
            "dropped record still in articles",
            |output| forge(output, Table::Articles, |rows| with(&rows, "id", texts(&[Some("a"), Some("b")]))),
            "run `r1`: record `b` is in articles although duplicates says that it was dropped",
        ),
        (
            "kept record missing",
            |output| forge(output, Table::Duplicates, |rows| with(&rows, "kept_id", texts(&[Some("gone")]))),
            "run `r1`: record `gone` is named as kept by duplicates, but is not in articles",
        ),
        (
            "two dropping edges",
            |output| {
                forge(output, Table::Duplicates, |rows| twice(&rows));
            },
            "run `r1`: record `b` has 2 dropping edges in duplicates, but stands 1 times in segments",
        ),
        (
            "related row lost",
            |output| forge(output, Table::Related, |rows| rows.slice(1, 1)),
            "run `r1`: record `a` has n_related = 1, but 0 rows in related",
        ),
        (
            "cluster size wrong",
            |output| {
                forge(output, Table::Articles, |rows| {
                    with(&rows, "dup_cluster_size", Arc::new(Int32Array::from(vec![2, 3])))
                });
            },
            "run `r1`: record `c` is in no dup_cluster, but its dup_cluster_size is 3",
        ),
        (
            "cluster too small",
            |output| {
                forge(output, Table::Articles, |rows| {
                    let alone = with(&rows, "dup_cluster", texts(&[None, None]));
                    with(&alone, "dup_cluster_size", Arc::new(Int32Array::from(vec![1, 1])))
                });
            },
            "run `r1`: record `a` has dup_cluster_size 1, but 1 records were dropped in its favour",
        ),
    ];

    #[test]
    fn every_damage_is_named() {
        for (name, damage, sentence) in DAMAGES {
            let (_folder, output) = one_run();
            damage(&output);
            let found = findings(&output, false);
            assert!(found.iter().any(|found| found.starts_with(sentence)), "{name}: {found:#?}");
            assert!(!findings(&output, true).is_empty(), "{name}");
        }
    }

    type Change<'a> = &'a dyn Fn(&RecordBatch) -> RecordBatch;

    /// Changes in the rows of `segments` (the first three are those of `a`) that only `--deep` sees.
    #[test]
    fn every_damage_inside_a_record_is_named() {
        let integers = |rows: &RecordBatch, column: &str, row: usize, value: i32| {
            let mut values: Vec<i32> = (0..rows.num_rows()).map(|_| 0).collect();
            let old: &Int32Array = rows.column_by_name(column).unwrap().as_any().downcast_ref().unwrap();
            values.iter_mut().zip(old.values()).for_each(|(value, old)| *value = *old);
            values[row] = value;
            with(rows, column, Arc::new(Int32Array::from(values)))
        };
        let longs = |rows: &RecordBatch, column: &str, row: usize, value: i64| {
            let old: &Int64Array = rows.column_by_name(column).unwrap().as_any().downcast_ref().unwrap();
            let mut values = old.values().to_vec();
            values[row] = value;
            with(rows, column, Arc::new(Int64Array::from(values)))
        };
        let kept = |rows: &RecordBatch| {
            let values: Vec<bool> = (0..rows.num_rows()).map(|row| row == 2).collect();
            with(rows, "kept", Arc::new(BooleanArray::from(values)))
        };
        let text = |rows: &RecordBatch| {
            let mut values: Vec<Option<&str>> = vec![None; rows.num_rows()];
            values[0] = Some("Tiêu đ");
            with(rows, "text", texts(&values))
        };
        let label = |rows: &RecordBatch| with(rows, "label", texts(&vec![Some("footer"); rows.num_rows()]));
        let alone = |rows: &RecordBatch, label: &str, kept: Option<bool>, confidence: f32| {
            let count = rows.num_rows();
            let rows = with(rows, "label_alone", texts(&vec![Some(label); count]));
            let rows = with(&rows, "kept_alone", Arc::new(BooleanArray::from(vec![kept; count])));
            with(&rows, "confidence_alone", Arc::new(Float32Array::from(vec![confidence; count])))
        };
        let same = |rows: &RecordBatch| {
            ["label", "kept", "confidence"].iter().fold(rows.clone(), |all, name| {
                with(&all, &format!("{name}_alone"), Arc::clone(rows.column_by_name(name).unwrap()))
            })
        };
        let changes: [(Change<'_>, &str); 12] = [
            (
                &same,
                "segment 0 has label_alone, kept_alone and confidence_alone, but they say the same as without `_alone`",
            ),
            (
                &|rows| alone(rows, "nav", None, 0.5),
                "segment 0 has some of label_alone, kept_alone and confidence_alone, but not all",
            ),
            (
                &|rows| alone(rows, "footer", Some(false), 0.5),
                "segment 0 has the unknown label `footer` if its record stands alone",
            ),
            (&|rows| alone(rows, "nav", Some(false), 1.5), "segment 0 has the confidence_alone 1.5, it must be 0 to 1"),
            (&|rows| integers(rows, "seg_no", 1, 2), "segment 2 does not follow the segment before it"),
            (&|rows| integers(rows, "line_no", 1, 4), "segment 1 is on line 4, the segment before it on line 0"),
            (&|rows| integers(rows, "repeat_of", 1, 1), "segment 1 repeats segment 1"),
            (&|rows| longs(rows, "char_start", 1, 7), "segment 1 begins at character 7, it must begin at 8"),
            (&|rows| longs(rows, "char_end", 0, 6), "segment 0 covers the characters 0 to 6, but its text has 7"),
            (&kept, "segment 2 is kept as `related`"),
            (&text, "segment 0 covers the characters 0 to 7, but its text has 6"),
            (&label, "segment 0 has the unknown label `footer`"),
        ];
        for (change, sentence) in changes {
            let (_folder, output) = one_run();
            forge(&output, Table::Segments, |rows| change(&rows));
            let found = findings(&output, true);
            assert!(found.iter().any(|found| found == &format!("run `r1`: record `a`: {sentence}")), "{found:#?}");
        }
    }

    #[test]
    fn mentions_belong_to_segments_of_articles() {
        let says = |change: &dyn Fn(&RecordBatch) -> RecordBatch, sentence: &str| {
            let (_folder, output) = one_run();
            forge(&output, Table::Mentions, |rows| change(&rows));
            let found = findings(&output, true);
            assert!(found.iter().any(|found| found == sentence), "{found:#?}");
        };
        let outside = |rows: &RecordBatch| with(rows, "seg_no", Arc::new(Int32Array::from(vec![0, 9])));
        says(&outside, "run `r1`: record `c` has a mention in segment 9, but its last segment is 1");
        let dropped = |rows: &RecordBatch| with(rows, "id", texts(&[Some("a"), Some("b")]));
        says(&dropped, "run `r1`: record `b` has mentions, but is not in articles");
    }

    #[test]
    fn every_value_is_compared_with_its_column() {
        let flat = |column: &'static str, values: Vec<Option<&'static str>>| {
            move |rows: &RecordBatch| with(rows, column, texts(&values))
        };
        let lengths = |rows: &RecordBatch| with(rows, "text_chars", Arc::new(Int32Array::from(vec![17, 3])));
        let cases: [(Table, Change<'_>, &str); 10] = [
            (
                Table::Articles,
                &flat("text_alone", vec![Some("Nội dung khác. "), None]),
                "run `r1`: the text_alone of record `a` is not trimmed",
            ),
            (
                Table::Articles,
                &|rows| with(rows, "text_alone", Arc::clone(rows.column_by_name("text").unwrap())),
                "run `r1`: the text_alone of record `a` is the same as its text",
            ),
            (Table::Articles, &flat("title", vec![Some("x"), Some("")]), "run `r1`: `articles.title` is an empty text"),
            (Table::Articles, &flat("language", vec![None, None]), "run `r1`: `articles.language` is null in 2 rows"),
            (Table::Articles, &lengths, "run `r1`: the text of record `c` has 6 characters, text_chars says 3"),
            (
                Table::Articles,
                &flat("text", vec![Some("Nội dung của bài "), None]),
                "run `r1`: the text of record `a` is not trimmed",
            ),
            (
                Table::Articles,
                &flat("text", vec![Some("a\u{301}bcdefghijklmnop"), None]),
                "run `r1`: the text of record `a` is not in NFC",
            ),
            (
                Table::Rejects,
                &flat("reason", vec![Some("ugly")]),
                "run `r1`: `rejects.reason` is `ugly`, it must be one of: empty no_article",
            ),
            (Table::Duplicates, &flat("kind", vec![Some("")]), "run `r1`: `duplicates.kind` is an empty text"),
            (
                Table::Mentions,
                &flat("kind", vec![Some("place"), Some("thing")]),
                "run `r1`: `mentions.kind` is `thing`",
            ),
        ];
        for (table, change, sentence) in cases {
            let (_folder, output) = one_run();
            forge(&output, table, |rows| change(&rows));
            let found = findings(&output, true);
            assert!(found.iter().any(|found| found.starts_with(sentence)), "{sentence}: {found:#?}");
        }
    }

    #[test]
    fn every_file_says_what_it_was_made_with() {
        let (_folder, output) = one_run();
        change_manifest(&output, |manifest| manifest.config_hash = "another".to_owned());
        let found = findings(&output, false);
        assert!(found.iter().any(|found| found.contains("does not say newsieve.config_hash = another")), "{found:#?}");
    }

    /// What an older release wrote lacks the columns that came later.
    #[test]
    fn files_of_an_older_schema_are_read() {
        let (_folder, output) = one_run();
        forge(&output, Table::Articles, |rows| rows.project(&(0..rows.num_columns() - 1).collect::<Vec<_>>()).unwrap());
        assert!(findings(&output, true).iter().any(|found| found.contains("has no column")));
        change_manifest(&output, |manifest| manifest.schema_version = SCHEMA_VERSION - 1);
        assert_eq!(findings(&output, true), Vec::<String>::new());
        // Put together with newer ones they get the column, without values.
        commit_run(&output, "r2", &[]);
        crate::compact::compact(&output).unwrap().unwrap();
        assert_eq!(findings(&output, true), Vec::<String>::new());
    }

    #[test]
    fn related_items_are_numbered_from_one() {
        let (_folder, output) = one_run();
        forge(&output, Table::Related, |rows| with(&rows, "item_no", Arc::new(Int32Array::from(vec![2, 1]))));
        assert_eq!(findings(&output, true), ["run `r1`: record `a` has the related item 2 where 1 must stand"]);
        assert!(findings(&output, false).is_empty());
    }

    #[test]
    fn repeated_findings_are_counted() {
        let (_folder, output) = one_run();
        let folder = output.root().join("mentions/run=x");
        fs::create_dir(&folder).unwrap();
        for number in 0..FINDINGS_OF_A_KIND + 3 {
            File::create(folder.join(format!("{number}"))).unwrap().write_all(b"x").unwrap();
        }
        let found = findings(&output, false);
        assert_eq!(found.len(), FINDINGS_OF_A_KIND + 1);
        assert_eq!(found.last().unwrap(), "there are 3 more files without a manifest");
    }

    #[test]
    fn the_same_caller_id_in_two_dumps_of_one_run_is_allowed() {
        let tally = RecordTally {
            records: 2,
            articles: 1,
            dropped: 1,
            beaten: 1,
            is_kept: true,
            cluster_size: 2,
            ..RecordTally::default()
        };
        assert_eq!(tally.broken_laws().count(), 0);
        let third = RecordTally { dropped: 2, ..tally };
        assert!(third.broken_laws().any(|law| law == KEPT_AND_DROPPED));
    }
}
