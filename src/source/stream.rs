//! The bytes of a file, decompressed. This is the only place that knows about compression.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::path::Path;
use std::rc::Rc;

use crate::config::LimitsConfig;
use crate::hashing::Hashing;

/// Bytes per read. Large enough that system calls do not show, small enough that many open files do not either.
pub(super) const BUFFER_BYTES: usize = 128 * 1024;
/// Least buffer of a file whose size is known to be small.
const SMALL_BUFFER_BYTES: usize = 4 * 1024;
/// Bytes that a decoder is asked for at a time: where it finds damage, it gives nothing of what it was asked for.
const PIECE_BYTES: usize = 1024;
/// Decompressed bytes from which the ratio is looked at: a short run of blanks compresses to next to nothing.
const RATIO_FROM_BYTES: u64 = 64 << 20;

/// A way to compress one stream of bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Codec {
    Gzip,
    Zstd,
    Bzip2,
    Xz,
}

impl Codec {
    const ALL: [Codec; 4] = [Codec::Gzip, Codec::Zstd, Codec::Bzip2, Codec::Xz];

    fn name(self) -> &'static str {
        match self {
            Codec::Gzip => "gzip",
            Codec::Zstd => "zstd",
            Codec::Bzip2 => "bzip2",
            Codec::Xz => "xz",
        }
    }

    /// The bytes that every such stream begins with.
    fn magic(self) -> &'static [u8] {
        match self {
            Codec::Gzip => &[0x1f, 0x8b],
            Codec::Zstd => &[0x28, 0xb5, 0x2f, 0xfd],
            Codec::Bzip2 => b"BZh",
            Codec::Xz => &[0xfd, b'7', b'z', b'X', b'Z', 0],
        }
    }

    /// Extensions of files that are compressed so.
    pub(super) fn extension(self) -> &'static str {
        match self {
            Codec::Gzip => "gz",
            Codec::Zstd => "zst",
            Codec::Bzip2 => "bz2",
            Codec::Xz => "xz",
        }
    }

    fn of(head: &[u8]) -> Option<Codec> {
        let codec = Codec::ALL.into_iter().find(|codec| head.starts_with(codec.magic()))?;
        // `BZh` may begin a text; a block or the end of the stream follows the digit of the block size.
        let is_bzip2 = || {
            let marks: [&[u8]; 2] = [&[0x31, 0x41, 0x59, 0x26, 0x53, 0x59], &[0x17, 0x72, 0x45, 0x38, 0x50, 0x90]];
            head.get(3).is_some_and(|size| (b'1'..=b'9').contains(size))
                && head
                    .get(4..)
                    .is_some_and(|rest| marks.iter().any(|mark| rest.starts_with(&mark[..mark.len().min(rest.len())])))
        };
        (codec != Codec::Bzip2 || is_bzip2()).then_some(codec)
    }

    pub(super) fn of_extension(extension: &str) -> Option<Codec> {
        Codec::ALL.into_iter().find(|codec| extension.eq_ignore_ascii_case(codec.extension()))
    }

    fn decoder(self, reader: BufReader<Metered>, limits: &Limits) -> io::Result<Box<dyn Read>> {
        Ok(match self {
            // All go on with the next member, frame or stream where one ends.
            Codec::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(reader)),
            Codec::Zstd => {
                let mut decoder = zstd::Decoder::with_buffer(reader)?;
                decoder.window_log_max(limits.max_decoder_bytes.ilog2())?;
                Box::new(decoder)
            }
            Codec::Bzip2 => Box::new(bzip2::bufread::MultiBzDecoder::new(reader)),
            Codec::Xz => {
                let stream = liblzma::stream::Stream::new_stream_decoder(
                    limits.max_decoder_bytes,
                    liblzma::stream::CONCATENATED,
                )
                .map_err(io::Error::other)?;
                Box::new(liblzma::bufread::XzDecoder::new_stream(reader, stream))
            }
        })
    }
}

/// Why bytes could not be had; travels inside an [`io::Error`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fault {
    /// The compressed stream or the archive is damaged or cut.
    Damaged(String),
    /// A limit of the configuration was met.
    OverLimit(String),
    /// The device, the network or the permission failed.
    Unreadable(String),
}

impl Fault {
    pub(super) fn into_error(self) -> io::Error {
        io::Error::other(self)
    }

