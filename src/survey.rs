//! What other records of a dump know of a line: menus and footers that a site prints on many pages, and headlines, teasers and whole
//! stories that stand in a record of their own. Evidence that a record alone does not hold.
//!
//! Before a run cleans its first record it reads the inputs once and notes every line in two sketches of fixed size. The sketches take
//! notes that do not depend on their order, so that neither the order of records nor threads change them. The labels use both where the
//! model is in doubt.

mod stories;
mod templates;

use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::article::domain;
use crate::config::LabelConfig;
use crate::document::{Content, RawRecord};
use crate::hashing::Digest;
use crate::text::is_blank;

use stories::Stories;
pub use stories::{Elsewhere, Other};
use templates::Templates;

/// Bytes of a sketch that are added to a hash at once.
const DIGEST_BYTES: usize = 8192;

/// Notes on the lines of a dump.
#[derive(Debug, Default)]
pub struct Survey {
    templates: Option<Templates>,
    stories: Option<Stories>,
}

/// What is known of a line beside its record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seen {
    /// Whether many pages of the site print it.
    pub is_template: bool,
    /// Where else it stands.
    pub elsewhere: Elsewhere,
}

impl Seen {
    /// Whether the line stands in other records.
    #[must_use]
    pub fn is_shared(&self) -> bool {
        self.is_template || self.elsewhere.nearest.is_some() || self.elsewhere.furthest.is_some()
    }
}

impl Survey {
    /// A survey of some bytes of text.
    #[must_use]
    pub fn new(bytes: u64, config: &LabelConfig) -> Survey {
        let records = config.template_records;
        Survey {
            templates: (records > 0).then(|| Templates::new(bytes, records)),
            stories: config.stories_of_others.then(|| Stories::new(bytes)),
        }
    }

    /// Whether nothing is to be noted.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.templates.is_none() && self.stories.is_none()
    }

    /// Notes the lines of a record. Pages whose text must be found first, and bytes that are no UTF-8, are left out.
    pub fn note(&self, record: &RawRecord) {
        let text = match &record.content {
            Content::Text(text) => text.as_str(),
            Content::Bytes(bytes) => std::str::from_utf8(bytes).unwrap_or_default(),
            Content::Html { .. } => return,
        };
        let lines = crate::text::lines(text).map(|line| line.trim_matches(is_blank)).filter(|line| !line.is_empty());
        if let Some(templates) = &self.templates {
            templates.note(lines.clone(), site_seed(record.fields.url.as_deref()));
        }
        if let Some(stories) = &self.stories {
            stories.note(text, lines);
        }
    }

    /// What other records know of the lines, trimmed of blanks, of a record with this address and text.
    #[must_use]
    pub fn look(&self, url: Option<&str>, text: &str, lines: &[&str]) -> Vec<Seen> {
        let mut seen = vec![Seen::default(); lines.len()];
        if let Some(templates) = &self.templates {
            let site = site_seed(url);
            lines.iter().zip(&mut seen).for_each(|(line, seen)| seen.is_template = templates.has(line, site));
        }
        if let Some(stories) = &self.stories {
            let elsewhere = stories.look(text, lines.iter().copied());
            seen.iter_mut().zip(elsewhere).for_each(|(seen, elsewhere)| seen.elsewhere = elsewhere);
        }
        seen
    }

    /// Hash of all that is known, for a run that goes on: 32 hex digits.
    #[must_use]
    pub fn hash(&self) -> String {
        let mut digest = Digest::new();
        self.templates.iter().for_each(|templates| templates.digest(&mut digest));
        self.stories.iter().for_each(|stories| stories.digest(&mut digest));
        digest.hex()
    }
}

/// Bits of the number of slots that a sketch has for so many entries.
fn slot_bits(entries: u64, (least, most): (u32, u32)) -> u32 {
    entries.max(1).next_power_of_two().ilog2().clamp(least, most)
}

/// Adds the slots of a sketch to a hash.
fn digest_slots<const BYTES: usize>(digest: &mut Digest, slots: impl Iterator<Item = [u8; BYTES]>) {
    let mut slots = slots.peekable();
    while slots.peek().is_some() {
        let bytes: Vec<u8> = slots.by_ref().take(DIGEST_BYTES / BYTES).flatten().collect();
        digest.update(&bytes);
    }
}

