//! The columns of every table: name, type, unit, meaning, null rule. The Arrow schema and `newsieve schema` come from here.

use std::fmt::Write as _;
use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use serde_json::{Value, json};

/// Version of the tables' columns, written to every file and manifest. It rises when a column changes or is added.
pub const SCHEMA_VERSION: u32 = 4;

/// One table of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Table {
    /// One row per kept record.
    Articles,
    /// One row per segment of every decodable record.
    Segments,
    /// Items of blocks of other stories.
    Related,
    /// Verified pairs of duplicates.
    Duplicates,
    /// Persons, places, dates and quantities in kept records.
    Mentions,
    /// Records that are not in `articles`, and why.
    Rejects,
    /// One row per run.
    Runs,
}

impl Table {
    /// All tables, in the order of the contract.
    pub const ALL: [Table; 7] = [
        Table::Articles,
        Table::Segments,
        Table::Related,
        Table::Duplicates,
        Table::Mentions,
        Table::Rejects,
        Table::Runs,
    ];

    /// The name: of the folder, of the file entries in manifests, on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Table::Articles => "articles",
            Table::Segments => "segments",
            Table::Related => "related",
            Table::Duplicates => "duplicates",
            Table::Mentions => "mentions",
            Table::Rejects => "rejects",
            Table::Runs => "runs",
        }
    }

    /// The table of a name, where there is one.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Table> {
        Table::ALL.into_iter().find(|table| table.as_str() == name)
    }

    /// What a row is, in one sentence.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Table::Articles => "One row per kept record: the clean text and what is known of it.",
            Table::Segments => {
                "One row per segment of every decodable record (kept, duplicate or rejected): the audit trail. The segments of one \
                 line joined with nothing, lines joined with a line feed, give the decoded text exactly."
            }
            Table::Related => "One row per item of a block of other stories in a kept record.",
            Table::Duplicates => "One row per verified pair of records that hold the same text, or a part of it.",
            Table::Mentions => {
                "One row per person, role, organisation, party, place, date, quantity or number of a document in title, lead and body \
                 of kept records."
            }
            Table::Rejects => "One row per record that is neither in articles nor a duplicate, and why.",
            Table::Runs => "One row per run. n_records = n_articles + n_duplicates + n_rejects.",
        }
    }

    /// The columns, in file order.
    #[must_use]
    pub fn columns(self) -> &'static [Column] {
        match self {
            Table::Articles => ARTICLES,
            Table::Segments => SEGMENTS,
            Table::Related => RELATED,
            Table::Duplicates => DUPLICATES,
            Table::Mentions => MENTIONS,
            Table::Rejects => REJECTS,
            Table::Runs => RUNS,
        }
    }

    /// The Arrow schema of the table's files: all columns nullable.
    #[must_use]
    pub fn schema(self) -> SchemaRef {
        Arc::new(Schema::new(self.columns().iter().map(Column::field).collect::<Vec<_>>()))
    }

    /// Whether the table has the column.
    #[must_use]
    pub fn has_column(self, name: &str) -> bool {
        self.columns().iter().any(|column| column.name == name)
    }
}

/// Type of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// UTF-8 text.
    Text,
    /// True or false.
    Boolean,
    /// 32-bit integer.
    Int32,
    /// 64-bit integer.
    Int64,
    /// 32-bit float.
    Float32,
    /// 64-bit float.
    Float64,
    /// Days since 1970-01-01.
    Date,
    /// Microseconds since 1970-01-01, UTC.
    Timestamp,
    /// List of UTF-8 texts.
    TextList,
}

