//! WARC and WET files of web crawls (ISO 28500): HTML pages out of `response` and `resource` records, texts out of `conversion`
//! records. Other records (requests, metadata, pictures, error pages) are no records of the dump, but they count for `record_no`.

use std::io;

use super::http::{self, Response};
use super::open::{PassedOver, Place, too_large_detail};
use super::stream::{Fault, Stream};
use crate::document::{CallerFields, Content, RawRecord, Reason, Rejection, hash_hex};
use crate::hashing::Digest;

/// Longest head of a record. Those of crawlers have one or two kilobytes.
const MAX_HEAD_BYTES: usize = 1 << 20;

/// Reads record by record.
pub(super) struct Parser {
    limit: usize,
    record_no: i64,
    is_done: bool,
}

/// The named fields of a record's head that are used.
#[derive(Default)]
struct Head {
    kind: String,
    id: Option<String>,
    url: Option<String>,
    date: Option<String>,
    content_type: String,
    length: Option<u64>,
}

impl Parser {
    pub(super) fn new(limit: usize) -> Self {
        Parser { limit, record_no: 0, is_done: false }
    }

    pub(super) fn next(&mut self, stream: &mut Stream, place: &Place) -> Option<Result<RawRecord, Rejection>> {
        while !self.is_done {
            let record_no = self.record_no;
            match self.read(stream, record_no, place) {
                Ok(Some(item)) => {
                    self.record_no += 1;
                    if let Some(item) = item {
                        return Some(*item);
                    }
                }
                Ok(None) => self.is_done = true,
                Err(error) => {
                    self.is_done = true;
                    return Some(Err(place.broken(record_no, &error, &[])));
                }
            }
        }
        None
    }

    /// Reads one record: nothing at the end of the file, an empty one where the record is passed over.
    #[expect(clippy::type_complexity, reason = "the end of the file, a record that is none, a record, a rejection")]
    fn read(
        &self,
        stream: &mut Stream,
        record_no: i64,
        place: &Place,
    ) -> io::Result<Option<Option<Box<Result<RawRecord, Rejection>>>>> {
        let Some(head) = read_head(stream)? else { return Ok(None) };
        let Some(length) = head.length else {
            return Err(damaged("a record without a valid Content-Length; the records before were read"));
        };
        if !head.is_wanted() {
            pass_over(stream, length)?;
            return Ok(Some(None));
        }
        let fields = CallerFields { id: head.id, url: head.url, crawl_date: head.date, ..CallerFields::default() };
        let with_id = |rejection| Ok(Some(Some(Box::new(Err(Rejection { id: fields.id.clone(), ..rejection })))));
        let reject = |reason, detail, block: &[u8]| {
            let rejection = place.rejection(record_no, reason, detail, block);
            with_id(Rejection { raw_bytes_hash: Some(hash_hex(block)), ..rejection })
        };
        if length > self.limit as u64 {
            let (digest, start) = hash_over(stream, length)?;
            return with_id(place.too_large(record_no, &digest, self.limit, &start));
        }
        let mut block = vec![0; length as usize];
        if length > 0 && !stream.read_all(&mut block, "a record")? {
            return Err(damaged("cut inside a record; the records before were read"));
        }
        let content = if head.kind == "conversion" || !head.content_type.starts_with("application/http") {
            if is_html(&head.content_type) {
                Content::Html { bytes: block, charset: None }
            } else {
                Content::Bytes(block)
            }
        } else {
            match http::page(&block, self.limit) {
                Ok(Response::Page { body, charset }) => Content::Html { bytes: body, charset },
                Ok(Response::Other) => return Ok(Some(None)),
                Ok(Response::TooLarge(length)) => {
                    let detail = too_large_detail(length, self.limit);
                    return reject(Reason::TooLarge, detail, &block);
                }
                Err(detail) => return reject(Reason::Undecodable, detail, &block),
            }
        };
        let record = RawRecord { origin: place.origin(record_no), content, fields };
        Ok(Some(Some(Box::new(Ok(record)))))
    }
}

