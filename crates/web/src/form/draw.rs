//! Writes a form. Labels and hints come from the texts, choices from what the reader may choose.

use super::pairs::{Mistakes, Pairs};
use super::shape::{Property, Shape, hidden, rare};
use crate::markup::{esc, icon};
use ndp_domain::id::Kind;
use ndp_text::{Lang, texts};
use std::collections::BTreeMap;
use std::fmt::Write;

/// One thing to choose: value and text.
pub type Choice = (String, String);

/// What a form needs to know beyond its shape.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// Records to choose from, by kind.
    pub records: BTreeMap<Kind, Vec<Choice>>,
    /// Files of the record: hash and name.
    pub files: Vec<Choice>,
    /// Keys of maps, by the name of the field.
    pub keys: BTreeMap<String, Vec<Choice>>,
    /// Fields whose texts are chosen from a list although they are texts: regulation, unit, code.
    pub lists: BTreeMap<String, Vec<Choice>>,
    /// Markup that stands above an item of a list, by its pointer: what is being answered.
    pub above: BTreeMap<String, String>,
    /// Places whose text the system knows and no person would: carried, not shown.
    pub carried: Vec<&'static str>,
    /// Records that the page was opened for: named, not chosen again.
    pub fixed: Vec<String>,
    /// Lists of records of which several are ticked.
    pub ticked: Vec<&'static str>,
    /// Places that the content's type leaves open and the act's rules do not.
    pub needed: Vec<&'static str>,
}

impl Known {
    pub fn file_name(&self, hash: &str) -> Option<String> {
        self.files.iter().find(|(h, _)| h == hash).map(|(_, name)| name.clone())
    }
}

/// A form as drawn.
#[derive(Debug)]
pub struct Drawing<'a> {
    pub lang: Lang,
    /// Act whose words are used where they differ.
    pub act: &'a str,
    pub pairs: &'a Pairs,
    pub wrong: &'a Mistakes,
    pub known: &'a Known,
    /// Put before every name: several contents in one form.
    pub prefix: &'a str,
}

/// Id of a field on the page.
pub fn id_of(pointer: &str) -> String {
    let plain: String = pointer.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '-' }).collect();
    format!("f{plain}")
}

