//! Defaults ← file ← `--set` ← flags, each value checked and its origin kept.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::{Table, Value};

use super::Config;
use super::check::{KEYS, nearest};
use crate::error::{Error, Result};
use crate::hashing::Digest;
use crate::label::model;
use crate::lexicon::{self, CompiledPatterns, Lexicon};
use crate::mention;

/// The defaults, as text.
pub const DEFAULT_TOML: &str = include_str!("../../config/default.toml");

/// Keys that change no row and so are not part of the config hash, beside the whole of `[table]`.
const NOT_HASHED: &[&str] = &["input.paths", "limits.max_reject_share", "limits.max_removed_share", "lexicon.dir"];

/// The configuration in force.
#[derive(Debug, Clone)]
pub struct Effective {
    /// The values.
    pub config: Config,
    /// Dotted key to where its value comes from: `default`, `file my.toml`, `--set`, `--text-field` …
    pub origins: BTreeMap<String, String>,
    /// 32 hex digits: hash of everything that changes a row, lexicons included.
    pub config_hash: String,
    /// The files of `lexicon.dir`, in the order of their names.
    pub lexicon_overlays: Vec<Lexicon>,
}

/// Loads the configuration: built-in defaults, overlaid by a file, by `KEY=VALUE` settings and by flags
/// (key, value, name of the flag), in this order.
///
/// # Errors
/// [`Error::Config`] names the key, where it comes from, and what is allowed; or the file that cannot be read.
pub fn load(file: Option<&Path>, sets: &[String], flags: &[(&str, Value, &str)]) -> Result<Effective> {
    let mut layers = Layers::default();
    layers.overlay(default_table()?, "default")?;
    if let Some(path) = file {
        layers.overlay(read_file(path)?, &format!("file {}", path.display()))?;
    }
    for set in sets {
        let (key, value) = parse_set(set)?;
        layers.put(key, &value, "--set")?;
    }
    for (key, value, flag) in flags {
        layers.put(key, value, flag)?;
    }
    let config = Config::deserialize(layers.values).map_err(|error| Error::Config(trimmed(&error)))?;
    let base = file.filter(|_| layers.origins.get("lexicon.dir").is_some_and(|origin| origin.starts_with("file ")));
    let lexicons = read_lexicons(&config.lexicon.dir, base.and_then(Path::parent))?;
    let config_hash = hash(&config, &lexicons)?;
    let lexicon_overlays = lexicons.into_iter().map(|(_, lexicon)| lexicon).collect();
    Ok(Effective { config, origins: layers.origins, config_hash, lexicon_overlays })
}

impl Effective {
    /// The effective configuration as TOML, each value with a comment that says where it comes from.
    ///
    /// # Errors
    /// [`Error::Config`] when a value cannot be written as TOML.
    pub fn to_annotated_toml(&self) -> Result<String> {
        let plain = toml::to_string(&self.config).map_err(|error| Error::Config(error.to_string()))?;
        let mut section = String::new();
        let mut annotated = String::new();
        for line in plain.lines() {
            annotated.push_str(line);
            if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                name.clone_into(&mut section);
            } else if let Some((name, _)) = line.split_once(" = ")
                && let Some(origin) = self.origins.get(&format!("{section}.{name}"))
            {
                annotated.push_str("  # from ");
                annotated.push_str(&origin.replace(char::is_control, "?"));
            }
            annotated.push('\n');
        }
        Ok(annotated)
    }
}

/// The values so far, and where each comes from.
#[derive(Default)]
struct Layers {
    values: Table,
    origins: BTreeMap<String, String>,
}

impl Layers {
    fn overlay(&mut self, table: Table, source: &str) -> Result<()> {
        let mut leaves = Vec::new();
        flatten("", &Value::Table(table), &mut leaves);
        leaves.iter().try_for_each(|(key, value)| self.put(key, value, source))
    }

    /// Checks one value and puts it in its place.
    fn put(&mut self, key: &str, value: &Value, source: &str) -> Result<()> {
        let section = format!("{key}.");
        if KEYS.iter().any(|(known, _)| known.starts_with(&section)) {
            return match value {
                Value::Table(_) => Ok(()),
                _ => Err(Error::Config(format!("`{key}` (from {source}) is a section; write `[{key}]` and its keys"))),
            };
        }
        let Some((_, allowed)) = KEYS.iter().find(|(known, _)| *known == key) else {
            let message = format!("unknown key `{key}` (from {source}); the nearest known key is `{}`", nearest(key));
            return Err(Error::Config(message));
        };
        let Some(value) = allowed.accept(value) else {
            return Err(Error::Config(format!("`{key}` (from {source}) is {value}; allowed: {allowed}")));
        };
        let (section, name) = key.split_once('.').unwrap_or(("", key));
        let entry = self.values.entry(section).or_insert_with(|| Value::Table(Table::new()));
        if let Value::Table(table) = entry {
            table.insert(name.to_owned(), value);
        }
        self.origins.insert(key.to_owned(), source.to_owned());
        Ok(())
    }
}

