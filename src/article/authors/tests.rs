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
    // A dash behind the word, names twice with their agency.
    ("en", "By —\nAnna Miller, Associated Press Anna Miller, Associated Press", &["Anna Miller"]),
    // A month glued to a name in capitals.
    ("en", "By ANNA MILLERAUG. 29, 2015", &["ANNA MILLER"]),
    // A menu without blanks is no name.
    ("en", "HomeNewsSportCultureGoing OutHouses & Comment\nRuvani Holt2 minutes ago", &["Ruvani Holt"]),
    // Of whom the picture shows, and whom the title names, nobody is the author.
    ("en", "March 3, 2024\nPeter Holt\nPhoto: TOWN/Mary Price\nAnna Miller", &["Anna Miller"]),
    // A site that signs beside a person.
    ("en", "By Anna Miller\nBy Bridge Example\nMarch 3, 2024", &["Anna Miller"]),
    ("en", "Anna Miller / Peter Holt", &["Anna Miller", "Peter Holt"]),
    ("de", "Kommentar von\nAnna Müller\nRedakteurin", &["Anna Müller"]),
    // Who is named nowhere else wrote, above the credit of a picture or below it.
    ("pl", "3 marca 2024\nPiotr Holt\nFoto: TOWN/Maria Price\nAda Michalska", &["Ada Michalska"]),
    ("cs", "Radek Novotný\nFoto: Mostní Zprávy", &["Radek Novotný"]),
    // A wire service beside a person, and alone with a date glued to it.
    ("en", "Anna Miller and AP\nMarch 3, 2024", &["Anna Miller", "AP"]),
    ("en", "Associated PressMarch 3, 2024", &["Associated Press"]),
    ("en", "Anna Miller Writer, Bridges", &["Anna Miller"]),
    ("ko", "김하늘 기자\nkim@example.kr\n이바다 기자\nlee@example.kr", &["김하늘", "이바다"]),
    ("zh", "2004年3月3日08:19 [ 王小明 ]", &["王小明"]),
    ("zh", "2004年3月3日08:19 [ 大 中 小 ]", &[]),
    ("en", "By Anna (Holt) Miller", &["Anna (Holt) Miller"]),
    ("en", "By:\nAnna Miller , Peter Holt , Mary Price", &["Anna Miller", "Peter Holt", "Mary Price"]),
    ("en", "Anna\nMarch 3, 2024", &["Anna"]),
    ("en", "Our Team\nMarch 3, 2024", &[]),
    ("en", "U.S. Bridges\nMarch 3, 2024", &[]),
    ("en", "March 3, 2024\nEdited by:\nAnna Miller", &[]),
    ("zh", "2024-03-03 10:00 来源:河边网 作者:王小明 编辑:李大河", &["王小明"]),
    ("zh", "责编:王小明", &[]),
    ("zh", "来源:网络", &[]),
    ("zh", "河边报记者 王小明 摄", &[]),
    ("zh", "采写:河边见习记者 王小明", &["王小明"]),
    ("vi", "Hoàng Táo Nguyên\nThứ hai, 4/3/2024, 10:00 (GMT+7)", &["Hoàng Táo Nguyên"]),
    ("vi", "Mộc Hạnh", &["Mộc Hạnh"]),
];

