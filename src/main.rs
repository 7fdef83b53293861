#![allow(clippy::all, missing_docs, clippy::unwrap_used, clippy::print_stdout)]
use std::io::BufRead;
fn main() {
    // scratch: JSONL {id, text} on stdin -> labels
    let mut lex = Vec::new();
    for e in std::fs::read_dir("/work/main/config/lexicon").unwrap() { let p = e.unwrap().path(); if p.file_stem().unwrap()=="identify" {continue;} lex.push(toml::from_str::<newsieve::lexicon::Lexicon>(&std::fs::read_to_string(&p).unwrap()).unwrap_or_else(|e| panic!("{p:?} {e}"))); }
    lex.sort_by(|a,b| a.language.cmp(&b.language));
    let pats = newsieve::lexicon::CompiledPatterns::new(&lex).unwrap();
    let cfg: newsieve::config::Config = toml::from_str(include_str!("../config/default.toml")).unwrap();
    let lab = newsieve::label::Labeler::new(&pats, &cfg.label);
    let idf = std::fs::read_to_string("/work/main/config/lexicon/identify.toml").unwrap_or("[identify]\n".into());
    let cleaner = newsieve::clean::Cleaner::new(&cfg, &lex, &idf).unwrap();
    let full = std::env::args().any(|a| a=="--full");
    for line in std::io::stdin().lock().lines() {
        let v: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
        let text = v["text"].as_str().unwrap();
        if full {
            let rec = newsieve::document::Record { origin: newsieve::document::Origin{file_path:"x".into(),record_no:0,input:0}, id: v["id"].to_string(), caller_id: true, text: text.to_owned(), encoding: "utf-8".into(), fields: Default::default() };
            let c = cleaner.clean(rec);
            println!("{:#?}", c.outcome); continue;
        }
        let spans = newsieve::segment::segment(text, None, &pats);
        let l = lab.label(text, &spans, None);
        let out: Vec<_> = spans.iter().zip(&l.verdicts).map(|(s, v)| serde_json::json!([s.line_no, s.bytes.len(), v.label, v.rule, v.kept])).collect();
        println!("{}", serde_json::json!({"id": v["id"], "segments": out, "has_article": l.has_article}));
    }
}
