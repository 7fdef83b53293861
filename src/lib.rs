//! Cleans dumps of scraped news text into Parquet tables.

pub mod article;
pub mod clean;
pub mod config;
pub mod decode;
pub mod dedup;
pub mod document;
pub mod error;
pub mod label;
pub mod lexicon;
pub mod output;
pub mod pipeline;
pub mod report;
pub mod segment;
pub mod source;
pub mod table;
pub mod text;
pub mod verify;

pub use clean::Cleaner;
