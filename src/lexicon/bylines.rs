//! What pages print beside a title: dates with clock and zone, words of publication, bylines.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::mention::lexicon::AuthorLexicon;

/// The built-in file. It holds for all languages at once.
pub const BYLINES: &str = include_str!("../../config/lexicon/bylines.toml");

/// `bylines.toml`, or `[byline]` of an overlay. Every part may be absent.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BylineLexicon {
    /// Number of the month to its names in lower case.
    pub months: BTreeMap<String, Vec<String>>,
    /// BCP 47 language to names that mean another month in it, with the month's number.
    pub months_of: BTreeMap<String, BTreeMap<String, u32>>,
    /// Words between the parts of a date.
    pub parts: DateParts,
    /// Words that say what a date is.
    pub said: Said,
    /// Words of the time of day.
    pub clock: Clock,
    /// Names of zones with one meaning, in minutes before UTC.
    pub zones: BTreeMap<String, i32>,
    /// ISO 3166-1 alpha-2 to the names of zones that mean this where the source is at home there.
    pub zones_of: BTreeMap<String, BTreeMap<String, i32>>,
    /// ISO 3166-1 alpha-2 to the zone of a country that has one, the same all the year round.
    pub home: BTreeMap<String, i32>,
    /// Countries whose press writes the month before the day in figures, by ISO 3166-1 alpha-2.
    pub month_first: Vec<String>,
    /// Countries whose press writes English and the day first.
    pub day_first: Vec<String>,
    /// BCP 47 language to the words of its bylines, for languages that have no lexicon of mentions; `any` holds for all.
    pub author: BTreeMap<String, AuthorLexicon>,
    /// Given names beside those of the lexicons of mentions.
    pub given: Vec<String>,
}

/// `[parts]`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DateParts {
    /// Words between day, month and year.
    pub joints: Vec<String>,
    /// What is glued to a day.
    pub ordinals: Vec<String>,
}

/// `[said]`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Said {
    /// The day is that of publication.
    pub published: Vec<String>,
    /// The day is that of a change.
    pub updated: Vec<String>,
    /// The day is neither.
    pub other: Vec<String>,
}

/// `[clock]`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Clock {
    /// Words in front of a time.
    pub before: Vec<String>,
    /// Words behind the hour or the whole time.
    pub hours: Vec<String>,
    /// Before noon.
    pub morning: Vec<String>,
    /// After noon.
    pub afternoon: Vec<String>,
}

impl BylineLexicon {
    /// The built-in file.
    ///
    /// # Errors
    /// [`Error::Config`] when it is no TOML of its form; a build whose tests pass has none.
    pub fn builtin() -> Result<BylineLexicon> {
        toml::from_str(BYLINES).map_err(|error| Error::Config(format!("built-in lexicon `bylines`: {error}")))
    }
}
