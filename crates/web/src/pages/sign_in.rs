//! Signing in and out on pages. What somebody was sending when their session ended is kept in the page
//! that asks them to sign in, and comes back filled in; nothing of it rests anywhere else.

use crate::frame::{Frame, frame, page, page_with};
use crate::sent::Sent;
use crate::visitor::{Visitor, escaped, plain_place, proof_of, same_site, set_cookie};
use askama::Template;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use ndp_identity::{Denial, Tokens};
use ndp_server::App;
use ndp_server::caller::{ASKED, CHOSEN, SESSION, cookie};
use ndp_server::problem::{Edge, Refused, lang};
use ndp_text::{Lang, key, texts};

#[derive(Template)]
#[template(path = "sign_in.html")]
struct Page {
    f: Frame,
    to: String,
    kept: bool,
    kept_body: String,
    again: bool,
    email: String,
    code_needed: bool,
    error: String,
    error_at: &'static str,
    providers: Vec<String>,
}

/// The page that asks to sign in and goes on to `place`; with what was being sent there.
pub fn drawn(lang: Lang, place: &str, sent: Option<&Sent>) -> String {
    let f = Frame::plain(lang, place, &texts(lang).get("web-sign-in", &[]));
    let to = f.place.clone();
    let kept_body = sent.map(Sent::kept).unwrap_or_default();
    let page = Page {
        f,
        to,
        kept: sent.is_some(),
        kept_body,
        again: sent.is_none(),
        email: String::new(),
        code_needed: false,
        error: String::new(),
        error_at: "",
        providers: Vec::new(),
    };
    page.render().unwrap_or_default()
}

/// Somebody's form came without a session: it is kept in the page that asks them to sign in.
pub fn ended(v: &Visitor, sent: &Sent) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, ndp_server::problem::PAGE_POLICY),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (StatusCode::UNAUTHORIZED, headers, drawn(v.lang, &v.place, Some(sent))).into_response()
}

/// Only places of ours are gone back to.
fn safe(to: &str) -> String {
    let fine = to.starts_with('/') && !to.starts_with("//") && !to.contains('\\') && !to.chars().any(char::is_control);
    if fine && to.len() <= 2_000 && !to.starts_with("/dang-nhap") { to.to_owned() } else { "/viec".to_owned() }
}

/// `GET /dang-nhap`
pub async fn ask(v: Visitor) -> Result<Response, Refused> {
    let f = frame(&v, &v.t("web-sign-in"), "").await?;
    let providers = v.app.identity.providers.iter().map(|p| p.name.clone()).collect();
    let (to, nothing) = ("/viec".to_owned(), String::new());
    page(&Page {
        f,
        to,
        kept: false,
        kept_body: nothing.clone(),
        again: false,
        email: nothing.clone(),
        code_needed: false,
        error: nothing,
        error_at: "",
        providers,
    })
}

/// `POST /dang-nhap`
pub async fn sign_in(State(app): State<App>, headers: HeaderMap, uri: Uri, sent: Sent) -> Result<Response, Refused> {
    same_site(&app, &headers)?;
    let lang = lang();
    let (email, password, code) = (sent.get("email").trim(), sent.get("password"), sent.get("code").trim());
    let to = safe(sent.get("to"));
    let answer = if email.is_empty() || password.is_empty() || email.len() > 254 || password.len() > 1024 {
        Err(Denial::WrongCredentials)
    } else {
        app.identity.sign_in(email, password, (!code.is_empty()).then_some(code)).await
    };
    match answer {
        Ok(tokens) => signed_in(&app, &tokens, lang, &to, sent.get("kept")).await,
        Err(fault @ Denial::Fault(_)) => Err(fault.into()),
        Err(denial) => {
            let needed = matches!(denial, Denial::SecondFactorNeeded | Denial::SecondFactorWrong);
            let mut f = Frame::plain(lang, &plain_place(&uri), &texts(lang).get("web-sign-in", &[]));
            f.wrong = true;
            let seconds = if let Denial::Locked(seconds) = denial { seconds.to_string() } else { String::new() };
            let error = texts(lang).get(&key("problem", denial.code()), &[("n", &seconds)]);
            let status = Refused::from(denial).status();
            let kept = sent.get("kept");
            page_with(
                status,
                &Page {
                    f,
                    to,
                    kept: !kept.is_empty(),
                    kept_body: kept.to_owned(),
                    again: false,
                    email: email.to_owned(),
                    code_needed: needed,
                    error,
                    error_at: if needed { "code" } else { "email" },
                    providers: app.identity.providers.iter().map(|p| p.name.clone()).collect(),
                },
            )
        }
    }
}

