//! Two versions of a criteria set side by side, down to the words that changed.

use crate::frame::{Frame, frame, page, place_of};
use crate::markup::{self, esc};
use crate::pages::record::{tabs, title};
use crate::pages::set::{set_of, state};
use crate::visitor::Visitor;
use askama::Template;
use axum::extract::{Path, Query};
use axum::response::Response;
use ndp_domain::access::Facet;
use ndp_domain::canonical::Pin;
use ndp_domain::criteria_set::{self, SetText};
use ndp_domain::id::CriteriaSetId;
use ndp_server::problem::{Edge, Refused};
use ndp_server::records::stage_shown;
use ndp_store::seen::Seen;
use serde::Deserialize;

#[derive(Template)]
#[template(path = "compare.html")]
struct Compare {
    f: Frame,
    badge: String,
    tabs: Vec<(String, String, bool)>,
    action: String,
    /// Key and name of what can be compared, and which two are.
    versions: Vec<(String, String)>,
    old: String,
    new: String,
    rows: Vec<(String, String, String, String)>,
    stays: Vec<(String, String, u32)>,
    nothing: String,
}

#[derive(Debug, Deserialize)]
pub struct Which {
    #[serde(default)]
    a: String,
    #[serde(default)]
    b: String,
}

/// A text that can stand on either side: its key in the address, its name, and what it pins.
struct Side {
    key: String,
    label: String,
    text: Pinned,
}

enum Pinned {
    Content(Pin),
    /// The draft as it is being written.
    Draft,
}

/// What can be compared: promulgated versions for everybody, drafts sent out for those who took part, the draft
/// being written for its unit.
fn sides(v: &Visitor, set: &Seen, s: &criteria_set::State) -> Vec<Side> {
    let took_part = set.facets.iter().any(|f| *f != Facet::Published);
    let mut all = Vec::new();
    for w in &s.versions {
        let n = w.n.to_string();
        if let Some(asked) = w.consultation.as_ref().filter(|_| took_part) {
            all.push(Side { key: format!("{n}d"), label: v.t1("web-draft-n", &[("n", &n)]), text: Pinned::Content(asked.draft) });
        }
        if let Some(done) = &w.promulgated {
            all.push(Side { label: v.t1("web-version-n", &[("n", &n)]), key: n, text: Pinned::Content(done.text) });
        }
    }
    if set.facets.contains(&Facet::Draft) && s.working().is_some() {
        all.push(Side { key: "nhap".to_owned(), label: v.t("web-draft-now"), text: Pinned::Draft });
    }
    all
}

async fn text_of(v: &Visitor, set: &Seen, side: &Side) -> Result<Option<SetText>, Refused> {
    match &side.text {
        Pinned::Content(pin) => v.content(*pin).await,
        Pinned::Draft => {
            let draft = v.app.engine.draft(&v.reading.reader, set.loaded.id).await?;
            // One that is not whole yet cannot be set beside another.
            Ok(serde_json::from_value(draft).ok())
        }
    }
}

/// `GET /bo-tieu-chi/{id}/so-sanh?a=1&b=2d`
pub async fn compare(v: Visitor, Path(id): Path<String>, Query(which): Query<Which>) -> Result<Response, Refused> {
    let set = set_of(&v, &id).await?;
    let s = state(&set).ok_or(Edge::NotFound)?;
    let sides = sides(&v, &set, s);
    let chosen = |key: &str| sides.iter().position(|side| side.key == key);
    let new = chosen(&which.b).unwrap_or(sides.len().saturating_sub(1));
    let old = chosen(&which.a).unwrap_or(new.saturating_sub(1));
    let set_id: CriteriaSetId = set.loaded.id.try_into().map_err(|_| Edge::NotFound)?;
    let (mut rows, mut stays) = (Vec::new(), Vec::new());
    if let (Some(a), Some(b)) = (sides.get(old), sides.get(new))
        && old != new
        && let (Some(before), Some(after)) = (text_of(&v, &set, a).await?, text_of(&v, &set, b).await?)
    {
        rows = differences(&v, &before, &after);
        if let (Ok(a), Ok(b)) = (a.key.parse::<u32>(), b.key.parse::<u32>())
            && let Some(found) = v.app.engine.compare(set_id, a, b).await?
        {
            let ids: Vec<_> = found.stays.iter().map(|s| s.dossier).collect();
            let visible = v.app.engine.store.lines_of(&v.reading.scope(&v.app), &ids).await?;
            stays = found
                .stays
                .into_iter()
                .filter(|s| visible.iter().any(|l| l.id == s.dossier))
                .map(|s| (place_of(s.dossier), s.name, s.version))
                .collect();
        }
    }
    let versions: Vec<(String, String)> = sides.iter().map(|side| (side.key.clone(), side.label.clone())).collect();
    let key = |n: usize| sides.get(n).map(|side| side.key.clone()).unwrap_or_default();
    let (old, new) = (key(old), key(new));
    let mut f = frame(&v, &v.t1("web-compare-title", &[("name", &title(&v, &set))]), "/bo-tieu-chi").await?;
    f.crumbs.push(("/bo-tieu-chi".to_owned(), v.t("kinds-criteria_set")));
    let nothing = v.t(if versions.len() > 1 { "web-compare-same" } else { "web-compare-one" });
    page(&Compare {
        badge: markup::state(stage_shown(&set), v.lang),
        tabs: tabs(&v, &set, "/so-sanh"),
        action: format!("{}/so-sanh", place_of(set.loaded.id)),
        versions,
        old,
        new,
        rows,
        stays,
        nothing,
        f,
    })
}

