//! Trains the labelling model and measures it by cross-validation over sites.

pub mod boost;
pub mod words;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::config::LabelConfig;
use crate::error::Result;
use crate::eval::gold::{self, Gold};
use crate::eval::score::{Score, score};
use crate::label::model::features::{Column, FIRST_STAGE};
use crate::label::model::second::{self, SECOND, Second};
use crate::label::model::text;
use crate::label::model::trees::{Ensemble, UNIT, probability};
use crate::label::{Examined, Labeler, rules};
use crate::lexicon::{self, CompiledPatterns};
use crate::segment::segment;
use boost::{Columns, Examples, Settings};

/// Folds of the cross-validation.
const FOLDS: usize = 5;

/// One labelled record ready for training.
struct Sample {
    gold: Gold,
    fold: usize,
    /// Whether it is only trained on.
    train_only: bool,
    examined: Examined,
    line_no: Vec<usize>,
    /// First row in the columns.
    start: u32,
    text: Vec<bool>,
    title: Vec<bool>,
}

fn site_group(site: &str) -> String {
    let host = site.to_lowercase();
    let host = host.strip_prefix("www.").unwrap_or(&host);
    let parts: Vec<&str> = host.split('.').collect();
    let second = ["co", "com", "org", "net", "gov", "ac", "edu", "gob", "or", "ne"];
    let take = match parts.as_slice() {
        [.., middle, last] if parts.len() > 2 && last.len() == 2 && second.contains(middle) => 3,
        _ => 2,
    };
    parts[parts.len().saturating_sub(take)].to_owned()
}

fn setting(name: &str, default: f32) -> f32 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// Experiment driver.
///
/// # Errors
/// Unreadable gold.
pub fn experiment(corpus: &Path, nested: bool) -> Result<()> {
    let lexicons = lexicon::builtin()?;
    let patterns = CompiledPatterns::new(&lexicons)?;
    let config: LabelConfig = crate::config::load(None, &[], &[])?.config.label;
    let labeler = Labeler::new(&patterns, &config);
    let files = [
        ("dev.jsonl.gz", false),
        ("dev_vfnd.jsonl.gz", false),
        ("dev_composed.jsonl.gz", false),
        ("train_more.jsonl.gz", true),
        ("train_vfnd.jsonl.gz", true),
        ("dev_negatives.jsonl.gz", false),
    ];
    let mut golds: Vec<(Gold, bool)> = Vec::new();
    for (file, train_only) in files {
        let path: PathBuf = corpus.join(file);
        golds.extend(gold::read(&path)?.into_iter().map(|gold| (gold, train_only)));
    }
    eprintln!("{} records", golds.len());
    let folds = folds(&golds, 5);
    let no_ranks = vec![0; rules::ALL.len()];
    let now = std::time::Instant::now();
    let mut samples: Vec<Sample> = golds
        .into_par_iter()
        .zip(folds)
        .map(|((gold, train_only), fold)| {
            let spans = segment(&gold.raw_text, None, &patterns);
            let examined = labeler.examine(&gold.raw_text, &spans, &no_ranks);
            let line_no: Vec<usize> =
                examined.lines.iter().map(|line| spans[line.segment].line_no as usize).collect();
            let title_hash: Vec<u64> = examined
                .lines
                .iter()
                .zip(&line_no)
                .filter(|(_, no)| gold.labels.get(**no).is_some_and(|label| label == "title"))
                .map(|(line, _)| line.hash)
                .collect();
            let text = line_no.iter().map(|&no| gold.labels.get(no).is_some_and(|label| label == "body")).collect();
            let title = examined.lines.iter().map(|line| title_hash.contains(&line.hash)).collect();
            Sample { gold, fold, train_only, examined, line_no, start: 0, text, title }
        })
        .collect();
    eprintln!("features {:?}", now.elapsed());
    rank_rules(&mut samples);
    score_words(&mut samples);
    eprintln!("words {:?}", now.elapsed());
    let mut columns = Columns::default();
    for sample in &mut samples {
        sample.start = columns.push(&[&sample.examined.features.matrix]);
    }
    let first = Settings {
        trees: setting("T1", 300.0) as usize,
        rate: setting("R1", 0.1),
        lambda: setting("LAMBDA", 20.0),
        row_share: setting("ROWS", 0.25),
        question_share: setting("QUESTIONS", 0.3),
        questions: first_questions(),
        seed: 1,
    };
    let title_first = Settings { trees: setting("TT1", 150.0) as usize, row_share: 0.1, lambda: setting("TLAMBDA", 200.0), rate: setting("TRATE", 0.15), ..first.clone() };
    let all: Vec<usize> = (0..samples.len()).collect();
    let mut margins: Vec<Vec<i32>> = vec![Vec::new(); samples.len()];
    let mut titles: Vec<Vec<i32>> = vec![Vec::new(); samples.len()];
    for fold in 0..5 {
        let (train, test): (Vec<usize>, Vec<usize>) = split(&samples, &all, fold);
        let body = boost::fit(&columns, &examples(&samples, &train, false), &first);
        let title = boost::fit(&columns, &examples(&samples, &train, true), &title_first);
        predict(&samples, &test, &columns, &body, &mut margins);
        predict(&samples, &test, &columns, &title, &mut titles);
        eprintln!("fold {fold} {:?}", now.elapsed());
    }
    let _ = nested;
    report("first", &samples, &margins, &titles, 0.0);
    let mut both = Columns::default();
    for (at, sample) in samples.iter_mut().enumerate() {
        let second = second::read(&mut sample.examined.features, &margins[at], &titles[at]);
        sample.start = both.push(&[&sample.examined.features.matrix, &second]);
    }
    let second = Settings { trees: setting("T2", 200.0) as usize, questions: second_questions(), rate: setting("R2", 0.08), ..first.clone() };
    let second_title = Settings { trees: setting("TT2", 150.0) as usize, row_share: 0.1, lambda: setting("TLAMBDA", 200.0), rate: setting("TRATE", 0.15), ..second.clone() };
    let mut final_margins: Vec<Vec<i32>> = vec![Vec::new(); samples.len()];
    let mut final_titles: Vec<Vec<i32>> = vec![Vec::new(); samples.len()];
    for fold in 0..5 {
        let (train, test) = split(&samples, &all, fold);
        let body = boost::fit(&both, &examples(&samples, &train, false), &second);
        let title = boost::fit(&both, &examples(&samples, &train, true), &second_title);
        predict(&samples, &test, &both, &body, &mut final_margins);
        predict(&samples, &test, &both, &title, &mut final_titles);
        eprintln!("second fold {fold} {:?}", now.elapsed());
    }
    for threshold in [0.45, 0.0] {
        report(&format!("second {threshold}"), &samples, &final_margins, &final_titles, threshold);
    }
    dump(&samples, &final_margins, &final_titles)?;
    Ok(())
}

