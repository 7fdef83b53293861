//! Rows as they were appended, on disk: what must wait for the end of the dump, and what a run that was stopped goes on from.
//!
//! A journal is a list of files, one for each time that the run was begun or resumed. Each is an Arrow stream that may break off behind
//! any batch; how much of it counts is written down, with its hash, in the checkpoint ([`Mark`]).

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::datatypes::Schema;
use arrow::ipc::reader::StreamReader;
use arrow::ipc::writer::StreamWriter;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::hashing::Hashing;

/// How much of a file counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mark {
    /// Name of the file in the journal's folder.
    pub(crate) file: String,
    /// Bytes that count.
    pub(crate) bytes: u64,
    /// 32 hex digits: XXH3-128 of these bytes.
    pub(crate) hash: String,
}

impl Mark {
    /// Whether the file still begins with the bytes that count.
    pub(crate) fn is_met(&self, folder: &Path) -> bool {
        File::open(folder.join(&self.file))
            .and_then(|file| hash_of(file, self.bytes))
            .is_ok_and(|hash| hash == self.hash)
    }

    /// Cuts off what does not count.
    pub(crate) fn cut(&self, folder: &Path) -> Result<()> {
        let path = folder.join(&self.file);
        let file = File::options().write(true).open(&path).map_err(Error::io("open", &path))?;
        file.set_len(self.bytes).map_err(Error::io("cut", &path))
    }
}

/// The XXH3-128 of so many bytes; of fewer where there are no more.
pub(crate) fn hash_of(reader: impl Read, bytes: u64) -> io::Result<String> {
    let mut hashed = Hashing::new(io::sink());
    io::copy(&mut BufReader::with_capacity(1 << 17, reader.take(bytes)), &mut hashed)?;
    Ok(hashed.digest().hex())
}

/// A file that is only appended to, counted and hashed on the way.
pub(crate) struct Log {
    path: PathBuf,
    name: String,
    file: Hashing<BufWriter<File>>,
}

impl Log {
    pub(crate) fn create(folder: &Path, name: String) -> Result<Log> {
        fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
        let path = folder.join(&name);
        let file = File::create(&path).map_err(Error::io("create", &path))?;
        Ok(Log { path, name, file: Hashing::new(BufWriter::with_capacity(1 << 16, file)) })
    }

    /// Appends bytes.
    pub(crate) fn append(&mut self, bytes: &[u8]) -> Result<()> {
        self.write_all(bytes).map_err(Error::io("write", &self.path))
    }

    /// Hands all to the operating system, with `sync` to the disk, and tells how much there is.
    pub(crate) fn mark(&mut self, sync: bool) -> Result<Mark> {
        self.file.flush().map_err(Error::io("write", &self.path))?;
        if sync {
            self.file.inner().get_ref().sync_data().map_err(Error::io("sync", &self.path))?;
        }
        let written = self.file.digest();
        Ok(Mark { file: self.name.clone(), bytes: written.bytes(), hash: written.hex() })
    }
}

impl Write for Log {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.file.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// The rows of one table.
pub(crate) struct Journal {
    folder: PathBuf,
    /// What stands in files of earlier sessions.
    earlier: Vec<Mark>,
    path: PathBuf,
    writer: StreamWriter<Log>,
}

impl Journal {
    /// Begins the file of a session behind those of `earlier` ones.
    pub(crate) fn create(folder: &Path, table: &str, schema: &Schema, earlier: Vec<Mark>) -> Result<Journal> {
        let name = format!("{table}.{}.arrows", earlier.len());
        let path = folder.join(&name);
        let log = Log::create(folder, name)?;
        let writer = StreamWriter::try_new(log, schema).map_err(Error::table("write", &path))?;
        Ok(Journal { folder: folder.to_owned(), earlier, path, writer })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        if batch.num_rows() == 0 {
            return Ok(());
        }
        self.writer.write(batch).map_err(Error::table("write", &self.path))
    }

    /// Tells how much there is, file by file.
    pub(crate) fn mark(&mut self, sync: bool) -> Result<Vec<Mark>> {
        let mark = self.writer.get_mut().mark(sync)?;
        Ok(self.earlier.iter().cloned().chain([mark]).collect())
    }

    /// Ends the journal and visits all its rows from the first on. The files stay.
    pub(crate) fn read_all(mut self, mut visit: impl FnMut(&RecordBatch, &Path) -> Result<()>) -> Result<()> {
        let marks = self.mark(false)?;
        read(&self.folder, &marks, &mut visit)
    }
}

/// Visits the rows that count in some files.
pub(crate) fn read(
    folder: &Path,
    marks: &[Mark],
    visit: &mut dyn FnMut(&RecordBatch, &Path) -> Result<()>,
) -> Result<()> {
    for mark in marks {
        let path = folder.join(&mark.file);
        let file = File::open(&path).map_err(Error::io("read", &path))?;
        let reader = BufReader::with_capacity(1 << 20, file.take(mark.bytes));
        for batch in StreamReader::try_new(reader, None).map_err(Error::table("read", &path))? {
            visit(&batch.map_err(Error::table("read", &path))?, &path)?;
        }
    }
    Ok(())
}
