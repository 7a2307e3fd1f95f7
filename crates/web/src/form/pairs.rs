//! A content as the texts of a form, by pointer; and back.

use super::draw::Known;
use super::shape::{Property, Shape, hidden};
use ndp_domain::time::Hour;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Texts by pointer: `/proposal/name_vi`. The chosen variant stands under the pointer and a colon.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pairs(pub BTreeMap<String, String>);

/// What is wrong, by pointer: code and what was expected.
pub type Mistakes = BTreeMap<String, (String, String)>;

/// More items than any list of ours has; an index beyond it is nobody's typing.
const MOST: usize = 500;

impl Pairs {
    pub fn get(&self, pointer: &str) -> &str {
        self.0.get(pointer).map_or("", String::as_str)
    }
    pub fn set(&mut self, pointer: impl Into<String>, value: impl Into<String>) {
        self.0.insert(pointer.into(), value.into());
    }

    /// Anything typed at this place or below it?
    pub fn any(&self, pointer: &str) -> bool {
        let (slash, colon) = (format!("{pointer}/"), format!("{pointer}:"));
        let here = |k: &str| k == pointer || k.starts_with(&slash) || k.starts_with(&colon);
        self.0.iter().any(|(k, v)| here(k) && !v.trim().is_empty())
    }

    /// Keys directly below: of a map, or indices of a list in their order.
    pub fn keys(&self, pointer: &str) -> Vec<String> {
        let below = format!("{pointer}/");
        let mut all: Vec<String> = Vec::new();
        for key in self.0.range(below.clone()..).map(|(k, _)| k).take_while(|k| k.starts_with(&below)) {
            let rest = &key[below.len()..];
            let end = rest.find(['/', ':']).unwrap_or(rest.len());
            let name = rest[..end].to_owned();
            if !all.contains(&name) {
                all.push(name);
            }
        }
        if all.iter().all(|k| k.parse::<usize>().is_ok_and(|n| n < MOST)) {
            all.sort_by_key(|k| k.parse::<usize>().unwrap_or(0));
        }
        all
    }

    /// Numbers the items of every list anew, without gaps; where `drop_blank`, items with nothing in them go.
    pub fn numbered(&self, shape: &Shape, drop_blank: bool) -> Pairs {
        let mut out = Pairs::default();
        self.copy(shape, "", "", drop_blank, &mut out);
        out
    }

    fn copy(&self, shape: &Shape, from: &str, to: &str, drop_blank: bool, out: &mut Pairs) {
        match shape {
            Shape::Object(_, properties) => {
                properties.iter().for_each(|p| {
                    self.copy(&p.shape, &format!("{from}/{}", p.name), &format!("{to}/{}", p.name), drop_blank, out);
                });
            }
            Shape::List(inner) => {
                let kept = self.keys(from).into_iter().filter(|k| !drop_blank || self.any_typed(inner, &format!("{from}/{k}")));
                for (i, key) in kept.enumerate() {
                    if let Some(marker) = self.0.get(&format!("{from}/{key}")) {
                        out.set(format!("{to}/{i}"), marker.clone());
                    }
                    self.copy(inner, &format!("{from}/{key}"), &format!("{to}/{i}"), drop_blank, out);
                }
            }
            Shape::Map(inner) => {
                self.keys(from).iter().for_each(|k| self.copy(inner, &format!("{from}/{k}"), &format!("{to}/{k}"), drop_blank, out));
            }
            Shape::OneOf(_, variants) => {
                if let Some(tag) = self.0.get(&format!("{from}:")) {
                    out.set(format!("{to}:"), tag.clone());
                }
                for (tag, inner) in variants {
                    if let Some(inner) = inner {
                        self.copy(inner, &format!("{from}/{tag}"), &format!("{to}/{tag}"), drop_blank, out);
                    }
                }
            }
            Shape::Attachment => {
                for part in ["sha256", "name", "valid_to"] {
                    if let Some(value) = self.0.get(&format!("{from}/{part}")) {
                        out.set(format!("{to}/{part}"), value.clone());
                    }
                }
            }
            _ => {
                if let Some(value) = self.0.get(from) {
                    out.set(to, value.clone());
                }
            }
        }
    }

    /// Is there something that a person typed? A choice that stands preset is nothing yet.
    fn any_typed(&self, shape: &Shape, at: &str) -> bool {
        match shape {
            Shape::Object(_, properties) => properties.iter().any(|p| self.any_typed(&p.shape, &format!("{at}/{}", p.name))),
            Shape::List(_) | Shape::Map(_) => self.any(at),
            Shape::OneOf(_, variants) => variants.iter().any(|(t, s)| s.as_ref().is_some_and(|s| self.any_typed(s, &format!("{at}/{t}")))),
            Shape::Attachment => !self.get(&format!("{at}/sha256")).is_empty(),
            Shape::Flag => false,
            _ => !self.get(at).trim().is_empty(),
        }
    }

