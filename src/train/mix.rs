//! Makes records of the kind that scrapers of text leave, in every language of the corpus: an article, and behind or inside it a block
//! of other stories; and pages that are nothing but headlines and teasers. The other stories are those of other records.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use serde::Deserialize;

use super::{Role, is_whole_page, rest_of, site_of};
use crate::error::Result;
use crate::eval::gold::{self, Gold};
use crate::lexicon::{self, Lexicon};

/// Pairs of clean articles of one language, a JSON object a line: `a b a_title b_title a_text b_text`.
pub(super) const PAIRS: (&str, &str) = ("natural_pairs_vi.jsonl.gz", "vi");
/// The variant of clean articles, and what those of their mixtures begin with: the lead of both is known.
pub(super) const ARTICLE: &str = "article";
/// Fewest other stories that a fold must have in a language.
const MIN_DONORS: usize = 5;
/// Most bytes of a teaser.
const MAX_TEASER: usize = 420;
/// Most paragraphs of another story that is printed whole.
const MAX_STORY: usize = 6;
/// Bytes from which a line is long enough to know a text by it.
const TELLING_LINE: usize = 80;

/// Another story.
struct Donor {
    title: String,
    teaser: String,
    /// Its first paragraphs.
    story: Vec<String>,
}

/// Draws that depend on a record's id alone.
struct Draws(u64);

impl Draws {
    fn of(gold: &Gold) -> Draws {
        Draws(xxhash_rust::xxh3::xxh3_64(gold.id.as_bytes()))
    }

    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(0x1405_7B7E_F767_814F);
        (self.0 >> 33) as usize % limit.max(1)
    }
}

#[derive(Deserialize)]
struct Pair {
    a: String,
    b: String,
    a_title: String,
    b_title: String,
    a_text: String,
    b_text: String,
}

/// The articles of the pairs as labelled records without noise; those of which a line stands in a record that is there already are
/// left out.
pub(super) fn clean_articles(path: &Path, language: &str, golds: &[(Gold, Role)]) -> Result<Vec<Gold>> {
    let telling = |line: &&str| line.len() >= TELLING_LINE;
    let known: HashSet<&str> =
        golds.iter().flat_map(|(gold, _)| gold.raw_text.split('\n').map(str::trim).filter(telling)).collect();
    let mut seen = HashSet::new();
    let mut articles = Vec::new();
    for (_, pair) in gold::read_lines::<Pair>(path)? {
        for (id, title, text) in [(pair.a, pair.a_title, pair.a_text), (pair.b, pair.b_title, pair.b_text)] {
            let text = text.trim();
            let is_known = text.split('\n').map(str::trim).any(|line| known.contains(line));
            if text.is_empty() || title.trim().is_empty() || is_known || !seen.insert(id.clone()) {
                continue;
            }
            // The first line is the summary that the press prints in front of the story.
            let labels = |lead: &str| -> Vec<String> {
                let of_line = |(number, line): (usize, &str)| match number {
                    _ if line.trim().is_empty() => "blank",
                    0 => lead,
                    _ => "body",
                };
                std::iter::once("title").chain(text.split('\n').enumerate().map(of_line)).map(str::to_owned).collect()
            };
            articles.push(Gold {
                id,
                variant: ARTICLE.to_owned(),
                lang: language.to_owned(),
                labels: labels("body"),
                labels_fine: labels("lead"),
                raw_text: format!("{}\n{text}", title.trim()),
                ..Gold::default()
            });
        }
    }
    Ok(articles)
}

/// Mixtures and listings of whole pages and clean articles, with the stories of other records of their language and fold.
pub(super) fn mixtures(golds: &[(Gold, Role)], articles: &[Gold], folds: &HashMap<String, usize>) -> Vec<(Gold, Role)> {
    let lexicons = lexicon::builtin().unwrap_or_default();
    let pages = || golds.iter().map(|(gold, _)| gold).filter(|gold| is_whole_page(gold));
    let key = |gold: &'_ Gold| (gold.lang.clone(), folds[&site_of(gold)]);
    let mut donors: BTreeMap<(String, usize), Vec<Donor>> = BTreeMap::new();
    for gold in pages().chain(articles) {
        if let Some(donor) = donor(gold) {
            donors.entry(key(gold)).or_default().push(donor);
        }
    }
    let of = |gold: &Gold| donors.get(&key(gold)).filter(|donors| donors.len() >= MIN_DONORS);
    let mixtures = pages()
        .chain(articles.iter().filter(|article| Draws::of(article).below(3) > 0))
        .filter_map(|gold| Some((mixture(gold, of(gold)?, &lexicons), Role::Cut)));
    let rests = pages().filter_map(|gold| {
        let rest = rest_of(gold)?;
        let listing =
            of(gold).filter(|_| Draws::of(gold).below(2) == 0).map(|donors| listing(&rest, donors, &lexicons));
        Some((listing.unwrap_or(rest), Role::Rest))
    });
    mixtures.chain(rests).collect()
}

