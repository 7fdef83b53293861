//! Throughput of the stages on one thread: `cargo bench`. Texts are those of `seeds/`, by language.
//!
//! Wall time on a shared machine is noisy: each figure is the best of several rounds, and ratios between rows say more than rows.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints its table and may stop at a fault")]

use std::collections::BTreeMap;
use std::hint::black_box;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use newsieve::Cleaner;
use newsieve::config::{Effective, load};
use newsieve::decode::decode;
use newsieve::document::{Content, RawRecord, Record};
use newsieve::label::Labeler;
use newsieve::lexicon::{CompiledPatterns, builtin};
use newsieve::segment::segment;
use newsieve::source;
use newsieve::text::{fold, matching_key};

const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_millis(300);

/// Best throughput of a few rounds, in MB/s.
fn throughput(records: &[Record], mut work: impl FnMut(&Record)) -> f64 {
    let bytes: usize = records.iter().map(|record| record.text.len()).sum();
    let mut best: f64 = 0.0;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let mut passes = 0;
        while start.elapsed() < ROUND {
            for record in records {
                work(record);
            }
            passes += 1;
        }
        best = best.max((passes * bytes) as f64 / start.elapsed().as_secs_f64() / 1e6);
    }
    best
}

fn seeds(effective: &Effective) -> BTreeMap<String, Vec<Record>> {
    let mut by_language: BTreeMap<String, Vec<Record>> = BTreeMap::new();
    let listing = source::list(&[PathBuf::from("seeds")], &effective.config.input).unwrap();
    for file in &listing.files {
        for raw in source::open(file, &effective.config) {
            let record = decode(raw.unwrap(), &effective.config).unwrap();
            let folder = record.origin.file_path.split('/').next().unwrap().to_owned();
            by_language.entry(folder).or_default().push(record);
        }
    }
    by_language
}

fn main() {
    let effective = load(None, &[], &[]).unwrap();
    let config = &effective.config;
    let patterns = CompiledPatterns::new(&builtin().unwrap()).unwrap();
    let model = newsieve::label::model::builtin().unwrap();
    let labeler = Labeler::new(&patterns, &model, &config.label);
    let cleaner = Cleaner::new(&effective).unwrap();
    println!(
        "{:<12} {:>8} {:>8} {:>8} {:>8} {:>8} {:>8}   (MB/s, one thread)",
        "texts", "decode", "fold", "key", "segment", "label", "clean"
    );
    for (name, records) in seeds(&effective) {
        let raw = |record: &Record| RawRecord {
            origin: record.origin.clone(),
            content: Content::Bytes(record.text.clone().into_bytes()),
            fields: record.fields.clone(),
        };
        let figures = [
            throughput(&records, |record| drop(black_box(decode(raw(record), config)))),
            throughput(&records, |record| drop(black_box(fold(&record.text)))),
            throughput(&records, |record| drop(black_box(matching_key(&record.text)))),
            throughput(&records, |record| drop(black_box(segment(&record.text, None, &patterns)))),
            throughput(&records, |record| {
                let spans = segment(&record.text, None, &patterns);
                black_box(labeler.label(&record.text, &spans, None));
            }),
            throughput(&records, |record| drop(black_box(cleaner.clean(record.clone())))),
        ];
        let columns: Vec<String> = figures.iter().map(|figure| format!("{figure:>8.1}")).collect();
        println!("{name:<12} {}", columns.join(" "));
    }
}