fn dump(samples: &[Sample], margins: &[Vec<i32>], titles: &[Vec<i32>]) -> Result<()> {
    use std::io::Write;
    let path = std::env::temp_dir().join("newsieve-oof.jsonl");
    let mut file = std::fs::File::create(&path).map_err(crate::error::Error::io("create", &path))?;
    for ((sample, margins), titles) in samples.iter().zip(margins).zip(titles).filter(|((sample, _), _)| !sample.train_only) {
        let t: Vec<(usize, f32)> =
            sample.line_no.iter().zip(titles).map(|(no, margin)| (*no, probability(*margin))).collect();
        let p: Vec<(usize, f32)> =
            sample.line_no.iter().zip(margins).map(|(no, margin)| (*no, probability(*margin))).collect();
        let row = serde_json::json!({"id": sample.gold.id, "variant": sample.gold.variant, "p": p, "t": t});
        let _ = writeln!(file, "{row}");
    }
    Ok(())
}

fn folds(golds: &[(Gold, bool)], number: usize) -> Vec<usize> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (gold, train_only) in golds {
        let _ = train_only;
        *counts.entry(group(gold)).or_default() += 1;
    }
    let mut sites: Vec<(String, usize)> = counts.into_iter().collect();
    sites.sort_by_key(|(site, count)| (std::cmp::Reverse(*count), xxhash_rust::xxh3::xxh3_64(site.as_bytes())));
    let mut load = vec![0; number];
    let mut fold_of: HashMap<String, usize> = HashMap::new();
    for (site, count) in sites {
        let fold = (0..number).min_by_key(|&fold| load[fold]).unwrap_or(0);
        load[fold] += count;
        fold_of.insert(site, fold);
    }
    golds.iter().map(|(gold, _)| fold_of.get(&group(gold)).copied().unwrap_or(number)).collect()
}

fn group(gold: &Gold) -> String {
    if gold.is_negative() { gold.id.clone() } else { site_group(&gold.site) }
}

fn split(samples: &[Sample], all: &[usize], fold: usize) -> (Vec<usize>, Vec<usize>) {
    let train = all.iter().copied().filter(|&at| samples[at].fold != fold).collect();
    let test = all.iter().copied().filter(|&at| samples[at].fold == fold).collect();
    (train, test)
}

