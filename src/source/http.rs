//! The page in an HTTP response as crawlers store it: status line, header, body.

use std::io::Read;

/// What a response holds.
pub(super) enum Response {
    /// A page: its bytes, and the charset that the header names.
    Page { body: Vec<u8>, charset: Option<String> },
    /// A picture, a redirect, an error page …
    Other,
    /// A page of so many bytes at least, over the limit.
    TooLarge(usize),
}

/// Takes a response apart.
///
/// # Errors
/// In words, when the body's coding is damaged or unknown.
pub(super) fn page(block: &[u8], limit: usize) -> Result<Response, String> {
    let (head, body) = split(block);
    let mut lines = head.split(|&byte| byte == b'\n').map(<[u8]>::trim_ascii);
    let status = lines.next().unwrap_or_default();
    let code = status.split(|&byte| byte == b' ').nth(1).unwrap_or_default();
    // A page that was not there, or elsewhere, is no article.
    if !code.starts_with(b"2") {
        return Ok(Response::Other);
    }
    let (mut content_type, mut coding, mut is_chunked) = (String::new(), String::new(), false);
    for line in lines {
        let line = String::from_utf8_lossy(line);
        let Some((name, value)) = line.split_once(':') else { continue };
        let value = value.trim().to_ascii_lowercase();
        match name.trim().to_ascii_lowercase().as_str() {
            "content-type" => content_type = value,
            "content-encoding" => coding = value,
            "transfer-encoding" => is_chunked = value.contains("chunked"),
            _ => {}
        }
    }
    let mut parts = content_type.split(';').map(str::trim);
    let kind = parts.next().unwrap_or_default();
    let is_page = matches!(kind, "text/html" | "application/xhtml+xml")
        || (kind.is_empty() && super::text::looks_like_html(body));
    if !is_page {
        return Ok(Response::Other);
    }
    let charset = parts
        .find_map(|part| part.strip_prefix("charset="))
        .map(|charset| charset.trim_matches(['"', '\'', ' ']).to_owned())
        .filter(|charset| !charset.is_empty());
    // Crawlers that store the body without its chunks often leave the header standing.
    let body = if is_chunked { without_chunks(body).unwrap_or_else(|| body.to_vec()) } else { body.to_vec() };
    let body = match coding.as_str() {
        "gzip" | "x-gzip" if body.starts_with(&[0x1f, 0x8b]) => {
            inflate(flate2::bufread::MultiGzDecoder::new(body.as_slice()), limit)?
        }
        "deflate" if body.first().is_some_and(|byte| byte & 0x0f == 8) => {
            inflate(flate2::bufread::ZlibDecoder::new(body.as_slice()), limit)?
        }
        "zstd" if body.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) => {
            let decoder = zstd::Decoder::with_buffer(body.as_slice()).map_err(|error| error.to_string())?;
            inflate(decoder, limit)?
        }
        "br" if std::str::from_utf8(&body).is_err() => {
            return Err(
                "the body is compressed with brotli, which is not read; let the crawler store it plain".to_owned()
            );
        }
        // The header of a body that is stored plain.
        _ => body,
    };
    Ok(if body.len() > limit { Response::TooLarge(body.len()) } else { Response::Page { body, charset } })
}

/// Head and body; without a blank line all is head.
fn split(block: &[u8]) -> (&[u8], &[u8]) {
    let crlf = memchr::memmem::find(block, b"\r\n\r\n").map(|at| (at, at + 4));
    let lf = memchr::memmem::find(block, b"\n\n").map(|at| (at, at + 2));
    let first = [crlf, lf].into_iter().flatten().min();
    first.map_or((block, &[][..]), |(end, start)| (&block[..end], &block[start..]))
}

/// Decompresses up to one byte over the limit, which is enough to see that it is over.
fn inflate(reader: impl Read, limit: usize) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    reader
        .take(limit as u64 + 1)
        .read_to_end(&mut body)
        .map_err(|error| format!("the compressed body is damaged: {error}"))?;
    Ok(body)
}

/// Puts the chunks of a body together; nothing where it has none.
fn without_chunks(mut body: &[u8]) -> Option<Vec<u8>> {
    let mut whole = Vec::new();
    loop {
        let end = memchr::memchr(b'\n', body)?;
        let size = std::str::from_utf8(&body[..end]).ok()?.split(';').next()?.trim();
        let size = usize::from_str_radix(size, 16).ok()?;
        body = &body[end + 1..];
        if size == 0 {
            return Some(whole);
        }
        // A body that the crawler cut: what is there is taken.
        let Some(chunk) = body.get(..size) else {
            whole.extend_from_slice(body);
            return Some(whole);
        };
        whole.extend_from_slice(chunk);
        body = body[size..].trim_ascii_start();
        if body.is_empty() {
            return Some(whole);
        }
    }
}
