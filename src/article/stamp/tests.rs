use super::{Habits, Order, Said, Words};
use crate::lexicon::BylineLexicon;

fn words() -> Words {
    Words::new(&[&BylineLexicon::builtin().unwrap()])
}

/// Day, time and zone of the first date in a line, as one string.
fn first(line: &str, tag: &str, home: Option<&str>, order: Order) -> Option<String> {
    let stamp = words().stamps(line, Habits { tag, home, order }).first().copied()?;
    let time = stamp.time.map_or_else(String::new, |time| time.format(" %H:%M:%S").to_string());
    let zone = stamp.zone.map_or_else(String::new, |zone| format!(" {zone}"));
    Some(format!("{}{time}{zone}", stamp.day))
}

#[test]
fn date_lines_of_many_languages_are_read() {
    for (line, tag, expected) in [
        ("3. Mai 2024, 17:47", "de", "2024-05-03 17:47:00"),
        ("06. 01. 2026, 14:59 Uhr Lesedauer: 4 Minuten", "de", "2026-01-06 14:59:00"),
        ("Veröffentlicht am 27.04.24 um 07:39 Uhr", "de", "2024-04-27 07:39:00"),
        ("Publiziert17. Dezember 2024, 12:17", "de", "2024-12-17 12:17:00"),
        ("28. Juni 2025 - 16.03 Uhr", "de", "2025-06-28 16:03:00"),
        ("Publicado el 25 de mayo de 2025 16:51 h", "es", "2025-05-25 16:51:00"),
        ("21.dez.2018 às 12h55", "pt", "2018-12-21 12:55:00"),
        ("Publié le 18 juil. 2024 à 08:01Mis à jour le 18 juil. 2024 à 09:06", "fr", "2024-07-18 08:01:00"),
        ("Marco Rossi 4 Febbraio 2025 - 14:41", "it", "2025-02-04 14:41:00"),
        ("Offentliggjort torsdag 06. feb 2025 17:25", "da", "2025-02-06 17:25:00"),
        ("Publicerad 23 okt 2025 kl 10.23Uppdaterad kl 12.17", "sv", "2025-10-23 10:23:00"),
        ("Giriş: 03.07.2024 - 18:24 Güncelleme: 03.07.2024 - 18:57", "tr", "2024-07-03 18:24:00"),
        ("2018 m. gegužės 5 d.", "lt", "2018-05-05"),
        ("11. listopada 2024", "hr", "2024-10-11"),
        ("11 listopada 2024", "pl", "2024-11-11"),
        ("入力 2026.07.12 22:09", "ko", "2026-07-12 22:09:00"),
        ("2025年1月13日 20時01分", "ja", "2025-01-13 20:01:00"),
        ("2003年11月12日16:36 来源", "zh", "2003-11-12 16:36:00"),
        ("07/03/2026 08:06 GMT+7", "vi", "2026-03-07 08:06:00 420"),
        ("Thứ bảy, ngày 7 tháng 3 năm 2026 | 8:06 (GMT+7)", "vi", "2026-03-07 08:06:00 420"),
        ("07-03-2026 - 00:01 AM | Kinh tế", "vi", "2026-03-07 00:01:00"),
        ("8:40 , 07/03/2026", "vi", "2026-03-07 08:40:00"),
        ("12:20pm Jan 7, 2024", "en", "2024-01-07 12:20:00"),
        ("June 30, 2026 - 4.34pm", "en", "2026-06-30 16:34:00"),
        ("Posted: Aug 08, 2024 4:00 AM EDT | Last Updated: August 8", "en", "2024-08-08 04:00:00 -240"),
        ("Published: 15:56 BST, 27 April 2024", "en", "2024-04-27 15:56:00"),
        ("11:55 pm EDT October 18, 2018", "en", "2018-10-18 23:55:00 -240"),
        ("The Daily ExampleApril 28, 2023 GMT", "en", "2023-04-28"),
        ("September 1st, 2023 By Anna Miller", "en", "2023-09-01"),
        ("2025-03-29T11:36:05+01:00", "en", "2025-03-29 11:36:05 60"),
        ("16 de outubro de 2025 às 9h", "pt", "2025-10-16 09:00:00"),
        ("8 января 2026, 17:46", "ru", "2026-01-08 17:46:00"),
        ("Published Fri, Apr 28 2023 2:23 PM EDT", "en", "2023-04-28 14:23:00 -240"),
        ("2 minute readApril 25, 20232:26 PM GMT+2Last Updated 9 min ago", "en", "2023-04-25 14:26:00 120"),
        ("April 10, 20233 years 142 Views", "en", "2023-04-10"),
        ("By ANNA MILLERJune 11, 2019", "en", "2019-06-11"),
        ("Madrid-29/05/2025 20:00", "es", "2025-05-29 20:00:00"),
        ("2 May 2019 at 5 p.m. ET", "en", "2019-05-02 17:00:00"),
    ] {
        assert_eq!(first(line, tag, None, Order::DayFirst).as_deref(), Some(expected), "{line}");
    }
}

