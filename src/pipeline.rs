//! The order of the stages: reader thread → batches on all cores, order kept → writer; then the duplicate stage and the commit.
//!
//! Nothing else knows the order. Memory is bounded by batches: at most five are under way, whatever the dump's size; what must wait
//! for the end of the dump (which member of a duplicate cluster is kept) waits on disk ([`crate::table`]).

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use rayon::prelude::*;

use crate::checkpoint::{self, Head, Keeper, Position, Resumed, modified};
use crate::clean::Cleaner;
use crate::config::{Config, Effective};
use crate::decode::{decode, hash_id};
use crate::dedup::earlier::Earlier;
use crate::dedup::index::{INDEX_VERSION, StagedIndex};
use crate::dedup::units::Units;
use crate::dedup::{Deduplicator, Edge, Fates, Resolution};
use crate::document::{Cleaned, Content, Origin, RawRecord, Reason, Rejection, excerpt, hash_hex};
use crate::error::{Error, Result};
use crate::fail_point;
use crate::output::{
    CommittedInput, Counts, InputEntry, Lock, MANIFEST_VERSION, Manifest, Output, Run, check_run_id, committed_inputs,
    is_used,
};
use crate::source::{self, InputFile, SeenFiles};
use crate::stop::{Phase, Stop};
use crate::survey::Survey;
use crate::table::{DuplicateEdge, Marks, RunRow, RunTables, SCHEMA_VERSION, StagedFile, VERSION};
use crate::tally::Tally;

/// Records of one batch: enough to keep all cores busy between two hand-overs.
pub const BATCH_RECORDS: usize = 512;
/// Most bytes of raw text after which a batch is full however few its records.
const BATCH_BYTES: usize = 4 << 20;
/// A batch holds at most this part of `--memory`: with what is made of it, it takes some ten times its raw bytes, and five are under way.
const MEMORY_PER_BATCH: u64 = 128;
/// Least bytes of a full batch.
const MIN_BATCH_BYTES: usize = 64 << 10;
/// Name of the staging folder of dry runs: they touch no run that waits to be resumed.
const DRY_RUN: &str = ".dry-run";
/// Bytes of text that the survey of what sites repeat reads at most, in the order of the tables: what recurs does so in any part of a
/// dump, and the sketch stays as small as it is.
const SURVEY_BYTES: u64 = 1 << 30;
/// Batches that may wait between two stages.
const CHANNEL_DEPTH: usize = 1;

/// What a run is asked to do.
#[derive(Debug, Clone)]
pub struct RunRequest {
    /// Configuration with its origins and lexicons.
    pub effective: Effective,
    /// Inputs; none = the configured ones.
    pub inputs: Vec<PathBuf>,
    /// Output folder.
    pub output: PathBuf,
    /// Threads; `None` = all cores.
    pub jobs: Option<usize>,
    /// Soft ceiling of memory in bytes: the size of batches follows it, and the duplicate stage sorts on disk what does not fit into
    /// its share.
    pub memory: u64,
    /// Run id; `None` = UTC time and a short hash.
    pub run_id: Option<String>,
    /// Everything but the commit.
    pub dry_run: bool,
    /// Replace all earlier commits.
    pub full_refresh: bool,
    /// Records of one batch; the tables do not depend on it.
    pub batch_records: usize,
    /// How the run is stopped and how often it makes sure of what was done.
    pub control: Control,
}

/// How a run is stopped, and how often it writes down what was done.
#[derive(Debug, Clone, Default)]
pub struct Control {
    /// Asks the run to stop.
    pub stop: Arc<Stop>,
    /// Time between two checkpoints; `None` = some seconds. The tables do not depend on it.
    pub checkpoint_every: Option<Duration>,
}

/// Where a run reports how far it is.
pub trait Progress: Sync {
    /// A phase begins; 0 = of unknown size.
    fn start(&self, phase: &str, total_bytes: u64);
    /// Bytes of input and records done since the last call.
    fn advance(&self, bytes: u64, records: u64);
    /// The last phase has ended.
    fn finish(&self);
}

/// Reports nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn start(&self, _: &str, _: u64) {}
    fn advance(&self, _: u64, _: u64) {}
    fn finish(&self) {}
}

/// What a run did.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RunSummary {
    /// The run's id; empty where there was nothing to do.
    pub run_id: String,
    /// Whether a manifest was written.
    pub committed: bool,
    /// Records read.
    pub n_records: i64,
    /// Rows of `articles`.
    pub n_articles: i64,
    /// Records that left `articles` as duplicates.
    pub n_duplicates: i64,
    /// Rows of `rejects`.
    pub n_rejects: i64,
    /// Inputs passed over since they are committed already.
    pub n_skipped_inputs: i64,
    /// Bytes read.
    pub bytes_in: u64,
    /// Wall time.
    pub seconds: f64,
    /// What needs a person's eye: the run then ends with exit code 3.
    pub warnings: Vec<String>,
}

/// One item of a batch on its way to the workers.
enum Item {
    Record(RawRecord),
    Rejected(Rejection),
}

