//! What is wrong with a configuration, all at once: ranges and choices, keys that a server needs,
//! secrets of a demonstration, files that cannot be read.

use crate::config::Config;
use ndp_domain::authority::Duty;
use ndp_domain::canonical::Hash;
use ndp_text::Texts;
use std::path::{Path, PathBuf};

/// One finding: the key, the text that says what, and what the text needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub key: String,
    pub text: &'static str,
    pub args: Vec<(&'static str, String)>,
}

impl Finding {
    pub fn new(key: &str, text: &'static str, args: &[(&'static str, &str)]) -> Finding {
        Finding { key: key.to_owned(), text, args: args.iter().map(|(k, v)| (*k, (*v).to_owned())).collect() }
    }
    pub fn say(&self, texts: &Texts) -> String {
        let mut args: Vec<(&str, &str)> = vec![("key", self.key.as_str())];
        args.extend(self.args.iter().map(|(k, v)| (*k, v.as_str())));
        texts.get(self.text, &args)
    }
}

/// Largest emblem (bytes): it is part of every first view.
const EMBLEM: usize = 40 * 1024;

/// Values that cannot be, whatever the process is to do.
pub fn values(c: &Config) -> Vec<Finding> {
    let mut found = Vec::new();
    let ranges = [
        ("server.body", c.server.body, 1_024, 16_777_216),
        ("server.timeout", c.server.timeout, 1, 600),
        ("server.transfer_timeout", c.server.transfer_timeout, 1, 86_400),
        ("server.concurrency", c.server.concurrency, 1, 100_000),
        ("server.rate_account", c.server.rate_account, 1, 1_000_000),
        ("server.rate_address", c.server.rate_address, 1, 1_000_000),
        ("server.rate_sign_in", c.server.rate_sign_in, 1, 1_000_000),
        ("server.shutdown", c.server.shutdown, 0, 600),
        ("tokens.access_minutes", c.tokens.access_minutes, 1, 60),
        ("tokens.idle_hours", c.tokens.idle_hours, 1, 720),
        ("tokens.session_days", c.tokens.session_days, 1, 366),
        ("tokens.service_days", c.tokens.service_days, 1, 3_660),
        ("sign_in.failures", c.sign_in.failures, 1, 100),
        ("sign_in.lock_seconds", c.sign_in.lock_seconds, 1, 86_400),
        ("sign_in.invitation_hours", c.sign_in.invitation_hours, 1, 720),
        ("sign_in.reset_hours", c.sign_in.reset_hours, 1, 72),
        ("mail.port", c.mail.port, 1, 65_535),
        ("files.largest", c.files.largest, 1_024, 1 << 40),
        ("files.uploads", c.files.uploads, 1, 1_000),
        ("webhooks.most", c.webhooks.most, 0, 1_000),
    ];
    for (key, value, low, high) in ranges {
        if !(low..=high).contains(&value) {
            found.push(Finding::new(key, "cli-config-range", &[("low", &low.to_string()), ("high", &high.to_string())]));
        }
    }
    let choices = [("mail.tls", c.mail.tls.as_str(), "starttls, tls, none"), ("server.log", c.server.log.as_str(), "json, text")];
    for (key, value, all) in choices {
        if !all.split(", ").any(|one| one == value) {
            found.push(Finding::new(key, "cli-config-choice", &[("choices", all)]));
        }
    }
    for (key, list) in [("server.proxies", &c.server.proxies), ("server.metrics", &c.server.metrics)] {
        if ndp_server::settings::ipnet_list::Networks::parse(list).is_none() {
            found.push(Finding::new(key, "cli-config-network", &[]));
        }
    }
    if c.sign_in.second_factor.iter().any(|code| Duty::of_code(code).is_none()) {
        found.push(Finding::new("sign_in.second_factor", "cli-config-duty", &[]));
    }
    if c.server.listen.parse::<std::net::SocketAddr>().is_err() {
        found.push(Finding::new("server.listen", "cli-config-listen", &[]));
    }
    let base = c.server.base.as_str();
    if !base.is_empty() && (!(base.starts_with("https://") || base.starts_with("http://")) || base.ends_with('/')) {
        found.push(Finding::new("server.base", "cli-config-base", &[]));
    }
    if c.server.log_filter.parse::<tracing_subscriber::EnvFilter>().is_err() {
        found.push(Finding::new("server.log_filter", "cli-config-filter", &[]));
    }
    if !c.server.traces.is_empty() && !crate::traces::BUILT_IN {
        found.push(Finding::new("server.traces", "cli-config-traces", &[]));
    }
    for (i, p) in c.sign_in.providers.iter().enumerate() {
        let key = format!("sign_in.providers[{i}]");
        let plain = !p.name.is_empty() && p.name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') && p.name != "answers";
        if !plain || p.client_id.is_empty() || !p.issuer.starts_with("http") {
            found.push(Finding::new(&key, "cli-config-provider", &[]));
        }
    }
    let emblem = &c.branding.emblem;
    if !emblem.as_os_str().is_empty() {
        match std::fs::read(emblem) {
            Err(error) => {
                let args = [("file", &*emblem.display().to_string()), ("why", &*error.to_string())];
                found.push(Finding::new("branding.emblem", "cli-config-file", &args));
            }
            Ok(bytes) if bytes.len() > EMBLEM || ndp_server::settings::emblem_kind(&bytes).is_none() => {
                found.push(Finding::new("branding.emblem", "cli-config-emblem", &[]));
            }
            Ok(_) => {}
        }
    }
    let both = !c.files.bucket.is_empty()
        && (c.files.access_key.is_empty() || c.files.secret_key.reveal().is_empty() || c.files.endpoint.is_empty());
    if both {
        found.push(Finding::new("files.bucket", "cli-config-s3", &[]));
    }
    found
}

