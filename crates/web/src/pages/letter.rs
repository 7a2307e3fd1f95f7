//! A paper as it was frozen, in the form that Decree 30/2020 gives its kind: a decision with grounds and articles,
//! a letter with what it is about under its number, a notice, an invitation, a plan with its title.

use super::printed::{self, Head, head, long_day, unit, vi};
use super::record::title;
use crate::frame::{Frame, frame, page, place_of};
use crate::known;
use crate::visitor::Visitor;
use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use ndp_domain::acts::ActId;
use ndp_domain::authority::Duty;
use ndp_domain::body::{Body, Form};
use ndp_domain::document::{self, Document, PinnedAct, SigningForm};
use ndp_domain::evidence::Need;
use ndp_domain::id::{Id, Kind};
use ndp_domain::machine::{Known as _, State};
use ndp_server::problem::{Edge, Refused};
use ndp_store::read::Loaded;
use ndp_store::seen::Seen;
use ndp_text::Lang;
use std::collections::BTreeMap;

/// How a kind of paper stands on the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Type {
    /// Grounds, articles, and what it promulgates behind them.
    Decision,
    /// With its own name above its subject.
    Titled(&'static str),
    /// A letter has no name of its own.
    Letter,
}

fn type_of(kind: &str) -> Type {
    match kind {
        "list_entry_decision"
        | "list_entry_removal"
        | "criteria_set_decision"
        | "repeal_decision"
        | "body_decision"
        | "body_amendment"
        | "selection_cancelled"
        | "recognition_decision"
        | "potential_decision"
        | "revocation_decision"
        | "class_decision"
        | "edition"
        | "complaint_decision" => Type::Decision,
        "rejection_notice" | "review_result" | "remediation_notice" | "end_notice" | "review_stopped" | "use_notice" | "use_suspended"
        | "use_resumed" | "complaint_accepted" | "complaint_refused" | "stop_notice" => Type::Titled("THÔNG BÁO"),
        "invitation" => Type::Titled("GIẤY MỜI"),
        "plan" | "plan_amendment" | "review_plan" | "selection_plan" => Type::Titled("KẾ HOẠCH"),
        "criteria_review_report" => Type::Titled("BÁO CÁO"),
        "acceptance_minutes" => Type::Titled("BIÊN BẢN"),
        "contract" => Type::Titled("HỢP ĐỒNG"),
        "contract_appendix" => Type::Titled("PHỤ LỤC HỢP ĐỒNG"),
        _ => Type::Letter,
    }
}

/// Is it a decision, numbered in the book of decisions?
pub fn decides(kind: &str) -> bool {
    type_of(kind) == Type::Decision
}

/// What stands under a paper: in whose place, as what, who.
struct Sign {
    lines: Vec<String>,
    name: String,
}

#[derive(Template)]
#[template(path = "letter.html")]
struct Page {
    f: Frame,
    paper: String,
}

/// The paper itself.
#[derive(Template)]
#[template(path = "letter_paper.html")]
struct Letter {
    /// Of a demonstration: it says that it is nothing.
    sample: bool,
    head: Head,
    /// The body whose letter it is, under its agency.
    under: String,
    /// An invitation is addressed to the body's members.
    to_members: bool,
    number: String,
    day: String,
    kind: Type,
    subject: String,
    grounds: Vec<String>,
    proposed_by: String,
    articles: Vec<String>,
    recipients: Vec<String>,
    /// The letter's own words, by paragraph.
    text: Vec<String>,
    /// Title and content of each act.
    parts: Vec<(String, String)>,
    sign: Sign,
}

impl Letter {
    fn decides(&self) -> bool {
        self.kind == Type::Decision
    }
    /// The subject within a sentence.
    fn about(&self) -> String {
        let plain = self.subject.chars().nth(1).is_some_and(char::is_lowercase);
        if plain { printed::lower(&self.subject) } else { self.subject.clone() }
    }
    fn named(&self) -> &'static str {
        match self.kind {
            Type::Titled(name) => name,
            Type::Decision => "QUYẾT ĐỊNH",
            Type::Letter => "",
        }
    }
}

