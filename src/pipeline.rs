//! The order of the stages: reader thread → batches on all cores, order kept → writer; then the duplicate stage and the commit.
//!
//! Nothing else knows the order. Memory is bounded by batches: at most five are under way, whatever the dump's size; what must wait
//! for the end of the dump (which member of a duplicate cluster is kept) waits on disk ([`crate::table`]).

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Instant;

use rayon::prelude::*;

use crate::clean::Cleaner;
use crate::config::{Config, Effective};
use crate::decode::{decode, hash_id};
use crate::dedup::earlier::Earlier;
use crate::dedup::index::StagedIndex;
use crate::dedup::units::Units;
use crate::dedup::{Deduplicator, Edge, Fates, Resolution};
use crate::document::{Cleaned, Content, Origin, RawRecord, Reason, Rejection, excerpt, hash_hex};
use crate::error::{Error, Result};
use crate::output::{CommittedInput, Counts, InputEntry, Lock, MANIFEST_VERSION, Manifest, Output, check_run_id};
use crate::source::{self, InputFile};
use crate::table::{DuplicateEdge, RunRow, RunTables, SCHEMA_VERSION, StagedFile, VERSION};

/// Records of one batch: enough to keep all cores busy between two hand-overs.
pub const BATCH_RECORDS: usize = 512;
/// Most bytes of raw text after which a batch is full however few its records.
const BATCH_BYTES: usize = 4 << 20;
/// A batch holds at most this part of `--memory`: with what is made of it, it takes some ten times its raw bytes, and five are under way.
const MEMORY_PER_BATCH: u64 = 128;
/// Least bytes of a full batch.
const MIN_BATCH_BYTES: usize = 64 << 10;
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
    bytes: u64,
}

/// What came out of the workers, in order.
enum Outcome {
    /// With the units of the article, where there is one.
    Cleaned(Box<Cleaned>, Option<Units>),
    Rejected(Rejection),
}

struct CleanBatch {
    outcomes: Vec<Outcome>,
    bytes: u64,
}

/// Counts of the sequential part of a run.
#[derive(Default)]
struct Tally {
    records: i64,
    rejects: i64,
    counted_rejects: i64,
    damage: Vec<String>,
}

/// Everything the sequential part of a run writes to.
struct Sink {
    tables: RunTables,
    dedup: Deduplicator,
    caller_ids: HashSet<u128>,
    tally: Tally,
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
    let cleaner = Cleaner::new(&request.effective)?;
    let mut listing = source::list(&inputs, &config.input)?;
    let output = Output::create(&request.output)?;
    leave_out_output(&mut listing, &inputs, &request.output);
    let lock = output.lock()?;
    output.sweep(&lock)?;
    let manifests = output.manifests()?;
    let plan = Plan::new(listing, &output, request, &manifests)?;
    if plan.all.is_empty() {
        tracing::warn!(
            "no input has a file that can be read: .txt, .html, .jsonl, .csv, .tsv, .parquet, .warc, .wet, plain or with .gz, .zst, .bz2 \
             or .xz behind it, or a .tar or .zip of such files"
        );
    }
    let Some(run_id) = plan.run_id(request, &manifests)? else {
        return Ok(RunSummary {
            n_skipped_inputs: plan.skipped,
            seconds: started.elapsed().as_secs_f64(),
            ..RunSummary::default()
        });
    };

