//! Members of a tar archive, read as a stream: from the first header to the end mark.

use std::io;

use super::archive::{Entry, Held};
use super::stream::{Fault, Stream};

const BLOCK_BYTES: usize = 512;
/// Longest extended header that is read: names of a few kilobytes; more is no name.
const MAX_EXTENSION_BYTES: u64 = 1 << 20;

/// Whether a file begins like a tar archive: a header whose checksum is right.
pub(super) fn looks_like(head: &[u8]) -> bool {
    head.get(..BLOCK_BYTES).is_some_and(|block| block[0] != 0 && is_header(block))
}

/// The sum of a header's bytes stands in it, its own place counted as blanks.
fn is_header(block: &[u8]) -> bool {
    let sum: u32 = block[..148].iter().chain(&[b' '; 8]).chain(&block[156..]).map(|&byte| u32::from(byte)).sum();
    tar::Header::from_byte_slice(block).cksum().is_ok_and(|written| written == sum)
}

/// What extended headers say of the member behind them.
#[derive(Default)]
struct Extension {
    name: Option<Vec<u8>>,
    size: Option<u64>,
}

/// Reads up to the next member that may hold text; nothing at the end of the archive. Links, devices and folders are passed over.
pub(super) fn next(stream: &mut Stream) -> io::Result<Option<Entry>> {
    let mut extension = Extension::default();
    loop {
        let mut block = [0; BLOCK_BYTES];
        if !stream.read_all(&mut block, "the header of a member")? {
            return Err(damaged("the archive is cut: its end mark is missing; the members before were read"));
        }
        if block.iter().all(|&byte| byte == 0) {
            return Ok(None);
        }
        if !is_header(&block) {
            return Err(damaged(
                "a member's header is damaged, so the rest cannot be found; the members before were read",
            ));
        }
        let header = tar::Header::from_byte_slice(&block);
        let size =
            header.entry_size().map_err(|_| damaged("a member's size is no number; the members before were read"))?;
        let kind = header.entry_type();
        match kind {
            kind if kind.is_gnu_longname() => extension.name = Some(long_name(stream, size)?),
            kind if kind.is_pax_local_extensions() => read_extension(stream, size, &mut extension)?,
            _ => {
                let Extension { name, size: long_size } = std::mem::take(&mut extension);
                let size = long_size.unwrap_or(size);
                let is_sparse = kind.is_gnu_sparse();
                if kind.is_file() || kind.is_contiguous() || is_sparse {
                    let name = name.unwrap_or_else(|| header.path_bytes().into_owned());
                    let held = if is_sparse {
                        Held::Refused("a sparse member is not read; pack it without --sparse")
                    } else {
                        Held::Stored
                    };
                    return Ok(Some(Entry { name, size: Some(size), padding: padding(size), held, check: None }));
                }
                pass_over(stream, size)?;
            }
        }
    }
}

fn damaged(words: &str) -> io::Error {
    Fault::Damaged(words.to_owned()).into_error()
}

/// Members fill whole blocks.
fn padding(size: u64) -> u64 {
    size.wrapping_neg() % BLOCK_BYTES as u64
}

fn pass_over(stream: &mut Stream, size: u64) -> io::Result<()> {
    let whole = size.saturating_add(padding(size));
    if stream.skip(whole)? < whole {
        return Err(damaged("the archive is cut inside a member; what came before was read"));
    }
    Ok(())
}

fn read_data(stream: &mut Stream, size: u64) -> io::Result<Vec<u8>> {
    if size > MAX_EXTENSION_BYTES {
        return Err(damaged("an extended header is absurdly long; the members before were read"));
    }
    let mut data = vec![0; size as usize];
    if size > 0 && !stream.read_all(&mut data, "an extended header")? {
        return Err(damaged("the archive is cut inside an extended header; the members before were read"));
    }
    stream.skip(padding(size))?;
    Ok(data)
}

fn long_name(stream: &mut Stream, size: u64) -> io::Result<Vec<u8>> {
    let mut name = read_data(stream, size)?;
    name.truncate(name.iter().position(|&byte| byte == 0).unwrap_or(name.len()));
    Ok(name)
}

fn read_extension(stream: &mut Stream, size: u64, into: &mut Extension) -> io::Result<()> {
    let data = read_data(stream, size)?;
    // A record that cannot be read is left out, as tar itself does.
    for record in tar::PaxExtensions::new(&data).flatten() {
        match record.key_bytes() {
            b"path" => into.name = Some(record.value_bytes().to_vec()),
            b"size" => into.size = record.value().ok().and_then(|size| size.parse().ok()).or(into.size),
            _ => {}
        }
    }
    Ok(())
}
