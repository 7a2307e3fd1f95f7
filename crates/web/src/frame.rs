//! What stands around every page: identity, navigation, crumbs, footer.

use crate::assets;
use crate::markup;
use crate::visitor::{Display, Visitor};
use askama::Template;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ndp_domain::authority::{Duty, Level, Side};
use ndp_domain::id::Kind;
use ndp_server::problem::{PAGE_POLICY, Refused};
use ndp_text::{Lang, texts};

/// One entry of the navigation.
#[derive(Debug, Clone)]
pub struct Nav {
    pub href: String,
    pub label: String,
    pub current: bool,
    pub count: usize,
}

/// One duty to choose.
#[derive(Debug, Clone)]
pub struct DutyChoice {
    pub value: String,
    pub label: String,
    pub chosen: bool,
}

#[derive(Debug, Clone)]
pub struct Frame {
    pub lang: Lang,
    pub title: String,
    /// Path and query without the language.
    pub place: String,
    pub nav: Vec<Nav>,
    pub crumbs: Vec<(String, String)>,
    pub person: Option<String>,
    pub duty: Option<String>,
    pub duties: Vec<DutyChoice>,
    pub proof: String,
    pub display: Display,
    pub demo: bool,
    /// Something was wrong: the title says so first.
    pub wrong: bool,
    /// Said once after an act.
    pub notice: Option<String>,
    /// What stands under the page on paper; empty for pages that nobody prints.
    pub paper_foot: String,
}