fn differences(v: &Visitor, before: &SetText, after: &SetText) -> Vec<(String, String, String, String)> {
    let mut rows = Vec::new();
    let text = |l: &criteria_set::SetLine| format!("{}. {}", l.name_vi, l.evidence);
    for line in &after.lines {
        let old = before.lines.iter().find(|l| l.code == line.code);
        match old {
            None => rows.push((
                line.code.to_string(),
                markup::pill("ok", "plus", &v.t("web-added")),
                String::new(),
                format!("<ins>{}</ins>", esc(&text(line))),
            )),
            Some(old) if old != line => {
                let (a, b) = word_changes(&text(old), &text(line));
                rows.push((line.code.to_string(), markup::pill("info", "pencil", &v.t("web-altered")), a, b));
            }
            Some(_) => {}
        }
    }
    for line in before.lines.iter().filter(|l| !after.lines.iter().any(|n| n.code == l.code)) {
        rows.push((
            line.code.to_string(),
            markup::pill("bad", "x", &v.t("web-removed")),
            format!("<del>{}</del>", esc(&text(line))),
            String::new(),
        ));
    }
    let market = |m: &criteria_set::Market| format!("{} {} {} {}", m.definition_vi, m.unit, m.method, m.source);
    if before.market != after.market {
        let (a, b) = word_changes(&market(&before.market), &market(&after.market));
        rows.push((v.t("field-market"), markup::pill("info", "pencil", &v.t("web-altered")), a, b));
    }
    rows
}

/// Words that are only in the one or the other text, marked in both.
pub fn word_changes(old: &str, new: &str) -> (String, String) {
    let (a, b): (Vec<&str>, Vec<&str>) = (old.split_whitespace().collect(), new.split_whitespace().collect());
    // Longest common run of words; texts of a line are short.
    let (n, m) = (a.len().min(2_000), b.len().min(2_000));
    let mut table = vec![0_u16; (n + 1) * (m + 1)];
    for i in (0..n).rev() {
        for j in (0..m).rev() {
            table[i * (m + 1) + j] = if a[i] == b[j] {
                table[(i + 1) * (m + 1) + j + 1] + 1
            } else {
                table[(i + 1) * (m + 1) + j].max(table[i * (m + 1) + j + 1])
            };
        }
    }
    let (mut i, mut j) = (0, 0);
    let (mut left, mut right) = (Vec::new(), Vec::new());
    while i < n || j < m {
        if i < n && j < m && a[i] == b[j] {
            left.push(esc(a[i]));
            right.push(esc(b[j]));
            (i, j) = (i + 1, j + 1);
        } else if j < m && (i == n || table[i * (m + 1) + j + 1] >= table[(i + 1) * (m + 1) + j]) {
            right.push(format!("<ins>{}</ins>", esc(b[j])));
            j += 1;
        } else {
            left.push(format!("<del>{}</del>", esc(a[i])));
            i += 1;
        }
    }
    (left.join(" "), right.join(" "))
}

#[cfg(test)]
mod tests {
    use super::word_changes;

    #[test]
    fn only_the_words_that_changed_are_marked() {
        let (a, b) = word_changes("Lưu trữ tại Việt Nam", "Lưu trữ dữ liệu tại Việt Nam");
        assert_eq!(a, "Lưu trữ tại Việt Nam");
        assert_eq!(b, "Lưu trữ <ins>dữ</ins> <ins>liệu</ins> tại Việt Nam");
        let (a, b) = word_changes("cũ <b>", "mới");
        assert_eq!((a.as_str(), b.as_str()), ("<del>cũ</del> <del>&lt;b&gt;</del>", "<ins>mới</ins>"));
    }
}
