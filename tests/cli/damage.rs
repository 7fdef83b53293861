//! `verify` names every kind of damage in one clear sentence.

use std::fs;
use std::path::Path;

use newsieve::document::hash_hex;
use serde_json::Value;

use crate::support::{Sandbox, files, seeds};

const ARTICLES: &str = "articles/run=r1/part-00000.parquet";

/// What is done to an output, and what `verify` must say of it.
type Damage = (&'static str, fn(&Path), &'static str);

const DAMAGES: &[Damage] = &[
    ("a file deleted", |output| fs::remove_file(output.join(ARTICLES)).unwrap(), "part-00000.parquet` is missing"),
    ("a table's folder deleted", |output| fs::remove_dir_all(output.join("segments")).unwrap(), "is missing"),
    ("a file cut", |output| change_file(output, |bytes| bytes.truncate(bytes.len() / 2)), "bytes, the manifest says"),
    ("a file emptied", |output| change_file(output, Vec::clear), "has 0 bytes, the manifest says"),
    (
        "a byte flipped",
        |output| {
            change_file(output, |bytes| {
                let middle = bytes.len() / 2;
                bytes[middle] ^= 1;
            });
        },
        "is not the file that was committed",
    ),
    (
        "a count changed",
        |output| change_manifest(output, |manifest| manifest["counts"]["n_articles"] = 7.into()),
        "the manifest says n_articles = 7, its row in runs says",
    ),
    (
        "a number of rows changed",
        |output| change_manifest(output, |manifest| entry(manifest, "articles")["rows"] = 7.into()),
        "rows, the manifest says 7",
    ),
    (
        "a table missing",
        |output| {
            change_manifest(output, |manifest| {
                manifest["files"].as_array_mut().unwrap().retain(|file| file["table"] != "related");
            });
        },
        "names no file of the table related",
    ),
    (
        "a file named twice",
        |output| {
            change_manifest(output, |manifest| {
                let twice = entry(manifest, "related").clone();
                manifest["files"].as_array_mut().unwrap().push(twice);
            });
        },
        "is named twice",
    ),
    (
        "an extra file",
        |output| fs::write(output.join("articles/run=r1/part-00001.parquet"), "x").unwrap(),
        "part-00001.parquet` is named by no manifest",
    ),
    ("a manifest that is no JSON", |output| fs::write(manifest(output), "{\"run_id\": ").unwrap(), "is not JSON"),
    (
        "a manifest of another version",
        |output| change_manifest(output, |manifest| manifest["format_version"] = 99.into()),
        "format version 99",
    ),
    (
        "a manifest that lacks a key",
        |output| change_manifest(output, |manifest| drop(manifest.as_object_mut().unwrap().remove("inputs"))),
        "is not complete",
    ),
    (
        "a manifest that points outside",
        |output| change_manifest(output, |manifest| entry(manifest, "related")["path"] = "../../etc/passwd".into()),
        "`../../etc/passwd`",
    ),
    ("a table's file in another's place", swap_tables, "it must be `"),
];

fn manifest(output: &Path) -> std::path::PathBuf {
    output.join("_commits/r1.json")
}

fn change_file(output: &Path, change: impl FnOnce(&mut Vec<u8>)) {
    let path = output.join(ARTICLES);
    let mut bytes = fs::read(&path).unwrap();
    change(&mut bytes);
    fs::write(path, bytes).unwrap();
}

fn change_manifest(output: &Path, change: impl FnOnce(&mut Value)) {
    let mut value: Value = serde_json::from_slice(&fs::read(manifest(output)).unwrap()).unwrap();
    change(&mut value);
    fs::write(manifest(output), value.to_string()).unwrap();
}

fn entry<'a>(manifest: &'a mut Value, table: &str) -> &'a mut Value {
    manifest["files"].as_array_mut().unwrap().iter_mut().find(|file| file["table"] == table).unwrap()
}

/// The manifest is made to agree, so that only the columns tell.
fn swap_tables(output: &Path) {
    let bytes = fs::read(output.join("related/run=r1/part-00000.parquet")).unwrap();
    fs::write(output.join(ARTICLES), &bytes).unwrap();
    change_manifest(output, |manifest| {
        let rows = entry(manifest, "related")["rows"].clone();
        let file = entry(manifest, "articles");
        file["bytes"] = bytes.len().into();
        file["hash"] = hash_hex(&bytes).into();
        file["rows"] = rows;
    });
}

#[test]
fn every_kind_of_damage_is_named() {
    let sandbox = Sandbox::new();
    sandbox.run(&["run", seeds().to_str().unwrap(), "--run-id", "r1"]).expect(0);
    let good = files(&sandbox.path("output"));
    for (number, (what, damage, sentence)) in DAMAGES.iter().enumerate() {
        let name = format!("damaged{number}");
        for (path, bytes) in &good {
            sandbox.write(&format!("{name}/{path}"), bytes);
        }
        damage(&sandbox.path(&name));
        let ended = sandbox.run(&["verify", "-o", &name]);
        assert_eq!(ended.code, Some(1), "{what}: {ended:#?}");
        assert!(ended.stdout.contains(sentence), "{what}: {ended:#?}");
        assert!(ended.stdout.lines().all(|line| line.len() > 20 && line.contains('`')), "{what}: {ended:#?}");
        let number = ended.stdout.lines().count();
        let verb = if number == 1 { "promise does" } else { "promises do" };
        assert!(ended.stderr.contains(&format!("{number} {verb} not hold for `{name}`")), "{what}: {ended:#?}");
    }
}

/// A run must not be lost in damage of an earlier one: nothing is swept, nothing is written.
#[test]
fn a_run_into_a_damaged_output_ends_with_1_and_removes_nothing() {
    let sandbox = Sandbox::new();
    sandbox.run(&["run", seeds().to_str().unwrap(), "--run-id", "r1"]).expect(0);
    fs::write(sandbox.path("output/_commits/r1.json"), "{").unwrap();
    let before = files(&sandbox.path("output"));
    let ended = sandbox.run(&["run", seeds().join("en").to_str().unwrap()]).expect(1);
    assert!(ended.stderr.contains("is not JSON"), "{}", ended.stderr);
    assert!(before == files(&sandbox.path("output")));
}
