//! Checks values one by one against what `newsieve schema` says of their column.

use polars::prelude::{DataFrame, PolarsResult};

use super::Findings;
use crate::table::{Column, ColumnType, Table};
use crate::text::nfc;

/// Checks some rows of a commit's table. `has_all` = they are of a run of this version, so that no newer column is filled up with null.
pub(super) fn check(
    table: Table,
    rows: &DataFrame,
    commit: &str,
    has_all: bool,
    findings: &mut Findings,
) -> PolarsResult<()> {
    for column in table.columns() {
        let Ok(values) = rows.column(column.name) else { continue };
        let name = || format!("run `{commit}`: `{}.{}`", table.as_str(), column.name);
        if has_all && column.is_always_filled() && values.null_count() > 0 {
            let count = values.null_count();
            findings.add("nulls where a value must be", || format!("{} is null in {count} rows", name()));
        }
        let wrong = match column.kind {
            ColumnType::Text => values.str()?.iter().flatten().find_map(|text| wrong_text(table, column, text)),
            ColumnType::Float32 if column.unit == "0 to 1" => {
                values.f32()?.iter().flatten().find_map(|share| wrong_share(f64::from(share)))
            }
            ColumnType::Float64 if column.unit == "0 to 1" => values.f64()?.iter().flatten().find_map(wrong_share),
            _ => None,
        };
        if let Some(what) = wrong {
            findings.add("wrong values", || format!("{} {what}", name()));
        }
    }
    if table == Table::Articles { check_texts(rows, findings) } else { Ok(()) }
}

fn wrong_text(table: Table, column: &Column, text: &str) -> Option<String> {
    if text.is_empty() && !(table == Table::Segments && column.name == "text") {
        return Some("is an empty text; what is not known must be null".to_owned());
    }
    let is_known = !column.is_closed || column.unit.split(' ').any(|word| word == text);
    (!is_known).then(|| format!("is `{text}`, it must be one of: {}", column.unit))
}

fn wrong_share(share: f64) -> Option<String> {
    (!(0.0..=1.0).contains(&share)).then(|| format!("is {share}, it must be 0 to 1"))
}

/// `text` is trimmed, in NFC, and as long as `text_chars` says; `text_alone` is another text of that form.
fn check_texts(rows: &DataFrame, findings: &mut Findings) -> PolarsResult<()> {
    let (ids, runs) = (rows.column("id")?.str()?, rows.column("run_id")?.str()?);
    let (texts, lengths) = (rows.column("text")?.str()?, rows.column("text_chars")?.i32()?);
    // Runs of an older schema have none.
    let alone = rows.column("text_alone").ok().map(|column| column.str()).transpose()?;
    for row in 0..rows.height() {
        let (Some(text), Some(length)) = (texts.get(row), lengths.get(row)) else { continue };
        let chars = text.chars().count();
        let wrong_length =
            (chars as i64 != i64::from(length)).then(|| format!("has {chars} characters, text_chars says {length}"));
        let alone = alone.and_then(|alone| alone.get(row));
        let is_same = alone == Some(text);
        let facts = [
            ("text", wrong_length.or_else(|| wrong_form(text))),
            (
                "text_alone",
                is_same.then(|| "is the same as its text".to_owned()).or_else(|| alone.and_then(wrong_form)),
            ),
        ];
        for (column, what) in facts {
            let Some(what) = what else { continue };
            let (run, id) = (runs.get(row).unwrap_or("?"), ids.get(row).unwrap_or("?"));
            findings.add("wrong clean texts", || format!("run `{run}`: the {column} of record `{id}` {what}"));
        }
    }
    Ok(())
}

fn wrong_form(text: &str) -> Option<String> {
    if text.trim() == text {
        (nfc(text) != text).then(|| "is not in NFC".to_owned())
    } else {
        Some("is not trimmed".to_owned())
    }
}