impl Head {
    fn is_wanted(&self) -> bool {
        match self.kind.as_str() {
            "response" => self.content_type.starts_with("application/http"),
            "resource" => is_html(&self.content_type),
            "conversion" => self.content_type.starts_with("text/plain") || is_html(&self.content_type),
            _ => false,
        }
    }
}

fn is_html(content_type: &str) -> bool {
    content_type.starts_with("text/html") || content_type.starts_with("application/xhtml+xml")
}

fn damaged(words: &str) -> io::Error {
    Fault::Damaged(words.to_owned()).into_error()
}

/// Reads up to the blank line behind a head; nothing at the end of the file.
fn read_head(stream: &mut Stream) -> io::Result<Option<Head>> {
    let mut read = 0;
    // Records are followed by two empty lines.
    let version = loop {
        match read_line(stream, &mut read)? {
            None => return Ok(None),
            Some(line) if line.is_empty() => {}
            Some(line) => break line,
        }
    };
    if !version.starts_with(b"WARC/") {
        return Err(damaged("no head of a WARC record where one was expected; the records before were read"));
    }
    let mut head = Head::default();
    loop {
        let Some(line) = read_line(stream, &mut read)? else {
            return Err(damaged("cut inside the head of a record; the records before were read"));
        };
        if line.is_empty() {
            return Ok(Some(head));
        }
        let line = String::from_utf8_lossy(&line);
        let Some((name, value)) = line.split_once(':') else { continue };
        let value = value.trim();
        // Some writers put addresses in angle brackets, as the standard's first edition has it for ids.
        let bare = || Some(value.trim_start_matches('<').trim_end_matches('>').to_owned()).filter(|v| !v.is_empty());
        match name.to_ascii_lowercase().as_str() {
            "warc-type" => head.kind = value.to_ascii_lowercase(),
            "warc-record-id" => head.id = bare(),
            "warc-target-uri" => head.url = bare(),
            "warc-date" => head.date = bare(),
            "content-type" => head.content_type = value.to_ascii_lowercase(),
            "content-length" => head.length = value.parse().ok(),
            _ => {}
        }
    }
}

/// One line without its end; nothing at the end of the file. `read` counts the bytes of the head so far.
fn read_line(stream: &mut Stream, read: &mut usize) -> io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    loop {
        let chunk = stream.fill()?;
        if chunk.is_empty() {
            return Ok((!line.is_empty()).then_some(line));
        }
        let end = memchr::memchr(b'\n', chunk);
        let count = end.map_or(chunk.len(), |end| end + 1);
        line.extend_from_slice(&chunk[..count]);
        stream.consume(count);
        *read += count;
        if *read > MAX_HEAD_BYTES {
            return Err(damaged("the head of a record is absurdly long; the records before were read"));
        }
        if end.is_some() {
            line.truncate(line.trim_ascii_end().len());
            return Ok(Some(line));
        }
    }
}

fn pass_over(stream: &mut Stream, length: u64) -> io::Result<()> {
    if stream.skip(length)? < length {
        return Err(damaged("cut inside a record; the records before were read"));
    }
    Ok(())
}

/// Reads over a block; gives its hash and its beginning.
fn hash_over(stream: &mut Stream, length: u64) -> io::Result<(Digest, Vec<u8>)> {
    let mut start = Vec::new();
    let mut passed = PassedOver::begin(&mut start);
    let mut left = length;
    while left > 0 {
        let chunk = stream.fill()?;
        if chunk.is_empty() {
            return Err(damaged("cut inside a record; the records before were read"));
        }
        let count = (chunk.len() as u64).min(left) as usize;
        passed.take(&chunk[..count]);
        stream.consume(count);
        left -= count as u64;
    }
    Ok((passed.finish(), start))
}
