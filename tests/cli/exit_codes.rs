//! The table of exit codes, row by row.

use std::fs::{self, File};
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::support::{Sandbox, article, ended, feed, json_line, seeds};

#[test]
fn own_seeds_are_committed_with_0() {
    let sandbox = Sandbox::new();
    let seeds = seeds();
    let ended = sandbox.run(&["run", seeds.to_str().unwrap(), "--run-id", "r1"]).expect(0);
    assert!(ended.stderr.contains("committed run r1: 24 records"), "{}", ended.stderr);
    assert_eq!(ended.stdout, "");
    let edges = sandbox.rows(newsieve::table::Table::Duplicates);
    let kind_of = |part: &str, id: &str| {
        let side = |text: &str| text.contains(part);
        edges
            .iter()
            .find(|edge| [&edge["id"], &edge["kept_id"]].contains(&&id.to_owned()) || side(&edge["file_path"]))
            .map(|edge| edge["kind"].clone())
    };
    assert_eq!(edges.len(), 2, "{edges:#?}");
    assert_eq!(kind_of("02_teatro", "es-teatro-06").as_deref(), Some("exact"));
    assert_eq!(kind_of("03_minsuguan", "zh-minsuguan-03").as_deref(), Some("normalized"));
    assert!(edges.iter().all(|edge| edge["dropped"] == "true" && edge["kept_run_id"] == "r1"));
    sandbox.assert_laws();
}

#[test]
fn an_output_that_cannot_be_written_ends_with_1() {
    let sandbox = Sandbox::new();
    sandbox.write("in/a.txt", article(1));
    sandbox.write("file", "no folder");
    let ended = sandbox.run(&["run", "in", "-o", "file"]).expect(1);
    assert!(ended.stderr.contains("`file` is not a folder; `--output DIR` names another"), "{}", ended.stderr);
    sandbox.write("foreign/notes.md", "not of newsieve");
    for command in ["report", "verify"] {
        let ended = sandbox.run(&[command, "-o", "foreign"]).expect(1);
        assert!(ended.stderr.contains("is not an output folder; `newsieve run` makes one"), "{}", ended.stderr);
        let ended = sandbox.run(&[command, "-o", "nowhere"]).expect(1);
        assert!(ended.stderr.contains("`nowhere` does not exist"), "{}", ended.stderr);
    }
    assert!(sandbox.run(&["explain", "no-such-id", "-o", "nowhere"]).expect(1).stderr.contains("is no file"));
}

#[test]
fn wrong_usage_and_config_end_with_2_and_name_the_way_out() {
    let sandbox = Sandbox::new();
    sandbox.write("in/a.txt", article(1));
    sandbox.write("typo.toml", "[label]\npresett = \"recall\"\n");
    sandbox.write("type.toml", "[label]\npreset = 3\n");
    sandbox.write("section.toml", "label = 1\n");
    sandbox.write("broken.toml", "[label\n");
    let cases: &[(&[&str], &str)] = &[
        (&["run"], "no input is named, and there is no `./seeds` here"),
        (&["run", "in", "--set", "label.presett=recall"], "nearest known key is `label.preset`"),
        (&["run", "in", "-c", "typo.toml"], "nearest known key is `label.preset`"),
        (&["run", "in", "-c", "type.toml"], "allowed: recall | balanced | precision"),
        (&["run", "in", "-c", "section.toml"], "`label` (from file section.toml) is a section"),
        (&["run", "in", "-c", "broken.toml"], "is not valid TOML"),
        (&["run", "in", "-c", "none.toml"], "`none.toml`"),
        (&["run", "in", "--set", "label.preset"], "has no `=`"),
        (&["run", "in", "--set", "limits.max_reject_share=2"], "a number from 0 to 1"),
        (&["run", "nowhere"], "cannot read the input `nowhere`"),
        (&["run", "in", "--run-id", "../up"], "is not allowed"),
        (&["run", "in", "--dryrun"], "--dry-run"),
        (&["run", "in", "--jobs", "0"], "--jobs"),
        (&["run", "in", "--jobs", "70000"], "is not in 1..=512"),
        (&["rum"], "run"),
        (&["schema", "artikles"], "articles"),
        (&["explain", "in"], "is a folder"),
    ];
    for (arguments, words) in cases {
        let ended = sandbox.run(arguments).expect(2);
        assert!(ended.stderr.contains(words), "{arguments:?}: {}", ended.stderr);
        assert_eq!(ended.stdout, "", "{arguments:?}");
    }
    assert!(!sandbox.path("output").join("articles").exists());
}

