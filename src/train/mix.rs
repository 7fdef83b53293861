//! Makes records of the kind that scrapers of text leave, in every language of the corpus: an article, and behind or inside it a block
//! of other stories. The other stories are titles and first paragraphs of other records.

use std::collections::{BTreeMap, HashMap};

use super::{Role, is_whole_page, site_of};
use crate::eval::gold::Gold;
use crate::lexicon::{self, Lexicon};

/// Fewest other stories that a fold must have in a language.
const MIN_DONORS: usize = 5;
/// Most bytes of a teaser.
const MAX_TEASER: usize = 420;

/// A headline and the first paragraph of its story.
struct Donor {
    title: String,
    teaser: String,
}

/// Draws that depend on a record's id alone.
struct Draws(u64);

impl Draws {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F);
        (self.0 >> 33) as usize % limit.max(1)
    }
}

/// One mixture for each whole page that has other stories of its language in its fold.
pub(super) fn mixtures(golds: &[(Gold, Role)], folds: &HashMap<String, usize>) -> Vec<Gold> {
    let lexicons = lexicon::builtin().unwrap_or_default();
    let mut donors: BTreeMap<(&str, usize), Vec<Donor>> = BTreeMap::new();
    for (gold, _) in golds.iter().filter(|(gold, _)| is_whole_page(gold)) {
        if let Some(donor) = donor(gold) {
            donors.entry((&gold.lang, folds[&site_of(gold)])).or_default().push(donor);
        }
    }
    golds
        .iter()
        .filter(|(gold, _)| is_whole_page(gold))
        .filter_map(|(gold, _)| {
            let donors = donors.get(&(gold.lang.as_str(), folds[&site_of(gold)]))?;
            (donors.len() >= MIN_DONORS).then(|| mixture(gold, donors, &lexicons))
        })
        .collect()
}

fn donor(gold: &Gold) -> Option<Donor> {
    let lines = || gold.raw_text.split('\n').zip(&gold.labels);
    let title = lines().find(|(_, label)| *label == "title")?.0.trim().to_owned();
    let teaser = lines().find(|(line, label)| *label == "body" && line.len() > 80)?.0.trim();
    let mut end = teaser.len().min(MAX_TEASER);
    while !teaser.is_char_boundary(end) {
        end -= 1;
    }
    Some(Donor { title, teaser: teaser[..end].to_owned() })
}

struct Mixture {
    lines: Vec<String>,
    labels: Vec<String>,
    fine: Vec<String>,
    /// Whether blank lines stand between the lines.
    spaced: bool,
}

impl Mixture {
    fn push(&mut self, line: &str, label: &str, fine: &str) {
        for (line, label, fine) in
            [(line, label, fine), ("", "blank", "blank")].into_iter().take(1 + usize::from(self.spaced))
        {
            self.lines.push(line.to_owned());
            self.labels.push(label.to_owned());
            self.fine.push(fine.to_owned());
        }
    }

    fn block(&mut self, own: &str, donors: &[Donor], headings: &[String], items: usize, draws: &mut Draws) {
        if !headings.is_empty() && draws.below(2) == 0 {
            let heading = &headings[draws.below(headings.len())];
            self.push(heading, "noise", "related_heading");
        }
        let form = draws.below(3);
        let start = draws.below(donors.len());
        for donor in (0..items.min(donors.len() - 1)).map(|item| &donors[(start + item) % donors.len()]) {
            if donor.title == own {
                continue;
            }
            self.push(&donor.title, "noise", "related");
            if form == 1 {
                self.push(&donor.teaser, "noise", "related");
            }
        }
    }
}

fn mixture(gold: &Gold, donors: &[Donor], lexicons: &[Lexicon]) -> Gold {
    let mut draws = Draws(xxhash_rust::xxh3::xxh3_64(gold.id.as_bytes()));
    let lexicon = lexicons.iter().find(|lexicon| lexicon.language == gold.lang);
    let headings = lexicon.map_or(&[][..], |lexicon| &lexicon.headings.related);
    let kept: Vec<(&str, &String)> = gold
        .raw_text
        .split('\n')
        .zip(&gold.labels)
        .filter(|(_, label)| matches!(label.as_str(), "title" | "body"))
        .collect();
    let own = kept.iter().find(|(_, label)| *label == "title").map_or("", |(line, _)| line.trim());
    let mut mixture = Mixture { lines: Vec::new(), labels: Vec::new(), fine: Vec::new(), spaced: draws.below(2) == 0 };
    let with_title = draws.below(5) > 0;
    let inside = (draws.below(4) == 0 && kept.len() > 4).then(|| 2 + draws.below(kept.len() - 3));
    for (at, (line, label)) in kept.iter().enumerate() {
        if inside == Some(at) {
            let items = 1 + draws.below(3);
            mixture.block(own, donors, headings, items, &mut draws);
        }
        if with_title || *label != "title" {
            mixture.push(line, label, label);
        }
    }
    if draws.below(5) > 0 {
        let items = 2 + draws.below(8);
        mixture.block(own, donors, headings, items, &mut draws);
    }
    Gold {
        id: format!("{}/mixture", gold.id),
        variant: "mixture".to_owned(),
        site: gold.site.clone(),
        lang: gold.lang.clone(),
        raw_text: mixture.lines.join("\n"),
        labels: mixture.labels,
        labels_fine: mixture.fine,
        ..Gold::default()
    }
}
