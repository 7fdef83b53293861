//! Parquet files: one record a row, fields by column name.

use std::fs::File;
use std::io::{self, Seek, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Date32Type, TimeUnit};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use parquet::arrow::arrow_reader::{ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use serde_json::{Map, Value};

use super::jsonl::is_time;
use super::open::{Place, too_large_detail};
use super::stream::{Fault, Stream};
use crate::config::InputConfig;
use crate::document::{CallerFields, Content, RawRecord, Reason, Rejection, hash_hex};

/// Rows that are decoded at a time. Long texts make a row some kilobytes.
const BATCH_ROWS: usize = 128;
/// Deepest nesting of an unknown column that is written out.
const MAX_DEPTH: usize = 16;

/// Reads row by row.
pub(super) struct Parser<'a> {
    names: &'a InputConfig,
    limit: usize,
    /// Where the file lies; nothing for a stream, which is copied to a temporary file first, since Parquet is read from its end.
    path: Option<PathBuf>,
    reader: Option<ParquetRecordBatchReader>,
    batch: Option<RecordBatch>,
    at: usize,
    row_no: i64,
    is_done: bool,
}

impl<'a> Parser<'a> {
    pub(super) fn new(names: &'a InputConfig, limit: usize, path: Option<PathBuf>) -> Self {
        Parser { names, limit, path, reader: None, batch: None, at: 0, row_no: 0, is_done: false }
    }

    pub(super) fn next(&mut self, stream: &mut Stream, place: &Place) -> Option<Result<RawRecord, Rejection>> {
        while !self.is_done {
            if let Some(batch) = &self.batch
                && self.at < batch.num_rows()
            {
                let row_no = self.row_no;
                let item = record(batch, self.at, row_no, self.names, self.limit, place);
                self.at += 1;
                self.row_no += 1;
                return Some(item);
            }
            match self.advance(stream) {
                Ok(true) => {}
                Ok(false) => self.is_done = true,
                Err(fault) => {
                    self.is_done = true;
                    return Some(Err(place.fault(self.row_no, &fault, &[])));
                }
            }
            if let Some(detail) = self.missing_text() {
                self.is_done = true;
                return Some(Err(place.rejection(0, Reason::MissingText, detail, &[])));
            }
        }
        None
    }

    /// Decodes the next rows; false at the end.
    fn advance(&mut self, stream: &mut Stream) -> Result<bool, Fault> {
        let damaged =
            |what: String| Fault::Damaged(format!("the Parquet file is damaged: {what}; the rows before were read"));
        if self.reader.is_none() {
            let file = match self.path.take() {
                Some(path) => File::open(path),
                None => copy(stream),
            };
            let file = file.map_err(|error| Fault::of(&error))?;
            let opened = catch_unwind(AssertUnwindSafe(|| {
                // Without the hints of the program that wrote the file every text column has one type.
                let options = ArrowReaderOptions::new().with_skip_arrow_metadata(true);
                ParquetRecordBatchReaderBuilder::try_new_with_options(file, options)?
                    .with_batch_size(BATCH_ROWS)
                    .build()
            }));
            match opened {
                Ok(Ok(reader)) => self.reader = Some(reader),
                Ok(Err(error)) => return Err(damaged(error.to_string())),
                Err(_) => return Err(damaged("its directory cannot be read".to_owned())),
            }
        }
        let reader = &mut self.reader;
        // The library gives up by a panic on some damaged pages.
        let next = catch_unwind(AssertUnwindSafe(|| reader.as_mut().and_then(Iterator::next)));
        self.at = 0;
        self.batch = match next {
            Ok(None) => None,
            Ok(Some(Ok(batch))) => Some(batch),
            Ok(Some(Err(error))) => return Err(damaged(error.to_string())),
            Err(_) => return Err(damaged("a page cannot be read".to_owned())),
        };
        Ok(self.batch.is_some())
    }

    /// What is wrong where the first rows have no text.
    fn missing_text(&self) -> Option<String> {
        let batch = self.batch.as_ref()?;
        let field = &self.names.text_field;
        let schema = batch.schema();
        let there = || {
            let names: Vec<String> =
                schema.fields().iter().take(20).map(|field| format!("`{}`", field.name())).collect();
            names.join(", ")
        };
        match schema.column_with_name(field) {
            Some((_, column)) if is_text(column.data_type()) => None,
            Some((_, column)) => Some(format!("the column `{field}` is {}, not a text", column.data_type())),
            None => Some(format!("no column `{field}`; the columns are: {}; --text-field names another one", there())),
        }
    }
}

fn copy(stream: &mut Stream) -> io::Result<File> {
    let mut file = tempfile::tempfile()
        .map_err(|error| Fault::Unreadable(format!("no temporary file for a copy of it: {error}")).into_error())?;
    loop {
        let chunk = stream.fill()?;
        if chunk.is_empty() {
            break;
        }
        file.write_all(chunk)?;
        let count = chunk.len();
        stream.consume(count);
    }
    file.rewind()?;
    Ok(file)
}

fn is_text(kind: &DataType) -> bool {
    matches!(kind, DataType::Utf8 | DataType::LargeUtf8 | DataType::Binary | DataType::LargeBinary)
}

/// The bytes of a text or binary value; nothing for null and other types.
fn bytes(array: &dyn Array, row: usize) -> Option<&[u8]> {
    if array.is_null(row) {
        return None;
    }
    match array.data_type() {
        DataType::Utf8 => Some(array.as_string::<i32>().value(row).as_bytes()),
        DataType::LargeUtf8 => Some(array.as_string::<i64>().value(row).as_bytes()),
        DataType::Binary => Some(array.as_binary::<i32>().value(row)),
        DataType::LargeBinary => Some(array.as_binary::<i64>().value(row)),
        _ => None,
    }
}

