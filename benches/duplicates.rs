//! Cost of the duplicate stage alone: `cargo bench --bench duplicates -- clean.jsonl [passes] [phrase]`, where the file has one object with
//! `id` and `text` (clean text) a line. The texts are taken in so many passes, each with other words, so that the cost of a larger dump is
//! seen; a phrase is put behind every text. Prints CPU seconds, which on a shared machine are the figure to trust.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints its table and may stop at a fault")]

use std::fs;
use std::path::Path;

use newsieve::config::load;
use newsieve::dedup::Deduplicator;
use newsieve::dedup::earlier::Earlier;
use newsieve::dedup::units::Units;
use newsieve::document::{Article, hash_hex};
use newsieve::text::matching_key;

/// User and system time of this process in seconds; ticks are hundredths on Linux.
fn cpu_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |at: usize| fields.get(at).and_then(|field| field.parse::<f64>().ok()).unwrap_or_default();
    (ticks(11) + ticks(12)) / 100.0
}

struct Text {
    id: String,
    article: Article,
    key: String,
}

/// The same text with other words: each gets a letter more, or other Chinese characters. What texts of one pass share stays shared.
fn other_words(text: &str, pass: usize) -> String {
    let mark = char::from(b'a' + (pass % 26) as u8);
    let words = text.split(' ').map(|word| format!("{word}{mark}")).collect::<Vec<_>>().join(" ");
    let other = |c: char| match u32::from(c) {
        code @ 0x4E00..=0x9FA5 => char::from_u32(0x4E00 + (code - 0x4E00 + 997 * pass as u32) % 20_902).unwrap_or(c),
        _ => c,
    };
    words.chars().map(other).collect()
}

fn read(path: &str, passes: usize, phrase: &str) -> Vec<Text> {
    let content = fs::read_to_string(path).unwrap();
    let mut texts = Vec::new();
    for pass in 0..passes {
        for line in content.lines() {
            let record: serde_json::Value = serde_json::from_str(line).unwrap();
            let text = record["text"].as_str().unwrap();
            let text = if pass == 0 { text.to_owned() } else { other_words(text, pass) } + " " + phrase;
            let key = matching_key(&text);
            let article = Article {
                content_hash: hash_hex(key.as_bytes()),
                text_hash: hash_hex(text.as_bytes()),
                text_chars: text.chars().count() as i32,
                ..Article::default()
            };
            texts.push(Text { id: format!("{}-{pass}", record["id"].as_str().unwrap()), article, key });
        }
    }
    texts
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let Some(path) = arguments.first() else {
        println!("no file given: nothing to measure");
        return;
    };
    let passes = arguments.get(1).map_or(1, |passes| passes.parse().unwrap());
    let config = load(None, &[], &[]).unwrap().config.dedup;
    let texts = read(path, passes, arguments.get(2).map_or("", String::as_str));
    let bytes: usize = texts.iter().map(|text| text.key.len()).sum();
    let folder = std::env::temp_dir().join(format!("newsieve-bench-{}", std::process::id()));
    let mut last = cpu_seconds();
    let mut lap = |what: &str| {
        let now = cpu_seconds();
        println!("{what:<10} {:>7.2} CPU s", now - last);
        last = now;
    };
    let mut dedup = Deduplicator::new(config, Earlier::default(), Path::new(&folder), 1 << 30).unwrap();
    let mut tokens = 0;
    for text in &texts {
        tokens += std::hint::black_box(Units::of(&text.key)).tokens.len();
    }
    lap("units");
    for text in &texts {
        dedup.add(&text.id, true, &text.article, &Units::of(&text.key)).unwrap();
    }
    lap("units+add");
    let resolution = dedup.resolve("bench", &folder, &[]).unwrap();
    lap("resolve");
    let dropped = resolution.fates.dropped();
    println!(
        "{} texts, {tokens} tokens, {bytes} bytes of keys: {dropped} dropped, {} edges",
        texts.len(),
        resolution.edges.len()
    );
    fs::remove_dir_all(&folder).unwrap();
}
