//! `compact`: the same rows in the same order, fewer files, and all that commands know of earlier runs.

use std::fs;

use newsieve::table::Table;

use crate::support::{Row, Sandbox, article, feed, files, json_line};

fn all_rows(sandbox: &Sandbox) -> Vec<Vec<Row>> {
    Table::ALL.iter().map(|table| sandbox.rows(*table)).collect()
}

#[test]
fn compacted_commits_are_known_as_before() {
    let sandbox = Sandbox::new();
    assert!(sandbox.run(&["compact"]).expect(1).stderr.contains("does not exist"));
    for night in 0..5 {
        let from = night * 8;
        sandbox.write(&format!("in/{night}.jsonl"), feed(from..from + 10) + "{\n");
        sandbox
            .run(&["run", "in", "--run-id", &format!("n{}", 9 - night), "--set", "limits.max_reject_share=1"])
            .expect(0);
    }
    let (before, tables) = (all_rows(&sandbox), files(&sandbox.path("output")).len());
    let report = sandbox.run(&["report"]).expect(0).stdout;
    let done = sandbox.run(&["compact"]).expect(0);
    assert!(done.stderr.contains("put 5 commits together"), "{}", done.stderr);
    assert_eq!(before, all_rows(&sandbox));
    assert!(files(&sandbox.path("output")).len() + 28 <= tables);
    sandbox.run(&["verify", "--deep"]).expect(0);
    assert_eq!(sandbox.manifests().len(), 1);
    // Runs are still told one by one; only the size of a run is not known any more.
    let after = sandbox.run(&["report"]).expect(0).stdout;
    for run in ["n9", "n8", "n7", "n6", "n5"] {
        assert!(after.lines().any(|line| line.trim_start().starts_with(run)), "{after}");
    }
    let articles = |report: &str| report.lines().find(|line| line.contains("articles")).unwrap().to_owned();
    assert_eq!(articles(&report), articles(&after));
    // Again: nothing to do. The index is as it was, and can be made anew.
    assert!(sandbox.run(&["compact"]).expect(0).stderr.contains("nothing to put together"));
    let index = files(&sandbox.path("output/_state/index"));
    fs::remove_dir_all(sandbox.path("output/_state/index")).unwrap();
    sandbox.run(&["reindex"]).expect(0);
    assert!(index == files(&sandbox.path("output/_state/index")));
    // Inputs are skipped, run ids are known, records are found.
    assert!(sandbox.run(&["run", "in"]).expect(0).stderr.contains("nothing new to commit"));
    sandbox.run(&["run", "in", "--run-id", "n5", "--set", "limits.max_reject_share=1"]).expect(0);
    sandbox.run(&["run", "in/0.jsonl", "--run-id", "n5"]).expect(2);
    assert!(sandbox.run(&["explain", "a33"]).expect(0).stdout.contains("Village number 33"));
    // A copy of an earlier article is found, in the run that has it.
    sandbox.write("in/9.jsonl", json_line("copy", &article(12)) + &json_line("new", &article(900)));
    let ended = sandbox.run(&["-v", "run", "in", "--run-id", "last"]).expect(0);
    assert!(!ended.stderr.contains("made anew"), "{}", ended.stderr);
    let edge = sandbox.rows(Table::Duplicates).into_iter().find(|edge| edge["id"] == "copy").unwrap();
    assert_eq!((edge["kept_id"].as_str(), edge["kept_run_id"].as_str()), ("a12", "n8"));
    sandbox.run(&["compact"]).expect(0);
    sandbox.run(&["verify", "--deep"]).expect(0);
    sandbox.assert_laws();
}

#[test]
fn the_next_run_does_not_depend_on_it() {
    let sandbox = Sandbox::new();
    for output in ["plain", "compacted"] {
        let _ = fs::remove_dir_all(sandbox.path("in"));
        for night in 0..4 {
            let from = night * 8;
            sandbox.write(&format!("in/{night}.jsonl"), feed(from..from + 12));
            sandbox
                .run(&[
                    "run",
                    "in",
                    "--run-id",
                    &format!("n{night}"),
                    "-o",
                    output,
                    "-q",
                    "--set",
                    "limits.max_reject_share=1",
                ])
                .expect(0);
            if output == "compacted" && night == 2 {
                sandbox.run(&["compact", "-o", output]).expect(0);
            }
        }
    }
    let of_the_last = |output: &str| {
        let mut files = files(&sandbox.path(output));
        files.retain(|path, _| path.contains("run=n3/") && !path.starts_with("runs/") || path.ends_with("n3.idx"));
        files
    };
    assert!(of_the_last("plain").len() >= 6);
    assert!(of_the_last("plain") == of_the_last("compacted"));
}

#[test]
fn rows_of_several_configs_may_stand_together() {
    let sandbox = Sandbox::new();
    sandbox.write("in/a.jsonl", feed(0..5));
    sandbox.run(&["run", "in", "--run-id", "r1"]).expect(0);
    sandbox.run(&["run", "in", "--run-id", "r2", "--set", "label.preset=recall"]).expect(0);
    sandbox.run(&["compact"]).expect(0);
    // Each input is known under the config that it was read with.
    for sets in [&[][..], &["--set", "label.preset=recall"]] {
        let ended = sandbox.run(&[&["run", "in"], sets].concat()).expect(0);
        assert!(ended.stderr.contains("nothing new"), "{}", ended.stderr);
    }
    let ended = sandbox.run(&["run", "in", "--set", "label.preset=precision"]).expect(0);
    assert!(ended.stderr.contains("5 records"), "{}", ended.stderr);
    sandbox.assert_laws();
}
