//! The same command again, a folder that grows, another config, a refresh.

use newsieve::table::Table;

use crate::support::{Sandbox, article, feed, files, json_line};

#[test]
fn the_same_command_again_writes_nothing() {
    let sandbox = Sandbox::new();
    sandbox.write("in/feed.jsonl", feed(0..3));
    for arguments in [&["run", "in"][..], &["run", "in", "--run-id", "named", "-o", "named"]] {
        let output = sandbox.path(arguments.last().filter(|_| arguments.len() > 2).unwrap_or(&"output"));
        sandbox.run(arguments).expect(0);
        let before = files(&output);
        let again = sandbox.run(arguments).expect(0);
        assert!(again.stderr.contains("nothing new"), "{}", again.stderr);
        assert_eq!(before.keys().collect::<Vec<_>>(), files(&output).keys().collect::<Vec<_>>());
        assert!(before == files(&output));
    }
}

#[test]
fn a_run_id_is_given_once() {
    let sandbox = Sandbox::new();
    sandbox.write("in/a.jsonl", feed(0..2));
    sandbox.run(&["run", "in", "--run-id", "r1"]).expect(0);
    let config = sandbox.run(&["run", "in", "--run-id", "r1", "--set", "label.preset=recall"]).expect(2);
    assert!(config.stderr.contains("`r1` is committed already with other inputs"), "{}", config.stderr);
    sandbox.write("in/b.jsonl", feed(2..4));
    sandbox.run(&["run", "in", "--run-id", "r1"]).expect(2);
    sandbox.run(&["run", "in", "--run-id", "r1", "--full-refresh"]).expect(2);
    assert_eq!(sandbox.manifests().len(), 1);
    sandbox.assert_laws();
}

#[test]
fn a_named_run_that_skipped_inputs_may_be_given_again() {
    let sandbox = Sandbox::new();
    sandbox.write("in/a.jsonl", feed(0..2));
    sandbox.run(&["run", "in", "--run-id", "r1"]).expect(0);
    sandbox.write("in/b.jsonl", feed(2..4));
    for _ in 0..2 {
        sandbox.run(&["run", "in", "--run-id", "r2"]).expect(0);
    }
    assert_eq!(sandbox.manifests().len(), 2);
    sandbox.write("in/c.jsonl", feed(4..6));
    sandbox.run(&["run", "in", "--run-id", "r2"]).expect(2);
}

#[test]
fn of_a_grown_folder_only_what_is_new_is_read() {
    let sandbox = Sandbox::new();
    sandbox.write("in/monday.jsonl", feed(0..5));
    sandbox.run(&["run", "in", "--run-id", "r1"]).expect(0);
    // A copy of a known article, a new one, and another text under a known id.
    let tuesday = json_line("copy", &article(3)) + &json_line("new", &article(30)) + &json_line("a4", &article(44));
    sandbox.write("in/tuesday.jsonl", tuesday);
    let ended = sandbox.run(&["run", "in", "--run-id", "r2"]).expect(0);
    assert!(ended.stderr.contains("3 records"), "{}", ended.stderr);
    let counts = sandbox.manifests()[1].counts;
    assert_eq!((counts.n_records, counts.n_articles, counts.n_duplicates), (3, 2, 1));
    assert_eq!(counts.n_skipped_inputs, 1);
    let edges = sandbox.rows(Table::Duplicates);
    let [edge] = edges.as_slice() else { panic!("{edges:#?}") };
    assert_eq!((edge["id"].as_str(), edge["run_id"].as_str()), ("copy", "r2"));
    assert_eq!((edge["kept_id"].as_str(), edge["kept_run_id"].as_str()), ("a3", "r1"));
    assert_eq!((edge["kind"].as_str(), edge["dropped"].as_str()), ("exact", "true"));
    let articles = sandbox.rows(Table::Articles);
    let revised: Vec<_> = articles
        .iter()
        .filter(|row| row["quality_flags"].contains("revised_id"))
        .map(|row| (row["id"].as_str(), row["run_id"].as_str()))
        .collect();
    assert_eq!(revised, [("a4", "r2")]);
    sandbox.assert_laws();
    // The newest record of an id is the one that is explained.
    assert!(sandbox.run(&["explain", "a4"]).expect(0).stdout.contains("Village number 44"));
}

