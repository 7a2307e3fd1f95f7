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
    pub server: Server,
    pub tokens: Tokens,
    pub vault: Vault,
    pub sign_in: SignIn,
    pub mail: Mail,
    pub files: Files,
    pub webhooks: Webhooks,
    pub branding: ndp_server::settings::Branding,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    pub listen: String,
    pub base: String,
    pub body: u64,
    pub timeout: u64,
    pub transfer_timeout: u64,
    pub concurrency: u64,
    pub rate_account: u64,
    pub rate_address: u64,
    pub rate_sign_in: u64,
    pub proxies: Vec<String>,
    pub metrics: Vec<String>,
    pub shutdown: u64,
    pub log: String,
    pub log_filter: String,
    pub traces: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tokens {
    pub keys: Vec<PathBuf>,
    pub issuer: String,
    pub access_minutes: u64,
    pub idle_hours: u64,
    pub session_days: u64,
    pub service_days: u64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Vault {
    pub keys: Vec<PathBuf>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    pub failures: u64,
    pub lock_seconds: u64,
    pub invitation_hours: u64,
    pub reset_hours: u64,
    pub second_factor: Vec<String>,
    pub providers: Vec<Provider>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    pub name: String,
    pub issuer: String,
    pub client_id: String,
    #[serde(default)]
    pub client_secret: Secret,
    #[serde(default)]
    pub client_secret_file: PathBuf,
    #[serde(default)]
    pub second_factor_acr: Vec<String>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mail {
    pub host: String,
    pub port: u64,
    pub tls: String,
    pub user: String,
    pub password: Secret,
    pub from: String,
    pub authority: PathBuf,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Files {
    pub folder: PathBuf,
    pub endpoint: String,
    pub region: String,
    pub bucket: String,
    pub access_key: String,
    pub secret_key: Secret,
    pub largest: u64,
    pub uploads: u64,
    pub clamd: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Webhooks {
    pub most: u64,
    pub private_addresses: bool,
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
    pub key: PathBuf,
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
            Some(toml::Value::Boolean(_)) => {
                toml::Value::Boolean(value.parse().map_err(|_| ConfigError::Key { text: "cli-config-flag", key: name.clone() })?)
            }
            // A list of texts, with commas between them.
            Some(toml::Value::Array(_)) if path.last().is_none_or(|last| last != "providers") => toml::Value::Array(
                value.split(',').map(str::trim).filter(|t| !t.is_empty()).map(|t| toml::Value::String(t.to_owned())).collect(),
            ),
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
