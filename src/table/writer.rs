//! Writes one table's rows to Parquet part files whose bytes depend on the rows alone.
//!
//! Borders of pages, row groups and parts are decided by the uncompressed size of the rows appended one by one, never by how
//! a caller grouped them, and nothing of the clock, the machine or the thread enters a file.
//!
//! Rows are collected by the caller and encoded by a thread of the table's own, which takes portions in their order: compression costs
//! more than all else that is done to a row, and tables are finished side by side.

use std::fs::{self, File};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use arrow::array::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

use super::journal::{Journal, Mark};
use super::rows::{ColumnView, RowBuilder};
use super::schema::{Column, ColumnType, SCHEMA_VERSION, Table};
use super::{StagedFile, VERSION};
use crate::config::TableConfig;
use crate::error::{Error, Result};
use crate::hashing::Hashing;

/// Uncompressed bytes of rows that are encoded at a time. The encoder looks at its page limit (1 MiB) only between such
/// portions, so long texts would make pages of any size without it.
const PORTION_BYTES: usize = 512 * 1024;
/// Distinct ids for which a bloom filter is laid out; it is folded down to what the row group holds. Above it (only `articles`
/// of very short texts come near) the filter still works, with more false hits.
const BLOOM_MAX_IDS: u64 = 131_072;
/// Share of false hits of the bloom filter: 10 bits an id.
const BLOOM_FALSE_HITS: f64 = 0.01;
/// Columns of numbers that grow from row to row: their differences are small.
const COUNTERS: [&str; 5] = ["record_no", "seg_no", "line_no", "char_start", "char_end"];
/// Longest minimum and maximum in the statistics, in bytes: enough to tell ids, paths and dates apart.
const STATISTICS_BYTES: usize = 64;

/// What all tables of a run have in common.
#[derive(Debug, Clone)]
pub(crate) struct WriterSettings {
    /// Sizes and compression.
    pub(crate) config: TableConfig,
    /// Written to every file.
    pub(crate) config_hash: String,
}

/// Portions that may wait for the encoder.
const WAITING_PORTIONS: usize = 4;

/// Writes one table of one run as `part-00000.parquet`, `part-00001.parquet` … in its own folder.
pub(crate) struct TableWriter {
    parts: Parts,
    rows: RowBuilder,
    group_bytes: usize,
    part_bytes: usize,
    /// Begins with the first portion: small tables need no thread.
    encoder: Option<Encoder>,
    /// Where rows are written down for a run that resumes this one, and how many of those collected are.
    journal: Option<(Journal, usize)>,
}

/// What is handed to the encoder, in order.
enum Step {
    Rows(RecordBatch),
    EndGroup,
    EndPart,
}

/// A thread that encodes and writes.
struct Encoder {
    steps: SyncSender<Step>,
    thread: JoinHandle<Result<Parts>>,
}

impl Encoder {
    fn start(parts: Parts) -> Encoder {
        let (steps, receiver) = sync_channel(WAITING_PORTIONS);
        Encoder { steps, thread: std::thread::spawn(move || parts.take_all(&receiver)) }
    }

    /// Waits until all steps are done.
    fn join(self) -> Result<Parts> {
        drop(self.steps);
        self.thread
            .join()
            .unwrap_or_else(|_| Err(Error::Output("a thread that writes a table ended unexpectedly".to_owned())))
    }
}

impl TableWriter {
    /// Creates `<staging>/<table>/`; files are created when there are rows.
    pub(crate) fn create(staging: &Path, table: Table, settings: &WriterSettings) -> Result<TableWriter> {
        let folder = staging.join(table.as_str());
        fs::create_dir_all(&folder).map_err(Error::io("create", &folder))?;
        let rows = RowBuilder::new(table.schema(), table.columns().iter().map(|column| column.kind));
        let parts = Parts { table, folder, settings: settings.clone(), part: None, finished: Vec::new() };
        Ok(TableWriter { parts, rows, group_bytes: 0, part_bytes: 0, encoder: None, journal: None })
    }

    /// From here on rows are written down in a journal too.
    pub(crate) fn keep(&mut self, journal: Journal) {
        self.journal = Some((journal, self.rows.len()));
    }