#[derive(Template)]
#[template(path = "go_on.html")]
struct GoOn {
    f: Frame,
    to: String,
    pairs: Vec<(String, String)>,
}

async fn signed_in(app: &App, tokens: &Tokens, lang: Lang, to: &str, kept: &str) -> Result<Response, Refused> {
    let standing = app.duties.of(app, tokens.session.account).await?.ok_or(Denial::WrongCredentials)?;
    if standing.suspended {
        app.identity.sign_out(tokens.session.id).await?;
        return Err(ndp_engine::Problem::Denied(ndp_domain::authority::Denied::AccountSuspended).into());
    }
    let cookie = set_cookie(app, SESSION, &tokens.refresh, None);
    let place = if lang == Lang::En { format!("/en{to}") } else { to.to_owned() };
    if kept.is_empty() {
        let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, place)]).into_response();
        response.headers_mut().extend(cookie);
        return Ok(response);
    }
    // What was typed goes back to its form, to be looked at and sent once more by its person.
    let before = Sent::of_text(kept);
    let mut f = Frame::plain(lang, to, &texts(lang).get("web-go-on", &[]));
    f.proof = proof_of(&tokens.refresh);
    let plain = before.plain.into_iter().filter(|(n, _)| !matches!(n.as_str(), "_proof" | "_do" | "_key"));
    let pairs = before.pairs.0.into_iter().chain(plain).collect();
    let mut response = page(&GoOn { f, to: to.to_owned(), pairs })?;
    response.headers_mut().extend(cookie);
    Ok(response)
}

/// `POST /dang-xuat`
pub async fn sign_out(v: Visitor, sent: Sent) -> Result<Response, Refused> {
    if let Some(signed_in) = &v.reading.signed_in {
        v.proved(sent.get("_proof"))?;
        v.app.identity.sign_out(signed_in.caller.session).await?;
    }
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, v.href("/"))]).into_response();
    response.headers_mut().extend(set_cookie(&v.app, SESSION, "", Some(0)));
    response.headers_mut().append(header::SET_COOKIE, set_cookie(&v.app, CHOSEN, "", Some(0)).ok_or(Edge::NotFound)?.1);
    Ok(response)
}

/// `POST /nhiem-vu`: the duty in which pages are read and acted on from now on.
pub async fn choose_duty(v: Visitor, sent: Sent) -> Result<Response, Refused> {
    if !v.signed_in() {
        return Err(Edge::NotSignedIn.into());
    }
    v.proved(sent.get("_proof"))?;
    let named = ndp_server::duties::Named::parse(sent.get("duty")).ok_or(Edge::DutyUnknown)?;
    let chosen = v.app.choose(&v.duties, &named)?;
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, v.href("/viec"))]).into_response();
    response.headers_mut().extend(set_cookie(&v.app, CHOSEN, &escaped(&v.app.name_of(&chosen)), None));
    Ok(response)
}

#[derive(Template)]
#[template(path = "password.html")]
struct Password {
    f: Frame,
    action: String,
    /// Asks for an address, or for a new password.
    setting: bool,
    token: String,
    done: bool,
    error: String,
}

/// `GET /mat-khau/quen`
pub async fn forgot(v: Visitor) -> Result<Response, Refused> {
    let f = frame(&v, &v.t("web-forgot"), "").await?;
    page(&Password { f, action: "/mat-khau/quen".to_owned(), setting: false, token: String::new(), done: false, error: String::new() })
}

