//! What stood in the way, as a page: why, and what may be done about it.

use crate::frame::{Frame, frame};
use crate::markup;
use crate::visitor::Visitor;
use askama::Template;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::{Method, header};
use axum::middleware::Next;
use axum::response::Response;
use ndp_server::App;
use ndp_server::problem::Told;
use ndp_text::{Lang, texts};
use serde_json::Value;

#[derive(Template)]
#[template(path = "problem.html")]
struct Page {
    f: Frame,
    status: u64,
    detail: String,
    law: String,
    errors: Vec<String>,
    incident: String,
}

fn text(document: &Value, name: &str) -> String {
    document.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// The page of a problem document. Somebody who is not signed in is asked to sign in, and comes back here.
pub fn drawn(document: &Value, lang: Lang, place: &str) -> String {
    let code = text(document, "code");
    if code == "identity.not_signed_in" || code == "identity.token_invalid" {
        return super::sign_in::drawn(lang, place, None);
    }
    within(Frame::plain(lang, place, &text(document, "title")), document)
}

/// What went wrong for somebody who is signed in stands in their own page, with their way on.
pub async fn at_home(State(app): State<App>, request: Request, next: Next) -> Response {
    let (asked, body) = request.into_parts();
    let again = asked.headers.contains_key(header::COOKIE).then(|| asked.clone());
    let response = next.run(Request::from_parts(asked, body)).await;
    let told = response.extensions().get::<Told>().filter(|_| !response.status().is_server_error()).cloned();
    let (Some(Told(document)), Some(mut asked)) = (told, again) else { return response };
    // A page to look at is asked for, whatever was sent.
    asked.method = Method::GET;
    let Ok(v) = Visitor::from_request_parts(&mut asked, &app).await else { return response };
    match frame(&v, &text(&document, "title"), "").await {
        Ok(f) if v.signed_in() => Response::from_parts(response.into_parts().0, within(f, &document).into()),
        _ => response,
    }
}

fn within(mut f: Frame, document: &Value) -> String {
    let text = |name: &str| text(document, name);
    let (code, lang) = (text("code"), f.lang);
    f.wrong = true;
    let errors = document.get("errors").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let errors = errors.iter().filter_map(|e| e.get("detail").and_then(Value::as_str)).map(str::to_owned).collect();
    let mut detail = text("detail");
    // Texts that speak of headers and addresses of the API are for programs; pages have their own.
    if let Some(own) = texts(lang).find(&ndp_text::key("web-problem", &code), &[]) {
        detail = own;
    }
    let page = Page {
        status: document.get("status").and_then(Value::as_u64).unwrap_or(500),
        // Our own conventions are nobody's law.
        law: Some(text("legal_basis"))
            .filter(|law| law != ndp_domain::law::CHOICE.vi && law != ndp_domain::law::CHOICE.en)
            .unwrap_or_default(),
        incident: text("instance").rsplit(':').next().unwrap_or_default().to_owned(),
        f,
        detail,
        errors,
    };
    page.render().unwrap_or_else(|_| markup::esc(&page.detail))
}
