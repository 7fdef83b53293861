use super::*;
use crate::config::check::Allowed;
use crate::config::{DedupAction, Preset};

fn config_error(file: Option<&str>, sets: &[&str]) -> String {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("my.toml");
    if let Some(text) = file {
        fs::write(&path, text).unwrap();
    }
    let sets: Vec<String> = sets.iter().map(|set| (*set).to_owned()).collect();
    let error = load(file.map(|_| path.as_path()), &sets, &[]).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    error.to_string().replace(&path.display().to_string(), "my.toml")
}

fn with_sets(sets: &[&str]) -> Effective {
    let sets: Vec<String> = sets.iter().map(|set| (*set).to_owned()).collect();
    load(None, &sets, &[]).unwrap()
}

#[test]
fn the_defaults_are_valid_and_complete() {
    let effective = load(None, &[], &[]).unwrap();
    let keys: Vec<&str> = KEYS.iter().map(|(key, _)| *key).collect();
    let mut sorted = keys.clone();
    sorted.sort_unstable();
    assert_eq!(effective.origins.keys().map(String::as_str).collect::<Vec<_>>(), sorted);
    assert!(effective.origins.values().all(|origin| origin == "default"));
}

/// The comment above a key in default.toml says the same as the check.
#[test]
fn the_comments_tell_the_ranges() {
    let (mut section, mut comment) = (String::new(), String::new());
    for line in DEFAULT_TOML.lines() {
        if let Some(name) = line.strip_prefix('[') {
            section = name.trim_end_matches(']').to_owned();
        } else if let Some(words) = line.strip_prefix('#') {
            comment.push_str(words);
        } else if let Some((name, _)) = line.split_once(" = ") {
            let key = format!("{section}.{name}");
            let allowed = KEYS.iter().find(|(known, _)| *known == key).unwrap_or_else(|| panic!("{key}")).1;
            let expected = match allowed {
                Allowed::Integer(least, most) => format!("Range: {least} to {most}."),
                Allowed::Number(least, most) => format!("Range: {least} to {most}."),
                Allowed::OneOf(words) => words.join(" | "),
                _ => String::new(),
            };
            assert!(comment.contains(&expected), "{key}: {expected}");
            comment.clear();
        } else {
            comment.clear();
        }
    }
}

#[test]
fn later_layers_win_and_leave_their_names() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("my.toml");
    fs::write(&path, "[label]\npreset = \"recall\"\nmin_repeat_units = 9\n[dedup]\naction = \"flag\"\n").unwrap();
    let sets = ["label.preset=precision".to_owned(), "input.ignore=[]".to_owned()];
    let flags = [("input.text_field", Value::String("body".to_owned()), "--text-field")];
    let effective = load(Some(&path), &sets, &flags).unwrap();
    assert_eq!(effective.config.label.preset, Preset::Precision);
    assert_eq!(effective.config.label.min_repeat_units, 9);
    assert_eq!(effective.config.dedup.action, DedupAction::Flag);
    assert_eq!(effective.config.input.text_field, "body");
    assert!(effective.config.input.ignore.is_empty());
    let origin = |key: &str| effective.origins[key].clone();
    assert_eq!(origin("label.preset"), "--set");
    assert_eq!(origin("dedup.action"), format!("file {}", path.display()));
    assert_eq!(origin("input.text_field"), "--text-field");
    assert_eq!(origin("input.id_field"), "default");
}

#[test]
fn set_reads_toml_and_else_a_plain_string() {
    let config = with_sets(&[
        "input.text_field=my field",
        "input.id_field=\"quoted\"",
        "limits.max_reject_share=1",
        "decode.max_control_share=0.5",
        "decode.repair_mojibake=false",
        "input.paths=[\"a\", \"b\"]",
        "fields.as_of=2024-10-05",
        "input.url_field=a=b",
        "input.date_field=x\ny = 1",
    ])
    .config;
    assert_eq!(config.input.text_field, "my field");
    assert_eq!(config.input.id_field, "quoted");
    assert!((config.limits.max_reject_share - 1.0).abs() < 1e-9);
    assert!(!config.decode.repair_mojibake);
    assert_eq!(config.input.paths, ["a", "b"]);
    assert_eq!(config.fields.as_of, "2024-10-05");
    assert_eq!(config.input.url_field, "a=b");
    assert_eq!(config.input.date_field, "x\ny = 1");
}

