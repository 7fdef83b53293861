//! The tables: their columns, the rows of one run on their way to Parquet files, and reading rows back.

mod journal;
mod reader;
mod rows;
mod schema;
mod spill;
mod writer;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use arrow::array::{Array, BooleanArray, Int32Array, RecordBatch, StringArray};

pub(crate) use self::journal::{Log, Mark, hash_of};
pub(crate) use self::reader::{
    column_of, newer_column_of, read_columns, read_rows, rows_with_id, rows_with_ids, text_of, to_json,
};
pub use self::schema::{Column, ColumnType, SCHEMA_VERSION, SchemaFormat, Table, describe};
pub(crate) use self::writer::{TableWriter, WriterSettings, part_name};

use self::journal::Journal;
use self::rows::ColumnView;
use self::spill::ArticleSpill;
use crate::config::TableConfig;
use crate::dedup::Fates;
use crate::document::{Cleaned, Rejection};
use crate::error::{Error, Result};

/// Version of this program, written to files, manifests and `runs`.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");

/// One finished file in the staging folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StagedFile {
    /// The table it belongs to.
    pub table: Table,
    /// Where it stands now: `<staging>/<table>/part-NNNNN.parquet`.
    pub path: PathBuf,
    /// Number of rows.
    pub rows: u64,
    /// Size in bytes.
    pub bytes: u64,
    /// 32 hex digits: XXH3-128 of the file.
    pub hash: String,
}

/// One row of `duplicates`, without `run_id` and without what the later record's row of `articles` tells.
#[derive(Debug, Clone, PartialEq)]
pub struct DuplicateEdge {
    /// Number of the later record among the articles appended.
    pub duplicate: usize,
    /// Id of the kept record.
    pub kept_id: String,
    /// Run of the kept record.
    pub kept_run_id: String,
    /// `exact normalized near contained syndicated`.
    pub kind: &'static str,
    /// Whether the record left `articles` because of this edge.
    pub dropped: bool,
    /// Shared units over all units of both, 0 to 1.
    pub jaccard: Option<f64>,
    /// Share of the smaller one's units found in the other, 0 to 1.
    pub containment: Option<f64>,
    /// What was compared.
    pub similarity_unit: Option<&'static str>,
}

/// The row of `runs`, without `run_id`, `version`, `config_hash` and `bytes_out`, which the tables know themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRow {
    /// Microseconds since 1970-01-01 UTC.
    pub started: i64,
    /// Microseconds since 1970-01-01 UTC.
    pub finished: i64,
    /// The inputs, as JSON.
    pub inputs: String,
    /// Records read.
    pub n_records: i64,
    /// Rows of `articles`.
    pub n_articles: i64,
    /// Rows of `duplicates` with `dropped`.
    pub n_duplicates: i64,
    /// Rows of `rejects`.
    pub n_rejects: i64,
    /// Inputs passed over because an earlier run committed them.
    pub n_skipped_inputs: i64,
    /// Bytes of the inputs read, as stored.
    pub bytes_in: i64,
    /// Largest memory use of the process, where the system tells.
    pub peak_rss_bytes: Option<i64>,
}

/// Writes the tables of one run into its staging folder, in two phases.
///
/// [`append`](RunTables::append) and [`reject`](RunTables::reject) take records in the order of the tables; memory is bounded by
/// `table.row_group_bytes`, whatever the number of records. [`close`](RunTables::close) and [`finish`](ClosedTables::finish) then drop or mark duplicates.
/// Same rows in the same order = same bytes, except for `runs`.
pub struct RunTables {
    staging: PathBuf,
    run_id: String,
    settings: WriterSettings,
    segments: TableWriter,
    rejects: TableWriter,
    articles: ArticleSpill,
}

/// How much of each table is written down, by its name.
pub(crate) type Marks = BTreeMap<String, Vec<Mark>>;

/// Folder of the journals in the staging folder of a run.
pub(crate) const JOURNAL: &str = "_journal";

/// What the duplicate stage needs of an article that was cleaned before the run was stopped.
pub(crate) struct ArticleRow<'a> {
    pub(crate) id: &'a str,
    pub(crate) caller_id: bool,
    pub(crate) content_hash: &'a str,
    pub(crate) text_hash: &'a str,
    pub(crate) title: Option<&'a str>,
    pub(crate) text: &'a str,
    pub(crate) text_chars: i32,
    pub(crate) text_alone: Option<&'a str>,
}

