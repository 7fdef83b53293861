//! Words and patterns as data: one file a language in `config/lexicon/`, compiled in, and overlays from `lexicon.dir`.
//!
//! All files are in force for every record, whatever its language: pages mix languages (a Vietnamese picture marker inside a
//! Chinese story), and a phrase that must stand alone on its line does no harm elsewhere. Only what is ambiguous between
//! languages (dates, countries, function words, signals of machine translation) is looked up by the record's language.
//!
//! *Phrases* are compared after folding ([`crate::text::fold`]): NFC, lower case, full width to half width, the new Vietnamese
//! tone placement to the old one, runs of white space to one space, and punctuation at both ends off. *Patterns* are regular
//! expressions of the `regex` crate on the trimmed line in NFC with full-width letters, digits and punctuation (U+FF01–FF5E,
//! U+3000) already half width, so that `:` also stands for the full-width colon.

mod bylines;
mod compiled;
mod cues;
mod filter;
mod literals;

pub use bylines::{BYLINES, BylineLexicon};
pub use compiled::{
    Beginnings, CompiledAgency, CompiledSignal, EndMarks, LanguageData, LineSet, Patterns as CompiledPatterns,
};
pub use cues::{CUES, CueSet, Cues};
pub use filter::{Candidates, Gate, PatternSet};

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// The built-in files, in the order in which they are compiled: language and content.
pub const BUILTIN: [(&str, &str); 6] = [
    ("vi", include_str!("../../config/lexicon/vi.toml")),
    ("zh", include_str!("../../config/lexicon/zh.toml")),
    ("en", include_str!("../../config/lexicon/en.toml")),
    ("es", include_str!("../../config/lexicon/es.toml")),
    ("pt", include_str!("../../config/lexicon/pt.toml")),
    ("fr", include_str!("../../config/lexicon/fr.toml")),
];

/// Function words of further languages, for the column `language` only.
pub const IDENTIFY: &str = include_str!("../../config/lexicon/identify.toml");

/// Cues of page furniture and prose by language, for the labelling model.
pub const CUE_FILE: &str = include_str!("../../config/lexicon/cues.toml");

/// Parses the built-in lexicons.
///
/// # Errors
/// [`Error::Config`] naming the file; a build whose tests pass has none.
pub fn builtin() -> Result<Vec<Lexicon>> {
    let parse = |(language, content): &(&str, &str)| {
        toml::from_str(content).map_err(|error| Error::Config(format!("built-in lexicon `{language}`: {error}")))
    };
    let mut lexicons: Vec<Lexicon> = BUILTIN.iter().map(parse).collect::<Result<_>>()?;
    let cues: BTreeMap<String, Cues> =
        toml::from_str(CUE_FILE).map_err(|error| Error::Config(format!("built-in lexicon `cues`: {error}")))?;
    for (language, cues) in cues {
        match lexicons.iter_mut().find(|lexicon| lexicon.language == language) {
            Some(lexicon) => lexicon.cues = cues,
            None => lexicons.push(Lexicon { language, cues, ..Lexicon::default() }),
        }
    }
    Ok(lexicons)
}

/// One lexicon file. Every part may be absent; an overlay adds to the built-in one.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Lexicon {
    /// BCP 47 language of the file.
    pub language: String,
    /// Headings that stand alone on their line.
    pub headings: Headings,
    /// Page furniture.
    pub nav: Phrases,
    /// Beginnings of a line that links to another story (`>>`, `Xem thêm:`); the rest of the line is its headline.
    pub inline_link: InlineLink,
    /// Captions.
    pub caption: Caption,
    /// Bylines, editors, sources.
    pub credit: Credit,
    /// Lines that give the date of publication and little else.
    pub date_line: Patterns,
    /// End of the article.
    pub end: End,
    /// News agencies and the outlets that mark their leads.
    pub agency: Vec<Agency>,
    /// Datelines without a known agency in them.
    pub dateline: Patterns,
    /// Names of countries.
    pub country: Countries,
    /// Signals of machine translation.
    pub machine_translation: Vec<Signal>,
    /// Placeholder texts that mean there is no article (`404`, `Đang tải`, paywall stubs): whole line, folded.
    pub placeholder: Placeholder,
    /// Evidence for the language of a text.
    pub identify: Identify,
    /// How stories of the language begin.
    pub lead: Lead,
    /// Words of page furniture and of prose by class, see [`CUES`].
    pub cues: Cues,
    /// Dates, quantities, names and roles; the built-in ones stand in files of their own.
    pub mention: Option<crate::mention::lexicon::MentionLexicon>,
    /// What pages print beside a title; the built-in one is `bylines.toml`.
    pub byline: Option<BylineLexicon>,
}

