//! Compares two texts exactly, on the whole sets of their units.

use super::units::{UnitKind, has_figure};
use crate::config::DedupConfig;
use crate::error::Result;

/// Differing units with a figure that a series has on either side. Two corrected figures make at most six of three syllables; that
/// is an edit. The bulletins of a lottery differ in thirty and more.
const MIN_SERIES_UNITS: u32 = 7;

/// Two sets of units, counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Comparison {
    /// Units of both.
    pub shared: u32,
    /// Units of the first, units of the second.
    pub sizes: [u32; 2],
    /// Units with a figure that only the first has, that only the second has; of what might be a series only those where the other has
    /// another figure in the same place ([`Comparison::of_texts`]).
    pub figures: [u32; 2],
    /// Whether neither is a copy of the other although they share much: one text begins with a story of its own in front of what the two
    /// share, as a page does that prints another story below its own ([`Comparison::of_texts`]), or what is published of them shares
    /// little ([`Comparison::weigh_published`]).
    pub is_apart: bool,
}

/// What a verified pair is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Equal byte for byte.
    Exact,
    /// Equal matching keys.
    Normalized,
    /// A copy of about the same length.
    Near,
    /// Most of the shorter one stands in the longer one.
    Contained,
    /// They share much; both stay.
    Syndicated,
}

impl Kind {
    /// Value of the column `kind`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Exact => "exact",
            Kind::Normalized => "normalized",
            Kind::Near => "near",
            Kind::Contained => "contained",
            Kind::Syndicated => "syndicated",
        }
    }
}

impl Comparison {
    /// Compares two sorted sets.
    #[must_use]
    pub fn of(first: &[u64], second: &[u64]) -> Comparison {
        let figures = |set: &[u64]| set.iter().filter(|unit| has_figure(**unit)).count() as u32;
        let (mut i, mut j, mut shared, mut shared_figures) = (0, 0, 0, 0);
        // Which of two hashes is smaller cannot be foreseen: steps are added up, not branched on.
        while i < first.len() && j < second.len() {
            let (a, b) = (first[i], second[j]);
            let same = u32::from(a == b);
            shared += same;
            shared_figures += same & u32::from(has_figure(a));
            i += usize::from(a <= b);
            j += usize::from(b <= a);
        }
        Comparison {
            shared,
            sizes: [first.len() as u32, second.len() as u32],
            figures: [figures(first) - shared_figures, figures(second) - shared_figures],
            is_apart: false,
        }
    }

    /// Compares two texts by their sets of units; where these leave open whether the two are of a series, or of different stories, by
    /// their tokens. Those of one title are of one story.
    pub(super) fn of_texts(
        sets: [&[u64]; 2],
        kind: UnitKind,
        one_title: bool,
        config: &DedupConfig,
        tokens: impl FnOnce() -> Result<[Vec<u32>; 2]>,
    ) -> Result<Comparison> {
        let mut comparison = Comparison::of(sets[0], sets[1]);
        let may_be_series = comparison.is_series(config);
        let longest = comparison.sizes[0].max(comparison.sizes[1]);
        let may_be_apart = !one_title && longest - comparison.shared >= kind.least_own_story();
        if comparison.containment() >= config.drop_containment && (may_be_series || may_be_apart) {
            let [first, second] = tokens()?;
            if may_be_series {
                comparison.figures = kind.figures_in_place(&first, &second);
            }
            let has_own_story = |text: &[u32], other| kind.own_beginning(text, other) >= kind.least_own_story();
            comparison.is_apart = may_be_apart && (has_own_story(&first, sets[1]) || has_own_story(&second, sets[0]));
        }
        Ok(comparison)
    }

    /// Whether one of the two is dropped in favour of the other.
    #[must_use]
    pub fn drops(&self, config: &DedupConfig) -> bool {
        matches!(self.kind(config), Some(Kind::Near | Kind::Contained))
    }

    /// Looks at the units of the published texts, where they are not those that were compared: no text is dropped in favour of a page that
    /// prints it, if other records of the run have told that it is not that page's.
    pub(super) fn weigh_published(
        &mut self,
        config: &DedupConfig,
        sets: impl FnOnce() -> Result<[Vec<u64>; 2]>,
    ) -> Result<()> {
        if self.drops(config) {
            let [first, second] = sets()?;
            self.is_apart = Comparison::of(&first, &second).containment() < config.syndicated_containment;
        }
        Ok(())
    }

