//! Rows on their way to a file: Arrow builders filled value by value, and what each table's row is made of.

use std::ops::Range;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, BooleanBuilder, Date32Array, Date32Builder, Float32Array, Float32Builder,
    Float64Array, Float64Builder, Int32Array, Int32Builder, Int64Array, Int64Builder, ListArray, ListBuilder,
    RecordBatch, StringArray, StringBuilder, TimestampMicrosecondArray, TimestampMicrosecondBuilder,
};
use arrow::datatypes::{
    Date32Type, Float32Type, Float64Type, Int32Type, Int64Type, SchemaRef, TimestampMicrosecondType,
};
use arrow::error::ArrowError;

use super::schema::{Column, ColumnType, list_field};
use super::{DuplicateEdge, RunRow};
use crate::dedup::Fate;
use crate::document::{Article, Mention, Record, Rejection, RelatedItem, Segment};

/// Collects rows. Values are pushed from the first column to the last, then [`RowBuilder::end_row`] closes the row.
///
/// Pushing a value of another type than the column's, too few or too many values is a mistake of the caller that
/// [`RowBuilder::finish`] reports as an error, because the columns then differ in length.
pub(crate) struct RowBuilder {
    schema: SchemaRef,
    columns: Vec<ColumnBuilder>,
    next: usize,
    rows: usize,
    row_bytes: usize,
    bytes: usize,
}

enum ColumnBuilder {
    Text(StringBuilder),
    Boolean(BooleanBuilder),
    Int32(Int32Builder),
    Int64(Int64Builder),
    Float32(Float32Builder),
    Float64(Float64Builder),
    Date(Date32Builder),
    Timestamp(TimestampMicrosecondBuilder),
    TextList(ListBuilder<StringBuilder>),
}

/// Bytes that a text costs beside its own: its offset.
const OFFSET_BYTES: usize = 4;

/// Defines one method that pushes a value of fixed width.
macro_rules! push {
    ($name:ident, $variant:ident, $value:ty, $doc:literal) => {
        #[doc = $doc]
        pub(crate) fn $name(&mut self, value: impl Into<Option<$value>>) {
            self.row_bytes += size_of::<$value>();
            if let Some(ColumnBuilder::$variant(builder)) = self.next_column() {
                builder.append_option(value.into());
            }
        }
    };
}

impl RowBuilder {
    /// Makes an empty builder; `kinds` are the types of the schema's columns.
    pub(crate) fn new(schema: SchemaRef, kinds: impl IntoIterator<Item = ColumnType>) -> RowBuilder {
        let columns = kinds.into_iter().map(ColumnBuilder::new).collect();
        RowBuilder { schema, columns, next: 0, rows: 0, row_bytes: 0, bytes: 0 }
    }

    fn next_column(&mut self) -> Option<&mut ColumnBuilder> {
        let column = self.columns.get_mut(self.next);
        self.next += 1;
        column
    }

    /// Pushes a text as it is, also an empty one.
    pub(crate) fn text(&mut self, value: &str) {
        self.row_bytes += OFFSET_BYTES + value.len();
        if let Some(ColumnBuilder::Text(builder)) = self.next_column() {
            builder.append_value(value);
        }
    }

    /// Pushes a text; an empty one is not known and becomes null.
    pub(crate) fn known(&mut self, value: Option<&str>) {
        let value = value.filter(|text| !text.is_empty());
        self.row_bytes += OFFSET_BYTES + value.map_or(0, str::len);
        if let Some(ColumnBuilder::Text(builder)) = self.next_column() {
            builder.append_option(value);
        }
    }

    /// Pushes a list of texts: null = not looked for, empty = none found.
    pub(crate) fn list(&mut self, value: Option<&[String]>) {
        self.row_bytes +=
            OFFSET_BYTES + value.into_iter().flatten().map(|text| OFFSET_BYTES + text.len()).sum::<usize>();
        if let Some(ColumnBuilder::TextList(builder)) = self.next_column() {
            for text in value.into_iter().flatten() {
                builder.values().append_value(text);
            }
            builder.append(value.is_some());
        }
    }

    push!(boolean, Boolean, bool, "Pushes true, false or null.");
    push!(int32, Int32, i32, "Pushes an integer or null.");
    push!(int64, Int64, i64, "Pushes an integer or null.");
    push!(float32, Float32, f32, "Pushes a float or null.");
    push!(float64, Float64, f64, "Pushes a float or null.");
    push!(date, Date, i32, "Pushes days since 1970-01-01 or null.");
    push!(timestamp, Timestamp, i64, "Pushes microseconds since 1970-01-01 UTC or null.");

