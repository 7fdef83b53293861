//! JSON lines: one object a line. Blank lines are no records, but they count for `record_no`.

use std::borrow::Cow;
use std::fmt;
use std::io;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::open::{PassedOver, Place};
use super::stream::Stream;
use crate::config::InputConfig;
use crate::decode::decode_bytes;
use crate::document::{CallerFields, Content, RawRecord, Reason, Rejection, hash_hex};
use crate::hashing::Digest;

/// Deepest nesting of an unknown field; serde's own limit for whoever reads `extra` later.
const MAX_DEPTH: usize = 120;
/// Field names that the detail of a record without text lists.
const MAX_LISTED_NAMES: usize = 20;

/// Reads line by line.
pub(super) struct Parser<'a> {
    names: &'a InputConfig,
    limit: usize,
    /// Reused for every line.
    line: Vec<u8>,
    line_no: i64,
    is_done: bool,
}

/// What stands between two line feeds.
enum Line {
    /// It is in the parser's buffer.
    Whole,
    /// It is over the limit; the buffer holds its beginning.
    TooLong(Digest),
    /// There is none left.
    End,
}

impl<'a> Parser<'a> {
    pub(super) fn new(names: &'a InputConfig, limit: usize) -> Self {
        Parser { names, limit, line: Vec::new(), line_no: 0, is_done: false }
    }

    pub(super) fn next(&mut self, stream: &mut Stream, place: &Place) -> Option<Result<RawRecord, Rejection>> {
        while !self.is_done {
            let line_no = self.line_no;
            let line = self.read_line(stream);
            self.line_no += 1;
            match line {
                Ok(Line::End) => self.is_done = true,
                Ok(Line::TooLong(digest)) => {
                    return Some(Err(place.too_large(line_no, &digest, self.limit, &self.line)));
                }
                Ok(Line::Whole) => {
                    if line_no == 0 && (self.line.starts_with(b"\xff\xfe") || self.line.starts_with(b"\xfe\xff")) {
                        // Its lines cannot be told apart by the byte of the line feed.
                        self.is_done = true;
                        let detail = "JSON lines in UTF-16; convert the file to UTF-8".to_owned();
                        return Some(Err(place.rejection(0, Reason::Undecodable, detail, &[])));
                    }
                    let line = if line_no == 0 { without_bom(&self.line) } else { &self.line };
                    if !line.trim_ascii().is_empty() {
                        return Some(read_record(line, line_no, self.names, place));
                    }
                }
                Err(error) => {
                    self.is_done = true;
                    return Some(Err(place.broken(line_no, &error, &self.line)));
                }
            }
        }
        None
    }

    /// Reads up to the next line feed; of a line over the limit only the beginning is kept.
    fn read_line(&mut self, stream: &mut Stream) -> io::Result<Line> {
        self.line.clear();
        let mut is_any = false;
        loop {
            let chunk = stream.fill()?;
            if chunk.is_empty() {
                return Ok(if is_any { Line::Whole } else { Line::End });
            }
            is_any = true;
            let (part, used, is_end) = up_to_line_feed(chunk);
            if self.line.len() + part.len() > self.limit {
                return self.skip_line(stream);
            }
            self.line.extend_from_slice(part);
            stream.consume(used);
            if is_end {
                return Ok(Line::Whole);
            }
        }
    }

    fn skip_line(&mut self, stream: &mut Stream) -> io::Result<Line> {
        let mut passed = PassedOver::begin(&mut self.line);
        loop {
            let chunk = stream.fill()?;
            let (part, used, is_end) = up_to_line_feed(chunk);
            passed.take(part);
            stream.consume(used);
            if is_end || used == 0 {
                return Ok(Line::TooLong(passed.finish()));
            }
        }
    }
}

/// The bytes before the first line feed, how many to consume, and whether there was one.
fn up_to_line_feed(chunk: &[u8]) -> (&[u8], usize, bool) {
    match memchr::memchr(b'\n', chunk) {
        Some(at) => (&chunk[..at], at + 1, true),
        None => (chunk, chunk.len(), false),
    }
}

fn without_bom(line: &[u8]) -> &[u8] {
    line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line)
}