    /// What stands behind an error of a [`Stream`].
    pub(super) fn of(error: &io::Error) -> Fault {
        let known = error.get_ref().and_then(|inner| inner.downcast_ref::<Fault>());
        known.cloned().unwrap_or_else(|| Fault::Unreadable(format!("cannot be read on: {error}")))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Fault::Damaged(words) | Fault::OverLimit(words) | Fault::Unreadable(words)) = self;
        formatter.write_str(words)
    }
}

impl std::error::Error for Fault {}

/// What bounds the reading of one file, with what it has cost so far. Clones count together.
#[derive(Debug, Clone)]
pub(super) struct Limits {
    max_input_bytes: u64,
    max_ratio: u64,
    max_decoder_bytes: u64,
    /// Bytes that came out of decoders, archives inside of archives included.
    decoded: Rc<Cell<u64>>,
}

impl Limits {
    pub(super) fn new(config: &LimitsConfig) -> Limits {
        Limits {
            max_input_bytes: config.max_input_bytes,
            max_ratio: config.max_compression_ratio,
            max_decoder_bytes: config.max_decoder_bytes,
            decoded: Rc::new(Cell::new(0)),
        }
    }

    /// Notes `count` decoded bytes; `taken` and `given` are those of the stream they belong to.
    fn note(&self, count: u64, taken: u64, given: u64) -> Result<(), Fault> {
        self.decoded.set(self.decoded.get() + count);
        if self.decoded.get() > self.max_input_bytes {
            let limit = self.max_input_bytes;
            return Err(Fault::OverLimit(format!(
                "more than `limits.max_input_bytes` = {limit} bytes once decompressed; what came before was read"
            )));
        }
        if given > RATIO_FROM_BYTES && given / self.max_ratio > taken {
            return Err(Fault::OverLimit(format!(
                "{given} bytes came out of {taken}, over `limits.max_compression_ratio` = {}; what came before was read",
                self.max_ratio
            )));
        }
        Ok(())
    }
}

/// The bytes as they are on disk, counted and hashed on the way. Clones share the file.
#[derive(Clone)]
pub(super) struct RawFile {
    shared: Rc<RefCell<Hashing<Box<dyn Read>>>>,
}

impl RawFile {
    pub(super) fn new(inner: Box<dyn Read>) -> RawFile {
        RawFile { shared: Rc::new(RefCell::new(Hashing::new(inner))) }
    }

    /// Bytes read so far.
    pub(super) fn bytes_read(&self) -> u64 {
        self.shared.borrow().digest().bytes()
    }

    /// Reads what is left.
    pub(super) fn drain(&mut self) -> io::Result<()> {
        // Nearly always there is nothing left, which is not worth a large buffer for every small file.
        let mut probe = [0; 512];
        if self.read(&mut probe)? == 0 {
            return Ok(());
        }
        let mut buffer = vec![0; BUFFER_BYTES];
        while self.read(&mut buffer)? > 0 {}
        Ok(())
    }

    /// 32 hex digits: XXH3-128 of the bytes read so far.
    pub(super) fn hash(&self) -> String {
        self.shared.borrow().digest().hex()
    }
}

impl Read for RawFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.shared.borrow_mut().read(buffer) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(Fault::Unreadable(format!("cannot be read on: {error}")).into_error()),
                Ok(count) => return Ok(count),
            }
        }
    }
}

/// Counts the bytes that a decoder takes.
struct Metered {
    inner: Box<dyn Read>,
    taken: Rc<Cell<u64>>,
}

impl Read for Metered {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.taken.set(self.taken.get() + count as u64);
        Ok(count)
    }
}

/// Decompressed bytes with a view ahead.
pub(super) struct Stream {
    source: Box<dyn Read>,
    /// `buffer[start..end]` is read and not consumed.
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    is_end: bool,
    failure: Option<Fault>,
    /// Name of the compression; nothing where bytes are taken as they are.
    codec: Option<&'static str>,
    taken: Rc<Cell<u64>>,
    given: u64,
    limits: Limits,
}

impl Stream {
    /// Opens a stream; compression is told by its first bytes. `size` is what it is known to hold, compressed.
    pub(super) fn new(source: Box<dyn Read>, size: Option<u64>, limits: &Limits) -> Stream {
        let plain = Stream::plain(source, size, limits);
        plain.decoded()
    }

    /// A stream that is taken as it is.
    pub(super) fn plain(source: Box<dyn Read>, size: Option<u64>, limits: &Limits) -> Stream {
        let known = size.and_then(|size| usize::try_from(size).ok()).map_or(BUFFER_BYTES, |size| size + 1);
        Stream {
            source,
            buffer: vec![0; known.clamp(SMALL_BUFFER_BYTES, BUFFER_BYTES)],
            start: 0,
            end: 0,
            is_end: false,
            failure: None,
            codec: None,
            taken: Rc::default(),
            given: 0,
            limits: limits.clone(),
        }
    }