impl ColumnType {
    /// The name that `newsieve schema` prints.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            ColumnType::Text => "Utf8",
            ColumnType::Boolean => "Boolean",
            ColumnType::Int32 => "Int32",
            ColumnType::Int64 => "Int64",
            ColumnType::Float32 => "Float32",
            ColumnType::Float64 => "Float64",
            ColumnType::Date => "Date32",
            ColumnType::Timestamp => "Timestamp(µs, UTC)",
            ColumnType::TextList => "List<Utf8>",
        }
    }

    /// The Arrow type.
    #[must_use]
    pub fn data_type(self) -> DataType {
        match self {
            ColumnType::Text => DataType::Utf8,
            ColumnType::Boolean => DataType::Boolean,
            ColumnType::Int32 => DataType::Int32,
            ColumnType::Int64 => DataType::Int64,
            ColumnType::Float32 => DataType::Float32,
            ColumnType::Float64 => DataType::Float64,
            ColumnType::Date => DataType::Date32,
            ColumnType::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            ColumnType::TextList => DataType::List(Arc::new(list_field())),
        }
    }
}

/// The field inside a list column; `element` is the name that the Parquet format asks for.
pub(crate) fn list_field() -> Field {
    Field::new("element", DataType::Utf8, true)
}

/// One column of a table.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Its type.
    pub kind: ColumnType,
    /// Unit or code list of the values; empty where the meaning says all.
    pub unit: &'static str,
    /// What a value means.
    pub meaning: &'static str,
    /// When it is null; `never` where it is always filled.
    pub null: &'static str,
    /// Whether values are long texts: no dictionary and no statistics are written for them.
    pub long: bool,
    /// Whether the words of `unit` are the only values.
    pub is_closed: bool,
}

impl Column {
    fn field(&self) -> Field {
        Field::new(self.name, self.kind.data_type(), true)
    }

    const fn long(mut self) -> Column {
        self.long = true;
        self
    }

    const fn closed(mut self) -> Column {
        self.is_closed = true;
        self
    }

    /// Whether no value is null.
    #[must_use]
    pub fn is_always_filled(&self) -> bool {
        self.null == NEVER
    }
}

const fn column(
    name: &'static str,
    kind: ColumnType,
    unit: &'static str,
    meaning: &'static str,
    null: &'static str,
) -> Column {
    Column { name, kind, unit, meaning, null, long: false, is_closed: false }
}

use ColumnType::{Boolean, Date, Float32, Float64, Int32, Int64, Text, TextList, Timestamp};

const NEVER: &str = "never";
const ID: Column =
    column("id", Text, "", "the caller's id, else a hash of input name, record number and content", NEVER);
const FILE_PATH: Column = column(
    "file_path",
    Text,
    "relative to the input root",
    "file that holds the record; of an archive's member archive.tar!00000003/inner/name.txt",
    NEVER,
);
const RUN_ID: Column = column("run_id", Text, "", "the run that wrote the row", NEVER);

