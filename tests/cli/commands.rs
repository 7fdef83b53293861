//! The small commands, and what stands on which stream.

use std::fs;
use std::io::Write;
use std::path::Path;

use serde_json::Value;

use crate::support::{Sandbox, article, ended, feed};

const COMMANDS: [&str; 11] =
    ["run", "explain", "report", "verify", "reindex", "eval", "train", "schema", "config", "completions", "man"];

#[test]
fn help_names_every_command() {
    let sandbox = Sandbox::new();
    let help = sandbox.run(&["--help"]).expect(0).stdout;
    for command in COMMANDS {
        assert!(help.lines().any(|line| line.trim_start().starts_with(&format!("{command} "))), "{command}\n{help}");
        let own = sandbox.run(&[command, "--help"]).expect(0).stdout;
        assert!(own.contains("Usage: newsieve") && own.contains("Example"), "{command}\n{own}");
    }
    assert!(help.contains("75") && help.contains("--output"));
    assert!(sandbox.run(&["--version"]).expect(0).stdout.starts_with("newsieve "));
}

#[test]
fn the_shown_config_is_valid_and_says_where_values_come_from() {
    let sandbox = Sandbox::new();
    sandbox.write("my.toml", "[label]\npreset = \"recall\"\n");
    let plain = sandbox.run(&["config"]).expect(0).stdout;
    assert_eq!(plain, sandbox.run(&["config", "show"]).expect(0).stdout);
    let shown = sandbox
        .run(&["config", "show", "-c", "my.toml", "--set", "dedup.action=flag", "--text-field", "content"])
        .expect(0)
        .stdout;
    for line in [
        "preset = \"recall\"  # from file my.toml",
        "action = \"flag\"  # from --set",
        "text_field = \"content\"  # from --text-field",
        "zstd_level = 3  # from default",
    ] {
        assert!(shown.lines().any(|found| found == line), "{line}\n{shown}");
    }
    sandbox.write("full.toml", shown);
    let checked = sandbox.run(&["config", "check", "full.toml"]).expect(0);
    assert!(checked.stderr.contains("is valid"), "{}", checked.stderr);
    sandbox.write("bad.toml", "[dedup]\nacton = \"flag\"\n");
    for arguments in [&["config", "check", "bad.toml"][..], &["config", "check", "-c", "bad.toml"]] {
        let refused = sandbox.run(arguments).expect(2);
        assert!(refused.stderr.contains("`dedup.action`"), "{}", refused.stderr);
    }
    sandbox.run(&["config", "check", "--set", "label.preset=bold"]).expect(2);
    sandbox.run(&["config", "check"]).expect(2);
}

/// Columns may be added to the contract's tables, never renamed, retyped or moved without notice: a change shows here.
#[test]
fn the_schema_equals_its_snapshot() {
    let sandbox = Sandbox::new();
    let schema = sandbox.run(&["schema", "--format", "json"]).expect(0).stdout;
    let snapshot = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/schema.json");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        fs::write(&snapshot, &schema).unwrap();
    }
    let expected = fs::read_to_string(&snapshot).unwrap();
    assert!(
        schema == expected,
        "`newsieve schema --format json` is not tests/schema.json; if the change is meant, set UPDATE_SNAPSHOTS=1 and test again"
    );
    let value: Value = serde_json::from_str(&schema).unwrap();
    let names = value["tables"].as_array().unwrap().iter().map(|table| table["table"].as_str().unwrap().to_owned());
    let names: Vec<String> = names.collect();
    assert_eq!(names.len(), newsieve::table::Table::ALL.len());
    for name in names {
        assert!(sandbox.run(&["schema", &name]).expect(0).stdout.contains("run_id"), "{name}");
        let markdown = sandbox.run(&["schema", &name, "--format", "markdown"]).expect(0).stdout;
        assert!(markdown.contains('|'), "{name}\n{markdown}");
    }
}

