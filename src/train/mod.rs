//! Trains the labelling model and measures it by cross-validation over sites.
//!
//! The second stage and the small heads see opinions of first stages that were fitted without the record's site, as they will on
//! sites nobody has seen. Cross-validation does all of it again for each fold: nothing of a test site is in what judges it.

pub mod boost;
mod mix;
pub mod words;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::path::Path;

use rayon::prelude::*;

use crate::config::LabelConfig;
use crate::document::{Label, Span};
use crate::error::{Error, Result};
use crate::eval::gold::{self, Gold};
use crate::eval::{Outcome, Report};
use crate::label::address::Address;
use crate::label::decide::MAX_CAPTION_CHARS;
use crate::label::model::features::{Column, FIRST_STAGE, Features};
use crate::label::model::matrix::Matrix;
use crate::label::model::second::{self, SECOND, Second};
use crate::label::model::trees::Ensemble;
use crate::label::model::{self, Model, candidates, record, text};
use crate::label::{Known, Labeler, Page, rules};
use crate::lexicon::{self, CompiledPatterns};
use crate::segment::segment;
use boost::{Columns, Examples, Settings};

/// Folds of the cross-validation, and of the opinions that the second stage is fitted on.
const FOLDS: usize = 5;
/// Of a hundred records that are only trained on, so many hide their words, so that the trees also learn to do without.
const HIDDEN: u64 = 20;
/// Least lines of the rest of a page that makes a page without an article.
const MIN_REST: usize = 30;
/// Weight of a line of a cut: its page is there already.
const CUT_WEIGHT: f32 = 0.35;
/// Weight of a cut's candidates for the title: there they are easily told.
const CUT_TITLE_WEIGHT: f32 = 0.2;
/// Lines behind an article that a cut of its page has.
const MAX_TAIL: usize = 25;
/// Weight of a line of text among the examples of captions, where it is no longer than captions are: beside other noise alone the head
/// never sees what a caption must be told from.
const TEXT_WEIGHT: f32 = 0.5;
/// Weight of a real page without an article, against one that is made of the rest of a page.
const LISTING_WEIGHT: f32 = 10.0;
/// Characters of text that a page without an article counts as having, for the weight of its lines.
const NEGATIVE_CHARS: f32 = 3000.0;

/// The files of a corpus folder, and whether they are only trained on.
pub const FILES: [(&str, bool); 6] = [
    ("dev.jsonl.gz", false),
    ("dev_vfnd.jsonl.gz", false),
    ("dev_composed.jsonl.gz", false),
    ("dev_negatives.jsonl.gz", false),
    ("train_more.jsonl.gz", true),
    ("train_vfnd.jsonl.gz", true),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Trained on and tested.
    Test,
    /// Trained on only.
    Train,
    /// A shorter cut of a page that is trained on, as other tools leave it: the article alone, or with a little of what follows it.
    Cut,
    /// What is left of a page when its article is taken out: only for the head that finds pages without one.
    Rest,
}

/// One labelled record ready for training.
struct Sample<'a> {
    gold: Gold,
    role: Role,
    fold: usize,
    /// Number of the site.
    site: u32,
    spans: Vec<Span>,
    page: Page<'a>,
    features: Features,
    /// Hashes of the words and pairs of each line.
    words: Vec<Vec<u32>>,
    is_text: Vec<bool>,
    is_title: Vec<bool>,
    /// Fine label of each line; empty where the gold has none.
    fine: Vec<Label>,
    /// First row in the columns under way.
    start: u32,
}

/// Trains a model on a corpus folder. `tell` hears what is being done.
///
/// # Errors
/// Files of the corpus that cannot be read or are not what [`gold::read`] expects.
pub fn train(corpus: &Path, config: &LabelConfig, tell: &dyn Fn(&str)) -> Result<Model> {
    let patterns = CompiledPatterns::new(&lexicon::builtin()?)?;
    let unused = Model::default();
    let labeler = Labeler::new(&patterns, &unused, config);
    let mut samples = prepare(&labeler, read(corpus, tell)?);
    let all: Vec<usize> = (0..samples.len()).collect();
    Ok(fit(&mut samples, &all))
}

