//! Answers that say no: RFC 9457, a stable code, the text in the reader's language from one catalogue,
//! pointers to what is wrong, the legal ground. What was submitted is never repeated.

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ndp_domain::id::Id;
use ndp_domain::law::{self, Citation};
use ndp_domain::refusal::Family;
use ndp_engine::{InputMistake, Problem};
use ndp_identity::Denial;
use ndp_store::Fault;
use ndp_text::{Lang, key, texts};
use serde_json::{Value, json};

/// What a page may load: nothing but what this server gives, and no script or style in it.
pub const PAGE_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; font-src 'self'; img-src 'self'; frame-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

tokio::task_local! {
    /// Language of the request under way and its id; set by the outermost layer.
    pub static REQUEST: Request;
}

/// What every answer of a request needs.
#[derive(Debug, Clone)]
pub struct Request {
    pub id: std::sync::Arc<str>,
    pub lang: Lang,
    /// Where a page is asked for, rather than something of the API: its address.
    pub place: Option<String>,
    /// Whose house this is.
    pub branding: std::sync::Arc<crate::settings::Branding>,
    /// Is it a demonstration?
    pub demo: bool,
}

/// The document of a problem that an answer carries for whoever draws it again.
#[derive(Debug, Clone)]
pub struct Told(pub Value);

/// How a problem looks on a page; set once by whoever draws pages.
pub type Drawn = fn(&Value, Lang, &str) -> String;
pub static DRAWN: std::sync::OnceLock<Drawn> = std::sync::OnceLock::new();

/// The language of a page by its address; none for what is not a page.
pub fn page_of(path: &str) -> Option<Lang> {
    let first = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    match first {
        "api" | "health" | "metrics" | "static" => None,
        "en" => Some(Lang::En),
        _ => Some(Lang::Vi),
    }
}

/// Names and emblem of the deployment that answers.
pub fn branding() -> std::sync::Arc<crate::settings::Branding> {
    REQUEST.try_with(|r| r.branding.clone()).unwrap_or_default()
}

/// Does a demonstration answer?
pub fn demo() -> bool {
    REQUEST.try_with(|r| r.demo).unwrap_or_default()
}

pub fn lang() -> Lang {
    REQUEST.try_with(|r| r.lang).unwrap_or(Lang::Vi)
}

/// What stands in the way of a request.
#[derive(Debug)]
pub enum Refused {
    Engine(Problem),
    /// The record moved under an act that named no version.
    Conflict(Problem),
    Identity(Denial),
    /// A code of the edge itself, with its status and what the text needs.
    Edge(Edge),
}

/// Refusals of the edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    NotFound,
    NoSuchPage,
    MethodNotAllowed,
    NotSignedIn,
    DutyNeeded,
    DutyUnknown,
    ScopeTooNarrow,
    MediaType,
    TooLarge,
    TooSlow,
    TooMany(u64),
    Busy,
    Parameter(&'static str),
    KeyShape,
    MatchShape,
    CursorInvalid,
    UploadGone,
    UploadOffset(u64),
    UploadSize,
    TooManyUploads,
    FileType,
    FileName,
    FileEmpty,
    ArchiveBomb,
    FileQuarantined,
    FileInfected,
    SignedFileType,
    TooManyWebhooks,
    WebhookAddress,
    NotDemo,
    LengthWrong,
}

