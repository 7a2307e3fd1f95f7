//! One's own account, and how pages are shown to this browser.

use crate::frame::{Frame, frame, page, page_with};
use crate::say;
use crate::sent::Sent;
use crate::visitor::{DISPLAY, Display, Visitor, set_cookie};
use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use ndp_identity::Denial;
use ndp_server::caller::{SESSION, SignedIn};
use ndp_server::problem::{Edge, Refused};
use ndp_text::{Lang, key};

#[derive(Template)]
#[template(path = "account.html")]
struct Page {
    f: Frame,
    name: String,
    email: String,
    duties: Vec<String>,
    letters: String,
    /// Told of new tasks by letter.
    notices: bool,
    factor: bool,
    offered: String,
    /// The same as a square code, and its key for typing, in groups of four.
    square: String,
    secret: String,
    codes: Vec<String>,
    sessions: Vec<(String, String)>,
    error: String,
    error_at: &'static str,
}

fn me(v: &Visitor) -> Result<&SignedIn, Refused> {
    v.reading.signed_in.as_ref().ok_or_else(|| Edge::NotSignedIn.into())
}

async fn of(
    v: &Visitor,
    error: String,
    error_at: &'static str,
    offered: Option<ndp_identity::identity::SecondFactor>,
) -> Result<Response, Refused> {
    let signed_in = me(v)?;
    let account = signed_in.caller.account;
    let person = v.app.identity.store.persons(&[account]).await?.into_iter().next();
    let notices = v.app.identity.store.without_notices(&[account]).await?.is_empty();
    let credential = v.app.identity.store.credential(account).await?;
    let now = v.app.identity.clock.now();
    let sessions = v.app.identity.store.sessions(account, now).await?;
    let one = |s: &ndp_store::people::Session| {
        let started = say::when(&s.started_at).unwrap_or_default();
        let here = if s.id == signed_in.caller.session { v.t("web-session-here") } else { say::when(&s.seen_at).unwrap_or_default() };
        (v.t1("web-session-since", &[("at", &started)]), here)
    };
    let mut f = frame(v, &v.t("web-account"), "").await?;
    f.wrong = !error.is_empty();
    let status = if error.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let (url, codes) = offered.map(|o| (o.url, o.recovery_codes)).unwrap_or_default();
    let secret = url.split(['?', '&']).find_map(|p| p.strip_prefix("secret=")).unwrap_or_default();
    let secret: Vec<&str> = secret.as_bytes().chunks(4).filter_map(|four| std::str::from_utf8(four).ok()).collect();
    page_with(
        status,
        &Page {
            name: person.as_ref().map(|p| p.name.clone()).unwrap_or_default(),
            email: person.as_ref().map(|p| p.email.clone()).unwrap_or_default(),
            letters: person.map(|p| p.lang).unwrap_or_default(),
            notices,
            duties: f.duties.iter().map(|d| d.label.clone()).collect(),
            factor: credential.is_some_and(|c| c.totp_confirmed),
            square: crate::paper_foot::code(&url).filter(|_| !url.is_empty()).unwrap_or_default(),
            secret: secret.join(" "),
            offered: url,
            codes,
            sessions: sessions.iter().map(one).collect(),
            error,
            error_at,
            f,
        },
    )
}

/// `GET /tai-khoan`
pub async fn account(v: Visitor) -> Result<Response, Refused> {
    of(&v, String::new(), "", None).await
}

/// `GET` of what only forms post to: the page that has the form.
pub async fn home(v: Visitor) -> Response {
    back(&v)
}

fn back(v: &Visitor) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, v.href("/tai-khoan"))]).into_response()
}

/// `POST /tai-khoan/ngon-ngu`: letters: their language, and whether one comes for each new task.
pub async fn language(v: Visitor, sent: Sent) -> Result<Response, Refused> {
    let account = me(&v)?.caller.account;
    v.proved(sent.get("_proof"))?;
    let lang: Lang = sent.get("lang").parse().map_err(|_| Edge::Parameter("lang"))?;
    let notices = match sent.get("notices") {
        "on" => true,
        "off" => false,
        _ => return Err(Edge::Parameter("notices").into()),
    };
    v.app.identity.store.set_language(account, &lang.to_string()).await?;
    v.app.identity.store.set_notices(account, notices).await?;
    Ok(back(&v))
}