/// A key file of a demonstration lies in its folder `keys`, beside its `demo.json`.
fn of_a_demo(file: &Path) -> bool {
    let keys = file.parent().filter(|folder| folder.ends_with("keys"));
    keys.and_then(Path::parent).is_some_and(|folder| folder.join("demo.json").is_file() || folder.join("demo.unfinished").is_file())
}

fn key_file(key: &str, file: &Path, found: &mut Vec<Finding>) {
    match std::fs::read_to_string(file) {
        Err(error) => {
            found.push(Finding::new(key, "cli-config-file", &[("file", &file.display().to_string()), ("why", &error.to_string())]))
        }
        Ok(text) => {
            if Hash::parse(text.trim()).is_none() {
                found.push(Finding::new(key, "cli-config-key-shape", &[("file", &file.display().to_string())]));
            }
            if of_a_demo(file) {
                found.push(Finding::new(key, "cli-config-demo", &[]));
            }
        }
    }
}

/// What a server, or a worker, needs beside right values.
pub fn needed(c: &Config, data: &Path, serves: bool) -> Vec<Finding> {
    let mut found = Vec::new();
    let missing = |key: &str| Finding::new(key, "cli-config-needed", &[]);
    if c.server.base.is_empty() {
        found.push(missing("server.base"));
    }
    let lists: &[(&str, &Vec<PathBuf>)] =
        if serves { &[("tokens.keys", &c.tokens.keys), ("vault.keys", &c.vault.keys)] } else { &[("vault.keys", &c.vault.keys)] };
    for (key, files) in lists {
        if files.is_empty() {
            found.push(missing(key));
        }
        files.iter().for_each(|file| key_file(key, file, &mut found));
    }
    if serves {
        if c.seal.key.as_os_str().is_empty() {
            found.push(missing("seal.key"));
        } else {
            key_file("seal.key", &c.seal.key, &mut found);
        }
    }
    let all: Vec<&PathBuf> =
        c.tokens.keys.iter().chain(&c.vault.keys).chain((!c.seal.key.as_os_str().is_empty()).then_some(&c.seal.key)).collect();
    if all.iter().enumerate().any(|(i, one)| all.iter().skip(i + 1).any(|other| other == one)) {
        found.push(Finding::new("seal.key, tokens.keys, vault.keys", "cli-config-key-twice", &[]));
    }
    if c.database.url.reveal().is_empty() && data.join("demo.json").is_file() {
        found.push(Finding::new("data", "cli-config-demo-data", &[]));
    }
    if c.mail.tls == "none" && !c.mail.host.is_empty() && !matches!(c.mail.host.as_str(), "localhost" | "127.0.0.1" | "::1") {
        found.push(Finding::new("mail.tls", "cli-config-mail-clear", &[]));
    }
    if !c.mail.authority.as_os_str().is_empty() && !c.mail.authority.is_file() {
        found.push(Finding::new("mail.authority", "cli-config-file", &[("file", &c.mail.authority.display().to_string()), ("why", "–")]));
    }
    found
}