impl RunTables {
    /// Begins the tables of a run in `staging`, which is [`crate::output::Output::stage_dir`] of the run.
    ///
    /// # Errors
    /// A file or folder cannot be created.
    pub fn create(staging: &Path, run_id: &str, config_hash: &str, config: &TableConfig) -> Result<RunTables> {
        let settings = WriterSettings { config: config.clone(), config_hash: config_hash.to_owned() };
        Ok(RunTables {
            segments: TableWriter::create(staging, Table::Segments, &settings)?,
            rejects: TableWriter::create(staging, Table::Rejects, &settings)?,
            articles: ArticleSpill::create(&staging.join(JOURNAL), &Marks::new(), 0)?,
            staging: staging.to_owned(),
            run_id: run_id.to_owned(),
            settings,
        })
    }

    /// As [`RunTables::create`], but all rows are written down for a run that resumes this one; and the rows of a run that was
    /// stopped, of which so much was written down, come first. `visit` is given their articles.
    pub(crate) fn resume(
        staging: &Path,
        run_id: &str,
        config_hash: &str,
        config: &TableConfig,
        marks: &Marks,
        visit: &mut dyn FnMut(&ArticleRow<'_>) -> Result<()>,
    ) -> Result<RunTables> {
        let settings = WriterSettings { config: config.clone(), config_hash: config_hash.to_owned() };
        let folder = staging.join(JOURNAL);
        let of = |table: Table| marks.get(table.as_str()).cloned().unwrap_or_default();
        let table = |table: Table| -> Result<TableWriter> {
            let mut writer = TableWriter::create(staging, table, &settings)?;
            journal::read(&folder, &of(table), &mut |batch, path| copy_rows(table, batch, path, &mut writer))?;
            writer.keep(Journal::create(&folder, table.as_str(), &table.schema(), of(table))?);
            Ok(writer)
        };
        let mut count = 0;
        journal::read(&folder, &of(Table::Articles), &mut |batch, path| {
            count += batch.num_rows();
            article_rows(batch, path, visit)
        })?;
        Ok(RunTables {
            segments: table(Table::Segments)?,
            rejects: table(Table::Rejects)?,
            articles: ArticleSpill::create(&folder, marks, count)?,
            staging: staging.to_owned(),
            run_id: run_id.to_owned(),
            settings,
        })
    }

    /// Writes down all rows appended so far, with `sync` to the disk, and tells how much there is of each table.
    pub(crate) fn mark(&mut self, sync: bool) -> Result<Marks> {
        let mut marks = Marks::new();
        for (table, writer) in [(Table::Segments, &mut self.segments), (Table::Rejects, &mut self.rejects)] {
            marks.extend(writer.mark(sync)?.map(|mark| (table.as_str().to_owned(), mark)));
        }
        self.articles.mark(sync, &mut marks)?;
        Ok(marks)
    }

    /// Appends a decoded record: its segments, and its article or its rejection.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn append(&mut self, cleaned: &Cleaned) -> Result<()> {
        // They stand in order.
        let mut foreign = cleaned.outcome.iter().flat_map(|article| &article.measures.foreign_segments).peekable();
        for (seg_no, segment) in cleaned.segments.iter().enumerate() {
            let language = foreign.next_if(|(number, _)| *number == seg_no).map(|(_, language)| language.as_str());
            rows::push_segment(self.segments.row(), &cleaned.record, seg_no, segment, language, &self.run_id);
            self.segments.end_row()?;
        }
        match &cleaned.outcome {
            Ok(article) => self.articles.append(&cleaned.record, article, &self.run_id),
            Err(rejection) => self.reject(rejection),
        }
    }

    /// Appends the rejection of a record that never decoded.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn reject(&mut self, rejection: &Rejection) -> Result<()> {
        rows::push_rejection(self.rejects.row(), rejection, &self.run_id);
        self.rejects.end_row()
    }

    /// Ends the tables that no fate touches: segments and rejects.
    ///
    /// # Errors
    /// A file cannot be written.
    pub fn close(self) -> Result<ClosedTables> {
        let RunTables { staging, run_id, settings, segments, rejects, articles } = self;
        let segments = segments.finish()?;
        let rejects = rejects.finish()?;
        Ok(ClosedTables { staging, run_id, settings, segments, rejects, articles })
    }
}

