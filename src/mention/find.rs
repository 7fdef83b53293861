//! From the finders to rows: one line of a record at a time, in its order.

use chrono::NaiveDate;

use super::again::{Given, again, note};
use super::dates::{self, Context};
use super::names::{Entry, Hit, HitIndex, Hits, PartyName};
use super::people::{
    Line, Maybe, Org, POINTS, Person, Role, ShortForm, Style, is_titled, organisations, persons, roles,
};
use super::places::{PartyMention, Place, parties, places};
use super::{Finder, Language, Scratch};
use crate::document::Mention;
use crate::text::{half_width, nfc};

/// A line of a record to be searched.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// Its segment.
    pub seg_no: i32,
    /// The line as decoded, trimmed.
    pub raw: &'a str,
    /// The same in NFC and half width.
    pub text: &'a str,
    /// Unicode scalars in front of it in the decoded text.
    pub char_start: i64,
    /// Whether the line is plain ([`crate::latin`]).
    pub is_plain: bool,
    /// Unicode scalars of the agency's mark at its beginning: the day in it is the dispatch's, no event.
    pub mark: usize,
}

/// What is known of the record, and what its lines have told so far.
#[derive(Debug, Default)]
pub struct State {
    /// Day of publication.
    pub anchor: Option<NaiveDate>,
    /// Country of the source, ISO 3166-1 alpha-2.
    pub home: Option<String>,
    /// Month of the dateline, with its year where that is named too.
    pub(crate) dateline_month: Option<(Option<i32>, u32)>,
    /// Latest past year named in the article.
    pub latest_year: Option<i32>,
    /// Days and ranges of days that the article reports, EDTF.
    pub event_dates: Vec<String>,
    /// Countries by first mention, ISO 3166-1 alpha-2.
    pub countries: Vec<String>,
    /// Whether a date names a day of the week that it is not.
    pub wrong_weekday: bool,
    /// Full names of persons.
    pub(crate) people: Vec<String>,
    /// What may be names in Han, if the record says them again.
    pub(crate) maybe: Vec<Maybe>,
    /// Short forms of organisations that the record explains.
    pub(crate) short_forms: Vec<ShortForm>,
    /// Full names of persons, for the second look.
    pub(crate) given: Vec<Given>,
    /// Where each row stands in its line, in bytes.
    pub(crate) spans: Vec<(usize, usize)>,
    /// Rows in front of each line so far.
    pub(crate) rows_before: Vec<usize>,
    /// Rows so far.
    pub mentions: Vec<Mention>,
}

/// Lists for one line.
#[derive(Debug, Default)]
pub(crate) struct Lists {
    hits: Vec<Hit>,
    index: HitIndex,
    places: Vec<Place>,
    parties: Vec<PartyMention>,
    roles: Vec<Role>,
    orgs: Vec<Org>,
    persons: Vec<Person>,
    /// Where the line's rows stand in it, in bytes, and their numbers among the record's rows.
    places_of_rows: Vec<(usize, usize, usize)>,
}

