//! Evidence beside what it proves: chosen by name, shown in place where a browser can, its hash checked. A
//! reading is noted when the browser asks for the file, as for a download.

use crate::frame::{Frame, kind_of, place_of};
use crate::markup::esc;
use crate::say;
use crate::visitor::Visitor;
use askama::Template;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use ndp_domain::canonical::Hash;
use ndp_domain::id::Id;
use ndp_domain::list_entry::Attachment;
use ndp_engine::orders;
use ndp_server::problem::{Edge, Refused};
use ndp_store::files::Attached;
use ndp_store::seen::Seen;

/// What browsers show in place and cannot run.
const SHOWN: &[&str] = &["application/pdf", "image/png", "image/jpeg"];

/// Which file was asked for, and which page of it.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub file: String,
    pub page: u32,
}

struct Tab {
    sha256: String,
    name: String,
    chosen: bool,
}

struct Shown {
    /// Where the file is downloaded.
    href: String,
    /// Where it is shown in place; empty where a browser cannot.
    inside: String,
    image: bool,
    name: String,
    size: String,
    hash: String,
    intact: bool,
}

#[derive(Template)]
#[template(path = "evidence.html")]
struct View<'a> {
    f: &'a Frame,
    tabs: Vec<Tab>,
    shown: Option<Shown>,
    page: u32,
    statement: String,
    said: String,
}

/// A file of a record as a link and, where a browser can, shown in place.
pub fn in_place(v: &Visitor, id: Id, kept: &Attached) -> String {
    let href = v.href(&format!("{}/tep/{}", place_of(id), kept.sha256));
    let (name, href) = (esc(&kept.name), esc(&href));
    let link = format!("<p><a href=\"{href}\">{}{name}</a></p>", crate::markup::icon("document"));
    let inside = match kept.media_type.as_str() {
        kind if kept.state != "clean" || !SHOWN.contains(&kind) => String::new(),
        kind if kind.starts_with("image/") => format!("<img class=\"seen\" src=\"{href}/xem\" alt=\"{name}\">"),
        _ => format!("<iframe class=\"seen\" title=\"{name}\" src=\"{href}/xem#navpanes=0&amp;view=FitH\"></iframe>"),
    };
    format!("<div class=\"pad evidence\">{link}{inside}</div>")
}

/// The card of evidence; its buttons belong to the form `sheet`, so that nothing written is lost.
pub async fn beside(
    v: &Visitor,
    f: &Frame,
    seen: &Seen,
    files: &[Attachment],
    [statement, none]: [&str; 2],
    wanted: &Wanted,
) -> Result<String, Refused> {
    let here = ndp_server::evidence::files_of(&v.app, &v.reading, seen).await?;
    let chosen = files.iter().find(|a| a.sha256.to_string() == wanted.file).or_else(|| files.first());
    let tab = |a: &Attachment| Tab {
        sha256: a.sha256.to_string(),
        name: a.name.to_string(),
        chosen: chosen.is_some_and(|c| c.sha256 == a.sha256),
    };
    let shown = match chosen.and_then(|a| here.iter().find(|h| h.sha256 == a.sha256)) {
        Some(kept) if kept.state == "clean" => {
            let href = format!("{}/tep/{}", place_of(seen.loaded.id), kept.sha256);
            let place = SHOWN.contains(&kept.media_type.as_str());
            let hash = kept.sha256.to_string();
            Some(Shown {
                inside: if place { format!("{href}/xem") } else { String::new() },
                image: kept.media_type.starts_with("image/"),
                name: kept.name.clone(),
                size: say::size(kept.size, v.lang),
                hash: format!("{}…{}", hash.get(..4).unwrap_or_default(), hash.get(60..).unwrap_or_default()),
                intact: v.app.files.intact(kept.sha256).await.unwrap_or(false),
                href,
            })
        }
        _ => None,
    };
    let said = if files.is_empty() {
        none.to_owned()
    } else if shown.is_none() {
        v.t("web-evidence-not-here")
    } else {
        String::new()
    };
    let view = View { f, tabs: files.iter().map(tab).collect(), shown, page: wanted.page, statement: statement.to_owned(), said };
    view.render().map_err(|e| ndp_identity::Denial::Fault(e.to_string()).into())
}

/// `GET /{slug}/{id}/tep/{sha256}/xem`: the file to be shown within a page of ours. Anything but a PDF or a
/// picture is a download there too.
pub async fn inside(v: Visitor, Path((slug, id, sha256)): Path<(String, String, String)>, headers: HeaderMap) -> Result<Response, Refused> {
    v.acting()?;
    let kind = kind_of(&slug).ok_or(Edge::NoSuchPage)?;
    Hash::parse(&sha256).ok_or(Edge::NotFound)?;
    let path = (orders::plural(kind).to_owned(), id, sha256);
    let acting = ndp_server::caller::Acting(v.reading.clone());
    let mut response = ndp_server::evidence::download(axum::extract::State(v.app.clone()), Path(path), headers, acting).await?;
    let out = response.headers_mut();
    let shown = out.get(header::CONTENT_TYPE).and_then(|t| t.to_str().ok()).is_some_and(|t| SHOWN.contains(&t));
    if shown {
        out.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static("inline"));
        out.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'self'"));
    }
    Ok(response)
}
