//! Hashes of what is too large to be held, or comes in pieces. [`crate::document::hash_hex`] is for what is held whole.

use std::io::{self, Read, Write};

use xxhash_rust::xxh3::Xxh3;

/// Counts and hashes bytes that come in pieces.
#[derive(Clone)]
pub(crate) struct Digest {
    hasher: Box<Xxh3>,
    bytes: u64,
}

impl Digest {
    pub(crate) fn new() -> Digest {
        Digest { hasher: Box::new(Xxh3::new()), bytes: 0 }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
        self.bytes += bytes.len() as u64;
    }

    /// How many bytes there were.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// 32 hex digits: their XXH3-128.
    pub(crate) fn hex(&self) -> String {
        format!("{:032x}", self.hasher.digest128())
    }
}

/// A reader or writer whose bytes are counted and hashed on the way, so that none is read twice for it.
pub(crate) struct Hashing<T> {
    inner: T,
    digest: Digest,
}

impl<T> Hashing<T> {
    pub(crate) fn new(inner: T) -> Hashing<T> {
        Hashing { inner, digest: Digest::new() }
    }

    pub(crate) fn inner(&self) -> &T {
        &self.inner
    }

    /// Of what has passed so far.
    pub(crate) fn digest(&self) -> &Digest {
        &self.digest
    }
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(buffer)?;
        self.digest.update(&buffer[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.digest.update(&buffer[..read]);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::hash_hex;

    /// Takes three bytes at a time.
    struct Slow(Vec<u8>);

    impl Write for Slow {
        fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
            let taken = buffer.len().min(3);
            self.0.extend_from_slice(&buffer[..taken]);
            Ok(taken)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn the_hash_is_that_of_the_bytes_that_passed() {
        let bytes = b"what passes is counted once";
        let mut writer = Hashing::new(Slow(Vec::new()));
        writer.write_all(bytes).unwrap();
        assert_eq!(writer.inner().0, bytes);
        let mut reader = Hashing::new(&bytes[..]);
        io::copy(&mut reader, &mut io::sink()).unwrap();
        for digest in [writer.digest(), reader.digest()] {
            assert_eq!((digest.bytes(), digest.hex()), (bytes.len() as u64, hash_hex(bytes)));
        }
    }
}