fn paragraphs(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|l| !l.is_empty()).map(str::to_owned).collect()
}

/// `GET /van-ban/{id}/ban-in`: a paper as it was frozen, to be printed, signed on paper or elsewhere, and kept. It
/// reads the same for everybody who may read it.
pub async fn letter(v: Visitor, Path(id): Path<String>) -> Result<Response, Refused> {
    v.acting()?;
    let id = known::id_of(Some(Kind::Document), &id).ok_or(Edge::NotFound)?;
    let seen = ndp_server::records::seen(&v.app, &v.reading, id).await?;
    let paper = drawn(&v, &seen).await?.ok_or(Edge::NotFound)?;
    let above = crate::frame::above(&v, Kind::Document);
    let mut f = frame(&v, &v.t1("web-letter-page", &[("name", &title(&v, &seen))]), &above.0).await?;
    f.crumbs.push(above);
    f.crumbs.push((place_of(id), title(&v, &seen)));
    v.app.read(&v.reading, id, "page").await?;
    page(&Page { f, paper })
}

/// A paper as it was frozen; none where it was not, or where its reader does not read it whole.
pub async fn drawn(v: &Visitor, seen: &Seen) -> Result<Option<String>, Refused> {
    let Some(d) = Document::known(&seen.loaded.neighbour.whole.state) else { return Ok(None) };
    let Some(pin) = d.snapshot.filter(|_| ndp_domain::shown::reads_paper(&seen.facets)) else { return Ok(None) };
    let Some(snapshot) = v.content::<serde_json::Value>(pin).await? else { return Ok(None) };
    Ok(Some(rendered(v, seen, d, &snapshot).await?.0))
}

/// A paper with this content, frozen or about to be; and what a decision in it still lacks.
pub async fn rendered(
    v: &Visitor,
    seen: &Seen,
    d: &document::State,
    snapshot: &serde_json::Value,
) -> Result<(String, Vec<String>), Refused> {
    // The paper is in Vietnamese whoever reads it.
    let reader = Visitor { lang: Lang::Vi, ..v.clone() };
    let mut named = crate::shown::named_on_paper(&reader, &[snapshot]).await?;
    let files = ndp_server::evidence::files_of(&v.app, &v.reading, seen).await?;
    named.files.extend(crate::shown::file_places(seen.loaded.id, &files));
    let recipients = snapshot.get("recipients").and_then(|r| r.as_array()).into_iter().flatten();
    let recipients = recipients.filter_map(|r| reader.organisation_of(r.as_str()?)).collect();
    let text = snapshot.get("text").and_then(|t| t.as_str()).map(paragraphs).unwrap_or_default();
    let parts = super::record::frozen(&reader, d, &named, snapshot).into_iter().skip(1);
    let kind = type_of(&d.kind);
    // An act that says nothing more than the letter's own words, or the articles, has no part of its own.
    let said = !text.is_empty() || kind == Type::Decision;
    let parts = parts.filter(|(_, content)| !said || content.contains("<dt>")).collect();
    let near = near(v, d).await?;
    let (grounds, articles, missing) = if kind == Type::Decision { decided(&reader, d, &near) } else { Default::default() };
    let sign = sign(&reader, d, &near).await?;
    let letter = Letter {
        sample: v.app.settings.demo,
        head: head(v, d.issuing, if kind == Type::Decision { "QĐ" } else { "" }),
        to_members: d.kind == "invitation",
        under: body_of(d, &near).map(|b| b.name.clone()).unwrap_or_default(),
        number: d.number.as_ref().map(document::Number::printed).unwrap_or_default(),
        day: d.number.as_ref().map(|n| long_day(n.date)).unwrap_or_default(),
        kind,
        subject: snapshot.get("subject").and_then(|s| s.as_str()).unwrap_or_default().to_owned(),
        grounds,
        proposed_by: d.unit.as_deref().map(|u| unit(&reader, d.issuing, u)).unwrap_or_default(),
        articles,
        text,
        recipients,
        parts,
        sign,
    };
    // What is missing is told in the reader's own language.
    let missing = if v.lang == Lang::Vi || missing.is_empty() { missing } else { decided(v, d, &near).2 };
    letter.render().map(|paper| (paper, missing)).map_err(|e| ndp_identity::Denial::Fault(e.to_string()).into())
}

