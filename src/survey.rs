//! What many records of one site print: menus, footers, boxes with other stories. Evidence that a record alone does not hold.
//!
//! Before a run cleans its first record it reads the inputs once and notes every line in a sketch of fixed size: for each line, from how
//! many different records it comes, up to sixteen and rather too few than too many. Copies of one article count once. The sketch is a
//! set of bits that are only ever added, so that neither order nor threads change it. The labels use it where the model is in doubt.

use std::sync::atomic::{AtomicU16, Ordering};

use xxhash_rust::xxh3::xxh3_64_with_seed;

use crate::article::domain;
use crate::document::{Content, RawRecord};
use crate::hashing::Digest;
use crate::text::is_blank;

/// Least and most slots of a row of the sketch, as powers of two: 2 × 16 MiB at most. Filled with the lines of 1 GiB of news text, of
/// some 80 bytes each, a line of one record passes for one of four in 1 of 2,000 cases.
const SLOT_BITS: (u32, u32) = (12, 23);
/// Stored bytes of input that stand for one slot: one line of text in ten slots, of compressed text in two.
const BYTES_PER_SLOT: u64 = 8;
/// Longest lines of a record of which one stands for the record: two copies of an article share it, two pages of a site do not.
const TELLING_LINES: usize = 4;
/// Longest line that is noted, in bytes: page furniture is shorter.
const MAX_LINE_BYTES: usize = 1000;

/// Counts, for each line, the different records that print it.
#[derive(Debug)]
pub struct Survey {
    /// Two rows of bits: a line's count is what both of its slots agree on.
    rows: [Box<[AtomicU16]>; 2],
    /// Different records from which on a line is one of the site's.
    records: u32,
}

/// The lines that sites print on many pages.
#[derive(Debug, Default)]
pub struct Templates(Option<Survey>);

impl Survey {
    /// A survey of some bytes of text. Lines that `records` different records print are templates.
    #[must_use]
    pub fn new(bytes: u64, records: u32) -> Survey {
        let bits = (bytes / BYTES_PER_SLOT).max(1).ilog2().clamp(SLOT_BITS.0, SLOT_BITS.1);
        let row = || (0..1usize << bits).map(|_| AtomicU16::new(0)).collect();
        Survey { rows: [row(), row()], records }
    }

    /// Notes the lines of a record. Pages whose text must be found first, and bytes that are no UTF-8, are left out.
    pub fn note(&self, record: &RawRecord) {
        let text = match &record.content {
            Content::Text(text) => text.as_str(),
            Content::Bytes(bytes) => std::str::from_utf8(bytes).unwrap_or_default(),
            Content::Html { .. } => return,
        };
        let seed = site_seed(record.fields.url.as_deref());
        let lines = || text.split('\n').map(|line| line.trim_matches(is_blank)).filter(|line| !line.is_empty());
        let mut longest: Vec<&str> = Vec::with_capacity(TELLING_LINES + 1);
        for line in lines() {
            let at = longest.partition_point(|other| other.len() >= line.len());
            if at < TELLING_LINES && !longest.contains(&line) {
                longest.insert(at, line);
                longest.truncate(TELLING_LINES);
            }
        }
        let mut telling: Vec<u64> = longest.iter().map(|line| line_key(line, seed)).collect();
        telling.sort_unstable();
        for line in lines().filter(|line| line.len() <= MAX_LINE_BYTES) {
            let key = line_key(line, seed);
            // A line does not tell records apart that all print it.
            let own = telling.iter().find(|telling| **telling != key).unwrap_or(&0);
            let bit = 1 << (own >> 20 & 15);
            for slot in self.slots(key) {
                // Most lines that recur have set their bit already.
                if slot.load(Ordering::Relaxed) & bit == 0 {
                    slot.fetch_or(bit, Ordering::Relaxed);
                }
            }
        }
    }

    /// The templates among what was noted.
    #[must_use]
    pub fn finish(self) -> Templates {
        Templates(Some(self))
    }

    fn slots(&self, key: u64) -> [&AtomicU16; 2] {
        let mask = self.rows[0].len() - 1;
        [&self.rows[0][key as usize & mask], &self.rows[1][(key >> 32) as usize & mask]]
    }

    fn count(&self, key: u64) -> u32 {
        let [first, second] = self.slots(key).map(|slot| slot.load(Ordering::Relaxed));
        (first & second).count_ones()
    }
}

impl Templates {
    /// Whether nothing is known of any line.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Hash of all that is known, for a run that goes on: 32 hex digits.
    #[must_use]
    pub fn hash(&self) -> String {
        let mut digest = Digest::new();
        for row in self.0.iter().flat_map(|survey| &survey.rows) {
            for slots in row.chunks(4096) {
                let bytes: Vec<u8> = slots.iter().flat_map(|slot| slot.load(Ordering::Relaxed).to_le_bytes()).collect();
                digest.update(&bytes);
            }
        }
        digest.hex()
    }

    /// Tells which lines, trimmed of blanks, are templates of the site with this address; of the whole dump where there is none.
    pub fn of_site(&self, url: Option<&str>) -> impl Fn(&str) -> bool {
        let seed = site_seed(url);
        move |line| self.0.as_ref().is_some_and(|survey| survey.count(line_key(line, seed)) >= survey.records)
    }
}

fn line_key(line: &str, seed: u64) -> u64 {
    xxh3_64_with_seed(line.as_bytes(), seed)
}

fn site_seed(url: Option<&str>) -> u64 {
    url.and_then(domain).map_or(0, |domain| xxh3_64_with_seed(domain.as_bytes(), 0))
}

#[cfg(test)]
mod tests {
    use super::*;
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

    #[test]
    fn what_different_pages_of_a_site_print_is_a_template() {
        let survey = Survey::new(10_000, 4);
        for page in pages() {
            survey.note(&page);
        }
        let templates = survey.finish();
        let on_a = templates.of_site(Some("http://www.a.example/other"));
        assert!(on_a("Read on") && !on_a("Story 1") && !on_a("It was told on day 1 at length."));
        // Another site's line, and no site at all.
        assert!(!templates.of_site(Some("https://b.example"))("Read on") && !templates.of_site(None)("Read on"));
    }

    #[test]
    fn copies_of_one_article_count_once() {
        let survey = Survey::new(10_000, 4);
        for page in pages() {
            survey.note(&page);
        }
        let templates = survey.finish();
        assert!(!templates.of_site(Some("https://b.example"))("Second line"));
        assert!(Templates::default().is_empty() && !Templates::default().of_site(None)("Read on"));
    }

    #[test]
    fn the_order_of_pages_changes_nothing() {
        let counts = |pages: &mut dyn Iterator<Item = RawRecord>| {
            let survey = Survey::new(10_000, 4);
            pages.for_each(|page| survey.note(&page));
            survey.rows.map(|row| row.iter().map(|slot| slot.load(Ordering::Relaxed)).collect::<Vec<u16>>())
        };
        assert_eq!(counts(&mut pages().into_iter()), counts(&mut pages().into_iter().rev()));
    }
}