/// What the reader hands over.
#[derive(Default)]
struct Batch {
    items: Vec<Item>,
    reached: Reached,
}

/// How far reading has come at the end of a batch.
#[derive(Default)]
struct Reached {
    bytes: u64,
    /// Inputs that were finished since the batch before.
    finished: Vec<InputEntry>,
    position: Position,
}

/// What came out of the workers, in order.
enum Outcome {
    /// With the units of the article, where there is one.
    Cleaned(Box<Cleaned>, Option<Units>),
    Rejected(Rejection),
}

struct CleanBatch {
    outcomes: Vec<Outcome>,
    reached: Reached,
}

/// Everything the sequential part of a run writes to.
struct Sink {
    tables: RunTables,
    dedup: Deduplicator,
    caller_ids: HashSet<u128>,
    tally: Tally,
    entries: Vec<InputEntry>,
    position: Position,
    /// Nothing where a run cannot be resumed: standard input is read once, a dry run leaves nothing.
    keeper: Option<Keeper>,
}

/// Cleans inputs into tables and commits them.
///
/// # Errors
/// [`Error::Config`] for wrong inputs, run ids and configurations (nothing was written), [`Error::Locked`] when another run holds
/// the output, [`Error::Io`] and [`Error::Table`] when reading folders or writing failed; no manifest exists then.
pub fn run(request: &RunRequest, progress: &dyn Progress) -> Result<RunSummary> {
    let started = Instant::now();
    let started_at = now_micros();
    let config = &request.effective.config;
    if let Some(run_id) = &request.run_id {
        check_run_id(run_id)?;
    }
    let inputs = if request.inputs.is_empty() { configured_inputs(config) } else { request.inputs.clone() };
    refuse_output_as_input(&inputs, &request.output)?;
    // Others that are started on the same output must hear of it at once: nothing that takes time comes before the lock.
    let is_old = Output::is_at(&request.output);
    let mut lock = if is_old { Some(Output::create(&request.output)?.lock()?) } else { None };
    let mut listing = source::list(&inputs, &config.input)?;
    let output = Output::create(&request.output)?;
    let lock = match lock.take() {
        Some(lock) => lock,
        None => output.lock()?,
    };
    leave_out_output(&mut listing, &inputs, &request.output);
    let cleaner = Cleaner::new(&request.effective)?;
    output.sweep(&lock)?;
    let manifests = output.manifests()?;
    let mut seen = SeenFiles::open(output.state_dir().join("inputs.json"));
    let plan = Plan::new(listing, request, &manifests, &mut seen);
    if plan.all.is_empty() {
        tracing::warn!(
            "no input has a file that can be read: .txt, .html, .jsonl, .csv, .tsv, .parquet, .warc, .wet, plain or with .gz, .zst, .bz2 \
             or .xz behind it, or a .tar or .zip of such files"
        );
    }
    let Some(run_id) = plan.run_id(request, &manifests)? else {
        output.clear_staging(&lock, None)?;
        return Ok(RunSummary {
            n_skipped_inputs: plan.skipped,
            seconds: started.elapsed().as_secs_f64(),
            ..RunSummary::default()
        });
    };

    request.control.stop.enter(Phase::Reading)?;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(request.jobs.unwrap_or(0))
        .build()
        .map_err(|error| Error::Config(format!("cannot start the threads of `--jobs`: {error}")))?;
    let survey = survey(&plan.work, &pool, request, progress);
    // Half a survey is none.
    request.control.stop.enter(Phase::Reading)?;
    let hash = plan.hash(request, &manifests, &survey);
    let resumed = plan.resumed(request, &hash, &output)?;
    let run_id = resumed.as_ref().map_or(run_id, |resumed| resumed.checkpoint.head.run_id.clone());
    let staging = output.stage_dir(if request.dry_run { DRY_RUN } else { &run_id });
    if !request.dry_run {
        output.clear_staging(&lock, resumed.is_some().then_some(run_id.as_str()))?;
    }
    let known: &[Manifest] = if request.full_refresh { &[] } else { &manifests };
    let head = Head { plan: hash, run_id, is_generated: request.run_id.is_none() };
    let mut sink = Sink::create(request, &plan, &output, known, &staging, &head, resumed)?;
    let run_id = head.run_id;
    progress.start("cleaning", plan.work.iter().map(|item| item.size().1).sum());
    sink.tell(progress);
    clean_all(&plan.work, &pool, &Worker { cleaner, survey, config }, request, &mut sink, progress)?;
    sink.keep()?;
    request.control.stop.enter(Phase::Finishing)?;
    progress.start("finding duplicates and writing tables", 0);
    let Sink { tables, dedup, tally, entries, .. } = sink;
    let tables = tables.close()?;
    let segments: Vec<PathBuf> = tables.segments().map(Path::to_owned).collect();
    let Resolution { fates, edges, index } = dedup.resolve(&run_id, &staging, &segments)?;
    fail_point::reach("finish.resolved")?;
    let summary = summary(&tally, &run_id, &plan, &entries, &fates, config, started);
    let edges = edges.into_iter().map(|edge| edge_row(edge, &run_id)).collect::<Vec<_>>();
    let run_row = run_row(&inputs, &summary, &entries, started_at);
    let staged = tables.finish(&fates, &edges, &run_row)?;
    fail_point::reach("finish.staged")?;
    request.control.stop.enter(Phase::Committing)?;
    let summary = finish(&output, &lock, request, &staged, &index, entries, summary, &manifests)?;
    if summary.committed {
        seen.save();
    }
    progress.finish();
    Ok(RunSummary { seconds: started.elapsed().as_secs_f64(), ..summary })
}

