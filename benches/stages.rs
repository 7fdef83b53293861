//! Throughput of the stages on one thread: `cargo bench`, or `cargo bench -- FILE…` for dumps of one's own.
//!
//! Without files the texts are those of `seeds/`. The figures are megabytes of decoded text a second; the CPU seconds of a gigabyte are
//! a thousand divided by them. Wall time on a shared machine is noisy: each figure is the best of several rounds, and ratios between
//! rows say more than rows.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints its table and may stop at a fault")]

use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use newsieve::Cleaner;
use newsieve::config::{Effective, load};
use newsieve::decode::decode;
use newsieve::dedup::Fate;
use newsieve::document::{Cleaned, RawRecord, Record};
use newsieve::label::Labeler;
use newsieve::lexicon::{CompiledPatterns, builtin};
use newsieve::pipeline::{self, RunRequest, Silent};
use newsieve::segment::segment;
use newsieve::source;
use newsieve::table::{RunRow, RunTables};

const ROUNDS: usize = 3;
/// A round is repeated until it has taken so long.
const ROUND: Duration = Duration::from_millis(300);
/// Bytes of decoded text that are measured of each input.
const SAMPLE_BYTES: usize = 20_000_000;

/// Best time of a few rounds for all texts once.
fn seconds(mut work: impl FnMut()) -> f64 {
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let mut passes = 0.0;
        while start.elapsed() < ROUND {
            work();
            passes += 1.0;
        }
        best = best.min(start.elapsed().as_secs_f64() / passes);
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
    let mut fates = Vec::new();
    for record in cleaned {
        tables.append(record).unwrap();
        if record.outcome.is_ok() {
            fates.push(Fate { dropped: false, dup_cluster: None, dup_cluster_size: 1, dup_of: None });
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
    tables.finish(&fates, &[], &run).unwrap();
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
                black_box(labeler.label(&record.text, spans, None));
            }
        });
        print("label", labelled);
        let cleaning = seconds(|| records.iter().for_each(|record| drop(black_box(cleaner.clean(record.clone())))));
        print("segment + label + article", (cleaning - copies_of_records).max(1e-9));
        print("tables", seconds(|| write_tables(&results, &effective)));
        // The start (lexicons, model) is part of it.
        if raw.len() == records.len() {
            print("whole run, dry (all of it)", seconds(|| run_whole(one, &effective)));
        }
    }
}