const ARTICLES: &[Column] = &[
    ID,
    RUN_ID,
    column("content_hash", Text, "32 hex digits", "hash of the matching key of the clean text", NEVER),
    column("url", Text, "", "address of the page as the input gives it", "the input gives none"),
    column("domain", Text, "", "registered host of the address", "no address, or none that can be read"),
    FILE_PATH,
    column("record_no", Int64, "0-based", "record in the file; the line of a JSONL file", NEVER),
    column(
        "title",
        Text,
        "",
        "headline: the title line, else the caller's title; without an agency's mark in front and the site's name behind",
        "there is none",
    ),
    column("description", Text, "", "the lead", "there is none").long(),
    column(
        "text",
        Text,
        "",
        "the clean text: kept lead and body, NFC, paragraphs joined by a line feed; never the title",
        NEVER,
    )
    .long(),
    column("text_chars", Int32, "Unicode scalars", "length of text", NEVER),
    column("language", Text, "BCP 47", "language of the text, und when it is not decidable", NEVER),
    column("language_script", Text, "ISO 15924", "script of the text", "not decidable"),
    column("language_score", Float32, "0 to 1", "how sure the language is", "not scored"),
    column(
        "date",
        Text,
        "EDTF",
        "publication date: the caller's field, else a line near the title or behind the text, else the address, else a less \
         certain line. Of lines that wins which says so (published before updated), stands behind the title, and holds little else. \
         Figures are read in the order of the source's country or language, else of the page's other dates or the zone; where both \
         orders are days, none is read. Never from other stories, never without a year. With the time where one is printed",
        "none found",
    ),
    column(
        "date_published",
        Timestamp,
        "UTC",
        "instant of publication: time with its zone as printed, else with the zone of the source's country where it has one all year",
        "time or zone is not known",
    ),
    column("date_precision", Text, "year month day minute second", "how exact date is", "date is null").closed(),
    column("date_source", Text, "field date_line url byline", "where date was found", "date is null").closed(),
    column(
        "event_dates",
        TextList,
        "EDTF",
        "days and day ranges of what the article itself reports; empty = none found",
        "not looked for",
    ),
    column("crawl_not_before", Date, "", "latest single full date in the part that was cut off", "none found"),
    column("dateline_place", Text, "", "place of the dateline as printed", "no dateline"),
    column(
        "dateline_country",
        Text,
        "ISO 3166-1 alpha-2",
        "country of that place",
        "no dateline, or the place is not known",
    ),
    column(
        "agency",
        Text,
        "key of the lexicon",
        "news agency or outlet of the text: its mark in front of the first paragraphs, else a credit line, else the source named in \
         the first three paragraphs",
        "none found",
    ),
    column(
        "authors",
        TextList,
        "",
        "names from bylines: of lines near the title that say so (`By`, `作者:`) or are a name alone, confirmed by a known given name, a \
         date, a role or a second occurrence; else behind the text. Agencies and editorial teams only where the byline names them; not who \
         reviewed, edited or illustrated the text; empty = none found",
        "not looked for",
    ),
    column(
        "countries",
        TextList,
        "ISO 3166-1 alpha-2",
        "countries named in title and text, by first mention; empty = none found",
        "not looked for",
    ),
    column("captions", TextList, "", "captions, each once; empty = none found", "not looked for").long(),
    column("n_related", Int32, "items", "other stories' items: rows of related", NEVER),
    column("n_lines", Int32, "lines", "lines of the decoded text", NEVER),
    column("n_removed_lines", Int32, "lines", "lines of which no segment is kept, blank ones not counted", NEVER),
    column("removed_char_share", Float32, "0 to 1", "share of the non-white characters that were not kept", NEVER),
    column(
        "quality_flags",
        TextList,
        "",
        "what to know before trusting the row; empty = nothing stands out",
        "not looked for",
    ),
    column("is_machine_translated", Boolean, "", "whether the text reads as machine translated", "not judged"),
    column("mt_signals", TextList, "", "signals of machine translation that fired; empty = none", "not looked for"),
    column("dup_cluster", Text, "", "name shared by all members of a cluster of duplicates", "no duplicate is known"),
    column("dup_cluster_size", Int32, "records", "members of the cluster as of this row's run; 1 = alone", NEVER),
    column(
        "dup_of",
        Text,
        "",
        "id of the kept member that this row repeats (dedup.action = \"flag\")",
        "not a duplicate",
    ),
    column("encoding", Text, "", "what decoding did, such as utf-8, gb18030 or utf-8+html(main)", NEVER),
    column(
        "extra",
        Text,
        "JSON object",
        "fields of the input that newsieve does not know, untouched; a date that it does not understand is among them",
        "there are none",
    )
    .long(),
    column("text_hash", Text, "32 hex digits", "hash of the clean text, byte for byte", NEVER),
    column("caller_id", Boolean, "", "whether id came from the caller", NEVER),
    column(
        "crawl_date",
        Timestamp,
        "microseconds, UTC",
        "when the page was fetched, from a WARC or WET header or the field input.crawl_date_field",
        "not in the source, or without a time zone",
    ),
    column(
        "agency_role",
        Text,
        "prefix credit source",
        "where agency is named: its mark in front of the text, else a line of its own, else as the source in running text",
        "agency is null",
    ).closed(),
    column("n_paragraphs", Int32, "paragraphs", "kept segments of lead and body", NEVER),
    column("mean_paragraph_chars", Float32, "Unicode scalars", "their mean length", NEVER),
    column("upper_share", Float32, "0 to 1", "share of capitals among the letters of lead and body", "no letters"),
    column("digit_share", Float32, "0 to 1", "share of digits among the characters of lead and body", NEVER),
    column("punctuation_share", Float32, "0 to 1", "share of signs among the characters of lead and body", NEVER),
    column(
        "repeated_char_share",
        Float32,
        "0 to 1",
        "share of the record's non-white characters in lines that repeat earlier ones (rules repeat.*)",
        NEVER,
    ),
    column(
        "language_consistency",
        Float32,
        "0 to 1",
        "share of the characters of lead and body in paragraphs that are not surely of another language (segments.language)",
        NEVER,
    ),
    column("has_end_mark", Boolean, "", "whether the last kept line ends with an end mark such as ./. or (完)", NEVER),
    column("n_dates", Int32, "mentions", "dates in title, lead and body: rows of mentions", NEVER),
    column(
        "text_alone",
        Text,
        "",
        "text as it would be if the record stood alone in its dump: duplicates are decided on it, so that they do not depend on which \
         records a run reads together",
        "the same as text, or the record alone would have no article",
    )
    .long(),
];

