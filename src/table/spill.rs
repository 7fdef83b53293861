//! Rows that must wait: which member of a duplicate cluster is kept, and how large the cluster is, is known only when all
//! records were read, so the rows of articles stand uncompressed in a file of the staging folder until then.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{AsArray, RecordBatch};
use arrow::datatypes::{DataType, Field, Int64Type, Schema};
use arrow::error::ArrowError;

use super::journal::{Journal, Mark};
use super::rows::{ColumnView, RowBuilder, push_edge, push_fate};
use super::schema::{Column, ColumnType, Table};
use super::writer::{TableWriter, WriterSettings};
use super::{DuplicateEdge, Fates, Marks};
use crate::dedup::Fate;
use crate::document::{Article, Mention, Record, RelatedItem};
use crate::error::{Error, Result};

/// Bytes of rows that are written at a time: what a spill holds in memory.
const PORTION_BYTES: usize = 4 * 1024 * 1024;
/// Last column of a spill: which article, in the order of appending, the row belongs to.
const ARTICLE_NO: &str = "article_no";

/// The waiting rows of one table.
struct Spill {
    table: Table,
    rows: RowBuilder,
    journal: Journal,
}

impl Spill {
    fn create(folder: &Path, table: Table, earlier: Vec<Mark>) -> Result<Spill> {
        let mut fields: Vec<_> = table.schema().fields().iter().map(Arc::clone).collect();
        fields.push(Arc::new(Field::new(ARTICLE_NO, DataType::Int64, true)));
        let schema = Arc::new(Schema::new(fields));
        let journal = Journal::create(folder, table.as_str(), &schema, earlier)?;
        let kinds = table.columns().iter().map(|column| column.kind).chain([ColumnType::Int64]);
        Ok(Spill { table, rows: RowBuilder::new(schema, kinds), journal })
    }

    fn end_row(&mut self, article_no: usize) -> Result<()> {
        self.rows.int64(article_no as i64);
        self.rows.end_row();
        if self.rows.bytes() >= PORTION_BYTES { self.write() } else { Ok(()) }
    }

    fn write(&mut self) -> Result<()> {
        let batch = self.rows.finish().map_err(Error::table("write", self.journal.path()))?;
        self.journal.write(&batch)
    }

    fn mark(&mut self, sync: bool) -> Result<Vec<Mark>> {
        self.write()?;
        self.journal.mark(sync)
    }

    /// Streams the rows of articles that stay into the table. `edges` are given for `articles`. The spill goes with its folder: until
    /// the commit stands, it is what a killed run is resumed from.
    fn drain(mut self, fates: &Fates, mut edges: Option<&mut Edges<'_>>, into: &mut TableWriter) -> Result<()> {
        self.write()?;
        let table = self.table;
        self.journal.read_all(|batch, path| copy_batch(table, batch, fates, edges.as_deref_mut(), path, into))
    }
}

/// The edges on their way to `duplicates`: each takes names from the row of its later record, which passes by in the same order.
struct Edges<'a> {
    rest: &'a [DuplicateEdge],
    run_id: &'a str,
    table: TableWriter,
}

