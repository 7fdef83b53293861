use std::io::Write;

use super::*;
use crate::config::{Config, load};
use crate::document::{Content, RawRecord, hash_hex};

fn config() -> Config {
    load(None, &[], &[]).unwrap().config
}

fn write(dir: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = dir.join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, bytes).unwrap();
    path
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    zstd::encode_all(bytes, 3).unwrap()
}

fn paths(listing: &Listing) -> Vec<&str> {
    listing.files.iter().map(|file| &*file.file_path).collect()
}

/// Reads one file under a name; gives the items and what reading has shown.
fn read_with(name: &str, bytes: &[u8], config: &Config) -> (Vec<Result<RawRecord, Rejection>>, FileStats) {
    let dir = tempfile::tempdir().unwrap();
    let path = write(dir.path(), name, bytes);
    let listing = list(&[path], &config.input).unwrap();
    if let Some(rejection) = listing.rejections.first() {
        return (vec![Err(rejection.clone())], FileStats::default());
    }
    let mut reader = open(&listing.files[0], config);
    let mut items = Vec::new();
    let mut read_before = 0;
    while let Some(item) = reader.next() {
        items.push(item);
        let read_now = reader.stats().bytes_read;
        assert!(read_now >= read_before && read_now <= bytes.len() as u64, "progress only rises");
        read_before = read_now;
    }
    assert!(reader.next().is_none(), "an ended reader stays at its end");
    (items, reader.stats())
}

fn read(name: &str, bytes: &[u8]) -> Vec<Result<RawRecord, Rejection>> {
    read_with(name, bytes, &config()).0
}

/// `record_no:text` of a record, `record_no!reason` of a rejection.
fn in_short(items: &[Result<RawRecord, Rejection>]) -> Vec<String> {
    let text = |content: &Content| match content {
        Content::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        Content::Text(text) => text.clone(),
        Content::Html { bytes, .. } => format!("html {}", String::from_utf8_lossy(bytes)),
    };
    items
        .iter()
        .map(|item| match item {
            Ok(raw) => format!("{}:{}", raw.origin.record_no, text(&raw.content)),
            Err(rejection) => format!("{}!{}", rejection.origin.record_no, rejection.reason.as_str()),
        })
        .collect()
}

#[test]
fn a_folder_is_listed_in_the_order_of_its_paths() {
    let dir = tempfile::tempdir().unwrap();
    for name in [
        "a.txt",
        "a/b.txt",
        "b.TXT",
        "b.text.gz",
        "c.jsonl",
        "c.ndjson.zst",
        "skip.pdf",
        "noext",
        ".hidden.txt",
        ".git/x.txt",
        "gold.jsonl",
        "sub/README.md",
        "sub/gold.jsonl",
        "sub/d.txt",
        "ü.txt",
    ] {
        write(dir.path(), name, b"x");
    }
    let listing = list(&[dir.path().to_owned()], &config().input).unwrap();
    assert_eq!(
        paths(&listing),
        ["a.txt", "a/b.txt", "b.TXT", "b.text.gz", "c.jsonl", "c.ndjson.zst", "sub/d.txt", "ü.txt"]
    );
    assert_eq!(listing.files[4].format, Some(Format::Jsonl));
    assert_eq!(listing.files[0].bytes, 1);
    assert!(listing.rejections.is_empty());
}

/// The rows of an archive begin with its name and `!`, which does not stand before everything.
#[test]
fn an_archive_stands_where_its_members_do() {
    let dir = tempfile::tempdir().unwrap();
    for name in ["c.tar", "c.tar 2.txt", "c.tar.txt"] {
        write(dir.path(), name, b"x");
    }
    let listing = list(&[dir.path().to_owned()], &config().input).unwrap();
    assert_eq!(paths(&listing), ["c.tar 2.txt", "c.tar", "c.tar.txt"]);
}