const SEGMENTS: &[Column] = &[
    ID,
    RUN_ID,
    column("seg_no", Int32, "0-based", "segment in the record", NEVER),
    column("line_no", Int32, "0-based", "line of the decoded text; lines split at line feeds only", NEVER),
    column("char_start", Int64, "Unicode scalars", "offset of the first character in the decoded text", NEVER),
    column("char_end", Int64, "Unicode scalars", "offset after the last character", NEVER),
    column("text", Text, "", "the segment as decoded, before NFC; empty for an empty line", NEVER).long(),
    column(
        "label",
        Text,
        "title lead body caption credit date_line related_heading related nav repeat separator blank",
        "what the segment is",
        NEVER,
    )
    .closed(),
    column("kept", Boolean, "", "whether it belongs to the clean text, whatever became of the record", NEVER),
    column("rule", Text, "", "rule or model that decided", NEVER),
    column("confidence", Float32, "0 to 1", "chance that the segment is rightly kept or cut", NEVER),
    column("repeat_of", Int32, "seg_no", "earlier segment that this one repeats", "it repeats none"),
    column("item_no", Int32, "from 1", "related item that the segment belongs to", "it belongs to none"),
    column(
        "language",
        Text,
        "BCP 47",
        "language of a kept segment of 40 letters or more where it surely is another than the record's (articles.language)",
        "the record's language, not kept, too short, or not sure",
    ),
    column(
        "label_alone",
        Text,
        "the labels of label",
        "label if the record stood alone in its dump",
        "label, kept and confidence would be the same",
    ),
    column("kept_alone", Boolean, "", "kept if the record stood alone", "label_alone is null"),
    column("confidence_alone", Float32, "0 to 1", "confidence if the record stood alone", "label_alone is null"),
];

const RELATED: &[Column] = &[
    ID,
    RUN_ID,
    column("item_no", Int32, "from 1", "item in the record", NEVER),
    column("heading", Text, "", "heading of the block", "the block has none"),
    column("headline", Text, "", "headline of the other story", "there is none"),
    column("teaser", Text, "", "its teaser", "there is none").long(),
    column("caption", Text, "", "caption of its picture", "there is none").long(),
    column("date", Text, "EDTF", "its date", "there is none"),
];

const DUPLICATES: &[Column] = &[
    ID,
    RUN_ID,
    column("kept_id", Text, "", "id of the kept record", NEVER),
    column("kept_run_id", Text, "", "run of the kept record", NEVER),
    column("kind", Text, "exact normalized near contained syndicated", "how the two agree", NEVER).closed(),
    column("dropped", Boolean, "", "whether the record left articles because of this row", NEVER),
    column("jaccard", Float64, "0 to 1", "shared units over all units of both", "not computed"),
    column(
        "containment",
        Float64,
        "0 to 1",
        "share of the smaller one's units found in the other, on the clean texts (articles.text_alone, where that is not null); where these leave it between \
         dedup.syndicated_containment and dedup.drop_containment, on the lines that are text when each record is read beside the other, \
         if that drops one of them",
        "not computed",
    ),
    column("similarity_unit", Text, "", "what was compared, such as syllable or character n-grams", "not computed"),
    column("title", Text, "", "title of the record", "there is none"),
    column("url", Text, "", "address of the record", "the input gives none"),
    FILE_PATH,
];