fn site_seed(url: Option<&str>) -> u64 {
    url.and_then(domain).map_or(0, |domain| xxh3_64_with_seed(domain.as_bytes(), 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config;
    use crate::document::{CallerFields, Origin};

    fn record(url: Option<&str>, text: String) -> RawRecord {
        let fields = CallerFields { url: url.map(str::to_owned), ..CallerFields::default() };
        RawRecord {
            origin: Origin { file_path: "x".into(), record_no: 0, input: 0 },
            content: Content::Text(text),
            fields,
        }
    }

    /// Twelve pages of one site with a footer, and the same article printed five times.
    fn pages() -> Vec<RawRecord> {
        let mut pages: Vec<RawRecord> = (0..12)
            .map(|page| {
                record(
                    Some("https://a.example/x"),
                    format!("Story {page}\nIt was told on day {page} at length.\n Read on \n"),
                )
            })
            .collect();
        pages.extend((0..5).map(|copy| {
            record(
                Some("https://b.example/y"),
                format!("Copied\nOne story that all of them print.\nSecond line\nThird line\nx{copy}"),
            )
        }));
        pages
    }

    fn surveyed<'r>(pages: impl IntoIterator<Item = &'r RawRecord>) -> Survey {
        let label = config::load(None, &[], &[]).unwrap().config.label;
        let survey = Survey::new(10_000, &LabelConfig { stories_of_others: true, ..label });
        pages.into_iter().for_each(|page| survey.note(page));
        survey
    }

    fn text(record: &RawRecord) -> &str {
        let Content::Text(text) = &record.content else { unreachable!("made so") };
        text
    }

    #[test]
    fn what_different_pages_of_a_site_print_is_a_template() {
        let survey = surveyed(&pages());
        let on = |url: Option<&str>, line: &str| survey.look(url, "another", &[line])[0].is_template;
        let a = Some("http://www.a.example/other");
        assert!(on(a, "Read on") && !on(a, "Story 1") && !on(a, "It was told on day 1 at length."));
        // Another site's line, and no site at all.
        assert!(!on(Some("https://b.example"), "Read on") && !on(None, "Read on"));
    }

    #[test]
    fn copies_of_one_article_count_once() {
        let survey = surveyed(&pages());
        assert!(!survey.look(Some("https://b.example"), "another", &["Second line"])[0].is_template);
        assert_eq!(Survey::default().look(None, "another", &["Read on"]), [Seen::default()]);
    }

    #[test]
    fn the_order_of_pages_changes_nothing() {
        let pages = [pages(), stories()].concat();
        assert_eq!(surveyed(&pages).hash(), surveyed(pages.iter().rev()).hash());
    }

    /// A story of the council, and one of the harbour with the beginning of the other below it, headline and teaser in one line.
    fn stories() -> Vec<RawRecord> {
        let council = "Council of Eastvale raises the fee for parking\nThe council of Eastvale raised the fee for parking on Tuesday, \
                       after a debate of four hours. Nobody was content.\nIt had been put off three times before, for want of a majority \
                       and, in spring, of a room.";
        let harbour = "Harbour bridge opens after nine years\nThe bridge across the harbour of Westvale was opened on Monday, with a band \
                       and in the rain, nine years late.\nThe minister said that the next one would be built in half of the time, and \
                       that half of the time was still long.\nOf the band half had been at school when the work began, as its leader \
                       told the guests, who laughed for the second time that day.\nCouncil of Eastvale raises the fee for parking The \
                       council of Eastvale raised the fee for parking on Tuesday, after a debate of four hours.";
        [council, harbour].map(|text| record(None, text.to_owned())).into()
    }

    #[test]
    fn the_beginning_of_another_record_is_known() {
        let stories = stories();
        let survey = surveyed(&stories);
        let look = |story: &RawRecord| {
            let lines: Vec<&str> = text(story).split('\n').collect();
            survey.look(None, text(story), &lines).into_iter().map(|seen| seen.elsewhere.nearest).collect::<Vec<_>>()
        };
        assert!(look(&stories[0]).iter().all(Option::is_none), "its own beginning");
        let elsewhere = look(&stories[1]);
        assert!(elsewhere[..4].iter().all(Option::is_none));
        assert_eq!(elsewhere[4].map(|it| it.at), Some(0));
    }

    #[test]
    fn a_line_of_very_many_sentences_is_counted_whole() {
        let sentences: Vec<String> =
            (0..90_000).map(|number| format!("Sentence {number} of a very long line.")).collect();
        let line = sentences.join(" ");
        let stories = Stories::new(1 << 26);
        let texts = ["One", "Another"].map(|title| format!("{title}\n{line}"));
        for text in &texts {
            stories.note(text, text.lines());
        }
        let seen = stories.look(&texts[0], texts[0].lines())[1];
        assert!(seen.shared_keys > u32::from(u16::MAX) && seen.own_keys == 0, "{seen:?}");
    }
}