#[test]
fn files_of_all_inputs_are_in_one_order() {
    let dir = tempfile::tempdir().unwrap();
    let a = write(dir.path(), "1/m.txt", b"");
    write(dir.path(), "2/a.txt", b"");
    write(dir.path(), "2/m.txt", b"");
    let listing = list(&[a, dir.path().join("2")], &config().input).unwrap();
    let order: Vec<_> = listing.files.iter().map(|file| (&*file.file_path, file.input)).collect();
    assert_eq!(order, [("a.txt", 1), ("m.txt", 0), ("m.txt", 1)]);
}

#[test]
fn a_missing_input_is_a_wrong_command() {
    let error = list(&[PathBuf::from("no/such/place")], &config().input).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    assert!(error.to_string().contains("`no/such/place`"), "{error}");
}

#[test]
fn a_named_file_is_read_whatever_its_name() {
    for (name, bytes, expected) in [
        ("gold.jsonl", &b"{\"text\":\"a\"}\n"[..], "0:a"),
        (".hidden", b"plain", "0:plain"),
        ("noext", b"\n {\"text\":\"a\"}\n{\"text\":\"b\"}", "1:a"),
        ("noext", b"{not json}\nmore", "0:{not json}\nmore"),
        ("noext", b"\xef\xbb\xbf{\"text\":\"a\"}", "0:a"),
        ("page.dat", b"<p>", "0:<p>"),
        ("page", b"<!-- x --> <HTML><p>", "0:html <!-- x --> <HTML><p>"),
        ("lines.json", b"{\"text\":\"a\"}\n", "0:a"),
        ("pretty.json", b"{\n \"text\": \"a\"\n}\n", "0!bad_json"),
        ("list.json", b"[{\"text\": \"a\"}]", "0!bad_json"),
    ] {
        assert_eq!(in_short(&read(name, bytes))[0], expected, "{name}");
    }
}

#[test]
fn the_option_decides_over_name_and_content() {
    let mut config = config();
    config.input.format = InputFormat::Txt;
    assert_eq!(in_short(&read_with("a.jsonl", b"{\"text\":\"a\"}", &config).0), ["0:{\"text\":\"a\"}"]);
    config.input.format = InputFormat::Jsonl;
    assert_eq!(in_short(&read_with("a.txt", b"{\"text\":\"a\"}", &config).0), ["0:a"]);
}

#[cfg(unix)]
#[test]
fn odd_entries_do_not_stop_a_listing() {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;
    let dir = tempfile::tempdir().unwrap();
    let root = dir.path().join("root");
    write(&root, "a.txt", b"a");
    write(dir.path(), "elsewhere/b.txt", b"b");
    symlink(dir.path().join("elsewhere"), root.join("linked")).unwrap();
    symlink(&root, root.join("loop")).unwrap();
    symlink("nowhere", root.join("dangling.txt")).unwrap();
    symlink("nowhere", root.join("dangling.pdf")).unwrap();
    symlink("nowhere", root.join(".#lock.txt")).unwrap();
    fs::write(root.join(OsStr::from_bytes(b"bad\xff.txt")), b"x").unwrap();
    let listing = list(&[root], &config().input).unwrap();
    assert_eq!(paths(&listing), ["a.txt", "linked/b.txt"]);
    let rejected: Vec<_> = listing.rejections.iter().map(|r| (&*r.origin.file_path, r.reason)).collect();
    assert_eq!(rejected, [("bad%FF.txt", Reason::FileName), ("dangling.txt", Reason::Unreadable)]);
}

#[test]
fn an_unreadable_file_yields_one_rejection() {
    let file = InputFile {
        path: "no/such/file".into(),
        file_path: "file".into(),
        input: 3,
        bytes: 0,
        format: Some(Format::Jsonl),
    };
    let items: Vec<_> = open(&file, &config()).collect();
    assert_eq!(in_short(&items), ["0!unreadable"]);
    assert_eq!(items[0].as_ref().unwrap_err().origin.input, 3);
}