    /// Adds an empty item to a list.
    pub fn add(&mut self, pointer: &str) {
        let next = self.keys(pointer).iter().filter_map(|k| k.parse::<usize>().ok()).max().map_or(0, |n| n + 1);
        if next < MOST {
            self.set(format!("{pointer}/{next}"), "");
        }
    }

    /// Takes an item out.
    pub fn remove(&mut self, pointer: &str) {
        let (slash, colon) = (format!("{pointer}/"), format!("{pointer}:"));
        self.0.retain(|k, _| k != pointer && !k.starts_with(&slash) && !k.starts_with(&colon));
    }

    /// Swaps an item of a list with its neighbour.
    pub fn lift(&mut self, list: &str, index: usize, up: bool) {
        let Some(other) = (if up { index.checked_sub(1) } else { index.checked_add(1) }) else { return };
        let (a, b) = (format!("{list}/{index}"), format!("{list}/{other}"));
        let moved = |k: &str| {
            let under = |p: &str| k.strip_prefix(p).filter(|r| r.is_empty() || r.starts_with(['/', ':'])).map(str::to_owned);
            under(&a).map(|r| format!("{b}{r}")).or_else(|| under(&b).map(|r| format!("{a}{r}")))
        };
        if self.any(&b) {
            self.0 = std::mem::take(&mut self.0).into_iter().map(|(k, v)| (moved(&k).unwrap_or(k), v)).collect();
        }
    }

    /// Writes a content into the form.
    pub fn put(&mut self, shape: &Shape, at: &str, value: &Value) {
        match (shape, value) {
            (_, Value::Null) => {}
            (Shape::Object(_, properties), Value::Object(fields)) => {
                for p in properties {
                    if let Some(value) = fields.get(&p.name) {
                        self.put(&p.shape, &format!("{at}/{}", p.name), value);
                    }
                }
            }
            (Shape::List(inner), Value::Array(items)) => {
                for (i, item) in items.iter().enumerate() {
                    self.set(format!("{at}/{i}"), "");
                    self.put(inner, &format!("{at}/{i}"), item);
                }
            }
            (Shape::Map(inner), Value::Object(fields)) => {
                fields.iter().for_each(|(key, value)| self.put(inner, &format!("{at}/{key}"), value));
            }
            (Shape::OneOf(..), Value::String(tag)) => self.set(format!("{at}:"), tag.clone()),
            (Shape::OneOf(_, variants), Value::Object(fields)) => {
                if let Some((tag, value)) = fields.iter().next() {
                    self.set(format!("{at}:"), tag.clone());
                    if let Some(inner) = variants.iter().find(|(t, _)| t == tag).and_then(|(_, s)| s.as_ref()) {
                        self.put(inner, &format!("{at}/{tag}"), value);
                    }
                }
            }
            (Shape::Attachment, Value::Object(fields)) => {
                for (name, value) in fields {
                    if let Some(text) = value.as_str() {
                        let text = if name == "valid_to" { shown_date(text) } else { text.to_owned() };
                        self.set(format!("{at}/{name}"), text);
                    }
                }
            }
            (Shape::Date, Value::String(text)) => self.set(at, shown_date(text)),
            (Shape::Flag, Value::Bool(true)) => self.set(at, "true"),
            (Shape::Flag, Value::Bool(false)) => self.set(at, "false"),
            (_, Value::String(text)) => self.set(at, text.clone()),
            (_, other) => self.set(at, other.to_string()),
        }
    }

    /// The content that was typed, and what cannot be read.
    pub fn content(&self, shape: &Shape, known: &Known) -> (Value, Mistakes) {
        let mut wrong = Mistakes::new();
        let value = self.read(shape, "", known, &mut wrong).unwrap_or_else(|| json!({}));
        (value, wrong)
    }

