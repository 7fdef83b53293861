//! What a run that was stopped, or killed, goes on from.
//!
//! While a run reads, every row that it appends is written down in the journals of its staging folder ([`crate::table`]), and now and
//! then a checkpoint says how much of them counts and where in the inputs they end. The same command given again replays the rows, which
//! costs a fraction of making them, and reads on from there. Borders of row groups and parts depend on rows alone, so the tables are
//! those of a run that was never stopped.
//!
//! A checkpoint is believed when all that it names is there: each file's bytes by their hash, the inputs by theirs. So it needs no sync;
//! the last one that was synced stands beside it for the case that power fails.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::fail_point;
use crate::output::{InputEntry, Output, list};
use crate::table::{JOURNAL, Log, Mark, Marks, RunTables, hash_of};
use crate::tally::Tally;

/// Version of the form of a checkpoint; others are not resumed from.
const CHECKPOINT_VERSION: u32 = 1;
/// Names of the checkpoints in the folder of the journals: the last one, and the last one that was synced.
const NAMES: [&str; 2] = ["checkpoint.json", "synced.json"];
/// Time between two checkpoints, unless [`crate::pipeline::Control`] says otherwise. One costs some milliseconds.
pub(crate) const EVERY: Duration = Duration::from_secs(5);
/// Time between two that are synced: what a failure of power may cost.
const SYNC_EVERY: Duration = Duration::from_secs(60);

/// Where in the inputs a run stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Position {
    /// Number of the file in the order of reading; all before it are done.
    pub(crate) file: usize,
    /// Items of this file that are done.
    pub(crate) items: u64,
    /// Raw bytes of it that were read for that, at least.
    pub(crate) bytes: u64,
    /// Their hash; nothing for a form that is not read from front to back.
    pub(crate) hash: Option<String>,
    /// When the file was changed last, in microseconds since 1970-01-01 UTC.
    pub(crate) modified: Option<i64>,
}

impl Position {
    /// Whether the file under way is still the one that was read.
    pub(crate) fn is_met(&self, path: &Path) -> bool {
        if self.items == 0 {
            return true;
        }
        match &self.hash {
            Some(hash) => File::open(path).and_then(|file| hash_of(file, self.bytes)).is_ok_and(|now| now == *hash),
            None => self.modified.is_some() && modified(path) == self.modified,
        }
    }
}

/// When a file was changed last, in microseconds since 1970-01-01 UTC.
pub(crate) fn modified(path: &Path) -> Option<i64> {
    let time = fs::metadata(path).and_then(|metadata| metadata.modified()).ok()?;
    let micros = |duration: Duration| duration.as_micros() as i64;
    Some(
        time.duration_since(UNIX_EPOCH)
            .map_or_else(|before: std::time::SystemTimeError| -micros(before.duration()), micros),
    )
    .filter(|_| time != SystemTime::UNIX_EPOCH)
}

/// Which run a checkpoint belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Head {
    /// Hash of all that the result depends on: inputs by name and size, config, earlier commits, version.
    pub(crate) plan: String,
    pub(crate) run_id: String,
    /// Whether the run id was made up.
    pub(crate) is_generated: bool,
}

/// How far a run has come.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Checkpoint {
    format_version: u32,
    #[serde(flatten)]
    pub(crate) head: Head,
    pub(crate) tables: Marks,
    caller_ids: Vec<Mark>,
    inputs: Vec<Mark>,
    pub(crate) position: Position,
    pub(crate) tally: Tally,
}

/// A checkpoint with what stands in its journals beside rows.
pub(crate) struct Resumed {
    pub(crate) checkpoint: Checkpoint,
    /// What was read of each input that is done.
    pub(crate) inputs: Vec<InputEntry>,
    /// Hashes of the callers' ids seen.
    pub(crate) caller_ids: Vec<u128>,
}

/// Looks for a run under way that the same command was given for. `is_met` judges the inputs.
pub(crate) fn find(
    output: &Output,
    plan: &str,
    run_id: Option<&str>,
    is_met: impl Fn(&Position, &[InputEntry]) -> bool,
) -> Result<Option<Resumed>> {
    for folder in list(&output.staging())? {
        let folder = folder.join(JOURNAL);
        for name in NAMES {
            let Some(checkpoint) = read(&folder.join(name)) else { continue };
            let head = &checkpoint.head;
            let is_named = run_id.map_or(head.is_generated, |run_id| !head.is_generated && head.run_id == run_id);
            let is_this = head.plan == plan && is_named && folder == output.stage_dir(&head.run_id).join(JOURNAL);
            if let Some(resumed) = is_this.then(|| checkpoint.resume(&folder)).flatten()
                && is_met(&resumed.checkpoint.position, &resumed.inputs)
            {
                return Ok(Some(resumed));
            }
        }
    }
    Ok(None)
}

/// Whether a staging folder may hold a run to go on with.
pub(crate) fn is_resumable(staging: &Path) -> bool {
    NAMES.iter().any(|name| staging.join(JOURNAL).join(name).is_file())
}

fn read(path: &Path) -> Option<Checkpoint> {
    let checkpoint: Checkpoint = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
    (checkpoint.format_version == CHECKPOINT_VERSION).then_some(checkpoint)
}

impl Checkpoint {
    fn marks(&self) -> impl Iterator<Item = &Mark> {
        self.tables.values().flatten().chain(&self.caller_ids).chain(&self.inputs)
    }