#[test]
fn compression_is_told_by_the_content() {
    let text = b"T\xe1\xbb\x91t";
    let members = [gzip(b"one "), gzip(b"two")].concat();
    let frames = [zstd(b"one "), zstd(b"two")].concat();
    for (name, bytes, expected) in [
        ("a.txt", gzip(text), "0:Tốt"),
        ("a.txt.gz", text.to_vec(), "0:Tốt"),
        ("a.txt.gz", zstd(text), "0:Tốt"),
        ("a.txt.gz", members, "0:one two"),
        ("a.txt.zst", frames, "0:one two"),
        ("a.txt", Vec::new(), "0:"),
        ("a.txt.gz", Vec::new(), "0!damaged_container"),
        ("a.txt.zst", b"\x28\xb5".to_vec(), "0!damaged_container"),
        ("a.jsonl", Vec::new(), ""),
    ] {
        assert_eq!(in_short(&read(name, &bytes)).join("|"), expected, "{name}");
    }
}

#[test]
fn records_before_the_damage_are_kept() {
    let lines =
        (0..20_000).map(|n| format!("{{\"text\":\"record {n} {}\"}}\n", n * 7919 % 1000)).collect::<Vec<_>>().concat();
    for (name, packed) in [("a.jsonl.gz", gzip(lines.as_bytes())), ("a.jsonl.zst", zstd(lines.as_bytes()))] {
        let cut = &packed[..packed.len() * 3 / 4];
        let (items, stats) = read_with(name, cut, &config());
        let (last, kept) = items.split_last().unwrap();
        assert!(kept.len() > 1000 && kept.len() < 20_000 && kept.iter().all(Result::is_ok), "{name}: {}", kept.len());
        let rejection = last.as_ref().unwrap_err();
        assert_eq!(rejection.reason, Reason::DamagedContainer);
        assert_eq!(rejection.origin.record_no, kept.len() as i64);
        assert_eq!(stats.bytes_read, cut.len() as u64);
        assert_eq!(stats.file_hash, hash_hex(cut));
    }
}

#[test]
fn a_damaged_text_is_no_article() {
    let text = (0..200_000_u64).map(|n| format!("{} ", n * 2_654_435_761 % 4_294_967_291)).collect::<Vec<_>>().concat();
    for (name, packed) in [("a.txt.gz", gzip(text.as_bytes())), ("a.txt.zst", zstd(text.as_bytes()))] {
        let items = read(name, &packed[..packed.len() / 2]);
        assert_eq!(in_short(&items), ["0!damaged_container"], "{name}");
        let rejection = items[0].as_ref().unwrap_err();
        assert_eq!(rejection.excerpt.as_deref(), Some(&text[..500]), "{name}");
        assert!(rejection.detail.contains("damaged or cut"), "{}", rejection.detail);
    }
    let mut packed = gzip(text.as_bytes());
    let middle = packed.len() / 2;
    packed[middle..middle + 8].fill(0xff);
    assert_eq!(in_short(&read("a.txt.gz", &packed)), ["0!damaged_container"]);
}

#[test]
fn a_record_over_the_limit_is_not_held() {
    let mut config = config();
    config.limits.max_record_bytes = 1024;
    let text = "é".repeat(2000);
    let (items, stats) = read_with("a.txt", text.as_bytes(), &config);
    let rejection = items[0].as_ref().unwrap_err();
    assert_eq!(rejection.reason, Reason::TooLarge);
    assert_eq!(rejection.excerpt.as_deref(), Some("é".repeat(500).as_str()));
    assert_eq!(rejection.raw_bytes_hash.as_deref(), Some(hash_hex(text.as_bytes()).as_str()));
    assert!(rejection.detail.starts_with("4000 bytes"), "{}", rejection.detail);
    assert_eq!(stats.bytes_uncompressed, 4000);

    let long = format!("{{\"text\":\"{}\"}}", "x".repeat(500_000));
    let lines = format!("{{\"text\":\"a\"}}\n{long}\n{{\"text\":\"b\"}}\n{long}");
    let (items, _) = read_with("a.jsonl", lines.as_bytes(), &config);
    assert_eq!(in_short(&items), ["0:a", "1!too_large", "2:b", "3!too_large"]);
    for index in [1, 3] {
        let hash = items[index].as_ref().unwrap_err().raw_bytes_hash.clone();
        assert_eq!(hash, Some(hash_hex(long.as_bytes())));
    }

    // The border belongs to what is read.
    assert_eq!(read_with("a.txt", &[b'x'; 1024], &config).0.len(), 1);
    assert!(read_with("a.txt", &[b'x'; 1024], &config).0[0].is_ok());
    assert!(read_with("a.txt", &[b'x'; 1025], &config).0[0].is_err());
}

