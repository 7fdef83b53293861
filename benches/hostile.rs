//! Does time grow in proportion on input that is made to hurt? `cargo bench --bench hostile` prints the table of docs/hostile-text.md; a
//! word behind `--` chooses cases by a part of their names.
//!
//! Each case is measured at a size and its double, in CPU time of the one thread that works; the growth of more than a quarter over
//! double is marked.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints its table and may stop at a fault")]

use std::io::Cursor;
use std::time::Instant;

use newsieve::Cleaner;
use newsieve::config::{Effective, load};
use newsieve::decode::decode;
use newsieve::document::{CallerFields, Content, Origin, RawRecord};
use newsieve::source::{Format, open_stream};

/// Times double the size may cost before it is marked: two, and what a busy machine adds.
const MARKED: f64 = 2.5;
/// Bytes of the smaller input; doubled until it takes [`MIN_SECONDS`].
const FIRST_BYTES: usize = 256 << 10;
const LAST_BYTES: usize = 16 << 20;
const MIN_SECONDS: f64 = 0.2;

type Build = fn(usize) -> Vec<u8>;

/// A part repeated to so many bytes, in a sound article.
fn within(part: &str, bytes: usize) -> Vec<u8> {
    format!("{HEAD}{}\n\n{TAIL}", part.repeat(bytes / part.len())).into_bytes()
}

const HEAD: &str = "Bridge opens after nine years of work\n\nThe bridge over the Sella was opened on Friday. Several hundred people \
    walked across it before noon, and a band played.\n\n";
const TAIL: &str = "The mayor thanked all who had worked on it, and the first bus crossed at three in the afternoon.\n";

/// Numbers in words, so that no two are alike.
fn numbered(bytes: usize, line: impl Fn(usize) -> String) -> Vec<u8> {
    let mut text = HEAD.to_owned();
    for number in 0.. {
        if text.len() >= bytes {
            break;
        }
        text.push_str(&line(number));
    }
    text.push_str(TAIL);
    text.into_bytes()
}

const TEXTS: &[(&str, Build)] = &[
    ("bidi controls", |n| within("\u{202e}ab\u{2066}c\u{2069}", n)),
    ("zero-width characters", |n| within("a\u{200b}\u{200d}\u{2060}\u{feff}", n)),
    ("combining marks on one letter", |n| within("\u{301}\u{323}", n)),
    ("combining marks, decomposed Vietnamese", |n| within("Tie\u{302}\u{301}ng Vie\u{323}\u{302}t ", n)),
    ("blank lines", |n| within("\n", n)),
    ("lines of one blank", |n| within(" \n", n)),
    ("carriage returns", |n| within("\r", n)),
    ("one line of words", |n| within("the old mill beside the river ", n)),
    ("one line without blanks", |n| within("wordwithoutend", n)),
    ("one line of Chinese", |n| within("越通社河内当地农民合作社举行", n)),
    ("one line of sentences", |n| within("He said so. She did too! Who? \"We did.\" ", n)),
    ("the same line again and again", |n| {
        within("The same line stands here again and again, as long as you please.\n", n)
    }),
    ("the same short line", |n| within("He said.\n", n)),
    ("the same short line without a stop", |n| within("Item\n", n)),
    ("two lines by turns", |n| within("The first of two lines that stand by turns.\nAnd this is the second one.\n", n)),
    ("lines that differ in a number", |n| {
        numbered(n, |i| format!("The line with the number {i} is one of very many lines.\n"))
    }),
    ("short lines that differ", |n| numbered(n, |i| format!("Item {i}\n"))),
    ("headings of related blocks", |n| within("Related\nTin liên quan\n更多\n", n)),
    ("related blocks", |n| {
        numbered(n, |i| format!("Related\nStory {i} of the town\nA teaser of some words for {i}.\n\n"))
    }),
    ("title glued to captions", |n| {
        within("Bridge opens after nine years of work ảnh 1Bridge opens after nine years of work. ", n)
    }),
    ("menus", |n| within("Home | News | Sport | Weather | Contact\n", n)),
    ("one menu", |n| within("Home | News > ", n)),
    ("separators", |n| within("-----\n*****\n=====\n", n)),
    ("one separator", |n| within("-", n)),
    ("dates in a line", |n| within("ngày 5/10/2024, ", n)),
    ("dates without end", |n| within("5/10/2024-", n)),
    ("ranges of dates", |n| within("from 3 to 5 May and ", n)),
    ("numbers in a line", |n| within("12,345.67 ", n)),
    ("one number", |n| within("9", n)),
    ("quantities", |n| within("300 km, 12,5 triệu USD, 35% ", n)),
    ("persons in a line", |n| within("Chủ tịch Trần Văn Lúa, Mayor Anna Miller, ", n)),
    ("capital letters", |n| within("Nguyen Van ", n)),
    ("roles without a name", |n| within("president minister chairman director of the ", n)),
    ("places", |n| within("Hanoi, Vietnam, Peru, 北京, ", n)),
    ("addresses", |n| within("http://a.example/b?c=d&e=f ", n)),
    ("open brackets", |n| within("(", n)),
    ("brackets by turns", |n| within("(a) [b] ", n)),
    ("open quotes", |n| within("\"", n)),
    ("quotation marks by turns", |n| within("“a” ‘b’ ", n)),
    ("at signs", |n| within("@a.b", n)),
    ("hash tags", |n| within("#tag ", n)),
    ("letters by turns (regular expressions)", |n| within("aaaaaaaaaaaaaaaaaaaaaaaaaaaaab", n)),
    ("points", |n| within(".", n)),
    ("ellipses and dashes", |n| within("… — ", n)),
    ("bylines", |n| within("By Anna Miller\nẢnh: Văn Lúa\n(TTXVN)\n", n)),
    ("UTF-8 read as windows-1252", |n| within("TiÃªu Ä‘á» ", n)),
    ("UTF-8 read as GBK", |n| within("鍐滄皯鍚堜綔绀", n)),
    ("TCVN3", |n| within("Héi nghÞ lÇn thø ", n)),
    ("VIQR", |n| within("Ho^.i nghi. la^`n thu+' ", n)),
    ("windows-1252 bytes", |n| vec![0xe9; n]),
    ("GB18030 bytes", |n| b"\xd4\xbd\xcd\xa8\xc9\xe7".repeat(n / 6)),
    ("UTF-16", |n| [&b"\xff\xfe"[..], &b"a\0 \0".repeat(n / 4)].concat()),
];