impl Frame {
    pub fn t(&self, key: &str) -> String {
        texts(self.lang).get(key, &[])
    }
    pub fn t1(&self, key: &str, name: &str, value: impl std::fmt::Display) -> String {
        texts(self.lang).get(key, &[(name, &value.to_string())])
    }
    pub fn href(&self, place: &str) -> String {
        if self.lang == Lang::En { format!("/en{place}") } else { place.to_owned() }
    }
    /// This page in a language.
    pub fn in_language(&self, lang: &str) -> String {
        if lang == "en" { format!("/en{}", if self.place == "/" { "" } else { self.place.as_str() }) } else { self.place.clone() }
    }
    /// A name of the deployment, else the neutral text.
    fn named(&self, vi: &str, en: &str, key: &str) -> String {
        let own = if self.lang == Lang::En && !en.is_empty() { en } else { vi };
        if own.is_empty() { self.t(key) } else { own.to_owned() }
    }
    pub fn product(&self) -> String {
        let b = ndp_server::problem::branding();
        self.named(&b.product, &b.product_en, "web-product")
    }
    pub fn agency(&self) -> String {
        let b = ndp_server::problem::branding();
        self.named(&b.agency, &b.agency_en, "web-agency")
    }
    /// The agency's name for narrow screens; empty where the long one serves.
    pub fn agency_short(&self) -> String {
        ndp_server::problem::branding().agency_short.clone()
    }
    /// Whom people ask for help; empty where the deployment names nobody.
    pub fn contact(&self) -> String {
        ndp_server::problem::branding().contact.clone()
    }
    pub fn official(&self) -> bool {
        ndp_server::problem::branding().official
    }
    pub fn emblem(&self) -> String {
        if ndp_server::problem::branding().picture.is_some() { "/static/emblem".to_owned() } else { assets::href("mark.svg") }
    }
    pub fn asset(&self, name: &str) -> String {
        assets::href(name)
    }
    pub fn icon(&self, name: &str) -> String {
        markup::icon(name)
    }
    pub fn html_class(&self) -> String {
        let size = ["", " s1", " s2"][usize::from(self.display.size.min(2))];
        let line = if self.display.underline { " ul" } else { "" };
        format!("ndp{size}{line}")
    }
    pub fn theme(&self) -> &'static str {
        ["", "light", "dark"][usize::from(self.display.theme.min(2))]
    }

    /// Without a person: public pages of problems.
    pub fn plain(lang: Lang, place: &str, title: &str) -> Frame {
        let place = place.strip_prefix("/en").filter(|r| r.is_empty() || r.starts_with(['/', '?'])).unwrap_or(place);
        let place = if place.starts_with('/') { place.to_owned() } else { format!("/{place}") };
        let mut frame = Frame {
            lang,
            title: title.to_owned(),
            place,
            nav: Vec::new(),
            crumbs: Vec::new(),
            person: None,
            duty: None,
            duties: Vec::new(),
            proof: String::new(),
            display: Display::default(),
            demo: ndp_server::problem::demo(),
            wrong: false,
            notice: None,
            paper_foot: String::new(),
        };
        frame.nav = frame.navigation(None, "", 0);
        frame
    }

    fn navigation(&self, duty: Option<Duty>, current: &str, tasks: usize) -> Vec<Nav> {
        let mut all: Vec<(&str, &str)> = Vec::new();
        match duty {
            None => all.extend([("/", "web-nav-list"), ("/tra-cuu", "web-nav-track"), ("/huong-dan", "web-nav-guide")]),
            Some(duty) => {
                all.push(("/viec", "web-nav-work"));
                let side = duty.side();
                let body = side == Side::Body;
                if !matches!(side, Side::Body | Side::Hired | Side::Locality | Side::Operator) && duty != Duty::Administrator {
                    if side != Side::Applicant {
                        all.push(("/de-xuat", "web-nav-entries"));
                    }
                    all.push(("/ho-so", if side == Side::Applicant { "web-nav-applications" } else { "web-nav-dossiers" }));
                    all.push(("/bo-tieu-chi", "web-nav-sets"));
                }
                if body || side == Side::Hired {
                    all.push(("/ho-so", "web-nav-dossiers"));
                }
                if body || matches!(side, Side::Managing | Side::Hired) {
                    all.push(("/danh-gia", "web-nav-evaluation"));
                }
                if duty.level() == Level::Records {
                    all.push(("/van-thu", "web-nav-records"));
                }
                // A body's letters are drafted by its secretary and signed by its chair.
                let letters = matches!(duty, Duty::Secretary | Duty::Chair | Duty::ViceChair);
                if letters || matches!(duty.level(), Level::Officer | Level::UnitHead | Level::FormChecker | Level::Signer) {
                    all.push(("/trinh-ky", "web-nav-papers"));
                }
                if matches!(side, Side::Focal | Side::Overseer) && duty != Duty::Administrator {
                    all.push(("/theo-doi", "web-nav-tracking"));
                }
                all.push(("/", "web-nav-list"));
                if side != Side::Applicant && side != Side::Body {
                    all.push(("/co-quan", "web-nav-organisations"));
                }
                if matches!(duty, Duty::Administrator) {
                    all.push(("/quan-tri", "web-nav-administration"));
                }
                if matches!(side, Side::Overseer) {
                    all.push(("/nhat-ky", "web-nav-audit"));
                }
            }
        }
        // A list that stands beside another one is found under it.
        let beside = duty.zip(kind_of(current.trim_start_matches('/'))).and_then(|(duty, kind)| related(duty.side(), kind).first());
        let under = beside.map(|first| format!("/{}", slug(*first)));
        let current = under.as_deref().unwrap_or(current);
        all.into_iter()
            .map(|(place, key)| Nav {
                href: self.href(place),
                label: self.t(key),
                current: place == current,
                count: if place == "/viec" { tasks } else { 0 },
            })
            .collect()
    }
}

/// The frame of a page; `current` is the navigation entry it stands under.
pub async fn frame(v: &Visitor, title: &str, current: &str) -> Result<Frame, Refused> {
    let tasks = crate::pages::work::waiting(v).await?;
    framed(v, title, current, tasks).await
}

/// The frame where it is known how many tasks wait.
pub async fn framed(v: &Visitor, title: &str, current: &str, tasks: usize) -> Result<Frame, Refused> {
    let mut frame = Frame::plain(v.lang, &v.place, title);
    frame.proof = v.proof.clone();
    frame.display = v.display;
    if let Some(signed_in) = &v.reading.signed_in {
        let account = signed_in.caller.account;
        frame.person = v.app.identity.store.persons(&[account]).await?.into_iter().next().map(|p| p.name);
        frame.person.get_or_insert_with(|| account.to_string());
        frame.duty = v.duty().map(|d| v.duty_name(d));
        let chosen = v.duty();
        frame.duties =
            v.duties.iter().map(|d| DutyChoice { value: v.app.name_of(d), label: v.duty_name(d), chosen: Some(d) == chosen }).collect();
    }
    frame.nav = frame.navigation(v.duty().map(|d| d.duty), current, tasks);
    Ok(frame)
}