/// Whether the beginning of a file reads like JSON lines: the first line that is not blank is an object. Of a line longer than
/// the beginning only the opening is seen.
pub(super) fn looks_like(head: &[u8], is_whole: bool) -> bool {
    let head = without_bom(head).trim_ascii_start();
    let (line, _, is_end) = up_to_line_feed(head);
    if !line.starts_with(b"{") {
        return false;
    }
    if is_end || is_whole {
        serde_json::from_slice::<IgnoredAny>(line).is_ok()
    } else {
        line[1..].trim_ascii_start().starts_with(b"\"")
    }
}

/// Why a line is no record.
struct Fault {
    reason: Reason,
    detail: String,
    id: Option<String>,
}

fn read_record(line: &[u8], line_no: i64, names: &InputConfig, place: &Place) -> Result<RawRecord, Rejection> {
    // Several times as fast as the standard library, which then tells where the fault is.
    let parsed = match simdutf8::basic::from_utf8(line).map_err(|_| std::str::from_utf8(line)) {
        Ok(text) | Err(Ok(text)) => parse(text, names),
        Err(Err(error)) => parse_legacy(line, &error, names),
    };
    match parsed {
        Ok((text, fields)) => Ok(RawRecord { origin: place.origin(line_no), content: Content::Text(text), fields }),
        Err(Fault { reason, detail, id }) => {
            let raw_bytes_hash = Some(hash_hex(line));
            Err(Rejection { id, raw_bytes_hash, ..place.rejection(line_no, reason, detail, line) })
        }
    }
}

/// A line that is not UTF-8: its charset is guessed as for a text file.
fn parse_legacy(
    line: &[u8],
    error: &std::str::Utf8Error,
    names: &InputConfig,
) -> Result<(String, CallerFields), Fault> {
    decode_bytes(line).and_then(|(text, _)| parse(&text, names).ok()).ok_or_else(|| Fault {
        reason: Reason::Undecodable,
        detail: format!("the line is not UTF-8 (byte {}), and no other charset makes it JSON", error.valid_up_to()),
        id: None,
    })
}

/// Reads one object in one pass.
fn parse(line: &str, names: &InputConfig) -> Result<(String, CallerFields), Fault> {
    let bad_json =
        |error: &serde_json::Error| Fault { reason: Reason::BadJson, detail: plain_message(error), id: None };
    let mut deserializer = serde_json::Deserializer::from_str(line);
    let object = ObjectSeed(names).deserialize(&mut deserializer).map_err(|error| bad_json(&error))?;
    deserializer.end().map_err(|error| bad_json(&error))?;
    let [id, url, title, date, crawl_date] = object.named;
    let text = match object.text {
        Some(TextValue::Text(text)) => text,
        other => {
            let detail = missing_text(other.as_ref(), &object.keys, &names.text_field);
            return Err(Fault { reason: Reason::MissingText, detail, id });
        }
    };
    let extra = (!object.extra.is_empty()).then(|| object.extra + "}");
    Ok((text, CallerFields { id, url, title, date, crawl_date, extra }))
}

/// serde's message without its position: the line is always 1, and the record number says which one it is.
fn plain_message(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    message.strip_suffix(&position).unwrap_or(&message).to_owned()
}

fn missing_text(value: Option<&TextValue>, keys: &[Cow<'_, str>], text_field: &str) -> String {
    if let Some(TextValue::Other(kind)) = value {
        return format!("the field `{text_field}` is {kind}, not a string");
    }
    let mut there: Vec<String> = keys
        .iter()
        .take(MAX_LISTED_NAMES)
        .map(|key| format!("`{}`", key.chars().take(40).collect::<String>()))
        .collect();
    if keys.len() > MAX_LISTED_NAMES {
        there.push("…".to_owned());
    }
    let there = if there.is_empty() { "none".to_owned() } else { there.join(", ") };
    format!("no field `{text_field}`; the fields are: {there}; --text-field names another one")
}

/// What one object holds.
#[derive(Default)]
struct Object<'de> {
    text: Option<TextValue>,
    /// id, url, title, date, crawl date.
    named: [Option<String>; 5],
    /// Unknown fields as JSON, without the closing brace; empty when there are none.
    extra: String,
    keys: Vec<Cow<'de, str>>,
}

