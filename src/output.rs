//! The output folder: its lock, its manifests, how a run's files become visible, and what is swept.
//!
//! A commit is visible when its manifest is. Files are synced in the staging folder and renamed to their places first; the
//! manifest is renamed into `_commits/` last. It is written in full under another name before the first part is moved: with it the next
//! command, whichever it is, finishes a commit that was killed ([`Output::recover`]) or undoes it. What else no manifest names is left
//! over from a run that was killed, and [`Output::sweep`], which needs the lock, removes it. A manifest may replace earlier ones
//! (`--full-refresh`, `compact`): from the moment it stands, the replaced ones no longer count, whether or not their files are gone
//! already.

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, SystemTime};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::checkpoint::is_resumable;
use crate::dedup::earlier::{INDEX_FOLDER, entries_in_force};
use crate::dedup::index::{IndexEntry, StagedIndex};
use crate::error::{Error, Result};
use crate::fail_point;
use crate::table::{SCHEMA_VERSION, StagedFile, Table, part_name, rows_with_id, to_json};

/// Version of the manifest's form. Older ones are read; a reader refuses newer ones.
///
/// 2 has `runs`.
pub const MANIFEST_VERSION: u32 = 2;
/// Longest run id, in characters: it becomes a folder name, and file systems end at 255 bytes.
const RUN_ID_CHARS: usize = 64;

/// How often an output that changes while it is read is read again.
const STEADY_TRIES: usize = 5;

/// How often a holder of the lock that has not written its name is looked at again, and how long after one look: between the lock and the
/// name lie microseconds, on a crowded machine some milliseconds.
const HOLDER_TRIES: usize = 30;
const HOLDER_PAUSE: Duration = Duration::from_millis(10);

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
    /// The runs whose rows the files hold, in their order, where `compact` has put several together; else empty, and the commit is one
    /// run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub runs: Vec<MergedRun>,
    /// Files that the commit adds to the index of duplicates; given by [`Output::commit`].
    #[serde(default)]
    pub index: Vec<IndexEntry>,
    /// Paths of files of the index that those replace; given by [`Output::commit`].
    #[serde(default)]
    pub index_replaces: Vec<String>,
}

/// One run among those that `compact` has put together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MergedRun {
    /// The run.
    pub run_id: String,
    /// Place of its commit in the order of commits.
    pub sequence: u64,
    /// Hash of everything that changed a row of it.
    pub config_hash: String,
    /// The files that it read.
    pub inputs: Vec<InputEntry>,
    /// What became of its records.
    pub counts: Counts,
    /// What the user should know, one sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// One run of a commit.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// The run.
    pub run_id: &'a str,
    /// Place of its commit in the order of commits.
    pub sequence: u64,
    /// Hash of everything that changed a row of it.
    pub config_hash: &'a str,
    /// The files that it read.
    pub inputs: &'a [InputEntry],
    /// What became of its records.
    pub counts: Counts,
    /// What the user should know, one sentence each.
    pub warnings: &'a [String],
}

impl Manifest {
    /// The runs whose rows the files hold, in their order.
    #[must_use]
    pub fn runs(&self) -> Vec<Run<'_>> {
        if self.runs.is_empty() {
            let Manifest { run_id, sequence, config_hash, inputs, counts, warnings, .. } = self;
            return vec![Run { run_id, sequence: *sequence, config_hash, inputs, counts: *counts, warnings }];
        }
        self.runs.iter().map(MergedRun::view).collect()
    }
}

impl MergedRun {
    fn view(&self) -> Run<'_> {
        let MergedRun { run_id, sequence, config_hash, inputs, counts, warnings } = self;
        Run { run_id, sequence: *sequence, config_hash, inputs, counts: *counts, warnings }
    }
}

