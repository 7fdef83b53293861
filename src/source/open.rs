//! Opens and decompresses files. This is the only place that knows about compression.

use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::Path;
use std::sync::Arc;

use flate2::bufread::MultiGzDecoder;
use xxhash_rust::xxh3::Xxh3;

use super::{Format, InputFile, jsonl, read_rejection, text};
use crate::config::Config;
use crate::document::{Origin, RawRecord, Reason, Rejection, excerpt};

/// Bytes per read. Large enough that system calls do not show, small enough that many open files do not either.
const BUFFER_BYTES: usize = 128 * 1024;
/// Bytes of a record that are looked at for an excerpt: 500 characters of at most 4 bytes.
pub(super) const EXCERPT_BYTES: usize = 2000;
const GZIP_MAGIC: &[u8] = &[0x1f, 0x8b];
const ZSTD_MAGIC: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// What reading a file has shown; complete after the last item of a [`FileReader`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileStats {
    /// Bytes read from disk.
    pub bytes_read: u64,
    /// Bytes after decompression.
    pub bytes_uncompressed: u64,
    /// 32 hex digits: XXH3-128 of the file's raw bytes. Empty for a file that could not be opened.
    pub file_hash: String,
    /// Items yielded: records and rejections.
    pub items: u64,
}

/// The records of one file, in order; what is no record comes as a rejection. Never ends a run.
pub struct FileReader {
    place: Place,
    stream: Option<Stream>,
    parser: Parser,
    /// What was wrong before the first record.
    failure: Option<Rejection>,
    items: u64,
    stats: FileStats,
}

enum Parser {
    Text(text::Parser),
    Jsonl(Box<jsonl::Parser>),
}

/// Which file a record comes from.
pub(super) struct Place {
    file_path: Arc<str>,
    input: usize,
}

impl Place {
    pub(super) fn origin(&self, record_no: i64) -> Origin {
        Origin { file_path: Arc::clone(&self.file_path), record_no, input: self.input }
    }

    /// A rejection; `head` is the beginning of the record's bytes, for the excerpt.
    pub(super) fn rejection(&self, record_no: i64, reason: Reason, detail: String, head: &[u8]) -> Rejection {
        let head = String::from_utf8_lossy(&head[..head.len().min(EXCERPT_BYTES)]);
        let excerpt = Some(excerpt(&head)).filter(|text| !text.is_empty());
        Rejection { excerpt, ..read_rejection(self.origin(record_no), reason, detail) }
    }

    /// The rejection for a stream that broke off.
    pub(super) fn damage(&self, record_no: i64, stream: &Stream, error: &io::Error, head: &[u8]) -> Rejection {
        match stream.compression() {
            Some(name) => {
                let detail = format!("the {name} stream is damaged or cut: {error}; what came before was read");
                self.rejection(record_no, Reason::DamagedContainer, detail, head)
            }
            None => self.rejection(record_no, Reason::Unreadable, format!("cannot be read on: {error}"), head),
        }
    }
}

/// Opens a file for reading. Never fails: a file that cannot be read yields one rejection.
#[must_use]
pub fn open(file: &InputFile, config: &Config) -> FileReader {
    let place = Place { file_path: Arc::clone(&file.file_path), input: file.input };
    let stream = File::open(&file.path).and_then(|file| Stream::new(Box::new(file)));
    FileReader::new(place, stream, Some(file.format), config)
}

/// Reads records from any stream (standard input) under the given name; compression and, unless given, format are told by the
/// content.
#[must_use]
pub fn open_stream(reader: Box<dyn Read + Send>, name: &str, format: Option<Format>, config: &Config) -> FileReader {
    let place = Place { file_path: name.into(), input: 0 };
    FileReader::new(place, Stream::new(reader), format, config)
}

/// The XXH3-128 of a file's raw bytes, as 32 hex digits.
///
/// # Errors
/// When the file cannot be opened or read to its end.
pub fn hash_file(path: &Path) -> io::Result<String> {
    let mut raw = RawStream::new(Box::new(File::open(path)?));
    raw.drain()?;
    Ok(raw.hash())
}

