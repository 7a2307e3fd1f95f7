//! A record as shown: its fields in words, ids as names with links, days as people write them. What is in
//! the value was decided by `ndp_domain::shown`; nothing is added to it here.

use crate::frame::place_of;
use crate::markup::{self, esc, icon};
use crate::say;
use crate::visitor::Visitor;
use ndp_domain::id::{AccountId, Id, Kind};
use ndp_text::{key, texts};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Names of what a value mentions, loaded before it is drawn.
#[derive(Debug, Default)]
pub struct Named {
    pub people: BTreeMap<AccountId, String>,
    pub records: BTreeMap<Id, String>,
    /// Records that a paper names and its reader may not open.
    pub closed: BTreeMap<Id, String>,
    /// Files that the reader may open, by SHA-256: their addresses.
    pub files: BTreeMap<String, String>,
    /// The regulation version that names the criteria; empty where there is none.
    pub regulation: String,
}

/// Every id in a value.
fn ids(value: &Value, out: &mut Vec<Id>) {
    match value {
        Value::String(text) => out.extend(text.parse::<Id>().ok()),
        Value::Array(items) => items.iter().for_each(|v| ids(v, out)),
        Value::Object(fields) => fields.iter().for_each(|(k, v)| {
            out.extend(k.parse::<Id>().ok());
            ids(v, out);
        }),
        _ => {}
    }
}

/// Names of the people and records that these values mention; of records only those the reader sees.
pub async fn named(v: &Visitor, values: &[&Value]) -> Result<Named, ndp_server::problem::Refused> {
    let mut all = Vec::new();
    values.iter().for_each(|value| ids(value, &mut all));
    all.sort();
    all.dedup();
    let people: Vec<AccountId> = all.iter().filter(|id| id.kind == Kind::Account).map(|id| AccountId(id.uuid)).collect();
    let records: Vec<Id> =
        all.into_iter().filter(|id| !matches!(id.kind, Kind::Account | Kind::Organisation | Kind::Reference)).take(200).collect();
    let lines = v.app.engine.store.lines_of(&v.reading.scope(&v.app), &records).await?;
    let records = lines.iter().map(|l| (l.id, crate::known::line_name(v, l))).collect();
    Ok(Named { people: crate::known::names(v, &people).await?, records, ..Named::default() })
}

/// Names of what a frozen paper mentions: they are the paper's own, the same for everybody who may read it.
pub async fn named_on_paper(v: &Visitor, values: &[&Value]) -> Result<Named, ndp_server::problem::Refused> {
    let mut all = named(v, values).await?;
    let mut mentioned = Vec::new();
    values.iter().for_each(|value| ids(value, &mut mentioned));
    let unnamed = |id: &Id| !all.records.contains_key(id) && !matches!(id.kind, Kind::Account | Kind::Organisation | Kind::Reference);
    let needs: Vec<_> = mentioned.iter().filter(|id| unnamed(id)).take(200).map(|id| ndp_domain::evidence::Need::Stream(*id)).collect();
    if !needs.is_empty() {
        for (id, loaded) in v.app.engine.store.load(&needs).await? {
            let view = loaded.neighbour.whole.state.view();
            if let Some(name) = view.name.map(|name| crate::known::in_words(v, id.kind, &name)).or(view.code) {
                all.closed.insert(id, name);
            }
        }
    }
    Ok(all)
}

/// Fields that say nothing to a person, or stand elsewhere on the page.
const QUIET: &[&str] = &["id", "stage", "salt", "name", "title", "snapshot", "numbers"];

pub struct Fields<'a> {
    pub v: &'a Visitor,
    pub named: &'a Named,
    /// Act or kind whose words are used where they differ.
    pub words: &'a str,
}

