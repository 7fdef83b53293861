//! Reads rows back, for the stages that need earlier runs. `verify` and `report` use another reader on purpose.

use std::collections::HashSet;
use std::fs::File;
use std::path::Path;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch, StringArray};
use arrow::datatypes::{
    DataType, Date32Type, Float32Type, Float64Type, Int32Type, Int64Type, TimestampMicrosecondType,
};
use arrow::error::ArrowError;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowPredicateFn, ArrowReaderOptions, ParquetRecordBatchReaderBuilder, RowFilter, RowSelection, RowSelector,
};
use parquet::file::metadata::PageIndexPolicy;
use serde_json::{Map, Value};

use super::rows::list_value;
use crate::error::{Error, Result};

/// Rows of one batch: bounds memory for long texts.
const BATCH_ROWS: usize = 1024;

/// `pages` says whether it is known where the pages of each column stand, so that those without a wanted row are not read.
fn open(path: &Path, pages: PageIndexPolicy) -> Result<ParquetRecordBatchReaderBuilder<File>> {
    let file = File::open(path).map_err(Error::io("read", path))?;
    let options = ArrowReaderOptions::new().with_page_index_policy(pages);
    let builder = ParquetRecordBatchReaderBuilder::try_new_with_options(file, options);
    Ok(builder.map_err(Error::table("read", path))?.with_batch_size(BATCH_ROWS))
}

/// The named columns; no names = all columns.
fn mask(builder: &ParquetRecordBatchReaderBuilder<File>, columns: &[&str]) -> ProjectionMask {
    if columns.is_empty() {
        ProjectionMask::all()
    } else {
        ProjectionMask::columns(builder.parquet_schema(), columns.iter().copied())
    }
}

/// Streams the named columns of a file, in file order; no names = all columns.
pub(crate) fn read_columns(path: &Path, columns: &[&str]) -> Result<impl Iterator<Item = Result<RecordBatch>> + use<>> {
    let builder = open(path, PageIndexPolicy::Skip)?;
    let mask = mask(&builder, columns);
    let reader = builder.with_projection(mask).build().map_err(Error::table("read", path))?;
    let path = path.to_owned();
    Ok(reader.map(move |batch| batch.map_err(Error::table("read", &path))))
}

/// Streams the named columns of some rows of a file, given by their places in order, each once. Pages without any are not read.
pub(crate) fn read_rows(
    path: &Path,
    columns: &[&str],
    rows: &[usize],
) -> Result<impl Iterator<Item = Result<RecordBatch>> + use<>> {
    let builder = open(path, PageIndexPolicy::Optional)?;
    let mask = mask(&builder, columns);
    let mut selectors = Vec::new();
    let mut next = 0;
    for &row in rows {
        selectors.push(RowSelector::skip(row - next));
        selectors.push(RowSelector::select(1));
        next = row + 1;
    }
    let selection = RowSelection::from(selectors);
    let reader = builder.with_projection(mask).with_row_selection(selection).build();
    let path = path.to_owned();
    Ok(reader.map_err(Error::table("read", &path))?.map(move |batch| batch.map_err(Error::table("read", &path))))
}