    let staging = output.stage_dir(&run_id);
    let known: &[Manifest] = if request.full_refresh { &[] } else { &manifests };
    let earlier = Earlier::open(&output, known, &staging, request.memory)?;
    let mut sink = Sink {
        tables: RunTables::create(&staging, &run_id, &request.effective.config_hash, &config.table)?,
        dedup: Deduplicator::new(config.dedup.clone(), earlier, &staging.join("_dedup"), request.memory)?,
        caller_ids: HashSet::new(),
        tally: Tally::default(),
    };
    progress.start("cleaning", plan.work.iter().map(|item| item.size().1).sum());
    let entries = clean_all(&plan.work, &cleaner, request, &mut sink, progress)?;
    progress.start("finding duplicates and writing tables", 0);
    let Sink { tables, dedup, tally, .. } = sink;
    let Resolution { fates, edges, index } = dedup.resolve(&run_id, &staging)?;
    let summary = tally.summary(&run_id, &plan, &entries, &fates, config, started);
    let edges = edges.into_iter().map(|edge| edge_row(edge, &run_id)).collect::<Vec<_>>();
    let run_row = run_row(&inputs, &summary, &entries, started_at);
    let staged = tables.finish(&fates, &edges, &run_row)?;
    let summary = finish(&output, &lock, request, &staged, &index, entries, summary, &manifests)?;
    progress.finish();
    Ok(RunSummary { seconds: started.elapsed().as_secs_f64(), ..summary })
}

/// Which files a run reads, and which are committed already.
struct Plan {
    /// What is to be done, in the order of the tables: (`file_path`, input).
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
    fn new(listing: source::Listing, output: &Output, request: &RunRequest, manifests: &[Manifest]) -> Result<Plan> {
        let mut work: Vec<Work> = listing
            .files
            .into_iter()
            .map(Work::File)
            .chain(listing.rejections.into_iter().map(Work::Rejected))
            .collect();
        work.sort_by(|a, b| a.order().cmp(&b.order()));
        let again = manifests.iter().any(|manifest| Some(&manifest.run_id) == request.run_id.as_ref());
        if again {
            let all = work.iter().map(Work::entry).collect();
            return Ok(Plan { work: Vec::new(), skipped: 0, all });
        }
        let committed = if request.full_refresh { HashSet::new() } else { output.committed_inputs()? };
        Ok(Plan::without_known(work, &committed, &request.effective.config_hash))
    }

    /// Leaves out what is committed under the same configuration, and what stands twice among the inputs: one path, size and content
    /// is one input.
    fn without_known(work: Vec<Work>, committed: &HashSet<CommittedInput>, config_hash: &str) -> Plan {
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
            let entry = if twin { item.entry() } else { InputEntry { hash: None, ..item.entry_unread() } };
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
        let committed = manifests.iter().find(|manifest| Some(&manifest.run_id) == request.run_id.as_ref());
        let Some(manifest) = committed else {
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
        let had_before =
            |earlier: &&Manifest| earlier.sequence < manifest.sequence && earlier.config_hash == manifest.config_hash;
        let before: BTreeSet<_> =
            manifests.iter().filter(had_before).flat_map(|earlier| &earlier.inputs).map(key).collect();
        let known: BTreeSet<_> = manifest.inputs.iter().map(key).collect();
        let given: BTreeSet<_> = self.all.iter().map(key).collect();
        let same_inputs =
            known.is_subset(&given) && given.iter().all(|input| known.contains(input) || before.contains(input));
        if same_inputs && manifest.config_hash == request.effective.config_hash && !request.full_refresh {
            return Ok(None);
        }
        Err(Error::Config(format!(
            "the run id `{}` is committed already with other inputs or another configuration; give another `--run-id`, or none",
            manifest.run_id
        )))
    }
}

impl Work {
    fn place(&self) -> (&str, usize) {
        match self {
            Work::File(file) => (&file.file_path, file.input),
            Work::Rejected(rejection) => (&rejection.origin.file_path, rejection.origin.input),
        }
    }

