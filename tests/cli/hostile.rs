//! Damaged and hostile inputs: `docs/damaged-inputs.md` says what each gives, and is read here as the table of cases.

use std::io::Write;

use newsieve::table::Table;

use crate::support::{Sandbox, article, feed, json_line};

const TABLE: &str = include_str!("../../docs/damaged-inputs.md");

/// One line of the table.
struct Case<'a> {
    name: &'a str,
    exit: i32,
    articles: &'a str,
    rejects: String,
}

fn cases() -> Vec<Case<'static>> {
    let rows = TABLE.lines().filter(|line| line.starts_with("| `"));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [name, _, exit, articles, rejects] = cells[..] else { panic!("{row}") };
        Case { name: name.trim_matches('`'), exit: exit.parse().unwrap(), articles, rejects: rejects.replace('`', "") }
    })
    .collect()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = liblzma::write::XzEncoder::new(Vec::new(), 6);
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

/// A header and the data behind it.
fn tar_member(name: &str, kind: u8, data: &[u8]) -> Vec<u8> {
    let mut header = tar::Header::new_ustar();
    let bytes = header.as_mut_bytes();
    bytes[..name.len()].copy_from_slice(name.as_bytes());
    header.set_entry_type(tar::EntryType::new(kind));
    header.set_size(data.len() as u64);
    header.set_cksum();
    let mut member = header.as_bytes().to_vec();
    member.extend(data);
    member.resize(member.len().next_multiple_of(512), 0);
    member
}

fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let members = members.iter().flat_map(|(name, data)| tar_member(name, b'0', data));
    members.chain([0; 1024]).collect()
}

/// Little-endian numbers one behind the other; each is (value, bytes).
fn numbers(fields: &[(u64, usize)]) -> Vec<u8> {
    fields.iter().flat_map(|(value, size)| value.to_le_bytes()[..*size].to_vec()).collect()
}

/// Stored members: (name, data, flags, method), with a directory at the end.
fn zip(members: &[(&str, &[u8], u64, u64)]) -> Vec<u8> {
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (name, data, flags, method) in members {
        let mut sum = flate2::Crc::new();
        sum.update(data);
        let size = data.len() as u64;
        let common = [
            (20, 2),
            (*flags, 2),
            (*method, 2),
            (0, 4),
            (u64::from(sum.sum()), 4),
            (size, 4),
            (size, 4),
            (name.len() as u64, 2),
            (0, 2),
        ];
        directory.extend(numbers(&[(0x0201_4b50, 4), (20, 2)]));
        directory.extend(numbers(&common));
        directory.extend(numbers(&[(0, 2), (0, 2), (0, 2), (0, 4), (bytes.len() as u64, 4)]));
        directory.extend(name.as_bytes());
        bytes.extend(numbers(&[(0x0403_4b50, 4)]));
        bytes.extend(numbers(&common));
        bytes.extend(name.as_bytes());
        bytes.extend(*data);
    }
    let (at, count) = (bytes.len() as u64, members.len() as u64);
    let end =
        numbers(&[(0x0605_4b50, 4), (0, 4), (count, 2), (count, 2), (directory.len() as u64, 4), (at, 4), (0, 2)]);
    [bytes, directory, end].concat()
}

fn warc_record(kind: &str, length: &str, block: &str) -> String {
    format!(
        "WARC/1.0\r\nWARC-Type: {kind}\r\nContent-Type: text/plain\r\nContent-Length: {length}\r\n\r\n{block}\r\n\r\n"
    )
}

fn wet(numbers: std::ops::Range<usize>) -> String {
    let record = |number| {
        let text = article(number);
        warc_record("conversion", &text.len().to_string(), &text)
    };
    numbers.map(record).collect()
}

fn csv(numbers: std::ops::Range<usize>) -> String {
    let rows = numbers.map(|number| format!("a{number},\"{}\"\n", article(number)));
    ["id,text\n".to_owned()].into_iter().chain(rows).collect()
}