/// Scores the words of every record by a model of the other folds.
fn score_words(samples: &mut [Sample]) {
    let mut order: Vec<usize> = (0..samples.len()).collect();
    order.sort_by_key(|&at| group(&samples[at].gold));
    let lists: Vec<Vec<Vec<u16>>> = samples
        .par_iter()
        .map(|sample| {
            let lines = sample.examined.lines.iter().enumerate();
            let list = |(row, line): (usize, &crate::label::line::Line)| {
                let mut list = Vec::new();
                text::buckets(&sample.examined.features.vocabulary, row, line.hash, |bucket| list.push(bucket));
                list
            };
            lines.map(list).collect()
        })
        .collect();
    let models: Vec<text::TextModel> = (0..FOLDS)
        .into_par_iter()
        .map(|fold| {
            let chosen: Vec<usize> = order.iter().copied().filter(|&at| samples[at].fold != fold).collect();
            let weights = examples(samples, &chosen, false);
            let (mut words, mut number, mut site, mut last) = (Vec::new(), 0, 0, String::new());
            for &at in &chosen {
                let name = group(&samples[at].gold);
                if name != last {
                    (site, last) = (site + 1, name);
                }
                for (row, list) in lists[at].iter().enumerate() {
                    let text = samples[at].text[row];
                    words.push(words::Example { buckets: list, text, weight: weights.weight[number], site });
                    number += 1;
                }
            }
            words::fit(&words)
        })
        .collect();
    samples.par_iter_mut().for_each(|sample| {
        let model = &models[sample.fold];
        let vocabulary = &sample.examined.features.vocabulary;
        let lines = sample.examined.lines.iter().enumerate();
        let scores: Vec<f32> = lines.map(|(row, line)| model.score(vocabulary, row, line.hash)).collect();
        sample.examined.features.set_words(&scores);
    });
}

fn rank_rules(samples: &mut [Sample]) {
    let mut counts = vec![(0.0f32, 0.0f32); rules::ALL.len()];
    for sample in samples.iter() {
        for (row, &rule) in sample.examined.rules.iter().enumerate() {
            counts[rule].0 += f32::from(u8::from(sample.text[row]));
            counts[rule].1 += 1.0;
        }
    }
    let ranks: Vec<u8> = counts.iter().map(|(text, all)| ((text + 1.0) / (all + 4.0) * 120.0) as u8).collect();
    for sample in samples {
        for (row, &rule) in sample.examined.rules.iter().enumerate() {
            sample.examined.features.matrix.set(Column::RuleRank as usize, row, ranks[rule]);
        }
    }
}

fn examples(samples: &[Sample], chosen: &[usize], title: bool) -> Examples {
    let mut examples = Examples::default();
    for &at in chosen {
        let sample = &samples[at];
        let chars = &sample.examined.features.chars;
        let text: f32 = chars.iter().zip(&sample.text).filter(|(_, text)| **text).map(|(chars, _)| *chars).sum();
        let text = if sample.gold.is_negative() { 3000.0 } else { text };
        let rare = match sample.gold.lang.as_str() {
            "en" => 1.0,
            "zh" => setting("WZH", 1.5),
            "vi" => setting("WVI", 1.5),
            _ => 1.5,
        };
        let titles = sample.title.iter().filter(|&&title| title).count() as f32;
        if title && !chars.is_empty() {
            examples.groups.push(examples.rows.len());
        }
        for row in 0..chars.len() {
            if title {
                examples.rows.push(sample.start + row as u32);
                examples.target.push(if sample.title[row] { 1.0 / titles } else { 0.0 });
                examples.weight.push(rare);
                continue;
            }
            let (target, weight) = {
                let weight = ((chars[row].min(1500.0) + 15.0) / (text + 400.0)).min(0.5);
                (sample.text[row], if sample.title[row] { weight * 0.1 } else { weight })
            };
            examples.rows.push(sample.start + row as u32);
            examples.target.push(f32::from(u8::from(target)));
            examples.weight.push(weight * rare);
        }
    }
    examples
}

fn predict(samples: &[Sample], chosen: &[usize], columns: &Columns, ensemble: &Ensemble, margins: &mut [Vec<i32>]) {
    let found: Vec<(usize, Vec<i32>)> = chosen
        .par_iter()
        .map(|&at| {
            let rows: Vec<u32> = (0..samples[at].text.len() as u32).map(|row| samples[at].start + row).collect();
            (at, boost::predict(ensemble, columns, &rows))
        })
        .collect();
    for (at, found) in found {
        margins[at] = found;
    }
}

fn first_questions() -> Vec<(u16, i8)> {
    use Column as C;
    let mut questions: Vec<(u16, i8)> = (0..FIRST_STAGE as u16).map(|column| (column, 0)).collect();
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
        for offset in (-reach..=reach).filter(|&offset| offset != 0) {
            questions.push((column as u16, offset));
        }
    }
    questions
}