impl<'de> Object<'de> {
    fn add_extra<E: serde::de::Error>(&mut self, key: &str, value: &'de RawValue) -> Result<(), E> {
        if depth(value.get()) > MAX_DEPTH {
            return Err(E::custom(format_args!("a field is nested deeper than {MAX_DEPTH} levels")));
        }
        self.extra.push(if self.extra.is_empty() { '{' } else { ',' });
        self.extra.push_str(&serde_json::to_string(key).map_err(E::custom)?);
        self.extra.push(':');
        self.extra.push_str(value.get());
        Ok(())
    }
}

/// Levels of nested arrays and objects in valid JSON.
fn depth(json: &str) -> usize {
    let opening = json.bytes().filter(|byte| matches!(byte, b'[' | b'{')).count();
    if opening <= MAX_DEPTH {
        return opening;
    }
    let (mut level, mut deepest, mut is_string, mut is_escaped) = (0_usize, 0, false, false);
    for byte in json.bytes() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_string => is_escaped = true,
            b'"' => is_string = !is_string,
            b'[' | b'{' if !is_string => level += 1,
            b']' | b'}' if !is_string => level = level.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(level);
    }
    deepest
}

struct ObjectSeed<'a>(&'a InputConfig);

impl<'de> DeserializeSeed<'de> for ObjectSeed<'_> {
    type Value = Object<'de>;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for ObjectSeed<'_> {
    type Value = Object<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("one JSON object a line")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object<'de>, A::Error> {
        let mut object = Object::default();
        while let Some(key) = map.next_key_seed(KeySeed)? {
            if key == self.0.text_field.as_str() {
                object.text = map.next_value_seed(TextSeed)?;
            } else {
                let value: &'de RawValue = map.next_value()?;
                self.add(&mut object, &key, value)?;
            }
            object.keys.push(key);
        }
        Ok(object)
    }
}

impl ObjectSeed<'_> {
    /// Puts a value where its name belongs; a known field of the wrong type stays among the unknown ones.
    fn add<'de, E: serde::de::Error>(
        &self,
        object: &mut Object<'de>,
        key: &str,
        value: &'de RawValue,
    ) -> Result<(), E> {
        let config = self.0;
        let names =
            [&config.id_field, &config.url_field, &config.title_field, &config.date_field, &config.crawl_date_field];
        let mut is_taken = false;
        for (index, _) in names.iter().enumerate().filter(|(_, name)| name.as_str() == key) {
            match value.get().as_bytes().first() {
                Some(b'"') => {
                    let text: String = serde_json::from_str(value.get()).map_err(E::custom)?;
                    object.named[index] = Some(text).filter(|text| !text.is_empty());
                    is_taken = true;
                }
                Some(b'0'..=b'9' | b'-') if index == 0 || (index == 3 && is_time(value.get())) => {
                    object.named[index] = Some(value.get().to_owned());
                    is_taken = true;
                }
                Some(b'n') => is_taken = true,
                _ => {}
            }
        }
        if is_taken { Ok(()) } else { object.add_extra(key, value) }
    }
}

/// Whether a number may be a time: seconds or thousandths since 1970, or the figures of a day.
pub(super) fn is_time(number: &str) -> bool {
    let whole = number.split_once('.').map_or(number, |(whole, _)| whole);
    number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') && matches!(whole.len(), 4 | 8..=10 | 13 | 14 | 16)
}

/// A key, borrowed from the line unless it is escaped.
struct KeySeed;

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Cow<'de, str>;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for KeySeed {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(key))
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(key.to_owned()))
    }
}

/// The value of the text field.
enum TextValue {
    Text(String),
    /// What it is instead.
    Other(&'static str),
}

/// Reads the text field whatever its type, so that a wrong type can be named.
struct TextSeed;

impl<'de> DeserializeSeed<'de> for TextSeed {
    type Value = Option<TextValue>;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for TextSeed {
    type Value = Option<TextValue>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text")
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Some(TextValue::Text(text.to_owned())))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
        Ok(Some(TextValue::Other("true or false")))
    }

    fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
        Ok(Some(TextValue::Other("a number")))
    }

    fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
        Ok(Some(TextValue::Other("a number")))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
        Ok(Some(TextValue::Other("a number")))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Some(TextValue::Other("null")))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Some(TextValue::Other("a list")))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Some(TextValue::Other("an object")))
    }
}
