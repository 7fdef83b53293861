//! Cleans dumps of scraped news text into Parquet tables.

pub mod article;
pub mod clean;
pub mod config;
pub mod dedup;
pub mod document;
pub mod error;
pub mod label;
pub mod lexicon;
pub mod segment;
pub mod text;
