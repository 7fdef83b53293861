//! The configuration: one struct a section of `config/default.toml`, and the overlay of file and flags.

mod check;
mod load;

use serde::{Deserialize, Serialize};

pub use load::{DEFAULT_TOML, Effective, load};

/// The whole configuration. Field docs stand in `config/default.toml`, which is compiled in.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "every key is documented in config/default.toml, the only place for it")]
pub struct Config {
    pub input: InputConfig,
    pub limits: LimitsConfig,
    pub decode: DecodeConfig,
    pub label: LabelConfig,
    pub article: ArticleConfig,
    pub dedup: DedupConfig,
    pub fields: FieldsConfig,
    pub table: TableConfig,
    pub lexicon: LexiconConfig,
}

/// `[input]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "documented in config/default.toml")]
pub struct InputConfig {
    pub paths: Vec<String>,
    pub format: InputFormat,
    pub text_field: String,
    pub id_field: String,
    pub url_field: String,
    pub title_field: String,
    pub date_field: String,
    pub crawl_date_field: String,
    pub ignore: Vec<String>,
}

/// Form of an input file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum InputFormat {
    /// By name, then by content.
    Auto,
    /// One record a file.
    Txt,
    /// One JSON object a line.
    Jsonl,
    /// A header, then one record a row.
    Csv,
    /// One record a row.
    Parquet,
    /// Pages of a web crawl.
    Warc,
    /// Texts of a web crawl; read as `Warc` is.
    Wet,
    /// One HTML page a file.
    Html,
}

/// `[limits]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "documented in config/default.toml")]
pub struct LimitsConfig {
    pub max_record_bytes: u64,
    pub max_input_bytes: u64,
    pub max_compression_ratio: u64,
    pub max_decoder_bytes: u64,
    pub max_archive_depth: u64,
    pub max_archive_members: u64,
    pub max_reject_share: f64,
    pub max_removed_share: f64,
}

/// `[decode]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "documented in config/default.toml")]
pub struct DecodeConfig {
    pub html_text: HtmlText,
    pub repair_mojibake: bool,
    pub max_control_share: f64,
}

/// Which text of an HTML page is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum HtmlText {
    /// The main text, as Readability finds it; the visible text where it finds none.
    Main,
    /// All that a reader sees.
    Visible,
}

/// `[label]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "documented in config/default.toml")]
pub struct LabelConfig {
    pub preset: Preset,
    pub recall_max_confidence: f32,
    pub precision_min_confidence: f32,
    pub min_items_without_heading: usize,
    pub min_repeat_units: usize,
    pub min_article_units: usize,
    pub template_records: u32,
    pub stories_of_others: bool,
}

/// What enters `text`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Preset {
    /// Rather too much than too little.
    Recall,
    /// Best F1.
    Balanced,
    /// Rather too little than too much.
    Precision,
}

/// `[article]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "documented in config/default.toml")]
pub struct ArticleConfig {
    pub lead_containment: f64,
}

/// `[dedup]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "documented in config/default.toml")]
pub struct DedupConfig {
    pub action: DedupAction,
    pub short_text_chars: usize,
    pub min_units: usize,
    pub drop_containment: f64,
    pub near_jaccard: f64,
    pub syndicated_containment: f64,
    pub series_figure_share: f64,
}

/// What becomes of a duplicate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DedupAction {
    /// It leaves `articles`; a row of `duplicates` says why.
    Drop,
    /// It stays in `articles` with `dup_of` filled.
    Flag,
}

/// `[fields]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "documented in config/default.toml")]
pub struct FieldsConfig {
    pub as_of: String,
}

/// `[table]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "documented in config/default.toml")]
pub struct TableConfig {
    pub row_group_bytes: usize,
    pub part_bytes: usize,
    pub zstd_level: i32,
}

/// `[lexicon]`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "documented in config/default.toml")]
pub struct LexiconConfig {
    pub dir: String,
}