impl Edge {
    /// Every one, with sample fields: for the tests of the catalogue.
    pub const ALL: &'static [Edge] = &[
        Edge::NotFound,
        Edge::NoSuchPage,
        Edge::MethodNotAllowed,
        Edge::NotSignedIn,
        Edge::DutyNeeded,
        Edge::DutyUnknown,
        Edge::ScopeTooNarrow,
        Edge::MediaType,
        Edge::TooLarge,
        Edge::TooSlow,
        Edge::TooMany(5),
        Edge::Busy,
        Edge::Parameter("limit"),
        Edge::KeyShape,
        Edge::MatchShape,
        Edge::CursorInvalid,
        Edge::UploadGone,
        Edge::UploadOffset(0),
        Edge::UploadSize,
        Edge::TooManyUploads,
        Edge::FileType,
        Edge::FileName,
        Edge::FileEmpty,
        Edge::ArchiveBomb,
        Edge::FileQuarantined,
        Edge::FileInfected,
        Edge::SignedFileType,
        Edge::TooManyWebhooks,
        Edge::WebhookAddress,
        Edge::NotDemo,
        Edge::LengthWrong,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Edge::NotFound => "stream.not_found",
            Edge::NoSuchPage => "request.no_such_address",
            Edge::MethodNotAllowed => "request.method_not_allowed",
            Edge::NotSignedIn => "identity.not_signed_in",
            Edge::DutyNeeded => "request.duty_needed",
            Edge::DutyUnknown => "request.duty_unknown",
            Edge::ScopeTooNarrow => "identity.scope_too_narrow",
            Edge::MediaType => "request.media_type",
            Edge::TooLarge => "input.too_large",
            Edge::TooSlow => "request.too_slow",
            Edge::TooMany(_) => "request.too_many",
            Edge::Busy => "server.busy",
            Edge::Parameter(_) => "request.parameter",
            Edge::KeyShape => "request.key_shape",
            Edge::MatchShape => "request.match_shape",
            Edge::CursorInvalid => "request.cursor",
            Edge::UploadGone => "file.upload_gone",
            Edge::UploadOffset(_) => "file.upload_offset",
            Edge::UploadSize => "file.size",
            Edge::TooManyUploads => "file.too_many_uploads",
            Edge::FileType => "file.type",
            Edge::FileName => "file.name",
            Edge::FileEmpty => "file.empty",
            Edge::ArchiveBomb => "file.archive",
            Edge::FileQuarantined => "file.quarantined",
            Edge::FileInfected => "file.infected",
            Edge::SignedFileType => "file.signed_type",
            Edge::TooManyWebhooks => "webhook.too_many",
            Edge::WebhookAddress => "webhook.address",
            Edge::NotDemo => "request.not_demo",
            Edge::LengthWrong => "request.length",
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Edge::NotFound | Edge::NoSuchPage | Edge::NotDemo => StatusCode::NOT_FOUND,
            Edge::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Edge::NotSignedIn => StatusCode::UNAUTHORIZED,
            Edge::DutyNeeded
            | Edge::DutyUnknown
            | Edge::Parameter(_)
            | Edge::KeyShape
            | Edge::MatchShape
            | Edge::CursorInvalid
            | Edge::LengthWrong => StatusCode::BAD_REQUEST,
            Edge::ScopeTooNarrow => StatusCode::FORBIDDEN,
            Edge::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Edge::TooLarge | Edge::UploadSize => StatusCode::PAYLOAD_TOO_LARGE,
            Edge::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Edge::TooMany(_) | Edge::TooManyUploads => StatusCode::TOO_MANY_REQUESTS,
            Edge::Busy => StatusCode::SERVICE_UNAVAILABLE,
            Edge::UploadGone => StatusCode::GONE,
            Edge::UploadOffset(_) | Edge::FileQuarantined => StatusCode::CONFLICT,
            Edge::FileType
            | Edge::FileName
            | Edge::FileEmpty
            | Edge::ArchiveBomb
            | Edge::FileInfected
            | Edge::SignedFileType
            | Edge::WebhookAddress
            | Edge::TooManyWebhooks => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }

    fn args(self) -> Vec<(&'static str, String)> {
        match self {
            Edge::TooMany(seconds) => vec![("seconds", seconds.to_string())],
            Edge::Parameter(name) => vec![("parameter", name.to_owned())],
            Edge::UploadOffset(offset) => vec![("offset", offset.to_string())],
            _ => Vec::new(),
        }
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Refused {
        Refused::Engine(problem)
    }
}
impl From<Denial> for Refused {
    fn from(denial: Denial) -> Refused {
        Refused::Identity(denial)
    }
}
impl From<Edge> for Refused {
    fn from(edge: Edge) -> Refused {
        Refused::Edge(edge)
    }
}
impl From<Fault> for Refused {
    fn from(fault: Fault) -> Refused {
        Refused::Engine(Problem::Fault(fault))
    }
}

