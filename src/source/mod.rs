//! Reads the inputs: folders are walked, files are opened and decompressed, raw records come out one by one.

mod jsonl;
mod open;
mod text;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use walkdir::WalkDir;

use crate::config::{InputConfig, InputFormat};
use crate::document::{Origin, Reason, Rejection};
use crate::error::{Error, Result};

pub use open::{FileReader, FileStats, hash_file, open, open_stream};

/// Form of a file's content, compression aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One record a file.
    Txt,
    /// One JSON object a line.
    Jsonl,
}

/// One file to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputFile {
    /// Where it is.
    pub path: PathBuf,
    /// Path relative to its input root, `/` as separator (for a single-file input: its name).
    pub file_path: Arc<str>,
    /// 0-based number of the input on the command line.
    pub input: usize,
    /// Size on disk in bytes.
    pub bytes: u64,
    /// Form of the content.
    pub format: Format,
}

/// What the inputs hold, in reading order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// Files in the order of (`file_path`, `input`).
    pub files: Vec<InputFile>,
    /// What was found and cannot be read, in the same order.
    pub rejections: Vec<Rejection>,
}

/// Lists the files of all inputs.
///
/// Folders are walked and symbolic links followed; hidden names, the names in `config.ignore` and files of unknown kinds are
/// passed over. A file that is itself an input is read whatever its name.
///
/// # Errors
/// [`Error::Config`] when an input does not exist or is neither a file nor a folder.
pub fn list(inputs: &[PathBuf], config: &InputConfig) -> Result<Listing> {
    let mut listing = Listing::default();
    for (input, path) in inputs.iter().enumerate() {
        let metadata = fs::metadata(path).map_err(|error| {
            Error::Config(format!("cannot read the input `{}`: {error}; check the path", path.display()))
        })?;
        if metadata.is_dir() {
            list_folder(path, input, config, &mut listing);
        } else if metadata.is_file() {
            let name = path.file_name().unwrap_or(path.as_os_str());
            list_file(path, Path::new(name), input, metadata.len(), config, &mut listing);
        } else {
            return Err(Error::Config(format!("the input `{}` is neither a file nor a folder", path.display())));
        }
    }
    listing.files.sort_by(|a, b| (&a.file_path, a.input).cmp(&(&b.file_path, b.input)));
    listing
        .rejections
        .sort_by(|a, b| (&a.origin.file_path, a.origin.input).cmp(&(&b.origin.file_path, b.origin.input)));
    Ok(listing)
}

fn list_folder(root: &Path, input: usize, config: &InputConfig, listing: &mut Listing) {
    let walk = WalkDir::new(root).follow_links(true).min_depth(1);
    for entry in walk.into_iter().filter_entry(|entry| !is_passed_over(entry.file_name(), config)) {
        match entry {
            Ok(entry) if entry.file_type().is_dir() => {}
            Ok(entry) => list_entry(root, &entry, input, config, listing),
            Err(error) => list_error(root, &error, input, config, listing),
        }
    }
}

fn list_entry(root: &Path, entry: &walkdir::DirEntry, input: usize, config: &InputConfig, listing: &mut Listing) {
    let relative = entry.path().strip_prefix(root).unwrap_or(entry.path());
    if named_kind(entry.file_name()).is_none() {
        tracing::debug!(path = %entry.path().display(), "passed over: not a kind of file that is read in a folder");
    } else if entry.file_type().is_file() {
        let bytes = entry.metadata().map_or(0, |metadata| metadata.len());
        list_file(entry.path(), relative, input, bytes, config, listing);
    } else {
        tracing::warn!(path = %entry.path().display(), "passed over: not a regular file");
    }
}

