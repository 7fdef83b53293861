//! Text files: the whole file is one record.

use xxhash_rust::xxh3::Xxh3;

use super::open::{EXCERPT_BYTES, Place, Stream};
use crate::document::{CallerFields, Content, RawRecord, Reason, Rejection};

/// Reads one record and ends.
pub(super) struct Parser {
    limit: usize,
    is_done: bool,
}

impl Parser {
    pub(super) fn new(limit: usize) -> Self {
        Parser { limit, is_done: false }
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
                Err(error) => return Some(Err(place.damage(0, stream, &error, &bytes))),
            }
        }
        let fields = CallerFields::default();
        Some(Ok(RawRecord { origin: place.origin(0), content: Content::Bytes(bytes), fields }))
    }

    /// Streams the rest through the hash: a record over the limit is never held whole.
    fn too_large(&self, read: Vec<u8>, stream: &mut Stream, place: &Place) -> Rejection {
        let mut hasher = Box::new(Xxh3::new());
        hasher.update(&read);
        let mut length = read.len();
        let mut head = read;
        head.truncate(EXCERPT_BYTES);
        head.shrink_to_fit();
        loop {
            match stream.fill() {
                Ok([]) => break,
                Ok(chunk) => {
                    hasher.update(chunk);
                    head.extend(chunk.iter().take(EXCERPT_BYTES - head.len()));
                    let count = chunk.len();
                    length += count;
                    stream.consume(count);
                }
                Err(error) => return place.damage(0, stream, &error, &head),
            }
        }
        let detail = too_large_detail(length, self.limit);
        let hash = format!("{:032x}", hasher.digest128());
        Rejection { raw_bytes_hash: Some(hash), ..place.rejection(0, Reason::TooLarge, detail, &head) }
    }
}

/// The words for a record over the limit.
pub(super) fn too_large_detail(length: usize, limit: usize) -> String {
    format!("{length} bytes, over `limits.max_record_bytes` = {limit}; raise it if this is one article")
}
