//! Scratch.
fn main() {
    let corpus = std::env::args().nth(1).unwrap_or_default();
    let config = newsieve::config::load(None, &[], &[]).expect("works").config.label;
    let now = std::time::Instant::now();
    let tell = |what: &str| eprintln!("{what} {:?}", now.elapsed());
    let trained = newsieve::train::train(std::path::Path::new(&corpus), &config, std::env::var("NOCV").is_err(), &tell).expect("works");
    if let Some(report) = trained.report {
        println!("{report}");
    }
    std::fs::write("/tmp/model.bin", trained.model.write()).expect("works");
}
