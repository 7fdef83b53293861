//! Labelled records: one JSON object a line, with a label for every line of the text.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::document::Label;
use crate::error::{Error, Result};

/// A labelled record. Only `id` and `raw_text` must be there; a record without labels is a page without an article.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Gold {
    /// Its id.
    pub id: String,
    /// Which cut of the page the text is (`page`, `container` …).
    pub variant: String,
    /// Where it comes from.
    pub corpus: String,
    /// Site; records of one site are never split between training and test.
    pub site: String,
    /// Address of the page.
    pub url: Option<String>,
    /// BCP 47.
    pub lang: String,
    /// The text.
    pub raw_text: String,
    /// One label a line: `body title noise duplicate blank`.
    pub labels: Vec<String>,
    /// One label a line, in the words of [`crate::document::Label`].
    pub labels_fine: Vec<String>,
    /// The clean text.
    pub gold_body: String,
    /// The headline.
    pub gold_title: Option<String>,
    /// Whether nothing in the text is noise.
    pub no_noise: bool,
}

impl Gold {
    /// Whether the record has no article.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        self.labels.is_empty()
    }
}

/// Reads a file of labelled records, plain or gzip.
///
/// # Errors
/// [`Error::Read`] where the file cannot be read; [`Error::Config`] naming file and line where a line is not such a record.
pub fn read(path: &Path) -> Result<Vec<Gold>> {
    let records: Vec<(usize, Gold)> = read_lines(path)?;
    if records.is_empty() {
        return Err(Error::Config(format!("{}: it holds no labelled record", path.display())));
    }
    for (number, record) in &records {
        if record.raw_text.is_empty() && record.labels.is_empty() {
            return Err(Error::Config(format!(
                "{}: line {number}: the record has no `raw_text`, the text whose lines are labelled",
                path.display()
            )));
        }
        let is_known = |label: &&String| {
            matches!(label.as_str(), "noise" | "duplicate") || Label::ALL.iter().any(|known| known.as_str() == **label)
        };
        if let Some(label) = record.labels.iter().chain(&record.labels_fine).find(|label| !is_known(label)) {
            let known = Label::ALL.map(Label::as_str).join(" ");
            return Err(Error::Config(format!(
                "{}: line {number}: there is no label `{label}`; the labels are: noise duplicate {known}",
                path.display()
            )));
        }
        let lines = record.raw_text.split('\n').count();
        for (field, labels) in [("labels", &record.labels), ("labels_fine", &record.labels_fine)] {
            if !labels.is_empty() && labels.len() != lines {
                return Err(Error::Config(format!(
                    "{}: line {number}: `{field}` has {} labels for {lines} lines of `raw_text`",
                    path.display(),
                    labels.len()
                )));
            }
        }
    }
    Ok(records.into_iter().map(|(_, record)| record).collect())
}

/// Reads the records of a file of JSON lines, plain or gzip, each with the number of its line.
pub(crate) fn read_lines<T: DeserializeOwned>(path: &Path) -> Result<Vec<(usize, T)>> {
    let file = File::open(path).map_err(Error::io("read", path))?;
    let compressed = path.extension().is_some_and(|extension| extension == "gz");
    let reader: Box<dyn Read> = if compressed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
    let mut records = Vec::new();
    for (number, line) in BufReader::new(reader).lines().enumerate() {
        let line = line.map_err(Error::io("read", path))?;
        if line.trim().is_empty() {
            continue;
        }
        let record = serde_json::from_str(&line).map_err(|error| {
            Error::Config(format!("{}: line {}: no labelled record: {error}", path.display(), number + 1))
        })?;
        records.push((number + 1, record));
    }
    Ok(records)
}