impl Finder {
    /// Appends the mentions of a line to the state.
    pub fn line(&self, language: &Language, source: Source, scratch: &mut Scratch, state: &mut State) {
        let text = source.text;
        let mark =
            if source.mark == 0 { 0 } else { text.char_indices().nth(source.mark).map_or(text.len(), |(at, _)| at) };
        language.values(text, source.is_plain, state.anchor, scratch);
        let Scratch { tokens, starts, taken, dates, quantities, lists } = scratch;
        let Lists {
            hits,
            index,
            places: found_places,
            parties: found_parties,
            roles: found_roles,
            orgs,
            persons: people,
            places_of_rows,
        } = lists;
        found_roles.clear();
        hits.clear();
        found_places.clear();
        found_parties.clear();
        orgs.clear();
        people.clear();
        places_of_rows.clear();
        let names = &language.names;
        names.find(tokens, starts, hits);
        index.read(hits, tokens.len());
        let all = Hits(hits, index);
        places(text, tokens, all, names, found_places);
        let party_country =
            |party: u16| self.parties.get(party as usize).map_or_else(String::new, |party| party.country.clone());
        parties(
            text,
            tokens,
            all,
            found_places,
            &names.countries,
            &party_country,
            state.home.as_deref(),
            found_parties,
        );
        let line = Line {
            text,
            tokens,
            starts,
            hits: all,
            places: found_places,
            parties: found_parties,
            taken,
            people: &state.people,
            is_titled: is_titled(tokens),
            names,
        };
        let line_no = state.rows_before.len();
        roles(&line, language.style, found_roles);
        organisations(&line, language.style, found_roles, line_no, &mut state.short_forms, orgs);
        persons(&line, language.style, found_roles, orgs, &mut state.maybe, people);

        let bytes = |at: usize, end: usize| (tokens[at].start as usize, tokens[end - 1].end as usize);
        let known_rows = state.mentions.len();
        state.rows_before.push(known_rows);
        let mut push = |at: usize, end: usize, mention: Mention| {
            let (from, to) = bytes(at, end);
            places_of_rows.push((from, to, state.mentions.len()));
            state.spans.push((from, to));
            state.mentions.push(mention);
        };
        for date in dates.iter() {
            // A day without a month, in a line that names none before it, is one of the dateline's.
            let value = date.value.in_month(state.dateline_month);
            let date = &dates::Found { value, period: date.period || value.is_term(), ..date.clone() };
            if (tokens[date.tokens.start].start as usize) < mark {
                state.dateline_month = date.value.month().or(state.dateline_month);
            }
            let edtf = date.edtf();
            // `hôm nay`, `hoje` may mean these days: what is counted from publication is a row, not an event.
            let in_text = !date.relative && tokens[date.tokens.start].start as usize >= mark;
            state.wrong_weekday |= date.wrong_weekday;
            if let (super::dates::Value::Year(year), false, true) = (date.value, date.period, state.anchor.is_none()) {
                state.latest_year = state.latest_year.max(
                    Some(year).filter(|_| !language.dates.is_horizon(text, tokens[date.tokens.start].start as usize)),
                );
            }
            if let (super::dates::Value::Year(year), Some(anchor)) = (date.value, state.anchor)
                && year <= chrono::Datelike::year(&anchor)
            {
                state.latest_year = state.latest_year.max(Some(year));
            }
            if let Some(edtf) = edtf
                .as_ref()
                .filter(|edtf| in_text && date.value.is_day() && !date.period && !state.event_dates.contains(edtf))
                .filter(|_| !language.dates.is_no_event(text, tokens, &date.tokens))
            {
                state.event_dates.push(edtf.clone());
            }
            let subtype = match (date.period, date.relative) {
                (true, _) => "period",
                (_, true) => "relative",
                _ => date.value.name(),
            };
            let (lower, upper) = date.value.bounds(Context { anchor: state.anchor, not_before: None });
            push(
                date.tokens.start,
                date.tokens.end,
                Mention {
                    kind: "date",
                    norm: edtf.clone(),
                    date_edtf: edtf,
                    date_lower: lower,
                    date_upper: upper,
                    subtype: Some(subtype),
                    day_part: date.part.and_then(|part| language.dates.part(part)).map(str::to_owned),
                    confidence: Some(if date.relative { 0.85 } else { 0.95 }),
                    ..Mention::default()
                },
            );
        }
        for quantity in quantities.iter() {
            let unit = quantity.unit.and_then(|unit| language.quantities.unit(unit)).map(str::to_owned);
            push(
                quantity.tokens.start,
                quantity.tokens.end,
                Mention {
                    kind: "quantity",
                    norm: Some(format_number(quantity.value, unit.as_deref())),
                    quantity: Some(quantity.value),
                    qualifier: Some(quantity.qualifier),
                    confidence: Some(match (quantity.ambiguous, unit.is_some()) {
                        (true, _) => 0.7,
                        (_, false) => 0.8,
                        _ => 0.95,
                    }),
                    unit,
                    ..Mention::default()
                },
            );
        }
        for place in found_places.iter() {
            let mention = match place.entry {
                Entry::Country(number, weak) => {
                    let code = names.countries.get(number as usize).cloned().unwrap_or_default();
                    if !state.countries.contains(&code) {
                        state.countries.push(code.clone());
                    }
                    Mention {
                        norm: Some(code.clone()),
                        authority: Some("iso3166-1".to_owned()),
                        authority_id: Some(code.clone()),
                        country: Some(code),
                        subtype: Some("country"),
                        confidence: Some(if weak { 0.85 } else { 0.97 }),
                        ..Mention::default()
                    }
                }
                Entry::Capital(number) | Entry::City(number) => {
                    let Some((name, country)) = names.places.get(number as usize) else { continue };
                    Mention {
                        norm: Some(name.clone()),
                        country: country.and_then(|number| names.countries.get(number as usize).cloned()),
                        subtype: Some(if matches!(place.entry, Entry::Capital(_)) { "capital" } else { "city" }),
                        confidence: Some(0.9),
                        ..Mention::default()
                    }
                }
                Entry::Region(number) => {
                    let Some((name, code)) = names.regions.get(number as usize) else { continue };
                    Mention {
                        norm: Some(name.clone()),
                        authority: Some("unm49".to_owned()),
                        authority_id: Some(code.clone()),
                        subtype: Some("region"),
                        confidence: Some(0.9),
                        ..Mention::default()
                    }
                }
                _ => continue,
            };
            push(place.at, place.end, Mention { kind: "place", ..mention });
        }
        for found in found_parties.iter() {
            let Some(party) = self.parties.get(found.party as usize) else { continue };
            push(
                found.at,
                found.end,
                Mention {
                    kind: "party",
                    norm: Some(party.norm.clone()),
                    country: Some(party.country.clone()).filter(|country| !country.is_empty()),
                    authority: party.partyfacts.map(|_| "partyfacts".to_owned()),
                    authority_id: party.partyfacts.map(|id| id.to_string()),
                    confidence: Some(match found.name {
                        PartyName::Own => 0.97,
                        PartyName::Shared => 0.85,
                        PartyName::AtHome => 0.75,
                    }),
                    ..Mention::default()
                },
            );
        }
        for org in orgs.iter() {
            let mention = match org.known {
                Some(Entry::Agency(number)) => {
                    let Some((key, country)) = names.agencies.get(number as usize) else { continue };
                    Mention {
                        norm: Some(key.clone()),
                        country: country.clone(),
                        authority: Some("agency".to_owned()),
                        authority_id: Some(key.clone()),
                        subtype: Some("agency"),
                        confidence: Some(0.95),
                        ..Mention::default()
                    }
                }
                Some(Entry::Org(number)) => Mention {
                    norm: names.orgs.get(number as usize).cloned(),
                    confidence: Some(0.95),
                    ..Mention::default()
                },
                _ => {
                    let (from, to) = bytes(org.at, org.end);
                    Mention { norm: Some(text[from..to].to_owned()), confidence: Some(0.85), ..Mention::default() }
                }
            };
            push(org.at, org.end, Mention { kind: "org", ..mention });
        }
        for role in found_roles.iter() {
            let head = names.roles.get(role.role as usize).cloned();
            let place = found_places.get(found_places.partition_point(|place| place.at < role.at));
            let country = place.filter(|place| place.end <= role.reach).and_then(|place| match place.entry {
                Entry::Country(number, _) => names.countries.get(number as usize).cloned(),
                _ => None,
            });
            push(
                role.at,
                role.end,
                Mention { kind: "role", norm: head, country, confidence: Some(0.93), ..Mention::default() },
            );
        }
        for person in people.iter() {
            let (from, to) = bytes(person.at, person.end);
            let printed = &text[from..to];
            let name = full_name(printed, person.short, &mut state.people);
            note(&mut state.given, &name, line_no, person);
            let role = person.role.and_then(|number| found_roles.get(number));
            let (mut authority, mut authority_id, mut end) = (None, None, person.end);
            if language.style == Style::Han {
                // `阿尔贝托·安纳亚(Alberto Anaya)`: the brackets hold the name in its own letters.
                match bracket(text, tokens, person.end) {
                    Some((latin, _)) if printed.contains(POINTS) => {
                        (authority, authority_id) = (Some("bracket".to_owned()), Some(latin.to_owned()));
                    }
                    _ => {
                        if let Some(candidate) = self.readings.name(printed) {
                            (authority, authority_id) = (Some("hanviet".to_owned()), Some(candidate));
                        }
                    }
                }
                end = person.end;
            }
            push(
                person.at,
                end,
                Mention {
                    kind: "person",
                    norm: Some(name),
                    authority,
                    authority_id,
                    role: role.map(|role| {
                        let (from, to) = bytes(role.at, role.end);
                        text[from..to].to_owned()
                    }),
                    role_head: role.and_then(|role| names.roles.get(role.role as usize).cloned()),
                    confidence: Some(person.confidence),
                    ..Mention::default()
                },
            );
        }
        documents(text, tokens, &mut push);
        places_of_rows.sort_unstable();
        if !place_rows(source, places_of_rows, &mut state.mentions) {
            state.mentions.truncate(known_rows);
            state.spans.truncate(known_rows);
        }
    }

