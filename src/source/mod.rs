//! Reads the inputs: folders are walked, files are opened and decompressed, raw records come out one by one.

mod archive;
mod csv;
mod http;
mod jsonl;
mod names;
mod open;
mod parquet;
mod seen;
mod stream;
mod tar;
mod text;
mod warc;
mod zip;

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use walkdir::WalkDir;

use self::names::{NamedKind, named_kind, portable_path};
use crate::config::{InputConfig, InputFormat};
use crate::document::{Origin, Reason, Rejection};
use crate::error::{Error, Result};

pub(crate) use self::seen::SeenFiles;
pub use open::{FileReader, FileStats, open, open_stream};
pub use stream::hash_file;

/// Form of a file's content, compression aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One record a file.
    Txt,
    /// One HTML page a file.
    Html,
    /// One JSON object a line.
    Jsonl,
    /// A header, then a record a row; comma, tab, semicolon or bar between the fields.
    Csv,
    /// One record a row.
    Parquet,
    /// Records of a web crawl: WARC (pages) or WET (their texts).
    Warc,
    /// An archive whose members are read like files.
    Tar,
    /// An archive whose members are read like files.
    Zip,
}

impl Format {
    /// The form that an option names; nothing for `auto`.
    #[must_use]
    pub fn of_option(option: InputFormat) -> Option<Format> {
        match option {
            InputFormat::Auto => None,
            InputFormat::Txt => Some(Format::Txt),
            InputFormat::Html => Some(Format::Html),
            InputFormat::Jsonl => Some(Format::Jsonl),
            InputFormat::Csv => Some(Format::Csv),
            InputFormat::Parquet => Some(Format::Parquet),
            InputFormat::Warc | InputFormat::Wet => Some(Format::Warc),
        }
    }
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
    /// Form of the content as option and name decide it; nothing where only the content tells.
    pub format: Option<Format>,
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
/// passed over. A file that is itself an input is read whatever its name. An input that does not exist and holds `*`, `?` or `[` is a
/// pattern: its root is the folder in front of the first part with such a character. `-` is standard input.
///
/// # Errors
/// [`Error::Config`] when an input does not exist, is a pattern that nothing fits, or is neither a file nor a folder.
pub fn list(inputs: &[PathBuf], config: &InputConfig) -> Result<Listing> {
    let mut listing = Listing::default();
    if inputs.iter().filter(|path| *path == Path::new("-")).count() > 1 {
        return Err(Error::Config(
            "standard input (`-`) stands twice among the inputs; it can be read once".to_owned(),
        ));
    }
    for (input, path) in inputs.iter().enumerate() {
        if path == Path::new("-") {
            let format = Format::of_option(config.format);
            listing.files.push(InputFile { path: path.clone(), file_path: "-".into(), input, bytes: 0, format });
            continue;
        }
        if is_pattern(path) && !path.exists() {
            list_pattern(path, input, config, &mut listing)?;
            continue;
        }
        let metadata = fs::metadata(path).map_err(|error| {
            Error::Config(format!("cannot read the input `{}`: {error}; check the path", path.display()))
        })?;
        if metadata.is_dir() {
            list_folder(path, path, input, config, &mut listing);
        } else if metadata.is_file() {
            let name = path.file_name().unwrap_or(path.as_os_str());
            list_file(path, Path::new(name), input, metadata.len(), config, &mut listing);
        } else {
            return Err(Error::Config(format!("the input `{}` is neither a file nor a folder", path.display())));
        }
    }
    listing.files.sort_by_cached_key(|file| (file.order(), file.input));
    listing
        .rejections
        .sort_by(|a, b| (&a.origin.file_path, a.origin.input).cmp(&(&b.origin.file_path, b.origin.input)));
    Ok(listing)
}

impl InputFile {
    /// What rows are ordered by: the path, of an archive what its members' paths begin with.
    pub(crate) fn order(&self) -> String {
        let ending = if matches!(self.format, Some(Format::Tar | Format::Zip)) { "!" } else { "" };
        format!("{}{ending}", self.file_path)
    }
}

fn is_pattern(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().iter().any(|byte| matches!(byte, b'*' | b'?' | b'['))
}

fn list_pattern(pattern: &Path, input: usize, config: &InputConfig, listing: &mut Listing) -> Result<()> {
    let wrong = |cause: &dyn std::fmt::Display| {
        Error::Config(format!("the input `{}` does not exist and is no pattern: {cause}", pattern.display()))
    };
    let text = pattern.to_str().ok_or_else(|| wrong(&"it is not UTF-8"))?;
    // The folder in front of the first part with a wildcard.
    let root: PathBuf = pattern.components().take_while(|part| !is_pattern(Path::new(part.as_os_str()))).collect();
    let mut is_any = false;
    for path in glob::glob(text).map_err(|error| wrong(&error))? {
        is_any = true;
        match path {
            Ok(path) if path.is_dir() => list_folder(&path, &root, input, config, listing),
            Ok(path) => {
                let bytes = fs::metadata(&path).map_or(0, |metadata| metadata.len());
                list_file(&path, path.strip_prefix(&root).unwrap_or(&path), input, bytes, config, listing);
            }
            Err(error) => {
                let relative = error.path().strip_prefix(&root).unwrap_or(error.path());
                let origin = Origin { file_path: portable_path(relative).0.into(), record_no: 0, input };
                let detail = format!("cannot be listed: {}", error.error());
                listing.rejections.push(read_rejection(origin, Reason::Unreadable, detail));
            }
        }
    }
    if is_any { Ok(()) } else { Err(Error::Config(format!("no file fits the input pattern `{text}`; check the path"))) }
}

/// Lists what is in a folder; paths are given relative to `root`.
fn list_folder(folder: &Path, root: &Path, input: usize, config: &InputConfig, listing: &mut Listing) {
    let walk = WalkDir::new(folder).follow_links(true).min_depth(1);
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
    if kind_of(entry.file_name()).is_none() {
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
    if is_dangling && path.file_name().and_then(kind_of).is_none() {
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
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let format = open::format_by_name(&name, config.format);
    listing.files.push(InputFile { path: path.to_owned(), file_path, input, bytes, format });
}

/// The kind by a file's name. A lossy view is enough: the extensions are ASCII.
fn kind_of(name: &OsStr) -> Option<NamedKind> {
    named_kind(&name.to_string_lossy())
}

fn is_passed_over(name: &OsStr, config: &InputConfig) -> bool {
    name.as_encoded_bytes().starts_with(b".") || config.ignore.iter().any(|ignored| name == ignored.as_str())
}

fn read_rejection(origin: Origin, reason: Reason, detail: String) -> Rejection {
    Rejection { origin, id: None, stage: "read", reason, detail, excerpt: None, raw_bytes_hash: None }
}

#[cfg(test)]
mod tests;