/// The records that a paper's acts are of, its body, and what a decision on a dossier stands on.
async fn near(v: &Visitor, d: &document::State) -> Result<BTreeMap<Id, Loaded>, Refused> {
    let own = d.acts.iter().map(|a| Need::Stream(a.stream)).chain(d.body.map(|b| Need::Stream(b.into())));
    let mut near = v.app.engine.store.load(&own.collect::<Vec<_>>()).await?;
    let further: Vec<Need> = near
        .values()
        .filter_map(|l| match &l.neighbour.whole.state {
            State::Dossier(dossier) => Some([Need::Stream(dossier.set.into()), Need::Stream(dossier.round()?.body.into())]),
            _ => None,
        })
        .flatten()
        .collect();
    if !further.is_empty() {
        near.extend(v.app.engine.store.load(&further).await?);
    }
    Ok(near)
}

fn body_of<'a>(d: &document::State, near: &'a BTreeMap<Id, Loaded>) -> Option<&'a ndp_domain::body::State> {
    Body::known(&near.get(&d.body?.into())?.neighbour.whole.state)
}

/// Grounds and articles of a decision, and what it lacks.
fn decided(v: &Visitor, d: &document::State, near: &BTreeMap<Id, Loaded>) -> (Vec<String>, Vec<String>, Vec<String>) {
    let mut missing = Vec::new();
    let mut grounds = printed::rules(v, &d.regulation, false);
    let mut articles = Vec::new();
    for pinned in &d.acts {
        let state = near.get(&pinned.stream).map(|l| &l.neighbour.whole.state);
        if let Some(State::Dossier(dossier)) = state
            && let Some(round) = dossier.round()
            && let Some(assessment) = &round.assessment
        {
            let said = printed::said(v, dossier, round, assessment, near);
            grounds = said.grounds;
            missing.extend(said.missing);
            articles.extend(said.article.map(|(_, first)| first));
        } else {
            articles.push(article(v, pinned, state));
        }
    }
    articles.push("Quyết định này có hiệu lực kể từ ngày ký.".to_owned());
    let unit = d.unit.as_deref().map_or_else(|| vi(v, d.issuing), |u| unit(v, d.issuing, u));
    let owners = d.acts.iter().filter_map(|a| match near.get(&a.stream).map(|l| &l.neighbour.whole.state) {
        Some(State::Dossier(d)) => d.applicant.map(|o| format!(", {}", vi(v, o))),
        _ => None,
    });
    let owners: String = owners.collect();
    articles.push(format!("{unit}{owners} và các tổ chức, cá nhân có liên quan chịu trách nhiệm thi hành Quyết định này."));
    (grounds, articles, missing)
}