    fn read(&self, shape: &Shape, at: &str, known: &Known, wrong: &mut Mistakes) -> Option<Value> {
        let text = self.get(at).trim();
        match shape {
            Shape::Object(_, properties) => {
                let mut out = Map::new();
                for p in properties.iter().filter(|p| !hidden(&p.name)) {
                    if let Some(value) = self.read_property(p, at, known, wrong) {
                        out.insert(p.name.clone(), value);
                    }
                }
                Some(Value::Object(out))
            }
            Shape::List(inner) => {
                Some(Value::Array(self.keys(at).iter().filter_map(|k| self.read(inner, &format!("{at}/{k}"), known, wrong)).collect()))
            }
            Shape::Map(inner) => {
                let mut out = Map::new();
                for k in self.keys(at) {
                    // An entry that was begun says what it lacks; one that nobody touched is left out.
                    let (here, mut untouched) = (format!("{at}/{k}"), Mistakes::new());
                    let begun = self.any(&here);
                    if let Some(value) = self.read(inner, &here, known, if begun { &mut *wrong } else { &mut untouched }) {
                        out.insert(k, value);
                    }
                }
                Some(Value::Object(out))
            }
            Shape::OneOf(_, variants) => {
                let tag = self.get(&format!("{at}:")).to_owned();
                match variants.iter().find(|(t, _)| *t == tag) {
                    None => None,
                    Some((_, None)) => Some(json!(tag)),
                    Some((_, Some(inner))) => {
                        let value = self.read(inner, &format!("{at}/{tag}"), known, wrong).unwrap_or_else(|| json!({}));
                        Some(Value::Object(Map::from_iter([(tag, value)])))
                    }
                }
            }
            Shape::Attachment => {
                let hash = self.get(&format!("{at}/sha256")).trim();
                if hash.is_empty() {
                    return None;
                }
                let given = self.get(&format!("{at}/name")).trim().to_owned();
                let name = if given.is_empty() { known.file_name(hash).unwrap_or_default() } else { given };
                let mut out = Map::from_iter([("name".to_owned(), json!(name)), ("sha256".to_owned(), json!(hash))]);
                let valid = self.get(&format!("{at}/valid_to")).trim();
                if !valid.is_empty() {
                    out.insert("valid_to".to_owned(), date(valid, &format!("{at}/valid_to"), wrong));
                }
                Some(Value::Object(out))
            }
            Shape::Flag => Some(json!(matches!(text, "true" | "on"))),
            _ if text.is_empty() => None,
            Shape::Whole => match whole(text) {
                Some(n) => Some(json!(n)),
                None => {
                    wrong.insert(at.to_owned(), ("input.number".to_owned(), String::new()));
                    Some(json!(text))
                }
            },
            Shape::Date => Some(date(text, at, wrong)),
            Shape::Time => Some(time(text, at, wrong)),
            _ => Some(json!(text)),
        }
    }

    fn read_property(&self, p: &Property, at: &str, known: &Known, wrong: &mut Mistakes) -> Option<Value> {
        let here = format!("{at}/{}", p.name);
        // What may be left out and was not touched is left out.
        if !p.required && !self.any_typed(&p.shape, &here) && self.get(&format!("{here}:")).is_empty() && p.shape != Shape::Flag {
            return None;
        }
        let value = self.read(&p.shape, &here, known, wrong);
        // Everything that is missing is told at once; the number of what the act opens is the system's.
        if value.is_none() && p.required && !(p.name == "id" && at.is_empty()) {
            let field = if p.shape == Shape::Attachment { format!("{here}/sha256") } else { here };
            let chosen = matches!(
                p.shape,
                Shape::Choice(..) | Shape::Record(_) | Shape::OneOf(..) | Shape::Attachment | Shape::Hash | Shape::List(_) | Shape::Map(_)
            );
            let how = if chosen { crate::say::CHOSEN.to_owned() } else { String::new() };
            wrong.entry(field).or_insert(("input.field_missing".to_owned(), how));
        }
        value
    }
}

/// `2024-06-30` as people write it.
pub fn shown_date(text: &str) -> String {
    let mut parts = text.splitn(3, '-');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(y), Some(m), Some(d)) if y.len() == 4 => format!("{d}/{m}/{y}"),
        _ => text.to_owned(),
    }
}

/// A day as typed: `30/06/2024`, `30-6-2024`, `30.6.2024`, or `2024-06-30`.
pub fn read_date(text: &str) -> Option<chrono::NaiveDate> {
    if let Ok(day) = text.parse() {
        return Some(day);
    }
    let parts: Vec<&str> = text.split(['/', '-', '.', ' ']).filter(|p| !p.is_empty()).collect();
    let [d, m, y] = parts.as_slice() else { return None };
    if y.len() != 4 {
        return None;
    }
    chrono::NaiveDate::from_ymd_opt(y.parse().ok()?, m.parse().ok()?, d.parse().ok()?)
}

/// Hour and minute, as people write them: 14:30, 14h30, 14 giờ.
pub fn read_time(text: &str) -> Option<Hour> {
    let parts: Vec<&str> = text.split(|c: char| !c.is_ascii_digit()).filter(|p| !p.is_empty()).collect();
    let (hour, minute) = match parts.as_slice() {
        [hour] => (*hour, "0"),
        [hour, minute] | [hour, minute, "00"] => (*hour, *minute),
        _ => return None,
    };
    Hour::at(hour.parse().ok()?, minute.parse().ok()?)
}

fn time(text: &str, at: &str, wrong: &mut Mistakes) -> Value {
    match read_time(text) {
        Some(time) => json!(time),
        None => {
            wrong.insert(at.to_owned(), ("input.time".to_owned(), String::new()));
            json!(text)
        }
    }
}

