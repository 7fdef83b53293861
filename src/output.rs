//! The output folder: its lock, its manifests, how a run's files become visible, and what is swept.
//!
//! A commit is visible when its manifest is. Files are synced in the staging folder and renamed to their places first; the
//! manifest is renamed into `_commits/` last. Everything that no manifest names is left over from a run that was killed, and
//! [`Output::sweep`], which needs the lock, removes it. A manifest may replace earlier ones (`--full-refresh`): from the moment
//! it stands, the replaced ones no longer count, whether or not their files are gone already.

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Component, Path, PathBuf};
use std::time::SystemTime;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::dedup::earlier::{INDEX_FOLDER, entries_in_force};
use crate::dedup::index::{IndexEntry, StagedIndex};
use crate::error::{Error, Result};
use crate::table::{StagedFile, Table, part_name, rows_with_id, to_json};

/// Version of the manifest's form. A reader refuses others.
pub const MANIFEST_VERSION: u32 = 1;
/// Longest run id, in characters: it becomes a folder name, and file systems end at 255 bytes.
const RUN_ID_CHARS: usize = 64;

const COMMITS: &str = "_commits";
const STAGING: &str = "_staging";
const STATE: &str = "_state";

/// What one commit made: the only list of files that a reader may trust.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`MANIFEST_VERSION`] of the writer.
    pub format_version: u32,
    /// Place in the order of commits, from 1; given by [`Output::commit`].
    pub sequence: u64,
    /// The run; also the manifest's file name and the name of its folders.
    pub run_id: String,
    /// [`crate::table::SCHEMA_VERSION`] of the files.
    pub schema_version: u32,
    /// Version of newsieve.
    pub version: String,
    /// Hash of everything that changes a row.
    pub config_hash: String,
    /// The effective config.
    pub config: Value,
    /// The files that were read.
    pub inputs: Vec<InputEntry>,
    /// What became of the records.
    pub counts: Counts,
    /// What the user should know, one sentence each.
    #[serde(default)]
    pub warnings: Vec<String>,
    /// The files of all tables; given by [`Output::commit`].
    pub files: Vec<FileEntry>,
    /// Run ids of earlier commits that this one replaces.
    #[serde(default)]
    pub replaces: Vec<String>,
    /// Files that the commit adds to the index of duplicates; given by [`Output::commit`].
    #[serde(default)]
    pub index: Vec<IndexEntry>,
    /// Paths of files of the index that those replace; given by [`Output::commit`].
    #[serde(default)]
    pub index_replaces: Vec<String>,
}

/// One file that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InputEntry {
    /// Path relative to the input root, as in `file_path`.
    pub path: String,
    /// Size as stored.
    pub bytes: u64,
    /// 32 hex digits: XXH3-128 of the stored bytes; absent where the file could not be read whole.
    pub hash: Option<String>,
    /// Records that it gave.
    pub records: u64,
}

/// What became of the records of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Records read.
    pub n_records: i64,
    /// Rows of `articles`.
    pub n_articles: i64,
    /// Rows of `duplicates` with `dropped`.
    pub n_duplicates: i64,
    /// Rows of `rejects`.
    pub n_rejects: i64,
    /// Inputs passed over because an earlier run committed them.
    pub n_skipped_inputs: i64,
}

/// One file of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// Name of the table.
    pub table: String,
    /// Path relative to the output folder, `/` as separator.
    pub path: String,
    /// Number of rows.
    pub rows: u64,
    /// Size in bytes.
    pub bytes: u64,
    /// 32 hex digits: XXH3-128 of the file.
    pub hash: String,
}

/// An input that was committed, and under which config.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CommittedInput {
    /// Path relative to the input root.
    pub path: String,
    /// Size as stored.
    pub bytes: u64,
    /// 32 hex digits: XXH3-128 of the stored bytes.
    pub hash: String,
    /// Hash of everything that changed its rows.
    pub config_hash: String,
}

/// All rows that the newest run with a record of some id wrote of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StoredRecord {
    /// The run.
    pub run_id: String,
    /// Rows of `segments` as JSON objects, in order. Two dumps of one run may hold the same caller id: `seg_no` 0 begins a record.
    pub segments: Vec<Map<String, Value>>,
    /// Rows of `articles`; empty for a duplicate or reject.
    pub articles: Vec<Map<String, Value>>,
    /// Rows of `duplicates`.
    pub duplicates: Vec<Map<String, Value>>,
    /// Rows of `rejects`.
    pub rejects: Vec<Map<String, Value>>,
}