/// Which files a run reads, and which are committed already.
struct Plan {
    /// What is to be done, in the order of the tables: `file_path`, and of files of one name whatever does not depend on the order in
    /// which the inputs are given.
    work: Vec<Work>,
    skipped: i64,
    /// Every input that was listed, committed or not.
    all: Vec<InputEntry>,
}

/// A file to read, or a name that cannot be read.
enum Work {
    File(InputFile),
    Rejected(Rejection),
}

impl Plan {
    fn new(listing: source::Listing, request: &RunRequest, manifests: &[Manifest], seen: &mut SeenFiles) -> Plan {
        let mut work: Vec<Work> = listing
            .files
            .into_iter()
            .map(Work::File)
            .chain(listing.rejections.into_iter().map(Work::Rejected))
            .collect();
        work.sort_by_cached_key(Work::order);
        let again = runs_of(manifests).any(|run| Some(run.run_id) == request.run_id.as_deref());
        if again {
            let all = work.iter().map(|item| item.entry(seen)).collect();
            return Plan { work: Vec::new(), skipped: 0, all };
        }
        let committed = if request.full_refresh { HashSet::new() } else { committed_inputs(manifests) };
        Plan::without_known(work, &committed, &request.effective.config_hash, seen)
    }

    /// Leaves out what is committed under the same configuration, and what stands twice among the inputs: one path, size and content
    /// is one input.
    fn without_known(
        work: Vec<Work>,
        committed: &HashSet<CommittedInput>,
        config_hash: &str,
        seen: &mut SeenFiles,
    ) -> Plan {
        // Only files that could be known already are read twice.
        let mut sizes: HashMap<(String, u64), usize> = HashMap::new();
        for (path, bytes) in
            work.iter().map(Work::size).chain(committed.iter().map(|input| (input.path.clone(), input.bytes)))
        {
            *sizes.entry((path, bytes)).or_default() += 1;
        }
        let mut plan = Plan { work: Vec::new(), skipped: 0, all: Vec::new() };
        let mut taken: HashSet<CommittedInput> = HashSet::new();
        for item in work {
            let twin = sizes.get(&item.size()).is_some_and(|&count| count > 1);
            let entry = if twin { item.entry(seen) } else { InputEntry { hash: None, ..item.entry_unread() } };
            let known = entry.hash.clone().is_some_and(|hash| {
                let input = CommittedInput {
                    path: entry.path.clone(),
                    bytes: entry.bytes,
                    hash,
                    config_hash: config_hash.to_owned(),
                };
                committed.contains(&input) || !taken.insert(input)
            });
            plan.all.push(entry);
            if known {
                plan.skipped += 1;
            } else {
                plan.work.push(item);
            }
        }
        plan
    }

    /// The id of this run; `None` when there is nothing to do.
    fn run_id(&self, request: &RunRequest, manifests: &[Manifest]) -> Result<Option<String>> {
        let committed = runs_of(manifests).find(|run| Some(run.run_id) == request.run_id.as_deref());
        let Some(run) = committed else {
            let id = || {
                request
                    .run_id
                    .clone()
                    .unwrap_or_else(|| generated_run_id(self, &request.effective.config_hash, manifests))
            };
            return Ok((!self.work.is_empty()).then(id));
        };
        let key = |entry: &InputEntry| (entry.path.clone(), entry.bytes, entry.hash.clone());
        // What an earlier commit had was skipped by that run, so it is not among its inputs.
        let had_before = |earlier: &Run<'_>| earlier.sequence < run.sequence && earlier.config_hash == run.config_hash;
        let before: BTreeSet<_> =
            runs_of(manifests).filter(had_before).flat_map(|earlier| earlier.inputs).map(key).collect();
        let known: BTreeSet<_> = run.inputs.iter().map(key).collect();
        let given: BTreeSet<_> = self.all.iter().map(key).collect();
        let same_inputs =
            known.is_subset(&given) && given.iter().all(|input| known.contains(input) || before.contains(input));
        // A refresh that is committed has left nothing else.
        let is_refreshed = !request.full_refresh || runs_of(manifests).count() == 1;
        if same_inputs && run.config_hash == request.effective.config_hash && is_refreshed {
            return Ok(None);
        }
        Err(Error::Config(format!(
            "the run id `{}` is committed already with other inputs or another configuration; give another `--run-id`, or none",
            run.run_id
        )))
    }