impl Fields<'_> {
    pub fn label(&self, name: &str) -> String {
        let t = texts(self.v.lang);
        t.find(&format!("field-{}-{name}", self.words), &[])
            .or_else(|| t.find(&format!("field-{name}"), &[]))
            .unwrap_or_else(|| name.to_owned())
    }

    /// What says nothing to a person: of a paper also the codes of its kind and how often it was frozen.
    fn quiet(&self, name: &str) -> bool {
        // Lines, rounds and versions have pages and cards of their own.
        let own: &[&str] = match self.words {
            "document" => &["kind", "versions"],
            "dossier" => &["lines", "rounds", "version", "application", "decision", "carried"],
            "criteria_set" => &["versions"],
            "list_entry" => &["proposal"],
            "publication" => &["record"],
            "declaration" => &["conflict"],
            _ => &[],
        };
        QUIET.contains(&name) || own.contains(&name)
    }

    /// Says it something to a person? A pin points to a text that stands in a card of its own, and a record without a
    /// name that may be told is none.
    fn says(&self, value: &Value) -> bool {
        let Value::String(text) = value else { return true };
        if text.starts_with("content:") {
            return false;
        }
        match text.parse::<Id>() {
            Ok(id) if !matches!(id.kind, Kind::Account | Kind::Organisation) => {
                self.named.records.contains_key(&id) || self.named.closed.contains_key(&id)
            }
            _ => true,
        }
    }

    /// A list of names and values.
    pub fn list(&self, value: &Value) -> String {
        let mut out = String::new();
        if let Value::Object(fields) = value {
            out.push_str(r#"<dl class="facts">"#);
            // Whether there is an overlap is said by the proposal; before it, nobody has answered.
            let unanswered = |name: &str| name == "overlap_stated" && fields.get("stage").is_some_and(|s| s == "draft");
            let told = |(n, v): &(&String, &Value)| !self.quiet(n) && !blank(v) && self.says(v) && !unanswered(n);
            let mut all: Vec<(&String, &Value)> = fields.iter().filter(told).collect();
            // When and where before what about.
            let first =
                ["meeting_on", "meeting_at", "place", "name_vi", "name_en", "need", "users", "scope", "legal_basis", "overlap", "files"];
            all.sort_by_key(|(n, _)| first.iter().position(|f| f == n).unwrap_or(first.len()));
            for (name, value) in all {
                let _ = write!(out, "<div><dt>{}</dt><dd>{}</dd></div>", esc(&self.label(name)), self.value(name, value));
            }
            out.push_str("</dl>");
        }
        out
    }

    pub fn value(&self, name: &str, value: &Value) -> String {
        let t = texts(self.v.lang);
        match value {
            Value::Null => "–".to_owned(),
            Value::Bool(false) if name == "verified" => esc(&t.get("web-not-verified", &[])),
            Value::Bool(yes) if name == "results" => met(self.v, *yes),
            Value::Bool(yes) => esc(&t.get(if *yes { "web-yes" } else { "web-no" }, &[])),
            // A number of a paper is a name, not an amount.
            Value::Number(n) if matches!(name, "number" | "year") => n.to_string(),
            Value::Number(n) => n.as_u64().map_or_else(|| n.to_string(), |n| say::whole(u128::from(n), self.v.lang)),
            Value::String(text) => self.text(name, text),
            Value::Array(items) if items.is_empty() => "–".to_owned(),
            // Many things with fields of their own stand folded.
            Value::Array(items) if items.len() > 2 && items.iter().all(Value::is_object) => {
                let all: String = items.iter().map(|item| format!("<li>{}</li>", self.value(name, item))).collect();
                let n = t.get("web-count", &[("n", &items.len().to_string())]);
                format!("<details><summary>{}</summary><ul class=\"plain\">{all}</ul></details>", esc(&n))
            }
            Value::Array(items) => {
                let all: String = items.iter().map(|item| format!("<li>{}</li>", self.value(name, item))).collect();
                format!("<ul class=\"plain\">{all}</ul>")
            }
            Value::Object(fields) => {
                // The share is said as people say it.
                let n = |k: &str| fields.get(k).and_then(Value::as_u64);
                if let (Some(a), Some(low), Some(high)) = (n("numerator"), n("denominator_low"), n("denominator_high")) {
                    return share(self.v, a, low, high);
                }
                // So is a part of a whole.
                if let (Some(a), Some(b), 2) = (n("numerator"), n("denominator"), fields.len()) {
                    return format!("<span class=\"num\">{a}/{b}</span>");
                }
                if let (Some(Value::String(name)), Some(Value::String(hash))) = (fields.get("name"), fields.get("sha256")) {
                    let hash = esc(hash);
                    return match self.named.files.get(&hash) {
                        Some(href) => format!("<a href=\"{}\" title=\"SHA-256 {hash}\">{}</a>", self.v.href(href), esc(name)),
                        None => format!("<span title=\"SHA-256 {hash}\">{}</span>", esc(name)),
                    };
                }
                if let (Some(Value::String(number)), Some(Value::String(date))) = (fields.get("number"), fields.get("date")) {
                    let issuer = fields.get("issuer").and_then(Value::as_str).and_then(|i| self.v.organisation_of(i));
                    let of = issuer.map(|i| format!(" · {}", esc(&i))).unwrap_or_default();
                    let document = fields.get("document").and_then(Value::as_str).and_then(|d| d.parse::<Id>().ok());
                    let said = esc(&t.get("web-number-of", &[("number", number), ("day", &say::when(date).unwrap_or_default())]));
                    return match document.filter(|d| self.named.records.contains_key(d)) {
                        Some(d) => format!("<a href=\"{}\">{said}</a>{of}", self.v.href(&place_of(d))),
                        None => format!("{said}{of}"),
                    };
                }
                if let [(tag, inner)] = fields.iter().collect::<Vec<_>>().as_slice()
                    && (inner.is_object() || inner.is_null())
                    && let Some(said) = t.find(&format!("choice-{name}-{tag}"), &[]).or_else(|| t.find(&format!("choice-{tag}"), &[]))
                {
                    let said = esc(&said);
                    // A choice with one text is one sentence.
                    let fields: Vec<_> = inner.as_object().into_iter().flatten().filter(|(_, v)| !blank(v)).collect();
                    return match fields.as_slice() {
                        [] => said,
                        [(name, value)] if !value.is_object() => format!("{said}: {}", self.value(name, value)),
                        _ => format!("{said}{}", self.list(inner)),
                    };
                }
                let ids_as_keys = fields.keys().all(|k| !t.has(&format!("field-{k}")));
                if ids_as_keys {
                    let mut fields: Vec<_> = fields.iter().collect();
                    fields.sort_by_key(|(k, _)| in_order(k));
                    let all: String = fields
                        .iter()
                        .map(|(k, v)| format!("<div><dt>{}</dt><dd>{}</dd></div>", self.text("code", k), self.value(name, v)))
                        .collect();
                    return format!("<dl class=\"facts keyed\">{all}</dl>");
                }
                self.list(value)
            }
        }
    }

    fn text(&self, name: &str, text: &str) -> String {
        let t = texts(self.v.lang);
        if let Ok(id) = text.parse::<Id>() {
            return self.id(id);
        }
        if let Some(hash) = text.strip_prefix("content:") {
            let short: String = hash.chars().take(8).collect();
            return format!("<span class=\"num\">SHA-256 {short}</span>");
        }
        if text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit()) {
            let short: String = text.chars().take(8).collect();
            return format!("<span class=\"num\">SHA-256 {short}</span>");
        }
        if let Some(said) = say::when(text) {
            return format!("<time class=\"num\" datetime=\"{}\">{said}</time>", esc(text));
        }
        match name {
            "unit" | "collected_by" => return esc(&self.v.unit(text)),
            "duty" => return esc(&t.get(&format!("duty-{text}"), &[])),
            "act" => return esc(&t.get(&format!("act-{text}"), &[])),
            // A criterion by its name, where the regulation version has one.
            "code" | "codes" | "unmet" if !self.named.regulation.is_empty() => {
                return esc(&crate::known::line(self.v, &self.named.regulation, text));
            }
            "outcome" | "class" => return markup::class(Some(text), self.v.lang),
            _ => {}
        }
        if text.contains('.') && t.has(&key("state", text)) {
            return markup::state(text, self.v.lang);
        }
        let plain = text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        let said = || t.find(&format!("choice-{name}-{text}"), &[]).or_else(|| t.find(&format!("choice-{text}"), &[]));
        match said().filter(|_| plain) {
            Some(said) => esc(&said),
            None => esc(text).replace('\n', "<br>"),
        }
    }

    pub fn id(&self, id: Id) -> String {
        match id.kind {
            Kind::Account => esc(&self.named.people.get(&AccountId(id.uuid)).cloned().unwrap_or_else(|| short(id))),
            Kind::Organisation => {
                let name = self.v.organisation_of(&id.to_string()).unwrap_or_else(|| short(id));
                format!("<a href=\"{}\">{}</a>", self.v.href(&place_of(id)), esc(&name))
            }
            _ => match self.named.records.get(&id) {
                Some(name) => format!("<a href=\"{}\">{}</a>", self.v.href(&place_of(id)), esc(name)),
                // What the reader may not see is told as what it is, but on a paper by its name.
                None if self.named.closed.contains_key(&id) => esc(&self.named.closed.get(&id).cloned().unwrap_or_default()),
                None => esc(&texts(self.v.lang).get(&format!("kind-{}", id.kind.name()), &[])),
            },
        }
    }
}

