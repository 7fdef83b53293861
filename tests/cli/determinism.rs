//! Same inputs, config and run id: the same bytes, whatever the threads and batches.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use newsieve::config;
use newsieve::pipeline::{self, RunRequest, Silent};

use crate::support::{Sandbox, article, files, json_line, seeds};

/// The table files of an output, without `runs`, which tells the time.
fn tables(output: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = files(output);
    files.retain(|path, _| path.ends_with(".parquet") && !path.starts_with("runs/"));
    assert!(files.len() >= 6, "{:?}", files.keys());
    files
}

#[track_caller]
fn assert_same(one: &BTreeMap<String, Vec<u8>>, other: &BTreeMap<String, Vec<u8>>, what: &str) {
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>(), "{what}");
    for (path, bytes) in one {
        assert!(bytes == &other[path], "{what}: `{path}` differs");
    }
}

/// About 300 records: the sample texts with a sentence of their own in front, some of them twice, some broken.
fn dump(sandbox: &Sandbox) {
    let mut texts = Vec::new();
    for folder in ["vi", "zh", "en", "es", "pt"] {
        let mut paths: Vec<_> =
            fs::read_dir(seeds().join(folder)).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        texts.extend(paths.iter().map(|path| String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned()));
    }
    let mut lines = String::new();
    for number in 0..300 {
        let text = &texts[number % texts.len()];
        let text =
            format!("{text}\n\nReport number {} was filed by the desk of the river towns in time.", number / 3 * 2);
        lines.push_str(&json_line(&format!("d{}", number % 290), &text));
    }
    sandbox.write("in/dump.jsonl", lines + "{broken\n");
    for path in ["feed.jsonl", "vi/02_thong_xe_cau.txt", "zh/02_tushuche.txt", "en/03_school_regatta.txt"] {
        sandbox.write(&format!("in/{path}"), fs::read(seeds().join(path)).unwrap());
    }
}

#[test]
fn tables_do_not_depend_on_the_order_in_which_inputs_are_given() {
    let sandbox = Sandbox::new();
    for (path, number) in [("x/a.txt", 1), ("y/a.txt", 2), ("x/b.txt", 3), ("y/c.txt", 4)] {
        sandbox.write(path, article(number));
    }
    sandbox.run(&["run", "x", "y", "--run-id", "same", "-o", "one"]).expect(0);
    sandbox.run(&["run", "y", "x", "--run-id", "same", "-o", "other"]).expect(0);
    assert_same(&tables(&sandbox.path("one")), &tables(&sandbox.path("other")), "inputs in another order");
}

#[test]
fn tables_do_not_depend_on_threads_and_batches() {
    let sandbox = Sandbox::new();
    dump(&sandbox);
    for (output, jobs) in [("one", "1"), ("again", "1"), ("two", "2")] {
        sandbox.run(&["run", "in", "--run-id", "same", "--jobs", jobs, "-o", output]).expect(0);
    }
    let first = tables(&sandbox.path("one"));
    assert_same(&first, &tables(&sandbox.path("again")), "run again");
    assert_same(&first, &tables(&sandbox.path("two")), "two threads");
    for batch_records in [1, 3, 512] {
        let output = sandbox.path(&format!("batch{batch_records}"));
        let request = RunRequest {
            effective: config::load(None, &[], &[]).unwrap(),
            inputs: vec![sandbox.path("in")],
            output: output.clone(),
            jobs: Some(2),
            memory: 1 << 30,
            run_id: Some("same".to_owned()),
            dry_run: false,
            full_refresh: false,
            batch_records,
            control: pipeline::Control::default(),
        };
        let summary = pipeline::run(&request, &Silent).unwrap();
        assert!(summary.n_records > 300 && summary.n_duplicates > 10 && summary.n_rejects > 10, "{summary:?}");
        assert_same(&first, &tables(&output), &format!("batches of {batch_records}"));
    }
    sandbox.run(&["verify", "--deep", "-o", "batch3"]).expect(0);
}