/// A part of the model that can be fitted alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The head that chooses the title among its candidates.
    Titles,
    /// The head that knows captions.
    Captions,
}

/// Fits one part, and leaves all else of the model that is compiled in as it is.
///
/// # Errors
/// As [`train`].
pub fn train_part(part: Part, corpus: &Path, config: &LabelConfig, tell: &dyn Fn(&str)) -> Result<Model> {
    let patterns = CompiledPatterns::new(&lexicon::builtin()?)?;
    let unused = Model::default();
    let labeler = Labeler::new(&patterns, &unused, config);
    let mut samples = prepare(&labeler, read(corpus, tell)?);
    let all: Vec<usize> = (0..samples.len()).collect();
    let mut opinions = opinions(&mut samples, &all);
    opinions.columns = Columns::default();
    let mut model = model::builtin()?;
    match part {
        Part::Titles => model.heads[model::TITLE] = fit_titles(&mut samples, &opinions),
        Part::Captions => {
            let columns = columns(&mut samples, &all, Some((&opinions.text, &opinions.title)));
            let examples = kind_examples(&samples, &opinions.lines, Label::Caption);
            model.heads[model::CAPTION] = boost::fit(&columns, &examples, &settings(Head::Caption));
        }
    }
    Ok(model)
}

/// Measures, for each record of a corpus folder that is not only trained on, a model that was trained without the record's site.
///
/// # Errors
/// As [`train`]. With `models`, the models of the folds are kept in that folder, and those that are there are used instead of fitting
/// them again: to measure a change behind the model in seconds. With `addresses`, the labeller is given those of the tested records, as by a
/// dump that has them.
pub fn cross_validate(
    corpus: &Path,
    config: &LabelConfig,
    models: Option<&Path>,
    addresses: bool,
    tell: &dyn Fn(&str),
) -> Result<Report> {
    let patterns = CompiledPatterns::new(&lexicon::builtin()?)?;
    let unused = Model::default();
    let labeler = Labeler::new(&patterns, &unused, config);
    let mut samples = prepare(&labeler, read(corpus, tell)?);
    let mut report = Report::default();
    for fold in 0..FOLDS {
        let test: Vec<usize> =
            (0..samples.len()).filter(|&at| samples[at].fold == fold && samples[at].role == Role::Test).collect();
        let tested: HashSet<u32> = test.iter().map(|&at| samples[at].site).collect();
        let train: Vec<usize> = (0..samples.len()).filter(|&at| !tested.contains(&samples[at].site)).collect();
        let kept = models.map(|folder| folder.join(format!("fold-{fold}.bin.zst")));
        let model = match &kept {
            Some(path) if path.exists() => Model::load(path)?,
            _ => fit(&mut samples, &train),
        };
        if let Some(path) = kept.filter(|path| !path.exists()) {
            model.save(&path)?;
        }
        let outcomes: Vec<Outcome> = test.par_iter().map(|&at| outcome(&samples[at], &model, addresses)).collect();
        for (&at, outcome) in test.iter().zip(&outcomes) {
            report.add(&samples[at].gold, outcome);
        }
        tell(&format!("fold {} of {FOLDS} measured", fold + 1));
    }
    Ok(report)
}

