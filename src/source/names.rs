//! What the name of a file or of an archive's member says.

use std::path::Path;

use super::stream::Codec;

/// What a name says of the content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NamedKind {
    Txt,
    Html,
    Jsonl,
    /// JSON lines or one JSON document: only the content tells.
    Json,
    Csv,
    Parquet,
    Warc,
    Tar,
    Zip,
}

/// The kind by the name, compression suffix aside; nothing for names that are not read in a folder.
pub(super) fn named_kind(name: &str) -> Option<NamedKind> {
    let name = name.to_ascii_lowercase();
    let stem = match name.rsplit_once('.') {
        Some((stem, extension)) if Codec::of_extension(extension).is_some() => stem,
        _ => &name,
    };
    Some(match stem.rsplit_once('.')?.1 {
        "txt" | "text" => NamedKind::Txt,
        "html" | "htm" | "xhtml" => NamedKind::Html,
        "jsonl" | "ndjson" => NamedKind::Jsonl,
        "json" => NamedKind::Json,
        "csv" | "tsv" => NamedKind::Csv,
        "parquet" | "pq" => NamedKind::Parquet,
        "warc" | "wet" => NamedKind::Warc,
        "tar" | "tgz" | "tbz2" | "txz" | "tzst" => NamedKind::Tar,
        "zip" => NamedKind::Zip,
        _ => return None,
    })
}

/// The path with `/` between its parts and bytes that are not UTF-8 written as `%XX`; the flag says whether there were none.
pub(super) fn portable_path(path: &Path) -> (String, bool) {
    let mut text = String::new();
    let mut is_utf8 = true;
    for part in path.components() {
        if !text.is_empty() && !text.ends_with('/') {
            text.push('/');
        }
        is_utf8 &= push_readable(&mut text, part.as_os_str().as_encoded_bytes());
    }
    (text, is_utf8)
}

fn push_readable(text: &mut String, bytes: &[u8]) -> bool {
    let mut is_utf8 = true;
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        is_utf8 &= chunk.invalid().is_empty();
        text.extend(chunk.invalid().iter().map(|byte| format!("%{byte:02X}")));
    }
    is_utf8
}

/// What stands behind the archive's path for its member: `!`, the number in eight digits, `/`, the name. Parts that lead upwards or to
/// a root are left out, so that no path points out of the archive; bytes that are not UTF-8 are written as `%XX`.
pub(super) fn member_path(number: u64, name: &[u8]) -> String {
    let mut text = format!("!{number:08}");
    let parts = name.split(|byte| matches!(byte, b'/' | b'\\'));
    for part in parts.filter(|part| !matches!(*part, b"" | b"." | b"..")) {
        text.push('/');
        push_readable(&mut text, part);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds() {
        for (name, expected) in [
            ("a.txt", Some(NamedKind::Txt)),
            ("a.TXT.GZ", Some(NamedKind::Txt)),
            ("a.html.bz2", Some(NamedKind::Html)),
            ("a.ndjson.xz", Some(NamedKind::Jsonl)),
            ("a.tsv", Some(NamedKind::Csv)),
            ("CC-MAIN-1.warc.wet.gz", Some(NamedKind::Warc)),
            ("CC-MAIN-1.warc.gz", Some(NamedKind::Warc)),
            ("CC-MAIN-1.warc.wat.gz", None),
            ("a.tar.zst", Some(NamedKind::Tar)),
            ("a.tgz", Some(NamedKind::Tar)),
            ("a.gz", None),
            ("txt", None),
            ("a.pdf", None),
        ] {
            assert_eq!(named_kind(name), expected, "{name}");
        }
    }

    #[test]
    fn no_member_leads_out_of_its_archive() {
        for (name, expected) in [
            (&b"a/b.txt"[..], "!00000003/a/b.txt"),
            (b"../../etc/passwd", "!00000003/etc/passwd"),
            (b"/etc/./x", "!00000003/etc/x"),
            (b"..\\..\\x.txt", "!00000003/x.txt"),
            (b"b\xffd.txt", "!00000003/b%FFd.txt"),
            (b"", "!00000003"),
        ] {
            assert_eq!(member_path(3, name), expected);
        }
    }
}