/// `POST /tai-khoan/mat-khau`: all sessions end, this one too.
pub async fn password(v: Visitor, sent: Sent) -> Result<Response, Refused> {
    let account = me(&v)?.caller.account;
    v.proved(sent.get("_proof"))?;
    match v.app.identity.change_password(account, sent.get("old"), sent.get("new")).await {
        Ok(()) => {
            let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, v.href("/dang-nhap"))]).into_response();
            response.headers_mut().extend(set_cookie(&v.app, SESSION, "", Some(0)));
            Ok(response)
        }
        Err(fault @ Denial::Fault(_)) => Err(fault.into()),
        Err(denial) => {
            let at = if matches!(denial, Denial::WrongCredentials | Denial::Locked(_)) { "old" } else { "new" };
            let error = if at == "old" { v.t("web-password-old-wrong") } else { v.t1(&key("problem", denial.code()), &[("n", "")]) };
            of(&v, error, at, None).await
        }
    }
}

/// `POST /tai-khoan/xac-thuc`: offers a second factor, confirms it, or drops it.
pub async fn second_factor(v: Visitor, sent: Sent) -> Result<Response, Refused> {
    let caller = me(&v)?.caller.clone();
    v.proved(sent.get("_proof"))?;
    let done = match sent.get("do") {
        "offer" => {
            let offered = v.app.identity.offer_second_factor(&caller).await?;
            return of(&v, String::new(), "", Some(offered)).await;
        }
        "confirm" => v
            .app
            .identity
            .confirm_second_factor(&caller, sent.get("code").trim())
            .await
            .map(|tokens| set_cookie(&v.app, SESSION, &tokens.refresh, None)),
        _ => v.app.identity.drop_second_factor(&caller).await.map(|()| None),
    };
    match done {
        Ok(cookie) => {
            let mut response = back(&v);
            response.headers_mut().extend(cookie);
            Ok(response)
        }
        Err(fault @ Denial::Fault(_)) => Err(fault.into()),
        Err(denial) => {
            let error = v.t1(&key("problem", denial.code()), &[("n", "")]);
            // What was offered stays before one's eyes until a code confirms it.
            let url = Some(sent.get("offered")).filter(|u| u.starts_with("otpauth://"));
            let recovery_codes = sent.all("recovery").map(str::to_owned).collect();
            let offered = url.map(|url| ndp_identity::identity::SecondFactor { url: url.to_owned(), recovery_codes });
            of(&v, error, "code", offered).await
        }
    }
}

/// `POST /tai-khoan/dang-xuat-moi-noi`
pub async fn everywhere(v: Visitor, sent: Sent) -> Result<Response, Refused> {
    let account = me(&v)?.caller.account;
    v.proved(sent.get("_proof"))?;
    v.app.identity.sign_out_everywhere(account, "everywhere").await?;
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, v.href("/dang-nhap"))]).into_response();
    response.headers_mut().extend(set_cookie(&v.app, SESSION, "", Some(0)));
    Ok(response)
}

/// Title, name of the field, and its options: value, text, chosen.
type Group = (String, &'static str, Vec<(String, String, bool)>);

#[derive(Template)]
#[template(path = "display.html")]
struct DisplayPage {
    f: Frame,
    to: String,
    groups: Vec<Group>,
}

/// `GET /hien-thi`
pub async fn display(v: Visitor) -> Result<Response, Refused> {
    let d = v.display;
    let group = |title: &str, name: &'static str, options: &[&str], chosen: u8| {
        let all =
            options.iter().enumerate().map(|(n, o)| (n.to_string(), v.t(&format!("web-display-{o}")), n == usize::from(chosen))).collect();
        (v.t(&format!("web-display-{title}")), name, all)
    };
    let groups = vec![
        group("size", "size", &["100", "115", "130"], d.size),
        group("theme", "theme", &["system", "light", "dark"], d.theme),
        group("links", "underline", &["links-hover", "links-always"], u8::from(d.underline)),
        group("keys", "keys", &["keys-on", "keys-off"], u8::from(d.no_keys)),
    ];
    let f = frame(&v, &v.t("web-display"), "").await?;
    page(&DisplayPage { f, to: "/".to_owned(), groups })
}

/// `POST /hien-thi`: kept in a cookie for a year; no account is needed.
pub async fn set_display(v: Visitor, sent: Sent) -> Result<Response, Refused> {
    let digit = |name: &str| sent.get(name).bytes().next().unwrap_or(b'0');
    let text: String = [digit("theme"), digit("size"), digit("underline"), digit("keys")].map(char::from).iter().collect();
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, v.href("/hien-thi"))]).into_response();
    response.headers_mut().extend(set_cookie(&v.app, DISPLAY, &Display::parse(&text).text(), Some(31_536_000)));
    Ok(response)
}