    /// Writes down what is not yet, and tells how much there is; nothing without a journal.
    pub(crate) fn mark(&mut self, sync: bool) -> Result<Option<Vec<Mark>>> {
        let Some((journal, written)) = &mut self.journal else { return Ok(None) };
        if *written < self.rows.len() {
            let batch = self.rows.peek().map_err(Error::table("write", journal.path()))?;
            journal.write(&batch.slice(*written, batch.num_rows() - *written))?;
            *written = batch.num_rows();
        }
        journal.mark(sync).map(Some)
    }

    /// The row under way: push one value a column, then call [`TableWriter::end_row`].
    pub(crate) fn row(&mut self) -> &mut RowBuilder {
        &mut self.rows
    }

    /// Closes the row, and the row group and part that it fills.
    pub(crate) fn end_row(&mut self) -> Result<()> {
        let bytes = self.rows.end_row();
        self.count(bytes)
    }

    /// Appends whole rows as if they were pushed one by one: all borders are where they would be. `sizes` has one entry a row of the
    /// columns.
    pub(crate) fn copy(
        &mut self,
        columns: &[(&Column, ColumnView<'_>)],
        rows: Range<usize>,
        sizes: &[usize],
    ) -> Result<()> {
        let mut start = rows.start;
        while start < rows.end {
            let config = &self.parts.settings.config;
            let room = PORTION_BYTES
                .saturating_sub(self.rows.bytes())
                .min(config.row_group_bytes.saturating_sub(self.group_bytes))
                .min(config.part_bytes.saturating_sub(self.part_bytes));
            let (mut end, mut bytes) = (start, 0);
            // A border lies behind the row that reaches it.
            while end < rows.end && (bytes < room || end == start) {
                bytes += sizes[end];
                end += 1;
            }
            let path = self.parts.folder.join(part_name(0));
            self.rows.copy(columns, start..end, bytes).map_err(Error::table("write", path))?;
            self.count(bytes)?;
            start = end;
        }
        Ok(())
    }

    /// Counts rows that were appended, and closes the portion, row group and part that they fill.
    fn count(&mut self, bytes: usize) -> Result<()> {
        self.group_bytes += bytes;
        self.part_bytes += bytes;
        let part_is_full = self.part_bytes >= self.parts.settings.config.part_bytes;
        let group_is_full = part_is_full || self.group_bytes >= self.parts.settings.config.row_group_bytes;
        if group_is_full || self.rows.bytes() >= PORTION_BYTES {
            let batch = self.batch()?;
            self.hand_over(Step::Rows(batch))?;
        }
        if part_is_full {
            (self.group_bytes, self.part_bytes) = (0, 0);
            self.hand_over(Step::EndPart)?;
        } else if group_is_full {
            self.group_bytes = 0;
            self.hand_over(Step::EndGroup)?;
        }
        Ok(())
    }

    /// Writes what is left. A table without rows still gets one file.
    pub(crate) fn finish(mut self) -> Result<Vec<StagedFile>> {
        let rest = (self.rows.len() > 0).then(|| self.batch()).transpose()?;
        let mut parts = match self.encoder.take() {
            Some(encoder) => encoder.join()?,
            None => self.parts,
        };
        if let Some(batch) = rest {
            parts.write(&batch)?;
        }
        parts.finish()
    }

    fn batch(&mut self) -> Result<RecordBatch> {
        let batch = self.rows.finish().map_err(Error::table("write", self.parts.folder.join(part_name(0))))?;
        if let Some((journal, written)) = &mut self.journal {
            journal.write(&batch.slice(*written, batch.num_rows() - *written))?;
            *written = 0;
        }
        Ok(batch)
    }

    fn hand_over(&mut self, step: Step) -> Result<()> {
        let encoder = self.encoder.get_or_insert_with(|| {
            let rest = self.parts.without_parts();
            Encoder::start(std::mem::replace(&mut self.parts, rest))
        });
        if encoder.steps.send(step).is_ok() {
            return Ok(());
        }
        // The thread has ended before its time: it says why.
        match self.encoder.take() {
            Some(encoder) => encoder.join().map(|_| ()),
            None => Ok(()),
        }
    }
}

/// The part files of one table, encoded and written in order.
struct Parts {
    table: Table,
    folder: PathBuf,
    settings: WriterSettings,
    part: Option<Part>,
    finished: Vec<StagedFile>,
}

/// The part file under way.
struct Part {
    path: PathBuf,
    rows: u64,
    writer: ArrowWriter<Hashing<File>>,
}

impl Parts {
    /// The same table and settings; stays with the caller while the encoder has the parts.
    fn without_parts(&self) -> Parts {
        let (folder, settings) = (self.folder.clone(), self.settings.clone());
        Parts { table: self.table, folder, settings, part: None, finished: Vec::new() }
    }

    fn take_all(mut self, steps: &Receiver<Step>) -> Result<Parts> {
        for step in steps {
            match step {
                Step::Rows(batch) => self.write(&batch)?,
                Step::EndGroup => self.end_group()?,
                Step::EndPart => self.end_part()?,
            }
        }
        Ok(self)
    }

    fn finish(mut self) -> Result<Vec<StagedFile>> {
        if self.finished.is_empty() && self.part.is_none() {
            self.part = Some(self.begin_part()?);
        }
        self.end_part()?;
        Ok(self.finished)
    }

    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let mut part = match self.part.take() {
            Some(part) => part,
            None => self.begin_part()?,
        };
        part.rows += batch.num_rows() as u64;
        part.writer.write(batch).map_err(Error::table("write", &part.path))?;
        self.part = Some(part);
        Ok(())
    }

    fn begin_part(&self) -> Result<Part> {
        let path = self.folder.join(part_name(self.finished.len()));
        let file = Hashing::new(File::create(&path).map_err(Error::io("create", &path))?);
        let properties = properties(self.table, &self.settings).map_err(Error::table("write", &path))?;
        let writer =
            ArrowWriter::try_new(file, self.table.schema(), Some(properties)).map_err(Error::table("write", &path))?;
        Ok(Part { path, rows: 0, writer })
    }

    fn end_group(&mut self) -> Result<()> {
        match &mut self.part {
            Some(part) => part.writer.flush().map_err(Error::table("write", &part.path)),
            None => Ok(()),
        }
    }

    fn end_part(&mut self) -> Result<()> {
        if let Some(Part { path, rows, writer }) = self.part.take() {
            let file = writer.into_inner().map_err(Error::table("write", &path))?;
            let written = file.digest();
            let (bytes, hash) = (written.bytes(), written.hex());
            self.finished.push(StagedFile { table: self.table, path, rows, bytes, hash });
        }
        Ok(())
    }
}

/// Name of the n-th part file.
pub(crate) fn part_name(number: usize) -> String {
    format!("part-{number:05}.parquet")
}

fn properties(table: Table, settings: &WriterSettings) -> Result<WriterProperties, ParquetError> {
    let level = ZstdLevel::try_new(settings.config.zstd_level)?;
    let metadata = [
        ("newsieve.version", VERSION.to_owned()),
        ("newsieve.schema_version", SCHEMA_VERSION.to_string()),
        ("newsieve.config_hash", settings.config_hash.clone()),
    ];
    let mut builder = WriterProperties::builder()
        .set_created_by(format!("newsieve version {VERSION}"))
        .set_compression(Compression::ZSTD(level))
        // The library's own limit of rows would add a second kind of border.
        .set_max_row_group_row_count(None)
        .set_statistics_truncate_length(Some(STATISTICS_BYTES))
        .set_column_index_truncate_length(Some(STATISTICS_BYTES))
        .set_key_value_metadata(Some(metadata.map(|(key, value)| KeyValue::new(key.to_owned(), value)).to_vec()));
    for column in table.columns() {
        let path = leaf(column);
        if column.long {
            builder = builder
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_encoding(path.clone(), Encoding::DELTA_LENGTH_BYTE_ARRAY)
                .set_column_statistics_enabled(path, EnabledStatistics::None);
        } else if COUNTERS.contains(&column.name) {
            builder = builder
                .set_column_dictionary_enabled(path.clone(), false)
                .set_column_encoding(path, Encoding::DELTA_BINARY_PACKED);
        }
    }
    if table.has_column("id") {
        let id = ColumnPath::from("id");
        builder = builder
            .set_column_bloom_filter_enabled(id.clone(), true)
            .set_column_bloom_filter_fpp(id.clone(), BLOOM_FALSE_HITS)
            .set_column_bloom_filter_max_ndv(id, BLOOM_MAX_IDS);
    }
    Ok(builder.build())
}

/// The Parquet column that holds the values.
fn leaf(column: &Column) -> ColumnPath {
    match column.kind {
        ColumnType::TextList => ColumnPath::new(vec![column.name.to_owned(), "list".to_owned(), "element".to_owned()]),
        _ => ColumnPath::from(column.name),
    }
}