fn record(
    batch: &RecordBatch,
    row: usize,
    row_no: i64,
    names: &InputConfig,
    limit: usize,
    place: &Place,
) -> Result<RawRecord, Rejection> {
    let schema = batch.schema();
    let mut fields = CallerFields::default();
    let mut extra = Map::new();
    let mut text = None;
    for (column, array) in schema.fields().iter().zip(batch.columns()) {
        let name = column.name();
        if *name == names.text_field {
            text = bytes(array, row);
            continue;
        }
        let value = value(array, row, 0);
        let targets = [
            (&names.id_field, &mut fields.id),
            (&names.url_field, &mut fields.url),
            (&names.title_field, &mut fields.title),
            (&names.date_field, &mut fields.date),
            (&names.crawl_date_field, &mut fields.crawl_date),
        ];
        let mut is_taken = false;
        for (index, (_, target)) in targets.into_iter().enumerate().filter(|(_, (field, _))| *field == name) {
            match &value {
                Value::String(text) => *target = Some(text.clone()).filter(|text| !text.is_empty()),
                Value::Number(number) if index == 0 || (index == 3 && is_time(&number.to_string())) => {
                    *target = Some(number.to_string());
                }
                Value::Null => {}
                _ => continue,
            }
            is_taken = true;
        }
        if !is_taken && !value.is_null() {
            extra.insert(name.clone(), value);
        }
    }
    fields.extra = (!extra.is_empty()).then(|| Value::Object(extra).to_string());
    let Some(text) = text else {
        let detail = format!("the column `{}` is null here", names.text_field);
        let id = fields.id;
        return Err(Rejection { id, ..place.rejection(row_no, Reason::MissingText, detail, &[]) });
    };
    if text.len() > limit {
        let raw_bytes_hash = Some(hash_hex(text));
        let rejection = place.rejection(row_no, Reason::TooLarge, too_large_detail(text.len(), limit), text);
        return Err(Rejection { id: fields.id, raw_bytes_hash, ..rejection });
    }
    let content = match std::str::from_utf8(text) {
        Ok(text) => Content::Text(text.to_owned()),
        Err(_) => Content::Bytes(text.to_vec()),
    };
    Ok(RawRecord { origin: place.origin(row_no), content, fields })
}

/// A value as JSON; instants and days in the form of ISO 8601, what JSON has no form for as text.
fn value(array: &dyn Array, row: usize, depth: usize) -> Value {
    if array.is_null(row) || depth > MAX_DEPTH {
        return Value::Null;
    }
    let shown = || {
        let options = FormatOptions::new().with_display_error(true);
        ArrayFormatter::try_new(array, &options).map_or(String::new(), |formatter| formatter.value(row).to_string())
    };
    let list = |values: &dyn Array| (0..values.len()).map(|index| value(values, index, depth + 1)).collect();
    match array.data_type() {
        DataType::Boolean => Value::Bool(array.as_boolean().value(row)),
        kind if kind.is_integer() || kind.is_floating() => {
            let text = shown();
            let number = text.parse::<i64>().map(Value::from).or_else(|_| text.parse::<u64>().map(Value::from));
            number.unwrap_or_else(|_| text.parse::<f64>().map_or(Value::Null, Value::from))
        }
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Binary | DataType::LargeBinary => {
            Value::String(bytes(array, row).map(String::from_utf8_lossy).unwrap_or_default().into_owned())
        }
        DataType::Timestamp(unit, zone) => {
            Value::String(instant(array, row, *unit, zone.is_some()).unwrap_or_else(shown))
        }
        DataType::Date32 => {
            let days = array.as_primitive::<Date32Type>().value_as_date(row);
            days.map_or(Value::Null, |day| Value::String(day.to_string()))
        }
        DataType::List(_) => Value::Array(list(array.as_list::<i32>().value(row).as_ref())),
        DataType::LargeList(_) => Value::Array(list(array.as_list::<i64>().value(row).as_ref())),
        DataType::Struct(fields) => {
            let columns = array.as_struct().columns();
            let entry = |(field, column): (&arrow::datatypes::FieldRef, &arrow::array::ArrayRef)| {
                (field.name().clone(), value(column, row, depth + 1))
            };
            Value::Object(fields.iter().zip(columns).map(entry).collect())
        }
        _ => Value::String(shown()),
    }
}

/// `2024-10-05T08:00:00Z`; without `Z` where the file names no zone.
fn instant(array: &dyn Array, row: usize, unit: TimeUnit, has_zone: bool) -> Option<String> {
    use arrow::datatypes::{
        TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType,
    };
    let time = match unit {
        TimeUnit::Second => chrono::DateTime::from_timestamp(array.as_primitive::<TimestampSecondType>().value(row), 0),
        TimeUnit::Millisecond => {
            chrono::DateTime::from_timestamp_millis(array.as_primitive::<TimestampMillisecondType>().value(row))
        }
        TimeUnit::Microsecond => {
            chrono::DateTime::from_timestamp_micros(array.as_primitive::<TimestampMicrosecondType>().value(row))
        }
        TimeUnit::Nanosecond => {
            let value = array.as_primitive::<TimestampNanosecondType>().value(row);
            let nanos = u32::try_from(value.rem_euclid(1_000_000_000)).unwrap_or_default();
            chrono::DateTime::from_timestamp(value.div_euclid(1_000_000_000), nanos)
        }
    }?;
    let text = time.format("%Y-%m-%dT%H:%M:%S%.f").to_string();
    Some(if has_zone { text + "Z" } else { text })
}
