//! Pages that only say something: guidance, the statement on accessibility.

use crate::frame::{Frame, frame, page};
use crate::visitor::Visitor;
use askama::Template;
use axum::response::Response;
use ndp_domain::authority::Duty;
use ndp_server::problem::Refused;

#[derive(Template)]
#[template(path = "text.html")]
struct Text {
    f: Frame,
    /// The reader's own duty and its steps, then the others.
    mine: Option<Steps>,
    parts: Vec<Part>,
    duties: Vec<Steps>,
}

/// What somebody in a duty does, in order.
struct Steps {
    title: String,
    steps: Vec<String>,
}

/// A paragraph under its heading, with the pages that it speaks of.
struct Part {
    title: String,
    text: String,
    links: Vec<(String, String)>,
}

/// A title with what was wrong, and the way back.
#[derive(Template)]
#[template(path = "plain.html")]
pub struct Plain {
    f: Frame,
    errors: Vec<(String, String)>,
    back: String,
}

impl Plain {
    pub fn of(f: Frame, errors: Vec<(String, String)>, back: String) -> Plain {
        Plain { f, errors, back }
    }
}

/// The steps of a duty; the text has them between bars.
fn steps(v: &Visitor, duty: Duty, title: String) -> Steps {
    let text = v.t(&format!("web-guide-duty-{}", duty.code()));
    Steps { title, steps: text.split('|').map(|step| step.trim().to_owned()).collect() }
}

/// Parts of the guidance with the pages that each speaks of.
const GUIDE: &[(&str, &[(&str, &str)])] = &[
    ("web-guide-1", &[("/", "web-nav-list"), ("/tra-cuu", "web-nav-track")]),
    ("web-guide-2", &[("/de-xuat", "kinds-list_entry"), ("/trinh-ky", "web-nav-papers"), ("/van-thu", "web-nav-records")]),
    ("web-guide-3", &[("/bo-tieu-chi", "kinds-criteria_set")]),
    ("web-guide-4", &[("/bo-tieu-chi", "web-apply-choose"), ("/ho-so", "kinds-dossier")]),
    ("web-guide-5", &[("/viec", "web-nav-work"), ("/danh-gia", "web-nav-evaluation")]),
    ("web-guide-6", &[("/", "web-nav-list")]),
    ("web-guide-7", &[("/dang-nhap", "web-sign-in"), ("/mat-khau/quen", "web-forgot")]),
];

/// Whom to ask: the contact of the deployment, else whoever gave the account.
fn whom(v: &Visitor, key: &str) -> String {
    let contact = ndp_server::problem::branding().contact.clone();
    let contact = if contact.is_empty() { v.t("web-contact-none") } else { contact };
    v.t1(key, &[("contact", &contact)])
}

/// `GET /huong-dan`
pub async fn guide(v: Visitor) -> Result<Response, Refused> {
    let part = |(key, links): &(&str, &[(&str, &str)])| Part {
        title: v.t(key),
        text: whom(&v, &format!("{key}-text")),
        links: links.iter().map(|(href, label)| ((*href).to_owned(), v.t(label))).collect(),
    };
    let parts = GUIDE.iter().map(part).collect();
    let name = |duty: Duty| v.t(&format!("duty-{}", duty.code()));
    let own = v.duty().map(|d| d.duty).filter(|d| *d != Duty::Public);
    let mine = own.map(|duty| steps(&v, duty, v.t1("web-duties-mine", &[("duty", &name(duty))])));
    let others = Duty::ALL.iter().filter(|d| **d != Duty::Public && Some(**d) != own);
    let duties = others.map(|d| steps(&v, *d, name(*d))).collect();
    let f = frame(&v, &v.t("web-nav-guide"), "/huong-dan").await?;
    page(&Text { f, mine, parts, duties })
}

/// `GET /kha-nang-tiep-can`
pub async fn accessibility(v: Visitor) -> Result<Response, Refused> {
    let part = |n: u8| Part { title: String::new(), text: whom(&v, &format!("web-accessibility-{n}")), links: Vec::new() };
    let parts = (1..=4).map(part).collect();
    let f = frame(&v, &v.t("web-accessibility"), "").await?;
    page(&Text { f, mine: None, parts, duties: Vec::new() })
}