/// Reads the files of a corpus folder and makes the further cuts of their pages.
fn read(corpus: &Path, tell: &dyn Fn(&str)) -> Result<Corpus> {
    let mut golds: Vec<(Gold, Role)> = Vec::new();
    for (file, train_only) in FILES {
        let path = corpus.join(file);
        if path.exists() {
            let role = if train_only { Role::Train } else { Role::Test };
            golds.extend(gold::read(&path)?.into_iter().map(|gold| (gold, role)));
        } else {
            tell(&format!("no {file} in {}: done without", corpus.display()));
        }
    }
    if golds.is_empty() {
        let names: Vec<&str> = FILES.iter().map(|(name, _)| *name).collect();
        return Err(Error::Config(format!("{} has none of the files {}", corpus.display(), names.join(", "))));
    }
    let pairs = corpus.join(mix::PAIRS.0);
    let articles = if pairs.exists() { mix::clean_articles(&pairs, mix::PAIRS.1, &golds)? } else { Vec::new() };
    let folds = folds(golds.iter().map(|(gold, _)| gold).chain(&articles));
    let cuts = golds.iter().filter(|(gold, _)| is_whole_page(gold)).flat_map(|(gold, _)| cuts_of(gold));
    let mixtures = mix::mixtures(&golds, &articles, &folds);
    let mut more: Vec<(Gold, Role)> = cuts.map(|gold| (gold, Role::Cut)).collect();
    more.extend(articles.into_iter().map(|gold| (gold, Role::Cut)));
    more.extend(mixtures);
    golds.extend(more);
    tell(&format!("{} records", golds.len()));
    Ok(Corpus { golds, folds })
}

/// Labelled records and the fold of each site.
struct Corpus {
    golds: Vec<(Gold, Role)>,
    folds: HashMap<String, usize>,
}

/// What the labeller makes of a record with a model.
fn outcome(sample: &Sample, model: &Model, addresses: bool) -> Outcome {
    let mut page = sample.page.clone();
    page.address = sample.gold.url.as_deref().filter(|_| addresses).and_then(Address::of);
    let mut features = sample.features.clone();
    for (row, decision) in page.decisions.iter().enumerate() {
        let rank = decision.map_or(0, |it| model.ranks[it.rule.number]);
        features.matrix.set(Column::RuleRank as usize, row, rank);
    }
    let judgement = model.judge(&mut features, &page.lines, page.address.as_ref());
    let has_article = page.conclude(&judgement);
    Outcome::of_page(&page, &sample.spans, has_article)
}

fn prepare<'a>(labeler: &'a Labeler, Corpus { golds, folds }: Corpus) -> Vec<Sample<'a>> {
    let sites: BTreeSet<&String> = folds.keys().collect();
    let numbers: HashMap<&String, u32> = sites.into_iter().zip(0..).collect();
    let no_ranks = vec![0; rules::ALL.len()];
    golds
        .into_par_iter()
        .map(|(gold, role)| {
            let spans = segment(&gold.raw_text, None, labeler.patterns());
            let (page, features) = labeler.examine(&gold.raw_text, &spans, Known::default(), &no_ranks);
            let line_no: Vec<usize> = page.lines.iter().map(|line| spans[line.segment].line_no as usize).collect();
            let labelled = |no: usize, label: &str| gold.labels.get(no).is_some_and(|known| known == label);
            let titles: HashSet<u64> = page
                .lines
                .iter()
                .zip(&line_no)
                .filter(|(_, no)| labelled(**no, "title"))
                .map(|(line, _)| line.hash)
                .collect();
            let fine = line_no.iter().filter_map(|&no| gold.fine(no)).collect();
            let words = (0..page.lines.len())
                .map(|row| {
                    let mut list = Vec::new();
                    text::buckets(&features.vocabulary, row, page.lines[row].hash, |hash| list.push(hash));
                    list
                })
                .collect();
            let site = site_of(&gold);
            Sample {
                role,
                fold: folds[&site],
                site: numbers[&site],
                is_text: line_no.iter().map(|&no| labelled(no, "body")).collect(),
                is_title: page.lines.iter().map(|line| titles.contains(&line.hash)).collect(),
                fine,
                spans,
                page,
                features,
                words,
                start: 0,
                gold,
            }
        })
        .collect()
}

/// The site of a record: the name in front of its public suffix, so that the editions of one house stand together.
fn site_of(gold: &Gold) -> String {
    if gold.site.is_empty() {
        return gold.id.clone();
    }
    let host = gold.site.to_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host);
    let parts: Vec<&str> = host.split('.').collect();
    let second = ["co", "com", "org", "net", "gov", "ac", "edu", "gob", "or", "ne"];
    let take = match parts.as_slice() {
        [.., middle, last] if parts.len() > 2 && last.len() == 2 && second.contains(middle) => 3,
        _ => 2,
    };
    parts[parts.len().saturating_sub(take)].to_owned()
}