const MENTIONS: &[Column] = &[
    ID,
    RUN_ID,
    column("seg_no", Int32, "0-based", "segment that holds it", NEVER),
    column("char_start", Int64, "Unicode scalars", "offset of the first character in the decoded text", NEVER),
    column("char_end", Int64, "Unicode scalars", "offset after the last character", NEVER),
    column(
        "kind",
        Text,
        "person role org party place date quantity document_no",
        "what is mentioned; mentions of one kind never overlap, those of two may (the country in a party's name)",
        NEVER,
    ).closed(),
    column("surface", Text, "", "the words as printed: the decoded text from char_start to char_end", NEVER),
    column(
        "norm",
        Text,
        "",
        "normal form: of a person the full name where the article gave it before; of a role the key of its head; of a party its name \
         in English; of a country its code; of an agency or known organisation its key; of a date its EDTF; of a quantity value and \
         unit; else the surface",
        "a lunar date",
    ),
    column(
        "country",
        Text,
        "ISO 3166-1 alpha-2",
        "country of the place, party or agency; of a role the country named directly behind it",
        "not decidable",
    ),
    column(
        "authority",
        Text,
        "iso3166-1 unm49 partyfacts agency hanviet bracket",
        "list that authority_id comes from; hanviet is the Sino-Vietnamese reading of a Chinese name, a candidate only; bracket the \
         name in its own letters that the text gives in brackets",
        "none known",
    ).closed(),
    column("authority_id", Text, "", "identifier in that list", "none known"),
    column(
        "date_edtf",
        Text,
        "EDTF",
        "the date; XXXX where the text gives no year, relative dates counted from the day of publication",
        "not a date, or lunar",
    ),
    column(
        "date_lower",
        Date,
        "",
        "first day it may mean; without a year: the year before publication, else the latest past year that the article names",
        "not a date, or open",
    ),
    column(
        "date_upper",
        Date,
        "",
        "last day it may mean; without a year: the year after publication",
        "not a date, or open",
    ),
    column(
        "quantity",
        Float64,
        "as in unit",
        "the number; scales multiplied, a span is two rows (>= and <=)",
        "not a quantity",
    ),
    column("qualifier", Text, "= > >= < <= ~", "how the number is meant, by the word beside it", "not a quantity").closed(),
    column(
        "unit",
        Text,
        "ISO 4217, a measure or an English plural",
        "what is counted, where the lexicon knows the word",
        "not a quantity, or the thing has no key",
    ),
    column("confidence", Float32, "0 to 1", "how sure the mention is", "not scored"),
    column(
        "subtype",
        Text,
        "",
        "of dates day days month months year years quarter half decade century period relative lunar (a period is a term or plan and \
         never in event_dates); of places country capital city region; of organisations agency",
        "the kind has none",
    ),
    column("day_part", Text, "morning noon afternoon evening night dawn", "part of the day of a date", "not given").closed(),
    column("role", Text, "", "of a person: the role beside the name, as printed", "none stands beside it"),
    column("role_head", Text, "key of config/lexicon/mention", "head of that role", "no role"),
];

const REJECTS: &[Column] = &[
    FILE_PATH,
    column("record_no", Int64, "0-based", "record in the file", NEVER),
    column("id", Text, "", "id of the record", "the caller gives none, and stage is read or reason internal"),
    RUN_ID,
    column("stage", Text, "read decode article dedup", "where it was rejected", NEVER).closed(),
    column(
        "reason",
        Text,
        "empty no_article binary undecodable too_large bad_json bad_csv missing_text unreadable damaged_container over_limit file_name \
         duplicate_id internal",
        "why",
        NEVER,
    ).closed(),
    column("detail", Text, "", "the reason in words", "nothing to add").long(),
    column("excerpt", Text, "at most 500 Unicode scalars", "first characters of the record", "not decodable").long(),
    column("raw_bytes_hash", Text, "32 hex digits", "hash of the record's raw bytes", "they were not read"),
];