/// The catalogue's entry for a code: every key stands in both languages.
fn edge_text(lang: Lang, code: &str, args: &[(&str, &str)]) -> String {
    texts(lang).get(&key("problem", code), args)
}

fn ground(lang: Lang, citation: Citation) -> Value {
    let text = if lang == Lang::Vi { citation.vi } else { citation.en };
    json!(text)
}

fn mistakes(lang: Lang, all: &[InputMistake]) -> Value {
    let one = |m: &InputMistake| {
        let detail = texts(lang).get(&key("input", m.code.trim_start_matches("input.")), &[("expected", m.expected.as_str())]);
        json!({ "pointer": m.pointer, "code": m.code, "detail": detail })
    };
    Value::Array(all.iter().map(one).collect())
}

/// Is the database out of reach for now, rather than something wrong with a record?
pub fn passing(fault: &Fault) -> bool {
    !fault.is_of_a_record() && !matches!(fault, Fault::NotMigrated)
}

impl Refused {
    pub fn code(&self) -> &str {
        match self {
            Refused::Engine(problem) | Refused::Conflict(problem) => problem.code(),
            Refused::Identity(denial) => denial.code(),
            Refused::Edge(edge) => edge.code(),
        }
    }

    pub fn status(&self) -> StatusCode {
        match self {
            Refused::Edge(edge) => edge.status(),
            Refused::Conflict(_) => StatusCode::CONFLICT,
            Refused::Identity(denial) => match denial {
                Denial::TokenInvalid
                | Denial::TokenExpired
                | Denial::TokenReused
                | Denial::WrongCredentials
                | Denial::SecondFactorNeeded
                | Denial::SecondFactorWrong => StatusCode::UNAUTHORIZED,
                Denial::SecondFactorRequired => StatusCode::FORBIDDEN,
                Denial::Locked(_) => StatusCode::TOO_MANY_REQUESTS,
                Denial::ProviderUnknown => StatusCode::NOT_FOUND,
                Denial::ProviderRefused => StatusCode::FORBIDDEN,
                Denial::EmailTaken => StatusCode::CONFLICT,
                Denial::Fault(_) => StatusCode::SERVICE_UNAVAILABLE,
                _ => StatusCode::UNPROCESSABLE_ENTITY,
            },
            Refused::Engine(problem) => match problem {
                Problem::Invalid(all) => match all.first().map(|m| m.code.as_str()) {
                    Some("input.not_json" | "input.not_utf8" | "input.key_repeated" | "input.too_deep") => StatusCode::BAD_REQUEST,
                    Some("input.too_large") => StatusCode::PAYLOAD_TOO_LARGE,
                    _ => StatusCode::UNPROCESSABLE_ENTITY,
                },
                Problem::Denied(_) => StatusCode::FORBIDDEN,
                Problem::Refusal(refusal) => match refusal.family() {
                    Family::Stage => StatusCode::CONFLICT,
                    Family::Content => StatusCode::UNPROCESSABLE_ENTITY,
                },
                Problem::Stale { .. } => StatusCode::PRECONDITION_FAILED,
                Problem::KeyReused => StatusCode::UNPROCESSABLE_ENTITY,
                Problem::Fault(fault) if passing(fault) => StatusCode::SERVICE_UNAVAILABLE,
                Problem::Fault(_) => StatusCode::INTERNAL_SERVER_ERROR,
            },
        }
    }