fn sample(name: &str) -> Vec<u8> {
    std::fs::read(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/inputs").join(name)).unwrap()
}

fn cut(bytes: &[u8], share: f64) -> Vec<u8> {
    bytes[..(bytes.len() as f64 * share) as usize].to_vec()
}

fn changed(mut bytes: Vec<u8>, at: usize, by: u8) -> Vec<u8> {
    bytes[at] ^= by;
    bytes
}

/// The file of a case: its name, its bytes, and what is set for it.
fn build(name: &str) -> (&'static str, Vec<u8>, &'static [&'static str]) {
    let lines = feed(0..40);
    let [a, b, c] = [article(1), article(2), article(3)];
    let (a, b, c) = (a.as_bytes(), b.as_bytes(), c.as_bytes());
    let three = [("a.txt", a), ("b.txt", b), ("c.txt", c)];
    let stored: Vec<(&str, &[u8], u64, u64)> = three.iter().map(|(name, data)| (*name, *data, 0, 0)).collect();
    match name {
        "gzip-cut" => ("a.jsonl.gz", cut(&gzip(lines.as_bytes()), 0.75), &[]),
        "gzip-changed" => {
            let bytes = gzip(lines.as_bytes());
            let middle = bytes.len() / 2;
            ("a.jsonl.gz", changed(bytes, middle, 0xff), &[])
        }
        "gzip-checksum" => {
            let bytes = gzip(lines.as_bytes());
            let at = bytes.len() - 8;
            ("a.jsonl.gz", changed(bytes, at, 1), &[])
        }
        "gzip-garbage-behind" => ("a.jsonl.gz", [gzip(lines.as_bytes()), b"garbage".to_vec()].concat(), &[]),
        "gzip-empty" => ("a.jsonl.gz", Vec::new(), &[]),
        "gzip-one-byte" => ("a.txt.gz", vec![0x1f], &[]),
        "gzip-in-name-only" => ("a.txt.gz", a.to_vec(), &[]),
        "gzip-not-in-name" => ("a.jsonl", gzip(lines.as_bytes()), &[]),
        "zstd-cut" => ("a.jsonl.zst", cut(&zstd(lines.as_bytes()), 0.75), &[]),
        "bzip2-cut" => ("a.jsonl.bz2", cut(&bzip2(lines.as_bytes()), 0.75), &[]),
        "xz-cut" => ("a.jsonl.xz", cut(&xz(lines.as_bytes()), 0.75), &[]),
        "xz-memory" => ("a.jsonl.xz", xz(lines.as_bytes()), &["limits.max_decoder_bytes=1048576"]),
        "text-cut" => ("a.txt.gz", cut(&gzip(a), 0.75), &[]),
        "bomb-ratio" => ("a.jsonl.gz", [gzip(lines.as_bytes()), gzip(&vec![b'x'; 150 << 20])].concat(), &[]),
        "bomb-size" => {
            let bytes = [gzip(lines.as_bytes()), gzip(&vec![b'x'; 2 << 20])].concat();
            ("a.jsonl.gz", bytes, &["limits.max_input_bytes=1048576"])
        }
        "tar-cut" => ("a.tar", cut(&tar(&three), 0.6), &[]),
        "tar-no-end" => ("a.tar", tar(&three)[..tar(&three).len() - 1024].to_vec(), &[]),
        "tar-header" => ("a.tar", changed(tar(&three), tar_member("a.txt", b'0', a).len() + 10, 1), &[]),
        "tar-absurd-size" => {
            let mut header = tar::Header::new_gnu();
            header.set_path("huge.txt").unwrap();
            header.set_size(u64::MAX / 4);
            header.set_cksum();
            let members = [tar_member("a.txt", b'0', a), header.as_bytes().to_vec(), b.to_vec()];
            ("a.tar", members.concat(), &[])
        }
        "tar-links" => {
            let mut link = tar::Header::new_ustar();
            link.set_path("link.txt").unwrap();
            link.set_entry_type(tar::EntryType::Symlink);
            link.set_link_name("/etc/passwd").unwrap();
            link.set_size(0);
            link.set_cksum();
            let members = [link.as_bytes().to_vec(), tar_member("pipe.txt", b'6', b""), tar(&three)];
            ("a.tar", members.concat(), &[])
        }
        "tar-path-escape" => {
            let members = [tar_member("../../a.txt", b'0', a), tar_member("/etc/b.txt", b'0', b), vec![0; 1024]];
            ("a.tar", members.concat(), &[])
        }
        "tar-same-name" => ("a.tar", tar(&[("a.txt", a), ("a.txt", b)]), &[]),
        "tar-sparse" => ("a.tar", [tar_member("s.txt", b'S', a), tar(&[("b.txt", b)])].concat(), &[]),
        "tar-damaged-member" => {
            let broken = cut(&gzip(lines.as_bytes()), 0.5);
            ("a.tar", tar(&[("a.txt", a), ("b.jsonl.gz", &broken), ("c.txt", c)]), &[])
        }
        "tar-empty" => ("a.tar", vec![0; 1024], &[]),
        "tar-members" => ("a.tar", tar(&three), &["limits.max_archive_members=2"]),
        "zip-cut" => ("a.zip", cut(&zip(&stored), 0.6), &[]),
        "zip-directory-cut" => ("a.zip", zip(&stored)[..zip(&stored).len() - 60].to_vec(), &[]),
        "zip-checksum" => {
            let bytes = zip(&stored);
            let at = memchr::memmem::find(&bytes, b).unwrap();
            ("a.zip", changed(bytes, at, 1), &[])
        }
        "zip-encrypted" => ("a.zip", zip(&[("a.txt", a, 1, 0), ("b.txt", b, 0, 0)]), &[]),
        "zip-method" => ("a.zip", zip(&[("a.txt", a, 0, 99), ("b.txt", b, 0, 0)]), &[]),
        "zip-nested" => {
            let mut inner = zip(&[("a.txt", a, 0, 0)]);
            for _ in 0..4 {
                inner = zip(&[("b.txt", b, 0, 0), ("next.zip", &inner, 0, 0)]);
            }
            ("a.zip", inner, &[])
        }
        "zip-empty" => ("a.zip", zip(&[]), &[]),
        "csv-open-quote" => ("a.csv", (csv(0..3) + "a9,\"" + &article(9)).into_bytes(), &[]),
        "csv-ragged" => ("a.csv", (csv(0..3) + "a7\na8,b,c\n").into_bytes(), &[]),
        "csv-no-text" => ("a.csv", b"id,body\n1,x\n".to_vec(), &[]),
        "csv-utf-16" => ("a.csv", b"\xff\xfei\0d\0,\0t\0".to_vec(), &[]),
        "parquet-cut" => ("a.parquet", cut(&sample("pyarrow.parquet"), 0.7), &[]),
        "parquet-changed" => {
            let bytes = sample("pyarrow.parquet");
            let at = memchr::memmem::find(&bytes, b"\x28\xb5\x2f\xfd").unwrap();
            ("a.parquet", changed(bytes, at + 9, 0xff), &[])
        }
        "warc-cut" => ("a.wet", cut(wet(0..4).as_bytes(), 0.6), &[]),
        "warc-absurd-length" => {
            ("a.wet", (wet(0..2) + &warc_record("conversion", "9999999999999", "x")).into_bytes(), &[])
        }
        "warc-no-length" => ("a.wet", (wet(0..2) + &warc_record("conversion", "many", "x")).into_bytes(), &[]),
        "warc-no-head" => ("a.wet", (wet(0..2) + "<html>").into_bytes(), &[]),
        "json-long-line" => {
            let long = json_line("long", &"x".repeat(3 << 20));
            ("a.jsonl", [feed(0..2), long, feed(2..4)].concat().into_bytes(), &["limits.max_record_bytes=1048576"])
        }
        "json-deep" => {
            let deep = format!("{{\"text\":\"x\",\"y\":{}", "[".repeat(1_000_000));
            ("a.jsonl", [feed(0..2), deep].concat().into_bytes(), &[])
        }
        "json-surrogate" => ("a.jsonl", [feed(0..2), "{\"text\":\"\\ud800\"}\n".to_owned()].concat().into_bytes(), &[]),
        "html-deep" => {
            let page = format!("{}<p>{}</p>", "<div>".repeat(300_000), article(5).replace("\n\n", "</p><p>"));
            ("a.html", page.into_bytes(), &[])
        }
        "html-open-tags" => (
            "a.html",
            format!("{}<p>{}", "<b><i>".repeat(100_000), article(5).replace("\n\n", "<p>")).into_bytes(),
            &[],
        ),
        "text-picture" => ("a.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec(), &[]),
        "text-damaged-utf-8" => {
            let text = format!("{} \u{e9}\u{e9}\u{e9}\u{e9}\u{e9}\u{e9}", article(1));
            ("a.txt", [text.as_bytes(), b"\xff"].concat(), &[])
        }
        "text-empty" => ("a.txt", Vec::new(), &[]),
        "text-one-line" => ("a.txt", "wordwithoutend".repeat(200_000).into_bytes(), &[]),
        "text-marks" => ("a.txt", format!("{}\n\na{}", article(1), "\u{301}".repeat(500_000)).into_bytes(), &[]),
        _ => panic!("docs/damaged-inputs.md names a case that is not made: {name}"),
    }
}

#[test]
fn damaged_and_hostile_inputs_give_what_the_table_says() {
    let cases = cases();
    assert!(cases.len() >= 40, "{}", cases.len());
    let mut differences = Vec::new();
    for case in &cases {
        let (file, bytes, settings) = build(case.name);
        let sandbox = Sandbox::new();
        sandbox.write(file, bytes);
        let mut arguments = vec!["run", file, "-q", "--set", "limits.max_reject_share=1"];
        arguments.extend(settings.iter().flat_map(|setting| ["--set", setting]));
        let ended = sandbox.run(&arguments);
        let articles = sandbox.rows(Table::Articles).len() + sandbox.rows(Table::Duplicates).len();
        let reasons = sandbox.column(Table::Rejects, "reason").join(", ");
        let given = format!("exit {:?}, {articles} articles, rejects {reasons}", ended.code.unwrap_or(-1));
        let expected = format!("exit {}, {} articles, rejects {}", case.exit, case.articles, case.rejects);
        if given != expected {
            differences.push(format!("{}: {given}, but the table says {expected}", case.name));
        }
    }
    assert!(differences.is_empty(), "\n{}", differences.join("\n"));
}
