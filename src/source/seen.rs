//! Hashes of input files that were not touched since they were hashed.
//!
//! A folder that grows is given night after night, and what is committed is told by its content. Without a memory every night would read
//! the whole folder. A file counts as untouched when device, number, size and both times of change are the same; the time of the inode
//! is set by the system alone. Like what git does for its index, a file that was changed within the last moments is not remembered:
//! another change could fall into the same tick of the clock.

use std::collections::BTreeMap;
use std::fs::{self, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use super::hash_file;

/// Age of a change from which on it is remembered, in nanoseconds: file systems count in steps of up to two seconds.
const SETTLED_NANOSECONDS: i128 = 3_000_000_000;

/// Remembers hashes of files in a file of the output's state.
#[derive(Debug, Default)]
pub(crate) struct SeenFiles {
    /// Where they are kept; nothing is where there is none.
    place: Option<PathBuf>,
    files: BTreeMap<String, Seen>,
    looked_at: Vec<String>,
    is_changed: bool,
}

/// One file when it was hashed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Seen {
    /// Device, number, size, time of the last change of content and of the inode, in nanoseconds.
    state: (u64, u64, u64, i128, i128),
    hash: String,
}

impl SeenFiles {
    /// Reads what is remembered; a file that cannot be read is forgotten.
    pub(crate) fn open(place: PathBuf) -> SeenFiles {
        let files = fs::read(&place).ok().and_then(|text| serde_json::from_slice(&text).ok()).unwrap_or_default();
        SeenFiles { place: Some(place), files, ..SeenFiles::default() }
    }

    /// The XXH3-128 of a file's raw bytes.
    pub(crate) fn hash(&mut self, path: &Path) -> io::Result<String> {
        let name = std::path::absolute(path)?.to_str().map(str::to_owned);
        let before = fs::metadata(path).ok().and_then(|metadata| state(&metadata));
        let (Some(name), Some(before)) = (name, before) else { return hash_file(path) };
        self.looked_at.push(name.clone());
        if let Some(seen) = self.files.get(&name).filter(|seen| seen.state == before) {
            return Ok(seen.hash.clone());
        }
        let hash = hash_file(path)?;
        let after = fs::metadata(path).ok().and_then(|metadata| state(&metadata));
        if after == Some(before) && is_settled(before) {
            self.files.insert(name, Seen { state: before, hash: hash.clone() });
            self.is_changed = true;
        }
        Ok(hash)
    }

    /// Writes down what is new. Failing costs time the next night and nothing else.
    pub(crate) fn save(&mut self) {
        let Some(place) = self.place.as_ref().filter(|_| self.is_changed) else { return };
        // Files that are gone do not gather without end.
        if self.files.len() > 2 * self.looked_at.len() + 1000 {
            let looked_at: std::collections::HashSet<&String> = self.looked_at.iter().collect();
            self.files.retain(|name, _| looked_at.contains(name));
        }
        let unfinished = place.with_extension("tmp");
        let text = serde_json::to_vec(&self.files).map_err(io::Error::other);
        let saved = text.and_then(|text| fs::write(&unfinished, text)).and_then(|()| fs::rename(&unfinished, place));
        if let Err(error) = saved {
            tracing::debug!("hashes of inputs are not remembered: {error}");
        }
    }
}

#[cfg(unix)]
fn state(metadata: &Metadata) -> Option<(u64, u64, u64, i128, i128)> {
    use std::os::unix::fs::MetadataExt;

    let nanoseconds = |seconds: i64, rest: i64| i128::from(seconds) * 1_000_000_000 + i128::from(rest);
    metadata.is_file().then(|| {
        let modified = nanoseconds(metadata.mtime(), metadata.mtime_nsec());
        (
            metadata.dev(),
            metadata.ino(),
            metadata.size(),
            modified,
            nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
        )
    })
}

/// Elsewhere nobody tells when a file was really changed.
#[cfg(not(unix))]
fn state(_: &Metadata) -> Option<(u64, u64, u64, i128, i128)> {
    None
}

fn is_settled((_, _, _, modified, changed): (u64, u64, u64, i128, i128)) -> bool {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as i128);
    modified.max(changed) + SETTLED_NANOSECONDS < now
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_touched_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let (file, place) = (folder.path().join("a"), folder.path().join("seen.json"));
        fs::write(&file, "one").unwrap();
        let hash = hash_file(&file).unwrap();
        let mut seen = SeenFiles::open(place.clone());
        // Just written: not remembered.
        assert_eq!(seen.hash(&file).unwrap(), hash);
        assert!(seen.files.is_empty());
        // As if it had been hashed long ago, with another hash, to see what is taken.
        let name = file.to_str().unwrap().to_owned();
        let state = state(&fs::metadata(&file).unwrap()).unwrap();
        seen.files.insert(name, Seen { state, hash: "remembered".to_owned() });
        seen.is_changed = true;
        seen.save();
        let mut seen = SeenFiles::open(place);
        assert_eq!(seen.hash(&file).unwrap(), "remembered");
        // Another content of the same size, under the old time of change: the inode tells.
        let times = fs::FileTimes::new().set_modified(fs::metadata(&file).unwrap().modified().unwrap());
        std::thread::sleep(std::time::Duration::from_millis(20));
        fs::write(&file, "two").unwrap();
        fs::File::options().write(true).open(&file).unwrap().set_times(times).unwrap();
        assert_eq!(seen.hash(&file).unwrap(), hash_file(&file).unwrap());
    }

    #[test]
    fn only_what_has_settled_is_remembered() {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as i128;
        assert!(!is_settled((0, 0, 0, now, 0)) && !is_settled((0, 0, 0, 0, now)));
        assert!(is_settled((0, 0, 0, now - 4_000_000_000, 5)));
    }
}