    /// Hash of all that the result depends on but the run id, as far as it is known before anything is cleaned.
    fn hash(&self, request: &RunRequest, manifests: &[Manifest], survey: &Survey) -> String {
        let work: Vec<_> = self.work.iter().map(|item| (item.place(), item.size().1)).collect();
        let earlier: Vec<_> = runs_of(manifests).map(|run| (run.run_id, run.sequence)).collect();
        let versions = (VERSION, SCHEMA_VERSION, INDEX_VERSION);
        let config = (&request.effective.config_hash, &request.effective.config.table, request.full_refresh);
        hash_hex(serde_json::json!([versions, config, earlier, work, survey.hash()]).to_string().as_bytes())
    }

    /// The run under way that this one goes on with.
    fn resumed(&self, request: &RunRequest, hash: &str, output: &Output) -> Result<Option<Resumed>> {
        if !self.is_resumable(request) {
            return Ok(None);
        }
        let is_met = |position: &Position, done: &[InputEntry]| {
            let same = |(item, entry): (&Work, &InputEntry)| match (item, &entry.hash) {
                (Work::File(file), Some(hash)) => source::hash_file(&file.path).is_ok_and(|now| now == *hash),
                _ => true,
            };
            let under_way = match self.work.get(position.file) {
                Some(Work::File(file)) => position.is_met(&file.path),
                _ => true,
            };
            done.len() == position.file && under_way && self.work.iter().zip(done).all(same)
        };
        checkpoint::find(output, hash, request.run_id.as_deref(), is_met)
    }

    /// Standard input cannot be read twice, and a dry run leaves nothing.
    fn is_resumable(&self, request: &RunRequest) -> bool {
        !request.dry_run && !self.work.iter().any(Work::is_stream)
    }
}

/// All runs that are committed, in the order of their commits.
fn runs_of(manifests: &[Manifest]) -> impl Iterator<Item = Run<'_>> {
    manifests.iter().flat_map(Manifest::runs)
}

impl Work {
    /// Whether it is standard input.
    fn is_stream(&self) -> bool {
        matches!(self, Work::File(file) if file.path == Path::new("-"))
    }

    fn place(&self) -> (&str, usize) {
        match self {
            Work::File(file) => (&file.file_path, file.input),
            Work::Rejected(rejection) => (&rejection.origin.file_path, rejection.origin.input),
        }
    }

    /// What rows are ordered by.
    fn order(&self) -> (String, u64, PathBuf, usize) {
        match self {
            Work::File(file) => (file.order(), file.bytes, file.path.clone(), file.input),
            Work::Rejected(rejection) => {
                (rejection.origin.file_path.to_string(), 0, PathBuf::new(), rejection.origin.input)
            }
        }
    }

    fn size(&self) -> (String, u64) {
        let bytes = match self {
            Work::File(file) => file.bytes,
            Work::Rejected(_) => 0,
        };
        (self.place().0.to_owned(), bytes)
    }

    /// What the manifest says of the input, its content hashed. A name that cannot be read is known by the reason, so that it is
    /// rejected once and not every night; what could not be read may be readable tomorrow.
    fn entry(&self, seen: &mut SeenFiles) -> InputEntry {
        let hash = match self {
            Work::File(file) => seen.hash(&file.path).ok(),
            Work::Rejected(rejection) => rejected_hash(rejection),
        };
        InputEntry { hash, ..self.entry_unread() }
    }

    fn entry_unread(&self) -> InputEntry {
        let (path, bytes) = self.size();
        InputEntry { path, bytes, hash: None, records: 0 }
    }
}

fn rejected_hash(rejection: &Rejection) -> Option<String> {
    (!rejection.reason.is_damage()).then(|| hash_hex(rejection.reason.as_str().as_bytes()))
}

fn configured_inputs(config: &Config) -> Vec<PathBuf> {
    config.input.paths.iter().map(PathBuf::from).collect()
}

/// Tables are never read as text.
fn refuse_output_as_input(inputs: &[PathBuf], output: &Path) -> Result<()> {
    let Ok(output) = output.canonicalize() else { return Ok(()) };
    for input in inputs {
        if input.canonicalize().is_ok_and(|input| input.starts_with(&output)) {
            return Err(Error::Config(format!(
                "the input `{}` lies in the output folder; name another one with `--output`",
                input.display()
            )));
        }
    }
    Ok(())
}

/// `newsieve run .` with the output below: manifests are no documents.
fn leave_out_output(listing: &mut source::Listing, inputs: &[PathBuf], output: &Path) {
    let Ok(output) = output.canonicalize() else { return };
    // Only where the output lies in an input is every path looked up.
    if !inputs.iter().any(|input| input.canonicalize().is_ok_and(|input| output.starts_with(input))) {
        return;
    }
    let is_input = |path: &Path| path.canonicalize().map_or(true, |path| !path.starts_with(&output));
    listing.files.retain(|file| is_input(&file.path));
    listing.rejections.retain(|rejection| {
        let Origin { file_path, input, .. } = &rejection.origin;
        inputs.get(*input).is_none_or(|root| is_input(&root.join(&**file_path)))
    });
}