/// The inputs of all commits. Files that could not be read whole are not among them: they are tried again.
#[must_use]
pub fn committed_inputs(manifests: &[Manifest]) -> HashSet<CommittedInput> {
    let mut inputs = HashSet::new();
    for run in manifests.iter().flat_map(Manifest::runs) {
        for InputEntry { path, bytes, hash, .. } in run.inputs {
            inputs.extend(hash.as_ref().map(|hash| CommittedInput {
                path: path.clone(),
                bytes: *bytes,
                hash: hash.clone(),
                config_hash: run.config_hash.to_owned(),
            }));
        }
    }
    inputs
}

/// Whether a run id was used by a commit, also by one that was replaced.
#[must_use]
pub fn is_used(manifests: &[Manifest], run_id: &str) -> bool {
    manifests.iter().any(|manifest| {
        manifest.run_id == run_id
            || manifest.replaces.iter().any(|replaced| replaced == run_id)
            || manifest.runs.iter().any(|run| run.run_id == run_id)
    })
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
    /// Whether a folder is an output folder.
    #[must_use]
    pub fn is_at(root: &Path) -> bool {
        root.join(COMMITS).is_dir()
    }

    /// Opens an output folder for reading. A commit that was killed half done is finished or undone first.
    ///
    /// # Errors
    /// The folder does not exist or is no output folder, or what was half done can be neither finished nor undone.
    pub fn open(root: impl Into<PathBuf>) -> Result<Output> {
        let root = root.into();
        if Output::is_at(&root) {
            let output = Output { root };
            output.recover()?;
            return Ok(output);
        }
        let what = match (root.is_dir(), root.exists()) {
            (true, _) => "is not an output folder",
            (false, true) => "is not a folder",
            (false, false) => "does not exist",
        };
        Err(Error::Output(format!(
            "`{}` {what}; `newsieve run` makes one, `--output DIR` names another",
            root.display()
        )))
    }

    /// As [`Output::open`], but what was left half done stays so.
    pub(crate) fn unrecovered(root: &Path) -> Output {
        Output { root: root.to_owned() }
    }

    /// Opens an output folder for writing, and creates it where it does not exist.
    ///
    /// # Errors
    /// A file has the name; a folder cannot be created.
    pub fn create(root: impl Into<PathBuf>) -> Result<Output> {
        let root = root.into();
        if root.exists() && !root.is_dir() {
            let root = root.display();
            return Err(Error::Output(format!("`{root}` is not a folder; `--output DIR` names another")));
        }
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

    /// Where the folders of all runs under way stand.
    pub(crate) fn staging(&self) -> PathBuf {
        self.root.join(STAGING)
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
        let mut tries = 0;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) => {
                    let holder = read_holder(&mut file);
                    if !holder.is_empty() || tries == HOLDER_TRIES {
                        return Err(Error::Locked { output: self.root.clone(), holder });
                    }
                }
                Err(TryLockError::Error(source)) => return Err(Error::Io { action: "lock", path, source }),
            }
            // The holder has the lock, and its name is not written yet or is gone already.
            tries += 1;
            std::thread::sleep(HOLDER_PAUSE);
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
        let earlier = self.manifests()?;
        if self.manifest_path(&manifest.run_id).exists() || is_used(&earlier, &manifest.run_id) {
            return Err(Error::Config(format!(
                "the run id `{}` was used by an earlier commit; choose another",
                manifest.run_id
            )));
        }
        // What is put together stands where the last part of it stood.
        manifest.sequence = match manifest.runs.last() {
            Some(last) => last.sequence,
            None => earlier.last().map_or(1, |last| last.sequence + 1),
        };
        manifest.files = staged.iter().map(|file| file_entry(file, &manifest.run_id)).collect::<Result<_>>()?;
        manifest.index.extend(index.iter().map(|file| file.entry.clone()));
        manifest.index_replaces.extend(index.iter().flat_map(|file| file.replaces.clone()));
        if let Err(error) = self.place(staged, index, &manifest) {
            // An error means that nothing of the commit is seen.
            if let Err(left) = self.withdraw(&manifest, &earlier) {
                tracing::warn!(
                    "what was begun of the commit could not be undone, the next command tries again: {left}"
                );
            }
            return Err(error);
        }
        let replaces_none = manifest.replaces.is_empty() && manifest.index_replaces.is_empty();
        let cleared = if replaces_none { Ok(0) } else { self.sweep(lock) };
        // Last, since the folder tells that not all is cleared away.
        if let Err(error) = cleared.and_then(|_| self.remove_staging(&manifest.run_id)) {
            tracing::warn!("the commit `{}` stands, but old files are left over: {error}", manifest.run_id);
        }
        Ok(manifest)
    }

    fn manifest_path(&self, run_id: &str) -> PathBuf {
        self.root.join(COMMITS).join(format!("{run_id}.json"))
    }

    fn unfinished_path(&self, run_id: &str) -> PathBuf {
        self.root.join(COMMITS).join(format!("{run_id}.tmp"))
    }

    /// Makes all durable, moves it to its place, the manifest last.
    fn place(&self, staged: &[StagedFile], index: &[StagedIndex], manifest: &Manifest) -> Result<()> {
        fail_point::reach("commit.begin")?;
        for file in staged {
            sync(&file.path)?;
            fail_point::reach("commit.part_synced")?;
        }
        for file in index {
            self.place_index(&file.path, &file.entry)?;
            fail_point::reach("commit.index_moved")?;
        }
        self.write_manifest(manifest)?;
        fail_point::reach("commit.manifest_written")?;
        self.move_parts(staged.iter().map(|file| file.path.as_path()), manifest)?;
        self.show_manifest(manifest)
    }

    /// Moves staged parts, given in the order of the manifest's files, to their places.
    fn move_parts<'a>(&self, staged: impl Iterator<Item = &'a Path>, manifest: &Manifest) -> Result<()> {
        for table in Table::ALL {
            let folder = self.root.join(table.as_str()).join(format!("run={}", manifest.run_id));
            fs::create_dir_all(&folder).map_err(Error::io("create", &folder))?;
        }
        for (path, entry) in staged.zip(&manifest.files) {
            let place = self.root.join(&entry.path);
            if path != place {
                fs::rename(path, place).map_err(Error::io("move", path))?;
            }
            fail_point::reach("commit.part_moved")?;
        }
        for table in Table::ALL {
            let folder = self.root.join(table.as_str());
            sync_folder(&folder.join(format!("run={}", manifest.run_id)))?;
            sync_folder(&folder)?;
            fail_point::reach("commit.folder_synced")?;
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

    /// Writes the manifest under a name that does not count.
    fn write_manifest(&self, manifest: &Manifest) -> Result<()> {
        let unfinished = self.unfinished_path(&manifest.run_id);
        let text = serde_json::to_string_pretty(manifest).map_err(|cause| Error::Output(cause.to_string()))?;
        let mut file = File::create(&unfinished).map_err(Error::io("create", &unfinished))?;
        let (first, rest) = text.as_bytes().split_at(text.len() / 2);
        file.write_all(first).map_err(Error::io("write", &unfinished))?;
        fail_point::reach("commit.manifest_half_written")?;
        file.write_all(rest)
            .and_then(|()| file.write_all(b"\n"))
            .and_then(|()| file.sync_all())
            .map_err(Error::io("write", &unfinished))?;
        sync_folder(&self.root.join(COMMITS))
    }

    /// Gives the manifest the name that counts.
    fn show_manifest(&self, manifest: &Manifest) -> Result<()> {
        let path = self.manifest_path(&manifest.run_id);
        let unfinished = self.unfinished_path(&manifest.run_id);
        fail_point::reach("commit.before_visible")?;
        fs::rename(&unfinished, &path).map_err(Error::io("move", &unfinished))?;
        sync_folder(&self.root.join(COMMITS)).inspect_err(|_| {
            // An error must mean that there is no manifest.
            let _ = fs::remove_file(&path);
        })?;
        // From here on nothing may fail: the commit stands.
        let _ = fail_point::reach("commit.visible");
        Ok(())
    }

    /// Takes back what was placed of a commit that cannot be finished: the manifest's draft last, since it names the rest.
    fn withdraw(&self, manifest: &Manifest, in_force: &[Manifest]) -> Result<()> {
        let named = |path: &str| {
            let files = in_force.iter().flat_map(|manifest| &manifest.files).map(|file| &file.path);
            let indexes = in_force.iter().flat_map(|manifest| &manifest.index).map(|entry| &entry.path);
            files.chain(indexes).any(|known| known == path)
        };
        let files = manifest.files.iter().map(|file| &file.path);
        for path in files.chain(manifest.index.iter().map(|entry| &entry.path)).filter(|path| !named(path)) {
            remove_if_there(&self.root.join(path))?;
        }
        for table in Table::ALL {
            let folder = self.root.join(table.as_str());
            // Only where nothing of anybody else is in it.
            let _ = fs::remove_dir(folder.join(format!("run={}", manifest.run_id)));
            if folder.is_dir() {
                // Parts without a draft would be taken for somebody's tables.
                sync_folder(&folder)?;
            }
        }
        remove_if_there(&self.unfinished_path(&manifest.run_id))?;
        sync_folder(&self.root.join(COMMITS))
    }

    /// Finishes or undoes what a command that was killed has left half done. Nothing is done while another command holds the lock, or
    /// where the folder cannot be written: then only what the manifests name counts.
    ///
    /// # Errors
    /// What was left can be neither finished nor undone.
    pub fn recover(&self) -> Result<()> {
        if !self.is_interrupted()? {
            return Ok(());
        }
        match self.lock() {
            Ok(lock) => {
                let removed = self.sweep(&lock)?;
                tracing::debug!("finished what a killed command had begun; {removed} files and folders are gone");
                Ok(())
            }
            Err(Error::Locked { .. } | Error::Io { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// Reads while other commands may commit: what was wrong is read again where the manifests have changed meanwhile.
    pub(crate) fn steadily<T>(
        &self,
        mut read: impl FnMut() -> Result<T>,
        is_wrong: impl Fn(&Result<T>) -> bool,
    ) -> Result<T> {
        for _ in 0..STEADY_TRIES {
            let before = list(&self.root.join(COMMITS))?;
            let result = read();
            if !is_wrong(&result) || list(&self.root.join(COMMITS))? == before {
                return result;
            }
        }
        read()
    }

    /// Whether a commit was begun and not cleared away.
    fn is_interrupted(&self) -> Result<bool> {
        let is_draft = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "tmp");
        let is_committed = |path: &PathBuf| {
            path.file_name().and_then(|name| name.to_str()).is_some_and(|name| self.manifest_path(name).is_file())
        };
        Ok(list(&self.root.join(COMMITS))?.iter().any(is_draft) || list(&self.staging())?.iter().any(is_committed))
    }

    /// The drafts of manifests whose commit is under way, or was killed.
    pub(crate) fn drafts(&self) -> Result<Vec<Manifest>> {
        let paths = list(&self.root.join(COMMITS))?;
        let drafts = paths.iter().filter(|path| path.extension().is_some_and(|extension| extension == "tmp"));
        // Half a draft is none: it is written in full before the first part is moved.
        Ok(drafts.filter_map(|path| read_manifest(path).ok()).collect())
    }

    /// Rolls every commit that was killed forward, where all its files are there, or back.
    fn roll(&self) -> Result<()> {
        for draft in self.drafts()? {
            let in_force = self.manifests()?;
            let staged: Vec<Option<PathBuf>> = draft.files.iter().map(|file| self.find(&draft.run_id, file)).collect();
            let is_whole = |path: &Path, bytes: u64| fs::metadata(path).is_ok_and(|metadata| metadata.len() == bytes);
            let has_index = draft.index.iter().all(|entry| is_whole(&self.root.join(&entry.path), entry.bytes));
            let staged: Option<Vec<PathBuf>> = staged.into_iter().collect();
            match staged {
                Some(staged) if has_index && !is_used(&in_force, &draft.run_id) => {
                    self.move_parts(staged.iter().map(PathBuf::as_path), &draft)?;
                    self.show_manifest(&draft)?;
                    tracing::info!("the commit of run {} was killed half done and is finished now", draft.run_id);
                }
                _ => self.withdraw(&draft, &in_force)?,
            }
        }
        Ok(())
    }

    /// Where a file of a commit that was killed stands: still staged, or in its place.
    fn find(&self, run_id: &str, file: &FileEntry) -> Option<PathBuf> {
        let name = Path::new(&file.path).file_name()?;
        let staged = self.stage_dir(run_id).join(&file.table).join(name);
        let place = self.root.join(&file.path);
        [staged, place].into_iter().find(|path| fs::metadata(path).is_ok_and(|found| found.len() == file.bytes))
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

    /// Finishes or undoes commits that were killed, and removes what runs that were killed left behind and what commits replaced; gives
    /// the number of files and folders removed. A run that can be resumed stays.
    ///
    /// Only names that this program makes are touched: `_staging/*`, `_commits/*.tmp`, replaced manifests, and
    /// `<table>/run=*/part-*.parquet` and `_state/index/*.idx` that no manifest in force names.
    ///
    /// # Errors
    /// A manifest cannot be read, or all of them are gone (nothing is removed then); something cannot be removed.
    pub fn sweep(&self, _lock: &Lock) -> Result<usize> {
        self.roll()?;
        let manifests = self.manifests()?;
        if manifests.is_empty() {
            self.refuse_lost_manifests()?;
        }
        let mut removed = 0;
        // Replaced manifests go before their files: a manifest must never name a file that is gone.
        for path in list(&self.root.join(COMMITS))? {
            if self.is_left_over_manifest(&path, &manifests) {
                fs::remove_file(&path).map_err(Error::io("remove", &path))?;
                let _ = fail_point::reach("sweep.manifest_removed");
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
                let _ = fail_point::reach("sweep.index_removed");
                removed += 1;
            }
        }
        // Last, since the folder of a committed run tells that not all is cleared away.
        let is_open = |path: &Path| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            is_folder(path) && is_resumable(path) && !is_used(&manifests, name)
        };
        removed += self.clear(|path| !is_open(path))?;
        Ok(removed)
    }

    /// Parts that no run of this program can have left are not swept away: a commit that was killed has its draft. They are what somebody
    /// copied without the manifests.
    fn refuse_lost_manifests(&self) -> Result<()> {
        for table in Table::ALL {
            let runs = list(&self.root.join(table.as_str()))?;
            for run in runs.iter().filter(|path| is_folder(path) && name_begins(path, "run=")) {
                if list(run)?.iter().any(|path| is_part(path)) {
                    return Err(Error::Output(format!(
                        "`{}` has tables but no manifest in `{COMMITS}`, so that nobody knows which of their files count; restore \
                         `{COMMITS}` (hidden from some copying tools by its underscore), or name another folder with `--output`",
                        self.root.display()
                    )));
                }
            }
        }
        Ok(())
    }

    /// Removes the folders of all runs under way but one, which is resumed.
    ///
    /// # Errors
    /// Something cannot be removed.
    pub fn clear_staging(&self, _lock: &Lock, resumed: Option<&str>) -> Result<usize> {
        let kept = resumed.map(|run_id| self.stage_dir(run_id));
        self.clear(|path| kept.as_deref() != Some(path))
    }

    fn clear(&self, is_left_over: impl Fn(&Path) -> bool) -> Result<usize> {
        let mut removed = 0;
        for path in list(&self.staging())?.into_iter().filter(|path| is_left_over(path)) {
            let gone = if is_folder(&path) { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
            gone.map_err(Error::io("remove", &path))?;
            let _ = fail_point::reach("sweep.staging_removed");
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
        self.steadily(|| self.newest_record(id), Result::is_err)
    }

    fn newest_record(&self, id: &str) -> Result<Option<StoredRecord>> {
        for manifest in self.manifests()?.iter().rev() {
            let mut found = self.rows_of(manifest, id)?;
            // A compacted commit holds the rows of several runs.
            for run in manifest.runs().into_iter().rev() {
                if let Some(mut record) = found.remove(run.run_id) {
                    run.run_id.clone_into(&mut record.run_id);
                    return Ok(Some(record));
                }
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
        // In one piece, so that nobody reads half of it.
        let holder = format!("process {}, since {}", std::process::id(), now.format("%Y-%m-%d %H:%M:%S UTC"));
        file.write_all(holder.as_bytes())
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
    if version.is_none_or(|version| !(1..=u64::from(MANIFEST_VERSION)).contains(&version)) {
        let version =
            version.map_or_else(|| "no format version".to_owned(), |version| format!("format version {version}"));
        return Err(refuse(format!(
            "has {version}; this newsieve knows those up to {MANIFEST_VERSION}, a newer release may know it"
        )));
    }
    let schema = value.get("schema_version").and_then(Value::as_u64);
    if let Some(schema) = schema.filter(|schema| *schema > u64::from(SCHEMA_VERSION)) {
        return Err(refuse(format!(
            "is of tables of schema version {schema}; this newsieve knows those up to {SCHEMA_VERSION}: use the release that wrote \
             them or a newer one, or another folder with `--output`"
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
            let _ = fail_point::reach("sweep.part_removed");
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

fn remove_if_there(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::io("remove", path)(error)),
        _ => Ok(()),
    }
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
            runs: Vec::new(),
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
        let staged = tables.close().unwrap().finish(&fates, &[edge(1, "a", run_id)], &run_row(2, 1, 1)).unwrap();
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

    /// Some copying tools leave out what begins with an underscore.
    #[test]
    fn tables_without_any_manifest_are_not_swept_away() {
        let (_folder, output) = one_run();
        fs::remove_dir_all(output.root().join("_commits")).unwrap();
        let output = Output::create(output.root()).unwrap();
        let message = output.sweep(&output.lock().unwrap()).unwrap_err().to_string();
        assert!(message.contains("has tables but no manifest in `_commits`"), "{message}");
        assert!(output.root().join("articles/run=r1/part-00000.parquet").exists());
    }

    #[test]
    fn manifests_that_lead_elsewhere_or_are_of_another_format_are_refused() {
        let (_folder, output) = one_run();
        let path = output.root().join("_commits/r1.json");
        let text = fs::read_to_string(&path).unwrap();
        for (from, to, says) in [
            ("articles/run=r1/part-00000.parquet", "../../etc/part-00000.parquet", "no file of a table"),
            ("\"format_version\": 2", "\"format_version\": 9", "format version 9"),
            (&format!("\"schema_version\": {SCHEMA_VERSION}"), "\"schema_version\": 99", "schema version 99"),
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
    fn a_holder_that_has_not_written_its_name_yet_is_waited_for() {
        let (_folder, output) = one_run();
        let lock = output.lock().unwrap();
        lock.file.set_len(0).unwrap();
        let second = std::thread::spawn(move || output.lock());
        std::thread::sleep(2 * HOLDER_PAUSE);
        lock.write_holder().unwrap();
        let error = second.join().unwrap().unwrap_err();
        assert!(error.to_string().contains("process "), "{error}");
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
        fs::write(folder.path().join("y"), "").unwrap();
        assert!(Output::open(folder.path().join("y")).unwrap_err().to_string().contains("is not a folder"));
        assert!(Output::create(folder.path().join("y")).unwrap_err().to_string().contains("is not a folder"));
    }

    #[test]
    fn inputs_are_read_back() {
        let (_folder, output) = one_run();
        let inputs = committed_inputs(&output.manifests().unwrap());
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
