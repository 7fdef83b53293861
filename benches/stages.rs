//! Throughput of the stages on one thread: `cargo bench --bench stages`, with `-- FILE…` for dumps of one's own.
//!
//! Without files the texts are those of `seeds/`. The figures are megabytes of decoded text a second; the CPU seconds of a gigabyte are
//! a thousand divided by them. Time is CPU time of the process where the system tells it (Linux), which other programs disturb less than
//! wall time; each figure is the best of several rounds.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints its table and may stop at a fault")]

use std::hint::black_box;
use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Instant;

use newsieve::Cleaner;
use newsieve::config::{Effective, load};
use newsieve::decode::decode;
use newsieve::dedup::{Fate, Fates};
use newsieve::document::{Cleaned, RawRecord, Record, Segment};
use newsieve::label::{Known, Labeler};
use newsieve::lexicon::{CompiledPatterns, builtin};
use newsieve::pipeline::{self, RunRequest, Silent};
use newsieve::segment::segment;
use newsieve::source;
use newsieve::table::{RunRow, RunTables};

const ROUNDS: usize = 2;
/// A round is repeated until it has taken so long. The system counts in hundredths of a second.
const ROUND: f64 = 0.5;
/// Bytes of decoded text that are measured of each input.
const SAMPLE_BYTES: usize = 20_000_000;

/// User and system time of the process with all its threads, else the time since the first call.
fn cpu_seconds() -> f64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let ticks = std::fs::read_to_string("/proc/self/stat").ok().and_then(|stat| {
        // The fields behind the name, which may hold blanks; user and system time are the 14th and 15th of all.
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        Some(fields.get(11)?.parse::<f64>().ok()? + fields.get(12)?.parse::<f64>().ok()?)
    });
    ticks.map_or_else(|| START.elapsed().as_secs_f64(), |ticks| ticks / 100.0)
}

/// Best time of a few rounds for all texts once.
fn seconds(mut work: impl FnMut()) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let start = cpu_seconds();
        let mut passes = 0.0;
        while cpu_seconds() - start < ROUND {
            work();
            passes += 1.0;
        }
        best = best.min((cpu_seconds() - start) / passes);
    }
    best
}

/// The beginning of the records of an input.
fn sample(inputs: &[PathBuf], effective: &Effective) -> Vec<RawRecord> {
    let listing = source::list(inputs, &effective.config.input).unwrap();
    let records =
        listing.files.iter().flat_map(|file| source::open(file, &effective.config).flatten().collect::<Vec<_>>());
    let mut bytes = 0;
    records
        .take_while(|raw| {
            bytes += pipeline::content_bytes(raw);
            bytes < SAMPLE_BYTES
        })
        .collect()
}

fn write_tables(cleaned: &[Cleaned], effective: &Effective) {
    let folder = tempfile::tempdir().unwrap();
    let mut tables = RunTables::create(folder.path(), "bench", "bench", &effective.config.table).unwrap();
    let mut fates = 0;
    for record in cleaned {
        tables.append(record).unwrap();
        if record.outcome.is_ok() {
            fates += 1;
        }
    }
    let run = RunRow {
        started: 0,
        finished: 0,
        inputs: String::new(),
        n_records: 0,
        n_articles: 0,
        n_duplicates: 0,
        n_rejects: 0,
        n_skipped_inputs: 0,
        bytes_in: 0,
        peak_rss_bytes: None,
    };
    let fates: Fates = std::iter::repeat_n(Fate::alone(), fates).collect();
    tables.close().unwrap().finish(&fates, &[], &run).unwrap();
}

fn run_whole(inputs: &[PathBuf], effective: &Effective) {
    let folder = tempfile::tempdir().unwrap();
    let request = RunRequest {
        effective: effective.clone(),
        inputs: inputs.to_vec(),
        output: folder.path().to_owned(),
        jobs: Some(1),
        memory: 1 << 30,
        run_id: Some("bench".to_owned()),
        dry_run: true,
        full_refresh: false,
        batch_records: pipeline::BATCH_RECORDS,
        control: pipeline::Control::default(),
    };
    pipeline::run(&request, &Silent).unwrap();
}

fn main() {
    // `cargo bench` passes flags of its own.
    let files: Vec<PathBuf> =
        std::env::args().skip(1).filter(|name| !name.starts_with("--")).map(PathBuf::from).collect();
    let inputs = if files.is_empty() { vec![PathBuf::from("seeds")] } else { files };
    let effective = load(None, &[], &[]).unwrap();
    let config = &effective.config;
    let patterns = CompiledPatterns::new(&builtin().unwrap()).unwrap();
    let model = newsieve::label::model::builtin().unwrap();
    let labeler = Labeler::new(&patterns, &model, &config.label);
    let cleaner = Cleaner::new(&effective).unwrap();
    let fields = cleaner.fields();
    for input in &inputs {
        let one = std::slice::from_ref(input);
        let raw = sample(one, &effective);
        let records: Vec<Record> = raw.iter().filter_map(|raw| decode(raw.clone(), config).ok()).collect();
        let bytes = records.iter().map(|record| record.text.len()).sum::<usize>() as f64;
        let results: Vec<Cleaned> = records.iter().map(|record| cleaner.clean(record.clone())).collect();
        let spans: Vec<_> = records.iter().map(|record| segment(&record.text, None, &patterns)).collect();
        println!("{}: {} records, {:.1} MB of text; one thread", input.display(), records.len(), bytes / 1e6);
        println!("{:<28} {:>10} {:>12}", "stage", "MB/s", "CPU s per GB");
        let print = |name: &str, seconds: f64| {
            println!("{name:<28} {:>10.1} {:>12.2}", bytes / 1e6 / seconds, seconds / bytes * 1e9);
        };
        let copies = seconds(|| drop(black_box(raw.clone())));
        let copies_of_records = seconds(|| drop(black_box(records.clone())));
        print("read (source)", seconds(|| drop(black_box(sample(one, &effective)))));
        let decoded = seconds(|| raw.iter().for_each(|raw| drop(black_box(decode(raw.clone(), config)))));
        print("decode", (decoded - copies).max(1e-9));
        print(
            "segment",
            seconds(|| records.iter().for_each(|record| drop(black_box(segment(&record.text, None, &patterns))))),
        );
        let labelled = seconds(|| {
            for (record, spans) in records.iter().zip(&spans) {
                black_box(labeler.label(&record.text, spans, Known { title: None, ..Known::of(&record.fields) }));
            }
        });
        print("label", labelled);
        let drafts: Vec<_> = records
            .iter()
            .zip(&spans)
            .map(|(record, spans)| {
                let labelled = labeler.label(&record.text, spans, Known { title: None, ..Known::of(&record.fields) });
                let segments = spans.iter().zip(&labelled.verdicts);
                let segments = segments.map(|(span, verdict)| Segment { span: span.clone(), verdict: *verdict });
                (record, segments.collect::<Vec<_>>(), labelled)
            })
            .collect();
        let assembled = seconds(|| {
            for (record, segments, labelled) in &drafts {
                drop(black_box(fields.assemble(record, segments, labelled)));
            }
        });
        print("article (fields, mentions)", assembled);
        let cleaning = seconds(|| records.iter().for_each(|record| drop(black_box(cleaner.clean(record.clone())))));
        print("segment + label + article", (cleaning - copies_of_records).max(1e-9));
        print("tables", seconds(|| write_tables(&results, &effective)));
        // The start (lexicons, model) is part of it.
        if raw.len() == records.len() {
            print("whole run, dry (all of it)", seconds(|| run_whole(one, &effective)));
        }
    }
}