/// The values of nested tables under their dotted keys. An empty table counts as a value, so that an unknown one is refused.
fn flatten(prefix: &str, value: &Value, leaves: &mut Vec<(String, Value)>) {
    match value {
        Value::Table(table) if !table.is_empty() || prefix.is_empty() => {
            for (name, value) in table {
                let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
                flatten(&key, value, leaves);
            }
        }
        _ => leaves.push((prefix.to_owned(), value.clone())),
    }
}

fn default_table() -> Result<Table> {
    DEFAULT_TOML.parse().map_err(|error| Error::Config(format!("config/default.toml: {error}")))
}

fn read_file(path: &Path) -> Result<Table> {
    let text = read_text(path, "config file")?;
    text.parse().map_err(|error: toml::de::Error| {
        Error::Config(format!("the config file `{}` is not valid TOML: {}", path.display(), trimmed(&error)))
    })
}

fn read_text(path: &Path, what: &str) -> Result<String> {
    fs::read_to_string(path)
        .map_err(|error| Error::Config(format!("cannot read the {what} `{}`: {error}", path.display())))
}

/// The message with the place it is about, without the last line feed.
fn trimmed(error: &toml::de::Error) -> String {
    error.to_string().trim_end().to_owned()
}

/// Reads `KEY=VALUE`; the value is TOML, and where that fails a plain string.
fn parse_set(set: &str) -> Result<(&str, Value)> {
    let Some((key, text)) = set.split_once('=') else {
        return Err(Error::Config(format!("`--set {set}` has no `=`; write `--set key=value`")));
    };
    let parsed = format!("value = {text}").parse::<Table>().ok().filter(|table| table.len() == 1);
    let value = parsed.and_then(|mut table| table.remove("value")).unwrap_or_else(|| Value::String(text.to_owned()));
    Ok((key.trim(), value))
}

/// Reads the overlays in the order of their names, each with its content.
fn read_lexicons(dir: &str, base: Option<&Path>) -> Result<Vec<(String, Lexicon)>> {
    if dir.is_empty() {
        return Ok(Vec::new());
    }
    let dir = base.unwrap_or(Path::new("")).join(dir);
    let cannot_list = |error: std::io::Error| {
        Error::Config(format!("cannot list `lexicon.dir` = `{}`: {error}; name a folder of .toml files", dir.display()))
    };
    let mut paths: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(&dir).map_err(cannot_list)? {
        let path = entry.map_err(cannot_list)?.path();
        let is_hidden = path.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if !is_hidden && path.extension().is_some_and(|extension| extension == "toml") {
            paths.push(path);
        }
    }
    paths.sort();
    paths.iter().map(|path| read_lexicon(path)).collect()
}

fn read_lexicon(path: &Path) -> Result<(String, Lexicon)> {
    let text = read_text(path, "lexicon")?;
    let lexicon = toml::from_str(&text)
        .map_err(|error| Error::Config(format!("the lexicon `{}` is wrong: {}", path.display(), trimmed(&error))))?;
    // Alone first, so that a wrong pattern is reported with its file.
    CompiledPatterns::new(std::slice::from_ref(&lexicon))
        .and_then(|patterns| patterns.check())
        .map_err(|error| Error::Config(format!("the lexicon `{}` is wrong: {error}", path.display())))?;
    mention::Finder::new(std::slice::from_ref(&lexicon))
        .map_err(|error| Error::Config(format!("the lexicon `{}` is wrong: {error}", path.display())))?;
    Ok((text, lexicon))
}

/// The hash of what changes a row: the same for every way to write the same configuration.
fn hash(config: &Config, overlays: &[(String, Lexicon)]) -> Result<String> {
    let mut json = serde_json::to_value(config).map_err(|error| Error::Config(error.to_string()))?;
    if let Some(sections) = json.as_object_mut() {
        sections.remove("table");
        for (section, name) in NOT_HASHED.iter().filter_map(|key| key.split_once('.')) {
            sections.get_mut(section).and_then(|keys| keys.as_object_mut()?.remove(name));
        }
    }
    json.sort_all_objects();
    let mut digest = Digest::new();
    let canonical = json.to_string();
    let builtin = lexicon::BUILTIN.iter().map(|(_, content)| *content).chain([
        lexicon::IDENTIFY,
        lexicon::CUE_FILE,
        lexicon::BYLINES,
    ]);
    let mentions = mention::lexicon::BUILTIN.iter().map(|(_, content)| *content);
    let mentions = mentions.chain([mention::lexicon::PARTIES, mention::lexicon::READINGS, mention::lexicon::GIVEN]);
    let texts = [canonical.as_str()]
        .into_iter()
        .chain(builtin)
        .chain(mentions)
        .chain(overlays.iter().map(|(text, _)| text.as_str()));
    for part in texts.map(str::as_bytes).chain([model::BUILTIN]) {
        // Lengths keep two parts from being taken for one.
        digest.update(&(part.len() as u64).to_le_bytes());
        digest.update(part);
    }
    Ok(digest.hex())
}

#[cfg(test)]
mod tests;
