//! Sorts more numbers than fit into memory: sorted runs on disk, merged while they are read.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// Bytes read or written at a time.
const BUFFER_BYTES: usize = 64 * 1024;

/// Takes numbers in any order.
pub(crate) struct Sorter {
    folder: PathBuf,
    name: &'static str,
    limit: usize,
    buffer: Vec<u64>,
    runs: Vec<PathBuf>,
}

/// Numbers in order. They can be read more than once; the files go with the folder they stand in.
pub(crate) struct Sorted {
    memory: Vec<u64>,
    runs: Vec<PathBuf>,
}

impl Sorter {
    /// `limit` is the number of bytes kept in memory; above it runs named `<name>-<n>` are written to the folder.
    pub(crate) fn new(folder: &Path, name: &'static str, limit: usize) -> Sorter {
        Sorter { folder: folder.to_owned(), name, limit: (limit / 8).max(1024), buffer: Vec::new(), runs: Vec::new() }
    }

    /// Adds a number.
    pub(crate) fn push(&mut self, number: u64) -> Result<()> {
        self.buffer.push(number);
        if self.buffer.len() >= self.limit { self.write_run() } else { Ok(()) }
    }

    fn write_run(&mut self) -> Result<()> {
        self.buffer.sort_unstable();
        let path = self.folder.join(format!("{}-{}", self.name, self.runs.len()));
        let file = File::create(&path).map_err(Error::io("create", &path))?;
        let mut file = BufWriter::with_capacity(BUFFER_BYTES, file);
        for number in self.buffer.drain(..) {
            file.write_all(&number.to_le_bytes()).map_err(Error::io("write", &path))?;
        }
        file.flush().map_err(Error::io("write", &path))?;
        self.runs.push(path);
        Ok(())
    }

    /// Sorts what was added.
    pub(crate) fn finish(mut self) -> Sorted {
        self.buffer.sort_unstable();
        Sorted { memory: self.buffer, runs: self.runs }
    }
}

impl Sorted {
    /// Reads the numbers from the smallest on.
    pub(crate) fn read(&self) -> Result<Merged<'_>> {
        let mut readers = Vec::new();
        for path in &self.runs {
            let file = File::open(path).map_err(Error::io("read", path))?;
            readers.push((BufReader::with_capacity(BUFFER_BYTES, file), path.as_path()));
        }
        let mut merged = Merged { memory: &self.memory, readers, heap: BinaryHeap::new() };
        for run in 0..merged.readers.len() {
            merged.refill(run)?;
        }
        Ok(merged)
    }
}

/// Numbers on their way out of the runs.
pub(crate) struct Merged<'a> {
    memory: &'a [u64],
    readers: Vec<(BufReader<File>, &'a Path)>,
    heap: BinaryHeap<Reverse<(u64, usize)>>,
}

impl Merged<'_> {
    /// The next number.
    pub(crate) fn next(&mut self) -> Result<Option<u64>> {
        let smallest = self.heap.peek().map(|Reverse(entry)| *entry);
        match (self.memory.split_first(), smallest) {
            (Some((&first, rest)), smallest) if smallest.is_none_or(|(number, _)| first <= number) => {
                self.memory = rest;
                Ok(Some(first))
            }
            (_, Some((number, run))) => {
                self.heap.pop();
                self.refill(run)?;
                Ok(Some(number))
            }
            _ => Ok(None),
        }
    }

    fn refill(&mut self, run: usize) -> Result<()> {
        let (reader, path) = &mut self.readers[run];
        let mut word = [0; 8];
        match reader.read_exact(&mut word) {
            Ok(()) => self.heap.push(Reverse((u64::from_le_bytes(word), run))),
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {}
            Err(error) => return Err(Error::io("read", *path)(error)),
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::units::mix;
    use super::*;

    #[test]
    fn the_order_does_not_depend_on_the_memory() {
        let folder = tempfile::tempdir().unwrap();
        let sort = |name, limit| {
            let mut sorter = Sorter::new(folder.path(), name, limit);
            (0..10_000).for_each(|number| sorter.push(mix(number % 7_000)).unwrap());
            let all = sorter.finish();
            let mut numbers = Vec::new();
            for _ in 0..2 {
                numbers.clear();
                let mut merged = all.read().unwrap();
                while let Some(number) = merged.next().unwrap() {
                    numbers.push(number);
                }
            }
            (numbers, all.runs.len())
        };
        let (small, runs) = sort("small", 8 * 1500);
        let (large, none) = sort("large", 1 << 20);
        assert_eq!((runs, none), (6, 0));
        assert!(large.is_sorted() && large.len() == 10_000);
        assert_eq!(small, large);
    }
}