    /// Decompresses what the first bytes show to be compressed.
    pub(super) fn decoded(mut self) -> Stream {
        let Some(codec) = Codec::of(self.peek(10)) else { return self };
        let limits = self.limits.clone();
        let taken: Rc<Cell<u64>> = Rc::default();
        let metered = Metered { inner: Box::new(Rest(self)), taken: Rc::clone(&taken) };
        match codec.decoder(BufReader::with_capacity(BUFFER_BYTES, metered), &limits) {
            Ok(decoder) => Stream::of_decoder(decoder, codec.name(), taken, &limits),
            Err(error) => {
                let fault = Fault::Damaged(format!("cannot begin to decompress: {error}"));
                Stream { failure: Some(fault), ..Stream::plain(Box::new(io::empty()), None, &limits) }
            }
        }
    }

    /// What a decoder gives; `taken` counts what it takes.
    pub(super) fn of_decoder(
        decoder: Box<dyn Read>,
        name: &'static str,
        taken: Rc<Cell<u64>>,
        limits: &Limits,
    ) -> Stream {
        Stream { codec: Some(name), taken, ..Stream::plain(decoder, None, limits) }
    }

    /// Whether the bytes come out of a decoder.
    pub(super) fn is_decoded(&self) -> bool {
        self.codec.is_some()
    }

    /// Bytes given out by the source so far, decompressed.
    pub(super) fn given(&self) -> u64 {
        self.given
    }

    /// The next bytes; empty at the end.
    pub(super) fn fill(&mut self) -> io::Result<&[u8]> {
        if self.start == self.end && !self.is_end {
            (self.start, self.end) = (0, 0);
            self.read_more()?;
        }
        Ok(&self.buffer[self.start..self.end])
    }

    pub(super) fn consume(&mut self, bytes: usize) {
        self.start = (self.start + bytes).min(self.end);
    }

    /// Up to `count` bytes ahead (fewer at the end, and never more than the buffer holds), not consumed. Damage is left for the
    /// reading to report.
    pub(super) fn peek(&mut self, count: usize) -> &[u8] {
        if count > self.buffer.len() - self.start {
            self.buffer.copy_within(self.start..self.end, 0);
            (self.start, self.end) = (0, self.end - self.start);
            self.buffer.resize(count.clamp(self.buffer.len(), BUFFER_BYTES), 0);
        }
        while self.end - self.start < count && self.end < self.buffer.len() && !self.is_end {
            if let Err(error) = self.read_more() {
                self.failure = Some(Fault::of(&error));
                break;
            }
        }
        &self.buffer[self.start..self.end]
    }

    /// Reads exactly `target.len()` bytes; false where the stream ends before the first one.
    pub(super) fn read_all(&mut self, target: &mut [u8], what: &str) -> io::Result<bool> {
        let mut filled = 0;
        while filled < target.len() {
            let chunk = self.fill()?;
            if chunk.is_empty() {
                if filled == 0 {
                    return Ok(false);
                }
                return Err(Fault::Damaged(format!("cut inside {what}; what came before was read")).into_error());
            }
            let count = chunk.len().min(target.len() - filled);
            target[filled..filled + count].copy_from_slice(&chunk[..count]);
            filled += count;
            self.consume(count);
        }
        Ok(true)
    }

    /// Passes over bytes; fewer at the end of the stream. Gives how many.
    pub(super) fn skip(&mut self, count: u64) -> io::Result<u64> {
        let mut left = count;
        while left > 0 {
            let chunk = self.fill()?.len();
            if chunk == 0 {
                break;
            }
            let step = (chunk as u64).min(left);
            self.consume(step as usize);
            left -= step;
        }
        Ok(count - left)
    }

    fn read_more(&mut self) -> io::Result<()> {
        if let Some(fault) = &self.failure {
            return Err(fault.clone().into_error());
        }
        match self.read_once() {
            Ok(0) => self.is_end = true,
            Ok(count) => self.end += count,
            Err(fault) => {
                self.failure = Some(fault.clone());
                return Err(fault.into_error());
            }
        }
        Ok(())
    }

