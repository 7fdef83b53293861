//! Members of a zip archive, read as a stream by the headers in front of them, so that an archive whose directory (at its end) is
//! cut off, or that comes through a pipe, is read as far as it goes.

use std::cell::RefCell;
use std::io::{self, Read};
use std::rc::Rc;

use super::archive::{Check, Entry, Held};
use super::stream::{Fault, Part, Stream};

const LOCAL: u32 = 0x0403_4b50;
const CENTRAL: u32 = 0x0201_4b50;
const END: u32 = 0x0605_4b50;
const END_64: u32 = 0x0606_4b50;
const DESCRIPTOR: u32 = 0x0807_4b50;
/// Written instead of a size that stands in the 64-bit field.
const LONG: u32 = u32::MAX;
/// Extra field that holds 64-bit sizes.
const EXTRA_64: u16 = 1;

/// Whether a file begins like a zip archive, an empty one or one made for several disks included.
pub(super) fn looks_like(head: &[u8]) -> bool {
    head.get(..4).is_some_and(|mark| matches!(number(mark), LOCAL | END | DESCRIPTOR))
}

fn number(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |number, &byte| number << 8 | u32::from(byte))
}

fn short(bytes: &[u8]) -> u16 {
    u16::from_le_bytes([bytes[0], bytes[1]])
}

fn damaged(words: &str) -> io::Error {
    Fault::Damaged(format!("{words}; the members before were read")).into_error()
}

fn read<const N: usize>(stream: &mut Stream) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    if stream.read_all(&mut bytes, "the archive")? { Ok(bytes) } else { Err(damaged("the archive is cut")) }
}

/// Reads up to the next member; nothing where the directory begins, which is read through to see that the archive is whole.
pub(super) fn next(stream: &mut Stream) -> io::Result<Option<Entry>> {
    loop {
        match number(&read::<4>(stream)?) {
            LOCAL => return member(stream).map(Some),
            DESCRIPTOR => descriptor(stream)?,
            CENTRAL => return directory(stream).map(|()| None),
            END | END_64 => return Ok(None),
            _ => return Err(damaged("no member and no directory where one was expected")),
        }
    }
}

/// What stands behind a mark that is also that of an archive which was to be split: there it stands alone in front of a member. Else
/// it is followed by a checksum and two sizes of 4 or 8 bytes.
fn descriptor(stream: &mut Stream) -> io::Result<()> {
    let is_mark = |bytes: Option<&[u8]>| bytes.is_some_and(|bytes| matches!(number(bytes), LOCAL | CENTRAL));
    let ahead = stream.peek(16);
    let length = if is_mark(ahead.get(..4)) {
        0
    } else if is_mark(ahead.get(12..16)) {
        12
    } else {
        20
    };
    stream.skip(length).map(|_| ())
}

fn member(stream: &mut Stream) -> io::Result<Entry> {
    let header = read::<26>(stream)?;
    let (flags, method) = (short(&header[2..]), short(&header[4..]));
    let (checksum, stored, whole) = (number(&header[10..14]), number(&header[14..18]), number(&header[18..22]));
    let mut name = vec![0; usize::from(short(&header[22..]))];
    let mut extra = vec![0; usize::from(short(&header[24..]))];
    if !(stream.read_all(&mut name, "a member's name")? || name.is_empty())
        || !(stream.read_all(&mut extra, "a member's header")? || extra.is_empty())
    {
        return Err(damaged("the archive is cut inside a member's header"));
    }
    let long = long_sizes(&extra);
    let mut size = u64::from(stored);
    if stored == LONG {
        // The sizes of those fields that did not fit, in this order: before and after compression.
        let at = usize::from(whole == LONG);
        size = long.as_ref().and_then(|sizes| sizes.get(at).copied()).ok_or_else(|| damaged("a size is missing"))?;
    }
    let is_encrypted = flags & 1 != 0;
    let has_descriptor = flags & 8 != 0;
    let is_folder = name.ends_with(b"/");
    let is_unknown = has_descriptor && size == 0 && !is_folder;
    let held = match method {
        _ if is_encrypted => Held::Refused("an encrypted member cannot be read; unpack the archive with its password"),
        0 if is_unknown => Held::Refused("a stored member of unknown length; pack the archive anew"),
        0 => Held::Stored,
        8 => Held::Deflate,
        12 | 93 if is_unknown => Held::Refused("a member of unknown length; pack the archive anew"),
        12 => Held::Bzip2,
        93 => Held::Zstd,
        _ => Held::Refused("the member's compression is not read; pack the archive with deflate"),
    };
    let check = if is_unknown { Check::Behind { is_long: long.is_some() } } else { Check::Known(checksum) };
    // Sizes are in the header; the descriptor behind the member repeats them.
    let check = if has_descriptor && !is_unknown { Check::None } else { check };
    let size = (!is_unknown).then_some(size);
    Ok(Entry { name, size, padding: 0, held, check: Some(check) })
}