/// The tables of a run of which all records have been appended.
pub struct ClosedTables {
    staging: PathBuf,
    run_id: String,
    settings: WriterSettings,
    segments: Vec<StagedFile>,
    rejects: Vec<StagedFile>,
    articles: ArticleSpill,
}

impl ClosedTables {
    /// The files of `segments`, in order.
    pub fn segments(&self) -> impl Iterator<Item = &Path> {
        self.segments.iter().map(|file| file.path.as_path())
    }

    /// Writes the rest: articles by their fates (one an appended article, in order), the edges (in the order of their later records),
    /// the row of `runs`.
    ///
    /// # Errors
    /// A file cannot be written or read back, or the number of fates is not that of the articles.
    pub fn finish(self, fates: &Fates, edges: &[DuplicateEdge], run: &RunRow) -> Result<Vec<StagedFile>> {
        if fates.len() != self.articles.len() {
            let (fates, articles) = (fates.len(), self.articles.len());
            return Err(Error::Output(format!("{articles} articles were appended but {fates} fates given")));
        }
        let mut files = self.articles.finish(fates, edges, &self.run_id, &self.staging, &self.settings)?;
        files.extend(self.segments);
        files.extend(self.rejects);
        let bytes_out = files.iter().map(|file| file.bytes).sum();
        files.extend(write_run(run, &self.run_id, bytes_out, &self.staging, &self.settings)?);
        files.sort_by(|a, b| (a.table, &a.path).cmp(&(b.table, &b.path)));
        Ok(files)
    }
}

/// Copies rows into a table. A column that they do not have, since they are of an older version, is null.
pub(crate) fn copy_rows(table: Table, batch: &RecordBatch, path: &Path, into: &mut TableWriter) -> Result<()> {
    let mut columns = Vec::new();
    for column in table.columns() {
        let array = batch.column_by_name(column.name).cloned();
        let array = array.unwrap_or_else(|| arrow::array::new_null_array(&column.kind.data_type(), batch.num_rows()));
        columns.push((column, array));
    }
    let views: Option<Vec<_>> = columns.iter().map(|(column, array)| ColumnView::new(column.kind, array)).collect();
    let views = views.ok_or_else(|| {
        let cause = arrow::error::ArrowError::SchemaError("a column is of another type".to_owned());
        Error::table("read", path)(cause)
    })?;
    for row in 0..batch.num_rows() {
        for view in &views {
            view.copy(row, into.row());
        }
        into.end_row()?;
    }
    Ok(())
}