/// Deals the sites to folds of like size.
fn folds<'a>(golds: impl Iterator<Item = &'a Gold>) -> HashMap<String, usize> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for gold in golds {
        *counts.entry(site_of(gold)).or_default() += 1;
    }
    let mut sites: Vec<(String, usize)> = counts.into_iter().collect();
    sites.sort_by_key(|(site, count)| (std::cmp::Reverse(*count), xxhash_rust::xxh3::xxh3_64(site.as_bytes())));
    let mut load = [0; FOLDS];
    let mut fold_of = HashMap::new();
    for (site, count) in sites {
        let fold = (0..FOLDS).min_by_key(|&fold| load[fold]).unwrap_or(0);
        load[fold] += count;
        fold_of.insert(site, fold);
    }
    fold_of
}

fn is_whole_page(gold: &Gold) -> bool {
    gold.variant == "page" && !gold.is_negative() && gold.labels_fine.is_empty()
}

/// The article alone, and the article with a few lines of what stands inside and behind it.
fn cuts_of(gold: &Gold) -> Vec<Gold> {
    let lines: Vec<(&str, &String)> = gold.raw_text.split('\n').zip(&gold.labels).collect();
    let is_text = |label: &str| matches!(label, "title" | "body");
    let Some(last) = lines.iter().rposition(|(_, label)| *label == "body") else { return Vec::new() };
    let first = lines.iter().position(|(_, label)| is_text(label)).unwrap_or(0);
    let cut = |name: &str, keep: &dyn Fn(usize) -> bool| {
        let kept: Vec<(&str, &String)> = lines
            .iter()
            .enumerate()
            .filter(|(at, (_, label))| is_text(label) || (keep(*at) && (first..last + MAX_TAIL).contains(at)))
            .map(|(_, line)| *line)
            .collect();
        Gold {
            id: format!("{}/{name}", gold.id),
            variant: name.to_owned(),
            site: gold.site.clone(),
            lang: gold.lang.clone(),
            raw_text: kept.iter().map(|(line, _)| *line).collect::<Vec<_>>().join("\n"),
            labels: kept.iter().map(|(_, label)| (*label).clone()).collect(),
            ..Gold::default()
        }
    };
    vec![cut("clean", &|at| lines[at].1 == "blank"), cut("tail", &|_| true)]
}

/// A whole page without its article: title, text and copies taken out.
fn rest_of(gold: &Gold) -> Option<Gold> {
    if !is_whole_page(gold) {
        return None;
    }
    let kept: Vec<&str> = gold
        .raw_text
        .split('\n')
        .zip(&gold.labels)
        .filter(|(_, label)| matches!(label.as_str(), "noise" | "blank"))
        .map(|(line, _)| line)
        .collect();
    let enough = kept.iter().filter(|line| !line.trim().is_empty()).count() >= MIN_REST;
    enough.then(|| Gold {
        id: format!("{}/rest", gold.id),
        variant: "rest".to_owned(),
        site: gold.site.clone(),
        lang: gold.lang.clone(),
        raw_text: kept.join("\n"),
        ..Gold::default()
    })
}

/// What first stages that were fitted without a record's site think of it, and what they were fitted on.
struct Opinions {
    ranks: Vec<u8>,
    /// The records whose lines are trained on.
    lines: Vec<usize>,
    columns: Columns,
    text: Vec<Vec<i32>>,
    title: Vec<Vec<i32>>,
}