/// Reads the inputs once to learn which lines their records share, up to [`SURVEY_BYTES`] of text. Standard input is read once
/// only, so that a run with it goes without.
fn survey(work: &[Work], pool: &rayon::ThreadPool, request: &RunRequest, progress: &dyn Progress) -> Survey {
    let bytes: u64 = work.iter().map(|item| item.size().1).sum();
    if work.iter().any(Work::is_stream) {
        return Survey::default();
    }
    let survey = Survey::new(bytes.min(SURVEY_BYTES), &request.effective.config.label);
    if survey.is_idle() {
        return survey;
    }
    progress.start("looking for what records share", bytes);
    let (sender, receiver) = sync_channel::<Batch>(CHANNEL_DEPTH);
    std::thread::scope(|scope| {
        scope.spawn(move || read_all(work, &Position::default(), request, &sender));
        let mut left = SURVEY_BYTES;
        // Where the receiver is dropped, the reader ends.
        for Batch { items, reached } in receiver {
            let count = items.len() as u64;
            let records =
                items.into_iter().filter_map(|item| if let Item::Record(raw) = item { Some(raw) } else { None });
            // It ends behind a record, not behind a batch: batches follow `--memory`.
            let first = |raw: &RawRecord| {
                let is_wanted = left > 0;
                left = left.saturating_sub(content_bytes(raw) as u64);
                is_wanted
            };
            let records: Vec<RawRecord> = records.take_while(first).collect();
            pool.install(|| records.par_iter().for_each(|raw| survey.note(raw)));
            progress.advance(reached.bytes, count);
            if left == 0 {
                break;
            }
        }
    });
    survey
}

/// What cleans items, on any thread.
struct Worker<'a> {
    cleaner: Cleaner,
    survey: Survey,
    config: &'a Config,
}

/// Reads, cleans and writes all files. Returns what was read of each.
fn clean_all(
    work: &[Work],
    pool: &rayon::ThreadPool,
    worker: &Worker,
    request: &RunRequest,
    sink: &mut Sink,
    progress: &dyn Progress,
) -> Result<()> {
    let (raw_sender, raw_receiver) = sync_channel::<Batch>(CHANNEL_DEPTH);
    let (clean_sender, clean_receiver) = sync_channel::<CleanBatch>(CHANNEL_DEPTH);
    std::thread::scope(|scope| {
        let (from, stop) = (sink.position.clone(), &*request.control.stop);
        let reader = scope.spawn(move || read_all(work, &from, request, &raw_sender));
        // Each thread owns its sender, so that the next stage ends when it does.
        scope.spawn(move || pool.install(|| clean_batches(raw_receiver, &clean_sender, worker, stop)));
        let written = write_all(clean_receiver, sink, progress);
        // When writing failed the receivers are gone, so that the other threads end too.
        reader.join().map_err(|_| Error::Output("the reader thread ended unexpectedly".to_owned()))?;
        written
    })
}

/// A batch that is being filled.
struct Filling<'a> {
    sender: &'a SyncSender<Batch>,
    records: usize,
    bytes: usize,
    batch: Batch,
    size: usize,
    stop: &'a Stop,
}

impl Filling<'_> {
    /// Adds an item, behind which reading stands at `position`; hands the batch over when it is full. False when nobody takes batches any
    /// more, or none shall be made.
    fn push(&mut self, item: Item, position: impl FnOnce() -> Position) -> bool {
        if let Item::Record(record) = &item {
            self.size += content_bytes(record);
        }
        self.batch.items.push(item);
        let full = self.batch.items.len() >= self.records || self.size >= self.bytes;
        if full {
            self.batch.reached.position = position();
        }
        !self.stop.is_requested() && (!full || self.hand_over())
    }

    fn hand_over(&mut self) -> bool {
        self.size = 0;
        self.sender.send(std::mem::take(&mut self.batch)).is_ok()
    }
}

/// Reads all inputs from a position on into batches.
fn read_all(work: &[Work], from: &Position, request: &RunRequest, sender: &SyncSender<Batch>) {
    let bytes = usize::try_from(request.memory / MEMORY_PER_BATCH)
        .map_or(BATCH_BYTES, |bytes| bytes.clamp(MIN_BATCH_BYTES, BATCH_BYTES));
    let stop = &*request.control.stop;
    let mut filling =
        Filling { sender, records: request.batch_records.max(1), bytes, batch: Batch::default(), size: 0, stop };
    for (number, item) in work.iter().enumerate().skip(from.file) {
        let done = if number == from.file { from.items } else { 0 };
        let entry = match item {
            Work::Rejected(rejection) => {
                let position = || Position { file: number, items: 1, ..Position::default() };
                (done > 0 || filling.push(Item::Rejected(rejection.clone()), position)).then(|| InputEntry {
                    hash: rejected_hash(rejection),
                    records: 1,
                    ..item.entry_unread()
                })
            }
            Work::File(file) => read_file(file, number, done, request, &mut filling),
        };
        // The receiver is gone only when writing failed, which is reported there.
        let Some(entry) = entry else { return };
        filling.batch.reached.finished.push(entry);
    }
    filling.batch.reached.position = Position { file: work.len(), ..Position::default() };
    filling.hand_over();
}

