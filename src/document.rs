//! The values that flow through the stages: a raw record becomes a decoded record, segments, labels, an article.

use std::ops::Range;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Where a record stands in its input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// Path of the file relative to its input root, `/` as separator (for a single-file input: its name).
    pub file_path: Arc<str>,
    /// 0-based number of the record in its file: 0 for a text or an HTML page; the line for JSONL, blank lines counted; the row for
    /// CSV (without the header) and Parquet; the record for WARC and WET, those that hold no page counted.
    pub record_no: i64,
    /// 0-based number of the input (the dump) on the command line; never written to a table.
    pub input: usize,
}

/// The content of a record as the source found it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Undecoded bytes (a text file).
    Bytes(Vec<u8>),
    /// Text that the container has already decoded (a JSON string).
    Text(String),
    /// An undecoded HTML page, and the charset that its transport named.
    Html {
        /// The page.
        bytes: Vec<u8>,
        /// As written in the header `Content-Type`.
        charset: Option<String>,
    },
}

/// What a container says of a record beside its text; everything may be absent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallerFields {
    /// The caller's id, untouched.
    pub id: Option<String>,
    /// Address of the page.
    pub url: Option<String>,
    /// Title as the caller knows it.
    pub title: Option<String>,
    /// Publication date as the caller wrote it.
    pub date: Option<String>,
    /// When the page was fetched, as the container wrote it (RFC 3339).
    pub crawl_date: Option<String>,
    /// Unknown fields as one JSON object, in the order of the input.
    pub extra: Option<String>,
}

/// One raw document, as read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawRecord {
    /// Where it stands.
    pub origin: Origin,
    /// Its bytes or text.
    pub content: Content,
    /// What the container says of it.
    pub fields: CallerFields,
}

/// One decoded document. The text is never edited after this point; segments point into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Where it stands.
    pub origin: Origin,
    /// The caller's id, else 32 hex digits of a 128-bit hash of file path, record number and content.
    pub id: String,
    /// Whether `id` came from the caller.
    pub caller_id: bool,
    /// Decoded text: after charset, byte order mark and mojibake repair, before NFC.
    pub text: String,
    /// What decoding did, as written to the `encoding` column: `utf-8`, `utf-8+bom`, `gb18030`, `utf-8+mojibake(windows-1252)` …
    pub encoding: String,
    /// What the container says of it.
    pub fields: CallerFields,
}

/// What a segment is. The names are the contract's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Label {
    /// The headline of the article.
    Title,
    /// A summary set apart from the body (sapo, standfirst).
    Lead,
    /// A paragraph or subheading of the article.
    Body,
    /// Text that belongs to a picture.
    Caption,
    /// Byline, agency line, editor, source.
    Credit,
    /// A line that gives the date of publication and little else.
    DateLine,
    /// The heading of a block of other stories.
    RelatedHeading,
    /// Headline, teaser or caption of another story.
    Related,
    /// Menus, share bars, tags, comments, advertisements, legal lines.
    Nav,
    /// A line or block that the record has already given.
    Repeat,
    /// A rule of dashes, dots or stars.
    Separator,
    /// Nothing but white space.
    Blank,
}

impl Label {
    /// All labels, in the order of the contract.
    pub const ALL: [Label; 12] = [
        Label::Title,
        Label::Lead,
        Label::Body,
        Label::Caption,
        Label::Credit,
        Label::DateLine,
        Label::RelatedHeading,
        Label::Related,
        Label::Nav,
        Label::Repeat,
        Label::Separator,
        Label::Blank,
    ];

    /// The name used in tables and gold files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Label::Title => "title",
            Label::Lead => "lead",
            Label::Body => "body",
            Label::Caption => "caption",
            Label::Credit => "credit",
            Label::DateLine => "date_line",
            Label::RelatedHeading => "related_heading",
            Label::Related => "related",
            Label::Nav => "nav",
            Label::Repeat => "repeat",
            Label::Separator => "separator",
            Label::Blank => "blank",
        }
    }
}

/// A line of the decoded text, or a part of a line that glues two things together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// 0-based line (lines split at `\n` only).
    pub line_no: i32,
    /// Byte range in [`Record::text`], without the line feed.
    pub bytes: Range<usize>,
    /// Unicode scalar range in [`Record::text`], half-open.
    pub chars: Range<i64>,
}

/// What a segment was judged to be, by what, and how surely.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Verdict {
    /// The label.
    pub label: Label,
    /// The rule that decided: a stable dotted name such as `related.rhythm`.
    pub rule: &'static str,
    /// How sure the rule is, 0 to 1.
    pub confidence: f32,
    /// The earlier segment that this one repeats.
    pub repeat_of: Option<i32>,
    /// The related item (from 1) that this segment belongs to.
    pub item_no: Option<i32>,
    /// Whether the segment belongs to the clean text under the chosen preset, whatever becomes of the record.
    pub kept: bool,
    /// What the record alone says of the segment, where what other records of the dump print changes it.
    pub alone: Option<Alone>,
}