fn opinions(samples: &mut [Sample], chosen: &[usize]) -> Opinions {
    let ranks = rank_rules(samples, chosen);
    let lines: Vec<usize> = chosen.iter().copied().filter(|&at| samples[at].role != Role::Rest).collect();
    let mut text_odds: Vec<Vec<i32>> = vec![Vec::new(); samples.len()];
    let mut title_odds: Vec<Vec<i32>> = vec![Vec::new(); samples.len()];
    let parts: Vec<(Vec<usize>, Vec<usize>)> = (0..FOLDS)
        .map(|fold| {
            let of_fold = |at: &usize| samples[*at].fold == fold;
            let train = lines.iter().copied().filter(|at| !of_fold(at)).collect();
            (train, chosen.iter().copied().filter(of_fold).collect())
        })
        .filter(|(train, held): &(Vec<usize>, Vec<usize>)| !train.is_empty() && !held.is_empty())
        .collect();
    for (train, held) in &parts {
        let words = fit_words(samples, train);
        set_words(samples, &words, held);
    }
    let columns = columns(samples, chosen, None);
    for (train, held) in &parts {
        let text = boost::fit(&columns, &text_examples(samples, train), &settings(Head::Text1));
        let title = boost::fit(&columns, &title_examples(samples, train), &settings(Head::Title1));
        predict(samples, held, &columns, &text, &mut text_odds);
        predict(samples, held, &columns, &title, &mut title_odds);
    }
    Opinions { ranks, lines, columns, text: text_odds, title: title_odds }
}

fn fit_titles(samples: &mut [Sample], opinions: &Opinions) -> Ensemble {
    let (columns, examples) = candidate_examples(samples, &opinions.lines, &opinions.text, &opinions.title);
    boost::fit(&columns, &examples, &settings(Head::Title2))
}

/// Fits a whole model to the chosen samples.
fn fit(samples: &mut [Sample], chosen: &[usize]) -> Model {
    let mut opinions = opinions(samples, chosen);
    let columns = std::mem::take(&mut opinions.columns);
    let (lines, text_odds, title_odds) = (&opinions.lines, &opinions.text, &opinions.title);
    let text1 = boost::fit(&columns, &text_examples(samples, lines), &settings(Head::Text1));
    let title1 = boost::fit(&columns, &title_examples(samples, lines), &settings(Head::Title1));
    drop(columns);
    let columns = self::columns(samples, chosen, Some((text_odds, title_odds)));
    let text2 = boost::fit(&columns, &text_examples(samples, lines), &settings(Head::Text2));
    let kind = |label: Label, head: Head| boost::fit(&columns, &kind_examples(samples, lines, label), &settings(head));
    let caption = kind(Label::Caption, Head::Caption);
    let related = kind(Label::Related, Head::Related);
    let lead = boost::fit(&columns, &lead_examples(samples, lines), &settings(Head::Lead));
    let title2 = fit_titles(samples, &opinions);
    let (records, examples) = article_examples(samples, chosen, text_odds, title_odds);
    let article = boost::fit(&records, &examples, &settings(Head::Article));
    let words = fit_words(samples, lines);
    Model { ranks: opinions.ranks, words, heads: vec![text1, title1, text2, title2, caption, related, lead, article] }
}

/// How often lines of each rule are text, in 120ths; written to the features of all samples.
fn rank_rules(samples: &mut [Sample], chosen: &[usize]) -> Vec<u8> {
    let mut counts = vec![(0.0f32, 0.0f32); rules::ALL.len()];
    let numbers = |sample: &Sample| -> Vec<usize> {
        sample.page.decisions.iter().map(|decision| decision.map_or(0, |it| it.rule.number)).collect()
    };
    for sample in chosen.iter().map(|&at| &samples[at]).filter(|sample| sample.role != Role::Rest) {
        for (rule, &text) in numbers(sample).into_iter().zip(&sample.is_text) {
            counts[rule].0 += f32::from(u8::from(text));
            counts[rule].1 += 1.0;
        }
    }
    let ranks: Vec<u8> = counts.iter().map(|(text, all)| ((text + 1.0) / (all + 4.0) * 120.0) as u8).collect();
    for sample in samples {
        for (row, rule) in numbers(sample).into_iter().enumerate() {
            sample.features.matrix.set(Column::RuleRank as usize, row, ranks[rule]);
        }
    }
    ranks
}