/// Reads a file behind the items that are `done`.
fn read_file(
    file: &InputFile,
    number: usize,
    done: u64,
    request: &RunRequest,
    filling: &mut Filling,
) -> Option<InputEntry> {
    let mut reader = source::open(file, &request.effective.config);
    let before = state_of(&file.path);
    let mut told = 0;
    for _ in 0..done {
        if reader.next().is_none() {
            break;
        }
        if filling.stop.is_requested() {
            return None;
        }
    }
    while let Some(item) = reader.next() {
        let done = reader.stats().bytes_read;
        filling.batch.reached.bytes += done.saturating_sub(told);
        told = done.max(told);
        let item = match item {
            Ok(record) => Item::Record(record),
            Err(rejection) => Item::Rejected(rejection),
        };
        let position = || {
            let (bytes, hash) = reader.prefix();
            Position { file: number, items: reader.stats().items, bytes, hash, modified: modified(&file.path) }
        };
        if !filling.push(item, position) {
            return None;
        }
    }
    let stats = reader.stats();
    filling.batch.reached.bytes += stats.bytes_read.saturating_sub(told);
    let bytes = before.map_or(file.bytes, |(bytes, _)| bytes);
    // Reading ends where a container is damaged; the input is still the whole file, so that it is not read anew every night.
    let whole = stats.bytes_read == bytes && !stats.file_hash.is_empty();
    let hash = if whole { Some(stats.file_hash) } else { source::hash_file(&file.path).ok() };
    let entry = InputEntry { path: file.file_path.to_string(), bytes, hash, records: stats.items };
    if state_of(&file.path) == before {
        return Some(entry);
    }
    // Nobody knows what was read: no hash, so that the next run reads the file as it is then.
    let items = entry.records + 1;
    let rejection = changed(file, entry.records);
    let position = || Position { file: number, items, ..Position::default() };
    (done > entry.records || filling.push(Item::Rejected(rejection), position)).then_some(InputEntry {
        hash: None,
        records: items,
        ..entry
    })
}

/// Size and time of the last change; nothing for standard input, and for what is gone.
fn state_of(path: &Path) -> Option<(u64, Option<i64>)> {
    std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file).map(|metadata| (metadata.len(), modified(path)))
}

fn changed(file: &InputFile, items: u64) -> Rejection {
    Rejection {
        origin: Origin { file_path: Arc::clone(&file.file_path), record_no: items as i64, input: file.input },
        id: None,
        stage: "read",
        reason: Reason::Unreadable,
        detail: "the file changed while it was read; what was read of it is kept, and the next run reads it again"
            .to_owned(),
        excerpt: None,
        raw_bytes_hash: None,
    }
}

/// Bytes of a raw record, as its container gives them.
#[must_use]
pub fn content_bytes(record: &RawRecord) -> usize {
    match &record.content {
        Content::Bytes(bytes) | Content::Html { bytes, .. } => bytes.len(),
        Content::Text(text) => text.len(),
    }
}

fn clean_batches(receiver: Receiver<Batch>, sender: &SyncSender<CleanBatch>, worker: &Worker, stop: &Stop) {
    for Batch { items, reached } in receiver {
        let clean = |item| (!stop.is_requested()).then(|| clean_item(item, worker));
        // A batch that a stop has met half done is dropped: the run that resumes reads it again.
        let Some(outcomes) = items.into_par_iter().map(clean).collect::<Option<Vec<_>>>() else { return };
        if sender.send(CleanBatch { outcomes, reached }).is_err() {
            return;
        }
    }
}

fn clean_item(item: Item, worker: &Worker) -> Outcome {
    match item {
        Item::Rejected(rejection) => Outcome::Rejected(rejection),
        Item::Record(raw) => {
            let origin = raw.origin.clone();
            // No input may stop the night's run, not even one that finds a fault of ours.
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| match decode(raw, worker.config) {
                Ok(record) => {
                    let mut done = Box::new(worker.cleaner.clean_among(record, &worker.survey));
                    let key = done.outcome.as_mut().ok().map(|article| std::mem::take(&mut article.matching_key));
                    Outcome::Cleaned(done, key.map(|key| Units::of(&key)))
                }
                Err(rejection) => Outcome::Rejected(rejection),
            }))
            .unwrap_or_else(|_| Outcome::Rejected(internal_fault(origin)))
        }
    }
}

fn internal_fault(origin: Origin) -> Rejection {
    Rejection {
        origin,
        id: None,
        stage: "article",
        reason: Reason::Internal,
        detail: "cleaning this record failed through a fault of newsieve; please report it with the record".to_owned(),
        excerpt: None,
        raw_bytes_hash: None,
    }
}