/// The values of the 64-bit field, where there is one.
fn long_sizes(mut extra: &[u8]) -> Option<Vec<u64>> {
    while let Some((head, rest)) = extra.split_at_checked(4) {
        let (kind, length) = (short(head), usize::from(short(&head[2..])));
        let (value, rest) = rest.split_at_checked(length)?;
        if kind == EXTRA_64 {
            let value_of = |chunk: &[u8]| chunk.iter().rev().fold(0_u64, |number, &byte| number << 8 | u64::from(byte));
            return Some(value.chunks_exact(8).map(value_of).collect());
        }
        extra = rest;
    }
    None
}

/// Reads through the directory: where its end is missing, the archive is cut.
fn directory(stream: &mut Stream) -> io::Result<()> {
    loop {
        let header = read::<42>(stream)?;
        let length = [24, 26, 28].iter().map(|&at| u64::from(short(&header[at..]))).sum();
        if stream.skip(length)? < length {
            return Err(damaged("the archive is cut inside its directory"));
        }
        match number(&read::<4>(stream)?) {
            CENTRAL => {}
            END | END_64 => return Ok(()),
            _ => return Err(damaged("the directory of the archive is damaged")),
        }
    }
}

/// Decompressed bytes of a member whose checksum is looked at when they end.
pub(super) struct Checked {
    inner: Box<dyn Read>,
    sum: flate2::Crc,
    check: Check,
    /// Where the descriptor behind the member is read from.
    shared: Rc<RefCell<Stream>>,
    is_done: bool,
}

impl Checked {
    pub(super) fn new(inner: Box<dyn Read>, check: Check, shared: &Rc<RefCell<Stream>>) -> Checked {
        Checked { inner, sum: flate2::Crc::new(), check, shared: Rc::clone(shared), is_done: false }
    }

    fn verify(&self) -> io::Result<()> {
        let expected = match self.check {
            Check::None => return Ok(()),
            Check::Known(sum) => sum,
            Check::Behind { is_long } => {
                let mut shared = self.shared.borrow_mut();
                let first = number(&read::<4>(&mut shared)?);
                let sum = if first == DESCRIPTOR { number(&read::<4>(&mut shared)?) } else { first };
                shared.skip(if is_long { 16 } else { 8 })?;
                sum
            }
        };
        if self.sum.sum() == expected {
            return Ok(());
        }
        Err(Fault::Damaged("the member's checksum does not agree with its content".to_owned()).into_error())
    }
}

impl Read for Checked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.is_done || buffer.is_empty() {
            return Ok(0);
        }
        let count = self.inner.read(buffer)?;
        self.sum.update(&buffer[..count]);
        if count == 0 {
            self.is_done = true;
            self.verify()?;
        }
        Ok(count)
    }
}

/// A member's content, and the name of its compression.
pub(super) fn open(
    entry: &Entry,
    part: Part,
    shared: &Rc<RefCell<Stream>>,
) -> io::Result<(Box<dyn Read>, Option<&'static str>)> {
    let (inner, name): (Box<dyn Read>, _) = match entry.held {
        Held::Deflate => (Box::new(flate2::bufread::DeflateDecoder::new(part)), Some("deflate")),
        Held::Bzip2 => (Box::new(bzip2::bufread::BzDecoder::new(part)), Some("bzip2")),
        Held::Zstd => (Box::new(zstd::Decoder::with_buffer(part)?.single_frame()), Some("zstd")),
        Held::Stored | Held::Refused(_) => (Box::new(part), None),
    };
    Ok(match entry.check {
        Some(check) => (Box::new(Checked::new(inner, check, shared)), name),
        None => (inner, name),
    })
}