/// What a record alone says of a segment, without what other records of the dump print.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Alone {
    /// As [`Verdict::label`].
    pub label: Label,
    /// As [`Verdict::kept`].
    pub kept: bool,
    /// As [`Verdict::confidence`].
    pub confidence: f32,
}

/// One row of `segments`: a span and its verdict; `seg_no` is its index.
#[derive(Debug, Clone, PartialEq)]
pub struct Segment {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub verdict: Verdict,
}

/// One item of a block of other stories: a row of `related`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RelatedItem {
    /// From 1, unique in the record.
    pub item_no: i32,
    /// Heading of the block.
    pub heading: Option<String>,
    /// Headline of the other story.
    pub headline: Option<String>,
    /// Its teaser.
    pub teaser: Option<String>,
    /// Caption of its picture.
    pub caption: Option<String>,
    /// Its date, EDTF.
    pub date: Option<String>,
}

/// One row of `mentions`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Mention {
    /// Segment that holds it.
    pub seg_no: i32,
    /// Unicode scalar offsets into the decoded text.
    pub chars: Range<i64>,
    /// `person role org party place date quantity document_no`.
    pub kind: &'static str,
    /// The words as printed.
    pub surface: String,
    /// Normal form.
    pub norm: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// Which list `authority_id` comes from.
    pub authority: Option<String>,
    /// Identifier in that list.
    pub authority_id: Option<String>,
    /// EDTF.
    pub date_edtf: Option<String>,
    /// Days since 1970-01-01.
    pub date_lower: Option<i32>,
    /// Days since 1970-01-01.
    pub date_upper: Option<i32>,
    /// Value of a quantity.
    pub quantity: Option<f64>,
    /// `= > >= < <= ~`.
    pub qualifier: Option<&'static str>,
    /// Unit of a quantity.
    pub unit: Option<String>,
    /// 0 to 1.
    pub confidence: Option<f32>,
    /// What the kind is more exactly: of dates `day days month … period relative lunar`, of places `country capital city region`, of
    /// organisations `agency`.
    pub subtype: Option<&'static str>,
    /// Part of the day of a date.
    pub day_part: Option<String>,
    /// Role of a person as printed.
    pub role: Option<String>,
    /// Key of the head of that role.
    pub role_head: Option<String>,
}

/// One row of `articles`, without what only the duplicate stage knows and without the record's own columns.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Article {
    /// 32 hex digits: hash of the matching key of the clean text.
    pub content_hash: String,
    /// 32 hex digits: hash of the clean text itself, byte for byte.
    pub text_hash: String,
    /// The matching key of the text that the duplicate stage compares: `alone`, else the clean text. Never published.
    pub matching_key: String,
    /// Registered host of the address.
    pub domain: Option<String>,
    /// Headline; null when there is none.
    pub title: Option<String>,
    /// The lead.
    pub description: Option<String>,
    /// The clean text.
    pub text: String,
    /// Length of `text` in Unicode scalars.
    pub text_chars: i32,
    /// The clean text of the record alone, where what other records of the dump print changes it. Duplicates are decided on it, so that
    /// they do not depend on which records a run reads together.
    pub alone: Option<String>,
    /// BCP 47, `und` when not decidable.
    pub language: String,
    /// ISO 15924.
    pub language_script: Option<String>,
    /// 0 to 1.
    pub language_score: Option<f32>,
    /// Best publication date, EDTF.
    pub date: Option<String>,
    /// Microseconds since 1970-01-01 UTC.
    pub date_published: Option<i64>,
    /// `year month day minute second`.
    pub date_precision: Option<&'static str>,
    /// `field` or `date_line`; later versions add `url byline dateline`.
    pub date_source: Option<&'static str>,
    /// EDTF days and day ranges of what the article itself reports.
    pub event_dates: Vec<String>,
    /// Days since 1970-01-01: latest full single date in the cut-off tail.
    pub crawl_not_before: Option<i32>,
    /// Place of the dateline as printed.
    pub dateline_place: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub dateline_country: Option<String>,
    /// Key of the lexicon.
    pub agency: Option<String>,
    /// Names from bylines.
    pub authors: Option<Vec<String>>,
    /// ISO 3166-1 alpha-2 in the order of first mention in title and text.
    pub countries: Vec<String>,
    /// Captions, each once.
    pub captions: Vec<String>,
    /// Lines of the decoded text.
    pub n_lines: i32,
    /// Lines of which no segment is kept, blank ones not counted.
    pub n_removed_lines: i32,
    /// Share of the non-white characters that were not kept.
    pub removed_char_share: f32,
    /// What a reader should know before trusting the row.
    pub quality_flags: Vec<String>,
    /// Null = not judged.
    pub is_machine_translated: Option<bool>,
    /// Which signals of machine translation fired.
    pub mt_signals: Option<Vec<String>>,
    /// Other stories' items (rows of `related`).
    pub related: Vec<RelatedItem>,
    /// Rows of `mentions`.
    pub mentions: Vec<Mention>,
    /// What is counted in the text.
    pub measures: Measures,
    /// The unknown fields of the input and the caller's date, where that was not understood.
    pub extra: Option<String>,
}