fn fit_words(samples: &[Sample], chosen: &[usize]) -> text::TextModel {
    let mut order: Vec<usize> = chosen.to_vec();
    order.sort_by_key(|&at| samples[at].site);
    let weights = text_examples(samples, &order).weight;
    let mut lines = Vec::with_capacity(weights.len());
    for &at in &order {
        let sample = &samples[at];
        for (words, &text) in sample.words.iter().zip(&sample.is_text) {
            lines.push(words::Example { buckets: words, text, weight: weights[lines.len()], site: sample.site });
        }
    }
    words::fit(&lines)
}

fn set_words(samples: &mut [Sample], model: &text::TextModel, held: &[usize]) {
    let held: HashSet<usize> = held.iter().copied().collect();
    samples.par_iter_mut().enumerate().filter(|(at, _)| held.contains(at)).for_each(|(_, sample)| {
        let hidden = sample.role == Role::Train && xxhash_rust::xxh3::xxh3_64(sample.gold.id.as_bytes()) % 100 < HIDDEN;
        let hashes = sample.page.lines.iter().map(|line| line.hash);
        let scores = if hidden { None } else { model.scores(&sample.features.vocabulary, hashes) };
        sample.features.set_words(scores.as_deref());
    });
}

type Odds<'a> = (&'a [Vec<i32>], &'a [Vec<i32>]);

/// Puts the features of the chosen samples side by side, with those of the second stage where opinions are given.
fn columns(samples: &mut [Sample], chosen: &[usize], odds: Option<Odds>) -> Columns {
    let mut columns = Columns::default();
    for &at in chosen {
        let sample = &mut samples[at];
        if let Some((text, title)) = odds {
            second::read(&mut sample.features, &text[at], &title[at]);
        }
        let number = if odds.is_some() { FIRST_STAGE + SECOND.len() } else { FIRST_STAGE };
        sample.start = columns.push(&sample.features.matrix, number);
    }
    columns
}

fn predict(samples: &[Sample], held: &[usize], columns: &Columns, ensemble: &Ensemble, odds: &mut [Vec<i32>]) {
    let found: Vec<(usize, Vec<i32>)> = held
        .par_iter()
        .map(|&at| {
            let rows: Vec<u32> = (0..samples[at].is_text.len() as u32).map(|row| samples[at].start + row).collect();
            (at, boost::predict(ensemble, columns, &rows))
        })
        .collect();
    for (at, found) in found {
        odds[at] = found;
    }
}

/// Languages with little to train on count more.
fn weight_of(sample: &Sample) -> f32 {
    match sample.gold.lang.as_str() {
        "en" => 1.0,
        "vi" | "zh" => 3.0,
        _ => 1.5,
    }
}

/// Every line, weighed by its share in the text of its record.
fn text_examples(samples: &[Sample], chosen: &[usize]) -> Examples {
    let mut examples = Examples::default();
    for sample in chosen.iter().map(|&at| &samples[at]) {
        let chars = &sample.features.chars;
        let text: f32 = chars.iter().zip(&sample.is_text).filter(|(_, text)| **text).map(|(chars, _)| *chars).sum();
        let text = if sample.gold.is_negative() { NEGATIVE_CHARS } else { text };
        for (row, &chars) in chars.iter().enumerate() {
            let weight = ((chars.min(1500.0) + 15.0) / (text + 400.0)).min(0.5);
            let weight = if sample.is_title[row] { weight * 0.1 } else { weight };
            let weight = if sample.role == Role::Cut { weight * CUT_WEIGHT } else { weight };
            examples.push(sample.start + row as u32, sample.is_text[row], weight * weight_of(sample));
        }
    }
    examples
}

/// The lines of a record compete for being its title.
fn title_examples(samples: &[Sample], chosen: &[usize]) -> Examples {
    let mut examples = Examples::default();
    for sample in chosen.iter().map(|&at| &samples[at]).filter(|sample| !sample.is_title.is_empty()) {
        let titles = sample.is_title.iter().filter(|&&title| title).count() as f32;
        examples.groups.push(examples.rows.len());
        for (row, &title) in sample.is_title.iter().enumerate() {
            examples.rows.push(sample.start + row as u32);
            examples.target.push(if title { 1.0 / titles } else { 0.0 });
            examples.weight.push(weight_of(sample));
        }
    }
    examples
}