const PAGES: &[(&str, Build)] = &[
    ("nested elements", |n| format!("{}<p>x</p>", "<div>".repeat(n / 5)).into_bytes()),
    ("elements that are never closed", |n| format!("<p>{}x", "<b><i>".repeat(n / 6)).into_bytes()),
    ("attributes", |n| format!("<p {}>x</p>", "a='b' ".repeat(n / 6)).into_bytes()),
    ("entities", |n| format!("<p>{}</p>", "&amp;&lt;&#x301;".repeat(n / 16)).into_bytes()),
    ("open tags", |n| "<".repeat(n).into_bytes()),
    ("comments", |n| "<!-- -->".repeat(n / 8).into_bytes()),
    ("paragraphs", |n| {
        format!("<article>{}</article>", "<p>A paragraph, of some words, for the page.</p>".repeat(n / 48)).into_bytes()
    }),
    ("links", |n| format!("<div>{}</div>", "<a href='x'>A link</a> ".repeat(n / 23)).into_bytes()),
    ("table cells", |n| format!("<table>{}</table>", "<tr><td>a</td></tr>".repeat(n / 19)).into_bytes()),
];

const DUMPS: &[(&str, Format, Build)] = &[
    ("JSON: nested arrays", Format::Jsonl, |n| format!("{{\"text\":\"x\",\"y\":{}", "[".repeat(n)).into_bytes()),
    ("JSON: nested and closed", Format::Jsonl, |n| {
        format!("{{\"text\":\"x\",\"y\":{}{}}}\n", "[".repeat(n / 2), "]".repeat(n / 2)).into_bytes()
    }),
    ("JSON: fields of one record", Format::Jsonl, |n| {
        let fields: Vec<String> = (0..n / 12).map(|i| format!(",\"f{i}\":{i}")).collect();
        format!("{{\"text\":\"x\"{}}}\n", fields.concat()).into_bytes()
    }),
    ("JSON: escapes", Format::Jsonl, |n| format!("{{\"text\":\"{}\"}}\n", "\\u0301\\n".repeat(n / 8)).into_bytes()),
    ("JSON: lines that are none", Format::Jsonl, |n| "{\n".repeat(n / 2).into_bytes()),
    ("JSON: one line", Format::Jsonl, |n| "{\"text\": ".repeat(n / 9).into_bytes()),
    ("CSV: fields of one row", Format::Csv, |n| format!("id,text\n{}\n", "a,".repeat(n / 2)).into_bytes()),
    ("CSV: quotes", Format::Csv, |n| format!("id,text\n1,\"{}\"\n", "\"\"".repeat(n / 2)).into_bytes()),
    ("CSV: columns", Format::Csv, |n| format!("id,text,{}\n1,x,\n", "a,".repeat(n / 2)).into_bytes()),
    ("WARC: header lines", Format::Warc, |n| format!("WARC/1.0\r\n{}\r\n\r\n", "A: b\r\n".repeat(n / 6)).into_bytes()),
    ("WARC: empty records", Format::Warc, |n| {
        "WARC/1.0\r\nWARC-Type: metadata\r\nContent-Length: 0\r\n\r\n\r\n\r\n".repeat(n / 59).into_bytes()
    }),
    ("tar: empty members", Format::Tar, |n| {
        let mut header = tar::Header::new_ustar();
        header.set_path("a.txt").unwrap();
        header.set_size(0);
        header.set_cksum();
        header.as_bytes().repeat(n / 512)
    }),
];

