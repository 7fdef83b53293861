use proptest::prelude::*;

use super::*;

const CLEAN: &[&str] = &[
    "Tăng cường hợp tác giữa Đảng ta với các chính đảng trên thế giới, theo TTXVN; “xã hội mới” – lần thứ 26…",
    "新华社北京10月5日电（记者 王明）中国共产党第二十次全国代表大会在北京召开，大会通过了重要决议。",
    "Le président a déclaré à Genève que l’été dernier avait été très chaud, « même à l’ombre ».",
    "El presidente señaló que la situación económica mejorará mañana según el análisis más reciente.",
    "Президент заявил, что переговоры в Москве завершились успешно, сообщает агентство.",
    "首相は東京で開かれた会議で、交渉が成功したと述べた。これは初めてのことである。",
    "It’s the government’s “largest ever” plan – and it’s not the country’s last, the minister’s office said…",
];

/// What a reader of the wrong charset makes of a text.
fn misread(text: &str, charset: &str) -> String {
    let charset = CHARSETS.iter().find(|known| known.name == charset).unwrap();
    let char_of = |byte: u8| charset.bytes.iter().find(|(_, known)| *known == byte).map_or(byte as char, |(c, _)| *c);
    text.bytes().map(char_of).collect()
}

fn repaired(text: &str) -> Option<(String, String)> {
    repair(text).map(|repaired| (repaired.text, repaired.charsets))
}

#[test]
fn one_misreading_is_undone() {
    for text in CLEAN {
        for charset in ["windows-1252", "iso-8859-1", "windows-1258", "windows-1251"] {
            let damaged = misread(text, charset);
            let (back, charsets) = repaired(&damaged).unwrap_or_else(|| panic!("{charset}: {text}"));
            assert_eq!(back, *text);
            // Where two charsets would have done the same damage, either name is right.
            assert_eq!(misread(text, &charsets), damaged, "{charset}");
        }
    }
}

#[test]
fn up_to_three_misreadings_are_undone() {
    let mut text = CLEAN[0].to_owned();
    let mut charsets = Vec::new();
    for round in 1..=4 {
        text = misread(&text, "windows-1252");
        charsets.push("windows-1252");
        let expected = (round <= MAX_ROUNDS).then(|| (CLEAN[0].to_owned(), charsets.join(",")));
        assert_eq!(repaired(&text), expected, "{round}");
    }
}

#[test]
fn single_lines_are_repaired_whole() {
    let title = "Đại hội Đảng";
    let text = format!(
        "{}\n{}\n{}\n\nViá»‡t Nam và {}",
        misread(title, "windows-1252"),
        CLEAN[0],
        misread(CLEAN[0], "windows-1252"),
        CLEAN[0]
    );
    let expected = format!("{title}\n{0}\n{0}\n\nViá»‡t Nam và {0}", CLEAN[0]);
    assert_eq!(repaired(&text), Some((expected, "windows-1252".to_owned())));
}

#[test]
fn what_is_left_alone() {
    for text in [
        // Less than a line: a quotation, or chance.
        "Viá»‡t Nam",
        "The page showed Viá»‡t Nam instead of Việt Nam, a classic.",
        // Bytes were lost on the way.
        "Đại há»™i Ä\u{fffd}áº£ng láº§n thá»© XIII cá»§a Ä\u{fffd}áº£ng Cá»™ng sáº£n Viá»‡t Nam",
        // French closing quotes after accents are valid UTF-8 by chance.
        "le café\u{a0}»\nle thé\u{a0}»\nle pré\u{a0}»\nun long été au café\u{a0}»",
        "SÃO PAULO, «IRMÃ»",
        "Ü¼ Ü½ Ü¾ Ü¿ Ü¼ Ü½ Ü¾",
    ] {
        assert_eq!(repaired(text), None, "{text}");
    }
    for text in CLEAN {
        assert_eq!(repaired(text), None);
    }
}

#[test]
fn a_misread_byte_order_mark_goes() {
    let text = format!("ï»¿{}", CLEAN[0]);
    assert_eq!(repaired(&text), Some((CLEAN[0].to_owned(), "windows-1252".to_owned())));
    let text = misread(&format!("\u{feff}{}", CLEAN[0]), "windows-1252");
    assert_eq!(repaired(&text), Some((CLEAN[0].to_owned(), "windows-1252".to_owned())));
}

#[test]
fn the_shape_of_syllables() {
    for word in [
        "Việt",
        "nghiêng",
        "khuỷu",
        "quý",
        "hòa",
        "hoà",
        "thủy",
        "thuỷ",
        "giữ",
        "già",
        "gì",
        "yếu",
        "đường",
        "tuyến",
        "quốc",
        "ươm",
        "oánh",
        "ỷ",
        "Đảng",
        "huýt",
        "giếng",
        "khoẻ",
        "mười",
        "của",
        "ưa",
    ] {
        assert!(is_syllable(word), "{word}");
    }
    for word in ["Viá", "jÃ", "café", "hoăcx", "tòan", "qúy", "lịêt", "año", "über", "đđ", "ngã́", "déjà", "Müller"]
    {
        assert!(!is_syllable(word), "{word}");
    }
}

proptest! {
    #[test]
    fn clean_text_comes_out_as_it_went_in(
        parts in prop::collection::vec((0..CLEAN.len(), "[ \n.,;:!?“”»«–—…\u{a0}]{1,3}"), 1..12),
    ) {
        let mut text = String::new();
        for (index, between) in &parts {
            let words: Vec<_> = CLEAN[*index].split(' ').collect();
            text.push_str(words[between.len() % words.len()]);
            text.push_str(between);
        }
        prop_assert_eq!(repaired(&text), None);
    }

    #[test]
    fn any_string_is_survived(text in "[\u{80}-\u{17f}\u{1e00}-\u{1eff}\u{2010}-\u{2122}a-z \n]{0,200}") {
        let _ = repair(&text);
    }
}