fn write_all(receiver: Receiver<CleanBatch>, sink: &mut Sink, progress: &dyn Progress) -> Result<()> {
    for batch in receiver {
        let records = batch.outcomes.len() as u64;
        for outcome in batch.outcomes {
            match outcome {
                Outcome::Rejected(rejection) => sink.reject(&rejection)?,
                Outcome::Cleaned(cleaned, units) => sink.take(*cleaned, units.as_ref())?,
            }
        }
        let Reached { bytes, finished, position } = batch.reached;
        sink.reach(finished, position)?;
        progress.advance(bytes, records);
    }
    Ok(())
}

impl Sink {
    /// Begins a run, or goes on with one that was stopped.
    fn create(
        request: &RunRequest,
        plan: &Plan,
        output: &Output,
        known: &[Manifest],
        staging: &Path,
        head: &Head,
        resumed: Option<Resumed>,
    ) -> Result<Sink> {
        let config = &request.effective.config;
        let (config_hash, run_id) = (&request.effective.config_hash, &head.run_id);
        let every = request.control.checkpoint_every.unwrap_or(checkpoint::EVERY);
        if let Some(Resumed { checkpoint, .. }) = &resumed {
            checkpoint.clear(staging)?;
            tracing::info!("goes on with run {run_id}, of which {} records were cleaned", checkpoint.tally.records);
        }
        let earlier = Earlier::open(output, known, staging, request.memory)?;
        let mut dedup = Deduplicator::new(config.dedup.clone(), earlier, &staging.join("_dedup"), request.memory)?;
        let tables = if plan.is_resumable(request) {
            let marks = resumed.as_ref().map_or_else(Marks::new, |resumed| resumed.checkpoint.tables.clone());
            RunTables::resume(staging, run_id, config_hash, &config.table, &marks, &mut |row| dedup.add_again(row))?
        } else {
            RunTables::create(staging, run_id, config_hash, &config.table)?
        };
        fail_point::reach("resume.replayed")?;
        let checkpoint = resumed.as_ref().map(|resumed| &resumed.checkpoint);
        let keeper = plan.is_resumable(request).then(|| Keeper::create(staging, head.clone(), checkpoint, every));
        let mut sink = Sink {
            tables,
            dedup,
            caller_ids: HashSet::new(),
            tally: Tally::default(),
            entries: Vec::new(),
            position: Position::default(),
            keeper: keeper.transpose()?,
        };
        if let Some(Resumed { checkpoint, inputs, caller_ids }) = resumed {
            sink.caller_ids.extend(caller_ids);
            (sink.tally, sink.entries, sink.position) = (checkpoint.tally, inputs, checkpoint.position);
        }
        // So that a run that is killed keeps its id.
        sink.keep()?;
        Ok(sink)
    }

    /// Tells what was done before.
    fn tell(&self, progress: &dyn Progress) {
        progress.advance(self.entries.iter().map(|entry| entry.bytes).sum(), self.tally.records as u64);
    }

    /// Takes note of how far reading has come, and now and then writes a checkpoint.
    fn reach(&mut self, finished: Vec<InputEntry>, position: Position) -> Result<()> {
        if let Some(keeper) = &mut self.keeper {
            finished.iter().try_for_each(|entry| keeper.input(entry))?;
        }
        self.entries.extend(finished);
        self.position = position;
        if self.keeper.as_ref().is_some_and(Keeper::is_due) { self.keep() } else { Ok(()) }
    }

    /// Writes a checkpoint.
    fn keep(&mut self) -> Result<()> {
        match &mut self.keeper {
            Some(keeper) => keeper.write(&mut self.tables, &self.position, &self.tally),
            None => Ok(()),
        }
    }

    fn reject(&mut self, rejection: &Rejection) -> Result<()> {
        self.tally.reject(rejection);
        self.tables.reject(rejection)
    }

    fn take(&mut self, mut cleaned: Cleaned, units: Option<&Units>) -> Result<()> {
        self.refuse_double_id(&mut cleaned)?;
        match (&cleaned.outcome, units) {
            (Ok(article), Some(units)) => {
                self.dedup.add(&cleaned.record.id, cleaned.record.caller_id, article, units)?;
            }
            (Ok(_), None) => return Err(Error::Output("an article came without its units".to_owned())),
            (Err(_), _) => {}
        }
        self.tally.cleaned(&cleaned);
        self.tables.append(&cleaned)
    }

    /// A caller's id that stands twice in one dump: the second record goes to `rejects`, under an id of its own so that its segments
    /// can be told from the first one's.
    fn refuse_double_id(&mut self, cleaned: &mut Cleaned) -> Result<()> {
        let record = &mut cleaned.record;
        if !record.caller_id {
            return Ok(());
        }
        let key = format!("{}\0{}", record.origin.input, record.id);
        let key = xxhash_rust::xxh3::xxh3_128(key.as_bytes());
        if self.caller_ids.insert(key) {
            return self.keeper.as_mut().map_or(Ok(()), |keeper| keeper.caller_id(key));
        }
        let given = std::mem::replace(&mut record.id, hash_id(&record.origin, record.text.as_bytes()));
        record.caller_id = false;
        cleaned.outcome = Err(Rejection {
            origin: record.origin.clone(),
            id: Some(record.id.clone()),
            stage: "dedup",
            reason: Reason::DuplicateId,
            detail: format!("the id `{given}` stands twice in this dump; the first record with it was taken"),
            excerpt: Some(excerpt(record.text.trim())),
            raw_bytes_hash: Some(hash_hex(record.text.as_bytes())),
        });
        Ok(())
    }
}

