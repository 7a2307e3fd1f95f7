//! Texts in Vietnamese and English. Every code has both, or a test fails.
//!
//! **Job.** Fluent bundles and the few functions that turn codes, dates and numbers into words.
//! **Must not** decide, load or format anything but text.
//! **Start at** [`Texts`]; the texts are in `locales/`.

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;
use std::sync::OnceLock;
use unic_langid::LanguageIdentifier;

/// The two languages; Vietnamese is the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    #[default]
    Vi,
    En,
}

impl FromStr for Lang {
    type Err = String;
    fn from_str(text: &str) -> Result<Lang, String> {
        match text {
            "vi" => Ok(Lang::Vi),
            "en" => Ok(Lang::En),
            _ => Err("vi, en".to_owned()),
        }
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Lang::Vi => "vi",
            Lang::En => "en",
        })
    }
}

/// The text files of a language, in one place for the loader and the tests.
pub fn sources(lang: Lang) -> &'static [(&'static str, &'static str)] {
    macro_rules! files {
        ($lang:literal: $($name:literal),*) => { &[$(($name, include_str!(concat!("../locales/", $lang, "/", $name, ".ftl")))),*] };
    }
    match lang {
        Lang::Vi => files!("vi": "acts", "refusals", "server", "cli", "fields", "web", "history"),
        Lang::En => files!("en": "acts", "refusals", "server", "cli", "fields", "web", "history"),
    }
}

/// Texts of one language.
pub struct Texts {
    bundle: FluentBundle<FluentResource>,
}

impl fmt::Debug for Texts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Texts")
    }
}

fn build(lang: Lang) -> Texts {
    let id: LanguageIdentifier = lang.to_string().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![id]);
    bundle.set_use_isolating(false);
    for (_, text) in sources(lang) {
        let resource = match FluentResource::try_new((*text).to_owned()) {
            Ok(resource) => resource,
            Err((resource, _)) => resource,
        };
        bundle.add_resource_overriding(resource);
    }
    Texts { bundle }
}

/// The texts of a language, parsed once.
pub fn texts(lang: Lang) -> &'static Texts {
    static VI: OnceLock<Texts> = OnceLock::new();
    static EN: OnceLock<Texts> = OnceLock::new();
    match lang {
        Lang::Vi => VI.get_or_init(|| build(Lang::Vi)),
        Lang::En => EN.get_or_init(|| build(Lang::En)),
    }
}

/// A state in words, as lists say it row by row: formatted once for all.
pub fn state(lang: Lang, stage: &str) -> Cow<'static, str> {
    static ALL: OnceLock<[HashMap<&'static str, String>; 2]> = OnceLock::new();
    let said = |lang| ndp_domain::acts::states().into_iter().map(|s| (s, texts(lang).get(&key("state", s), &[]))).collect();
    let all = ALL.get_or_init(|| [said(Lang::Vi), said(Lang::En)]);
    match all[usize::from(lang == Lang::En)].get(stage) {
        Some(text) => Cow::Borrowed(text),
        None => Cow::Owned(texts(lang).get(&key("state", stage), &[])),
    }
}

impl Texts {
    /// The text of a key; `None` where there is none or a variable is missing.
    pub fn find(&self, key: &str, args: &[(&str, &str)]) -> Option<String> {
        let mut fluent = FluentArgs::new();
        for (name, value) in args {
            // A number chooses between plural forms; what only looks like one (a code of zeros) is text.
            let number = value.parse::<u32>().ok().filter(|n| *name != "number" && n.to_string() == *value);
            fluent.set(*name, number.map_or_else(|| FluentValue::from((*value).to_owned()), FluentValue::from));
        }
        let pattern = self.bundle.get_message(key)?.value()?;
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(&fluent), &mut errors);
        errors.is_empty().then(|| text.into_owned())
    }

    /// The text of a key, or the key itself: a missing text must never hide an answer.
    pub fn get(&self, key: &str, args: &[(&str, &str)]) -> String {
        self.find(key, args).unwrap_or_else(|| key.to_owned())
    }

    pub fn has(&self, key: &str) -> bool {
        self.bundle.has_message(key)
    }

    /// The text of a refusal's code; its fields are the variables.
    pub fn refusal(&self, refusal: &ndp_domain::refusal::Refusal) -> String {
        let fields = serde_json::to_value(refusal).unwrap_or_default();
        // Codes of fields, acts and states are said in words.
        let word = |name: &str, code: String| {
            match name {
                "field" => self.find(&key("field", &code), &[]).map(|label| format!("“{label}”")),
                "act" | "step" => self.find(&key("act", &code), &[]).map(|title| format!("“{title}”")),
                "stage" => self.find(&key("state", &code), &[]).map(|state| format!("“{state}”")),
                _ => None,
            }
            .unwrap_or_else(|| said_day(&code).unwrap_or(code))
        };
        let owned: Vec<(String, String)> = fields.as_object().into_iter().flatten().map(|(k, v)| (k.clone(), word(k, plain(v)))).collect();
        let args: Vec<(&str, &str)> = owned.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        self.get(&key("refusal", refusal.code()), &args)
    }
}

/// A day as people write it: `2026-03-02` is 02/03/2026.
fn said_day(text: &str) -> Option<String> {
    let [y, m, d] = text.split('-').collect::<Vec<_>>()[..] else { return None };
    let digits = |t: &str, n: usize| t.len() == n && t.bytes().all(|b| b.is_ascii_digit());
    (digits(y, 4) && digits(m, 2) && digits(d, 2)).then(|| format!("{d}/{m}/{y}"))
}

/// A code as a key: dots become dashes.
pub fn key(family: &str, code: &str) -> String {
    format!("{family}-{}", code.replace('.', "-"))
}

fn plain(value: &serde_json::Value) -> String {
    match value {
        serde_json::Value::String(text) => text.clone(),
        serde_json::Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