    fn read_once(&mut self) -> Result<usize, Fault> {
        let room = self.buffer.len() - self.end;
        let room = if self.codec.is_some() { room.min(PIECE_BYTES) } else { room };
        let count = loop {
            match self.source.read(&mut self.buffer[self.end..self.end + room]) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(self.fault(&error)),
                Ok(count) => break count,
            }
        };
        self.given += count as u64;
        if self.codec.is_some() {
            self.limits.note(count as u64, self.taken.get(), self.given)?;
        }
        Ok(count)
    }

    fn fault(&self, error: &io::Error) -> Fault {
        if error.get_ref().is_some_and(<dyn std::error::Error + Send + Sync>::is::<Fault>) {
            return Fault::of(error);
        }
        let Some(codec) = self.codec else { return Fault::of(error) };
        let words = error.to_string();
        // The words of liblzma and of zstd for a window that would not fit.
        if words.to_ascii_lowercase().contains("mem") {
            return Fault::OverLimit(format!(
                "the {} stream needs more memory than `limits.max_decoder_bytes` = {}",
                codec, self.limits.max_decoder_bytes
            ));
        }
        Fault::Damaged(format!("the {codec} stream is damaged or cut: {words}; what came before was read"))
    }

    /// Says what is wrong with a file that is named as compressed and ends inside the magic bytes; by these alone it would
    /// pass for a plain text.
    pub(super) fn cut_header(&mut self, name: &str) -> Option<String> {
        if self.codec.is_some() {
            return None;
        }
        let magic = Codec::of_extension(Path::new(name).extension()?.to_str()?)?.magic();
        let head = self.peek(magic.len());
        (head.len() < magic.len() && magic.starts_with(head))
            .then(|| format!("the file ends after {} bytes, before its compressed stream begins", head.len()))
    }
}

/// What is left of a stream, as a reader.
struct Rest(Stream);

impl Read for Rest {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let chunk = self.0.fill()?;
        let count = chunk.len().min(buffer.len());
        buffer[..count].copy_from_slice(&chunk[..count]);
        self.0.consume(count);
        Ok(count)
    }
}

/// A part of an archive's stream: one member's bytes as they are stored. Takes no byte more than it gives.
pub(super) struct Part {
    shared: Rc<RefCell<Stream>>,
    /// Bytes of the member that are not taken; `u64::MAX` where its size is not known.
    left: Rc<Cell<u64>>,
    taken: Rc<Cell<u64>>,
    /// A copy of the next bytes of the stream, which stay there until they are consumed.
    ahead: Vec<u8>,
    at: usize,
}

/// Bytes that a [`Part`] copies at a time.
const PART_BYTES: usize = 32 * 1024;

impl Part {
    /// The next `left` bytes of a stream.
    pub(super) fn new(shared: &Rc<RefCell<Stream>>, left: &Rc<Cell<u64>>) -> Part {
        Part { shared: Rc::clone(shared), left: Rc::clone(left), taken: Rc::default(), ahead: Vec::new(), at: 0 }
    }
}

impl Part {
    /// Counts the bytes taken.
    pub(super) fn taken(&self) -> Rc<Cell<u64>> {
        Rc::clone(&self.taken)
    }
}

impl BufRead for Part {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.ahead.len() {
            self.ahead.clear();
            self.at = 0;
            let left = self.left.get();
            if left > 0 {
                let mut shared = self.shared.borrow_mut();
                let chunk = shared.fill()?;
                if chunk.is_empty() && left < u64::MAX {
                    let words = format!("the archive ends {left} bytes before this member does");
                    return Err(Fault::Damaged(words).into_error());
                }
                let most = chunk.len().min(PART_BYTES).min(usize::try_from(left).unwrap_or(usize::MAX));
                self.ahead.extend_from_slice(&chunk[..most]);
            }
        }
        Ok(&self.ahead[self.at..])
    }

    fn consume(&mut self, count: usize) {
        self.at += count;
        self.taken.set(self.taken.get() + count as u64);
        if self.left.get() < u64::MAX {
            self.left.set(self.left.get() - count as u64);
        }
        self.shared.borrow_mut().consume(count);
    }
}

impl Read for Part {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let ahead = self.fill_buf()?;
        let count = ahead.len().min(buffer.len());
        buffer[..count].copy_from_slice(&ahead[..count]);
        self.consume(count);
        Ok(count)
    }
}

/// The XXH3-128 of a file's raw bytes, as 32 hex digits.
///
/// # Errors
/// When the file cannot be opened or read to its end.
pub fn hash_file(path: &Path) -> io::Result<String> {
    let mut raw = RawFile::new(Box::new(File::open(path)?));
    raw.drain()?;
    Ok(raw.hash())
}