fn second_questions() -> Vec<(u16, i8)> {
    let mut questions = first_questions();
    let base = FIRST_STAGE as u16;
    questions.extend((0..SECOND.len() as u16).map(|column| (base + column, 0)));
    for (column, reach) in [(Second::Odds, 6), (Second::TopicPairs, 2), (Second::TopicWords, 2), (Second::TitleOdds, 2)] {
        for offset in (-reach..=reach).filter(|&offset| offset != 0) {
            questions.push((base + column as u16, offset));
        }
    }
    questions
}

/// The cut that maximises the expected F1 of the text, by length.
fn best_cut(margins: &[i32], chars: &[f32]) -> i32 {
    let mut lines: Vec<(i32, f32)> = margins.iter().copied().zip(chars.iter().copied()).collect();
    lines.sort_by_key(|line| std::cmp::Reverse(line.0));
    let total: f32 = lines.iter().map(|(margin, chars)| probability(*margin) * chars).sum();
    let (mut right, mut kept, mut best, mut cut) = (0.0, 0.0, -1.0, i32::MAX);
    for (margin, chars) in lines {
        right += probability(margin) * chars;
        kept += chars;
        let f1 = 2.0 * right / (kept + total);
        if f1 > best {
            (best, cut) = (f1, margin - 1);
        }
    }
    cut
}

fn report(name: &str, samples: &[Sample], margins: &[Vec<i32>], titles: &[Vec<i32>], threshold: f32) {
    let fixed = ((threshold / (1.0 - threshold)).ln() * UNIT) as i32;
    let rows: Vec<(usize, Score)> = samples
        .par_iter()
        .enumerate()
        .filter(|(_, sample)| !sample.train_only && !sample.gold.is_negative())
        .map(|(at, sample)| {
            let lines: Vec<&str> = sample.gold.raw_text.split('\n').collect();
            let mut kept = vec![false; lines.len()];
            let cut = if threshold > 0.0 { fixed } else { best_cut(&margins[at], &sample.examined.features.chars) };
            for (row, &no) in sample.line_no.iter().enumerate() {
                kept[no] |= margins[at][row] > cut;
            }
            let best = (0..titles[at].len()).max_by_key(|&row| (titles[at][row], std::cmp::Reverse(row)));
            let best = best.filter(|&row| titles[at][row] > 0);
            let title = best.map(|row| lines[sample.line_no[row]].trim());
            if let (Some(row), true) = (best, true) {
                kept[sample.line_no[row]] = false;
            }
            (at, score(&sample.gold, &kept, title))
        })
        .collect();
    let main = |sample: &Sample| !matches!(sample.gold.corpus.as_str(), "vfnd-vi" | "composed-vi");
    for (set, wanted) in [("page", "page"), ("container", "container"), ("wide", "wide"), ("vfnd", ""), ("composed", "")] {
        let chosen: Vec<&(usize, Score)> = rows
            .iter()
            .filter(|(at, _)| {
                let sample = &samples[*at];
                match set {
                    "vfnd" => sample.gold.corpus == "vfnd-vi",
                    "composed" => sample.gold.corpus == "composed-vi",
                    _ => main(sample) && sample.gold.variant == wanted,
                }
            })
            .collect();
        let mean = |rows: &[&&(usize, Score)]| {
            rows.iter().map(|(_, score)| score.text.f1).sum::<f64>() / rows.len().max(1) as f64
        };
        let mut languages: BTreeMap<&str, Vec<&&(usize, Score)>> = BTreeMap::new();
        for row in &chosen {
            languages.entry(&samples[row.0].gold.lang).or_default().push(row);
        }
        let of = |language: &str| languages.get(language).map_or(f64::NAN, |rows| mean(rows));
        let macro_ = languages.values().map(|rows| mean(rows)).sum::<f64>() / languages.len().max(1) as f64;
        let all: Vec<&&(usize, Score)> = chosen.iter().collect();
        let n = chosen.len().max(1) as f64;
        let titled: Vec<bool> = chosen.iter().filter_map(|(_, score)| score.title).collect();
        println!(
            "{name:12} {set:9} n={:4} vi {:.4} zh {:.4} en {:.4} de {:.4} ja {:.4} macro {:.4} ALL {:.4} | P {:.4} R {:.4} >=.95 {:.3} destroyed {:.3} title {:.3}",
            chosen.len(),
            of("vi"),
            of("zh"),
            of("en"),
            of("de"),
            of("ja"),
            macro_,
            mean(&all),
            chosen.iter().map(|(_, score)| score.text.precision).sum::<f64>() / n,
            chosen.iter().map(|(_, score)| score.text.recall).sum::<f64>() / n,
            chosen.iter().filter(|(_, score)| score.text.f1 >= 0.95).count() as f64 / n,
            chosen.iter().filter(|(_, score)| score.text.recall < 0.5).count() as f64 / n,
            titled.iter().filter(|&&right| right).count() as f64 / titled.len().max(1) as f64,
        );
    }
}
