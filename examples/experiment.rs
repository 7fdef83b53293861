//! Scratch.
fn main() {
    let corpus = std::env::args().nth(1).unwrap_or_default();
    newsieve::train::experiment(std::path::Path::new(&corpus), false).expect("works");
}
