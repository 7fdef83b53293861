//! Chinese characters in their Sino-Vietnamese readings, in which a Vietnamese name and its Chinese form meet. The readings give
//! candidates, never a person: many share a name.

use std::collections::HashMap;

use serde::Deserialize;

use crate::error::{Error, Result};

/// Readings by character.
#[derive(Debug, Default)]
pub struct Readings {
    surnames: HashMap<char, String>,
    readings: HashMap<char, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReadingFile {
    /// Reading to the characters with it, for family names.
    surnames: HashMap<String, String>,
    /// The same for all other characters.
    readings: HashMap<String, String>,
}

impl Readings {
    /// Parses a file of readings.
    ///
    /// # Errors
    /// [`Error::Config`] when it is none.
    pub fn new(content: &str) -> Result<Readings> {
        let file: ReadingFile = toml::from_str(content)
            .map_err(|error| Error::Config(format!("built-in lexicon `mention/readings`: {error}")))?;
        let by_character = |table: HashMap<String, String>| {
            let mut readings = HashMap::new();
            // The order of a map is not the file's: of two readings the alphabetically first counts.
            let mut sorted: Vec<(String, String)> = table.into_iter().collect();
            sorted.sort();
            for (reading, characters) in sorted {
                for character in characters.chars().filter(|c| !c.is_whitespace()) {
                    readings.entry(character).or_insert_with(|| reading.clone());
                }
            }
            readings
        };
        Ok(Readings { surnames: by_character(file.surnames), readings: by_character(file.readings) })
    }

    /// The Vietnamese form of a name of two to four characters; none where a reading is missing.
    #[must_use]
    pub fn name(&self, name: &str) -> Option<String> {
        let count = name.chars().count();
        if !(2..=4).contains(&count) {
            return None;
        }
        let mut words = Vec::with_capacity(count);
        for (number, character) in name.chars().enumerate() {
            let surname = if number == 0 { self.surnames.get(&character) } else { None };
            let reading = surname.or_else(|| self.readings.get(&character))?;
            let mut letters = reading.chars();
            words.push(letters.next()?.to_uppercase().chain(letters).collect::<String>());
        }
        Some(words.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_meet_in_their_readings() {
        let readings = Readings::new(crate::mention::lexicon::READINGS).unwrap();
        for (chinese, vietnamese) in [
            ("阮太学", "Nguyễn Thái Học"),
            ("黎怀忠", "Lê Hoài Trung"),
            ("陈德胜", "Trần Đức Thắng"),
            ("阮孟雄", "Nguyễn Mạnh Hùng"),
            ("阮孟强", "Nguyễn Mạnh Cường"),
            ("范明政", "Phạm Minh Chính"),
            ("王承风", "Vương Thừa Phong"),
            ("阮富仲", "Nguyễn Phú Trọng"),
        ] {
            assert_eq!(readings.name(chinese).as_deref(), Some(vietnamese));
        }
        assert_eq!(readings.name("阮"), None);
        assert_eq!(readings.name("阮龘"), None);
    }
}