/// The candidates of a record compete for being its title. Copies of the title are as good as it is.
fn candidate_examples(
    samples: &mut [Sample],
    chosen: &[usize],
    text_odds: &[Vec<i32>],
    title_odds: &[Vec<i32>],
) -> (Columns, Examples) {
    let (mut columns, mut examples) = (Columns::default(), Examples::default());
    for &at in chosen {
        let sample = &mut samples[at];
        let weight = weight_of(sample) * if sample.role == Role::Cut { CUT_TITLE_WEIGHT } else { 1.0 };
        let address = sample.gold.url.as_deref().and_then(Address::of);
        // Without its address and with it: a dump may have none.
        for address in [None, address.as_ref()].into_iter().take(1 + usize::from(address.is_some())) {
            let lines = &sample.page.lines;
            let (rows, matrix) =
                candidates::read(&mut sample.features, lines, address, &text_odds[at], &title_odds[at]);
            if rows.is_empty() {
                continue;
            }
            let titles = rows.iter().filter(|&&row| sample.is_title[row]).count() as f32;
            let start = columns.push(&matrix, candidates::CANDIDATE.len());
            examples.groups.push(examples.rows.len());
            for (number, &row) in rows.iter().enumerate() {
                examples.rows.push(start + number as u32);
                examples.target.push(if sample.is_title[row] { 1.0 / titles } else { 0.0 });
                examples.weight.push(weight);
            }
        }
    }
    (columns, examples)
}

/// Lines that are noise, and whether they are of a kind. Captions are told from short lines of text too.
fn kind_examples(samples: &[Sample], chosen: &[usize], kind: Label) -> Examples {
    let mut examples = Examples::default();
    for sample in chosen.iter().map(|&at| &samples[at]) {
        for (row, &label) in sample.fine.iter().enumerate() {
            if !matches!(
                label,
                Label::Title | Label::Lead | Label::Body | Label::Repeat | Label::Separator | Label::Blank
            ) {
                examples.push(sample.start + row as u32, label == kind, 1.0);
            } else if kind == Label::Caption
                && matches!(label, Label::Lead | Label::Body)
                && sample.features.chars[row] <= MAX_CAPTION_CHARS as f32
            {
                examples.push(sample.start + row as u32, false, TEXT_WEIGHT);
            }
        }
    }
    examples
}

/// First paragraphs, and whether they are leads.
fn lead_examples(samples: &[Sample], chosen: &[usize]) -> Examples {
    let mut examples = Examples::default();
    let has_known_lead = |sample: &&Sample| sample.role != Role::Cut || sample.gold.variant.starts_with(mix::ARTICLE);
    for sample in chosen.iter().map(|&at| &samples[at]).filter(has_known_lead) {
        let first = sample.fine.iter().position(|label| matches!(label, Label::Lead | Label::Body));
        if let Some(first) = first {
            examples.push(sample.start + first as u32, sample.fine[first] == Label::Lead, 1.0);
        }
    }
    examples
}

