//! CSV and TSV: a header, then one record a row. Fields may hold delimiters and line breaks inside of quotes.

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};
use serde_json::{Map, Value};

use super::open::{EXCERPT_BYTES, Place, too_large_detail};
use super::stream::{BUFFER_BYTES, Stream};
use crate::config::InputConfig;
use crate::decode::decode_bytes;
use crate::document::{CallerFields, Content, RawRecord, Reason, Rejection, hash_hex};

/// What stands between fields; the first one wins where two are equally frequent.
const DELIMITERS: [u8; 4] = [b',', b'\t', b';', b'|'];
/// Stands between the fields of a row while its charset is guessed; no text has it.
const UNIT_SEPARATOR: char = '\u{1f}';

/// Reads row by row.
pub(super) struct Parser<'a> {
    names: &'a InputConfig,
    limit: usize,
    /// Nothing before the first read and after the last.
    reader: Option<Box<Reader>>,
    header: Vec<String>,
    /// The fields of the row under way, one behind the other, and where each ends.
    fields: Vec<u8>,
    ends: Vec<usize>,
    row_no: i64,
    is_done: bool,
}

enum Row {
    Whole,
    /// Over the limit; its beginning is in the buffer.
    TooLong(usize),
    /// The file ends inside of quotes.
    Cut,
    End,
}

impl<'a> Parser<'a> {
    pub(super) fn new(names: &'a InputConfig, limit: usize) -> Self {
        let (header, fields, ends) = (Vec::new(), Vec::new(), Vec::new());
        Parser { names, limit, reader: None, header, fields, ends, row_no: 0, is_done: false }
    }

    pub(super) fn next(&mut self, stream: &mut Stream, place: &Place) -> Option<Result<RawRecord, Rejection>> {
        if self.is_done {
            return None;
        }
        if self.reader.is_none()
            && let Err(rejection) = self.begin(stream, place)
        {
            self.is_done = true;
            return rejection.map(|rejection| Err(*rejection));
        }
        let row_no = self.row_no;
        self.row_no += 1;
        match self.read_row(stream) {
            Ok(Row::Whole) => Some(self.record(row_no, place)),
            Ok(Row::TooLong(length)) => {
                let detail = too_large_detail(length, self.limit);
                Some(Err(place.rejection(row_no, Reason::TooLarge, detail, &self.fields)))
            }
            Ok(Row::Cut) => {
                self.is_done = true;
                let detail = "the file ends inside of a quoted field; the rows before were read".to_owned();
                Some(Err(place.rejection(row_no, Reason::DamagedContainer, detail, &self.fields)))
            }
            Ok(Row::End) => {
                self.is_done = true;
                None
            }
            Err(error) => {
                self.is_done = true;
                Some(Err(place.broken(row_no, &error, &self.fields)))
            }
        }
    }