/// An output folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    root: PathBuf,
}

/// The right to write to an output folder. The operating system gives it back when the process ends, however it ends.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Closing the file releases the lock as well; the emptied content only spares a reader the name of a dead process.
        let _ = self.file.set_len(0);
        let _ = self.file.unlock();
    }
}

impl Output {
    /// Opens an output folder for reading.
    ///
    /// # Errors
    /// The folder does not exist or is no output folder.
    pub fn open(root: impl Into<PathBuf>) -> Result<Output> {
        let root = root.into();
        if root.join(COMMITS).is_dir() {
            return Ok(Output { root });
        }
        let what = if root.is_dir() { "is not an output folder" } else { "does not exist" };
        Err(Error::Output(format!(
            "`{}` {what}; `newsieve run` makes one, `--output DIR` names another",
            root.display()
        )))
    }

    /// Opens an output folder for writing, and creates it where it does not exist.
    ///
    /// # Errors
    /// A folder cannot be created.
    pub fn create(root: impl Into<PathBuf>) -> Result<Output> {
        let root = root.into();
        for folder in [COMMITS, STAGING, STATE] {
            let folder = root.join(folder);
            fs::create_dir_all(&folder).map_err(Error::io("create", &folder))?;
        }
        Ok(Output { root })
    }

    /// The folder itself.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where the files of a run under way stand.
    #[must_use]
    pub fn stage_dir(&self, run_id: &str) -> PathBuf {
        self.root.join(STAGING).join(run_id)
    }

    /// Where what can be rebuilt from the tables stands: the duplicate index, checkpoints.
    #[must_use]
    pub fn state_dir(&self) -> PathBuf {
        self.root.join(STATE)
    }