/// Addresses of a record's files, by SHA-256.
pub fn file_places(id: Id, files: &[ndp_store::files::Attached]) -> impl Iterator<Item = (String, String)> {
    files.iter().map(move |x| (x.sha256.to_string(), format!("{}/tep/{}", place_of(id), x.sha256)))
}

/// `G1.2` before `G1.10`: what people count, in the order in which they count.
pub fn in_order(code: &str) -> Vec<(String, u32)> {
    let part = |p: &str| {
        let word = p.trim_end_matches(|c: char| c.is_ascii_digit());
        (word.to_owned(), p.get(word.len()..).and_then(|n| n.parse().ok()).unwrap_or(0))
    };
    code.split('.').map(part).collect()
}

/// An id that may only be shown as one.
pub fn short(id: Id) -> String {
    let text = id.to_string();
    let tail: String = text.chars().rev().take(6).collect::<Vec<_>>().into_iter().rev().collect();
    format!("…{tail}")
}

pub fn blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}

/// `2.600.000 ÷ 4.000.000 = 65%`, and both ends where the market is an interval.
pub fn share(v: &Visitor, numerator: u64, low: u64, high: u64) -> String {
    let (n, low, high) = (u128::from(numerator), u128::from(low), u128::from(high));
    let say_one = |d: u128| format!("{} ÷ {} = {}", say::whole(n, v.lang), say::whole(d, v.lang), say::share(n, d, v.lang));
    if low == high { say_one(low) } else { format!("{}; {}", say_one(high), say_one(low)) }
}

/// A tick or a cross with its word.
pub fn met(v: &Visitor, met: bool) -> String {
    if met { markup::pill("ok", "tick", &v.t("web-met")) } else { markup::pill("bad", "x", &v.t("web-not-met")) }
}

/// Icons stand beside words, never for them.
pub fn with_icon(name: &str, text: &str) -> String {
    format!("{}{}", icon(name), esc(text))
}