    /// Looks at the lines once more for names that later ones gave, puts the rows into the order of the record, and gives days without a
    /// year the lower bound that the whole article tells.
    pub fn finish(language: &Language, lines: &[Source], state: &mut State) {
        again(language.style, lines, state);
        state.mentions.sort_by_cached_key(|mention| (mention.chars.start, mention.chars.end, mention.kind));
        let Some(year) = state.latest_year.filter(|_| state.anchor.is_none()) else { return };
        for mention in
            state.mentions.iter_mut().filter(|mention| mention.kind == "date" && mention.date_lower.is_none())
        {
            let edtf = mention.date_edtf.as_deref().unwrap_or("");
            let day = edtf
                .strip_prefix("XXXX-")
                .and_then(|rest| Some((rest.get(..2)?.parse().ok()?, rest.get(3..5)?.parse().ok()?)));
            if let Some((month, day)) = day {
                mention.date_lower = super::dates::Day::new(Some(year), month, day).and_then(|day| day.days());
            }
        }
    }
}

/// Numbers of documents: digits, a slash and capitals (`418/NQ-CP`), or a year between (`12/2020/QĐ-TTg`).
fn documents(text: &str, tokens: &[super::tokens::Token], push: &mut impl FnMut(usize, usize, Mention)) {
    if memchr::memchr(b'/', text.as_bytes()).is_none() {
        return;
    }
    let mut at = 0;
    while at < tokens.len() {
        let glued = |number: usize| tokens.get(number).is_some_and(|token| !token.space_before());
        let sign =
            |number: usize, sign: &str| tokens.get(number).is_some_and(|token| token.of(text) == sign) && glued(number);
        if !tokens[at].is_number()
            || !sign(at + 1, "/")
            || (at > 0 && matches!(tokens[at - 1].of(text), "/" | "-") && glued(at))
        {
            at += 1;
            continue;
        }
        let mut end = at + 2;
        if tokens.get(end).is_some_and(|token| token.is_number() && token.end - token.start == 4) && sign(end + 1, "/")
        {
            end += 2;
        }
        let capitals = |number: usize| {
            glued(number)
                && tokens.get(number).is_some_and(|token| {
                    token.is_word()
                        && token.is_capital()
                        && token.of(text).chars().filter(|c| c.is_uppercase()).count() >= 2
                })
        };
        if !capitals(end) {
            at += 1;
            continue;
        }
        end += 1;
        while sign(end, "-") && glued(end + 1) && tokens.get(end + 1).is_some_and(|token| token.is_capital()) {
            end += 2;
        }
        let surface = &text[tokens[at].start as usize..tokens[end - 1].end as usize];
        push(
            at,
            end,
            Mention {
                kind: "document_no",
                norm: Some(surface.to_owned()),
                confidence: Some(0.97),
                ..Mention::default()
            },
        );
        at = end;
    }
}