    /// Reads the header; the error is what is wrong with the whole file, or nothing where it is empty.
    fn begin(&mut self, stream: &mut Stream, place: &Place) -> Result<(), Option<Box<Rejection>>> {
        let refuse = |reason, detail: String, head: &[u8]| Some(Box::new(place.rejection(0, reason, detail, head)));
        let head = stream.peek(BUFFER_BYTES);
        if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
            return Err(refuse(Reason::Undecodable, "CSV in UTF-16; convert the file to UTF-8".to_owned(), &[]));
        }
        self.reader = Some(Box::new(ReaderBuilder::new().delimiter(delimiter(head)).build()));
        match self.read_row(stream) {
            Ok(Row::Whole) => {}
            Ok(Row::End) => return Err(None),
            Ok(Row::TooLong(_) | Row::Cut) => {
                let detail = "the header is no row of a CSV file".to_owned();
                return Err(refuse(Reason::BadCsv, detail, &self.fields));
            }
            Err(error) => return Err(Some(Box::new(place.broken(0, &error, &self.fields)))),
        }
        self.header = match self.decoded() {
            Some(header) => header.iter().map(|name| name.trim().to_owned()).collect(),
            None => return Err(refuse(Reason::Undecodable, "no charset decodes the header".to_owned(), &self.fields)),
        };
        let field = &self.names.text_field;
        if self.header.contains(field) {
            return Ok(());
        }
        let there: Vec<String> = self.header.iter().take(20).map(|name| format!("`{name}`")).collect();
        let detail =
            format!("no column `{field}`; the columns are: {}; --text-field names another one", there.join(", "));
        Err(refuse(Reason::MissingText, detail, &self.fields))
    }

    fn read_row(&mut self, stream: &mut Stream) -> std::io::Result<Row> {
        let Some(reader) = &mut self.reader else { return Ok(Row::End) };
        let (mut length, mut fields) = (0, 0);
        let mut is_too_long = false;
        self.fields.resize(self.fields.capacity().max(EXCERPT_BYTES), 0);
        self.ends.resize(self.ends.capacity().max(16), 0);
        loop {
            let chunk = stream.fill()?;
            // A line feed ends the last row, unless it stands inside of quotes.
            let is_last = chunk.is_empty() && length > 0;
            let chunk = if is_last { b"\n" } else { chunk };
            // Of a row over the limit only the beginning is kept; the rest is read over it.
            let from = if is_too_long { EXCERPT_BYTES } else { length };
            let (result, taken, written, ended) = reader.read_record(
                chunk,
                &mut self.fields[from..],
                &mut self.ends[if is_too_long { 0 } else { fields }..],
            );
            if is_last && taken > 0 && matches!(result, ReadRecordResult::InputEmpty) {
                self.fields.truncate(length.min(EXCERPT_BYTES));
                return Ok(Row::Cut);
            }
            if !is_last {
                stream.consume(taken);
            }
            length += written;
            fields += ended;
            is_too_long |= length > self.limit;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if is_too_long => {}
                ReadRecordResult::OutputFull => self.fields.resize(self.fields.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::Record if is_too_long => {
                    self.fields.truncate(EXCERPT_BYTES);
                    self.fields.shrink_to_fit();
                    return Ok(Row::TooLong(length));
                }
                ReadRecordResult::Record => {
                    self.fields.truncate(length);
                    self.ends.truncate(fields);
                    return Ok(Row::Whole);
                }
                ReadRecordResult::End => return Ok(Row::End),
            }
        }
    }

    /// The fields of the row as text. A row that is not UTF-8 is decoded as a whole, so that short fields have company.
    fn decoded(&self) -> Option<Vec<String>> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        let parts = starts.zip(&self.ends).map(|(start, &end)| &self.fields[start..end]);
        if std::str::from_utf8(&self.fields).is_ok() {
            // The whole is UTF-8 and so is each field, unless a delimiter stands inside of a character.
            return parts.map(|part| std::str::from_utf8(part).ok().map(str::to_owned)).collect();
        }
        let joined = parts.collect::<Vec<_>>().join(&(UNIT_SEPARATOR as u8));
        let (text, _) = decode_bytes(&joined)?;
        let fields: Vec<String> = text.split(UNIT_SEPARATOR).map(str::to_owned).collect();
        (fields.len() == self.ends.len()).then_some(fields)
    }

    fn record(&self, row_no: i64, place: &Place) -> Result<RawRecord, Rejection> {
        let reject = |reason, detail| {
            let raw_bytes_hash = Some(hash_hex(&self.fields));
            Rejection { raw_bytes_hash, ..place.rejection(row_no, reason, detail, &self.fields) }
        };
        if self.ends.len() != self.header.len() {
            let detail = format!("{} fields where the header has {}", self.ends.len(), self.header.len());
            return Err(reject(Reason::BadCsv, detail));
        }
        let Some(values) = self.decoded() else {
            return Err(reject(
                Reason::Undecodable,
                "the row is not UTF-8, and no other charset decodes it".to_owned(),
            ));
        };
        let mut text = None;
        let mut fields = CallerFields::default();
        let mut extra = Map::new();
        for (name, value) in self.header.iter().zip(values) {
            if *name == self.names.text_field {
                text = Some(value);
            } else if !value.is_empty() {
                let targets = [
                    (&self.names.id_field, &mut fields.id),
                    (&self.names.url_field, &mut fields.url),
                    (&self.names.title_field, &mut fields.title),
                    (&self.names.date_field, &mut fields.date),
                    (&self.names.crawl_date_field, &mut fields.crawl_date),
                ];
                let mut is_taken = false;
                for (_, target) in targets.into_iter().filter(|(field, _)| *field == name) {
                    *target = Some(value.clone());
                    is_taken = true;
                }
                if !is_taken {
                    extra.insert(name.clone(), Value::String(value));
                }
            }
        }
        fields.extra = (!extra.is_empty()).then(|| Value::Object(extra).to_string());
        Ok(RawRecord { origin: place.origin(row_no), content: Content::Text(text.unwrap_or_default()), fields })
    }
}

/// The commonest delimiter of the first line, quoted parts aside.
fn delimiter(head: &[u8]) -> u8 {
    let mut counts = [0_usize; DELIMITERS.len()];
    let mut is_quoted = false;
    for &byte in head {
        match byte {
            b'"' => is_quoted = !is_quoted,
            b'\n' if !is_quoted => break,
            _ if is_quoted => {}
            _ => {
                if let Some(index) = DELIMITERS.iter().position(|&delimiter| delimiter == byte) {
                    counts[index] += 1;
                }
            }
        }
    }
    let best = (0..DELIMITERS.len()).rev().max_by_key(|&index| counts[index]).unwrap_or_default();
    DELIMITERS[best]
}

/// Whether the first line of a file reads like the header of a CSV file: several names, and the text field among them.
pub(super) fn looks_like(head: &[u8], text_field: &str) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head);
    let line = &head[..memchr::memchr(b'\n', head).unwrap_or(head.len())];
    let delimiter = delimiter(line);
    let mut names = line.trim_ascii_end().split(|&byte| byte == delimiter);
    let is_text = |name: &[u8]| {
        let name = name.trim_ascii();
        let name = name.strip_prefix(b"\"").and_then(|name| name.strip_suffix(b"\"")).unwrap_or(name);
        name == text_field.as_bytes()
    };
    line.contains(&delimiter) && names.any(is_text)
}