const RUNS: &[Column] = &[
    RUN_ID,
    column("started", Timestamp, "UTC", "when the run began", NEVER),
    column("finished", Timestamp, "UTC", "when its tables were complete", NEVER),
    column("version", Text, "", "version of newsieve", NEVER),
    column("config_hash", Text, "32 hex digits", "hash of everything that changes a row: config and lexicons", NEVER),
    column("inputs", Text, "JSON", "the inputs that were read", NEVER).long(),
    column("n_records", Int64, "records", "records read", NEVER),
    column("n_articles", Int64, "records", "rows of articles", NEVER),
    column("n_duplicates", Int64, "records", "rows of duplicates with dropped; 0 under flag", NEVER),
    column("n_rejects", Int64, "records", "rows of rejects", NEVER),
    column("n_skipped_inputs", Int64, "inputs", "inputs passed over because an earlier run committed them", NEVER),
    column("bytes_in", Int64, "bytes", "size of the inputs read, as stored", NEVER),
    column("bytes_out", Int64, "bytes", "size of the run's files in all other tables", NEVER),
    column("peak_rss_bytes", Int64, "bytes", "largest memory use of the process", "the system does not tell"),
];

/// Columns of the terminal that a description takes.
const TEXT_WIDTH: usize = 100;

/// Form of [`describe`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SchemaFormat {
    /// For a terminal.
    Text,
    /// One JSON object, tables in order.
    Json,
    /// Markdown tables.
    Markdown,
}

/// Describes one table, or all of them, for `newsieve schema`. Ends with a line feed.
#[must_use]
pub fn describe(table: Option<Table>, format: SchemaFormat) -> String {
    let tables = table.map_or_else(|| Table::ALL.to_vec(), |table| vec![table]);
    match format {
        SchemaFormat::Text => tables.into_iter().map(as_text).collect::<Vec<_>>().join("\n"),
        SchemaFormat::Markdown => tables.into_iter().map(as_markdown).collect::<Vec<_>>().join("\n"),
        SchemaFormat::Json => {
            let tables: Vec<Value> = tables.into_iter().map(as_json).collect();
            format!("{:#}\n", json!({ "schema_version": SCHEMA_VERSION, "tables": tables }))
        }
    }
}

fn as_text(table: Table) -> String {
    let mut text = format!("{}\n{}", table.as_str(), wrapped(table.meaning(), 2));
    let width = table.columns().iter().map(|column| column.name.len()).max().unwrap_or(0);
    for column in table.columns() {
        let _ = writeln!(text, "\n  {:width$}  {}", column.name, column.kind.as_str());
        let unit = if column.unit.is_empty() { String::new() } else { format!(" [{}]", column.unit) };
        text.push_str(&wrapped(&format!("{}{unit}", column.meaning), width + 4));
        if column.null != NEVER {
            text.push_str(&wrapped(&format!("null: {}", column.null), width + 4));
        }
    }
    text
}

/// Words in lines that fit a terminal, each behind some spaces.
fn wrapped(words: &str, indent: usize) -> String {
    let mut text = String::new();
    let mut used = TEXT_WIDTH;
    for word in words.split(' ') {
        let length = word.chars().count();
        if used + 1 + length > TEXT_WIDTH {
            let _ = write!(text, "{}{:indent$}", if text.is_empty() { "" } else { "\n" }, "");
            used = indent;
        } else {
            text.push(' ');
            used += 1;
        }
        text.push_str(word);
        used += length;
    }
    text + "\n"
}

fn as_markdown(table: Table) -> String {
    let mut text = format!("## {}\n\n{}\n\n", table.as_str(), table.meaning());
    text.push_str("| column | type | unit | meaning | null when |\n|---|---|---|---|---|\n");
    for column in table.columns() {
        let Column { name, kind, unit, meaning, null, .. } = column;
        let _ = writeln!(text, "| `{name}` | {} | {unit} | {meaning} | {null} |", kind.as_str());
    }
    text
}