/// The Latin letters in brackets behind a token, and the token behind them.
fn bracket<'t>(text: &'t str, tokens: &[super::tokens::Token], at: usize) -> Option<(&'t str, usize)> {
    let open = tokens.get(at).filter(|token| token.of(text) == "(")?;
    let close = (at + 1..tokens.len().min(at + 12)).find(|number| tokens[*number].of(text) == ")")?;
    let inside = text.get(open.end as usize..tokens[close].start as usize)?.trim();
    let letters = inside.chars().filter(|c| c.is_alphabetic()).count();
    (letters >= 2 && tokens[at + 1..close].iter().all(|token| !token.is_han() && !token.is_number()))
        .then_some((inside, close + 1))
}

/// Most names of a record that are kept in mind for their short forms.
const MAX_PEOPLE: usize = 60;

/// The name in full: one given before that ends (or begins) with the same words, else the words themselves, capitals all through in
/// title case.
fn full_name(printed: &str, short: bool, people: &mut Vec<String>) -> String {
    let upper = printed.chars().any(char::is_alphabetic)
        && !printed.chars().any(char::is_lowercase)
        && printed.chars().count() > 3;
    let name: String = if upper {
        printed
            .split(' ')
            .map(|word| {
                let mut letters = word.chars();
                letters.next().map_or_else(String::new, |first| first.to_string() + &letters.as_str().to_lowercase())
            })
            .collect::<Vec<_>>()
            .join(" ")
    } else {
        printed.split_whitespace().collect::<Vec<_>>().join(" ").replace(['・', '•', '‧'], "·")
    };
    if short {
        let known = people.iter().rev().find(|known| {
            known.strip_suffix(name.as_str()).is_some_and(|rest| rest.ends_with([' ', '·']))
                || known.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with(' '))
        });
        return known.cloned().unwrap_or(name);
    }
    // `洛克菲勒` of `劳伦斯·洛克菲勒`: names by sound are shortened to the last part.
    let last = name.rsplit_once('·').map(|(_, last)| last.to_owned());
    for name in last.filter(|last| last.chars().count() > 1).into_iter().chain([name.clone()]) {
        if people.contains(&name) {
            continue;
        }
        if people.len() == MAX_PEOPLE {
            people.remove(0);
        }
        people.push(name);
    }
    name
}