#[test]
fn a_cut_archive_is_committed_with_3() {
    let sandbox = Sandbox::new();
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(feed(0..400).as_bytes()).unwrap();
    let whole = encoder.finish().unwrap();
    sandbox.write("in/feed.jsonl.gz", &whole[..whole.len() / 2]);
    let ended = sandbox.run(&["run", "in"]).expect(3);
    assert!(ended.stderr.contains("`feed.jsonl.gz`: the gzip stream is damaged or cut"), "{}", ended.stderr);
    assert_eq!(sandbox.reasons(), [("feed.jsonl.gz".to_owned(), "damaged_container".to_owned())]);
    let counts = sandbox.manifests()[0].counts;
    assert!(counts.n_articles > 50 && counts.n_records == counts.n_articles + 1, "{counts:?}");
    assert!(sandbox.run(&["report"]).expect(0).stdout.contains("damaged or cut"));
    sandbox.assert_laws();
    // Quiet means quiet on success: this is none.
    let quiet = sandbox.run(&["run", "in", "--full-refresh", "-q"]).expect(3);
    assert!(quiet.stderr.contains("damaged or cut"));
}

#[test]
fn too_many_rejects_are_committed_with_3_but_pages_without_articles_are_expected() {
    let sandbox = Sandbox::new();
    sandbox.write("bad/feed.jsonl", feed(0..3) + "{\n{\n");
    let ended = sandbox.run(&["run", "bad"]).expect(3);
    assert!(ended.stderr.contains("more than limits.max_reject_share = 20.0 %"), "{}", ended.stderr);
    sandbox.run(&["run", "bad", "--full-refresh", "--set", "limits.max_reject_share=0.4"]).expect(0);

    let listing = fs::read_to_string(seeds().join("feed.jsonl")).unwrap().lines().next().unwrap().to_owned();
    let listing: serde_json::Value = serde_json::from_str(&listing).unwrap();
    sandbox.write("home/page.txt", listing["text"].as_str().unwrap());
    sandbox.write("home/nothing.txt", "");
    sandbox.run(&["run", "home", "-o", "other"]).expect(0);
    sandbox.run(&["verify", "-o", "other"]).expect(0);
}

#[test]
fn a_held_lock_ends_with_75_and_changes_nothing() {
    let sandbox = Sandbox::new();
    sandbox.write("in/a.jsonl", json_line("a", &article(1)));
    sandbox.run(&["run", "in"]).expect(0);
    sandbox.write("in/b.txt", article(2));
    let lock = File::options().read(true).write(true).open(sandbox.path("output/_state/lock")).unwrap();
    lock.lock().unwrap();
    let ended = sandbox.run(&["run", "in"]).expect(75);
    assert!(ended.stderr.contains("another run holds the output `./output`"), "{}", ended.stderr);
    assert_eq!(sandbox.manifests().len(), 1);
    // Readers do not need it.
    sandbox.run(&["report"]).expect(0);
    sandbox.run(&["verify"]).expect(0);
    lock.unlock().unwrap();
    sandbox.run(&["run", "in"]).expect(0);
    assert_eq!(sandbox.manifests().len(), 2);
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let sandbox = Sandbox::new();
    sandbox.write("in/a.txt", article(1));
    sandbox.run(&["run", "in"]).expect(0);
    for arguments in [&["report"][..], &["schema"], &["explain", "in/a.txt"], &["man"], &["completions", "zsh"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut command = sandbox.command(arguments);
        let child = command.stdout(writer).stderr(std::process::Stdio::piped()).spawn().unwrap();
        let done = child.wait_with_output().unwrap();
        assert_eq!(done.status.code(), Some(0), "{arguments:?}");
        assert!(done.stderr.is_empty(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    }
}

/// What `verify` found must not be lost with the reader of its words.
#[test]
fn a_closed_pipe_does_not_turn_damage_into_success() {
    let sandbox = Sandbox::new();
    sandbox.write("in/a.txt", article(1));
    sandbox.run(&["run", "in", "--run-id", "r1"]).expect(0);
    fs::remove_file(sandbox.path("output/articles/run=r1/part-00000.parquet")).unwrap();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    assert_eq!(ended(sandbox.command(&["verify"]).stdout(writer)).code, Some(1));
}