    /// Closes the row and gives its uncompressed size, which depends on its values alone.
    pub(crate) fn end_row(&mut self) -> usize {
        debug_assert_eq!(self.next, self.columns.len(), "a row has one value a column");
        let bytes = self.row_bytes;
        self.rows += 1;
        self.bytes += bytes;
        self.next = 0;
        self.row_bytes = 0;
        bytes
    }

    /// Appends whole rows, one view a column; `bytes` is their uncompressed size ([`ColumnView::add_sizes`]).
    pub(crate) fn copy(
        &mut self,
        columns: &[(&Column, ColumnView<'_>)],
        rows: Range<usize>,
        bytes: usize,
    ) -> Result<(), ArrowError> {
        debug_assert_eq!(self.next, 0, "no row is under way");
        for ((_, view), builder) in columns.iter().zip(&mut self.columns) {
            builder.copy(view, rows.clone())?;
        }
        self.rows += rows.len();
        self.bytes += bytes;
        Ok(())
    }

    /// Uncompressed size of the rows collected.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Number of rows collected.
    pub(crate) fn len(&self) -> usize {
        self.rows
    }

    /// The rows collected, which stay.
    pub(crate) fn peek(&self) -> Result<RecordBatch, ArrowError> {
        let arrays = self.columns.iter().map(ColumnBuilder::peek).collect();
        RecordBatch::try_new(Arc::clone(&self.schema), arrays)
    }

    /// Takes the rows out; the builder is empty and may be filled again.
    pub(crate) fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        self.rows = 0;
        self.bytes = 0;
        let arrays = self.columns.iter_mut().map(ColumnBuilder::finish).collect();
        RecordBatch::try_new(Arc::clone(&self.schema), arrays)
    }
}

impl ColumnBuilder {
    fn new(kind: ColumnType) -> ColumnBuilder {
        match kind {
            ColumnType::Text => ColumnBuilder::Text(StringBuilder::new()),
            ColumnType::Boolean => ColumnBuilder::Boolean(BooleanBuilder::new()),
            ColumnType::Int32 => ColumnBuilder::Int32(Int32Builder::new()),
            ColumnType::Int64 => ColumnBuilder::Int64(Int64Builder::new()),
            ColumnType::Float32 => ColumnBuilder::Float32(Float32Builder::new()),
            ColumnType::Float64 => ColumnBuilder::Float64(Float64Builder::new()),
            ColumnType::Date => ColumnBuilder::Date(Date32Builder::new()),
            ColumnType::Timestamp => ColumnBuilder::Timestamp(TimestampMicrosecondBuilder::new().with_timezone("UTC")),
            ColumnType::TextList => {
                ColumnBuilder::TextList(ListBuilder::new(StringBuilder::new()).with_field(list_field()))
            }
        }
    }

