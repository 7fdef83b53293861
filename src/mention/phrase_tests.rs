//! Phrases with dates and quantities (`tests/gold/phrases.tsv`), and with organisations and persons (`tests/gold/names.tsv`), and traps
//! that hold none.

use chrono::NaiveDate;

use super::find::{Source, State};
use super::{Finder, Scratch};
use crate::latin::is_plain;
use crate::lexicon;

const CASES: &str = include_str!("../../tests/gold/phrases.tsv");

const NAMES: &str = include_str!("../../tests/gold/names.tsv");

/// The organisations and persons of a phrase, in its order.
fn named(finder: &Finder, language: &str, phrase: &str) -> Vec<String> {
    let Some(language) = finder.language(language) else { return Vec::new() };
    let (mut scratch, mut state) = (Scratch::default(), State::default());
    let text = &crate::text::nfc_half_width(phrase);
    let source = Source { seg_no: 0, raw: phrase, text, char_start: 0, is_plain: is_plain(text), mark: 0 };
    finder.line(language, source, &mut scratch, &mut state);
    Finder::finish(language, &[source], &mut state);
    let names = state.mentions.iter().filter(|mention| matches!(mention.kind, "org" | "person"));
    names.map(|mention| format!("{} {}", mention.kind, mention.surface)).collect()
}

#[test]
fn names_are_found_in_front_of_the_line_that_gives_them() {
    let finder = Finder::new(&lexicon::builtin().unwrap()).unwrap();
    let cases: [(&str, &[&str], &[&str]); 6] = [
        (
            "en",
            &["Olden defiant over taking gifts", "Sir Marius Olden has defended his decision. Olden said so."],
            &["Olden = Marius Olden", "Marius Olden = Marius Olden", "Olden = Marius Olden"],
        ),
        (
            "vi",
            &["Ông Dũng trả lời câu hỏi", "Ông Phạm Văn Dũng là giám đốc."],
            &["Dũng = Phạm Văn Dũng", "Phạm Văn Dũng = Phạm Văn Dũng"],
        ),
        ("zh", &["快递员林秋连升三级", "林秋说不累。林秋表示会来。"], &["林秋 = 林秋", "林秋 = 林秋", "林秋 = 林秋"]),
        // A headline with capitals everywhere.
        (
            "en",
            &["Marius Olden Resurfaces in New Interview", "Sir Marius Olden came."],
            &["Marius Olden = Marius Olden", "Marius Olden = Marius Olden"],
        ),
        ("zh", &["桑德森的一生", "桑德森·科恩来了。"], &["桑德森 = 桑德森·科恩", "桑德森·科恩 = 桑德森·科恩"]),
        // Nobody is called by the last word alone: the headline may mean anything.
        ("en", &["Olden times are back", "Sir Marius Olden came."], &["Marius Olden = Marius Olden"]),
    ];
    for (language, lines, expected) in cases {
        let language = finder.language(language).unwrap();
        let (mut scratch, mut state) = (Scratch::default(), State::default());
        let mut sources = Vec::new();
        let mut char_start = 0;
        for (number, text) in lines.iter().enumerate() {
            let is_plain = is_plain(text);
            let source = Source { seg_no: number as i32, raw: text, text, char_start, is_plain, mark: 0 };
            finder.line(language, source, &mut scratch, &mut state);
            sources.push(source);
            char_start += text.chars().count() as i64 + 1;
        }
        Finder::finish(language, &sources, &mut state);
        let persons = state.mentions.iter().filter(|mention| mention.kind == "person");
        let given: Vec<String> =
            persons.map(|row| format!("{} = {}", row.surface, row.norm.as_deref().unwrap_or(""))).collect();
        assert_eq!(given, expected, "{lines:?}");
    }
}

#[test]
fn names_are_those_that_a_reader_finds() {
    let finder = Finder::new(&lexicon::builtin().unwrap()).unwrap();
    let mut wrong = Vec::new();
    let (mut all, mut traps) = (0, 0);
    for (number, line) in NAMES.lines().enumerate().filter(|(_, line)| !line.is_empty() && !line.starts_with('#')) {
        let mut columns = line.split('\t');
        let (language, phrase) = (columns.next().unwrap(), columns.next().unwrap());
        let expected: Vec<&str> = columns.next().unwrap().split(" | ").filter(|expected| *expected != "-").collect();
        all += 1;
        traps += usize::from(expected.is_empty());
        let given = named(&finder, language, phrase);
        if given != expected {
            wrong.push(format!("line {}: {language} {phrase}: {given:?}, expected {expected:?}", number + 1));
        }
    }
    assert!(wrong.is_empty(), "{} of {all} phrases:\n{}", wrong.len(), wrong.join("\n"));
    assert!(all >= 50 && traps * 4 >= all, "{all} phrases, {traps} traps");
}

/// What the finder reads in a phrase: EDTF of dates, and quantities as `>300 delegates`.
fn found(finder: &Finder, language: &str, phrase: &str, anchor: Option<NaiveDate>) -> Vec<String> {
    let Some(language) = finder.language(language) else { return Vec::new() };
    let mut scratch = Scratch::default();
    let phrase = &crate::text::nfc_half_width(phrase);
    language.values(phrase, is_plain(phrase), anchor, &mut scratch);
    let dates = scratch.dates.iter().map(|date| {
        let period = if date.period { "period " } else { "" };
        (date.tokens.start, format!("{period}{}", date.edtf().unwrap_or_else(|| "lunar".to_owned())))
    });
    let quantities = scratch.quantities.iter().map(|quantity| {
        let unit = quantity.unit.and_then(|unit| language.quantities.unit(unit)).unwrap_or("?");
        let qualifier = if quantity.qualifier == "=" { "" } else { quantity.qualifier };
        (quantity.tokens.start, format!("{qualifier}{} {unit}", quantity.value))
    });
    let mut all: Vec<(usize, String)> = dates.chain(quantities).collect();
    all.sort();
    all.into_iter().map(|(_, found)| found).collect()
}

#[test]
fn phrases_mean_what_they_mean_to_a_reader() {
    let finder = Finder::new(&lexicon::builtin().unwrap()).unwrap();
    let mut wrong = Vec::new();
    let (mut all, mut traps) = (0, 0);
    for (number, line) in CASES.lines().enumerate() {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let mut columns = line.split('\t');
        let (language, phrase) = (columns.next().unwrap(), columns.next().unwrap());
        let expected: Vec<&str> = columns.next().unwrap().split(" | ").filter(|expected| *expected != "-").collect();
        let anchor = columns.next().map(|anchor| anchor.parse().unwrap());
        all += 1;
        traps += usize::from(expected.is_empty());
        let given = found(&finder, language, phrase, anchor);
        if given != expected {
            wrong.push(format!("line {}: {language} {phrase}: {given:?}, expected {expected:?}", number + 1));
        }
    }
    assert!(wrong.is_empty(), "{} of {all} phrases:\n{}", wrong.len(), wrong.join("\n"));
    assert!(all >= 400 && traps * 3 >= all, "{all} phrases, {traps} traps");
}