/// The same, with what stands behind the text.
const ENDS: &[(&str, &str, &[&str])] = &[
    ("en", "Written by Anna Miller", &["Anna Miller"]),
    ("en", "Author\nRuvani Holt\nConnect with us", &["Ruvani Holt"]),
    ("en", "Ruvani Holt\nAuthor\nRuvani is the bridge specialist of this town and its river.", &["Ruvani Holt"]),
    (
        "en",
        "Share\nAnna Miller\nAnna Miller is the head of bridges at this page and goes to the river.",
        &["Anna Miller"],
    ),
    ("vi", "Khánh Lương", &["Khánh Lương"]),
    ("vi", "Thu Trang", &["Thu Trang"]),
    ("vi", "Nguyễn An", &["Nguyễn An"]),
    ("vi", "Ngọc Mai", &["Ngọc Mai"]),
    ("vi", "Vũ Hạnh (Theo Reuters)", &["Vũ Hạnh"]),
    ("vi", "An Hạnh/VOV.VN", &["An Hạnh"]),
    ("vi", "Hoàng Phương - Võ Hạnh", &["Hoàng Phương", "Võ Hạnh"]),
    ("vi", "PV", &[]),
    ("vi", "Theo TTXVN", &[]),
    ("vi", "PV/VOV.VN", &[]),
    ("vi", "Biên tập: Nguyễn An", &[]),
    // Of whom the text tells: a tag.
    ("vi", "Trần Văn Bến", &[]),
    ("zh", "河边报记者 王小明 报道", &["王小明"]),
    ("zh", "(责任编辑:王小明)", &[]),
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
        "vi" => {
            "Cây cầu bắc qua sông được khánh thành hôm thứ hai sau chín năm thi công, và rất nhiều người dân trong thị trấn đã đến dự \
             buổi lễ bên bờ sông. Ông Trần Văn Bến, chủ tịch thị trấn, nói đây là một ngày vui lớn của người dân ở cả hai bên bờ sông."
        }
        "zh" => {
            "横跨河流的大桥经过九年的建设,于星期一正式通车,镇上的许多居民来到河岸参加庆祝活动。镇长在仪式上表示,这一天对于全镇居民以及住在河对岸的村民来说,\
             都是一个重要的日子,今后大家过河不再需要乘坐渡船,孩子们上学也会方便得多。"
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
        "vi" => "Khánh thành cây cầu qua sông sau chín năm thi công",
        "zh" => "横跨河流的大桥历时九年建成通车",
        _ => "Bridge over the river opens after nine years",
    }
}

/// What is found on a page of a text.
fn authors_of(cleaner: &Cleaner, text: String, url: Option<&str>) -> Vec<String> {
    let origin = Origin { file_path: "page.txt".into(), record_no: 0, input: 0 };
    let fields = CallerFields { url: url.map(str::to_owned), ..CallerFields::default() };
    let record = Record { id: "page".to_owned(), caller_id: true, origin, text, encoding: "utf-8".to_owned(), fields };
    cleaner.clean(record).outcome.unwrap().authors.unwrap_or_default()
}

#[test]
fn bylines_of_several_forms_are_read() {
    let effective = config::load(None, &[], &[]).unwrap();
    let cleaner = Cleaner::new(&effective).unwrap();
    let mut wrong = Vec::new();
    let mut check = |text: String, url: Option<&str>, lines: &'static str, expected: &[&str]| {
        let found = authors_of(&cleaner, text, url);
        if found != *expected {
            wrong.push((lines, found));
        }
    };
    for (language, lines, expected) in PAGES {
        let (title, body) = (title_of(language), text_of(language));
        let text = format!("{title}\n\n{lines}\n\n{body}\n\n{body} {body}\n");
        check(text, Some("https://bridgeexample.com/1"), lines, expected);
    }
    for (language, lines, expected) in ENDS {
        let (title, body) = (title_of(language), text_of(language));
        check(format!("{title}\n\n{body}\n\n{body} {body}\n\n{lines}\n"), None, lines, expected);
    }
    assert_eq!(wrong, Vec::new());
}

#[test]
fn a_person_signs_by_the_address_of_the_site() {
    let effective = config::load(None, &[], &[]).unwrap();
    let cleaner = Cleaner::new(&effective).unwrap();
    let body = text_of("en");
    let page = || format!("Anna Miller's Notes\nHome\n\n{}\n\n{body}\n\n{body} {body}\n", title_of("en"));
    assert_eq!(authors_of(&cleaner, page(), Some("https://www.annamiller.com/notes/7")), ["Anna Miller"]);
    assert_eq!(authors_of(&cleaner, page(), Some("https://www.bridgeexample.com/notes/7")), [""; 0]);
}

#[test]
fn a_byline_far_from_title_and_end_is_found_and_those_of_other_stories_are_not() {
    let effective = config::load(None, &[], &[]).unwrap();
    let cleaner = Cleaner::new(&effective).unwrap();
    let paragraph = |day: u32| {
        format!(
            "On day {day} of the works they laid another stretch of the road, and the people of the town watched from the bank.\n\n"
        )
    };
    let paragraphs: String = (1..30).map(paragraph).collect();
    let page = |end: &str| format!("{}\n\n{paragraphs}{end}", title_of("en"));
    let own = page(
        "Written by Anna Miller\n\nReferences\n\n[1] The bridges of the rivers of this country, a book about every one of them.\n",
    );
    assert_eq!(authors_of(&cleaner, own, None), ["Anna Miller"]);
    let others = page(
        "Related stories\n\nRiver rises again after the rain of the week\nBy Peter Holt\nTown hall gets a roof at last\nBy Mary Price\n",
    );
    assert_eq!(authors_of(&cleaner, others, None), [""; 0]);
}