    /// Appends some rows of a column; one of another type leaves the builder as it is, which [`RowBuilder::finish`] reports.
    fn copy(&mut self, view: &ColumnView<'_>, rows: Range<usize>) -> Result<(), ArrowError> {
        let (start, count) = (rows.start, rows.len());
        match (self, view) {
            (ColumnBuilder::Text(builder), ColumnView::Text(array)) => {
                builder.append_array(&(**array).slice(start, count))?;
            }
            (ColumnBuilder::Boolean(builder), ColumnView::Boolean(array)) => {
                builder.append_array(&(**array).slice(start, count));
            }
            (ColumnBuilder::Int32(builder), ColumnView::Int32(array)) => {
                builder.append_array(&(**array).slice(start, count));
            }
            (ColumnBuilder::Int64(builder), ColumnView::Int64(array)) => {
                builder.append_array(&(**array).slice(start, count));
            }
            (ColumnBuilder::Float32(builder), ColumnView::Float32(array)) => {
                builder.append_array(&(**array).slice(start, count));
            }
            (ColumnBuilder::Float64(builder), ColumnView::Float64(array)) => {
                builder.append_array(&(**array).slice(start, count));
            }
            (ColumnBuilder::Date(builder), ColumnView::Date(array)) => {
                builder.append_array(&(**array).slice(start, count));
            }
            (ColumnBuilder::Timestamp(builder), ColumnView::Timestamp(array)) => {
                builder.append_array(&(**array).slice(start, count));
            }
            (ColumnBuilder::TextList(builder), ColumnView::TextList(array)) => {
                for row in rows {
                    if let Some(texts) = array.value(row).as_string_opt() {
                        builder.values().append_array(texts)?;
                    }
                    builder.append(array.is_valid(row));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn finish(&mut self) -> ArrayRef {
        match self {
            ColumnBuilder::Text(builder) => {
                let texts = builder.finish();
                // The next rows take about as much: room for them is made once, not as they come.
                *builder = StringBuilder::with_capacity(texts.len(), texts.values().len());
                Arc::new(texts)
            }
            ColumnBuilder::Boolean(builder) => Arc::new(builder.finish()),
            ColumnBuilder::Int32(builder) => Arc::new(builder.finish()),
            ColumnBuilder::Int64(builder) => Arc::new(builder.finish()),
            ColumnBuilder::Float32(builder) => Arc::new(builder.finish()),
            ColumnBuilder::Float64(builder) => Arc::new(builder.finish()),
            ColumnBuilder::Date(builder) => Arc::new(builder.finish()),
            ColumnBuilder::Timestamp(builder) => Arc::new(builder.finish()),
            ColumnBuilder::TextList(builder) => Arc::new(builder.finish()),
        }
    }

    fn peek(&self) -> ArrayRef {
        match self {
            ColumnBuilder::Text(builder) => Arc::new(builder.finish_cloned()),
            ColumnBuilder::Boolean(builder) => Arc::new(builder.finish_cloned()),
            ColumnBuilder::Int32(builder) => Arc::new(builder.finish_cloned()),
            ColumnBuilder::Int64(builder) => Arc::new(builder.finish_cloned()),
            ColumnBuilder::Float32(builder) => Arc::new(builder.finish_cloned()),
            ColumnBuilder::Float64(builder) => Arc::new(builder.finish_cloned()),
            ColumnBuilder::Date(builder) => Arc::new(builder.finish_cloned()),
            ColumnBuilder::Timestamp(builder) => Arc::new(builder.finish_cloned()),
            ColumnBuilder::TextList(builder) => Arc::new(builder.finish_cloned()),
        }
    }
}

/// A column of a batch that is copied row by row into a [`RowBuilder`].
pub(crate) enum ColumnView<'a> {
    Text(&'a StringArray),
    Boolean(&'a BooleanArray),
    Int32(&'a Int32Array),
    Int64(&'a Int64Array),
    Float32(&'a Float32Array),
    Float64(&'a Float64Array),
    Date(&'a Date32Array),
    Timestamp(&'a TimestampMicrosecondArray),
    TextList(&'a ListArray),
}

impl<'a> ColumnView<'a> {
    /// Looks at an array as a column of the given type; `None` where the array has another one.
    pub(crate) fn new(kind: ColumnType, array: &'a ArrayRef) -> Option<ColumnView<'a>> {
        Some(match kind {
            ColumnType::Text => ColumnView::Text(array.as_string_opt()?),
            ColumnType::Boolean => ColumnView::Boolean(array.as_boolean_opt()?),
            ColumnType::Int32 => ColumnView::Int32(array.as_primitive_opt::<Int32Type>()?),
            ColumnType::Int64 => ColumnView::Int64(array.as_primitive_opt::<Int64Type>()?),
            ColumnType::Float32 => ColumnView::Float32(array.as_primitive_opt::<Float32Type>()?),
            ColumnType::Float64 => ColumnView::Float64(array.as_primitive_opt::<Float64Type>()?),
            ColumnType::Date => ColumnView::Date(array.as_primitive_opt::<Date32Type>()?),
            ColumnType::Timestamp => ColumnView::Timestamp(array.as_primitive_opt::<TimestampMicrosecondType>()?),
            ColumnType::TextList => ColumnView::TextList(array.as_list_opt()?),
        })
    }

    /// The text of a row; `None` where it is null or the column holds no text.
    pub(crate) fn text(&self, row: usize) -> Option<&'a str> {
        match self {
            ColumnView::Text(array) if array.is_valid(row) => Some(array.value(row)),
            _ => None,
        }
    }

    /// Adds what each row's value costs to the sizes of the rows, as if it were pushed.
    pub(crate) fn add_sizes(&self, sizes: &mut [usize]) {
        let width = match self {
            ColumnView::Text(array) => {
                for (size, ends) in sizes.iter_mut().zip(array.value_offsets().windows(2)) {
                    *size += OFFSET_BYTES + (ends[1] - ends[0]) as usize;
                }
                return;
            }
            ColumnView::TextList(array) => {
                for (row, size) in sizes.iter_mut().enumerate() {
                    let texts = array.value(row);
                    let bytes = texts.as_string_opt::<i32>().map_or(0, |texts| {
                        let ends = texts.value_offsets();
                        (ends[ends.len() - 1] - ends[0]) as usize
                    });
                    *size += OFFSET_BYTES + OFFSET_BYTES * texts.len() + bytes;
                }
                return;
            }
            ColumnView::Boolean(_) => size_of::<bool>(),
            ColumnView::Int32(_) | ColumnView::Float32(_) | ColumnView::Date(_) => size_of::<i32>(),
            ColumnView::Int64(_) | ColumnView::Float64(_) | ColumnView::Timestamp(_) => size_of::<i64>(),
        };
        for size in sizes {
            *size += width;
        }
    }

    /// Pushes the value of a row, null included, unchanged.
    pub(crate) fn copy(&self, row: usize, into: &mut RowBuilder) {
        match self {
            ColumnView::Text(array) if array.is_valid(row) => into.text(array.value(row)),
            ColumnView::Text(_) => into.known(None),
            ColumnView::Boolean(array) => into.boolean(array.is_valid(row).then(|| array.value(row))),
            ColumnView::Int32(array) => into.int32(array.is_valid(row).then(|| array.value(row))),
            ColumnView::Int64(array) => into.int64(array.is_valid(row).then(|| array.value(row))),
            ColumnView::Float32(array) => into.float32(array.is_valid(row).then(|| array.value(row))),
            ColumnView::Float64(array) => into.float64(array.is_valid(row).then(|| array.value(row))),
            ColumnView::Date(array) => into.date(array.is_valid(row).then(|| array.value(row))),
            ColumnView::Timestamp(array) => into.timestamp(array.is_valid(row).then(|| array.value(row))),
            ColumnView::TextList(array) => into.list(list_value(array, row).as_deref()),
        }
    }
}

/// The texts of one list, `None` where the list is null.
pub(crate) fn list_value(array: &ListArray, row: usize) -> Option<Vec<String>> {
    let values = array.is_valid(row).then(|| array.value(row))?;
    let texts = values.as_string_opt::<i32>()?;
    Some(texts.iter().flatten().map(str::to_owned).collect())
}

/// Pushes a row of `articles`; the columns of the duplicate stage say that there is none, until [`push_fate`] knows better.
pub(crate) fn push_article(row: &mut RowBuilder, record: &Record, article: &Article, run_id: &str) {
    row.text(&record.id);
    row.text(run_id);
    row.known(Some(&article.content_hash));
    row.known(record.fields.url.as_deref());
    row.known(article.domain.as_deref());
    row.text(&record.origin.file_path);
    row.int64(record.origin.record_no);
    row.known(article.title.as_deref());
    row.known(article.description.as_deref());
    row.known(Some(&article.text));
    row.int32(article.text_chars);
    row.known(Some(&article.language));
    row.known(article.language_script.as_deref());
    row.float32(article.language_score);
    row.known(article.date.as_deref());
    row.timestamp(article.date_published);
    row.known(article.date_precision);
    row.known(article.date_source);
    row.list(Some(&article.event_dates));
    row.date(article.crawl_not_before);
    row.known(article.dateline_place.as_deref());
    row.known(article.dateline_country.as_deref());
    row.known(article.agency.as_deref());
    row.list(article.authors.as_deref());
    row.list(Some(&article.countries));
    row.list(Some(&article.captions));
    row.int32(article.related.len() as i32);
    row.int32(article.n_lines);
    row.int32(article.n_removed_lines);
    row.float32(article.removed_char_share);
    row.list(Some(&article.quality_flags));
    row.boolean(article.is_machine_translated);
    row.list(article.mt_signals.as_deref());
    row.known(None);
    row.int32(1);
    row.known(None);
    row.known(Some(&record.encoding));
    row.known(article.extra.as_deref().or(record.fields.extra.as_deref()));
    row.known(Some(&article.text_hash));
    row.boolean(record.caller_id);
    row.timestamp(record.fields.crawl_date.as_deref().and_then(instant));
    let measures = &article.measures;
    row.known(measures.agency_role);
    row.int32(measures.paragraphs);
    row.float32(measures.mean_paragraph_chars);
    row.float32(measures.upper_share);
    row.float32(measures.digit_share);
    row.float32(measures.punctuation_share);
    row.float32(measures.repeated_char_share);
    row.float32(measures.language_consistency);
    row.boolean(measures.has_end_mark);
    row.int32(measures.dates);
    row.known(article.alone.as_deref());
}

/// Microseconds since 1970-01-01 UTC of a time in the form of RFC 3339; nothing for other forms and without a zone.
fn instant(text: &str) -> Option<i64> {
    chrono::DateTime::parse_from_rfc3339(text.trim()).ok().map(|time| time.timestamp_micros())
}

/// Flag of a record whose id an earlier record has with another text.
const REVISED: &str = "revised_id";

/// Pushes `dup_cluster`, `dup_cluster_size` or `dup_of`, and `quality_flags` of a revision; false where the column is none of them.
pub(crate) fn push_fate(row: &mut RowBuilder, column: &str, value: &ColumnView<'_>, at: usize, fate: &Fate) -> bool {
    match (column, value) {
        ("quality_flags", ColumnView::TextList(flags)) if fate.revised => {
            let mut flags = list_value(flags, at).unwrap_or_default();
            flags.push(REVISED.to_owned());
            row.list(Some(&flags));
            return true;
        }
        _ => {}
    }
    match column {
        "dup_cluster" => row.known(fate.dup_cluster.as_deref()),
        "dup_cluster_size" => row.int32(fate.dup_cluster_size),
        "dup_of" => row.known(fate.dup_of.as_deref()),
        _ => return false,
    }
    true
}

/// Pushes a row of `segments`; `language` is given where it is not the record's.
pub(crate) fn push_segment(
    row: &mut RowBuilder,
    record: &Record,
    seg_no: usize,
    segment: &Segment,
    language: Option<&str>,
    run_id: &str,
) {
    let Segment { span, verdict } = segment;
    row.text(&record.id);
    row.text(run_id);
    row.int32(seg_no as i32);
    row.int32(span.line_no);
    row.int64(span.chars.start);
    row.int64(span.chars.end);
    row.text(record.text.get(span.bytes.clone()).unwrap_or_default());
    row.text(verdict.label.as_str());
    row.boolean(verdict.kept);
    row.text(verdict.rule);
    row.float32(verdict.confidence);
    row.int32(verdict.repeat_of);
    row.int32(verdict.item_no);
    row.known(language);
    let alone = verdict.alone;
    row.known(alone.map(|alone| alone.label.as_str()));
    row.boolean(alone.map(|alone| alone.kept));
    row.float32(alone.map(|alone| alone.confidence));
}

/// Pushes a row of `related`.
pub(crate) fn push_related(row: &mut RowBuilder, record: &Record, item: &RelatedItem, run_id: &str) {
    row.text(&record.id);
    row.text(run_id);
    row.int32(item.item_no);
    row.known(item.heading.as_deref());
    row.known(item.headline.as_deref());
    row.known(item.teaser.as_deref());
    row.known(item.caption.as_deref());
    row.known(item.date.as_deref());
}

/// Pushes a row of `mentions`.
pub(crate) fn push_mention(row: &mut RowBuilder, record: &Record, mention: &Mention, run_id: &str) {
    row.text(&record.id);
    row.text(run_id);
    row.int32(mention.seg_no);
    row.int64(mention.chars.start);
    row.int64(mention.chars.end);
    row.known(Some(mention.kind));
    row.known(Some(&mention.surface));
    row.known(mention.norm.as_deref());
    row.known(mention.country.as_deref());
    row.known(mention.authority.as_deref());
    row.known(mention.authority_id.as_deref());
    row.known(mention.date_edtf.as_deref());
    row.date(mention.date_lower);
    row.date(mention.date_upper);
    row.float64(mention.quantity);
    row.known(mention.qualifier);
    row.known(mention.unit.as_deref());
    row.float32(mention.confidence);
    row.known(mention.subtype);
    row.known(mention.day_part.as_deref());
    row.known(mention.role.as_deref());
    row.known(mention.role_head.as_deref());
}

/// Pushes a row of `duplicates`; `later` gives a column of the later record's row of `articles`.
pub(crate) fn push_edge<'a>(
    row: &mut RowBuilder,
    edge: &DuplicateEdge,
    run_id: &str,
    later: impl Fn(&str) -> Option<&'a str>,
) {
    row.text(later("id").unwrap_or_default());
    row.text(run_id);
    row.text(&edge.kept_id);
    row.text(&edge.kept_run_id);
    row.known(Some(edge.kind));
    row.boolean(edge.dropped);
    row.float64(edge.jaccard);
    row.float64(edge.containment);
    row.known(edge.similarity_unit);
    row.known(later("title"));
    row.known(later("url"));
    row.known(later("file_path"));
}

/// Pushes a row of `rejects`.
pub(crate) fn push_rejection(row: &mut RowBuilder, rejection: &Rejection, run_id: &str) {
    row.text(&rejection.origin.file_path);
    row.int64(rejection.origin.record_no);
    row.known(rejection.id.as_deref());
    row.text(run_id);
    row.known(Some(rejection.stage));
    row.known(Some(rejection.reason.as_str()));
    row.known(Some(&rejection.detail));
    row.known(rejection.excerpt.as_deref());
    row.known(rejection.raw_bytes_hash.as_deref());
}

/// Pushes the row of `runs`.
pub(crate) fn push_run(row: &mut RowBuilder, run: &RunRow, run_id: &str, config_hash: &str, bytes_out: u64) {
    row.text(run_id);
    row.timestamp(run.started);
    row.timestamp(run.finished);
    row.text(super::VERSION);
    row.known(Some(config_hash));
    row.known(Some(&run.inputs));
    row.int64(run.n_records);
    row.int64(run.n_articles);
    row.int64(run.n_duplicates);
    row.int64(run.n_rejects);
    row.int64(run.n_skipped_inputs);
    row.int64(run.bytes_in);
    row.int64(bytes_out as i64);
    row.int64(run.peak_rss_bytes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::Table;

    fn builder(table: Table) -> RowBuilder {
        RowBuilder::new(table.schema(), table.columns().iter().map(|column| column.kind))
    }

    #[test]
    fn empty_texts_are_null_and_null_lists_differ_from_empty_ones() {
        let mut row = builder(Table::Articles);
        let (record, article) = (crate::table::fixture::record("a", "x"), Article::default());
        push_article(&mut row, &record, &article, "r");
        let bytes = row.end_row();
        assert_eq!(row.bytes(), bytes);
        let batch = row.finish().unwrap();
        assert!(batch.column_by_name("title").unwrap().is_null(0));
        assert!(batch.column_by_name("language").unwrap().is_null(0));
        assert!(batch.column_by_name("authors").unwrap().is_null(0));
        assert!(batch.column_by_name("captions").unwrap().is_valid(0));
        assert_eq!(row.len(), 0);
    }

    #[test]
    fn a_row_of_the_wrong_shape_is_an_error() {
        let mut row = builder(Table::Related);
        row.text("a");
        row.int32(3); // run_id is text
        row.next = row.columns.len();
        row.end_row();
        assert!(row.finish().is_err());
    }

    #[test]
    fn copied_rows_have_the_same_size_and_values() {
        let mut row = builder(Table::Articles);
        let cleaned = crate::table::fixture::cleaned("a", "Title\nBody text");
        push_article(&mut row, &cleaned.record, cleaned.outcome.as_ref().unwrap(), "r");
        let size = row.end_row();
        let batch = row.finish().unwrap();
        let mut copy = builder(Table::Articles);
        let columns: Vec<_> = Table::Articles
            .columns()
            .iter()
            .zip(batch.columns())
            .map(|(column, array)| (column, ColumnView::new(column.kind, array).unwrap()))
            .collect();
        for (_, view) in &columns {
            view.copy(0, &mut copy);
        }
        assert_eq!(copy.end_row(), size);
        assert_eq!(copy.finish().unwrap(), batch);
        let mut sizes = [0];
        for (_, view) in &columns {
            view.add_sizes(&mut sizes);
        }
        assert_eq!(sizes, [size]);
        copy.copy(&columns, 0..1, size).unwrap();
        assert_eq!((copy.bytes(), copy.len()), (size, 1));
        assert_eq!(copy.finish().unwrap(), batch);
    }
}