fn article(v: &Visitor, pinned: &PinnedAct, state: Option<&State>) -> String {
    let view = state.map(State::view);
    let name = view.as_ref().and_then(|w| w.name.clone()).unwrap_or_default();
    match pinned.act {
        ActId::L8 => {
            let managing = view.and_then(|w| w.managing).map(|m| vi(v, m)).unwrap_or_default();
            format!("Bổ sung {name} vào Danh mục; cơ quan chủ quản: {managing}.")
        }
        ActId::L11 => format!("Đưa {name} ra khỏi Danh mục."),
        ActId::C5 => format!("Ban hành kèm theo Quyết định này bộ tiêu chí đánh giá {name}."),
        ActId::C9 => format!("Bãi bỏ bộ tiêu chí đánh giá {name}."),
        ActId::B4 => format!("Thành lập {name}; thành viên, quy chế làm việc và tổ giúp việc nêu tại phần kèm theo Quyết định này."),
        ActId::B6 => format!("Sửa đổi, bổ sung quyết định thành lập {name} như nêu tại phần kèm theo Quyết định này."),
        ActId::R8 | ActId::R9 => format!("Thu hồi công nhận đối với {name}."),
        ActId::R10 => format!("Chuyển {name} sang công nhận nền tảng số tiềm năng."),
        ActId::R11 => format!("Công nhận {name} là nền tảng số quốc gia."),
        ActId::PE2 => "Ban hành kèm theo Quyết định này danh sách nêu tại phần kèm theo.".to_owned(),
        other if name.is_empty() => format!("{}.", v.t(&format!("act-{}", other.name()))),
        other => format!("{}: {name}.", v.t(&format!("act-{}", other.name()))),
    }
}

/// In whose place and as what the paper is signed; the signer's name once it is.
async fn sign(v: &Visitor, d: &document::State, near: &BTreeMap<Id, Loaded>) -> Result<Sign, Refused> {
    let leader = head(v, d.issuing, "").leader;
    let name = match &d.signature {
        Some(signed) => known::names(v, &[signed.by]).await?.remove(&signed.by).unwrap_or_default(),
        None => String::new(),
    };
    // Before it is signed it stands as whoever reads it to sign it would.
    let form = d.signature.as_ref().map_or_else(|| v.signs_as(d.issuing), |s| s.form);
    let lines = match (body_of(d, near), d.signature.as_ref()) {
        (Some(body), signed) => {
            let group = body.form == Form::ExpertGroup;
            let vice = signed.map_or_else(|| v.is(Duty::ViceChair), |s| s.duty == Duty::ViceChair);
            let office = match (group, vice) {
                (true, false) => "Tổ trưởng",
                (true, true) => "Tổ phó",
                (false, false) => "Chủ tịch",
                (false, true) => "Phó Chủ tịch",
            };
            vec![if group { "TM. Tổ chuyên gia" } else { "TM. Hội đồng" }.to_owned(), office.to_owned()]
        }
        (None, _) if form == Some(SigningForm::Deputy) => {
            let deputy = if leader == "Bộ trưởng" { "Thứ trưởng" } else { "Phó thủ trưởng" };
            vec![format!("KT. {leader}"), deputy.to_owned()]
        }
        (None, _) => vec![match form {
            Some(SigningForm::ByOrder) => format!("TL. {leader}"),
            Some(SigningForm::Authorised) => format!("TUQ. {leader}"),
            Some(SigningForm::Acting) => format!("Q. {leader}"),
            Some(SigningForm::Collective) => format!("TM. {}", vi(v, d.issuing)),
            Some(SigningForm::Head | SigningForm::Deputy) => leader.to_owned(),
            None if d.signature.is_some() => leader.to_owned(),
            // Nobody knows yet who will sign and as what: the place is marked as in the decree's own form.
            None => "Quyền hạn, chức vụ của người ký".to_owned(),
        }],
    };
    Ok(Sign { lines, name })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_paper_has_a_form_and_only_known_kinds_have_their_own() {
        let kinds: Vec<&str> = ndp_domain::acts::ACTS.iter().filter(|a| a.paper.is_issued()).filter_map(|a| a.paper.kind()).collect();
        let own = |kind: &&str| type_of(kind) != Type::Letter;
        assert!(kinds.iter().filter(|k| own(k)).count() > 25, "decisions, notices, plans");
        for kind in kinds.iter().filter(|k| k.ends_with("_decision")) {
            assert_eq!(type_of(kind), Type::Decision, "{kind}");
        }
        for kind in kinds.iter().filter(|k| k.ends_with("_letter") || k.ends_with("_request")) {
            assert_eq!(type_of(kind), Type::Letter, "{kind}");
        }
    }
}