fn donor(gold: &Gold) -> Option<Donor> {
    let lines = || gold.raw_text.split('\n').zip(&gold.labels);
    let title = lines().find(|(_, label)| *label == "title")?.0.trim().to_owned();
    let story: Vec<String> = lines()
        .filter(|(line, label)| *label == "body" && line.len() > TELLING_LINE)
        .take(MAX_STORY)
        .map(|(line, _)| line.trim().to_owned())
        .collect();
    let teaser = story.first()?;
    let mut end = teaser.len().min(MAX_TEASER);
    while !teaser.is_char_boundary(end) {
        end -= 1;
    }
    Some(Donor { title, teaser: teaser[..end].to_owned(), story })
}

/// How the items of a block of other stories are printed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Headlines,
    Teasers,
    /// Headline and teaser in one line.
    Glued,
    /// Headline and some paragraphs.
    Stories,
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
        let form = match draws.below(10) {
            0..=3 => Form::Headlines,
            4..=6 => Form::Teasers,
            7 => Form::Glued,
            _ => Form::Stories,
        };
        let items = if form == Form::Stories { items.div_ceil(3) } else { items };
        let start = draws.below(donors.len());
        for donor in (0..items.min(donors.len() - 1)).map(|item| &donors[(start + item) % donors.len()]) {
            if donor.title == own {
                continue;
            }
            match form {
                Form::Glued => self.push(&format!("{} {}", donor.title, donor.teaser), "noise", "related"),
                _ => self.push(&donor.title, "noise", "related"),
            }
            if form == Form::Teasers {
                self.push(&donor.teaser, "noise", "related");
            } else if form == Form::Stories {
                for paragraph in donor.story.iter().take(1 + draws.below(MAX_STORY)) {
                    self.push(paragraph, "noise", "related");
                }
            }
        }
    }
}

fn headings<'a>(gold: &Gold, lexicons: &'a [Lexicon]) -> &'a [String] {
    lexicons.iter().find(|lexicon| lexicon.language == gold.lang).map_or(&[][..], |lexicon| &lexicon.headings.related)
}

fn mixture(gold: &Gold, donors: &[Donor], lexicons: &[Lexicon]) -> Gold {
    let mut draws = Draws::of(gold);
    let headings = headings(gold, lexicons);
    let is_article = gold.variant == ARTICLE;
    let fine = if is_article { &gold.labels_fine } else { &gold.labels };
    // Half of the articles lose their summary, so that not every first paragraph is one.
    let with_lead = draws.below(2) == 0;
    let kept: Vec<(&str, &String)> = gold
        .raw_text
        .split('\n')
        .zip(fine)
        .filter(|(_, label)| matches!(label.as_str(), "title" | "body") || (*label == "lead" && with_lead))
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
            mixture.push(line, if *label == "lead" { "body" } else { label }, label);
        }
    }
    if draws.below(5) > 0 {
        let items = 2 + draws.below(8);
        mixture.block(own, donors, headings, items, &mut draws);
    }
    Gold {
        id: format!("{}/mixture", gold.id),
        variant: if is_article { format!("{ARTICLE} mixture") } else { "mixture".to_owned() },
        site: site_of(gold),
        lang: gold.lang.clone(),
        raw_text: mixture.lines.join("\n"),
        labels: mixture.labels,
        labels_fine: mixture.fine,
        ..Gold::default()
    }
}

/// A page of headlines: the furniture of a page, and in the middle of it the beginnings of other stories.
fn listing(rest: &Gold, donors: &[Donor], lexicons: &[Lexicon]) -> Gold {
    let mut draws = Draws::of(rest);
    let headings = headings(rest, lexicons);
    let lines: Vec<&str> = rest.raw_text.split('\n').collect();
    let place = draws.below(lines.len());
    let mut block = Mixture { lines: Vec::new(), labels: Vec::new(), fine: Vec::new(), spaced: draws.below(2) == 0 };
    for _ in 0..=draws.below(4) {
        let items = 3 + draws.below(12);
        block.block("", donors, headings, items, &mut draws);
    }
    let text = [lines[..place].join("\n"), block.lines.join("\n"), lines[place..].join("\n")].join("\n");
    Gold { id: format!("{}/listing", rest.id), raw_text: text, ..rest.clone() }
}
