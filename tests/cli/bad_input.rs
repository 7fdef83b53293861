//! Bad input never stops a run: it becomes a row of `rejects`.

use std::fs::{self, File};
use std::io::{Seek, SeekFrom, Write};

use newsieve::table::Table;

use crate::support::{Sandbox, article, feed, json_line};

fn pair(path: &str, reason: &str) -> (String, String) {
    (path.to_owned(), reason.to_owned())
}

#[test]
fn bad_files_become_rejects() {
    let sandbox = Sandbox::new();
    sandbox.write("in/good.txt", article(1));
    sandbox.write("in/empty.txt", "");
    sandbox.write("in/blank.txt", " \n\u{feff}\t\r\n");
    sandbox.write("in/binary.txt", (0..4000_u32).map(|n| (n * 7 % 32) as u8).collect::<Vec<_>>());
    sandbox.write("in/empty.jsonl", "");
    sandbox.write("in/utf16.jsonl", b"\xff\xfe{\0}\0");
    sandbox.write("in/document.json", "[\n  {\"text\": \"one\"}\n]\n");
    sandbox.write("in/cut.txt.zst", b"\x28\xb5\x2f\xfd\x04");
    sandbox.write("in/passed-over.pdf", "not read");
    let ended = sandbox.run(&["run", "in"]).expect(3);
    assert!(ended.stderr.contains("`cut.txt.zst`"), "{}", ended.stderr);
    let mut reasons = sandbox.reasons();
    reasons.sort();
    assert_eq!(
        reasons,
        [
            pair("binary.txt", "binary"),
            pair("blank.txt", "empty"),
            pair("cut.txt.zst", "damaged_container"),
            pair("document.json", "bad_json"),
            pair("empty.txt", "empty"),
            pair("utf16.jsonl", "undecodable"),
        ]
    );
    assert_eq!(sandbox.column(Table::Articles, "file_path"), ["good.txt"]);
    sandbox.assert_laws();
}

#[test]
fn bad_lines_become_rejects_and_the_others_are_read() {
    let sandbox = Sandbox::new();
    let deep = format!("{{\"text\": \"x\", \"deep\": {}{}}}\n", "[".repeat(50_000), "]".repeat(50_000));
    let mut lines = feed(0..40).into_bytes();
    for line in [
        "{\"text\": \"cut\n",
        "[1, 2]\n",
        "\n",
        "  \n",
        "{\"id\": \"m1\", \"body\": \"other name\"}\n",
        "{\"id\": \"m2\", \"text\": 7}\n",
        "{\"id\": \"m3\", \"text\": null}\n",
        "{\"id\": \"m4\", \"text\": \"\"}\n",
        &deep,
        &json_line("a7", "another record with the id of an earlier one"),
    ] {
        lines.extend_from_slice(line.as_bytes());
    }
    lines.extend_from_slice(b"{\"text\": \"\xff\xfe\x00\"}\n");
    lines.extend_from_slice(json_line("last", &article(77)).as_bytes());
    sandbox.write("in/feed.jsonl", &lines);
    sandbox.run(&["run", "in", "--set", "limits.max_reject_share=0.5"]).expect(0);
    let rows = sandbox.rows(Table::Rejects);
    let reasons: Vec<_> = rows.iter().map(|row| (row["record_no"].as_str(), row["reason"].as_str())).collect();
    assert_eq!(
        reasons,
        [
            ("40", "bad_json"),
            ("41", "bad_json"),
            ("44", "missing_text"),
            ("45", "missing_text"),
            ("46", "missing_text"),
            ("47", "empty"),
            ("48", "bad_json"),
            ("49", "duplicate_id"),
            ("50", "undecodable"),
        ]
    );
    assert!(rows[2]["detail"].contains("--text-field"), "{:#?}", rows[2]);
    assert!(rows.iter().all(|row| row.get("excerpt").is_none_or(|text| text.chars().count() <= 500)));
    assert!(sandbox.column(Table::Articles, "id").contains(&"last".to_owned()));
    sandbox.assert_laws();
}

/// The lines are holes in a file, so that neither the disk nor the test is slow.
#[test]
fn a_line_of_200_megabytes_is_refused_without_being_held() {
    const LENGTH: u64 = 200_000_000;
    let sandbox = Sandbox::new();
    fs::create_dir(sandbox.path("in")).unwrap();
    File::create(sandbox.path("in/line.txt")).unwrap().set_len(LENGTH).unwrap();
    let mut feed = File::create(sandbox.path("in/line.jsonl")).unwrap();
    feed.set_len(LENGTH).unwrap();
    feed.seek(SeekFrom::End(0)).unwrap();
    feed.write_all(format!("\n{}", json_line("after", &article(5))).as_bytes()).unwrap();
    sandbox.run(&["run", "in", "--set", "limits.max_reject_share=1"]).expect(0);
    assert_eq!(sandbox.reasons(), [pair("line.jsonl", "too_large"), pair("line.txt", "too_large")]);
    assert!(sandbox.rows(Table::Rejects)[0]["detail"].contains("limits.max_record_bytes"));
    assert_eq!(sandbox.column(Table::Articles, "id"), ["after"]);
    let peak: u64 = sandbox.column(Table::Runs, "peak_rss_bytes")[0].parse().unwrap_or_default();
    assert!(peak < LENGTH, "{peak} bytes of memory");
    sandbox.assert_laws();
}

