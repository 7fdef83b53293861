//! Every form of input gives the same rows. The files of `tests/inputs` were written by the ordinary tool for each form
//! (`tests/inputs/make.py` says how).

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use newsieve::table::Table;

use crate::support::{Row, Sandbox, ended};

fn input(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/inputs").join(name)
}

fn named(name: &str) -> String {
    input(name).to_str().unwrap().to_owned()
}

/// Rows of a table without where they come from, in the order of ids.
fn rows(sandbox: &Sandbox, table: Table, beside: &[&str]) -> Vec<Row> {
    let mut rows = sandbox.rows(table);
    for row in &mut rows {
        row.retain(|column, _| {
            !["file_path", "record_no"].contains(&column.as_str()) && !beside.contains(&column.as_str())
        });
    }
    rows.sort();
    rows
}

const TABLES: [Table; 6] =
    [Table::Articles, Table::Segments, Table::Related, Table::Duplicates, Table::Mentions, Table::Rejects];

fn cleaned(inputs: &[&str]) -> Sandbox {
    let sandbox = Sandbox::new();
    let mut arguments = vec!["run", "--run-id", "r1"];
    arguments.extend(inputs);
    sandbox.run(&arguments).expect(0);
    sandbox
}

#[test]
fn every_container_gives_the_same_rows() {
    let expected = cleaned(&[&named("articles.jsonl")]);
    let articles = expected.rows(Table::Articles);
    assert_eq!(articles.len(), 5);
    assert!(articles.iter().all(|row| row.contains_key("url") && row.contains_key("crawl_date")), "{articles:#?}");
    for name in [
        "articles.jsonl.gz",
        "articles.jsonl.zst",
        "articles.jsonl.bz2",
        "articles.jsonl.xz",
        "articles.csv",
        "articles.tsv.xz",
        "pandas.parquet",
        "pyarrow.parquet",
        "articles.tar.gz",
        "articles.tar.zst",
        "articles.tar.xz",
        "articles.tar.bz2",
        "articles.zip",
        "streamed.zip",
        "nested.tar.gz",
        "parquet.tar",
    ] {
        let other = cleaned(&[&named(name)]);
        other.assert_laws();
        for table in TABLES {
            assert_eq!(rows(&other, table, &[]), rows(&expected, table, &[]), "{name}: {}", table.as_str());
        }
    }
}

#[test]
fn crawled_texts_have_the_columns_of_their_headers() {
    let expected = cleaned(&[&named("articles.jsonl")]);
    let wet = cleaned(&[&named("articles.warc.wet.gz")]);
    // The container knows no title; the page's own first line is one.
    for table in [Table::Articles, Table::Related, Table::Duplicates, Table::Rejects] {
        assert_eq!(rows(&wet, table, &[]), rows(&expected, table, &[]), "{}", table.as_str());
    }
    let numbers = wet.column(Table::Articles, "record_no");
    assert_eq!(numbers, ["1", "2", "3", "4", "5"], "the record warcinfo counts");
}

#[test]
fn pages_are_the_same_in_every_container() {
    let expected = cleaned(&[&named("pages.warc")]);
    let articles = expected.rows(Table::Articles);
    assert_eq!(articles.len(), 5);
    assert!(
        articles.iter().all(|row| row["encoding"] == "utf-8+html(main)" && row.contains_key("title")),
        "{articles:#?}"
    );
    let packed = cleaned(&[&named("pages.warc.gz")]);
    for table in TABLES {
        assert_eq!(rows(&packed, table, &[]), rows(&expected, table, &[]), "{}", table.as_str());
    }
    // Without the headers of the crawl there is neither address nor id, and the site's name behind a title is known by the address.
    let beside = ["id", "url", "domain", "crawl_date", "caller_id", "dup_cluster", "title", "language_score"];
    for name in ["pages.tar.xz", "pages.zip"] {
        let other = cleaned(&[&named(name)]);
        assert_eq!(rows(&other, Table::Articles, &beside), rows(&expected, Table::Articles, &beside), "{name}");
    }
}

#[test]
fn members_of_an_archive_are_files_of_their_own() {
    let sandbox = cleaned(&[&named("texts.tar"), &named("texts.zip")]);
    let paths = sandbox.column(Table::Articles, "file_path");
    // The archives have the same texts, so one of each pair is a duplicate.
    assert_eq!(paths.len(), 5);
    let mut dropped = sandbox.column(Table::Duplicates, "file_path");
    dropped.extend(paths);
    dropped.sort();
    assert_eq!(dropped[0], "texts.tar!00000000/texts/0.txt");
    // The order is that of the archive, and `zip` takes a folder as the file system gives it.
    assert!(dropped[9].starts_with("texts.zip!0000000") && dropped[9].contains("/texts/"), "{dropped:?}");
    let all = sandbox.column(Table::Segments, "id").into_iter().collect::<std::collections::BTreeSet<_>>();
    assert_eq!(all.len(), 10);
}

#[test]
fn standard_input_patterns_and_many_inputs_are_read() {
    let sandbox = Sandbox::new();
    for (name, format) in
        [("articles.jsonl.gz", None), ("articles.csv", None), ("articles.csv", Some("csv")), ("pyarrow.parquet", None)]
    {
        let mut arguments = vec!["run", "-", "-o", "piped", "--full-refresh"];
        arguments.extend(format.into_iter().flat_map(|format| ["--input-format", format]));
        let mut command = sandbox.command(&arguments);
        command.stdin(Stdio::from(File::open(input(name)).unwrap()));
        let told = ended(&mut command).expect(0).stderr;
        assert!(told.contains("5 records"), "{name}: {told}");
    }
    for folder in ["2024/a", "2024/b", "2025/a"] {
        sandbox
            .write(&format!("{folder}/x.txt"), crate::support::article(folder.len() + folder.as_bytes()[3] as usize));
    }
    sandbox.write("2024/b/y.dat", crate::support::article(77));
    sandbox.run(&["run", "2024/*", "202[5]/a/x.txt", "2024/b/*.dat", "--run-id", "r1"]).expect(0);
    let mut paths = sandbox.column(Table::Articles, "file_path");
    paths.extend(sandbox.column(Table::Duplicates, "file_path"));
    paths.sort();
    assert_eq!(paths, ["2025/a/x.txt", "a/x.txt", "b/x.txt", "y.dat"]);
    let wrong = sandbox.run(&["run", "nothing/*.txt"]).expect(2).stderr;
    assert!(wrong.contains("no file fits the input pattern `nothing/*.txt`"), "{wrong}");
    sandbox.run(&["run", "-", "-"]).expect(2);
}

#[test]
fn a_cut_container_keeps_what_came_before() {
    let sandbox = Sandbox::new();
    // One member by itself, so that something stands before the damage.
    for name in ["texts.tar", "texts.zip", "pages.warc", "articles.warc.wet.gz"] {
        let whole = std::fs::read(input(name)).unwrap();
        sandbox.write(name, &whole[..whole.len() / 2]);
        sandbox.run(&["run", name, "--full-refresh"]).expect(3);
        sandbox.assert_laws();
        assert!(!sandbox.rows(Table::Articles).is_empty(), "{name}");
        let reasons = sandbox.column(Table::Rejects, "reason");
        assert_eq!(reasons, ["damaged_container"], "{name}");
    }
}
