//! Text and HTML files: the whole file is one record.

use super::open::{PassedOver, Place};
use super::stream::Stream;
use crate::document::{CallerFields, Content, RawRecord, Rejection};

/// Reads one record and ends.
pub(super) struct Parser {
    limit: usize,
    is_html: bool,
    is_done: bool,
}

impl Parser {
    pub(super) fn new(limit: usize, is_html: bool) -> Self {
        Parser { limit, is_html, is_done: false }
    }

    pub(super) fn next(&mut self, stream: &mut Stream, place: &Place) -> Option<Result<RawRecord, Rejection>> {
        if std::mem::replace(&mut self.is_done, true) {
            return None;
        }
        let mut bytes = Vec::new();
        loop {
            match stream.fill() {
                Ok([]) => break,
                Ok(chunk) if bytes.len() + chunk.len() > self.limit => {
                    return Some(Err(self.too_large(bytes, stream, place)));
                }
                Ok(chunk) => {
                    bytes.extend_from_slice(chunk);
                    let count = chunk.len();
                    stream.consume(count);
                }
                // A text that breaks off is no article: only its beginning is shown.
                Err(error) => return Some(Err(place.broken(0, &error, &bytes))),
            }
        }
        let fields = CallerFields::default();
        let content = if self.is_html { Content::Html { bytes, charset: None } } else { Content::Bytes(bytes) };
        Some(Ok(RawRecord { origin: place.origin(0), content, fields }))
    }

    /// Streams the rest through the hash: a record over the limit is never held whole.
    fn too_large(&self, mut head: Vec<u8>, stream: &mut Stream, place: &Place) -> Rejection {
        let mut passed = PassedOver::begin(&mut head);
        loop {
            match stream.fill() {
                Ok([]) => break,
                Ok(chunk) => {
                    passed.take(chunk);
                    let count = chunk.len();
                    stream.consume(count);
                }
                Err(error) => return place.broken(0, &error, &head),
            }
        }
        let digest = passed.finish();
        place.too_large(0, &digest, self.limit, &head)
    }
}

/// Whether the beginning of a file reads like a page: a tag that pages begin with, comments and declarations aside.
pub(super) fn looks_like_html(head: &[u8]) -> bool {
    let mut rest = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    loop {
        let end: &[u8] = if rest.starts_with(b"<!--") {
            b"-->"
        } else if rest.starts_with(b"<?") {
            b"?>"
        } else {
            break;
        };
        let Some(at) = memchr::memmem::find(rest, end) else { return false };
        rest = rest[at + end.len()..].trim_ascii_start();
    }
    let tags: [&[u8]; 5] = [b"<!doctype html", b"<html", b"<head", b"<body", b"<title"];
    tags.iter().any(|tag| rest.get(..tag.len()).is_some_and(|start| start.eq_ignore_ascii_case(tag)))
}