/// Tells the format by the beginning of the (decompressed) content.
pub(super) fn sniff(path: &Path) -> io::Result<Format> {
    Stream::new(Box::new(File::open(path)?))?.sniff()
}

impl FileReader {
    fn new(place: Place, stream: io::Result<Stream>, format: Option<Format>, config: &Config) -> Self {
        let limit = usize::try_from(config.limits.max_record_bytes).unwrap_or(usize::MAX);
        let (mut stream, mut failure) = match stream {
            Ok(stream) => (Some(stream), None),
            Err(error) => (None, Some(place.rejection(0, Reason::Unreadable, format!("cannot be read: {error}"), &[]))),
        };
        if let Some(stream) = &stream
            && let Some(detail) = stream.cut_header(&place.file_path)
        {
            failure = Some(place.rejection(0, Reason::DamagedContainer, detail, &[]));
        }
        let sniffed = |stream: &mut Option<Stream>| stream.as_mut().and_then(|stream| stream.sniff().ok());
        let parser = match format.or_else(|| sniffed(&mut stream)) {
            Some(Format::Jsonl) => Parser::Jsonl(Box::new(jsonl::Parser::new(&config.input, limit))),
            Some(Format::Txt) | None => Parser::Text(text::Parser::new(limit)),
        };
        FileReader { place, stream, parser, failure, items: 0, stats: FileStats::default() }
    }

    /// What reading has shown so far (for progress, without the hash); complete after the last item.
    #[must_use]
    pub fn stats(&self) -> FileStats {
        let items = self.items;
        match &self.stream {
            None => FileStats { items, ..self.stats.clone() },
            Some(stream) => {
                let inflate = stream.reader.get_ref();
                let (bytes_read, bytes_uncompressed) = (inflate.raw_ref().bytes, inflate.bytes_out);
                FileStats { bytes_read, bytes_uncompressed, file_hash: String::new(), items }
            }
        }
    }

    /// Reads the rest, so that the hash covers the whole file, and closes it.
    fn finish(&mut self) {
        let Some(mut stream) = self.stream.take() else { return };
        let bytes_uncompressed = stream.reader.get_ref().bytes_out;
        let raw = stream.reader.get_mut().raw();
        // Where the rest cannot be read either, the damage has been reported; the hash then covers what could be.
        let _ = raw.drain();
        self.stats = FileStats { bytes_read: raw.bytes, bytes_uncompressed, file_hash: raw.hash(), items: 0 };
    }
}

impl Iterator for FileReader {
    type Item = Result<RawRecord, Rejection>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(failure) = self.failure.take() {
            self.finish();
            self.items += 1;
            return Some(Err(failure));
        }
        let stream = self.stream.as_mut()?;
        let item = match &mut self.parser {
            Parser::Text(parser) => parser.next(stream, &self.place),
            Parser::Jsonl(parser) => parser.next(stream, &self.place),
        };
        match item {
            Some(_) => self.items += 1,
            None => self.finish(),
        }
        item
    }
}

/// A file's decompressed bytes.
pub(super) struct Stream {
    reader: BufReader<Inflate>,
}

impl Stream {
    fn new(reader: Box<dyn Read + Send>) -> io::Result<Self> {
        let mut raw = BufReader::with_capacity(BUFFER_BYTES, RawStream::new(reader));
        let head = fill(&mut raw)?;
        let codec = if head.starts_with(GZIP_MAGIC) {
            Codec::Gzip(Box::new(MultiGzDecoder::new(raw)))
        } else if head.starts_with(ZSTD_MAGIC) {
            Codec::Zstd(Box::new(zstd::Decoder::with_buffer(raw)?))
        } else {
            Codec::Plain(raw)
        };
        Ok(Stream { reader: BufReader::with_capacity(BUFFER_BYTES, Inflate { codec, bytes_out: 0 }) })
    }

    /// The next bytes; empty at the end.
    pub(super) fn fill(&mut self) -> io::Result<&[u8]> {
        fill(&mut self.reader)
    }

