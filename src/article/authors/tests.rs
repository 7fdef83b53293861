use crate::clean::Cleaner;
use crate::config;
use crate::document::{CallerFields, Origin, Record};

/// Authors of pages of our own writing: language, what stands between title and text, what is expected.
const PAGES: &[(&str, &str, &[&str])] = &[
    ("en", "By Anna Miller and Peter van Dale", &["Anna Miller", "Peter van Dale"]),
    (
        "en",
        "By ANNA MILLER, JOHN HOLT and MARY-ANN PRICEJune 11, 2019",
        &["ANNA MILLER", "JOHN HOLT", "MARY-ANN PRICE"],
    ),
    ("en", "Anna Miller\nMarch 3, 2024", &["Anna Miller"]),
    ("en", "Anna MillerTravel News Reporter", &["Anna Miller"]),
    ("en", "March 3, 2024 by Anna Miller, MD 4 Comments", &["Anna Miller"]),
    ("en", "By Anna Miller, Staff Writer | March 3, 2024", &["Anna Miller"]),
    ("en", "By\nAnna Miller\n5 min read", &["Anna Miller"]),
    ("en", "Middle East\nMarch 3, 2024", &[]),
    ("en", "Anna Miller/Getty Images\nMarch 3, 2024", &[]),
    ("en", "Written by Anna and Peter\nMarch 3, 2024", &["Anna", "Peter"]),
    ("en", "By Anna Miller, CNN", &["Anna Miller"]),
    ("en", "By CNN", &["CNN"]),
    ("en", "Anna Van Der Fort | Published 4 months ago", &["Anna Van Der Fort"]),
    ("en", "This post was written by Anna Miller, MD, of the town's clinic", &["Anna Miller"]),
    ("en", "Anna Miller\nReviewed by Peter Holt", &["Anna Miller"]),
    ("en", "Written by Dr Anna van der Fort, Peter Holt", &["Anna van der Fort", "Peter Holt"]),
    ("en", "By Anna Miller, Garden Educator", &["Anna Miller"]),
    ("en", "By Anna Miller M.P.H., R.D. | March 3, 2024", &["Anna Miller"]),
    ("en", "By:\nBridge Editorial Team", &["Bridge Editorial Team"]),
    ("en", "By FlowPoint EMEA", &["FlowPoint EMEA"]),
    ("en", "Jordan\nMarch 3, 2024", &[]),
    ("de", "Von\nAnna Müller\nJörg Kranz\n3. März 2024", &["Anna Müller", "Jörg Kranz"]),
    (
        "de",
        "Von\nAnna Müller\n,\nJörg Kranz\nund\nMbali Dlamini\n3. März 2024",
        &["Anna Müller", "Jörg Kranz", "Mbali Dlamini"],
    ),
    ("de", "Per WhatsApp teilen WhatsApp\n3. März 2024", &[]),
    ("de", "Von Anna Müller und Jörg Kranz\n3. März 2024, 17:47 Uhr", &["Anna Müller", "Jörg Kranz"]),
    ("it", "di Anna Rossi\n3 marzo 2024", &["Anna Rossi"]),
    ("fr", "Publié le 3 mars 2024 à 14h52 | Par Anne Lefort", &["Anne Lefort"]),
];

fn text_of(language: &str) -> &'static str {
    match language {
        "de" => {
            "Die Brücke über den Fluss ist am Montag nach neun Jahren Bauzeit eröffnet worden, und viele Menschen aus der Stadt kamen \
             zu der Feier am Ufer. Der Bürgermeister sprach von einem großen Tag für die Stadt und für die Dörfer auf der anderen Seite."
        }
        "it" => {
            "Il ponte sul fiume è stato aperto lunedì dopo nove anni di lavori, e molte persone della città sono venute alla festa sulla \
             riva. Il sindaco ha parlato di un grande giorno per la città e per i paesi che stanno dall’altra parte del fiume."
        }
        "fr" => {
            "Le pont sur la rivière a été ouvert lundi après neuf ans de travaux, et beaucoup de gens de la ville sont venus à la fête \
             sur la rive. Le maire a parlé d’un grand jour pour la ville et pour les villages qui sont de l’autre côté de la rivière."
        }
        _ => {
            "The bridge over the river was opened on Monday after nine years of work, and many people from the town came to the party \
             on the bank. The mayor spoke of a great day for the town and for the villages that lie on the other side of the river."
        }
    }
}

fn title_of(language: &str) -> &'static str {
    match language {
        "de" => "Brücke über den Fluss nach neun Jahren eröffnet",
        "it" => "Aperto dopo nove anni il ponte sul fiume",
        "fr" => "Le pont sur la rivière ouvre après neuf ans",
        _ => "Bridge over the river opens after nine years",
    }
}

#[test]
fn bylines_of_several_forms_are_read() {
    let effective = config::load(None, &[], &[]).unwrap();
    let cleaner = Cleaner::new(&effective).unwrap();
    let mut wrong = Vec::new();
    for (language, lines, expected) in PAGES {
        let body = text_of(language);
        let text = format!("{}\n\n{lines}\n\n{body}\n\n{body} {body}\n", title_of(language));
        let origin = Origin { file_path: "page.txt".into(), record_no: 0, input: 0 };
        let record = Record {
            id: "page".to_owned(),
            caller_id: true,
            origin,
            text,
            encoding: "utf-8".to_owned(),
            fields: CallerFields::default(),
        };
        let article = cleaner.clean(record).outcome.unwrap();
        let found = article.authors.unwrap_or_default();
        if found != *expected {
            wrong.push((*lines, found));
        }
    }
    assert_eq!(wrong, Vec::new());
}