    /// Takes the lock.
    ///
    /// # Errors
    /// Another process holds it ([`Error::Locked`]), or the lock file cannot be written.
    pub fn lock(&self) -> Result<Lock> {
        let path = self.root.join(STATE).join("lock");
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(Error::io("open", &path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Error::Locked { output: self.root.clone(), holder: read_holder(&mut file) });
            }
            Err(TryLockError::Error(source)) => return Err(Error::Io { action: "lock", path, source }),
        }
        let lock = Lock { file };
        lock.write_holder().map_err(Error::io("write", &path))?;
        Ok(lock)
    }

    /// The manifests in force, in the order of their commits. Those that a later one replaces are left out.
    ///
    /// # Errors
    /// A manifest cannot be read, is of an unknown version or names files outside the output's tables.
    pub fn manifests(&self) -> Result<Vec<Manifest>> {
        let manifests = self.manifest_files()?.iter().map(|path| read_manifest(path)).collect::<Result<Vec<_>>>()?;
        Ok(in_force(manifests))
    }

    /// The manifests' files, sorted by name.
    ///
    /// # Errors
    /// The folder cannot be read.
    pub(crate) fn manifest_files(&self) -> Result<Vec<PathBuf>> {
        let mut files = list(&self.root.join(COMMITS))?;
        files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
        Ok(files)
    }

    /// Makes a run visible: moves its files to their places, then its manifest. Fills `sequence`, `files` and what is said of the index.
    ///
    /// What the commit replaces goes last; where that fails, a warning is logged, the commit stands, and the next
    /// [`Output::sweep`] makes good for it.
    ///
    /// # Errors
    /// The run id is not allowed or already committed, or a file cannot be moved, written or synced. There is no manifest then.
    pub fn commit(
        &self,
        lock: &Lock,
        staged: &[StagedFile],
        index: &[StagedIndex],
        mut manifest: Manifest,
    ) -> Result<Manifest> {
        check_run_id(&manifest.run_id)?;
        let path = self.manifest_path(&manifest.run_id);
        if path.exists() {
            return Err(Error::Config(format!(
                "the run id `{}` is already committed; choose another",
                manifest.run_id
            )));
        }
        let earlier = self.manifests()?;
        manifest.sequence = earlier.last().map_or(1, |last| last.sequence + 1);
        manifest.files = staged.iter().map(|file| file_entry(file, &manifest.run_id)).collect::<Result<_>>()?;
        manifest.index = index.iter().map(|file| file.entry.clone()).collect();
        manifest.index_replaces = index.iter().flat_map(|file| file.replaces.clone()).collect();
        self.move_parts(staged, &manifest)?;
        index.iter().try_for_each(|file| self.place_index(&file.path, &file.entry))?;
        self.write_manifest(&path, &manifest)?;
        let cleared = self.remove_staging(&manifest.run_id).and_then(|()| {
            let replaces_none = manifest.replaces.is_empty() && manifest.index_replaces.is_empty();
            if replaces_none { Ok(0) } else { self.sweep(lock) }
        });
        if let Err(error) = cleared {
            tracing::warn!("the commit `{}` stands, but old files are left over: {error}", manifest.run_id);
        }
        Ok(manifest)
    }

    fn manifest_path(&self, run_id: &str) -> PathBuf {
        self.root.join(COMMITS).join(format!("{run_id}.json"))
    }

    fn move_parts(&self, staged: &[StagedFile], manifest: &Manifest) -> Result<()> {
        for file in staged {
            sync(&file.path)?;
        }
        for table in Table::ALL {
            let folder = self.root.join(table.as_str()).join(format!("run={}", manifest.run_id));
            fs::create_dir_all(&folder).map_err(Error::io("create", &folder))?;
        }
        for (file, entry) in staged.iter().zip(&manifest.files) {
            fs::rename(&file.path, self.root.join(&entry.path)).map_err(Error::io("move", &file.path))?;
        }
        for table in Table::ALL {
            let folder = self.root.join(table.as_str());
            sync_folder(&folder.join(format!("run={}", manifest.run_id)))?;
            sync_folder(&folder)?;
        }
        sync_folder(&self.root)
    }

    /// Moves a finished file of the index to its place.
    pub(crate) fn place_index(&self, from: &Path, entry: &IndexEntry) -> Result<()> {
        let folder = self.root.join(INDEX_FOLDER);
        fs::create_dir_all(&folder).map_err(Error::io("create", &folder))?;
        sync(from)?;
        fs::rename(from, self.root.join(&entry.path)).map_err(Error::io("move", from))?;
        sync_folder(&folder)?;
        sync_folder(&self.state_dir())
    }

    fn write_manifest(&self, path: &Path, manifest: &Manifest) -> Result<()> {
        let unfinished = path.with_extension("tmp");
        let text = serde_json::to_string_pretty(manifest).map_err(|cause| Error::Output(cause.to_string()))?;
        let mut file = File::create(&unfinished).map_err(Error::io("create", &unfinished))?;
        file.write_all(text.as_bytes())
            .and_then(|()| file.write_all(b"\n"))
            .and_then(|()| file.sync_all())
            .map_err(Error::io("write", &unfinished))?;
        fs::rename(&unfinished, path).map_err(Error::io("move", &unfinished))?;
        sync_folder(&self.root.join(COMMITS)).inspect_err(|_| {
            // An error must mean that there is no manifest.
            let _ = fs::remove_file(path);
        })
    }

    fn remove_staging(&self, run_id: &str) -> Result<()> {
        let folder = self.stage_dir(run_id);
        if folder.is_dir() { fs::remove_dir_all(&folder).map_err(Error::io("remove", &folder)) } else { Ok(()) }
    }

    /// Throws away what a run has staged (`--dry-run`).
    ///
    /// # Errors
    /// The staging folder cannot be removed.
    pub fn discard(&self, _lock: &Lock, run_id: &str) -> Result<()> {
        self.remove_staging(run_id)
    }

    /// Removes what runs that were killed left behind, and what commits replaced; gives the number of files and folders removed.
    ///
    /// Only names that this program makes are touched: `_staging/*`, `_commits/*.tmp`, replaced manifests, and
    /// `<table>/run=*/part-*.parquet` and `_state/index/*.idx` that no manifest in force names.
    ///
    /// # Errors
    /// A manifest cannot be read (nothing is removed then), or something cannot be removed.
    pub fn sweep(&self, _lock: &Lock) -> Result<usize> {
        let manifests = self.manifests()?;
        let mut removed = 0;
        // Replaced manifests go before their files: a manifest must never name a file that is gone.
        for path in list(&self.root.join(COMMITS))? {
            if self.is_left_over_manifest(&path, &manifests) {
                fs::remove_file(&path).map_err(Error::io("remove", &path))?;
                removed += 1;
            }
        }
        sync_folder(&self.root.join(COMMITS))?;
        let named: HashSet<PathBuf> =
            manifests.iter().flat_map(|manifest| &manifest.files).map(|file| self.root.join(&file.path)).collect();
        for table in Table::ALL {
            removed += sweep_table(&self.root.join(table.as_str()), &named)?;
        }
        let indexes = entries_in_force(&manifests);
        for path in list(&self.root.join(INDEX_FOLDER))? {
            let is_index = path.extension().is_some_and(|extension| extension == "idx");
            if is_index && !indexes.iter().any(|entry| self.root.join(&entry.path) == path) {
                fs::remove_file(&path).map_err(Error::io("remove", &path))?;
                removed += 1;
            }
        }
        for path in list(&self.root.join(STAGING))? {
            let gone = if is_folder(&path) { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            gone.map_err(Error::io("remove", &path))?;
            removed += 1;
        }
        Ok(removed)
    }

    fn is_left_over_manifest(&self, path: &Path, in_force: &[Manifest]) -> bool {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("tmp") => true,
            Some("json") => !in_force.iter().any(|manifest| self.manifest_path(&manifest.run_id) == path),
            _ => false,
        }
    }

    /// The inputs of all commits in force. Files that could not be read whole are not among them: they are tried again.
    ///
    /// # Errors
    /// As [`Output::manifests`].
    pub fn committed_inputs(&self) -> Result<HashSet<CommittedInput>> {
        let mut inputs = HashSet::new();
        for manifest in self.manifests()? {
            for InputEntry { path, bytes, hash, .. } in manifest.inputs {
                let config_hash = manifest.config_hash.clone();
                inputs.extend(hash.map(|hash| CommittedInput { path, bytes, hash, config_hash }));
            }
        }
        Ok(inputs)
    }

    /// The files of a table, in the order of commits and parts.
    ///
    /// # Errors
    /// As [`Output::manifests`].
    pub fn files_of(&self, table: Table) -> Result<Vec<PathBuf>> {
        let manifests = self.manifests()?;
        let files = manifests.iter().flat_map(|manifest| &manifest.files);
        Ok(files.filter(|file| file.table == table.as_str()).map(|file| self.root.join(&file.path)).collect())
    }

    /// Everything that the newest run with a record of this id wrote of it; `None` where no run has one.
    ///
    /// # Errors
    /// As [`Output::manifests`], or a file cannot be read.
    pub fn find_record(&self, id: &str) -> Result<Option<StoredRecord>> {
        for manifest in self.manifests()?.iter().rev() {
            let mut found = self.rows_of(manifest, id)?;
            // A compacted commit holds the rows of several runs; generated run ids sort by time.
            if let Some((run_id, mut record)) = found.pop_last() {
                record.run_id = run_id;
                return Ok(Some(record));
            }
        }
        Ok(None)
    }

    fn rows_of(&self, manifest: &Manifest, id: &str) -> Result<BTreeMap<String, StoredRecord>> {
        let mut runs: BTreeMap<String, StoredRecord> = BTreeMap::new();
        for file in &manifest.files {
            let Some(table) = Table::from_name(&file.table).filter(|table| table.has_column("id")) else { continue };
            for batch in rows_with_id(&self.root.join(&file.path), id)? {
                for row in (0..batch.num_rows()).map(|row| to_json(&batch, row)) {
                    let run_id = row.get("run_id").and_then(Value::as_str).unwrap_or_default().to_owned();
                    runs.entry(run_id).or_default().push(table, row);
                }
            }
        }
        Ok(runs)
    }
}

