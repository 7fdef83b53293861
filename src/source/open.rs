//! Opens files: what form they have, and the records in them one by one.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::archive::{self, Archive, Form};
use super::names::{NamedKind, named_kind};
use super::stream::{BUFFER_BYTES, Fault, Limits, RawFile, Stream};
use super::{Format, InputFile, csv, jsonl, parquet, read_rejection, tar, text, warc, zip};
use crate::config::{Config, InputFormat};
use crate::document::{Origin, RawRecord, Reason, Rejection, excerpt};
use crate::hashing::Digest;

/// Bytes of a record that are looked at for an excerpt: 500 characters of at most 4 bytes.
pub(super) const EXCERPT_BYTES: usize = 2000;

/// What reading a file has shown; complete after the last item of a [`FileReader`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileStats {
    /// Bytes read from disk.
    pub bytes_read: u64,
    /// Bytes after decompression (of an archive: of itself, not of what is compressed in it).
    pub bytes_uncompressed: u64,
    /// 32 hex digits: XXH3-128 of the file's raw bytes. Empty for a file that could not be opened.
    pub file_hash: String,
    /// Items yielded: records and rejections.
    pub items: u64,
}

/// The records of one file, in order; what is no record comes as a rejection. Never ends a run.
pub struct FileReader<'a> {
    /// Nothing where the file could not be opened, and at the end.
    reading: Option<(RawFile, Body<'a>)>,
    /// What was wrong before the first record.
    failure: Option<Rejection>,
    items: u64,
    stats: FileStats,
}

/// Which file a record comes from.
#[derive(Clone)]
pub(super) struct Place {
    file_path: Arc<str>,
    input: usize,
}

impl Place {
    pub(super) fn origin(&self, record_no: i64) -> Origin {
        Origin { file_path: Arc::clone(&self.file_path), record_no, input: self.input }
    }

    /// The place of an archive's member.
    pub(super) fn member(&self, path: &str) -> Place {
        Place { file_path: format!("{}{path}", self.file_path).into(), input: self.input }
    }

    /// A rejection; `head` is the beginning of the record's bytes, for the excerpt.
    pub(super) fn rejection(&self, record_no: i64, reason: Reason, detail: String, head: &[u8]) -> Rejection {
        let head = String::from_utf8_lossy(&head[..head.len().min(EXCERPT_BYTES)]);
        let excerpt = Some(excerpt(&head)).filter(|text| !text.is_empty());
        Rejection { excerpt, ..read_rejection(self.origin(record_no), reason, detail) }
    }

    /// The rejection for a record over the limit that was [passed over](PassedOver).
    pub(super) fn too_large(&self, record_no: i64, digest: &Digest, limit: usize, head: &[u8]) -> Rejection {
        let detail = too_large_detail(digest.bytes() as usize, limit);
        Rejection { raw_bytes_hash: Some(digest.hex()), ..self.rejection(record_no, Reason::TooLarge, detail, head) }
    }

    /// The rejection for a stream that broke off.
    pub(super) fn fault(&self, record_no: i64, fault: &Fault, head: &[u8]) -> Rejection {
        let reason = match fault {
            Fault::Damaged(_) => Reason::DamagedContainer,
            Fault::OverLimit(_) => Reason::OverLimit,
            Fault::Unreadable(_) => Reason::Unreadable,
        };
        self.rejection(record_no, reason, fault.to_string(), head)
    }

    /// [`Place::fault`] of an error of a [`Stream`].
    pub(super) fn broken(&self, record_no: i64, error: &io::Error, head: &[u8]) -> Rejection {
        self.fault(record_no, &Fault::of(error), head)
    }
}

/// A record that is passed over since it is too large to hold: counted, hashed, and only its beginning kept.
pub(super) struct PassedOver<'a> {
    head: &'a mut Vec<u8>,
    digest: Digest,
}

