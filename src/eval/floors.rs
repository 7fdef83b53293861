//! Floors: figures below which `newsieve eval --floors` fails.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::Report;
use super::report::Summary;
use crate::error::{Error, Result};

/// A floors file: a table `[sets.NAME]` for each set, named as the report names it, and keys of its own.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Floors {
    /// By set.
    pub sets: BTreeMap<String, SetFloors>,
    /// Least share of the pages without an article that must be rejected.
    pub rejected_negatives: Option<f64>,
    /// Least share of right lines among those with a confidence of .9 and more.
    pub right_of_confident: Option<f64>,
}

/// Floors of one set.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SetFloors {
    /// Least text F1.
    pub text_f1: Option<f64>,
    /// Least mean of the languages' text F1.
    pub macro_text_f1: Option<f64>,
    /// Least share of right titles.
    pub title: Option<f64>,
    /// Least share of right fine labels.
    pub fine: Option<f64>,
    /// Largest share of destroyed articles.
    pub max_destroyed: Option<f64>,
    /// Largest share of articles rejected.
    pub max_rejected: Option<f64>,
    /// Largest share of body lines lost where nothing is noise.
    pub max_clean_loss: Option<f64>,
    /// Least text F1 by language.
    pub language: BTreeMap<String, f64>,
}

impl Floors {
    /// Reads a floors file.
    ///
    /// # Errors
    /// [`Error::Io`] where it cannot be read, [`Error::Config`] naming the key that is wrong.
    pub fn read(path: &Path) -> Result<Floors> {
        let content = std::fs::read_to_string(path).map_err(Error::io("read", path))?;
        toml::from_str(&content).map_err(|error| Error::Config(format!("{}: {error}", path.display())))
    }

    /// The floors that a report does not reach, one sentence each.
    #[must_use]
    pub fn missed(&self, report: &Report) -> Vec<String> {
        let mut missed = Vec::new();
        let mut least = |what: String, value: Option<f64>, floor: Option<f64>| {
            if let Some(floor) = floor
                && value.is_none_or(|value| value < floor)
            {
                missed.push(format!("{what} is {}, the floor is {floor}", shown(value)));
            }
        };
        for (name, floors) in &self.sets {
            let known = report.sets().contains(name);
            let summary = known.then(|| report.summary(name, None));
            let of = |value: fn(&Summary) -> f64| summary.as_ref().map(value);
            least(format!("text F1 of {name}"), of(|it| it.text.f1), floors.text_f1);
            least(format!("macro text F1 of {name}"), known.then(|| report.macro_f1(name)), floors.macro_text_f1);
            least(format!("title accuracy of {name}"), summary.as_ref().and_then(|it| it.title), floors.title);
            least(format!("fine label accuracy of {name}"), report.fine_accuracy(name), floors.fine);
            // Ceilings are floors of the rest.
            let rest = |ceiling: Option<f64>| ceiling.map(|ceiling| 1.0 - ceiling);
            least(
                format!("share of articles of {name} that are not destroyed"),
                of(|it| 1.0 - it.destroyed),
                rest(floors.max_destroyed),
            );
            least(
                format!("share of articles of {name} that are not rejected"),
                of(|it| 1.0 - it.rejected),
                rest(floors.max_rejected),
            );
            least(
                format!("share of body lines of {name} kept where nothing is noise"),
                report.clean_loss(name).map(|loss| 1.0 - loss),
                rest(floors.max_clean_loss),
            );
            for (language, floor) in &floors.language {
                let summary = report.summary(name, Some(language));
                let value = (summary.records > 0).then_some(summary.text.f1);
                least(format!("text F1 of {name} in `{language}`"), value, Some(*floor));
            }
        }
        let (all, rejected) = report.negatives();
        let share = (all > 0).then(|| rejected as f64 / all as f64);
        least("share of rejected pages without an article".to_owned(), share, self.rejected_negatives);
        let (all, right) = report.confident(0.9);
        let right = (all > 0).then_some(right);
        least("share of right lines with a confidence of .9 and more".to_owned(), right, self.right_of_confident);
        missed
    }
}

fn shown(value: Option<f64>) -> String {
    value.map_or("not measured".to_owned(), |value| format!("{value:.4}"))
}