impl StoredRecord {
    fn push(&mut self, table: Table, row: Map<String, Value>) {
        match table {
            Table::Segments => self.segments.push(row),
            Table::Articles => self.articles.push(row),
            Table::Duplicates => self.duplicates.push(row),
            Table::Rejects => self.rejects.push(row),
            Table::Related | Table::Mentions | Table::Runs => {}
        }
    }
}

impl Lock {
    fn write_holder(&self) -> std::io::Result<()> {
        let now: DateTime<Utc> = SystemTime::now().into();
        let mut file = &self.file;
        file.set_len(0)?;
        file.rewind()?;
        write!(file, "process {}, since {}", std::process::id(), now.format("%Y-%m-%d %H:%M:%S UTC"))
    }
}

fn read_holder(file: &mut File) -> String {
    let mut holder = String::new();
    match file.read_to_string(&mut holder) {
        Ok(_) if !holder.trim().is_empty() => format!(" ({})", holder.trim()),
        _ => String::new(),
    }
}

/// Checks a run id: 1 to 64 of `A-Z a-z 0-9 . _ -`, not beginning with `.` or `_`.
///
/// # Errors
/// [`Error::Config`] that says what is allowed.
pub fn check_run_id(run_id: &str) -> Result<()> {
    let allowed = |char: char| char.is_ascii_alphanumeric() || "._-".contains(char);
    let fits = (1..=RUN_ID_CHARS).contains(&run_id.chars().count()) && !run_id.starts_with(['.', '_']);
    if fits && run_id.chars().all(allowed) {
        return Ok(());
    }
    Err(Error::Config(format!(
        "the run id `{run_id}` is not allowed: 1 to {RUN_ID_CHARS} of the characters A-Z a-z 0-9 . _ -, the first not . or _"
    )))
}

