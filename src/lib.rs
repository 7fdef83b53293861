//! Cleans dumps of scraped news text into Parquet tables.
//!
//! Data flows one way: [`source`] → [`decode`] → [`segment`] → [`label`] → [`article`] → [`dedup`] → [`table`] → [`output`] (the
//! commit). [`pipeline`] is the only place that knows the order; [`Cleaner`] is the part of it that needs one record alone:
//!
//! ```
//! use newsieve::document::{Content, Origin, RawRecord};
//! use newsieve::{Cleaner, config, decode::decode};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let effective = config::load(None, &[], &[])?;
//! let cleaner = Cleaner::new(&effective)?;
//! let raw = RawRecord {
//!     origin: Origin { file_path: "page.txt".into(), record_no: 0, input: 0 },
//!     content: Content::Bytes(b"Home | News | Sport\n\nBridge opens after nine years of work\n\nThe bridge over the Sella was \
//!         opened on Friday. Several hundred people walked across it before noon, and a band played.".to_vec()),
//!     fields: Default::default(),
//! };
//! let record = decode(raw, &effective.config).map_err(|rejection| rejection.detail)?;
//! let cleaned = cleaner.clean(record);
//! let article = cleaned.outcome.map_err(|rejection| rejection.detail)?;
//! assert_eq!(article.title.as_deref(), Some("Bridge opens after nine years of work"));
//! assert_eq!(cleaned.segments[0].verdict.rule, "nav.bar");
//! # Ok(())
//! # }
//! ```

pub mod article;
pub mod chars;
mod checkpoint;
pub mod clean;
pub mod compact;
pub mod config;
pub mod decode;
pub mod dedup;
pub mod document;
pub mod error;
pub mod eval;
pub mod fail_point;
pub(crate) mod fast_map;
pub(crate) mod hashing;
pub mod label;
pub(crate) mod latin;
pub mod lexicon;
pub mod mention;
pub mod output;
pub mod pipeline;
pub mod report;
pub mod segment;
pub mod source;
pub mod stop;
pub mod survey;
pub mod table;
mod tally;
pub mod text;
pub mod train;
pub mod verify;

pub use clean::Cleaner;