    /// What rows are ordered by.
    fn order(&self) -> ((&str, &str), usize) {
        match self {
            Work::File(file) => (file.order(), file.input),
            Work::Rejected(rejection) => ((&rejection.origin.file_path, ""), rejection.origin.input),
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
    fn entry(&self) -> InputEntry {
        let hash = match self {
            Work::File(file) => source::hash_file(&file.path).ok(),
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

/// Reads, cleans and writes all files. Returns what was read of each.
fn clean_all(
    work: &[Work],
    cleaner: &Cleaner,
    request: &RunRequest,
    sink: &mut Sink,
    progress: &dyn Progress,
) -> Result<Vec<InputEntry>> {
    let config = &request.effective.config;
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(request.jobs.unwrap_or(0))
        .build()
        .map_err(|error| Error::Config(format!("cannot start the threads of `--jobs`: {error}")))?;
    let (raw_sender, raw_receiver) = sync_channel::<Batch>(CHANNEL_DEPTH);
    let (clean_sender, clean_receiver) = sync_channel::<CleanBatch>(CHANNEL_DEPTH);
    std::thread::scope(|scope| {
        let reader = scope.spawn(move || read_all(work, request, &raw_sender));
        // Each thread owns its sender, so that the next stage ends when it does.
        scope.spawn(move || pool.install(|| clean_batches(raw_receiver, &clean_sender, cleaner, config)));
        let written = write_all(clean_receiver, sink, progress);
        // When writing failed the receivers are gone, so that the other threads end too.
        let entries = reader.join().map_err(|_| Error::Output("the reader thread ended unexpectedly".to_owned()))?;
        written.map(|()| entries)
    })
}

/// A batch that is being filled.
struct Filling<'a> {
    sender: &'a SyncSender<Batch>,
    records: usize,
    bytes: usize,
    batch: Batch,
    size: usize,
}

impl Filling<'_> {
    /// Adds an item; hands the batch over when it is full. False when nobody takes batches any more.
    fn push(&mut self, item: Item) -> bool {
        if let Item::Record(record) = &item {
            self.size += content_bytes(record);
        }
        self.batch.items.push(item);
        let full = self.batch.items.len() >= self.records || self.size >= self.bytes;
        !full || self.hand_over()
    }

    fn hand_over(&mut self) -> bool {
        self.size = 0;
        self.sender.send(std::mem::take(&mut self.batch)).is_ok()
    }
}

/// Reads all inputs into batches. Returns what was read of each.
fn read_all(work: &[Work], request: &RunRequest, sender: &SyncSender<Batch>) -> Vec<InputEntry> {
    let mut entries = Vec::with_capacity(work.len());
    let bytes = usize::try_from(request.memory / MEMORY_PER_BATCH)
        .map_or(BATCH_BYTES, |bytes| bytes.clamp(MIN_BATCH_BYTES, BATCH_BYTES));
    let mut filling =
        Filling { sender, records: request.batch_records.max(1), bytes, batch: Batch::default(), size: 0 };
    for item in work {
        let entry = match item {
            Work::Rejected(rejection) => filling.push(Item::Rejected(rejection.clone())).then(|| InputEntry {
                hash: rejected_hash(rejection),
                records: 1,
                ..item.entry_unread()
            }),
            Work::File(file) => read_file(file, request, &mut filling),
        };
        // The receiver is gone only when writing failed, which is reported there.
        let Some(entry) = entry else { return entries };
        entries.push(entry);
    }
    filling.hand_over();
    entries
}

fn read_file(file: &InputFile, request: &RunRequest, filling: &mut Filling) -> Option<InputEntry> {
    let mut reader = source::open(file, &request.effective.config);
    let mut told = 0;
    while let Some(item) = reader.next() {
        let done = reader.stats().bytes_read;
        filling.batch.bytes += done.saturating_sub(told);
        told = done.max(told);
        let item = match item {
            Ok(record) => Item::Record(record),
            Err(rejection) => Item::Rejected(rejection),
        };
        if !filling.push(item) {
            return None;
        }
    }
    let stats = reader.stats();
    filling.batch.bytes += stats.bytes_read.saturating_sub(told);
    // Reading ends where a container is damaged; the input is still the whole file, so that it is not read anew every night.
    let whole = stats.bytes_read == file.bytes && !stats.file_hash.is_empty();
    let hash = if whole { Some(stats.file_hash) } else { source::hash_file(&file.path).ok() };
    Some(InputEntry { path: file.file_path.to_string(), bytes: file.bytes, hash, records: stats.items })
}

/// Bytes of a raw record, as its container gives them.
#[must_use]
pub fn content_bytes(record: &RawRecord) -> usize {
    match &record.content {
        Content::Bytes(bytes) | Content::Html { bytes, .. } => bytes.len(),
        Content::Text(text) => text.len(),
    }
}

fn clean_batches(receiver: Receiver<Batch>, sender: &SyncSender<CleanBatch>, cleaner: &Cleaner, config: &Config) {
    for batch in receiver {
        let outcomes = batch.items.into_par_iter().map(|item| clean_item(item, cleaner, config)).collect();
        if sender.send(CleanBatch { outcomes, bytes: batch.bytes }).is_err() {
            return;
        }
    }
}

fn clean_item(item: Item, cleaner: &Cleaner, config: &Config) -> Outcome {
    match item {
        Item::Rejected(rejection) => Outcome::Rejected(rejection),
        Item::Record(raw) => {
            let origin = raw.origin.clone();
            // No input may stop the night's run, not even one that finds a fault of ours.
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| match decode(raw, config) {
                Ok(record) => {
                    let mut done = Box::new(cleaner.clean(record));
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
        progress.advance(batch.bytes, records);
    }
    Ok(())
}

impl Sink {
    fn reject(&mut self, rejection: &Rejection) -> Result<()> {
        self.tally.count(rejection);
        self.tables.reject(rejection)
    }

    fn take(&mut self, mut cleaned: Cleaned, units: Option<&Units>) -> Result<()> {
        self.refuse_double_id(&mut cleaned);
        match (&cleaned.outcome, units) {
            (Ok(article), Some(units)) => {
                self.tally.records += 1;
                self.dedup.add(&cleaned.record.id, cleaned.record.caller_id, article, units)?;
            }
            (Ok(_), None) => return Err(Error::Output("an article came without its units".to_owned())),
            (Err(rejection), _) => self.tally.count(rejection),
        }
        self.tables.append(&cleaned)
    }

    /// A caller's id that stands twice in one dump: the second record goes to `rejects`, under an id of its own so that its segments
    /// can be told from the first one's.
    fn refuse_double_id(&mut self, cleaned: &mut Cleaned) {
        let record = &mut cleaned.record;
        if !record.caller_id {
            return;
        }
        let key = format!("{}\0{}", record.origin.input, record.id);
        if self.caller_ids.insert(xxhash_rust::xxh3::xxh3_128(key.as_bytes())) {
            return;
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

impl Tally {
    /// Most damaged inputs that are named one by one.
    const NAMED_DAMAGE: usize = 20;

    fn summary(
        &self,
        run_id: &str,
        plan: &Plan,
        entries: &[InputEntry],
        fates: &Fates,
        config: &Config,
        started: Instant,
    ) -> RunSummary {
        let dropped = fates.dropped() as i64;
        let mut warnings = self.damage.clone();
        let share = self.counted_rejects as f64 / self.records.max(1) as f64;
        if share > config.limits.max_reject_share {
            warnings.push(format!(
                "{:.1} % of the records were rejected (no_article and empty not counted), more than limits.max_reject_share = {:.1} %; see the table `rejects`",
                share * 100.0,
                config.limits.max_reject_share * 100.0
            ));
        }
        RunSummary {
            run_id: run_id.to_owned(),
            committed: false,
            n_records: self.records,
            n_articles: fates.len() as i64 - dropped,
            n_duplicates: dropped,
            n_rejects: self.rejects,
            n_skipped_inputs: plan.skipped,
            bytes_in: entries.iter().map(|entry| entry.bytes).sum(),
            seconds: started.elapsed().as_secs_f64(),
            warnings,
        }
    }

    fn count(&mut self, rejection: &Rejection) {
        self.records += 1;
        self.rejects += 1;
        self.counted_rejects += i64::from(rejection.reason.counts_to_share());
        if rejection.reason.is_damage() && self.damage.len() < Self::NAMED_DAMAGE {
            self.damage.push(format!("`{}`: {}", rejection.origin.file_path, rejection.detail));
        }
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
    let is_taken = |id: &String| manifests.iter().any(|manifest| manifest.run_id == *id);
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
        output.discard(lock, &summary.run_id)?;
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
        index: Vec::new(),
        index_replaces: Vec::new(),
    };
    output.commit(lock, staged, index, manifest)?;
    summary.committed = true;
    Ok(summary)
}