/// Leaves out the manifests that a later one replaces, and puts the others in the order of their commits.
pub(crate) fn in_force(mut manifests: Vec<Manifest>) -> Vec<Manifest> {
    manifests.sort_by_key(|manifest| manifest.sequence);
    let replaced: HashSet<String> = manifests.iter().flat_map(|manifest| manifest.replaces.clone()).collect();
    manifests.retain(|manifest| !replaced.contains(&manifest.run_id));
    manifests
}

/// Reads one manifest and refuses what no later code could handle.
pub(crate) fn read_manifest(path: &Path) -> Result<Manifest> {
    let text = fs::read(path).map_err(Error::io("read", path))?;
    let refuse = |what: String| Error::Output(format!("the manifest `{}` {what}", path.display()));
    let value: Value =
        serde_json::from_slice(&text).map_err(|cause| refuse(format!("is not JSON ({cause}); restore it")))?;
    let version = value.get("format_version").and_then(Value::as_u64);
    if version != Some(u64::from(MANIFEST_VERSION)) {
        let version =
            version.map_or_else(|| "no format version".to_owned(), |version| format!("format version {version}"));
        return Err(refuse(format!(
            "has {version}; this newsieve knows {MANIFEST_VERSION}, another release may know it"
        )));
    }
    let manifest: Manifest =
        serde_json::from_value(value).map_err(|cause| refuse(format!("is not complete ({cause}); restore it")))?;
    if path.file_stem().and_then(|stem| stem.to_str()) != Some(manifest.run_id.as_str()) {
        return Err(refuse(format!("is of the run `{}`; restore its name", manifest.run_id)));
    }
    if let Some(file) = manifest.files.iter().find(|file| !is_table_path(file)) {
        return Err(refuse(format!("names `{}`, which is no file of a table; restore it", file.path)));
    }
    match manifest.index.iter().find(|entry| !is_index_path(entry)) {
        Some(entry) => Err(refuse(format!("names `{}`, which is no file of the index; restore it", entry.path))),
        None => Ok(manifest),
    }
}

/// Whether an entry's path is `_state/index/<file>`.
fn is_index_path(entry: &IndexEntry) -> bool {
    let name = entry.path.strip_prefix(INDEX_FOLDER).and_then(|rest| rest.strip_prefix('/'));
    name.is_some_and(|name| matches!(Path::new(name).components().collect::<Vec<_>>()[..], [Component::Normal(_)]))
}

/// Whether an entry's path is `<table>/run=…/<file>`: a manifest must not lead out of the output folder.
fn is_table_path(file: &FileEntry) -> bool {
    let parts: Vec<Component<'_>> = Path::new(&file.path).components().collect();
    let [Component::Normal(table), Component::Normal(run), Component::Normal(_)] = parts.as_slice() else {
        return false;
    };
    Table::from_name(&file.table).is_some()
        && table.to_str() == Some(file.table.as_str())
        && run.to_str().is_some_and(|run| run.starts_with("run="))
}

