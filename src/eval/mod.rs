//! Scores labels against labelled records.

pub mod gold;
pub mod score;