/// Each record as one row, and whether it has an article.
fn article_examples(
    samples: &[Sample],
    chosen: &[usize],
    text_odds: &[Vec<i32>],
    title_odds: &[Vec<i32>],
) -> (Columns, Examples) {
    let whole: Vec<usize> =
        chosen.iter().copied().filter(|&at| samples[at].role != Role::Cut && !samples[at].is_text.is_empty()).collect();
    let rows: Vec<Matrix> =
        whole.par_iter().map(|&at| record::read(&samples[at].features, &text_odds[at], &title_odds[at])).collect();
    let (mut columns, mut examples) = (Columns::default(), Examples::default());
    for (&at, row) in whole.iter().zip(&rows) {
        let sample = &samples[at];
        let negative = sample.gold.is_negative();
        let weight = if negative && sample.role != Role::Rest { LISTING_WEIGHT } else { 1.0 };
        examples.push(columns.push(row, row.columns()), !negative, weight);
    }
    (columns, examples)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Head {
    Text1,
    Title1,
    Text2,
    Title2,
    Caption,
    Related,
    Lead,
    Article,
}

/// Chosen by cross-validation over sites. Of 500 and 300 trees of text a page gains about .002 of F1, at half as much time again.
fn settings(head: Head) -> Settings {
    let second = !matches!(head, Head::Text1 | Head::Title1);
    let base = Settings {
        trees: 0,
        rate: 0.1,
        lambda: 10.0,
        row_share: 0.25,
        question_share: 0.3,
        questions: if second { second_questions() } else { first_questions() },
        seed: 1,
    };
    let title = Settings { trees: 150, rate: 0.15, lambda: 200.0, row_share: 0.1, ..base.clone() };
    let small = Settings { trees: 60, rate: 0.15, lambda: 10.0, row_share: 0.7, ..base.clone() };
    match head {
        Head::Text1 => Settings { trees: 400, ..base },
        Head::Text2 => Settings { trees: 250, rate: 0.08, ..base },
        Head::Title1 => title,
        Head::Title2 => Settings {
            trees: 800,
            rate: 0.04,
            lambda: 60.0,
            row_share: 0.3,
            question_share: 0.15,
            questions: (0..candidates::CANDIDATE.len() as u16).map(|column| (column, 0)).collect(),
            ..base
        },
        Head::Caption => Settings { trees: 150, rate: 0.1, ..small },
        Head::Related => small,
        Head::Lead => Settings { trees: 80, ..small },
        Head::Article => {
            Settings { trees: 150, rate: 0.1, question_share: 0.2, questions: record_questions(), ..small }
        }
    }
}

fn record_questions() -> Vec<(u16, i8)> {
    let columns = FIRST_STAGE + SECOND.len();
    let all = 0..record::VIEWS * columns;
    all.filter(|column| column % columns != Column::RecordBlank as usize).map(|column| (column as u16, 0)).collect()
}

fn first_questions() -> Vec<(u16, i8)> {
    use Column as C;
    // How a dump writes blank lines says which corpus a record is from: without it the model holds on other dumps.
    let artefact = |column: &u16| *column == C::RecordBlank as u16;
    let mut questions: Vec<(u16, i8)> =
        (0..FIRST_STAGE as u16).filter(|column| !artefact(column)).map(|column| (column, 0)).collect();
    let neighbours = [
        (C::Units, 5),
        (C::Stop, 5),
        (C::CueCover, 3),
        (C::TitleCase, 2),
        (C::Commas, 2),
        (C::BlanksBefore, 2),
        (C::TopicPairs, 3),
        (C::TopicWords, 3),
        (C::StopWords, 3),
        (C::Repeats, 1),
        (C::RuleRank, 3),
        (C::Digits, 2),
        (C::Kind, 3),
        (C::Evidence, 2),
        (C::Colon, 1),
        (C::FirstLower, 1),
        (C::Clock, 2),
        (C::Mask, 1),
        (C::Joins, 2),
        (C::RunsOn, 2),
        (C::Chars, 2),
        (C::Words, 3),
    ];
    for (column, reach) in neighbours {
        questions.extend((-reach..=reach).filter(|&offset| offset != 0).map(|offset| (column as u16, offset)));
    }
    questions
}

fn second_questions() -> Vec<(u16, i8)> {
    let mut questions = first_questions();
    let base = FIRST_STAGE as u16;
    questions.extend((0..SECOND.len() as u16).map(|column| (base + column, 0)));
    for (column, reach) in [
        (Second::Odds, 6),
        (Second::TopicPairs, 2),
        (Second::TopicWords, 2),
        (Second::TitleOdds, 2),
        (Second::OutsidePairs, 1),
    ] {
        questions.extend((-reach..=reach).filter(|&offset| offset != 0).map(|offset| (base + column as u16, offset)));
    }
    questions
}