fn file_entry(file: &StagedFile, run_id: &str) -> Result<FileEntry> {
    let name = file.path.file_name().and_then(|name| name.to_str());
    let name = name.ok_or_else(|| Error::Output(format!("`{}` has no file name", file.path.display())))?;
    let table = file.table.as_str().to_owned();
    let path = format!("{table}/run={run_id}/{name}");
    Ok(FileEntry { table, path, rows: file.rows, bytes: file.bytes, hash: file.hash.clone() })
}

/// Removes parts that no manifest names, and the folders that are empty then.
fn sweep_table(folder: &Path, named: &HashSet<PathBuf>) -> Result<usize> {
    let mut removed = 0;
    for run in list(folder)?.into_iter().filter(|path| is_folder(path) && name_begins(path, "run=")) {
        let files = list(&run)?;
        let left_over = files.iter().filter(|path| is_part(path) && !named.contains(*path));
        let before = removed;
        for path in left_over {
            fs::remove_file(path).map_err(Error::io("remove", path))?;
            removed += 1;
        }
        if removed - before == files.len() {
            fs::remove_dir(&run).map_err(Error::io("remove", &run))?;
            removed += 1;
        }
    }
    if removed > 0 {
        sync_folder(folder)?;
    }
    Ok(removed)
}

/// Whether a path is a folder itself: a link may lead out of the output, or round in a circle.
pub(crate) fn is_folder(path: &Path) -> bool {
    path.is_dir() && !path.is_symlink()
}

fn is_part(path: &Path) -> bool {
    name_begins(path, "part-") && path.extension().is_some_and(|extension| extension == "parquet")
}

fn name_begins(path: &Path, prefix: &str) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(|name| name.starts_with(prefix))
}

/// What a folder holds, sorted; nothing where it does not exist.
pub(crate) fn list(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(folder).map_err(Error::io("read", folder))?;
    let mut paths = entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<std::io::Result<Vec<_>>>()
        .map_err(Error::io("read", folder))?;
    paths.sort();
    Ok(paths)
}

fn sync(path: &Path) -> Result<()> {
    let file = File::options().write(true).open(path).map_err(Error::io("open", path))?;
    file.sync_all().map_err(Error::io("sync", path))
}

/// Makes renames in a folder durable. Only Unix lets a folder be synced; elsewhere the file system journals renames itself.
fn sync_folder(path: &Path) -> Result<()> {
    if cfg!(unix) {
        File::open(path).and_then(|folder| folder.sync_all()).map_err(Error::io("sync", path))?;
    }
    Ok(())
}

/// The path, relative to the output, of the n-th file of a table in a run.
#[must_use]
pub fn part_path(table: Table, run_id: &str, number: usize) -> String {
    format!("{}/run={run_id}/{}", table.as_str(), part_name(number))
}

#[cfg(test)]
pub(crate) mod fixture {
    //! Whole output folders for the tests of `output`, `verify` and `report`.

    use super::*;
    use crate::config::TableConfig;
    use crate::dedup::{Fate, Fates};
    use crate::document::Cleaned;
    use crate::table::fixture::{cleaned, rejected, run_row, table_config};
    use crate::table::{DuplicateEdge, RunTables, SCHEMA_VERSION, VERSION};

    /// An edge that drops the n-th article in favour of `kept` of the run.
    pub(crate) fn edge(duplicate: usize, kept: &str, run_id: &str) -> DuplicateEdge {
        DuplicateEdge {
            duplicate,
            kept_id: kept.to_owned(),
            kept_run_id: run_id.to_owned(),
            kind: "exact",
            dropped: true,
            jaccard: Some(1.0),
            containment: Some(1.0),
            similarity_unit: Some("syllable"),
        }
    }