/// What is counted in a kept text: columns for the reader, never reasons to drop.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Measures {
    /// Paragraphs of lead and body.
    pub paragraphs: i32,
    /// Their mean length in Unicode scalars.
    pub mean_paragraph_chars: Option<f32>,
    /// Share of capitals among the letters.
    pub upper_share: Option<f32>,
    /// Share of digits among all characters.
    pub digit_share: Option<f32>,
    /// Share of signs among all characters.
    pub punctuation_share: Option<f32>,
    /// Share of the record's characters in lines that repeat earlier ones.
    pub repeated_char_share: f32,
    /// Share of the characters of title, lead and body in paragraphs of the record's language.
    pub language_consistency: Option<f32>,
    /// Whether the text ends with an end mark.
    pub has_end_mark: bool,
    /// Days, months, years … in title, lead and body.
    pub dates: i32,
    /// `prefix`, `credit` or `source`: where the agency is named.
    pub agency_role: Option<&'static str>,
    /// Segments in another language than the record's: number and BCP 47.
    pub foreign_segments: Vec<(usize, String)>,
}

/// Why a record is not in `articles`. The name is the `reason` column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// Nothing but white space.
    Empty,
    /// A home or listing page, or nothing that reads like an article.
    NoArticle,
    /// Control bytes: not text.
    Binary,
    /// No charset decodes it.
    Undecodable,
    /// Over `limits.max_record_bytes`.
    TooLarge,
    /// A line that is not a JSON object.
    BadJson,
    /// A row of a CSV file that has not the fields of its header.
    BadCsv,
    /// The text field is missing or not a string.
    MissingText,
    /// The file cannot be read (permission, vanished, device error).
    Unreadable,
    /// The compressed stream is damaged or cut; the records before the damage were kept.
    DamagedContainer,
    /// A limit of the config against archives that grow without end was met; what came before was kept.
    OverLimit,
    /// The file's name is not UTF-8, so no table could name it.
    FileName,
    /// The caller's id stands twice in one dump.
    DuplicateId,
    /// A fault of this program: cleaning the record panicked. The others are not touched.
    Internal,
}

impl Reason {
    /// The name in the `reason` column.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::Empty => "empty",
            Reason::NoArticle => "no_article",
            Reason::Binary => "binary",
            Reason::Undecodable => "undecodable",
            Reason::TooLarge => "too_large",
            Reason::BadJson => "bad_json",
            Reason::BadCsv => "bad_csv",
            Reason::MissingText => "missing_text",
            Reason::Unreadable => "unreadable",
            Reason::DamagedContainer => "damaged_container",
            Reason::OverLimit => "over_limit",
            Reason::FileName => "file_name",
            Reason::DuplicateId => "duplicate_id",
            Reason::Internal => "internal",
        }
    }

    /// Whether the input itself was damaged: the run then ends with exit code 3.
    #[must_use]
    pub fn is_damage(self) -> bool {
        matches!(self, Reason::Unreadable | Reason::DamagedContainer | Reason::OverLimit | Reason::Internal)
    }

    /// Whether the reject counts to `limits.max_reject_share`. Pages without an article and empty files are expected.
    #[must_use]
    pub fn counts_to_share(self) -> bool {
        !matches!(self, Reason::NoArticle | Reason::Empty)
    }
}

/// One row of `rejects`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// Where the record stands.
    pub origin: Origin,
    /// Its id where one is known.
    pub id: Option<String>,
    /// `read`, `decode`, `article` or `dedup`.
    pub stage: &'static str,
    /// Why.
    pub reason: Reason,
    /// The reason in words, with the way out where there is one.
    pub detail: String,
    /// First characters of the record, at most [`EXCERPT_CHARS`].
    pub excerpt: Option<String>,
    /// 32 hex digits: hash of the record's raw bytes, where they were read.
    pub raw_bytes_hash: Option<String>,
}

/// Longest `excerpt`, in Unicode scalars (CONTRACT: at most 500).
pub const EXCERPT_CHARS: usize = 500;

/// What became of one decodable record. Its segments are written in every case.
#[derive(Debug, Clone)]
pub struct Cleaned {
    /// The record.
    pub record: Record,
    /// Every segment with its verdict.
    pub segments: Vec<Segment>,
    /// The article, or why there is none.
    pub outcome: Result<Box<Article>, Rejection>,
}

/// The first characters of a text, for `excerpt`.
#[must_use]
pub fn excerpt(text: &str) -> String {
    text.chars().take(EXCERPT_CHARS).collect()
}

/// The 128-bit hash used for ids, content hashes and file hashes (XXH3, stable across versions and machines), as 32 hex digits.
#[must_use]
pub fn hash_hex(bytes: &[u8]) -> String {
    let digit = |digit: u8| char::from(if digit < 10 { b'0' + digit } else { b'a' + digit - 10 });
    xxhash_rust::xxh3::xxh3_128(bytes)
        .to_be_bytes()
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}