fn date(text: &str, at: &str, wrong: &mut Mistakes) -> Value {
    match read_date(text) {
        Some(day) => json!(day.to_string()),
        None => {
            wrong.insert(at.to_owned(), ("input.date".to_owned(), String::new()));
            json!(text)
        }
    }
}

/// A whole number with or without groups: `4.000.000`, `4,000,000`, `4 000 000`.
pub fn whole(text: &str) -> Option<u64> {
    let groups: Vec<&str> = text.split(['.', ',', ' ', '\u{a0}']).collect();
    let digits = |g: &&str| !g.is_empty() && g.bytes().all(|b| b.is_ascii_digit());
    let (first, rest) = groups.split_first()?;
    if !digits(first) || !rest.iter().all(|g| digits(g) && g.len() == 3) || (!rest.is_empty() && first.len() > 3) {
        return None;
    }
    groups.concat().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndp_domain::id::Kind;

    #[test]
    fn numbers_and_days_are_read_as_people_write_them() {
        for (text, found) in [
            ("4.000.000", Some(4_000_000)),
            ("4,000,000", Some(4_000_000)),
            ("12", Some(12)),
            ("1.5", None),
            ("4.00", None),
            ("-1", None),
            ("", None),
        ] {
            assert_eq!(whole(text), found, "{text}");
        }
        let day = chrono::NaiveDate::from_ymd_opt(2024, 6, 30);
        for text in ["30/06/2024", "30/6/2024", "2024-06-30", "30.6.2024"] {
            assert_eq!(read_date(text), day, "{text}");
        }
        for text in ["6/31/2024", "31/06/2024", "30/06/24", "hôm qua"] {
            assert_eq!(read_date(text), None, "{text}");
        }
    }

    #[test]
    fn everything_that_is_missing_is_told_at_once() {
        let form = ndp_engine::orders::of_act(Kind::Dossier, ndp_domain::acts::ActId::E29).unwrap();
        let mut pairs = Pairs::default();
        pairs.set("/meeting_on", "mai");
        pairs.set("/place", "  ");
        let (_, wrong) = pairs.content(super::super::shape::of(form), &Known::default());
        let codes: Vec<(&str, &str)> = wrong.iter().map(|(p, (code, _))| (p.as_str(), code.as_str())).collect();
        assert_eq!(codes, [("/agenda", "input.field_missing"), ("/meeting_on", "input.date"), ("/place", "input.field_missing")]);
    }

    #[test]
    fn an_hour_is_read_as_people_write_it() {
        for text in ["14:30", "14h30", "14 giờ 30", "14:30:00"] {
            assert_eq!(read_time(text), Hour::at(14, 30), "{text}");
        }
        assert_eq!(read_time("9 giờ"), Hour::at(9, 0));
        for text in ["25:00", "chiều", "14:61", ""] {
            assert_eq!(read_time(text), None, "{text}");
        }
    }

    #[test]
    fn every_content_comes_back_from_the_form_that_shows_it() {
        for form in ndp_engine::orders::all() {
            let shape = super::super::shape::of(form);
            let sample = sample(shape);
            let mut pairs = Pairs::default();
            pairs.put(shape, "", &sample);
            let (back, wrong) = pairs.numbered(shape, true).content(shape, &Known::default());
            assert_eq!(wrong, Mistakes::new(), "{:?} {}", form.kind, form.noun);
            assert_eq!(back, sample, "{:?} {}", form.kind, form.noun);
        }
    }

    /// Something of every shape, all of it filled in; of several contents the last.
    fn sample(shape: &Shape) -> Value {
        match shape {
            Shape::Text(_) => json!("Chữ"),
            Shape::Whole => json!(7),
            Shape::Flag => json!(true),
            Shape::Date => json!("2026-03-02"),
            Shape::Time => json!("14:30"),
            Shape::Choice(_, all) => json!(all.last()),
            Shape::Record(_) => json!("org_01900000000070008000000000000001"),
            Shape::Hash => json!("ab".repeat(32)),
            Shape::Attachment => json!({ "name": "a.pdf", "sha256": "ab".repeat(32), "valid_to": "2027-01-01" }),
            Shape::Object(_, all) => {
                Value::Object(all.iter().filter(|p| !hidden(&p.name)).map(|p| (p.name.clone(), sample(&p.shape))).collect())
            }
            Shape::List(inner) => json!([sample(inner), sample(inner)]),
            Shape::Map(inner) => json!({ "G1.1": sample(inner) }),
            Shape::OneOf(_, all) => match all.last() {
                Some((tag, Some(inner))) => json!({ tag: sample(inner) }),
                Some((tag, None)) => json!(tag),
                None => Value::Null,
            },
        }
    }
}