    /// Manifest of a run before its commit.
    pub(crate) fn manifest(run_id: &str, n_articles: i64, n_duplicates: i64, n_rejects: i64) -> Manifest {
        let n_records = n_articles + n_duplicates + n_rejects;
        Manifest {
            format_version: MANIFEST_VERSION,
            sequence: 0,
            run_id: run_id.to_owned(),
            schema_version: SCHEMA_VERSION,
            version: VERSION.to_owned(),
            config_hash: "c0ffee".to_owned(),
            config: serde_json::json!({ "dedup": { "action": "drop" } }),
            inputs: vec![InputEntry { path: "a.txt".to_owned(), bytes: 10, hash: Some("11".to_owned()), records: 1 }],
            counts: Counts { n_records, n_articles, n_duplicates, n_rejects, n_skipped_inputs: 0 },
            warnings: vec!["one input was passed over".to_owned()],
            files: Vec::new(),
            replaces: Vec::new(),
            index: Vec::new(),
            index_replaces: Vec::new(),
        }
    }

    /// Four records: `a` kept with duplicate `b`, `c` kept, `d` rejected.
    pub(crate) fn records() -> Vec<Cleaned> {
        vec![
            cleaned("a", "Tiêu đề\nNội dung của bài.\n> Tin khác"),
            cleaned("b", "Tiêu đề\nNội dung của bài.\n"),
            cleaned("c", "标题\n另一篇文章。"),
            rejected("d", "Home"),
        ]
    }

    /// Writes and commits the run of [`records`].
    pub(crate) fn commit_run(output: &Output, run_id: &str, replaces: &[&str]) -> Manifest {
        commit_run_with(output, run_id, replaces, &table_config())
    }

    /// The same with other sizes.
    pub(crate) fn commit_run_with(output: &Output, run_id: &str, replaces: &[&str], config: &TableConfig) -> Manifest {
        let lock = output.lock().unwrap();
        let stage = output.stage_dir(run_id);
        let mut tables = RunTables::create(&stage, run_id, "c0ffee", config).unwrap();
        for cleaned in records() {
            tables.append(&cleaned).unwrap();
        }
        let pair = Fate { dup_cluster: Some("a".to_owned()), dup_cluster_size: 2, ..Fate::alone() };
        let fates: Fates = [pair.clone(), Fate { dropped: true, ..pair }, Fate::alone()].into_iter().collect();
        let staged = tables.finish(&fates, &[edge(1, "a", run_id)], &run_row(2, 1, 1)).unwrap();
        let mut manifest = manifest(run_id, 2, 1, 1);
        manifest.replaces = replaces.iter().map(|&run_id| run_id.to_owned()).collect();
        output.commit(&lock, &staged, &[], manifest).unwrap()
    }

    /// A folder with one commit, `r1`.
    pub(crate) fn one_run() -> (tempfile::TempDir, Output) {
        let folder = tempfile::tempdir().unwrap();
        let output = Output::create(folder.path().join("output")).unwrap();
        commit_run(&output, "r1", &[]);
        (folder, output)
    }
}

#[cfg(test)]
mod tests {
    use super::fixture::{commit_run, manifest, one_run};
    use super::*;

    #[test]
    fn a_commit_shows_its_files_and_leaves_no_staging() {
        let (_folder, output) = one_run();
        let manifests = output.manifests().unwrap();
        assert_eq!(manifests.len(), 1);
        assert_eq!(manifests[0].sequence, 1);
        assert!(manifests[0].files.iter().all(|file| output.root().join(&file.path).is_file()));
        let first = part_path(Table::Articles, "r1", 0);
        assert!(manifests[0].files.iter().any(|file| file.path == first));
        assert!(!output.stage_dir("r1").exists());
        assert_eq!(output.sweep(&output.lock().unwrap()).unwrap(), 0);
    }

    #[test]
    fn commits_are_ordered_and_ids_are_used_once() {
        let (_folder, output) = one_run();
        commit_run(&output, "a-later-one", &[]);
        let order: Vec<String> = output.manifests().unwrap().into_iter().map(|manifest| manifest.run_id).collect();
        assert_eq!(order, ["r1", "a-later-one"]);
        let again = output.commit(&output.lock().unwrap(), &[], &[], manifest("r1", 0, 0, 0));
        assert_eq!(again.unwrap_err().exit_code(), 2);
    }

    #[test]
    fn a_refresh_removes_what_it_replaces() {
        let (_folder, output) = one_run();
        commit_run(&output, "r2", &["r1"]);
        assert_eq!(output.manifests().unwrap().len(), 1);
        assert!(!output.root().join("articles/run=r1").exists());
        assert!(!output.root().join("_commits/r1.json").exists());
        assert_eq!(output.manifests().unwrap()[0].sequence, 2);
    }