#[test]
fn what_is_wrong_is_named() {
    for (file, sets, expected) in [
        (
            None,
            &["label.prest=recall"][..],
            "unknown key `label.prest` (from --set); the nearest known key is `label.preset`",
        ),
        (
            None,
            &["label.preset=best"],
            "`label.preset` (from --set) is \"best\"; allowed: recall | balanced | precision",
        ),
        (None, &["table.zstd_level=20"], "`table.zstd_level` (from --set) is 20; allowed: a whole number from 1 to 19"),
        (None, &["input.text_field=7"], "`input.text_field` (from --set) is 7; allowed: a text that is not empty"),
        (None, &["label.preset"], "`--set label.preset` has no `=`; write `--set key=value`"),
        (None, &["label=3"], "`label` (from --set) is a section; write `[label]` and its keys"),
        (
            Some("preset = \"recall\""),
            &[],
            "unknown key `preset` (from file my.toml); the nearest known key is `label.preset`",
        ),
        (Some("[labels]"), &[], "unknown key `labels` (from file my.toml); the nearest known key is `label.preset`"),
        (
            Some("[dedup]\naction.x = 1"),
            &[],
            "unknown key `dedup.action.x` (from file my.toml); the nearest known key is `dedup.action`",
        ),
    ] {
        assert_eq!(config_error(file, sets), expected);
    }
    let message = config_error(Some("[label\n"), &[]);
    assert!(message.starts_with("the config file `my.toml` is not valid TOML: "), "{message}");
    let error = load(Some(Path::new("no/such.toml")), &[], &[]).unwrap_err();
    assert!(error.exit_code() == 2 && error.to_string().contains("`no/such.toml`"), "{error}");
}

#[test]
fn the_hash_covers_what_changes_a_row() {
    let base = with_sets(&[]).config_hash;
    assert_eq!(base.len(), 32);
    for set in ["input.paths=[\"x\"]", "table.zstd_level=9", "limits.max_reject_share=1"] {
        assert_eq!(with_sets(&[set]).config_hash, base, "{set}");
    }
    for set in ["label.preset=recall", "input.text_field=x", "limits.max_record_bytes=2048", "fields.as_of=2024-01-01"]
    {
        assert_ne!(with_sets(&[set]).config_hash, base, "{set}");
    }
    assert_eq!(with_sets(&["label.preset=balanced"]).config_hash, base);
}

#[test]
fn lexicons_are_read_in_order_and_hashed() {
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("my.toml");
    fs::write(&config, "[lexicon]\ndir = \"words\"\n").unwrap();
    assert!(load(Some(&config), &[], &[]).unwrap_err().to_string().contains("`lexicon.dir`"));
    let words = dir.path().join("words");
    fs::create_dir(&words).unwrap();
    fs::write(words.join("b.toml"), "language = \"b\"").unwrap();
    fs::write(words.join("a.toml"), "language = \"a\"\n[headings]\nrelated = [\"x\"]").unwrap();
    fs::write(words.join("note.md"), "no lexicon").unwrap();
    let effective = load(Some(&config), &[], &[]).unwrap();
    let languages: Vec<_> = effective.lexicon_overlays.iter().map(|lexicon| lexicon.language.as_str()).collect();
    assert_eq!(languages, ["a", "b"]);
    let moved = [format!("lexicon.dir={:?}", words.display().to_string())];
    assert_eq!(load(None, &moved, &[]).unwrap().config_hash, effective.config_hash, "the path does not count");
    fs::write(words.join("b.toml"), "language = \"c\"").unwrap();
    assert_ne!(load(Some(&config), &[], &[]).unwrap().config_hash, effective.config_hash);
    fs::write(words.join("b.toml"), "[headings]\nrelate = []").unwrap();
    let message = load(Some(&config), &[], &[]).unwrap_err().to_string();
    assert!(message.contains("b.toml") && message.contains("`relate`"), "{message}");
}

#[test]
fn the_annotated_toml_reads_back() {
    let effective = with_sets(&["label.preset=recall", "label.precision_min_confidence=0.6"]);
    let text = effective.to_annotated_toml().unwrap();
    assert!(text.contains("preset = \"recall\"  # from --set\n"), "{text}");
    assert!(text.contains("precision_min_confidence = 0.6  # from --set\n"), "{text}");
    assert!(text.contains("zstd_level = 3  # from default\n"), "{text}");
    let again: Config = toml::from_str(&text).unwrap();
    assert_eq!(again, effective.config);
}