/// A column of a batch as a typed array.
pub(crate) fn column_of<'a, A: 'static>(batch: &'a RecordBatch, name: &str, path: &Path) -> Result<&'a A> {
    let array = batch.column_by_name(name).and_then(|array| array.as_any().downcast_ref());
    array.ok_or_else(|| {
        let cause = ArrowError::SchemaError(format!("column `{name}` is missing or of another type"));
        Error::table("read", path)(cause)
    })
}

/// A column that files of older versions do not have; none there.
pub(crate) fn newer_column_of<'a, A: 'static>(batch: &'a RecordBatch, name: &str) -> Option<&'a A> {
    batch.column_by_name(name).and_then(|array| array.as_any().downcast_ref())
}

/// The value of a text column in a row; none where it is null, and where the file has no such column.
pub(crate) fn text_of(column: Option<&StringArray>, row: usize) -> Option<&str> {
    column.filter(|column| column.is_valid(row)).map(|column| column.value(row))
}

/// All rows of a file with the given id.
pub(crate) fn rows_with_id(path: &Path, id: &str) -> Result<Vec<RecordBatch>> {
    rows_with_ids(path, HashSet::from([id.to_owned()]), &[])?.collect()
}

/// Streams the named columns of the rows of a file that have one of the given ids, in file order; no names = all columns. Row groups that
/// hold none of them, by their bloom filter, are not read.
pub(crate) fn rows_with_ids(
    path: &Path,
    ids: HashSet<String>,
    columns: &[&str],
) -> Result<impl Iterator<Item = Result<RecordBatch>> + use<>> {
    let builder = open(path, PageIndexPolicy::Optional)?;
    let schema = builder.parquet_schema();
    let id = schema.columns().iter().position(|column| column.path().string() == "id");
    let mut groups = Vec::new();
    for group in 0..builder.metadata().num_row_groups() {
        let Some(id) = id else { break };
        let bloom = builder.get_row_group_column_bloom_filter(group, id).map_err(Error::table("read", path))?;
        if bloom.is_none_or(|bloom| ids.iter().any(|id| bloom.check(&id.as_str()))) {
            groups.push(group);
        }
    }
    let filter_mask = ProjectionMask::leaves(schema, id);
    let mask = mask(&builder, columns);
    // The rows of a record stand together: its id is looked up once.
    let mut last = (String::new(), ids.contains(""));
    let is_wanted = move |batch: RecordBatch| {
        let found = batch.column(0).as_string_opt::<i32>();
        let found = found.ok_or_else(|| ArrowError::SchemaError("column `id` is of another type".to_owned()))?;
        let is_wanted = |id: Option<&str>| {
            let id = id.unwrap_or_default();
            if id != last.0 {
                last = (id.to_owned(), ids.contains(id));
            }
            Some(last.1)
        };
        Ok(found.iter().map(is_wanted).collect::<BooleanArray>())
    };
    let filter = ArrowPredicateFn::new(filter_mask, is_wanted);
    let filter = RowFilter::new(vec![Box::new(filter)]);
    let reader = builder.with_row_groups(groups).with_projection(mask).with_row_filter(filter).build();
    let path = path.to_owned();
    let batches =
        reader.map_err(Error::table("read", &path))?.map(move |batch| batch.map_err(Error::table("read", &path)));
    Ok(batches.filter(|batch| batch.as_ref().map_or(true, |batch| batch.num_rows() > 0)))
}

/// One row as a JSON object. Days and instants become their numbers' ISO forms.
pub(crate) fn to_json(batch: &RecordBatch, row: usize) -> Map<String, Value> {
    let schema = batch.schema();
    let names = schema.fields().iter().map(|field| field.name().clone());
    names.zip(batch.columns()).map(|(name, array)| (name, value(array, row).unwrap_or(Value::Null))).collect()
}

fn value(array: &ArrayRef, row: usize) -> Option<Value> {
    if array.is_null(row) {
        return None;
    }
    Some(match array.data_type() {
        DataType::Utf8 => array.as_string_opt::<i32>()?.value(row).into(),
        DataType::Boolean => array.as_boolean_opt()?.value(row).into(),
        DataType::Int32 => array.as_primitive_opt::<Int32Type>()?.value(row).into(),
        DataType::Int64 => array.as_primitive_opt::<Int64Type>()?.value(row).into(),
        DataType::Float32 => shortest(array.as_primitive_opt::<Float32Type>()?.value(row)),
        DataType::Float64 => array.as_primitive_opt::<Float64Type>()?.value(row).into(),
        DataType::Date32 => array.as_primitive_opt::<Date32Type>()?.value_as_date(row)?.to_string().into(),
        DataType::Timestamp(..) => {
            let instant = array.as_primitive_opt::<TimestampMicrosecondType>()?.value_as_datetime(row)?;
            format!("{}Z", instant.format("%Y-%m-%dT%H:%M:%S%.f")).into()
        }
        DataType::List(_) => list_value(array.as_list_opt()?, row)?.into(),
        _ => return None,
    })
}

/// The float with the digits that its own 32 bits need, not those of their 64-bit image.
fn shortest(value: f32) -> Value {
    value.to_string().parse::<f64>().map_or(Value::Null, Value::from)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow::array::{Date32Array, Float32Array, TimestampMicrosecondArray};

    use super::*;

    #[test]
    fn values_become_json() {
        let array = |array: ArrayRef| value(&array, 0);
        assert_eq!(array(Arc::new(Float32Array::from(vec![0.3]))), Some(0.3.into()));
        assert_eq!(array(Arc::new(Date32Array::from(vec![19_723]))), Some("2024-01-01".into()));
        let instant = TimestampMicrosecondArray::from(vec![1_704_067_200_000_000]).with_timezone("UTC");
        assert_eq!(array(Arc::new(instant)), Some("2024-01-01T00:00:00Z".into()));
        assert_eq!(array(Arc::new(Float32Array::from(vec![None]))), None);
    }
}
