//! Repairs UTF-8 that somebody read as GBK (`Vi峄噒 Nam` → `Việt Nam`), which makes Chinese characters of pairs of bytes.
//!
//! The guard is that of `mojibake.rs`: whole texts or whole lines only, a way back that is exact, and a text that reads better after it.
//! Where the reader met a byte without a partner it has lost it, and the line stays as it is.

use std::sync::LazyLock;

use encoding_rs::GBK;

use super::mojibake::{MAX_SHARE_BEFORE, MIN_SHARE_AFTER, Repaired, Sequences, is_long_enough, is_word, share};
use super::vietnamese::is_syllable;
use crate::text::lines;

/// The commonest characters of Chinese prose, in both scripts: a third of the characters of a text are among them, and next to none
/// of what GBK makes of UTF-8.
const COMMON: &str = "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经十三之进着等部度家电力里如水化高自二理起小现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相全表间样与关各重新线内数正心反你明看原又么利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶油思术極為時來個們這國會對發動過說產種學經後業當體實點將開還問題區無與關線數內長東車電話總條從";

/// The two bytes of every character of GBK, by its code point; 0 where it has none.
static PAIRS: LazyLock<Box<[u16; 0x1_0000]>> = LazyLock::new(|| {
    let mut pairs = Box::new([0_u16; 0x1_0000]);
    for first in 0x81..=0xfe_u8 {
        for second in (0x40..=0xfe_u8).filter(|byte| *byte != 0x7f) {
            let bytes = [first, second];
            let decoded = GBK.decode_without_bom_handling_and_without_replacement(&bytes);
            let mut chars = decoded.iter().flat_map(|text| text.chars());
            if let (Some(c), None) = (chars.next(), chars.next())
                && let Some(pair) = pairs.get_mut(c as usize)
            {
                *pair = u16::from_be_bytes([first, second]);
            }
        }
    }
    pairs
});

fn pair(c: char) -> Option<[u8; 2]> {
    PAIRS.get(c as usize).filter(|pair| **pair != 0).map(|pair| pair.to_be_bytes())
}

/// Repairs a text, or gives nothing when there is nothing to repair, which is soon seen.
pub(super) fn repair(text: &str) -> Option<Repaired> {
    let repaired = |text| Repaired { text, charsets: "gbk".to_owned() };
    if let Some(after) = undo(text).filter(|after| is_long_enough(after) && reads_better(text, after)) {
        return Some(repaired(after));
    }
    let better = |line: &str| undo(line).filter(|after| reads_better(line, after));
    lines(text).find_map(|line| better(line).filter(|after| is_long_enough(after)))?;
    let lines = text.split('\n').map(|line| better(line).unwrap_or_else(|| line.to_owned()));
    Some(repaired(lines.collect::<Vec<_>>().join("\n")))
}

/// Writes the text in GBK and reads it as UTF-8. Gives up at the first byte that cannot be UTF-8, so that clean text costs next to
/// nothing.
fn undo(text: &str) -> Option<String> {
    // The first character outside ASCII decides for nearly every sound line.
    let first = text.bytes().position(|byte| !byte.is_ascii())?;
    let [lead, next] = text[first..].chars().next().and_then(pair)?;
    if !matches!((lead, next), (0xc2..=0xf4, 0x80..=0xbf)) {
        return None;
    }
    let mut sequences = Sequences::default();
    for c in text.chars() {
        let (pair, length) = match c {
            _ if c.is_ascii() => ([c as u8, 0], 1),
            // The one byte above ASCII that stands alone in the web's form of the charset.
            '\u{20ac}' => ([0x80, 0], 1),
            _ => (pair(c)?, 2),
        };
        for &byte in &pair[..length] {
            sequences.push(byte)?;
        }
    }
    sequences.finish()
}

fn reads_better(before: &str, after: &str) -> bool {
    if after.chars().any(|c| matches!(c, '\u{80}'..='\u{9f}' | '\u{fffd}')) {
        return false;
    }
    if after.contains(is_han) {
        return common_share(after) > 2.0 * common_share(before);
    }
    let is_sound: fn(&str) -> bool = if after.contains(|c| matches!(c, '\u{1ea0}'..='\u{1ef9}' | 'đ' | 'ơ' | 'ư')) {
        is_syllable
    } else {
        is_word
    };
    share(before, is_syllable).is_none_or(|share| share < MAX_SHARE_BEFORE)
        && share(after, is_sound).is_some_and(|share| share > MIN_SHARE_AFTER)
}

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}')
}

/// Share of the Chinese characters that are among the commonest.
fn common_share(text: &str) -> f64 {
    static SORTED: LazyLock<Vec<char>> = LazyLock::new(|| {
        let mut sorted: Vec<char> = COMMON.chars().collect();
        sorted.sort_unstable();
        sorted
    });
    let (mut common, mut all) = (0_usize, 0_usize);
    for c in text.chars().filter(|c| is_han(*c)) {
        all += 1;
        common += usize::from(SORTED.binary_search(&c).is_ok());
    }
    common as f64 / all.max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a reader makes of a text that takes it for GBK; nothing where bytes are lost.
    fn misread(text: &str) -> Option<String> {
        GBK.decode_without_bom_handling_and_without_replacement(text.as_bytes()).map(std::borrow::Cow::into_owned)
    }

    #[test]
    fn what_was_not_lost_comes_back() {
        for text in [
            "Việt Nam xuất khẩu gạo sang các nước",
            "山区的小学有了新的图书馆\u{ff0c}孩子们可以借书回家看了\u{ff0c}",
            "Der Bürgermeister eröffnet die größte Brücke des Südens ",
        ] {
            // One blank more or less decides whether the last byte has a partner.
            let held = [text.to_owned(), format!("{text} "), format!("{text} a")].into_iter().find_map(|text| {
                let misread = misread(&text)?;
                Some((text, misread))
            });
            let Some((text, misread)) = held else { continue };
            let repaired = repair(&misread).unwrap_or_else(|| panic!("{misread}"));
            assert_eq!((repaired.text, repaired.charsets), (text, "gbk".to_owned()));
        }
        let line =
            "孩子们可以借书回家看了\u{ff0c}大家都很高兴\u{ff0c}说明年还要来看这里的新书\u{ff0c}我们也会再来的\u{3002}";
        let (line, misread) = (8..line.chars().count())
            .rev()
            .find_map(|length| {
                let line: String = line.chars().take(length).collect();
                Some((line.clone(), misread(&line)?))
            })
            .unwrap();
        let mixed = format!("大家好\u{ff0c}这是正常的一行\u{3002}\n{misread}\n还有一行\u{3002}");
        assert_eq!(
            repair(&mixed).unwrap().text,
            format!("大家好\u{ff0c}这是正常的一行\u{3002}\n{line}\n还有一行\u{3002}")
        );
    }

    #[test]
    fn clean_text_is_left_alone() {
        for text in [
            "山区的小学有了新的图书馆\u{ff0c}孩子们可以借书回家看了\u{3002}",
            "總統在台北舉行的會議上表示\u{ff0c}談判已經成功結束\u{ff0c}這是第一次\u{3002}",
            "首相は東京で開かれた会議で\u{3001}交渉が成功したと述べた\u{3002}",
            "Việt Nam xuất khẩu gạo sang các nước",
            "峄 岷",
            "",
        ] {
            assert!(repair(text).is_none(), "{text}");
        }
    }
}