#[test]
fn completions_and_man_page_know_every_command() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "zsh", "fish"] {
        let script = sandbox.run(&["completions", shell]).expect(0).stdout;
        assert!(COMMANDS.iter().all(|command| script.contains(command)), "{shell}");
    }
    let page = sandbox.run(&["man"]).expect(0).stdout;
    assert!(page.starts_with(".ie") || page.contains(".TH"), "{}", &page[..200]);
    assert!(COMMANDS.iter().all(|command| page.contains(command)));
}

#[test]
fn quiet_is_silent_on_success() {
    let sandbox = Sandbox::new();
    sandbox.write("in/feed.jsonl", feed(0..3));
    for arguments in [&["run", "in", "-q"][..], &["-q", "run", "in"], &["verify", "--deep", "-q"]] {
        let ended = sandbox.run(arguments).expect(0);
        assert_eq!((ended.stdout.as_str(), ended.stderr.as_str()), ("", ""), "{arguments:?}");
    }
    // Errors are heard.
    assert!(sandbox.run(&["run", "nowhere", "-q"]).expect(2).stderr.contains("nowhere"));
}

#[test]
fn json_messages_are_one_object_a_line() {
    let sandbox = Sandbox::new();
    sandbox.write("in/feed.jsonl", feed(0..3) + "{\n{\n");
    for arguments in [
        &["run", "in", "--log-format", "json", "-vv"][..],
        &["run", "in", "--log-format", "json"],
        &["verify", "--log-format", "json"],
        &["run", "nowhere", "--log-format", "json"],
    ] {
        let ended = sandbox.run(arguments);
        assert!(!ended.stderr.is_empty(), "{arguments:?}");
        for line in ended.stderr.lines() {
            let value: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            assert!(value["level"].is_string() && value["message"].is_string(), "{line}");
        }
        if let Some(line) = ended.stderr.lines().find(|line| line.contains("run finished")) {
            let value: Value = serde_json::from_str(line).unwrap();
            assert!(value["n_records"].is_number() && value["committed"].is_boolean(), "{line}");
        }
    }
}

#[test]
fn without_a_terminal_nothing_is_coloured() {
    let sandbox = Sandbox::new();
    sandbox.write("in/a.txt", article(1));
    for arguments in [&["run", "in", "--progress", "always"][..], &["report"], &["explain", "in/a.txt"], &["--help"]] {
        let ended = ended(sandbox.command(arguments).env("NO_COLOR", "1").env("CLICOLOR_FORCE", "1")).expect(0);
        assert!(!ended.stdout.contains('\u{1b}') && !ended.stderr.contains('\u{1b}'), "{arguments:?}");
    }
}

#[test]
fn the_report_tells_what_the_run_did() {
    let sandbox = Sandbox::new();
    sandbox.write("in/feed.jsonl", feed(0..3) + "{\n");
    sandbox.run(&["run", "in", "--run-id", "r1", "--set", "limits.max_reject_share=0.5"]).expect(0);
    let ended = sandbox.run(&["report"]).expect(0);
    assert!(ended.stderr.is_empty(), "{}", ended.stderr);
    for words in ["r1", "articles", "bad_json", "en "] {
        assert!(ended.stdout.contains(words), "{words}\n{}", ended.stdout);
    }
}

#[test]
fn the_report_as_a_page_is_one_file() {
    let sandbox = Sandbox::new();
    sandbox.write("in/feed.jsonl", feed(0..3) + "{\n");
    sandbox.run(&["run", "in", "--run-id", "r1", "--set", "limits.max_reject_share=0.1"]).expect(3);
    let ended = sandbox.run(&["report", "--html", "page.html"]).expect(0);
    assert!(ended.stdout.is_empty() && ended.stderr.contains("page.html"), "{ended:?}");
    let page = fs::read_to_string(sandbox.path("page.html")).unwrap();
    assert!(page.starts_with("<!doctype html>") && page.trim_end().ends_with("</html>"), "{page}");
    for words in ["r1", "bad_json", "limits.max_reject_share", "<svg"] {
        assert!(page.contains(words), "{words}\n{page}");
    }
    let quiet = sandbox.run(&["report", "--html", "page.html", "-q"]).expect(0);
    assert_eq!((quiet.stdout.as_str(), quiet.stderr.as_str()), ("", ""));
    assert_eq!(sandbox.run(&["report", "--html", "-"]).expect(0).stdout, page);
    let refused = sandbox.run(&["report", "--html", "nowhere/page.html"]).expect(1);
    assert!(refused.stderr.contains("nowhere/page.html"), "{}", refused.stderr);
}