impl<'a> PassedOver<'a> {
    /// Begins with what was read before the record proved too large; of that only the beginning stays.
    pub(super) fn begin(head: &'a mut Vec<u8>) -> PassedOver<'a> {
        let mut digest = Digest::new();
        digest.update(head);
        // The buffer may have grown to the limit; what follows is usually short.
        head.truncate(EXCERPT_BYTES);
        head.shrink_to_fit();
        PassedOver { head, digest }
    }

    /// Passes over the next bytes.
    pub(super) fn take(&mut self, bytes: &[u8]) {
        self.digest.update(bytes);
        self.head.extend(bytes.iter().take(EXCERPT_BYTES - self.head.len()));
    }

    /// The hash of all.
    pub(super) fn finish(self) -> Digest {
        self.digest
    }
}

/// The words for a record over the limit.
pub(super) fn too_large_detail(length: usize, limit: usize) -> String {
    format!("{length} bytes, over `limits.max_record_bytes` = {limit}; raise it if this is one article")
}

/// What all readers of one file have in common.
#[derive(Clone)]
pub(super) struct Context<'a> {
    pub(super) config: &'a Config,
    pub(super) limits: Limits,
    /// Archives around what is read.
    pub(super) depth: u64,
}

impl<'a> Context<'a> {
    fn new(config: &'a Config) -> Context<'a> {
        Context { config, limits: Limits::new(&config.limits), depth: 0 }
    }

    /// The context of an archive's members.
    pub(super) fn inside(&self) -> Context<'a> {
        Context { depth: self.depth + 1, ..self.clone() }
    }

    /// Most bytes of a record.
    pub(super) fn record_limit(&self) -> usize {
        usize::try_from(self.config.limits.max_record_bytes).unwrap_or(usize::MAX)
    }
}

/// Opens a file for reading. Never fails: a file that cannot be read yields one rejection. The path `-` is standard input.
#[must_use]
pub fn open<'a>(file: &InputFile, config: &'a Config) -> FileReader<'a> {
    let place = Place { file_path: Arc::clone(&file.file_path), input: file.input };
    if file.path == Path::new("-") {
        return FileReader::new(place, Box::new(io::stdin()), None, file.format, None, config);
    }
    match File::open(&file.path) {
        Ok(handle) => {
            FileReader::new(place, Box::new(handle), Some(file.bytes), file.format, Some(file.path.clone()), config)
        }
        Err(error) => {
            let failure = place.rejection(0, Reason::Unreadable, format!("cannot be read: {error}"), &[]);
            FileReader { reading: None, failure: Some(failure), items: 0, stats: FileStats::default() }
        }
    }
}

/// Reads records from any stream (standard input) under the given name; compression and, unless given, format are told by the
/// content.
#[must_use]
pub fn open_stream<'a>(
    reader: Box<dyn Read + Send>,
    name: &str,
    format: Option<Format>,
    config: &'a Config,
) -> FileReader<'a> {
    let place = Place { file_path: name.into(), input: 0 };
    FileReader::new(place, reader, None, format, None, config)
}

impl<'a> FileReader<'a> {
    fn new(
        place: Place,
        reader: Box<dyn Read>,
        size: Option<u64>,
        format: Option<Format>,
        path: Option<PathBuf>,
        config: &'a Config,
    ) -> Self {
        let context = Context::new(config);
        let raw = RawFile::new(reader);
        let mut stream = Stream::new(Box::new(raw.clone()), size, &context.limits);
        let name = place.file_path.rsplit('/').next().unwrap_or_default().to_owned();
        let failure = stream.cut_header(&name).map(|detail| place.rejection(0, Reason::DamagedContainer, detail, &[]));
        let body = match &failure {
            Some(_) => Body::empty(place, &context),
            None => Body::new(place, stream, format, &name, path, &context),
        };
        FileReader { reading: Some((raw, body)), failure, items: 0, stats: FileStats::default() }
    }

    /// What reading has shown so far (for progress, without the hash); complete after the last item.
    #[must_use]
    pub fn stats(&self) -> FileStats {
        let items = self.items;
        match &self.reading {
            None => FileStats { items, ..self.stats.clone() },
            Some((raw, body)) => {
                let (bytes_read, bytes_uncompressed) = (raw.bytes_read(), body.given());
                FileStats { bytes_read, bytes_uncompressed, file_hash: String::new(), items }
            }
        }
    }