impl Drawing<'_> {
    pub(super) fn t(&self, key: &str) -> String {
        texts(self.lang).get(key, &[])
    }

    pub fn label(&self, name: &str) -> String {
        let all = texts(self.lang);
        let own = format!("field-{}-{name}", self.act);
        if !self.act.is_empty() && all.has(&own) { all.get(&own, &[]) } else { all.get(&format!("field-{name}"), &[]) }
    }

    pub(super) fn hint(&self, name: &str) -> Option<String> {
        let all = texts(self.lang);
        let own = all.find(&format!("hint-{}-{name}", self.act), &[]).filter(|_| !self.act.is_empty());
        own.or_else(|| all.find(&format!("hint-{name}"), &[]))
    }

    pub(super) fn choice(&self, of: &str, value: &str) -> String {
        let all = texts(self.lang);
        match of {
            "Act" => return format!("{value} – {}", all.get(&format!("act-{value}"), &[])),
            "Duty" => return all.get(&format!("duty-{value}"), &[]),
            _ => {}
        }
        let own = format!("choice-{of}-{value}");
        if all.has(&own) { all.get(&own, &[]) } else { all.get(&format!("choice-{value}"), &[]) }
    }

    pub(super) fn error(&self, pointer: &str) -> Option<String> {
        let (code, expected) = self.wrong.get(pointer)?;
        Some(crate::say::mistake(self.lang, self.act, code, expected, pointer))
    }

    /// The whole form.
    pub fn form(&self, shape: &Shape) -> String {
        let mut out = String::new();
        self.content(&mut out, shape, "");
        out
    }

    /// Some properties of it, by name.
    pub fn part(&self, shape: &Shape, at: &str, names: &[&str]) -> String {
        let mut out = String::new();
        for name in names {
            if let Some(p) = shape.property(name) {
                self.property(&mut out, p, at);
            }
        }
        out
    }

    pub(super) fn content(&self, out: &mut String, shape: &Shape, at: &str) {
        if let Shape::Object(_, properties) = shape {
            self.properties(out, properties, at);
        } else {
            self.field(out, shape, at, "", true);
        }
    }

    /// What few have stands folded below the rest.
    pub(super) fn properties(&self, out: &mut String, properties: &[Property], at: &str) {
        let (few, mut all): (Vec<&Property>, Vec<&Property>) = properties.iter().filter(|p| !hidden(&p.name)).partition(|p| rare(&p.name));
        // What the page was opened for stands first.
        all.sort_by_key(|p| !self.known.fixed.contains(&format!("{at}/{}", p.name)));
        all.iter().for_each(|p| self.property(out, p, at));
        if few.is_empty() {
            return;
        }
        let under = |p: &Property, k: &str| k.strip_prefix(&format!("{at}/{}", p.name)).is_some_and(|r| r.is_empty() || r.starts_with('/'));
        let open = few.iter().any(|p| self.pairs.any(&format!("{at}/{}", p.name)) || self.wrong.keys().any(|k| under(p, k)));
        let _ = write!(out, "<details class=\"more\"{}><summary>{}</summary>", if open { " open" } else { "" }, self.t("web-form-more"));
        few.iter().for_each(|p| self.property(out, p, at));
        out.push_str("</details>");
    }

    pub(super) fn property(&self, out: &mut String, p: &Property, at: &str) {
        let pointer = format!("{at}/{}", p.name);
        // The number of a record that the act opens is the system's to give.
        if p.name == "id" && at.is_empty() && matches!(p.shape, Shape::Record(Some(_))) {
            return;
        }
        // An id that the form itself made.
        let pinned = p.name == "draft" && matches!(p.shape, Shape::Text(_) | Shape::Hash);
        let known = self.known.carried.contains(&pointer.as_str());
        if p.name == "id" && at.ends_with("/new") || p.name == "plan" || pinned || known {
            self.carried(out, &pointer);
            return;
        }
        let required = p.required || self.known.needed.contains(&pointer.as_str());
        self.field(out, &p.shape, &pointer, &p.name, required);
    }

    pub(super) fn carried(&self, out: &mut String, pointer: &str) {
        let below = format!("{pointer}/");
        // Of a list its items.
        let all = self.pairs.0.iter().filter(|(k, _)| *k == pointer || k.starts_with(&below));
        for (k, value) in all {
            let _ = write!(out, r#"<input type="hidden" name="{}" value="{}">"#, self.name(k), esc(value));
        }
    }

    pub(super) fn name(&self, pointer: &str) -> String {
        esc(&format!("{}{pointer}", self.prefix))
    }

    pub(super) fn id(&self, pointer: &str) -> String {
        id_of(&format!("{}{pointer}", self.prefix))
    }

    /// Label, hint, error, then the field.
    pub(super) fn wrapped(&self, out: &mut String, at: &str, name: &str, required: bool, input: impl FnOnce(&mut String, &str)) {
        let id = self.id(at);
        let error = self.error(at);
        let hint = self.hint(name);
        let mut by = Vec::new();
        let _ = write!(out, r#"<div class="field{}">"#, if error.is_some() { " bad" } else { "" });
        let optional = if required { String::new() } else { format!(r#" <span class="opt">({})</span>"#, self.t("web-optional")) };
        let _ = write!(out, r#"<label for="{id}">{}{optional}</label>"#, esc(&self.label(name)));
        if let Some(hint) = &hint {
            let _ = write!(out, r#"<p class="hint" id="{id}-h">{}</p>"#, esc(hint));
            by.push(format!("{id}-h"));
        }
        if let Some(error) = &error {
            let _ = write!(out, r#"<p class="err" id="{id}-e">{}{}</p>"#, icon("triangle"), esc(error));
            by.push(format!("{id}-e"));
            self.which(out, at, &id);
        }
        let by = if by.is_empty() { String::new() } else { format!(r#" aria-describedby="{}""#, by.join(" ")) };
        let invalid = if error.is_some() { r#" aria-invalid="true""# } else { "" };
        input(out, &format!(r#"id="{id}" name="{}"{by}{invalid}"#, self.name(at)));
        out.push_str("</div>");
    }

    /// Where somebody else saved the field too: mine, or theirs.
    pub(super) fn which(&self, out: &mut String, at: &str, id: &str) {
        let Some((_, theirs)) = self.wrong.get(at).filter(|(code, _)| code == "theirs") else { return };
        let name = self.name(at);
        for (n, (value, key)) in [(String::new(), "web-keep-mine"), (format!("={theirs}"), "web-take-theirs")].into_iter().enumerate() {
            let _ = write!(
                out,
                r#"<div class="check"><input type="radio" id="{id}-w{n}" name="_take:{name}" value="{}"{}><label for="{id}-w{n}">{}</label></div>"#,
                esc(&value),
                if n == 0 { " checked" } else { "" },
                self.t(key)
            );
        }
    }

    pub(super) fn group(&self, out: &mut String, at: &str, name: &str, inner: impl FnOnce(&mut String)) {
        let error = self.error(at);
        let _ = write!(
            out,
            r#"<fieldset class="group{}" id="{}"><legend>{}</legend>"#,
            if error.is_some() { " bad" } else { "" },
            self.id(at),
            esc(&self.label(name))
        );
        if let Some(hint) = self.hint(name) {
            let _ = write!(out, r#"<p class="hint">{}</p>"#, esc(&hint));
        }
        if let Some(error) = error {
            let _ = write!(out, r#"<p class="err">{}{}</p>"#, icon("triangle"), esc(&error));
        }
        inner(out);
        out.push_str("</fieldset>");
    }

    pub(super) fn field(&self, out: &mut String, shape: &Shape, at: &str, name: &str, required: bool) {
        let value = self.pairs.get(at);
        match shape {
            Shape::Text(_) | Shape::Whole if self.known.lists.contains_key(name) => {
                let all = self.known.lists.get(name).cloned().unwrap_or_default();
                self.wrapped(out, at, name, required, |out, attributes| self.select(out, attributes, &all, value));
            }
            Shape::Text(most) => self.wrapped(out, at, name, required, |out, attributes| {
                let long = *most > 300;
                let rows = value.lines().map(|l| l.chars().count() / 70 + 1).sum::<usize>().clamp(4, 12);
                let value = esc(value);
                let _ = if long {
                    write!(out, r#"<textarea {attributes} rows="{rows}" maxlength="{most}">{value}</textarea>"#)
                } else {
                    write!(out, r#"<input {attributes} value="{value}" maxlength="{most}" autocomplete="off">"#)
                };
            }),
            Shape::Whole => self.wrapped(out, at, name, required, |out, attributes| {
                let _ =
                    write!(out, r#"<input {attributes} class="num short" inputmode="numeric" value="{}" autocomplete="off">"#, esc(value));
            }),
            Shape::Date => self.wrapped(out, at, name, required, |out, attributes| {
                let _ = write!(
                    out,
                    r#"<input {attributes} class="num short" inputmode="numeric" value="{}" placeholder="{}" autocomplete="off">"#,
                    esc(value),
                    self.t("web-date-shape")
                );
            }),
            Shape::Time => self.wrapped(out, at, name, required, |out, attributes| {
                let _ = write!(out, r#"<input {attributes} class="num short" type="time" value="{}">"#, esc(value));
            }),
            Shape::Flag => {
                let id = self.id(at);
                let checked = if matches!(value, "true" | "on") { " checked" } else { "" };
                let _ = write!(
                    out,
                    r#"<div class="field check"><input type="checkbox" id="{id}" name="{}" value="true"{checked}><label for="{id}">{}</label></div>"#,
                    self.name(at),
                    esc(&self.label(name))
                );
            }
            Shape::Choice(of, values) if values.len() > 6 => self.wrapped(out, at, name, required, |out, attributes| {
                let all: Vec<Choice> = values.iter().map(|v| (v.clone(), self.choice(of, v))).collect();
                self.select(out, attributes, &all, value);
            }),
            Shape::Choice(of, values) => {
                let all: Vec<Choice> = values.iter().map(|v| (v.clone(), self.choice(of, v))).collect();
                self.group(out, at, name, |out| self.radios(out, at, &all, value, !required));
            }
            Shape::Record(Some(kind)) => {
                let all = self.known.records.get(kind).cloned().unwrap_or_default();
                if self.told(out, &all, at, name, value) {
                    return;
                }
                self.wrapped(out, at, name, required, |out, attributes| self.select(out, attributes, &all, value));
            }
            Shape::Record(None) => {
                let all: Vec<Choice> = self.known.records.values().flatten().cloned().collect();
                if self.told(out, &all, at, name, value) {
                    return;
                }
                self.wrapped(out, at, name, required, |out, attributes| self.select(out, attributes, &all, value));
            }
            Shape::Hash => self.wrapped(out, at, name, required, |out, attributes| {
                self.select(out, attributes, &self.known.files, value);
                self.upload(out, at);
            }),
            Shape::Attachment => {
                let pointer = format!("{at}/sha256");
                self.wrapped_as(out, at, &pointer, name, required);
            }
            Shape::Object(_, properties) => self.group(out, at, name, |out| self.properties(out, properties, at)),
            Shape::List(inner) if self.known.ticked.contains(&at) => self.ticks(out, inner, at, name),
            Shape::List(inner) if self.known.fixed.iter().any(|f| f == at) => self.fixed_list(out, inner, at, name),
            Shape::List(inner) => self.list(out, inner, at, name),
            Shape::Map(inner) => self.map(out, inner, at, name),
            Shape::OneOf(of, variants) => self.one_of(out, of, variants, at, name, required),
        }
    }

    /// A record that the page was opened for, or that the act leaves no choice of, is told and not asked.
    pub(super) fn told(&self, out: &mut String, all: &[Choice], at: &str, name: &str, value: &str) -> bool {
        let given = all.iter().find(|(id, _)| id == value).filter(|_| self.known.fixed.iter().any(|f| f == at));
        let (Some((_, said)), None) = (given, self.error(at)) else { return false };
        let _ = write!(out, r#"<div class="field fixed"><p class="label">{}</p><p>{}</p>"#, esc(&self.label(name)), esc(said));
        self.carried(out, at);
        out.push_str("</div>");
        true
    }

    pub(super) fn upload(&self, out: &mut String, at: &str) {
        let id = self.id(&format!("{at}-up"));
        let _ = write!(
            out,
            r#"<div class="upload"><label for="{id}">{}</label><input type="file" id="{id}" name="{}:file"></div>"#,
            self.t("web-file-choose"),
            self.name(at)
        );
    }

    /// A file: chosen among those of the record, or brought now.
    pub(super) fn wrapped_as(&self, out: &mut String, at: &str, pointer: &str, name: &str, required: bool) {
        let label = if name.is_empty() { "file" } else { name };
        let value = self.pairs.get(pointer).to_owned();
        let mut files = self.known.files.clone();
        let given = self.pairs.get(&format!("{at}/name"));
        if !value.is_empty() && !files.iter().any(|(h, _)| *h == value) {
            files.push((value.clone(), given.to_owned()));
        }
        self.wrapped(out, pointer, label, required, |out, attributes| {
            self.select(out, attributes, &files, &value);
            self.upload(out, pointer);
        });
        if !given.is_empty() {
            self.carried(out, &format!("{at}/name"));
        }
        let valid = format!("{at}/valid_to");
        if !self.pairs.get(&valid).is_empty() {
            self.carried(out, &valid);
        }
    }

    pub(super) fn select(&self, out: &mut String, attributes: &str, all: &[Choice], value: &str) {
        let _ = write!(out, r#"<select {attributes}><option value="">{}</option>"#, self.t("web-choose"));
        for (key, text) in all {
            let chosen = if key == value { " selected" } else { "" };
            let _ = write!(out, r#"<option value="{}"{chosen}>{}</option>"#, esc(key), esc(text));
        }
        if !value.is_empty() && !all.iter().any(|(k, _)| k == value) {
            let _ = write!(out, r#"<option value="{0}" selected>{0}</option>"#, esc(value));
        }
        out.push_str("</select>");
    }

    pub(super) fn radios(&self, out: &mut String, at: &str, all: &[Choice], value: &str, none: bool) {
        out.push_str(r#"<div class="radios">"#);
        let mut one = |n: usize, key: &str, text: &str| {
            let id = format!("{}-{n}", self.id(at));
            let chosen = if key == value { " checked" } else { "" };
            let _ = write!(
                out,
                r#"<div class="radio"><input type="radio" id="{id}" name="{}" value="{}"{chosen}><label for="{id}">{}</label></div>"#,
                self.name(at),
                esc(key),
                esc(text)
            );
        };
        all.iter().enumerate().for_each(|(n, (key, text))| one(n, key, text));
        if none {
            one(all.len(), "", &self.t("web-not-said"));
        }
        out.push_str("</div>");
    }

    pub(super) fn one_of(&self, out: &mut String, of: &str, variants: &[(String, Option<Shape>)], at: &str, name: &str, required: bool) {
        self.group(out, at, name, |out| self.variants(out, of, variants, at, required));
    }

    pub(super) fn variants(&self, out: &mut String, of: &str, variants: &[(String, Option<Shape>)], at: &str, required: bool) {
        let pointer = format!("{at}:");
        let all: Vec<Choice> = variants.iter().map(|(tag, _)| (tag.clone(), self.choice(of, tag))).collect();
        let mut chosen = self.pairs.get(&pointer).to_owned();
        // Without a script every content stands under its choice; the one not chosen is not read.
        if chosen.is_empty() && all.len() == 1 {
            chosen = all.first().map(|(k, _)| k.clone()).unwrap_or_default();
        }
        if let Some(error) = self.error(at) {
            let _ = write!(out, r#"<p class="err">{}{}</p>"#, icon("triangle"), esc(&error));
        }
        self.radios(out, &pointer, &all, &chosen, !required);
        for (tag, inner) in variants {
            if let Some(inner) = inner {
                let _ = write!(
                    out,
                    r#"<div class="variant" data-of="{}" data-tag="{}"><p class="variant-name">{}</p>"#,
                    self.name(&pointer),
                    esc(tag),
                    esc(&self.choice(of, tag))
                );
                match inner {
                    Shape::Object(..) => self.content(out, inner, &format!("{at}/{tag}")),
                    // A content that is one thing is called as its choice.
                    one => self.field(out, one, &format!("{at}/{tag}"), tag, true),
                }
                out.push_str("</div>");
            }
        }
    }
}