/// A page as an answer.
pub fn page(template: &impl Template) -> Result<Response, Refused> {
    page_with(StatusCode::OK, template)
}

pub fn page_with(status: StatusCode, template: &impl Template) -> Result<Response, Refused> {
    let text = template.render().map_err(|e| ndp_identity::Denial::Fault(e.to_string()))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_POLICY)),
        (header::CONTENT_LANGUAGE, HeaderValue::from_static(if ndp_server::problem::lang() == Lang::Vi { "vi" } else { "en" })),
        (header::VARY, HeaderValue::from_static("cookie")),
        // What somebody saw must not come back from the browser's memory after signing out.
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((status, headers, text).into_response())
}

/// Kinds of records with the first part of their address.
pub const SLUGS: &[(Kind, &str)] = &[
    (Kind::ListEntry, "de-xuat"),
    (Kind::Dossier, "ho-so"),
    (Kind::CriteriaSet, "bo-tieu-chi"),
    (Kind::Opinion, "gop-y"),
    (Kind::Product, "san-pham"),
    (Kind::Body, "danh-gia"),
    (Kind::Declaration, "ke-khai"),
    (Kind::Sheet, "phieu"),
    (Kind::Recognition, "cong-nhan"),
    (Kind::Publication, "cong-bo"),
    (Kind::Document, "van-ban"),
    (Kind::Plan, "ke-hoach"),
    (Kind::Edition, "danh-sach"),
    (Kind::Reconsideration, "xem-xet-lai"),
    (Kind::Complaint, "khieu-nai"),
    (Kind::Objection, "phan-doi"),
    (Kind::ChangeProposal, "de-nghi-sua-doi"),
    (Kind::Links, "moi-lien-he"),
    (Kind::Readiness, "tu-danh-gia"),
    (Kind::Organisation, "co-quan"),
    (Kind::Account, "nguoi-dung"),
    (Kind::Reference, "du-lieu-tham-chieu"),
];

pub fn slug(kind: Kind) -> &'static str {
    SLUGS.iter().find(|(k, _)| *k == kind).map_or("", |(_, s)| s)
}

/// Kinds whose lists stand beside each other, under the first of them.
const RELATED: &[&[Kind]] = &[
    &[Kind::ListEntry, Kind::Publication, Kind::Edition, Kind::Plan, Kind::Product],
    &[Kind::CriteriaSet, Kind::ChangeProposal],
    &[Kind::Dossier, Kind::Recognition, Kind::Reconsideration, Kind::Complaint, Kind::Objection],
];

/// The same for whoever applies.
const RELATED_APPLIED: &[&[Kind]] =
    &[&[Kind::CriteriaSet], &[Kind::Dossier, Kind::Recognition, Kind::Product, Kind::Readiness, Kind::Reconsideration, Kind::Complaint]];

/// The lists beside that of a kind, for duties that work with them.
pub fn related(side: Side, kind: Kind) -> &'static [Kind] {
    let all = match side {
        Side::Managing | Side::Focal | Side::Overseer => RELATED,
        Side::Applicant => RELATED_APPLIED,
        _ => &[],
    };
    all.iter().find(|group| group.contains(&kind)).copied().unwrap_or_default()
}

/// The page under which records of a kind are listed for the reader, and its name: a paper stands where its reader
/// looks for papers.
pub fn above(v: &Visitor, kind: Kind) -> (String, String) {
    match kind {
        Kind::Document if v.duty().is_some_and(|d| d.duty.level() == Level::Records) => ("/van-thu".to_owned(), v.t("web-nav-records")),
        Kind::Document => ("/trinh-ky".to_owned(), v.t("web-nav-papers")),
        Kind::Account if v.is(Duty::Administrator) => ("/quan-tri".to_owned(), v.t("web-nav-administration")),
        _ => (format!("/{}", slug(kind)), v.t(&format!("kinds-{}", kind.name()))),
    }
}

pub fn kind_of(slug: &str) -> Option<Kind> {
    SLUGS.iter().find(|(_, s)| *s == slug).map(|(k, _)| *k)
}

/// Address of a record's page, without the language.
pub fn place_of(id: ndp_domain::id::Id) -> String {
    format!("/{}/{id}", slug(id.kind))
}
