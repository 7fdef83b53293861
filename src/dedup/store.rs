//! The tokens of all articles of a run, on disk until the pairs to compare are known.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::units::UnitKind;
use crate::error::{Error, Result};

/// Bytes of a token.
const TOKEN_BYTES: usize = size_of::<u32>();

/// Where the tokens of an article stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// In tokens from the beginning.
    pub(crate) start: u64,
    pub(crate) tokens: u32,
}

impl Place {
    /// Where the tokens of the next article begin.
    pub(crate) fn end(self) -> u64 {
        self.start + u64::from(self.tokens)
    }
}

/// Takes the tokens of articles one after the other.
pub(crate) struct Store {
    path: PathBuf,
    file: BufWriter<File>,
    tokens: u64,
    /// Those of one article as bytes.
    bytes: Vec<u8>,
}

impl Store {
    /// A store in the file of this name.
    pub(crate) fn create(folder: &Path, name: &str) -> Result<Store> {
        let path = folder.join(name);
        let file = create(&path, 1 << 18)?;
        Ok(Store { path, file, tokens: 0, bytes: Vec::new() })
    }

    pub(crate) fn push(&mut self, tokens: &[u32]) -> Result<Place> {
        let place = Place { start: self.tokens, tokens: tokens.len() as u32 };
        self.tokens += tokens.len() as u64;
        self.bytes.resize(tokens.len() * TOKEN_BYTES, 0);
        for (bytes, token) in self.bytes.chunks_exact_mut(TOKEN_BYTES).zip(tokens) {
            bytes.copy_from_slice(&token.to_le_bytes());
        }
        self.file.write_all(&self.bytes).map_err(Error::io("write", &self.path))?;
        Ok(place)
    }

    /// Reads what was pushed back.
    pub(crate) fn read(self) -> Result<Stored> {
        let file = written(self.file, &self.path)?;
        Ok(Stored { path: self.path, file })
    }

    /// Reads sets back; those that were read last are kept within so many bytes.
    pub(crate) fn sets(self, memory: usize) -> Result<Sets> {
        Ok(Sets { stored: self.read()?, cache: HashMap::new(), cached: 0, limit: memory / 8 })
    }
}

/// Tokens, read back.
pub(crate) struct Stored {
    path: PathBuf,
    file: File,
}

impl Stored {
    /// The tokens at a place.
    pub(crate) fn tokens(&mut self, place: Place) -> Result<Vec<u32>> {
        let mut bytes = vec![0; place.tokens as usize * TOKEN_BYTES];
        self.file
            .seek(SeekFrom::Start(place.start * TOKEN_BYTES as u64))
            .and_then(|_| self.file.read_exact(&mut bytes))
            .map_err(Error::io("read", &self.path))?;
        let token = |bytes: &[u8]| u32::from_le_bytes(bytes.try_into().unwrap_or_default());
        Ok(bytes.chunks_exact(TOKEN_BYTES).map(token).collect())
    }
}

/// A new file that is written first and then read back.
pub(super) fn create(path: &Path, buffer_bytes: usize) -> Result<BufWriter<File>> {
    let file = File::options().read(true).write(true).create(true).truncate(true).open(path);
    Ok(BufWriter::with_capacity(buffer_bytes, file.map_err(Error::io("create", path))?))
}

/// The file with all that was written.
pub(super) fn written(file: BufWriter<File>, path: &Path) -> Result<File> {
    file.into_inner().map_err(|error| Error::io("write", path)(error.into_error()))
}

/// Sets of units, read back.
pub(crate) struct Sets {
    stored: Stored,
    cache: HashMap<u64, Arc<[u64]>>,
    cached: usize,
    limit: usize,
}

impl Sets {
    /// The tokens at a place.
    pub(crate) fn tokens(&mut self, place: Place) -> Result<Vec<u32>> {
        self.stored.tokens(place)
    }

    /// The set of the units of the tokens at a place.
    pub(crate) fn get(&mut self, place: Place, kind: UnitKind) -> Result<Arc<[u64]>> {
        if let Some(set) = self.cache.get(&place.start) {
            return Ok(Arc::clone(set));
        }
        let set = kind.set(&self.stored.tokens(place)?);
        if self.cached + set.len() > self.limit {
            self.cache.clear();
            self.cached = 0;
        }
        self.cached += set.len();
        let set: Arc<[u64]> = set.into();
        self.cache.insert(place.start, Arc::clone(&set));
        Ok(set)
    }
}