#[test]
fn text_that_is_not_utf8_is_decoded_or_refused_but_never_lost() {
    let sandbox = Sandbox::new();
    let latin: Vec<u8> = article(3).replace("village", "aldeia São João").chars().map(|c| c as u8).collect();
    sandbox.write("in/latin.txt", &latin);
    let mut mixed = article(4).into_bytes();
    mixed.extend_from_slice("\n\nMột câu tiếng Việt và một byte lạ: ".as_bytes());
    mixed.extend_from_slice(b"\xff\xc3\x28.");
    sandbox.write("in/mixed.txt", &mixed);
    sandbox.run(&["run", "in"]).expect(0);
    let articles = sandbox.rows(Table::Articles);
    let latin = articles.iter().find(|row| row["file_path"] == "latin.txt").unwrap();
    assert!(latin["text"].contains("São João"), "{latin:#?}");
    assert_eq!(articles.len() + sandbox.reasons().len(), 2);
    sandbox.assert_laws();
}

#[cfg(unix)]
#[test]
fn what_cannot_be_read_or_named_becomes_a_reject() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};

    let sandbox = Sandbox::new();
    sandbox.write("in/good.txt", article(1));
    sandbox.write("in/tiếng việt 中文/tên dài.txt", article(2));
    symlink("nowhere", sandbox.path("in/gone.txt")).unwrap();
    symlink(".", sandbox.path("in/loop")).unwrap();
    fs::write(sandbox.path("in").join(OsStr::from_bytes(b"bad\xff.txt")), article(3)).unwrap();
    let secret = sandbox.write("in/secret.txt", article(4));
    fs::set_permissions(&secret, fs::Permissions::from_mode(0o000)).unwrap();
    let is_secret = File::open(&secret).is_err();
    let ended = sandbox.run(&["run", "in", "--set", "limits.max_reject_share=1"]).expect(3);
    assert!(ended.stderr.contains("`gone.txt`"), "{}", ended.stderr);
    let mut expected = vec![pair("bad%FF.txt", "file_name"), pair("gone.txt", "unreadable")];
    if is_secret {
        // root reads everything.
        expected.push(pair("secret.txt", "unreadable"));
    }
    let mut reasons = sandbox.reasons();
    reasons.sort();
    assert_eq!(reasons, expected);
    assert!(sandbox.column(Table::Articles, "file_path").contains(&"tiếng việt 中文/tên dài.txt".to_owned()));
    sandbox.assert_laws();
}

/// Found by hand: the manifests of the output were read as documents of the folder above it.
#[test]
fn the_output_inside_of_an_input_is_not_read() {
    let sandbox = Sandbox::new();
    sandbox.write("a.txt", article(1));
    sandbox.run(&["run", "."]).expect(0);
    let again = sandbox.run(&["run", "."]).expect(0);
    assert!(again.stderr.contains("nothing new"), "{}", again.stderr);
    let inside = sandbox.run(&["run", "output/_commits"]).expect(2);
    assert!(inside.stderr.contains("lies in the output folder"), "{}", inside.stderr);
}

/// Records that broke something once, each alone: the run ends, and every line of them has a segment.
#[test]
fn odd_records_are_survived() {
    let sandbox = Sandbox::new();
    let odd = [
        "\n".repeat(100_000),
        "x\n".repeat(20_000),
        format!("a{}", "\u{301}".repeat(50_000)),
        "\u{202e}\u{feff}\u{0}\u{7f}".repeat(100),
        "📷".repeat(1000),
        "-".repeat(100_000),
        "12/10/".repeat(10_000),
        " | ".repeat(20_000),
        "\r\r\r".repeat(1000),
    ];
    for (number, text) in odd.iter().enumerate() {
        sandbox.write(&format!("in/{number}.jsonl"), json_line(&format!("odd{number}"), text));
    }
    sandbox.run(&["run", "in", "--set", "limits.max_reject_share=1"]).expect(0);
    let (numbers, ids) = (sandbox.column(Table::Segments, "line_no"), sandbox.column(Table::Segments, "id"));
    for (number, text) in odd.iter().enumerate() {
        let id = format!("odd{number}");
        let last = ids.iter().zip(&numbers).filter(|(found, _)| **found == id).map(|(_, line)| line).next_back();
        if let Some(last) = last {
            assert_eq!(*last, text.matches('\n').count().to_string(), "{id}");
        } else {
            assert!(sandbox.column(Table::Rejects, "reason").contains(&"binary".to_owned()), "{id}");
        }
    }
    sandbox.assert_laws();
}
