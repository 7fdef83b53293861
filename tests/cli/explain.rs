//! `explain`: every line of one record, from a file, standard input or the output.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::path::PathBuf;

use newsieve::document::Label;
use newsieve::table::Table;
use serde_json::Value;

use crate::support::{Sandbox, article, ended, feed, seeds};

fn seed_files() -> Vec<PathBuf> {
    let folders = ["vi", "zh", "en", "es", "pt"];
    let mut paths: Vec<PathBuf> = folders
        .iter()
        .flat_map(|folder| fs::read_dir(seeds().join(folder)).unwrap().map(|entry| entry.unwrap().path()))
        .collect();
    paths.sort();
    paths
}

/// Segments of one line joined with nothing, lines joined with line feeds.
fn rebuilt(json: &str) -> String {
    let value: Value = serde_json::from_str(json).unwrap();
    let mut text = String::new();
    let mut line = 0;
    for segment in value["segments"].as_array().unwrap() {
        while line < segment["line_no"].as_i64().unwrap() {
            text.push('\n');
            line += 1;
        }
        text.push_str(segment["text"].as_str().unwrap());
    }
    text
}

fn labels(json: &str) -> BTreeSet<String> {
    let value: Value = serde_json::from_str(json).unwrap();
    let segments = value["segments"].as_array().unwrap();
    segments.iter().map(|segment| segment["label"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_seed_is_explained_line_by_line() {
    let sandbox = Sandbox::new();
    let mut seen = BTreeSet::new();
    for path in seed_files() {
        let name = path.to_str().unwrap();
        let json = sandbox.run(&["explain", name, "--json"]).expect(0).stdout;
        let text = sandbox.run(&["explain", name]).expect(0).stdout;
        for label in labels(&json) {
            // Blank lines are shown as what they are.
            assert!(label == "blank" || text.contains(&label), "{name}: {label}\n{text}");
            seen.insert(label);
        }
        assert!(text.contains("cleaned alone"), "{name}");
        let raw = String::from_utf8(fs::read(&path).unwrap()).unwrap();
        // Of a text with mojibake the decoded form is another one.
        if !name.contains("05_lang_chieu") {
            assert_eq!(rebuilt(&json), raw.trim_start_matches('\u{feff}'), "{name}");
        }
    }
    let all: BTreeSet<String> = Label::ALL.iter().map(|label| label.as_str().to_owned()).collect();
    assert_eq!(seen, all);
}

#[test]
fn standard_input_records_and_ids_are_explained() {
    let sandbox = Sandbox::new();
    sandbox.write("a.txt", article(8));
    sandbox.write("in/feed.jsonl", feed(0..3));
    let piped = ended(sandbox.command(&["explain", "-", "--json"]).stdin(File::open(sandbox.path("a.txt")).unwrap()));
    assert_eq!(rebuilt(&piped.expect(0).stdout), article(8));
    let piped = ended(
        sandbox
            .command(&["explain", "-", "--json", "--record", "1"])
            .stdin(File::open(sandbox.path("in/feed.jsonl")).unwrap()),
    );
    assert_eq!(rebuilt(&piped.expect(0).stdout), article(1));
    let second = sandbox.run(&["explain", "in/feed.jsonl", "--record", "2", "--json"]).expect(0);
    assert_eq!(rebuilt(&second.stdout), article(2));
    assert!(sandbox.run(&["explain", "in/feed.jsonl", "--record", "3"]).expect(1).stderr.contains("no record 3"));

    sandbox.write("in/b.txt", article(9));
    sandbox.run(&["run", "in"]).expect(0);
    let generated = sandbox.column(Table::Articles, "id")[0].clone();
    assert_eq!(generated.len(), 32);
    for (id, number) in [("a1", 1), (generated.as_str(), 9)] {
        let stored = sandbox.run(&["explain", id, "--json"]).expect(0);
        assert_eq!(rebuilt(&stored.stdout), article(number), "{id}");
        assert!(sandbox.run(&["explain", id]).expect(0).stdout.contains("body"));
    }
    assert!(sandbox.run(&["explain", "nobody"]).expect(1).stderr.contains("neither a file nor the id"));
}

#[test]
fn a_record_that_is_no_article_is_explained_too() {
    let sandbox = Sandbox::new();
    sandbox.write("empty.txt", "");
    sandbox.write("bad.jsonl", "{\n");
    sandbox.write("escape.txt", "\u{1b}[31mred\u{7}\n\nshort");
    assert!(sandbox.run(&["explain", "empty.txt"]).expect(0).stdout.contains("empty"));
    assert!(sandbox.run(&["explain", "bad.jsonl"]).expect(0).stdout.contains("bad_json"));
    let shown = sandbox.run(&["explain", "escape.txt"]).expect(0).stdout;
    assert!(!shown.contains('\u{1b}') && !shown.contains('\u{7}'), "{shown:?}");
}