/// One labelled record of two paragraphs and a line of menu.
fn gold() -> String {
    let text = format!("Home | World | Sport\n{}", article(1));
    let labels: Vec<&str> = text
        .split('\n')
        .enumerate()
        .map(|(number, line)| match (number, line.trim()) {
            (_, "") => "blank",
            (0, _) => "noise",
            (1, _) => "title",
            _ => "body",
        })
        .collect();
    let body: Vec<&str> = text.split('\n').zip(&labels).filter(|(_, label)| **label == "body").map(|it| it.0).collect();
    let row = serde_json::json!({
        "id": "a", "variant": "page", "lang": "en", "raw_text": text, "labels": labels, "gold_body": body.join("\n"),
    });
    row.to_string() + "\n"
}

#[test]
fn eval_scores_labelled_records_and_holds_floors() {
    let sandbox = Sandbox::new();
    sandbox.write("gold.jsonl", gold());
    let report = sandbox.run(&["eval", "gold.jsonl"]).expect(0).stdout;
    assert!(report.contains("page") && report.contains("macro text F1 1.0000"), "{report}");
    sandbox.write("low.toml", "[sets.page]\ntext_f1 = 0.9\nlanguage = { en = 0.9 }\n");
    sandbox.run(&["eval", "gold.jsonl", "--floors", "low.toml"]).expect(0);
    sandbox.write("absent.toml", "[sets.wide]\ntext_f1 = 0.9\n");
    let missed = sandbox.run(&["eval", "gold.jsonl", "--floors", "absent.toml"]).expect(1).stderr;
    assert!(missed.contains("text F1 of wide is not measured, the floor is 0.9"), "{missed}");
}

#[test]
fn eval_names_what_is_wrong_with_gold_and_floors() {
    let sandbox = Sandbox::new();
    sandbox.write("gold.jsonl", gold());
    sandbox.write("short.jsonl", "{\"id\":\"a\",\"raw_text\":\"x\\ny\",\"labels\":[\"body\"]}\n");
    let ended = sandbox.run(&["eval", "short.jsonl"]).expect(2);
    assert!(ended.stderr.contains("short.jsonl: line 1: `labels` has 1 labels for 2 lines"), "{}", ended.stderr);
    sandbox.write("floors.toml", "[sets.page]\ntext = 1\n");
    let ended = sandbox.run(&["eval", "gold.jsonl", "--floors", "floors.toml"]).expect(2);
    assert!(ended.stderr.contains("floors.toml") && ended.stderr.contains("unknown field `text`"), "{}", ended.stderr);
    sandbox.run(&["eval", "absent.jsonl"]).expect(1);
    let ended = sandbox.run(&["train", ".", "--cross-validate"]).expect(2);
    assert!(ended.stderr.contains("dev.jsonl.gz"), "{}", ended.stderr);
}

/// The project's own labelled pages, in the form of a corpus folder.
fn corpus(sandbox: &Sandbox) {
    let pages = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/gold/pages.jsonl")).unwrap();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(&pages).unwrap();
    sandbox.write("corpus/dev.jsonl.gz", packed.finish().unwrap());
}

#[test]
fn the_same_records_train_the_same_model_on_any_number_of_threads() {
    let sandbox = Sandbox::new();
    corpus(&sandbox);
    let train = |threads: &str, to: &str| {
        let mut command = sandbox.command(&["train", "corpus", "--to", to]);
        ended(command.env("RAYON_NUM_THREADS", threads)).expect(0);
        newsieve::label::model::Model::load(&sandbox.path(to)).unwrap()
    };
    assert_eq!(train("1", "one.bin"), train("3", "three.bin"));
}