#[test]
fn figures_follow_the_order_that_is_known() {
    for (line, order, expected) in [
        ("10/22/2025", Order::Unknown, Some("2025-10-22")),
        ("22/10/2025", Order::Unknown, Some("2025-10-22")),
        ("04/10/2025", Order::Unknown, None),
        ("04/10/2025", Order::MonthFirst, Some("2025-04-10")),
        ("04/10/2025", Order::DayFirst, Some("2025-10-04")),
        ("04.10.2025", Order::Unknown, Some("2025-10-04")),
        ("05/05/2025", Order::Unknown, Some("2025-05-05")),
        ("version 1.2.2025.3", Order::DayFirst, None),
        ("192.168.10.12", Order::DayFirst, None),
        ("31/11/2025", Order::DayFirst, None),
        ("call 555-04-2025", Order::DayFirst, None),
        ("8 January", Order::DayFirst, None),
        ("2026", Order::DayFirst, None),
    ] {
        assert_eq!(first(line, "en", None, order).as_deref(), expected, "{line}");
    }
    let order = |line: &str| words().order_in(line).0;
    assert_eq!(order("Posted on March 3, 2024"), Order::MonthFirst);
    assert_eq!(order("3 March 2024"), Order::DayFirst);
    assert_eq!(order("3/25/19"), Order::MonthFirst);
    assert_eq!(order("in 2024"), Order::Unknown);
    // The zone tells whose order it is.
    assert_eq!(
        first("06/01/2026 - 13:55 GMT+1", "en", None, Order::Unknown).as_deref(),
        Some("2026-01-06 13:55:00 60")
    );
    assert_eq!(
        first("06/01/2026 1:55 PM EDT", "en", None, Order::Unknown).as_deref(),
        Some("2026-06-01 13:55:00 -240")
    );
}

#[test]
fn a_zone_with_two_meanings_needs_the_country() {
    let zone = |home| first("Sep 2, 2024, 17:07 IST", "en", home, Order::Unknown);
    assert_eq!(zone(Some("IN")).as_deref(), Some("2024-09-02 17:07:00 330"));
    assert_eq!(zone(None).as_deref(), Some("2024-09-02 17:07:00"));
}

#[test]
fn words_tell_what_a_date_is() {
    let said = |line: &str| {
        let habits = Habits { tag: "en", home: None, order: Order::Unknown };
        words().stamps(line, habits).iter().map(|stamp| stamp.said).collect::<Vec<_>>()
    };
    assert_eq!(said("Published 28 April 2023 | Updated 29 April 2023"), [Said::Published, Said::Updated]);
    assert_eq!(said("Aktualizacja: 02.02.2025 23:49 Publikacja: 02.02.2025 21:52"), [Said::Updated, Said::Published]);
    assert_eq!(said("发布日期：2022-02-11 08:52"), [Said::Published]);
    assert_eq!(said("2005-04-05 06:40更新 来源"), [Said::Updated]);
    assert_eq!(said("© 2025 Example, 3 May 2024"), [Said::Other]);
}