fn as_json(table: Table) -> Value {
    let columns: Vec<Value> = table
        .columns()
        .iter()
        .map(|column| {
            json!({
                "name": column.name,
                "type": column.kind.as_str(),
                "unit": (!column.unit.is_empty()).then_some(column.unit),
                "meaning": column.meaning,
                "null": column.null,
            })
        })
        .collect();
    json!({ "table": table.as_str(), "meaning": table.meaning(), "columns": columns })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_in_the_order_of_the_contract() {
        let names = |table: Table| table.columns().iter().map(|column| column.name).collect::<Vec<_>>().join(" ");
        assert_eq!(
            names(Table::Articles),
            "id run_id content_hash url domain file_path record_no title description text text_chars language language_script \
             language_score date date_published date_precision date_source event_dates crawl_not_before dateline_place \
             dateline_country agency authors countries captions n_related n_lines n_removed_lines removed_char_share \
             quality_flags is_machine_translated mt_signals dup_cluster dup_cluster_size dup_of encoding extra text_hash caller_id \
             crawl_date agency_role n_paragraphs mean_paragraph_chars upper_share digit_share punctuation_share \
             repeated_char_share language_consistency has_end_mark n_dates text_alone"
        );
        assert_eq!(
            names(Table::Segments),
            "id run_id seg_no line_no char_start char_end text label kept rule confidence repeat_of item_no language label_alone \
             kept_alone confidence_alone"
        );
        assert_eq!(names(Table::Related), "id run_id item_no heading headline teaser caption date");
        assert_eq!(
            names(Table::Duplicates),
            "id run_id kept_id kept_run_id kind dropped jaccard containment similarity_unit title url file_path"
        );
        assert_eq!(
            names(Table::Mentions),
            "id run_id seg_no char_start char_end kind surface norm country authority authority_id date_edtf date_lower \
             date_upper quantity qualifier unit confidence subtype day_part role role_head"
        );
        assert_eq!(names(Table::Rejects), "file_path record_no id run_id stage reason detail excerpt raw_bytes_hash");
        assert_eq!(
            names(Table::Runs),
            "run_id started finished version config_hash inputs n_records n_articles n_duplicates n_rejects \
             n_skipped_inputs bytes_in bytes_out peak_rss_bytes"
        );
    }

    #[test]
    fn every_column_is_nullable_and_described() {
        for table in Table::ALL {
            assert!(table.schema().fields().iter().all(|field| field.is_nullable()));
            assert!(table.columns().iter().all(|column| !column.meaning.is_empty() && !column.null.is_empty()));
            assert_eq!(Table::from_name(table.as_str()), Some(table));
        }
    }

    #[test]
    fn labels_and_reasons_in_the_units_are_those_of_the_code() {
        let labels = crate::document::Label::ALL.map(crate::document::Label::as_str).join(" ");
        assert!(SEGMENTS.iter().any(|column| column.name == "label" && column.unit == labels));
    }

    #[test]
    fn describes_in_three_forms() {
        for format in [SchemaFormat::Text, SchemaFormat::Json, SchemaFormat::Markdown] {
            let all = describe(None, format);
            assert!(Table::ALL.iter().all(|table| all.contains(table.as_str())));
            assert!(all.ends_with('\n'));
            assert!(!describe(Some(Table::Runs), format).contains("repeat_of"));
        }
        let text = describe(None, SchemaFormat::Text);
        assert!(text.lines().all(|line| line.chars().count() <= TEXT_WIDTH), "{text}");
        assert!(
            text.contains("\n  title                  Utf8\n                         headline: the title line, else"),
            "{text}"
        );
        let parsed: Value = serde_json::from_str(&describe(Some(Table::Segments), SchemaFormat::Json)).unwrap();
        assert_eq!(parsed["tables"][0]["columns"][2]["name"], "seg_no");
    }
}
