//! The statistical labeller: boosted trees over the form, words, place and neighbours of each line.
//!
//! Two stages. The first gives every line the odds that it is text of the article, and the odds that it is the title. The second
//! sees those opinions of the whole record beside the features and decides again. The rules' labels are features of both.

pub mod features;
pub mod matrix;
pub mod second;
pub mod text;
pub mod trees;
pub mod vocabulary;