    /// How many raw bytes were read so far, and their hash; no hash for a form that is read from its end.
    pub(crate) fn prefix(&self) -> (u64, Option<String>) {
        match &self.reading {
            Some((raw, body)) if !matches!(body.parser, Parser::Parquet(_)) => (raw.bytes_read(), Some(raw.hash())),
            _ => (0, None),
        }
    }

    /// Reads the rest, so that the hash covers the whole file, and closes it.
    fn finish(&mut self) {
        let Some((mut raw, body)) = self.reading.take() else { return };
        let bytes_uncompressed = body.given();
        // Where the rest cannot be read either, the damage has been reported; the hash then covers what could be.
        let _ = raw.drain();
        self.stats =
            FileStats { bytes_read: raw.bytes_read(), bytes_uncompressed, file_hash: raw.hash(), items: self.items };
    }
}

impl Iterator for FileReader<'_> {
    type Item = Result<RawRecord, Rejection>;

    fn next(&mut self) -> Option<Self::Item> {
        let item = match self.failure.take() {
            Some(failure) => Some(Err(failure)),
            None => self.reading.as_mut().and_then(|(_, body)| body.next()),
        };
        match item {
            Some(_) => self.items += 1,
            None => self.finish(),
        }
        item
    }
}

/// One file, or one member of an archive, on its way to records.
pub(super) struct Body<'a> {
    place: Place,
    stream: Stream,
    parser: Parser<'a>,
}