#[test]
fn lines_count_for_the_record_number() {
    let lines = b"\xef\xbb\xbf{\"text\":\"a\"}\r\n\n  \n{\"text\":\"b\"}\n{\"text\":\"c\"}";
    let (items, stats) = read_with("a.jsonl", lines, &config());
    assert_eq!(in_short(&items), ["0:a", "3:b", "4:c"]);
    assert_eq!(stats.items, 3);
    assert_eq!(stats.file_hash, hash_hex(lines));
    let dir = tempfile::tempdir().unwrap();
    assert_eq!(hash_file(&write(dir.path(), "x", lines)).unwrap(), stats.file_hash);
}

#[test]
fn lines_that_are_no_records() {
    for (line, reason, words) in [
        (&b"{\"text\": }"[..], Reason::BadJson, "expected value"),
        (b"{\"text\":\"a\"} x", Reason::BadJson, "trailing characters"),
        (b"{\"text\":\"a\"", Reason::BadJson, "EOF while parsing an object"),
        (b"[1]", Reason::BadJson, "invalid type: sequence, expected one JSON object a line"),
        (b"\"a\"", Reason::BadJson, "invalid type: string"),
        (b"{\"text\":\"\\ud800\"}", Reason::BadJson, "hex escape"),
        (b"{}", Reason::MissingText, "no field `text`; the fields are: none; --text-field names another one"),
        (b"{\"id\":1,\"body\":\"a\"}", Reason::MissingText, "the fields are: `id`, `body`"),
        (b"{\"text\":null}", Reason::MissingText, "the field `text` is null, not a string"),
        (b"{\"text\":[\"a\",{\"b\":[]}]}", Reason::MissingText, "is a list"),
        (b"{\"text\":{\"a\":1}}", Reason::MissingText, "is an object"),
        (b"{\"text\":1.5}", Reason::MissingText, "is a number"),
        (b"{\"text\":\"a\xff\xfe\x00\"}", Reason::Undecodable, "not UTF-8 (byte 10)"),
        (b"\xff\xfe{\x00", Reason::Undecodable, "UTF-16"),
    ] {
        let items = read("a.jsonl", line);
        let rejection = items[0].as_ref().unwrap_err();
        assert_eq!(rejection.reason, reason, "{}", String::from_utf8_lossy(line));
        assert!(rejection.detail.contains(words), "{}", rejection.detail);
        assert!(!rejection.detail.contains("line 1"), "{}", rejection.detail);
    }
    let items = read("a.jsonl", b"{\"id\":\"x7\",\"body\":\"a\"}");
    let rejection = items[0].as_ref().unwrap_err();
    assert_eq!(rejection.id.as_deref(), Some("x7"));
    assert_eq!(rejection.excerpt.as_deref(), Some("{\"id\":\"x7\",\"body\":\"a\"}"));
    assert_eq!(rejection.raw_bytes_hash.as_deref(), Some(hash_hex(b"{\"id\":\"x7\",\"body\":\"a\"}").as_str()));
}