    /// The document, in a language.
    pub fn document(&self, lang: Lang) -> Value {
        let status = self.status();
        let t = texts(lang);
        let code = self.code().to_owned();
        let mut document = json!({ "type": format!("urn:ndp:problem:{code}"), "status": status.as_u16(), "code": code });
        let mut put = |name: &str, value: Value| {
            if let Some(object) = document.as_object_mut() {
                object.insert(name.to_owned(), value);
            }
        };
        put("title", json!(t.get(&format!("problem-status-{}", status.as_u16()), &[])));
        match self {
            Refused::Edge(edge) => {
                let owned = edge.args();
                let args: Vec<(&str, &str)> = owned.iter().map(|(k, v)| (*k, v.as_str())).collect();
                put("detail", json!(edge_text(lang, edge.code(), &args)));
                if let Edge::UploadOffset(offset) = edge {
                    put("offset", json!(offset));
                }
            }
            Refused::Identity(Denial::Fault(_)) => put("detail", json!(edge_text(lang, "fault", &[]))),
            Refused::Identity(denial) => {
                let number = match denial {
                    Denial::Locked(seconds) => seconds.to_string(),
                    Denial::LifetimeWrong(days) => days.to_string(),
                    _ => String::new(),
                };
                put("detail", json!(edge_text(lang, denial.code(), &[("n", number.as_str())])));
            }
            Refused::Engine(problem) | Refused::Conflict(problem) => match problem {
                Problem::Invalid(all) => {
                    put("detail", json!(edge_text(lang, "invalid", &[])));
                    put("errors", mistakes(lang, all));
                }
                Problem::Denied(denied) => {
                    put("detail", json!(t.get(&key("denied", denied.code().trim_start_matches("authority.")), &[])));
                    put("legal_basis", ground(lang, law::CHOICE));
                }
                Problem::Refusal(refusal) => {
                    put("detail", json!(t.refusal(refusal)));
                    put("legal_basis", ground(lang, refusal.law()));
                }
                Problem::Stale { version, .. } => {
                    put("detail", json!(edge_text(lang, "stream.stale", &[])));
                    put("version", json!(version));
                }
                Problem::KeyReused => put("detail", json!(edge_text(lang, "request.key_reused", &[]))),
                Problem::Fault(fault) => {
                    let code = if matches!(fault, Fault::Unwritable(_)) {
                        "fault.unwritable"
                    } else if passing(fault) {
                        "fault"
                    } else {
                        "fault.record"
                    };
                    put("detail", json!(edge_text(lang, code, &[])));
                }
            },
        }
        if let Ok(id) = REQUEST.try_with(|r| r.id.clone()) {
            put("instance", json!(format!("urn:ndp:request:{id}")));
        }
        document
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = self.status();
        if let Refused::Engine(Problem::Fault(fault)) = &self {
            tracing::error!(%fault, "fault");
        }
        if let Refused::Identity(Denial::Fault(fault)) = &self {
            tracing::error!(%fault, "fault");
        }
        let lang = lang();
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(if lang == Lang::Vi { "vi" } else { "en" }));
        let wait = match &self {
            Refused::Identity(Denial::Locked(seconds)) | Refused::Edge(Edge::TooMany(seconds)) => Some(*seconds),
            _ if status == StatusCode::SERVICE_UNAVAILABLE => Some(2),
            _ => None,
        };
        if let Some(seconds) = wait {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        let document = self.document(lang);
        let place = REQUEST.try_with(|r| r.place.clone()).ok().flatten();
        let mut response = match (place, DRAWN.get()) {
            (Some(place), Some(drawn)) => {
                headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
                headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_POLICY));
                headers.remove(header::WWW_AUTHENTICATE);
                let mut response = (status, drawn(&document, lang, &place)).into_response();
                response.extensions_mut().insert(Told(document));
                response
            }
            _ => (status, Json(document)).into_response(),
        };
        response.headers_mut().extend(headers);
        response
    }
}

/// A record that does not exist, or that the caller may not know of: one answer for both.
pub fn not_found(_id: Id) -> Refused {
    Edge::NotFound.into()
}