/// Turns what the walk could not read into a rejection, unless its name would have been passed over anyway.
fn list_error(root: &Path, error: &walkdir::Error, input: usize, config: &InputConfig, listing: &mut Listing) {
    let path = error.path().unwrap_or(root);
    if error.loop_ancestor().is_some() {
        tracing::warn!(path = %path.display(), "passed over: a symbolic link that leads back to a folder above it");
        return;
    }
    let relative = path.strip_prefix(root).unwrap_or(path);
    if relative.components().any(|part| is_passed_over(part.as_os_str(), config)) {
        return;
    }
    let cause = error.io_error().map_or_else(|| error.to_string(), ToString::to_string);
    let is_dangling = error.io_error().is_some_and(|error| error.kind() == std::io::ErrorKind::NotFound);
    if is_dangling && path.file_name().and_then(named_kind).is_none() {
        return;
    }
    let (file_path, _) = portable_path(if relative.as_os_str().is_empty() { path } else { relative });
    let origin = Origin { file_path: file_path.into(), record_no: 0, input };
    listing.rejections.push(read_rejection(origin, Reason::Unreadable, format!("cannot be listed: {cause}")));
}

fn list_file(path: &Path, relative: &Path, input: usize, bytes: u64, config: &InputConfig, listing: &mut Listing) {
    let (file_path, is_utf8) = portable_path(relative);
    let file_path: Arc<str> = file_path.into();
    let origin = Origin { file_path: Arc::clone(&file_path), record_no: 0, input };
    if !is_utf8 {
        let detail = "the file's name is not UTF-8, so no table could name it; rename the file";
        listing.rejections.push(read_rejection(origin, Reason::FileName, detail.to_owned()));
        return;
    }
    match format_of(path, config) {
        Ok(format) => listing.files.push(InputFile { path: path.to_owned(), file_path, input, bytes, format }),
        Err(detail) => listing.rejections.push(read_rejection(origin, Reason::BadJson, detail)),
    }
}

/// Decides by the option, then by the name, then by the content.
fn format_of(path: &Path, config: &InputConfig) -> Result<Format, String> {
    match (config.format, path.file_name().and_then(named_kind)) {
        (InputFormat::Txt, _) | (InputFormat::Auto, Some(NamedKind::Txt)) => Ok(Format::Txt),
        (InputFormat::Jsonl, _) | (InputFormat::Auto, Some(NamedKind::Jsonl)) => Ok(Format::Jsonl),
        // A file that cannot be opened is reported when it is read.
        (InputFormat::Auto, Some(NamedKind::Json)) => match open::sniff(path) {
            Ok(Format::Txt) => Err("a `.json` file is read as JSON lines and this is none; \
                 write one object a line, for example with `jq -c '.[]'`"
                .to_owned()),
            Ok(Format::Jsonl) | Err(_) => Ok(Format::Jsonl),
        },
        (InputFormat::Auto, None) => Ok(open::sniff(path).unwrap_or(Format::Txt)),
    }
}

/// What a file's name says of its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NamedKind {
    Txt,
    Jsonl,
    /// JSON lines or one JSON document: only the content tells.
    Json,
}

/// The kind by the name, compression suffix aside; nothing for names that are not read in a folder.
fn named_kind(name: &OsStr) -> Option<NamedKind> {
    // A lossy view is enough: the extensions are ASCII.
    let name = name.to_string_lossy().to_ascii_lowercase();
    let stem = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
    match stem.rsplit_once('.')?.1 {
        "txt" | "text" => Some(NamedKind::Txt),
        "jsonl" | "ndjson" => Some(NamedKind::Jsonl),
        "json" => Some(NamedKind::Json),
        _ => None,
    }
}

fn is_passed_over(name: &OsStr, config: &InputConfig) -> bool {
    name.as_encoded_bytes().starts_with(b".") || config.ignore.iter().any(|ignored| name == ignored.as_str())
}

/// The path with `/` between its parts and bytes that are not UTF-8 written as `%XX`; the flag says whether there were none.
fn portable_path(path: &Path) -> (String, bool) {
    let mut text = String::new();
    let mut is_utf8 = true;
    for part in path.components() {
        if !text.is_empty() && !text.ends_with('/') {
            text.push('/');
        }
        for chunk in part.as_os_str().as_encoded_bytes().utf8_chunks() {
            text.push_str(chunk.valid());
            is_utf8 &= chunk.invalid().is_empty();
            text.extend(chunk.invalid().iter().map(|byte| format!("%{byte:02X}")));
        }
    }
    (text, is_utf8)
}

fn read_rejection(origin: Origin, reason: Reason, detail: String) -> Rejection {
    Rejection { origin, id: None, stage: "read", reason, detail, excerpt: None, raw_bytes_hash: None }
}

#[cfg(test)]
mod tests;
