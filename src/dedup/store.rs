//! The units of all articles of a run, on disk until the pairs to compare are known.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::units::into_set;
use crate::error::{Error, Result};

/// Where the units of an article stand.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Place {
    /// In words from the beginning.
    start: u64,
    pub(crate) units: u32,
}

/// Takes the units of articles one after the other.
pub(crate) struct Store {
    path: PathBuf,
    file: BufWriter<File>,
    words: u64,
}

impl Store {
    pub(crate) fn create(folder: &Path) -> Result<Store> {
        let path = folder.join("units");
        let file = File::options().read(true).write(true).create(true).truncate(true).open(&path);
        let file = file.map_err(Error::io("create", &path))?;
        Ok(Store { path, file: BufWriter::with_capacity(1 << 18, file), words: 0 })
    }

    pub(crate) fn push(&mut self, units: &[u64]) -> Result<Place> {
        let place = Place { start: self.words, units: units.len() as u32 };
        self.words += units.len() as u64;
        for unit in units {
            self.file.write_all(&unit.to_le_bytes()).map_err(Error::io("write", &self.path))?;
        }
        Ok(place)
    }

    /// Reads sets back; those that were read last are kept within so many bytes.
    pub(crate) fn sets(mut self, memory: usize) -> Result<Sets> {
        self.file.flush().map_err(Error::io("write", &self.path))?;
        let file = self.file.into_inner().map_err(|error| Error::io("write", &self.path)(error.into_error()))?;
        Ok(Sets { path: self.path, file, cache: HashMap::new(), cached: 0, limit: memory / 8 })
    }
}

/// Sets of units, read back.
pub(crate) struct Sets {
    path: PathBuf,
    file: File,
    cache: HashMap<u64, Arc<[u64]>>,
    cached: usize,
    limit: usize,
}

impl Sets {
    /// The set of the units at a place.
    pub(crate) fn get(&mut self, place: Place) -> Result<Arc<[u64]>> {
        if let Some(set) = self.cache.get(&place.start) {
            return Ok(Arc::clone(set));
        }
        let mut bytes = vec![0; place.units as usize * 8];
        self.file
            .seek(SeekFrom::Start(place.start * 8))
            .and_then(|_| self.file.read_exact(&mut bytes))
            .map_err(Error::io("read", &self.path))?;
        let words = bytes.chunks_exact(8).map(|word| u64::from_le_bytes(word.try_into().unwrap_or_default()));
        let mut set: Vec<u64> = words.collect();
        into_set(&mut set);
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