    pub(super) fn consume(&mut self, bytes: usize) {
        self.reader.consume(bytes);
    }

    fn compression(&self) -> Option<&'static str> {
        match self.reader.get_ref().codec {
            Codec::Plain(_) => None,
            Codec::Gzip(_) => Some("gzip"),
            Codec::Zstd(_) => Some("zstd"),
        }
    }

    /// Says what is wrong with a file that is named as compressed and ends inside the magic bytes; by these alone it would
    /// pass for a plain text.
    fn cut_header(&self, name: &str) -> Option<String> {
        let Codec::Plain(raw) = &self.reader.get_ref().codec else { return None };
        let extension = Path::new(name).extension()?;
        let magic = if extension.eq_ignore_ascii_case("gz") {
            GZIP_MAGIC
        } else if extension.eq_ignore_ascii_case("zst") {
            ZSTD_MAGIC
        } else {
            return None;
        };
        let head = raw.buffer();
        (head.len() < magic.len() && magic.starts_with(head))
            .then(|| format!("the file ends after {} bytes, before its compressed stream begins", head.len()))
    }

    /// Tells the format by the first buffer, without consuming it. Damage is left for the reading to report.
    fn sniff(&mut self) -> io::Result<Format> {
        let head = self.fill()?;
        Ok(if jsonl::looks_like(head, head.len() < BUFFER_BYTES) { Format::Jsonl } else { Format::Txt })
    }
}

/// `fill_buf` that starts again after a signal.
fn fill<R: Read>(reader: &mut BufReader<R>) -> io::Result<&[u8]> {
    loop {
        match reader.fill_buf() {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
            Ok(_) => break,
        }
    }
    Ok(reader.buffer())
}

/// Decompresses and counts.
struct Inflate {
    codec: Codec,
    bytes_out: u64,
}

enum Codec {
    Plain(BufReader<RawStream>),
    // Both decoders go on with the next member or frame where one ends.
    Gzip(Box<MultiGzDecoder<BufReader<RawStream>>>),
    Zstd(Box<zstd::Decoder<'static, BufReader<RawStream>>>),
}

impl Inflate {
    fn raw_ref(&self) -> &RawStream {
        match &self.codec {
            Codec::Plain(reader) => reader.get_ref(),
            Codec::Gzip(decoder) => decoder.get_ref().get_ref(),
            Codec::Zstd(decoder) => decoder.get_ref().get_ref(),
        }
    }

    fn raw(&mut self) -> &mut RawStream {
        match &mut self.codec {
            Codec::Plain(reader) => reader.get_mut(),
            Codec::Gzip(decoder) => decoder.get_mut().get_mut(),
            Codec::Zstd(decoder) => decoder.get_mut().get_mut(),
        }
    }
}

impl Read for Inflate {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = match &mut self.codec {
            Codec::Plain(reader) => reader.read(buffer),
            Codec::Gzip(decoder) => decoder.read(buffer),
            Codec::Zstd(decoder) => decoder.read(buffer),
        }?;
        self.bytes_out += count as u64;
        Ok(count)
    }
}

/// The bytes as they are on disk, counted and hashed on the way.
struct RawStream {
    inner: Box<dyn Read + Send>,
    hasher: Box<Xxh3>,
    bytes: u64,
}

impl RawStream {
    fn new(inner: Box<dyn Read + Send>) -> Self {
        RawStream { inner, hasher: Box::new(Xxh3::new()), bytes: 0 }
    }

    fn drain(&mut self) -> io::Result<()> {
        let mut buffer = vec![0; BUFFER_BYTES];
        loop {
            match self.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Err(error) if error.kind() != ErrorKind::Interrupted => return Err(error),
                Ok(_) | Err(_) => {}
            }
        }
    }

    fn hash(&self) -> String {
        format!("{:032x}", self.hasher.digest128())
    }
}

impl Read for RawStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.hasher.update(&buffer[..count]);
        self.bytes += count as u64;
        Ok(count)
    }
}