fn article_rows(batch: &RecordBatch, path: &Path, visit: &mut dyn FnMut(&ArticleRow<'_>) -> Result<()>) -> Result<()> {
    let text = |name| column_of::<StringArray>(batch, name, path);
    let (ids, titles, texts) = (text("id")?, text("title")?, text("text")?);
    let (content_hashes, text_hashes) = (text("content_hash")?, text("text_hash")?);
    let caller_ids: &BooleanArray = column_of(batch, "caller_id", path)?;
    let chars: &Int32Array = column_of(batch, "text_chars", path)?;
    let alone = text("text_alone")?;
    for row in 0..batch.num_rows() {
        visit(&ArticleRow {
            id: ids.value(row),
            caller_id: caller_ids.value(row),
            content_hash: content_hashes.value(row),
            text_hash: text_hashes.value(row),
            title: titles.is_valid(row).then(|| titles.value(row)),
            text: texts.value(row),
            text_chars: chars.value(row),
            text_alone: alone.is_valid(row).then(|| alone.value(row)),
        })?;
    }
    Ok(())
}

fn write_run(
    run: &RunRow,
    run_id: &str,
    bytes_out: u64,
    staging: &Path,
    settings: &WriterSettings,
) -> Result<Vec<StagedFile>> {
    let mut table = TableWriter::create(staging, Table::Runs, settings)?;
    rows::push_run(table.row(), run, run_id, &settings.config_hash, bytes_out);
    table.end_row()?;
    table.finish()
}

#[cfg(test)]
pub(crate) mod fixture;

#[cfg(test)]
mod tests {
    use std::fs;

    use arrow::array::AsArray;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    use parquet::file::reader::FileReader;
    use parquet::file::serialized_reader::SerializedFileReader;

    use super::fixture::{cleaned, rejected, run_row, table_config};
    use super::*;
    use crate::dedup::Fate;

    fn write(config: &TableConfig, texts: &[&str], fates: &[Fate]) -> (tempfile::TempDir, Vec<StagedFile>) {
        let records: Vec<_> = texts.iter().enumerate().map(|(number, text)| (format!("id{number}"), *text)).collect();
        write_records(config, &records, fates)
    }

    fn write_records(
        config: &TableConfig,
        texts: &[(String, &str)],
        fates: &[Fate],
    ) -> (tempfile::TempDir, Vec<StagedFile>) {
        let folder = tempfile::tempdir().unwrap();
        let mut tables = RunTables::create(folder.path(), "r1", "c0ffee", config).unwrap();
        for (id, text) in texts {
            tables.append(&cleaned(id, text)).unwrap();
        }
        tables.append(&rejected("bad", "home page")).unwrap();
        let fates: Fates = fates.iter().cloned().collect();
        let files = tables.close().unwrap().finish(&fates, &[], &run_row(texts.len() as i64, 0, 1)).unwrap();
        (folder, files)
    }

    fn file(files: &[StagedFile], table: Table) -> &StagedFile {
        files.iter().find(|file| file.table == table).unwrap()
    }

    fn ids(path: &Path) -> Vec<String> {
        let batches = read_columns(path, &["id"]).unwrap();
        batches
            .flat_map(|batch| {
                batch.unwrap().column(0).as_string::<i32>().iter().flatten().map(str::to_owned).collect::<Vec<_>>()
            })
            .collect()
    }

    #[test]
    fn every_table_has_a_file_with_its_schema_also_without_rows() {
        let (_folder, files) = write(&table_config(), &[], &[]);
        for table in Table::ALL {
            let staged = file(&files, table);
            assert!(staged.path.ends_with(format!("{}/part-00000.parquet", table.as_str())));
            let reader = ParquetRecordBatchReaderBuilder::try_new(fs::File::open(&staged.path).unwrap()).unwrap();
            assert_eq!(reader.schema().fields(), table.schema().fields());
            let bytes = fs::read(&staged.path).unwrap();
            assert_eq!((bytes.len() as u64, crate::document::hash_hex(&bytes)), (staged.bytes, staged.hash.clone()));
        }
        assert_eq!(file(&files, Table::Articles).rows, 0);
        assert_eq!(file(&files, Table::Runs).rows, 1);
        assert_eq!(file(&files, Table::Rejects).rows, 1);
    }

    #[test]
    fn dropped_articles_take_their_related_rows_with_them() {
        let mut fates = vec![Fate::alone(); 3];
        fates[0] = Fate { dup_cluster: Some("id0".into()), dup_cluster_size: 2, ..Fate::alone() };
        fates[1].dropped = true;
        let (_folder, files) = write(&table_config(), &["A\none", "B\ntwo", "C\nthree"], &fates);
        assert_eq!(ids(&file(&files, Table::Articles).path), ["id0", "id2"]);
        assert_eq!(ids(&file(&files, Table::Related).path), ["id0", "id2"]);
        assert_eq!(ids(&file(&files, Table::Mentions).path), ["id0", "id2"]);
        assert_eq!(file(&files, Table::Segments).rows, 7);
        let row = read_columns(&file(&files, Table::Articles).path, &[]).unwrap().next().unwrap().unwrap();
        let row = to_json(&row, 0);
        assert_eq!((&row["dup_cluster"], &row["dup_cluster_size"]), (&"id0".into(), &2.into()));
        assert!(row["dup_of"].is_null());
    }

    #[test]
    fn a_wrong_number_of_fates_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let tables = RunTables::create(folder.path(), "r1", "c", &table_config()).unwrap();
        assert!(
            tables.close().unwrap().finish(&[Fate::alone()].into_iter().collect(), &[], &run_row(0, 0, 0)).is_err()
        );
    }

    #[test]
    fn borders_follow_the_rows() {
        let config = TableConfig { row_group_bytes: 2_000, part_bytes: 6_000, zstd_level: 3 };
        let texts: Vec<String> =
            (0..40).map(|number| format!("Title {number}\n{}", "word ".repeat(number * 7))).collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let fates = vec![Fate::alone(); texts.len()];
        let (_one, first) = write(&config, &texts, &fates);
        let (_two, second) = write(&config, &texts, &fates);
        let facts =
            |files: &[StagedFile]| files.iter().map(|f| (f.table, f.rows, f.bytes, f.hash.clone())).collect::<Vec<_>>();
        assert_eq!(facts(&first), facts(&second));
        assert!(first.iter().filter(|file| file.table == Table::Articles).count() > 2);
        let staged = file(&first, Table::Articles);
        let reader = SerializedFileReader::new(fs::File::open(&staged.path).unwrap()).unwrap();
        assert!(reader.metadata().num_row_groups() > 1);
        let all: Vec<String> =
            first.iter().filter(|file| file.table == Table::Articles).flat_map(|file| ids(&file.path)).collect();
        assert_eq!(all, (0..40).map(|number| format!("id{number}")).collect::<Vec<_>>());
    }

    #[test]
    fn dropped_rows_leave_no_trace() {
        let config = TableConfig { row_group_bytes: 2_000, part_bytes: 6_000, zstd_level: 3 };
        let texts: Vec<String> =
            (0..60).map(|number| format!("Title {number}\n{}", "word ".repeat(number * 5))).collect();
        let all: Vec<(String, &str)> =
            texts.iter().enumerate().map(|(number, text)| (format!("id{number}"), text.as_str())).collect();
        // Rows that are copied together and one by one, and gaps of every length between them.
        let clustered = Fate { dup_cluster: Some("id7".into()), dup_cluster_size: 2, ..Fate::alone() };
        let fate = |number: usize| match number % 11 {
            0 | 3 | 4 | 5 => Fate { dropped: true, ..Fate::alone() },
            7 => clustered.clone(),
            _ => Fate::alone(),
        };
        let fates: Vec<Fate> = (0..all.len()).map(fate).collect();
        let (kept, kept_fates): (Vec<_>, Vec<_>) =
            all.iter().cloned().zip(fates.iter().cloned()).filter(|(_, fate)| !fate.dropped).unzip();
        let (_one, with) = write_records(&config, &all, &fates);
        let (_two, without) = write_records(&config, &kept, &kept_fates);
        for table in [Table::Articles, Table::Related, Table::Mentions] {
            let facts = |files: &[StagedFile]| {
                let files = files.iter().filter(|file| file.table == table);
                files.map(|file| (file.rows, file.hash.clone())).collect::<Vec<_>>()
            };
            assert_eq!(facts(&with), facts(&without), "{table:?}");
        }
        assert!(with.iter().filter(|file| file.table == Table::Articles).count() > 2);
    }

    #[test]
    fn files_carry_metadata_and_a_small_bloom_filter() {
        let (_folder, files) = write(&table_config(), &["A\none"], &[Fate::alone()]);
        let staged = file(&files, Table::Segments);
        assert!(staged.bytes < 10_000, "{}", staged.bytes);
        let reader = SerializedFileReader::new(fs::File::open(&staged.path).unwrap()).unwrap();
        let metadata = reader.metadata();
        let created = metadata.file_metadata().created_by().unwrap();
        assert_eq!(created, format!("newsieve version {VERSION}"));
        let pairs = metadata.file_metadata().key_value_metadata().unwrap();
        let value = |key: &str| pairs.iter().find(|pair| pair.key == key).and_then(|pair| pair.value.clone());
        assert_eq!(value("newsieve.config_hash").as_deref(), Some("c0ffee"));
        assert_eq!(value("newsieve.schema_version"), Some(SCHEMA_VERSION.to_string()));
        assert!(metadata.row_group(0).column(0).bloom_filter_offset().is_some());
        let text = metadata.row_group(0).column(6);
        assert_eq!(text.column_path().string(), "text");
        assert!(text.statistics().is_none() && text.dictionary_page_offset().is_none());
    }

    #[test]
    fn rows_of_one_id_are_found() {
        let (_folder, files) = write(&table_config(), &["A\none", "B\ntwo"], &vec![Fate::alone(); 2]);
        let found = rows_with_id(&file(&files, Table::Segments).path, "id1").unwrap();
        assert_eq!(found.iter().map(arrow::array::RecordBatch::num_rows).sum::<usize>(), 2);
        let row = to_json(&found[0], 1);
        assert_eq!(
            (&row["seg_no"], &row["text"], &row["repeat_of"]),
            (&1.into(), &"two".into(), &serde_json::Value::Null)
        );
        assert!(rows_with_id(&file(&files, Table::Segments).path, "nobody").unwrap().is_empty());
    }
}