#[test]
fn a_refresh_replaces_all_earlier_commits() {
    let sandbox = Sandbox::new();
    sandbox.write("in/a.jsonl", feed(0..3));
    sandbox.run(&["run", "in", "--run-id", "r1"]).expect(0);
    sandbox.write("in/b.jsonl", feed(3..5));
    sandbox.run(&["run", "in", "--run-id", "r2"]).expect(0);
    sandbox.run(&["run", "in", "--run-id", "r3", "--full-refresh"]).expect(0);
    let manifests = sandbox.manifests();
    assert_eq!(manifests.iter().map(|manifest| manifest.run_id.as_str()).collect::<Vec<_>>(), ["r3"]);
    assert_eq!(manifests[0].counts.n_articles, 5);
    assert!(files(&sandbox.path("output")).keys().all(|path| !path.contains("r1") && !path.contains("r2")));
    sandbox.assert_laws();
}

/// Found by hand: ids that are made of the second and the inputs met within one second.
#[test]
fn runs_within_one_second_have_names_of_their_own() {
    let sandbox = Sandbox::new();
    sandbox.write("in/a.jsonl", feed(0..1));
    sandbox.run(&["run", "in"]).expect(0);
    for _ in 0..4 {
        sandbox.run(&["run", "in", "--full-refresh"]).expect(0);
    }
    sandbox.assert_laws();
}

#[test]
fn a_dry_run_commits_nothing() {
    let sandbox = Sandbox::new();
    sandbox.write("in/a.jsonl", feed(0..3) + "{\n");
    let ended = sandbox.run(&["run", "in", "--dry-run"]).expect(3);
    assert!(ended.stderr.contains("dry run, nothing committed: 4 records"), "{}", ended.stderr);
    assert_eq!(sandbox.manifests().len(), 0);
    let left: Vec<String> = files(&sandbox.path("output")).into_keys().collect();
    assert!(left.iter().all(|path| path.starts_with("_state/")), "{left:?}");
    sandbox.run(&["run", "in"]).expect(3);
    assert_eq!(sandbox.manifests().len(), 1);
}

#[test]
fn another_config_reads_everything_again() {
    let sandbox = Sandbox::new();
    sandbox.write("in/a.jsonl", feed(0..3));
    sandbox.run(&["run", "in"]).expect(0);
    sandbox.run(&["run", "in", "--set", "label.min_article_units=30"]).expect(0);
    let manifests = sandbox.manifests();
    assert_eq!(manifests.len(), 2);
    assert_ne!(manifests[0].config_hash, manifests[1].config_hash);
    assert_eq!((manifests[1].counts.n_records, manifests[1].counts.n_duplicates), (3, 3));
    // Where rows do not change, the config is the same.
    sandbox.run(&["run", "in", "--set", "limits.max_reject_share=0.5", "--jobs", "1"]).expect(0);
    assert_eq!(sandbox.manifests().len(), 2);
    sandbox.assert_laws();
}

#[test]
fn flagged_duplicates_stay() {
    let sandbox = Sandbox::new();
    sandbox.write("in/a.jsonl", json_line("one", &article(1)) + &json_line("two", &article(1)));
    sandbox.run(&["run", "in", "--set", "dedup.action=flag"]).expect(0);
    assert_eq!(sandbox.column(Table::Articles, "dup_of"), ["", "one"]);
    assert_eq!(sandbox.column(Table::Articles, "dup_cluster_size"), ["2", "2"]);
    assert_eq!(sandbox.column(Table::Duplicates, "dropped"), ["false"]);
    sandbox.assert_laws();
}