#[test]
fn nesting_is_bounded_and_never_overflows() {
    let nested = |depth: usize| format!("{{\"text\":\"a\",\"x\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
    assert!(read("a.jsonl", nested(100).as_bytes())[0].is_ok());
    assert_eq!(in_short(&read("a.jsonl", nested(200).as_bytes())), ["0!bad_json"]);
    assert_eq!(in_short(&read("a.jsonl", nested(1_000_000).as_bytes())), ["0!bad_json"]);
    let brackets = format!("{{\"text\":\"a\",\"x\":\"\\\"{}\"}}", "[".repeat(500));
    assert!(read("a.jsonl", brackets.as_bytes())[0].is_ok(), "brackets in a string are no nesting");
}

#[test]
fn fields_of_the_caller() {
    type Expected = (Option<&'static str>, Option<&'static str>, Option<&'static str>, Option<&'static str>);
    let cases: [(&str, Expected, Option<&str>); 9] = [
        ("\"text\":\"a\"", (None, None, None, None), None),
        (
            "\"id\":\"7\",\"url\":\"u\",\"text\":\"a\",\"title\":\"t\",\"date\":\"d\"",
            (Some("7"), Some("u"), Some("t"), Some("d")),
            None,
        ),
        ("\"id\":12345678901234567890123,\"text\":\"a\"", (Some("12345678901234567890123"), None, None, None), None),
        ("\"id\":\"\",\"url\":null,\"title\":\"\",\"text\":\"a\"", (None, None, None, None), None),
        ("\"id\":true,\"text\":\"a\",\"date\":-24", (None, None, None, None), Some("{\"id\":true,\"date\":-24}")),
        ("\"text\":\"a\",\"date\":1714730400", (None, None, None, Some("1714730400")), None),
        (
            "\"z\":1.50,\"text\":\"a\",\"a\":{\"y\": [1e3 ,null]},\"\\u00e9\\n\":\"\\u00e9\"",
            (None, None, None, None),
            Some("{\"z\":1.50,\"a\":{\"y\": [1e3 ,null]},\"é\\n\":\"\\u00e9\"}"),
        ),
        ("\"te\\u0078t\":\"a\",\"u\\u0072l\":\"u\"", (None, Some("u"), None, None), None),
        (
            "\"title\":\"Ti\\u1ebfng \\\"Vi\\u1ec7t\\\"\",\"text\":\"a\"",
            (None, None, Some("Tiếng \"Việt\""), None),
            None,
        ),
    ];
    for (body, (id, url, title, date), extra) in cases {
        let items = read("a.jsonl", format!("{{{body}}}").as_bytes());
        let fields = &items[0].as_ref().unwrap_or_else(|rejection| panic!("{body}: {rejection:?}")).fields;
        let named = (fields.id.as_deref(), fields.url.as_deref(), fields.title.as_deref(), fields.date.as_deref());
        assert_eq!(named, (id, url, title, date), "{body}");
        assert_eq!(fields.extra.as_deref(), extra, "{body}");
    }
}

#[test]
fn other_names_for_the_fields() {
    let mut config = config();
    "content".clone_into(&mut config.input.text_field);
    "link".clone_into(&mut config.input.id_field);
    "link".clone_into(&mut config.input.url_field);
    let (items, _) = read_with("a.jsonl", b"{\"link\":\"l\",\"content\":\"c\",\"text\":\"t\"}", &config);
    let raw = items[0].as_ref().unwrap();
    assert_eq!(raw.content, Content::Text("c".to_owned()));
    assert_eq!(raw.fields.id.as_deref(), Some("l"));
    assert_eq!(raw.fields.url.as_deref(), Some("l"));
    assert_eq!(raw.fields.extra.as_deref(), Some("{\"text\":\"t\"}"));
}

#[test]
fn a_line_in_another_charset_is_decoded_whole() {
    let text = "Theo tin từ Bắc Kinh: 中国共产党第二十次全国代表大会在北京召开，大会通过了重要决议。";
    let text = &text[text.find('中').unwrap()..];
    let line = format!("{{\"text\":\"{text}\"}}");
    let (bytes, _, had_errors) = encoding_rs::GB18030.encode(&line);
    assert!(!had_errors);
    assert_eq!(in_short(&read("a.jsonl", &bytes)), [format!("0:{text}")]);
}

#[test]
fn any_stream_can_be_read() {
    for (bytes, expected) in [
        (b"plain".to_vec(), "0:plain"),
        (b"{\"text\":\"a\"}".to_vec(), "0:a"),
        (gzip(b"{\"text\":\"a\"}\n"), "0:a"),
        (Vec::new(), "0:"),
    ] {
        let items: Vec<_> = open_stream(Box::new(std::io::Cursor::new(bytes)), "-", None, &config()).collect();
        assert_eq!(in_short(&items), [expected]);
    }
}
