//! Turns a raw record into text: byte order mark, charset, mojibake repair. The text is never edited after this stage.

mod charset;
mod gbk;
mod html;
mod legacy;
mod mojibake;
mod vietnamese;

pub(crate) use vietnamese::is_syllable;

use crate::config::{Config, HtmlText};
use crate::document::{CallerFields, Content, Origin, RawRecord, Reason, Record, Rejection, excerpt, hash_hex};
use crate::hashing::Digest;
use crate::text::is_blank;

pub use charset::decode_bytes;

/// Bytes of an undecodable record that its excerpt is made of.
const EXCERPT_BYTES: usize = 2000;

/// Decodes one record.
///
/// Order: byte order mark, binary check, strict UTF-8, declared charset, guessed charset (both only without replacement characters);
/// of a page its main text; and then the repair of UTF-8 that was read as another charset.
///
/// # Errors
/// A [`Rejection`] of stage `decode`: `binary`, `undecodable` or `empty`.
pub fn decode(raw: RawRecord, config: &Config) -> Result<Record, Rejection> {
    let RawRecord { origin, content, mut fields } = raw;
    let caller_id = fields.id.is_some();
    let content_bytes = match &content {
        Content::Bytes(bytes) | Content::Html { bytes, .. } => bytes.as_slice(),
        Content::Text(text) => text.as_bytes(),
    };
    let id = fields.id.clone().unwrap_or_else(|| hash_id(&origin, content_bytes));
    let decoded = match content {
        Content::Bytes(bytes) => charset::from_bytes(bytes, None, config.decode.max_control_share),
        Content::Text(text) => charset::from_text(text, config.decode.max_control_share),
        Content::Html { bytes, charset } => {
            let declared = charset.or_else(|| html::declared_charset(&bytes));
            charset::from_bytes(bytes, declared.as_deref(), config.decode.max_control_share)
                .map(|(page, encoding)| read_page(&page, &encoding, &mut fields, config.decode.html_text))
        }
    };
    let (mut text, mut encoding) = decoded.map_err(|fault| reject(&origin, &id, fault))?;
    if text.chars().all(is_blank) {
        let detail = if text.is_empty() { "there is no text" } else { "there is nothing but white space" };
        let fault = Fault { reason: Reason::Empty, detail: detail.to_owned(), bytes: text.into_bytes() };
        return Err(reject(&origin, &id, fault));
    }
    if config.decode.repair_mojibake
        && (encoding.starts_with("utf") || encoding.starts_with("windows-125") || encoding.starts_with("iso-8859"))
        && let Some(repaired) = mojibake::repair(&text).or_else(|| legacy::repair(&text)).or_else(|| gbk::repair(&text))
    {
        text = repaired.text;
        encoding = format!("{encoding}+mojibake({})", repaired.charsets);
    }
    Ok(Record { origin, id, caller_id, text, encoding, fields })
}

/// Takes the text out of a page; its title and date are taken where the container gives none.
fn read_page(page: &str, encoding: &str, fields: &mut CallerFields, mode: HtmlText) -> (String, String) {
    let html::Page { text, title, date, kind } = html::read(page, mode);
    fields.title = fields.title.take().or(title);
    fields.date = fields.date.take().or(date);
    (text, format!("{encoding}+html({kind})"))
}

/// Why bytes are no text.
struct Fault {
    reason: Reason,
    detail: String,
    /// The record's bytes, handed back for excerpt and hash.
    bytes: Vec<u8>,
}

fn reject(origin: &Origin, id: &str, fault: Fault) -> Rejection {
    let Fault { reason, detail, bytes } = fault;
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(EXCERPT_BYTES)]);
    Rejection {
        origin: origin.clone(),
        id: Some(id.to_owned()),
        stage: "decode",
        reason,
        detail,
        excerpt: Some(excerpt(&head)).filter(|text| !text.is_empty()),
        raw_bytes_hash: Some(hash_hex(&bytes)),
    }
}

/// The id of a record that has none: file path, record number and content.
#[must_use]
pub fn hash_id(origin: &Origin, content: &[u8]) -> String {
    let mut digest = Digest::new();
    for part in [origin.file_path.as_bytes(), b"\0", origin.record_no.to_string().as_bytes(), b"\0", content] {
        digest.update(part);
    }
    digest.hex()
}

#[cfg(test)]
mod tests;