    fn resume(self, folder: &Path) -> Option<Resumed> {
        let is_plain = |mark: &Mark| !mark.file.contains(['/', '\\']);
        if !self.marks().all(|mark| is_plain(mark) && mark.is_met(folder)) {
            return None;
        }
        let bytes = |marks: &[Mark]| -> Option<Vec<u8>> {
            let mut all = Vec::new();
            for mark in marks {
                let file = fs::read(folder.join(&mark.file)).ok()?;
                all.extend_from_slice(file.get(..mark.bytes as usize)?);
            }
            Some(all)
        };
        let caller_ids = bytes(&self.caller_ids)?;
        let caller_ids = caller_ids.chunks_exact(16).filter_map(|id| id.try_into().ok().map(u128::from_le_bytes));
        let caller_ids = caller_ids.collect();
        let inputs = serde_json::Deserializer::from_slice(&bytes(&self.inputs)?)
            .into_iter()
            .collect::<Result<Vec<InputEntry>, _>>()
            .ok()?;
        Some(Resumed { caller_ids, inputs, checkpoint: self })
    }

    /// Leaves nothing in the staging folder but what counts.
    pub(crate) fn clear(&self, staging: &Path) -> Result<()> {
        let folder = staging.join(JOURNAL);
        let remove = |path: &Path| {
            let gone = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
            gone.map_err(Error::io("remove", path))
        };
        for path in list(staging)?.into_iter().filter(|path| *path != folder) {
            remove(&path)?;
        }
        for path in list(&folder)? {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if !NAMES.contains(&name) && !self.marks().any(|mark| mark.file == name) {
                remove(&path)?;
            }
        }
        fail_point::reach("resume.cleared")?;
        self.marks().try_for_each(|mark| mark.cut(&folder))?;
        fail_point::reach("resume.cut")
    }
}

/// Writes the checkpoints of a run.
pub(crate) struct Keeper {
    folder: PathBuf,
    head: Head,
    caller_ids: LogFiles,
    inputs: LogFiles,
    every: Duration,
    last: Instant,
    last_synced: Instant,
}

/// A log with the files that earlier sessions wrote of it.
struct LogFiles {
    earlier: Vec<Mark>,
    log: Log,
}

impl LogFiles {
    fn create(folder: &Path, name: &str, earlier: Vec<Mark>) -> Result<LogFiles> {
        let log = Log::create(folder, format!("{name}.{}", earlier.len()))?;
        Ok(LogFiles { earlier, log })
    }

    fn mark(&mut self, sync: bool) -> Result<Vec<Mark>> {
        let mark = self.log.mark(sync)?;
        Ok(self.earlier.iter().cloned().chain([mark]).collect())
    }
}

impl Keeper {
    /// Begins behind what was done before the run was stopped.
    pub(crate) fn create(staging: &Path, head: Head, resumed: Option<&Checkpoint>, every: Duration) -> Result<Keeper> {
        let folder = staging.join(JOURNAL);
        let (caller_ids, inputs) =
            resumed.map(|checkpoint| (checkpoint.caller_ids.clone(), checkpoint.inputs.clone())).unwrap_or_default();
        Ok(Keeper {
            caller_ids: LogFiles::create(&folder, "caller_ids", caller_ids)?,
            inputs: LogFiles::create(&folder, "inputs", inputs)?,
            folder,
            head,
            every,
            last: Instant::now(),
            last_synced: Instant::now(),
        })
    }

    /// Notes the hash of a caller's id.
    pub(crate) fn caller_id(&mut self, id: u128) -> Result<()> {
        self.caller_ids.log.append(&id.to_le_bytes())
    }

    /// Notes an input that is done.
    pub(crate) fn input(&mut self, entry: &InputEntry) -> Result<()> {
        let text = serde_json::to_string(entry).map_err(|cause| Error::Output(cause.to_string()))?;
        self.inputs.log.append(text.as_bytes())
    }

    /// Whether it is time for a checkpoint.
    pub(crate) fn is_due(&self) -> bool {
        self.last.elapsed() >= self.every
    }

    /// Writes a checkpoint.
    pub(crate) fn write(&mut self, tables: &mut RunTables, position: &Position, tally: &Tally) -> Result<()> {
        let sync = self.last_synced.elapsed() >= SYNC_EVERY;
        fail_point::reach("checkpoint.begin")?;
        let checkpoint = Checkpoint {
            format_version: CHECKPOINT_VERSION,
            head: self.head.clone(),
            tables: tables.mark(sync)?,
            caller_ids: self.caller_ids.mark(sync)?,
            inputs: self.inputs.mark(sync)?,
            position: position.clone(),
            tally: tally.clone(),
        };
        fail_point::reach("checkpoint.rows_written")?;
        let text = serde_json::to_vec(&checkpoint).map_err(|cause| Error::Output(cause.to_string()))?;
        if sync {
            self.put(NAMES[1], &text, true)?;
            self.last_synced = Instant::now();
        }
        self.put(NAMES[0], &text, false)?;
        self.last = Instant::now();
        fail_point::reach("checkpoint.placed")
    }

    fn put(&self, name: &str, text: &[u8], sync: bool) -> Result<()> {
        let path = self.folder.join(name);
        let unfinished = path.with_extension("tmp");
        fs::write(&unfinished, text).map_err(Error::io("write", &unfinished))?;
        fail_point::reach("checkpoint.written")?;
        if sync {
            let file = File::open(&unfinished).map_err(Error::io("open", &unfinished))?;
            file.sync_all().map_err(Error::io("sync", &unfinished))?;
        }
        fs::rename(&unfinished, &path).map_err(Error::io("move", &unfinished))
    }
}
