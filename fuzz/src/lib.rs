//! What each fuzz target does with its bytes, and the laws that must hold for any. `tests/corpora.rs` of the package replays the corpora
//! through the same functions.

use std::io::Cursor;
use std::sync::OnceLock;

use newsieve::Cleaner;
use newsieve::config::{Effective, load};
use newsieve::decode::decode;
use newsieve::document::{CallerFields, Cleaned, Content, EXCERPT_CHARS, Label, Origin, RawRecord, Record};
use newsieve::source::{Format, open_stream};

/// The defaults, with limits that keep one input from taking seconds.
fn effective() -> &'static Effective {
    static EFFECTIVE: OnceLock<Effective> = OnceLock::new();
    EFFECTIVE.get_or_init(|| {
        let sets =
            ["limits.max_input_bytes=4194304", "limits.max_record_bytes=1048576", "limits.max_decoder_bytes=8388608"];
        load(None, &sets.map(str::to_owned), &[]).expect("the defaults are valid")
    })
}

fn cleaner() -> &'static Cleaner {
    static CLEANER: OnceLock<Cleaner> = OnceLock::new();
    CLEANER.get_or_init(|| Cleaner::new(effective()).expect("the lexicons compile"))
}

fn origin() -> Origin {
    Origin { file_path: "page".into(), record_no: 0, input: 0 }
}

/// Any bytes decode or are rejected; valid UTF-8 without a mark, controls or mojibake stays; what decodes is cleaned by the laws.
///
/// The first byte says what the bytes are: an HTML page, a string of JSON, a text file.
pub fn record(bytes: &[u8]) {
    let Some((&kind, rest)) = bytes.split_first() else { return };
    let content = match kind % 4 {
        0 => Content::Html { bytes: rest.to_vec(), charset: None },
        1 => Content::Text(String::from_utf8_lossy(rest).into_owned()),
        _ => Content::Bytes(rest.to_vec()),
    };
    let raw = RawRecord { origin: origin(), content, fields: CallerFields::default() };
    match decode(raw, &effective().config) {
        Ok(record) => check(&cleaner().clean(record)),
        Err(rejection) => {
            assert!(!rejection.detail.is_empty());
            assert!(rejection.excerpt.is_none_or(|excerpt| excerpt.chars().count() <= EXCERPT_CHARS));
        }
    }
}

/// Any text is cut into segments and labelled by the laws. What stands in front of the first NUL is the title that the caller knows.
pub fn labels(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let (title, text) = match text.split_once('\0') {
        Some((title, text)) => (Some(title.to_owned()), text.to_owned()),
        None => (None, text.into_owned()),
    };
    let fields = CallerFields { title, ..CallerFields::default() };
    let encoding = "utf-8".to_owned();
    check(&cleaner().clean(Record { origin: origin(), id: "page".into(), caller_id: false, text, encoding, fields }));
}

/// The laws of one record.
fn check(cleaned: &Cleaned) {
    let text = &cleaned.record.text;
    let (mut rebuilt, mut line, mut chars) = (String::new(), 0, 0);
    for (number, segment) in cleaned.segments.iter().enumerate() {
        let (span, verdict) = (&segment.span, &segment.verdict);
        while line < span.line_no {
            rebuilt.push('\n');
            (line, chars) = (line + 1, chars + 1);
        }
        let part = &text[span.bytes.clone()];
        rebuilt.push_str(part);
        assert_eq!(span.chars.start, chars);
        chars += part.chars().count() as i64;
        assert_eq!(span.chars.end, chars);
        let is_blank = part.trim_matches(newsieve::text::is_blank).is_empty();
        assert_eq!(verdict.label == Label::Blank, is_blank, "{part:?}");
        assert!((0.0..=1.0).contains(&verdict.confidence));
        assert!(verdict.repeat_of.is_none_or(|of| (0..number as i32).contains(&of)));
        assert!(verdict.item_no.is_none_or(|item| item >= 1));
    }
    assert_eq!(&rebuilt, text);
    let Ok(article) = &cleaned.outcome else { return };
    let numbers = article.related.iter().map(|item| item.item_no);
    assert!(numbers.eq(1..=article.related.len() as i32));
    let letters: Vec<char> = text.chars().collect();
    for mention in &article.mentions {
        let span = &cleaned.segments[mention.seg_no as usize].span.chars;
        assert!(span.start <= mention.chars.start && mention.chars.end <= span.end);
        let surface: String = letters[mention.chars.start as usize..mention.chars.end as usize].iter().collect();
        assert_eq!(mention.surface, surface);
    }
    assert_eq!(article.text_chars as usize, article.text.chars().count());
}

/// Any bytes are read to their end as any form of dump: records and rejections come out in order, and nothing else happens.
///
/// The first byte says which form.
pub fn reader(bytes: &[u8]) {
    let Some((&kind, rest)) = bytes.split_first() else { return };
    let format = match kind % 8 {
        0 => None,
        1 | 2 => Some(Format::Jsonl),
        3 | 4 => Some(Format::Warc),
        5 => Some(Format::Csv),
        6 => Some(Format::Tar),
        _ => Some(Format::Zip),
    };
    let stream = Box::new(Cursor::new(rest.to_vec()));
    let mut reader = open_stream(stream, "dump", format, &effective().config);
    let mut items = 0;
    for item in reader.by_ref() {
        items += 1;
        let origin = item.as_ref().map_or_else(|rejection| &rejection.origin, |record| &record.origin);
        assert!(origin.record_no >= 0);
        assert!(origin.file_path.starts_with("dump"));
        assert!(!origin.file_path.split(['/', '!']).any(|part| part == ".."), "{}", origin.file_path);
    }
    let stats = reader.stats();
    assert_eq!(stats.items, items);
    assert_eq!(stats.bytes_read, rest.len() as u64);
}

/// Any config file, `--set` and lexicon overlay is taken or refused with a sentence; what is taken comes out as it went in.
///
/// NUL ends the config file, then the line of `--set`; the rest is the overlay.
pub fn config(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut parts = text.splitn(3, '\0');
    let (file, set, overlay) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    let folder = folder();
    let path = folder.join("my.toml");
    std::fs::write(&path, file).expect("the folder of the test can be written");
    let mut sets: Vec<String> = set.into_iter().flat_map(str::lines).map(str::to_owned).collect();
    if let Some(overlay) = overlay {
        let lexicon = folder.join("lexicon");
        std::fs::create_dir_all(&lexicon).expect("the folder of the test can be written");
        std::fs::write(lexicon.join("my.toml"), overlay).expect("the folder of the test can be written");
        sets.push(format!("lexicon.dir='{}'", lexicon.display()));
    }
    match load(Some(&path), &sets, &[]) {
        Ok(effective) => {
            let shown = effective.to_annotated_toml().expect("what was read can be written");
            std::fs::write(&path, shown).expect("the folder of the test can be written");
            let again = load(Some(&path), &[], &[]).expect("what was shown can be read");
            assert_eq!(again.config, effective.config);
            assert_eq!(again.config_hash, effective.config_hash);
        }
        Err(error) => {
            assert_eq!(error.exit_code(), 2);
            assert!(!error.to_string().is_empty());
        }
    }
}

/// A folder of this process, made once.
fn folder() -> &'static std::path::Path {
    static FOLDER: OnceLock<tempfile::TempDir> = OnceLock::new();
    FOLDER.get_or_init(|| tempfile::tempdir().expect("a folder can be made")).path()
}