    /// Of two texts with one matching key.
    #[must_use]
    pub fn equal() -> Comparison {
        Comparison { shared: 1, sizes: [1, 1], figures: [0, 0], is_apart: false }
    }

    /// Shared units over all units of both, 0 to 1.
    #[must_use]
    pub fn jaccard(&self) -> f64 {
        let all = self.sizes[0] + self.sizes[1] - self.shared;
        if all == 0 { 0.0 } else { f64::from(self.shared) / f64::from(all) }
    }

    /// Share of the smaller set's units found in the other, 0 to 1.
    #[must_use]
    pub fn containment(&self) -> f64 {
        let smaller = self.sizes[0].min(self.sizes[1]);
        if smaller == 0 { 0.0 } else { f64::from(self.shared) / f64::from(smaller) }
    }

    /// Whether the two are of one series or template (rates of the day, lottery, weather): on both sides, what differs is mostly
    /// figures, and the other has another one in the same place. A copy that was edited, cut or extended differs in words too, at least
    /// on one side; and where words with figures among them were put in the place of others, no figure stands where one stood. Of 42
    /// pairs of Vietnamese bulletins half of the figures and more do, nine tenths where the containment is .8; of edited copies in a
    /// generated dump at most .3.
    #[must_use]
    pub fn is_series(&self, config: &DedupConfig) -> bool {
        (0..2).all(|side| {
            let differing = self.sizes[side] - self.shared;
            let figures = self.figures[side];
            figures >= MIN_SERIES_UNITS && f64::from(figures) >= config.series_figure_share * f64::from(differing)
        })
    }

    /// What the pair is by the thresholds of the configuration; `None` where too little is shared.
    #[must_use]
    pub fn kind(&self, config: &DedupConfig) -> Option<Kind> {
        let containment = self.containment();
        if containment < config.syndicated_containment {
            None
        } else if containment < config.drop_containment || self.is_series(config) || self.is_apart {
            Some(Kind::Syndicated)
        } else if self.jaccard() >= config.near_jaccard {
            Some(Kind::Near)
        } else {
            Some(Kind::Contained)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::config;
    use super::super::units::Units;
    use super::*;

    fn compare(first: &str, second: &str) -> Comparison {
        let set = |text: &str| Units::of(&crate::text::matching_key(text)).set();
        Comparison::of(&set(first), &set(second))
    }

    #[test]
    fn shares_are_counted_exactly() {
        let both = compare("a b c d e f", "b c d e f g h i");
        assert_eq!((both.shared, both.sizes), (3, [4, 6]));
        assert!((both.containment() - 0.75).abs() < 1e-9 && (both.jaccard() - 3.0 / 7.0).abs() < 1e-9);
        let none = compare("", "a b c");
        assert!(none.containment().abs() < 1e-9 && none.jaccard().abs() < 1e-9);
        assert_eq!(none.kind(&config()), None);
    }

    #[test]
    fn kinds_begin_at_their_thresholds() {
        let pair = |shared, sizes| Comparison { shared, sizes, ..Comparison::default() }.kind(&config());
        assert_eq!(pair(49, [100, 100]), None);
        assert_eq!(pair(50, [100, 100]), Some(Kind::Syndicated));
        assert_eq!(pair(79, [100, 100]), Some(Kind::Syndicated));
        assert_eq!(pair(80, [100, 300]), Some(Kind::Contained));
        assert_eq!(pair(80, [100, 100]), Some(Kind::Near));
    }

    #[test]
    fn figures_on_both_sides_make_a_series() {
        let pair = |figures, sizes| Comparison { shared: 90, sizes, figures, ..Comparison::default() }.kind(&config());
        assert_eq!(pair([8, 9], [100, 100]), Some(Kind::Syndicated));
        // Words differ too: an edited copy.
        assert_eq!(pair([3, 9], [100, 100]), Some(Kind::Near));
        // Two corrected figures.
        assert_eq!(pair([6, 6], [96, 96]), Some(Kind::Near));
        // Nothing of the shorter one is missing: an excerpt.
        assert_eq!(pair([0, 60], [90, 190]), Some(Kind::Contained));
    }
}