impl Edges<'_> {
    /// Writes the edges of one article.
    fn write(&mut self, article: usize, columns: &[(&Column, ColumnView<'_>)], row: usize) -> Result<()> {
        while let Some((edge, rest)) = self.rest.split_first()
            && edge.duplicate == article
        {
            self.rest = rest;
            let later = |name: &str| {
                let (_, values) = columns.iter().find(|(column, _)| column.name == name)?;
                values.text(row)
            };
            push_edge(self.table.row(), edge, self.run_id, later);
            self.table.end_row()?;
        }
        Ok(())
    }
}

fn copy_batch(
    table: Table,
    batch: &RecordBatch,
    fates: &Fates,
    mut edges: Option<&mut Edges<'_>>,
    path: &Path,
    into: &mut TableWriter,
) -> Result<()> {
    let damaged = || {
        let cause = ArrowError::SchemaError("a column is missing or of another type".to_owned());
        Error::table("read", path)(cause)
    };
    let columns = table
        .columns()
        .iter()
        .zip(batch.columns())
        .map(|(column, array)| Some((column, ColumnView::new(column.kind, array)?)))
        .collect::<Option<Vec<_>>>()
        .ok_or_else(damaged)?;
    let article_no = batch.column_by_name(ARTICLE_NO).and_then(|array| array.as_primitive_opt::<Int64Type>());
    let article_no = article_no.ok_or_else(damaged)?;
    let mut sizes = vec![0; article_no.len()];
    for (_, view) in &columns {
        view.add_sizes(&mut sizes);
    }
    // Rows that stay as they are and stand side by side are copied together.
    let mut unchanged = 0..0;
    for row in 0..article_no.len() {
        let article = article_no.value(row) as usize;
        let fate = fates.get(article).ok_or_else(damaged)?;
        if let Some(edges) = &mut edges {
            edges.write(article, &columns, row)?;
        }
        if !fate.dropped && (table != Table::Articles || fate.is_alone()) {
            unchanged.end = row + 1;
            continue;
        }
        into.copy(&columns, unchanged, &sizes)?;
        unchanged = row + 1..row + 1;
        if !fate.dropped {
            copy_row(&columns, row, fate, into)?;
        }
    }
    into.copy(&columns, unchanged, &sizes)
}

fn copy_row(columns: &[(&Column, ColumnView<'_>)], row: usize, fate: &Fate, into: &mut TableWriter) -> Result<()> {
    for (column, values) in columns {
        if !push_fate(into.row(), column.name, values, row, fate) {
            values.copy(row, into.row());
        }
    }
    into.end_row()
}

/// The waiting rows of `articles`, `related` and `mentions`.
pub(crate) struct ArticleSpill {
    articles: Spill,
    related: Spill,
    mentions: Spill,
    count: usize,
}

impl ArticleSpill {
    /// Creates the spill files in a folder, behind what `earlier` tells of each table: so many articles.
    pub(crate) fn create(folder: &Path, earlier: &Marks, count: usize) -> Result<ArticleSpill> {
        let spill =
            |table: Table| Spill::create(folder, table, earlier.get(table.as_str()).cloned().unwrap_or_default());
        let (articles, related, mentions) = (spill(Table::Articles)?, spill(Table::Related)?, spill(Table::Mentions)?);
        Ok(ArticleSpill { articles, related, mentions, count })
    }

    /// Tells how much there is of each table.
    pub(crate) fn mark(&mut self, sync: bool, marks: &mut Marks) -> Result<()> {
        for spill in [&mut self.articles, &mut self.related, &mut self.mentions] {
            marks.insert(spill.table.as_str().to_owned(), spill.mark(sync)?);
        }
        Ok(())
    }

    /// Number of articles appended.
    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// Appends an article with its related items and mentions.
    pub(crate) fn append(&mut self, record: &Record, article: &Article, run_id: &str) -> Result<()> {
        super::rows::push_article(&mut self.articles.rows, record, article, run_id);
        self.articles.end_row(self.count)?;
        self.append_related(record, &article.related, run_id)?;
        self.append_mentions(record, &article.mentions, run_id)?;
        self.count += 1;
        Ok(())
    }

    fn append_related(&mut self, record: &Record, items: &[RelatedItem], run_id: &str) -> Result<()> {
        for item in items {
            super::rows::push_related(&mut self.related.rows, record, item, run_id);
            self.related.end_row(self.count)?;
        }
        Ok(())
    }

    fn append_mentions(&mut self, record: &Record, mentions: &[Mention], run_id: &str) -> Result<()> {
        for mention in mentions {
            super::rows::push_mention(&mut self.mentions.rows, record, mention, run_id);
            self.mentions.end_row(self.count)?;
        }
        Ok(())
    }

    /// Writes the rows of the articles that stay, one fate an article in the order of appending, to their tables, and the edges.
    pub(crate) fn finish(
        self,
        fates: &Fates,
        edges: &[DuplicateEdge],
        run_id: &str,
        staging: &Path,
        settings: &WriterSettings,
    ) -> Result<Vec<super::StagedFile>> {
        let duplicates = TableWriter::create(staging, Table::Duplicates, settings)?;
        let mut edges = Edges { rest: edges, run_id, table: duplicates };
        let finish = |spill: Spill, edges: Option<&mut Edges<'_>>| {
            let mut table = TableWriter::create(staging, spill.table, settings)?;
            spill.drain(fates, edges, &mut table)?;
            table.finish()
        };
        // The tables have nothing to do with each other; their files are put together in one order.
        let (articles, related, mentions) = std::thread::scope(|scope| {
            let related = scope.spawn(|| finish(self.related, None));
            let mentions = scope.spawn(|| finish(self.mentions, None));
            (finish(self.articles, Some(&mut edges)), join(related), join(mentions))
        });
        Ok([articles?, related?, mentions?, edges.table.finish()?].concat())
    }
}

fn join<T>(thread: std::thread::ScopedJoinHandle<'_, Result<T>>) -> Result<T> {
    thread.join().unwrap_or_else(|_| Err(Error::Output("a thread that writes a table ended unexpectedly".to_owned())))
}