enum Parser<'a> {
    Text(text::Parser),
    Jsonl(Box<jsonl::Parser<'a>>),
    Csv(Box<csv::Parser<'a>>),
    Warc(Box<warc::Parser>),
    Parquet(Box<parquet::Parser<'a>>),
    Archive(Box<Archive<'a>>),
    /// What is wrong with the whole file.
    Refused(Box<Option<Rejection>>),
}

impl<'a> Body<'a> {
    /// Reads a stream; `format` or else the name or else the content tells how.
    fn new(
        place: Place,
        mut stream: Stream,
        format: Option<Format>,
        name: &str,
        path: Option<PathBuf>,
        context: &Context<'a>,
    ) -> Body<'a> {
        let config = context.config;
        let format = format.or_else(|| format_by_name(name, config.input.format));
        let is_json = named_kind(name) == Some(NamedKind::Json);
        let format = format.unwrap_or_else(|| sniff(&mut stream, &config.input.text_field));
        let limit = context.record_limit();
        let parser = match format {
            Format::Txt if is_json => {
                let detail = "a `.json` file is read as JSON lines and this is none; \
                     write one object a line, for example with `jq -c '.[]'`";
                Parser::Refused(Box::new(Some(place.rejection(0, Reason::BadJson, detail.to_owned(), stream.peek(1)))))
            }
            Format::Txt => Parser::Text(text::Parser::new(limit, false)),
            Format::Html => Parser::Text(text::Parser::new(limit, true)),
            Format::Jsonl => Parser::Jsonl(Box::new(jsonl::Parser::new(&config.input, limit))),
            Format::Csv => Parser::Csv(Box::new(csv::Parser::new(&config.input, limit))),
            Format::Warc => Parser::Warc(Box::new(warc::Parser::new(limit))),
            Format::Parquet => {
                let path = path.filter(|_| !stream.is_decoded());
                Parser::Parquet(Box::new(parquet::Parser::new(&config.input, limit, path)))
            }
            Format::Tar | Format::Zip if context.depth >= config.limits.max_archive_depth => {
                let limit = config.limits.max_archive_depth;
                Parser::Refused(Box::new(Some(archive::too_deep(&place, limit))))
            }
            Format::Tar | Format::Zip => {
                let form = if format == Format::Tar { Form::Tar } else { Form::Zip };
                let nothing = Stream::plain(Box::new(io::empty()), Some(0), &context.limits);
                let whole = std::mem::replace(&mut stream, nothing);
                Parser::Archive(Box::new(Archive::new(form, whole, context)))
            }
        };
        Body { place, stream, parser }
    }

    /// Reads an archive's member.
    pub(super) fn of_stream(place: Place, mut stream: Stream, name: &str, context: &Context<'a>) -> Body<'a> {
        match stream.cut_header(name) {
            Some(detail) => {
                let rejection = place.rejection(0, Reason::DamagedContainer, detail, &[]);
                Body { place, stream, parser: Parser::Refused(Box::new(Some(rejection))) }
            }
            None => Body::new(place, stream, None, name, None, context),
        }
    }

    /// A member that is not looked at.
    pub(super) fn passed_over(place: Place, stream: Stream) -> Body<'a> {
        Body { place, stream, parser: Parser::Refused(Box::new(None)) }
    }

    /// Nothing.
    pub(super) fn empty(place: Place, context: &Context<'a>) -> Body<'a> {
        Body::passed_over(place, Stream::plain(Box::new(io::empty()), Some(0), &context.limits))
    }

    pub(super) fn next(&mut self) -> Option<Result<RawRecord, Rejection>> {
        let Body { place, stream, parser } = self;
        match parser {
            Parser::Text(parser) => parser.next(stream, place),
            Parser::Jsonl(parser) => parser.next(stream, place),
            Parser::Csv(parser) => parser.next(stream, place),
            Parser::Warc(parser) => parser.next(stream, place),
            Parser::Parquet(parser) => parser.next(stream, place),
            Parser::Archive(archive) => archive.next(place),
            Parser::Refused(rejection) => rejection.take().map(Err),
        }
    }

    /// Reads what no record has needed.
    pub(super) fn drain(&mut self) -> io::Result<()> {
        self.stream.skip(u64::MAX).map(|_| ())
    }

    /// Decompressed bytes so far.
    fn given(&self) -> u64 {
        match &self.parser {
            Parser::Archive(archive) => archive.given(),
            _ => self.stream.given(),
        }
    }
}

/// The form that option and name decide. Archives are opened whatever the option says: it is about what they hold.
pub(super) fn format_by_name(name: &str, option: InputFormat) -> Option<Format> {
    let kind = named_kind(name);
    match (option, kind) {
        (_, Some(NamedKind::Tar)) => Some(Format::Tar),
        (_, Some(NamedKind::Zip)) => Some(Format::Zip),
        (InputFormat::Txt, _) | (InputFormat::Auto, Some(NamedKind::Txt)) => Some(Format::Txt),
        (InputFormat::Html, _) | (InputFormat::Auto, Some(NamedKind::Html)) => Some(Format::Html),
        (InputFormat::Jsonl, _) | (InputFormat::Auto, Some(NamedKind::Jsonl)) => Some(Format::Jsonl),
        (InputFormat::Csv, _) | (InputFormat::Auto, Some(NamedKind::Csv)) => Some(Format::Csv),
        (InputFormat::Parquet, _) | (InputFormat::Auto, Some(NamedKind::Parquet)) => Some(Format::Parquet),
        (InputFormat::Warc | InputFormat::Wet, _) | (InputFormat::Auto, Some(NamedKind::Warc)) => Some(Format::Warc),
        (InputFormat::Auto, Some(NamedKind::Json) | None) => None,
    }
}

/// Tells the form by the beginning of the content.
fn sniff(stream: &mut Stream, text_field: &str) -> Format {
    let head = stream.peek(BUFFER_BYTES);
    if zip::looks_like(head) {
        Format::Zip
    } else if tar::looks_like(head) {
        Format::Tar
    } else if head.starts_with(b"PAR1") {
        Format::Parquet
    } else if head.starts_with(b"WARC/") {
        Format::Warc
    } else if jsonl::looks_like(head, head.len() < BUFFER_BYTES) {
        Format::Jsonl
    } else if text::looks_like_html(head) {
        Format::Html
    } else if csv::looks_like(head, text_field) {
        Format::Csv
    } else {
        Format::Txt
    }
}