fn edge_row(edge: Edge, run_id: &str) -> DuplicateEdge {
    DuplicateEdge {
        duplicate: edge.duplicate,
        kept_id: edge.kept_id,
        kept_run_id: edge.kept_run.unwrap_or_else(|| run_id.to_owned()),
        kind: edge.kind.as_str(),
        dropped: edge.dropped,
        jaccard: Some(edge.jaccard),
        containment: Some(edge.containment),
        similarity_unit: Some(edge.unit),
    }
}

fn summary(
    tally: &Tally,
    run_id: &str,
    plan: &Plan,
    entries: &[InputEntry],
    fates: &Fates,
    config: &Config,
    started: Instant,
) -> RunSummary {
    let dropped = fates.dropped() as i64;
    RunSummary {
        run_id: run_id.to_owned(),
        committed: false,
        n_records: tally.records,
        n_articles: fates.len() as i64 - dropped,
        n_duplicates: dropped,
        n_rejects: tally.rejects,
        n_skipped_inputs: plan.skipped,
        bytes_in: entries.iter().map(|entry| entry.bytes).sum(),
        seconds: started.elapsed().as_secs_f64(),
        warnings: tally.warnings(&config.limits),
    }
}

/// UTC time, so that ids sort as runs do, and a hash of what is cleaned with what; a number where two such runs meet in one second.
fn generated_run_id(plan: &Plan, config_hash: &str, manifests: &[Manifest]) -> String {
    let time = chrono::DateTime::from_timestamp_micros(now_micros()).unwrap_or_default().format("%Y%m%dT%H%M%SZ");
    let mut inputs = config_hash.to_owned();
    for item in &plan.work {
        let (path, bytes) = item.size();
        inputs.extend(["\0", &path, "\0", &bytes.to_string()]);
    }
    let id = format!("{time}-{}", &hash_hex(inputs.as_bytes())[..8]);
    let is_taken = |id: &String| is_used(manifests, id);
    let numbered = (2..).map(|number| format!("{id}-{number}"));
    std::iter::once(id.clone()).chain(numbered).find(|id| !is_taken(id)).unwrap_or(id)
}

fn now_micros() -> i64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_micros() as i64)
}

fn run_row(inputs: &[PathBuf], summary: &RunSummary, entries: &[InputEntry], started: i64) -> RunRow {
    let inputs = serde_json::json!({
        "paths": inputs.iter().map(|path| path.display().to_string()).collect::<Vec<_>>(),
        "files": entries.len(),
        "skipped": summary.n_skipped_inputs,
    });
    RunRow {
        started,
        finished: now_micros(),
        inputs: inputs.to_string(),
        n_records: summary.n_records,
        n_articles: summary.n_articles,
        n_duplicates: summary.n_duplicates,
        n_rejects: summary.n_rejects,
        n_skipped_inputs: summary.n_skipped_inputs,
        bytes_in: summary.bytes_in as i64,
        peak_rss_bytes: peak_rss_bytes(),
    }
}

/// The process's largest resident size; null where the system does not tell.
fn peak_rss_bytes() -> Option<i64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<i64>().ok().map(|kib| kib * 1024)
}

#[expect(clippy::too_many_arguments, reason = "everything a commit is made of, once")]
fn finish(
    output: &Output,
    lock: &Lock,
    request: &RunRequest,
    staged: &[StagedFile],
    index: &[StagedIndex],
    inputs: Vec<InputEntry>,
    mut summary: RunSummary,
    manifests: &[Manifest],
) -> Result<RunSummary> {
    if request.dry_run {
        output.discard(lock, DRY_RUN)?;
        return Ok(summary);
    }
    let replaces = if request.full_refresh {
        manifests.iter().map(|manifest| manifest.run_id.clone()).collect()
    } else {
        Vec::new()
    };
    let manifest = Manifest {
        format_version: MANIFEST_VERSION,
        sequence: 0,
        run_id: summary.run_id.clone(),
        schema_version: SCHEMA_VERSION,
        version: VERSION.to_owned(),
        config_hash: request.effective.config_hash.clone(),
        config: serde_json::to_value(&request.effective.config).unwrap_or_default(),
        inputs,
        counts: Counts {
            n_records: summary.n_records,
            n_articles: summary.n_articles,
            n_duplicates: summary.n_duplicates,
            n_rejects: summary.n_rejects,
            n_skipped_inputs: summary.n_skipped_inputs,
        },
        warnings: summary.warnings.clone(),
        files: Vec::new(),
        replaces,
        runs: Vec::new(),
        index: Vec::new(),
        index_replaces: Vec::new(),
    };
    output.commit(lock, staged, index, manifest)?;
    summary.committed = true;
    Ok(summary)
}
