//! Lists and maps of a form: boxes to tick, items that come and go, an item for each line that a record gives.

use super::draw::{Choice, Drawing};
use super::shape::{Property, Shape};
use crate::markup::{esc, icon};
use ndp_text::texts;
use std::fmt::Write;

impl Drawing<'_> {
    /// A list of records as boxes: one for each that can be chosen.
    pub(super) fn ticks(&self, out: &mut String, inner: &Shape, at: &str, name: &str) {
        let Shape::Record(Some(kind)) = inner else { return self.list(out, inner, at, name) };
        let chosen: Vec<&str> = self.pairs.keys(at).iter().map(|k| self.pairs.get(&format!("{at}/{k}"))).collect();
        let all = self.known.records.get(kind).map(Vec::as_slice).unwrap_or_default();
        self.group(out, at, name, |out| {
            for (n, (id, said)) in all.iter().enumerate() {
                let pointer = format!("{at}/{n}");
                let (field, checked) = (self.id(&pointer), if chosen.contains(&id.as_str()) { " checked" } else { "" });
                let _ = write!(
                    out,
                    r#"<div class="check"><input type="checkbox" id="{field}" name="{}" value="{}"{checked}><label for="{field}">{}</label></div>"#,
                    self.name(&pointer),
                    esc(id),
                    esc(said)
                );
            }
        });
    }

    /// A list of records that is told, not changed.
    pub(super) fn fixed_list(&self, out: &mut String, inner: &Shape, at: &str, name: &str) {
        let known = if let Shape::Record(Some(kind)) = inner { self.known.records.get(kind).map(Vec::as_slice) } else { None };
        let said =
            |id: &str| known.unwrap_or_default().iter().find(|(k, _)| k == id).map_or_else(|| id.to_owned(), |(_, said)| said.clone());
        let items: Vec<String> = self.pairs.keys(at).iter().map(|k| said(self.pairs.get(&format!("{at}/{k}")))).collect();
        let _ = write!(out, r#"<div class="field fixed"><p class="label">{}</p><p>{}</p>"#, esc(&self.label(name)), esc(&items.join("; ")));
        self.carried(out, at);
        out.push_str("</div>");
    }

    pub(super) fn list(&self, out: &mut String, inner: &Shape, at: &str, name: &str) {
        if let Shape::Choice(of, values) = inner
            && values.len() <= 12
        {
            let chosen: Vec<&str> = self.pairs.keys(at).iter().map(|k| self.pairs.get(&format!("{at}/{k}"))).collect();
            self.group(out, at, name, |out| {
                out.push_str(r#"<div class="radios">"#);
                for (n, value) in values.iter().enumerate() {
                    let id = format!("{}-{n}", self.id(at));
                    let checked = if chosen.contains(&value.as_str()) { " checked" } else { "" };
                    let _ = write!(
                        out,
                        r#"<div class="radio"><input type="checkbox" id="{id}" name="{}/{n}" value="{}"{checked}><label for="{id}">{}</label></div>"#,
                        self.name(at),
                        esc(value),
                        esc(&self.choice(of, value))
                    );
                }
                out.push_str("</div>");
            });
            return;
        }
        if let (Shape::Object(_, properties), Some(lines)) = (inner, self.known.keys.get(name)) {
            return self.by_line(out, properties, lines, at, name);
        }
        self.group(out, at, name, |out| {
            let keys = self.pairs.keys(at);
            for (n, key) in keys.iter().enumerate() {
                let item = format!("{at}/{key}");
                let legend = texts(self.lang).get("web-item", &[("n", &(n + 1).to_string())]);
                let _ = write!(out, r#"<fieldset class="item"><legend>{}</legend>"#, esc(&legend));
                if let Some(above) = self.known.above.get(&item) {
                    let _ = write!(out, r#"<div class="note quote">{above}</div>"#);
                }
                match inner {
                    Shape::Object(_, properties) => {
                        let _ = write!(out, r#"<input type="hidden" name="{}" value="">"#, self.name(&item));
                        properties.iter().for_each(|p| self.property(out, p, &item));
                    }
                    other => self.field(out, other, &item, name, true),
                }
                let _ = write!(
                    out,
                    r#"<button class="link" name="_do" value="remove:{}" formnovalidate>{}{}</button></fieldset>"#,
                    self.name(&item),
                    icon("bin"),
                    esc(&texts(self.lang).get("web-item-remove", &[("n", &(n + 1).to_string())]))
                );
            }
            if keys.is_empty() {
                let _ = write!(out, r#"<p class="hint">{}</p>"#, self.t("web-list-empty"));
            }
            let _ = write!(
                out,
                r#"<button class="second" name="_do" value="add:{}" formnovalidate>{}{}</button>"#,
                self.name(at),
                icon("plus"),
                esc(&texts(self.lang).get("web-item-add", &[("what", &self.label(name).to_lowercase())]))
            );
        });
    }

    /// An item for each line that the record gives: its code and name are told, the rest is filled in.
    pub(super) fn by_line(&self, out: &mut String, properties: &[Property], lines: &[Choice], at: &str, name: &str) {
        self.group(out, at, name, |out| {
            for (n, (code, said)) in lines.iter().enumerate() {
                let item = format!("{at}/{n}");
                let _ = write!(
                    out,
                    r#"<fieldset class="item"><legend>{}</legend><input type="hidden" name="{}" value="{}">"#,
                    esc(said),
                    self.name(&format!("{item}/code")),
                    esc(code)
                );
                // Levels and conditions are of other scales than "met or not".
                for p in properties.iter().filter(|p| !matches!(p.name.as_str(), "code" | "level" | "until")) {
                    let pointer = format!("{item}/{}", p.name);
                    let (of, values, at): (_, Vec<&String>, _) = match &p.shape {
                        Shape::Choice(of, values) => (of, values.iter().collect(), pointer.clone()),
                        Shape::OneOf(of, variants) => (of, variants.iter().map(|(tag, _)| tag).collect(), format!("{pointer}:")),
                        _ => {
                            self.property(out, p, &item);
                            continue;
                        }
                    };
                    let two = values.into_iter().filter(|v| matches!(v.as_str(), "met" | "not_met"));
                    let all: Vec<Choice> = two.map(|v| (v.clone(), self.choice(of, v))).collect();
                    if let Some(error) = self.error(&pointer) {
                        let _ = write!(out, r#"<p class="err" id="{}">{}{}</p>"#, self.id(&pointer), icon("triangle"), esc(&error));
                    }
                    self.radios(out, &at, &all, self.pairs.get(&at), false);
                }
                out.push_str("</fieldset>");
            }
        });
    }

    pub(super) fn map(&self, out: &mut String, inner: &Shape, at: &str, name: &str) {
        let mut keys = self.known.keys.get(name).cloned().unwrap_or_default();
        for key in self.pairs.keys(at) {
            if !keys.iter().any(|(k, _)| *k == key) {
                keys.push((key.clone(), key));
            }
        }
        self.group(out, at, name, |out| {
            for (key, text) in &keys {
                let item = format!("{at}/{key}");
                let _ = write!(out, r#"<fieldset class="item"><legend>{}</legend>"#, esc(text));
                match inner {
                    Shape::OneOf(of, variants) => self.variants(out, of, variants, &item, true),
                    Shape::Object(..) => self.content(out, inner, &item),
                    Shape::Choice(of, values) if values.len() <= 6 => {
                        let all: Vec<Choice> = values.iter().map(|v| (v.clone(), self.choice(of, v))).collect();
                        self.radios(out, &item, &all, self.pairs.get(&item), false);
                    }
                    other => self.field(out, other, &item, name, true),
                }
                out.push_str("</fieldset>");
            }
            if keys.is_empty() {
                let _ = write!(out, r#"<p class="hint">{}</p>"#, self.t("web-list-empty"));
            }
        });
    }
}