/// CPU time of this thread, else the time since the first call.
fn cpu_seconds() -> f64 {
    static START: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    let nanoseconds = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = nanoseconds.and_then(|text| text.split_whitespace().next()?.parse::<f64>().ok());
    nanoseconds.map_or_else(|| START.elapsed().as_secs_f64(), |nanoseconds| nanoseconds / 1e9)
}

struct Bench {
    effective: Effective,
    cleaner: Cleaner,
}

impl Bench {
    fn record(&self, content: Content) {
        let origin = Origin { file_path: "page".into(), record_no: 0, input: 0 };
        let raw = RawRecord { origin, content, fields: CallerFields::default() };
        if let Ok(record) = decode(raw, &self.effective.config) {
            std::hint::black_box(self.cleaner.clean(record));
        }
    }

    fn dump(&self, format: Format, bytes: Vec<u8>) {
        for raw in open_stream(Box::new(Cursor::new(bytes)), "dump", Some(format), &self.effective.config).flatten() {
            self.record(raw.content);
        }
    }

    /// Measures a case and prints its line.
    fn case(name: &str, mut work: impl FnMut(usize)) {
        let mut seconds = |bytes| {
            let best = |_| {
                let start = cpu_seconds();
                work(bytes);
                cpu_seconds() - start
            };
            (0..2).map(best).fold(f64::INFINITY, f64::min)
        };
        let mut bytes = FIRST_BYTES;
        let mut once = seconds(bytes);
        while once < MIN_SECONDS && bytes < LAST_BYTES / 2 {
            bytes *= 2;
            once = seconds(bytes);
        }
        let twice = seconds(2 * bytes);
        let growth = twice / once;
        let mark = if growth > MARKED { " !" } else { "" };
        println!("| {name} | {} | {once:.2} | {twice:.2} | {growth:.1}{mark} |", bytes >> 10);
    }
}

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let is_wanted = |name: &str| wanted.is_empty() || wanted.iter().any(|word| name.contains(word.as_str()));
    let effective = load(None, &[], &[]).unwrap();
    let bench = Bench { cleaner: Cleaner::new(&effective).unwrap(), effective };
    println!("| input | KiB | CPU s | double | growth |\n|---|--:|--:|--:|--:|");
    for (name, build) in TEXTS.iter().filter(|(name, _)| is_wanted(name)) {
        Bench::case(name, |bytes| bench.record(Content::Bytes(build(bytes))));
    }
    for (name, build) in PAGES.iter().filter(|(name, _)| is_wanted(name)) {
        Bench::case(&format!("HTML: {name}"), |bytes| {
            bench.record(Content::Html { bytes: build(bytes), charset: None });
        });
    }
    for (name, format, build) in DUMPS.iter().filter(|(name, ..)| is_wanted(name)) {
        Bench::case(name, |bytes| bench.dump(*format, build(bytes)));
    }
}
