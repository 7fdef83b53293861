//! The report as one page that needs nothing else: no script, no network, pictures as inline SVG.

use std::fmt::Write as _;

use super::plot::Plot;
use super::{Cell, Report, Section, number};
use crate::table::VERSION;

/// The page is forbidden to load anything, whatever a name of a dump may say.
const HEAD: &str = "\
<!doctype html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<title>newsieve report</title>
<style>
";
const STYLE: &str = include_str!("page.css");
/// Size of a plot in units of its own; it is as wide as the page allows.
const PLOT: (f64, f64) = (720.0, 170.0);
/// Room for the numbers above the columns, and for the scale below.
const PLOT_MARGINS: (f64, f64) = (16.0, 20.0);
/// Most numbers that fit above or below the columns of a plot.
const PLOT_NUMBERS: usize = 12;
/// Colours of the parts of bars. They stand in the pictures themselves, for what prints a page without its style; `page.css` has others
/// for dark screens.
const COLOURS: [&str; 3] = ["#3b76b8", "#d98b3a", "#a9b0ba"];

/// Writes the page.
pub(super) fn write(report: &Report) -> String {
    let mut page = format!("{HEAD}{STYLE}</style>\n</head>\n<body>\n<h1>What is in the output</h1>\n");
    let _ =
        writeln!(page, "<p class=\"note\">newsieve {VERSION}, last run <bdi>{}</bdi></p>", escape(&report.last_run));
    if !report.warnings.is_empty() {
        page.push_str("<section class=\"warnings\">\n<h2>Warnings of the last run</h2>\n<ul>\n");
        for warning in &report.warnings {
            let _ = writeln!(page, "<li><bdi>{}</bdi></li>", escape(warning));
        }
        page.push_str("</ul>\n</section>\n");
    }
    report.sections.iter().for_each(|section| push_section(&mut page, section));
    report.plots.iter().for_each(|plot| push_plot(&mut page, plot));
    page.push_str(
        "<footer>All numbers are those of the tables, read when this page was made. <code>newsieve schema</code> explains \
         their columns, <code>newsieve explain ID</code> a single record.</footer>\n</body>\n</html>\n",
    );
    page
}

fn push_section(page: &mut String, section: &Section) {
    let _ = writeln!(
        page,
        "<section>\n<h2>{}</h2>\n<p class=\"note\">{}</p>",
        escape(&section.title),
        escape(section.note)
    );
    if section.parts.len() > 1 {
        push_legend(page, section.parts);
    }
    page.push_str("<div><table>\n");
    if section.head.iter().any(|name| !name.is_empty()) {
        let names = section.head.join("</th><th scope=\"col\">");
        let _ = writeln!(page, "<thead><tr><th scope=\"col\">{names}</th><td></td></tr></thead>");
    }
    page.push_str("<tbody>\n");
    let longest = section.rows.iter().map(|row| row.bar.iter().sum()).fold(0.0, f64::max);
    for row in &section.rows {
        let cells: String = row.cells.iter().enumerate().map(|(column, cell)| table_cell(column, cell)).collect();
        let _ = writeln!(page, "<tr>{cells}<td>{}</td></tr>", bar(&row.bar, section.parts, longest));
    }
    page.push_str("</tbody>\n</table></div>\n</section>\n");
}

fn push_legend(page: &mut String, parts: &[&str]) {
    let keys = parts.iter().enumerate().map(|(number, name)| {
        let key = rect(number, (0.0, 0.0), (1.0, 1.0), "");
        format!("<span><svg class=\"key\" viewBox=\"0 0 1 1\">{key}</svg> {name}</span>")
    });
    let _ = writeln!(page, "<p class=\"legend\">{}</p>", keys.collect::<Vec<_>>().join(" "));
}

/// A part of a picture, which says its name when it is pointed at.
fn rect(part: usize, (x, y): (f64, f64), (width, height): (f64, f64), name: &str) -> String {
    let colour = COLOURS[part % COLOURS.len()];
    format!(
        "<rect class=\"p{part}\" fill=\"{colour}\" x=\"{x:.2}\" y=\"{y:.2}\" width=\"{width:.2}\" height=\"{height:.2}\"><title>{name}</title></rect>"
    )
}

fn table_cell(column: usize, cell: &Cell) -> String {
    match cell {
        Cell::Name(name) if column == 0 => format!("<th scope=\"row\"><bdi>{}</bdi></th>", escape(name)),
        Cell::Name(name) => format!("<td class=\"name\"><bdi>{}</bdi></td>", escape(name)),
        _ => format!("<td>{cell}</td>"),
    }
}

/// A bar of parts side by side; the longest one of a table fills its column.
fn bar(parts: &[f64], names: &[&str], longest: f64) -> String {
    if parts.iter().sum::<f64>() <= 0.0 {
        return String::new();
    }
    let mut svg =
        "<svg class=\"bar\" viewBox=\"0 0 100 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">".to_owned();
    let mut from = 0.0;
    for (number, (part, name)) in parts.iter().zip(names).enumerate().filter(|(_, (part, _))| **part > 0.0) {
        let width = part / longest * 100.0;
        svg.push_str(&rect(number, (from, 0.0), (width, 10.0), name));
        from += width;
    }
    svg + "</svg>"
}

