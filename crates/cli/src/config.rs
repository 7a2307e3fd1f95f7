//! The configuration: the embedded default, a file, the environment; each key known, each
//! mistake named, secrets never printed.

use serde::Deserialize;
use std::path::{Path, PathBuf};

const DEFAULT: &str = include_str!("../../../config/ndp.toml");

/// A text that is never shown.
#[derive(Clone, Default, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

impl Secret {
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    pub data: PathBuf,
    pub lang: String,
    pub database: Database,
    pub reference: Reference,
    pub seal: Seal,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    pub url: Secret,
    pub connections: u32,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    pub folder: PathBuf,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seal {
    pub public_keys: PathBuf,
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{file}: {source}")]
    File { file: PathBuf, source: std::io::Error },
    /// Where and what; never the value.
    #[error("{0}")]
    Wrong(String),
    /// Text of what was expected, and the key; never the value.
    #[error("{key}")]
    Key { text: &'static str, key: String },
}

/// Lays one table over another.
fn merge(base: &mut toml::Table, over: toml::Table) {
    for (key, value) in over {
        match (base.get_mut(&key), value) {
            (Some(toml::Value::Table(inner)), toml::Value::Table(more)) => merge(inner, more),
            (_, value) => {
                base.insert(key, value);
            }
        }
    }
}

/// Reads default, file and `NDP_…` variables, `__` for nesting.
pub fn read(file: Option<&Path>, environment: impl Iterator<Item = (String, String)>) -> Result<Config, ConfigError> {
    let mut table: toml::Table = DEFAULT.parse().map_err(|e: toml::de::Error| ConfigError::Wrong(e.message().to_owned()))?;
    let known = table.clone();
    if let Some(file) = file {
        let text = std::fs::read_to_string(file).map_err(|source| ConfigError::File { file: file.to_owned(), source })?;
        let line = |e: &toml::de::Error| e.span().and_then(|s| text.get(..s.start)).map_or(1, |t| t.matches('\n').count() + 1);
        let over =
            text.parse().map_err(|e: toml::de::Error| ConfigError::Wrong(format!("{}:{}: {}", file.display(), line(&e), e.message())))?;
        merge(&mut table, over);
    }
    for (name, value) in environment {
        let Some(path) = name.strip_prefix("NDP_") else { continue };
        let path: Vec<String> = path.to_lowercase().split("__").map(str::to_owned).collect();
        let default = path.iter().try_fold(&toml::Value::Table(known.clone()), |at, key| at.get(key)).cloned();
        let value = match default {
            Some(toml::Value::Integer(_)) => {
                toml::Value::Integer(value.parse().map_err(|_| ConfigError::Key { text: "cli-config-number", key: name.clone() })?)
            }
            Some(toml::Value::String(_)) => toml::Value::String(value),
            _ => return Err(ConfigError::Key { text: "cli-config-unknown", key: name }),
        };
        let mut over = value;
        for key in path.iter().rev() {
            over = toml::Value::Table(toml::Table::from_iter([(key.clone(), over)]));
        }
        if let toml::Value::Table(over) = over {
            merge(&mut table, over);
        }
    }
    let config: Config = toml::Value::Table(table).try_into().map_err(|e: toml::de::Error| ConfigError::Wrong(e.message().to_owned()))?;
    if !(1..=100).contains(&config.database.connections) {
        return Err(ConfigError::Key { text: "cli-config-connections", key: String::new() });
    }
    let url = config.database.url.reveal();
    if !url.is_empty() && !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return Err(ConfigError::Key { text: "cli-config-url", key: String::new() });
    }
    if config.lang.parse::<ndp_text::Lang>().is_err() {
        return Err(ConfigError::Key { text: "cli-config-lang", key: String::new() });
    }
    Ok(config)
}