/// `[headings]`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Headings {
    /// Other stories may follow.
    pub related: Vec<String>,
    /// Comments, tags, share boxes, advertisements may follow: page furniture, not stories.
    pub nav: Vec<String>,
}

/// `[nav]`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Phrases {
    /// Whole lines.
    pub lines: Vec<String>,
    /// Beginnings of a short line.
    pub prefixes: Vec<String>,
    /// Patterns, anchored by the author where they must be.
    pub patterns: Vec<String>,
}

/// `[inline_link]`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct InlineLink {
    /// Beginnings of a line, folded except for their closing colon or sign, which is part of them.
    pub prefixes: Vec<String>,
}

/// `[caption]`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Caption {
    /// Credit of a picture at the end of a line (`(Ảnh: X)`, `图自X`); patterns that end in `$`.
    pub endings: Vec<String>,
    /// Beginnings of a caption (`Ảnh:`, `图为`); patterns that begin with `^`.
    pub beginnings: Vec<String>,
    /// What stands between a title and the caption glued to it (`ảnh 1`, `hình ảnh 2`); patterns without anchors.
    pub glue: Vec<String>,
}

/// `[credit]`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Credit {
    /// Patterns for a whole line that is a byline, an editor's line or a source. A named group `author` catches the names.
    pub lines: Vec<String>,
}

/// A bare list of patterns for whole lines or beginnings.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Patterns {
    /// The patterns.
    pub patterns: Vec<String>,
}

/// `[end]`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct End {
    /// Marks that close the article, glued to the last sentence or alone (`./.`, `(完)`, `-30-`): literal, not folded.
    pub marks: Vec<String>,
}

/// `[[agency]]`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Agency {
    /// The value of the `agency` column.
    pub key: String,
    /// Where it is at home, ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// Its names, as printed; case is kept.
    pub names: Vec<String>,
    /// Patterns (beginning with `^`) of the mark in front of a lead that is cut off (`^VOV\.VN\s*[-–]\s*`). Named groups
    /// `place` (dateline place) and `date` may catch parts.
    pub prefixes: Vec<String>,
    /// Patterns for a whole line that is this agency's credit (`^\(?TTXVN\)?$`).
    pub credits: Vec<String>,
    /// Patterns for the beginning of a paragraph that names the source in running text and stays in it (`^Theo TTXVN,`).
    pub attributions: Vec<String>,
}

/// `[country]`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Countries {
    /// ISO 3166-1 alpha-2 to names as printed (case is kept), the commonest first.
    pub names: BTreeMap<String, Vec<String>>,
    /// Names that are also parts of other words or of people's names (`Đức`, `Anh`, `Nga`): counted only where the word before
    /// them is not capitalised.
    pub weak: Vec<String>,
    /// Words before a weak name that make it a person's (`ông`, `bà`), lower case.
    pub honorifics: Vec<String>,
    /// Longer phrases that hold a country's name and mean something else (`Mỹ Latin`, `New Mexico`).
    pub masks: Vec<String>,
}

/// `[[machine_translation]]`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Signal {
    /// The value in `mt_signals`.
    pub name: String,
    /// The pattern.
    pub pattern: String,
    /// Whether it counts to the decision; weak signals are only reported.
    pub strong: bool,
}

/// `[lead]`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Lead {
    /// The press prints a summary in front of every story (Vietnamese `sapo`): the model may call a first paragraph a lead although no
    /// mark shows it. Needs `identify.letters`, by which the language is known.
    pub summary: bool,
}

/// `[placeholder]`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Placeholder {
    /// Whole lines.
    pub lines: Vec<String>,
}

/// `[identify]`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Identify {
    /// Frequent function words of more than this language's own, lower case; 40 to 80 of them.
    pub words: Vec<String>,
    /// Letters that hardly any other language of the same script uses.
    pub letters: String,
}