fn push_plot(page: &mut String, Plot { title, note, bins }: &Plot) {
    let (width, height) = PLOT;
    let (above, below) = PLOT_MARGINS;
    let step = width / bins.len() as f64;
    let most = bins.iter().map(|bin| bin.1).max().unwrap_or(0).max(1) as f64;
    let every = bins.len().div_ceil(PLOT_NUMBERS);
    let _ = writeln!(page, "<section>\n<h2>{title}</h2>\n<p class=\"note\">{}</p>", escape(note));
    let _ = writeln!(page, "<svg class=\"plot\" viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{title}\">");
    let text = |page: &mut String, middle: f64, bottom: f64, words: &str| {
        let _ = writeln!(
            page,
            "<text x=\"{middle:.2}\" y=\"{bottom:.2}\" text-anchor=\"middle\" font-size=\"11\">{words}</text>"
        );
    };
    for (place, (label, count)) in bins.iter().enumerate() {
        let tall = *count as f64 / most * (height - above - below);
        let (left, top) = (place as f64 * step, height - below - tall);
        let (middle, count) = (left + step / 2.0, number(*count as i64));
        let column = rect(0, (left + step * 0.05, top), (step * 0.9, tall), &format!("{label}: {count}"));
        let _ = writeln!(page, "{column}");
        if every == 1 && count != "0" {
            text(page, middle, top - 4.0, &count);
        }
        if place % every == 0 {
            text(page, middle, height - 5.0, label);
        }
    }
    page.push_str("</svg>\n</section>\n");
}

/// Text as HTML shows it.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(char),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::fixture::{commit_run, one_run};
    use crate::report::{Row, report};

    #[test]
    fn the_page_shows_what_the_terminal_shows_and_loads_nothing() {
        let (_folder, output) = one_run();
        commit_run(&output, "r2", &[]);
        let told = report(output.root()).unwrap();
        let page = told.to_html();
        assert_eq!(page, report(output.root()).unwrap().to_html());
        for section in &told.sections {
            assert!(page.contains(&escape(&section.title)), "{page}");
            for cell in section.rows.iter().flat_map(|row| &row.cells) {
                assert!(page.contains(&escape(&cell.to_string())), "{cell}\n{page}");
            }
        }
        assert!(page.contains("<li><bdi>one input was passed over</bdi></li>"), "{page}");
        assert!(page.contains("Articles by length") && page.contains("<svg class=\"plot\""), "{page}");
        for outside in ["http:", "https:", "src=", "href=", "url(", "@import", "<script", "<link"] {
            assert!(!page.contains(outside), "{outside}");
        }
    }

    #[test]
    fn every_element_is_closed() {
        let (_folder, output) = one_run();
        let page = report(output.root()).unwrap().to_html();
        for name in [
            "html", "head", "style", "body", "section", "div", "table", "thead", "tbody", "tr", "td", "th", "bdi", "p",
            "svg", "rect", "text", "ul", "li",
        ] {
            let opened = page.matches(&format!("<{name}>")).count() + page.matches(&format!("<{name} ")).count();
            let alone =
                page.split('<').filter(|tag| tag.starts_with(&format!("{name} ")) && tag.contains("/>")).count();
            assert_eq!(opened - alone, page.matches(&format!("</{name}>")).count(), "{name}");
        }
    }

    #[test]
    fn names_of_a_dump_stay_text() {
        let name = Cell::name("<script>\"x\" & 'y'\u{202e}\u{7}");
        let row = Row { cells: vec![name, Cell::Count(1)], bar: vec![1.0] };
        let section =
            Section { title: "a < b".to_owned(), note: "", head: &["x", "y"], parts: &["z"], rows: vec![row] };
        let page = write(&Report {
            sections: vec![section],
            plots: Vec::new(),
            last_run: "r".to_owned(),
            warnings: Vec::new(),
        });
        assert!(page.contains("<bdi>&lt;script&gt;&quot;x&quot; &amp; &#39;y&#39;  </bdi>"), "{page}");
        assert!(page.contains("<h2>a &lt; b</h2>"), "{page}");
    }

    #[test]
    fn bars_fill_their_column() {
        assert_eq!(bar(&[0.0, 0.0], &["a", "b"], 4.0), "");
        let svg = bar(&[1.0, 0.0, 3.0], &["a", "b", "c"], 4.0);
        assert!(svg.contains("x=\"0.00\" y=\"0.00\" width=\"25.00\"") && svg.contains("<title>a</title>"), "{svg}");
        assert!(svg.contains("x=\"25.00\" y=\"0.00\" width=\"75.00\"") && !svg.contains("<title>b</title>"), "{svg}");
    }
}