fn format_number(value: f64, unit: Option<&str>) -> String {
    unit.map_or_else(|| value.to_string(), |unit| format!("{value} {unit}"))
}

/// Writes into the rows of a line where they stand in the decoded text; `places` are their places in the line, sorted, and their numbers. False
/// where the line's normal form cannot be followed character by character: then it has no mentions.
pub(super) fn place_rows(source: Source, places: &[(usize, usize, usize)], mentions: &mut [Mention]) -> bool {
    if places.is_empty() {
        return true;
    }
    let same = source.raw == source.text;
    let map = if source.raw.len() == source.text.len() { None } else { char_map(source) };
    if !same && map.is_none() && source.raw.chars().count() != source.text.chars().count() {
        return false;
    }
    // Rows stand in the order of their beginnings, so one walk counts the characters in front of them.
    let (mut byte, mut chars) = (0, 0_usize);
    let (mut raw_byte, mut raw_chars) = (0, 0_usize);
    for &(start, end, number) in places {
        let Some(mention) = mentions.get_mut(number) else { continue };
        chars += source.text.get(byte..start).map_or(0, |skipped| skipped.chars().count());
        byte = start;
        let inside = source.text.get(start..end).unwrap_or("");
        let length = inside.chars().count();
        let (from, to) = match &map {
            Some(map) => (map[chars] as usize, map[chars + length] as usize),
            None => (chars, chars + length),
        };
        mention.seg_no = source.seg_no;
        mention.chars = source.char_start + from as i64..source.char_start + to as i64;
        mention.surface = if same {
            inside.to_owned()
        } else {
            // The surface, cut from the decoded text.
            let rest = &source.raw[raw_byte..];
            raw_byte += rest.char_indices().nth(from - raw_chars).map_or(rest.len(), |(at, _)| at);
            raw_chars = from;
            let rest = &source.raw[raw_byte..];
            rest[..rest.char_indices().nth(to - from).map_or(rest.len(), |(at, _)| at)].to_owned()
        };
    }
    true
}

/// For every character of the normal form, and the end, the number of the character of the decoded line where it begins.
fn char_map(source: Source) -> Option<Vec<u32>> {
    let chars: Vec<char> = source.raw.chars().collect();
    let mut map = Vec::with_capacity(chars.len() + 1);
    let mut expected = source.text.chars();
    let mut cluster = String::new();
    let mut start = 0;
    while start < chars.len() {
        let mut end = start + 1;
        while end < chars.len() && is_mark(chars[end]) {
            end += 1;
        }
        cluster.clear();
        cluster.extend(&chars[start..end]);
        for c in nfc(&cluster).chars() {
            if expected.next()? != half_width(c) {
                return None;
            }
            map.push(start as u32);
        }
        start = end;
    }
    map.push(chars.len() as u32);
    expected.next().is_none().then_some(map)
}

/// A mark that joins the character in front of it.
fn is_mark(c: char) -> bool {
    matches!(u32::from(c), 0x300..=0x36F | 0x483..=0x489 | 0x591..=0x5BD | 0x610..=0x61A | 0x64B..=0x65F | 0x3099..=0x309A
        | 0x1AB0..=0x1AFF | 0x1DC0..=0x1DFF | 0x20D0..=0x20FF | 0xFE20..=0xFE2F | 0x1161..=0x11FF)
}