/// `POST /mat-khau/quen`: the same answer for every address.
pub async fn ask_reset(v: Visitor, sent: Sent) -> Result<Response, Refused> {
    let email = sent.get("email").trim();
    if (3..=254).contains(&email.len()) {
        v.app.identity.ask_reset(email).await?;
    }
    let f = frame(&v, &v.t("web-forgot"), "").await?;
    page(&Password { f, action: String::new(), setting: false, token: String::new(), done: true, error: String::new() })
}

#[derive(Debug, serde::Deserialize)]
pub struct Letter {
    #[serde(default)]
    token: String,
}

/// `GET /mat-khau/dat/{purpose}?token=…`: from a letter.
pub async fn new_password(
    v: Visitor,
    Path(purpose): Path<String>,
    axum::extract::Query(letter): axum::extract::Query<Letter>,
) -> Result<Response, Refused> {
    if !matches!(purpose.as_str(), "invitation" | "reset") {
        return Err(Edge::NoSuchPage.into());
    }
    let mut v = v;
    // The secret of a letter does not stay in the page's own links.
    v.place = format!("/mat-khau/dat/{purpose}");
    let f = frame(&v, &v.t("web-password-set"), "").await?;
    page(&Password { f, action: format!("/mat-khau/dat/{purpose}"), setting: true, token: letter.token, done: false, error: String::new() })
}

/// `POST /mat-khau/dat/{purpose}`
pub async fn set_password(v: Visitor, Path(purpose): Path<String>, sent: Sent) -> Result<Response, Refused> {
    let purpose: &'static str = match purpose.as_str() {
        "invitation" => "invitation",
        "reset" => "reset",
        _ => return Err(Edge::NoSuchPage.into()),
    };
    let f = frame(&v, &v.t("web-password-set"), "").await?;
    match v.app.identity.accept(sent.get("token"), purpose, sent.get("password")).await {
        Ok(_) => page(&Password { f, action: String::new(), setting: true, token: String::new(), done: true, error: String::new() }),
        Err(fault @ Denial::Fault(_)) => Err(fault.into()),
        Err(denial) => {
            let error = v.t1(&key("problem", denial.code()), &[("n", "")]);
            let mut f = f;
            f.wrong = true;
            let action = format!("/mat-khau/dat/{purpose}");
            page_with(
                StatusCode::UNPROCESSABLE_ENTITY,
                &Password { f, action, setting: true, token: sent.get("token").to_owned(), done: false, error },
            )
        }
    }
}

/// `GET /dang-nhap/oidc/{provider}`
pub async fn ask_provider(v: Visitor, Path(provider): Path<String>) -> Result<Response, Refused> {
    let url = v.app.identity.ask_provider(&provider).await?;
    let state = url.split(['?', '&']).find_map(|p| p.strip_prefix("state=")).unwrap_or_default().to_owned();
    let mut response = (StatusCode::SEE_OTHER, [(header::LOCATION, url)]).into_response();
    response.headers_mut().extend(set_cookie(&v.app, ASKED, &proof_of(&state), Some(900)));
    Ok(response)
}

#[derive(Debug, serde::Deserialize)]
pub struct Answered {
    state: Option<String>,
    code: Option<String>,
}

/// `GET /dang-nhap/oidc`: back from there, in the browser that asked.
pub async fn answer_of_provider(
    v: Visitor,
    headers: HeaderMap,
    axum::extract::Query(answer): axum::extract::Query<Answered>,
) -> Result<Response, Refused> {
    let (Some(state), Some(code)) = (answer.state, answer.code) else { return Err(Denial::ProviderRefused.into()) };
    if cookie(&v.app, &headers, ASKED).as_deref() != Some(proof_of(&state).as_str()) {
        return Err(Denial::ProviderRefused.into());
    }
    let tokens = v.app.identity.answer_of_provider(&state, &code).await?;
    signed_in(&v.app, &tokens, v.lang, "/viec", "").await
}