    #[test]
    fn a_sweep_removes_only_what_a_dead_run_leaves() {
        let (_folder, output) = one_run();
        let root = output.root();
        for folder in ["articles/run=dead", "_staging/dead/articles", "segments/run=mine"] {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        for file in ["articles/run=dead/part-00000.parquet", "_commits/dead.tmp", "articles/run=r1/part-00007.parquet"]
        {
            fs::write(root.join(file), "x").unwrap();
        }
        fs::write(root.join("segments/run=mine/notes.txt"), "x").unwrap();
        assert_eq!(output.sweep(&output.lock().unwrap()).unwrap(), 5);
        assert!(!root.join("articles/run=dead").exists() && !root.join("_staging/dead").exists());
        assert!(root.join("segments/run=mine/notes.txt").exists());
        assert!(root.join("articles/run=r1/part-00000.parquet").exists());
    }

    #[test]
    fn a_sweep_touches_nothing_when_a_manifest_cannot_be_read() {
        let (_folder, output) = one_run();
        fs::write(output.root().join("_commits/r1.json"), "{").unwrap();
        assert!(output.sweep(&output.lock().unwrap()).is_err());
        assert!(output.root().join("articles/run=r1/part-00000.parquet").exists());
    }

    #[test]
    fn manifests_that_lead_elsewhere_or_are_of_another_format_are_refused() {
        let (_folder, output) = one_run();
        let path = output.root().join("_commits/r1.json");
        let text = fs::read_to_string(&path).unwrap();
        for (from, to, says) in [
            ("articles/run=r1/part-00000.parquet", "../../etc/part-00000.parquet", "no file of a table"),
            ("\"format_version\": 1", "\"format_version\": 9", "format version 9"),
            ("\"run_id\": \"r1\"", "\"run_id\": \"r7\"", "of the run `r7`"),
            ("\"config_hash\"", "\"config_hush\"", "not complete"),
        ] {
            fs::write(&path, text.replace(from, to)).unwrap();
            let message = output.manifests().unwrap_err().to_string();
            assert!(message.contains(says), "{message}");
        }
    }

    #[test]
    fn the_lock_is_exclusive_and_names_its_holder() {
        let (_folder, output) = one_run();
        let lock = output.lock().unwrap();
        let error = output.lock().unwrap_err();
        assert_eq!(error.exit_code(), 75);
        assert!(error.to_string().contains(&format!("process {}", std::process::id())), "{error}");
        drop(lock);
        assert!(output.lock().is_ok());
    }

    #[test]
    fn run_ids_are_checked_at_both_ends() {
        for good in ["r", "2024-01-01T00.00_x", &"x".repeat(64)] {
            assert!(check_run_id(good).is_ok());
        }
        for bad in ["", ".r", "_r", "a/b", "é", "a b", &"x".repeat(65)] {
            assert_eq!(check_run_id(bad).unwrap_err().exit_code(), 2);
        }
    }

    #[test]
    fn folders_that_are_no_output_are_named() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Output::open(folder.path()).unwrap_err().to_string().contains("is not an output folder"));
        assert!(Output::open(folder.path().join("x")).unwrap_err().to_string().contains("does not exist"));
    }

    #[test]
    fn inputs_are_read_back() {
        let (_folder, output) = one_run();
        let inputs = output.committed_inputs().unwrap();
        let input = inputs.iter().next().unwrap();
        assert_eq!((input.path.as_str(), input.config_hash.as_str()), ("a.txt", "c0ffee"));
    }

    #[test]
    fn a_record_is_found_with_all_its_rows() {
        let (_folder, output) = one_run();
        let kept = output.find_record("a").unwrap().unwrap();
        assert_eq!((kept.run_id.as_str(), kept.segments.len(), kept.articles.len()), ("r1", 3, 1));
        assert_eq!(kept.segments[2]["label"], "related");
        let dropped = output.find_record("b").unwrap().unwrap();
        assert_eq!((dropped.articles.len(), dropped.duplicates.len(), dropped.segments.len()), (0, 1, 3));
        let rejected = output.find_record("d").unwrap().unwrap();
        assert_eq!(rejected.rejects[0]["reason"], "no_article");
        assert_eq!(output.find_record("nobody").unwrap(), None);
    }
}
