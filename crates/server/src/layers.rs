//! What surrounds every request: an id, a language, limits, a log line without personal data,
//! safe headers, and problems for whatever went wrong on the way.

use crate::caller::Bearer;
use crate::problem::{Edge, REQUEST, Refused, Request as About};
use crate::{App, Settings};
use axum::Router;
use axum::body::Body;
use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use ndp_identity::Denial;
use ndp_text::Lang;
use std::cell::RefCell;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tracing::Instrument;
use uuid::Uuid;

/// Limits of one process.
#[derive(Debug)]
pub struct Limits {
    sessions: DefaultKeyedRateLimiter<Uuid>,
    addresses: DefaultKeyedRateLimiter<IpAddr>,
    /// Sign-ins, and requests with a token that is nobody's.
    sign_ins: DefaultKeyedRateLimiter<IpAddr>,
    running: AtomicUsize,
    most: usize,
}

fn quota(a_minute: u32) -> Quota {
    Quota::per_minute(NonZeroU32::new(a_minute).unwrap_or(NonZeroU32::MIN))
}

impl Limits {
    pub fn new(settings: &Settings) -> Limits {
        Limits {
            sessions: RateLimiter::keyed(quota(settings.rate_account)),
            addresses: RateLimiter::keyed(quota(settings.rate_address)),
            sign_ins: RateLimiter::keyed(quota(settings.rate_sign_in)),
            running: AtomicUsize::new(0),
            most: settings.concurrency,
        }
    }

    /// Forgets who was not here lately.
    pub fn forget(&self) {
        self.sessions.retain_recent();
        self.addresses.retain_recent();
        self.sign_ins.retain_recent();
    }
}

fn checked<K: std::hash::Hash + Eq + Clone>(limiter: &DefaultKeyedRateLimiter<K>, key: &K) -> Result<(), Refused> {
    limiter.check_key(key).map_err(|until| {
        let wait = until.wait_time_from(DefaultClock::default().now());
        Edge::TooMany(wait.as_secs().max(1)).into()
    })
}

/// A request that runs.
struct Turn<'a>(&'a AtomicUsize);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn language(headers: &HeaderMap) -> Lang {
    let given = headers.get(header::ACCEPT_LANGUAGE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let mut best: (f32, Lang) = (0.0, Lang::Vi);
    for part in given.split(',').take(20) {
        let (tag, weight) = part.split_once(";q=").map_or((part, 1.0), |(t, q)| (t, q.trim().parse().unwrap_or(0.0)));
        let primary = tag.trim().split('-').next().unwrap_or_default().to_ascii_lowercase();
        if let Ok(lang) = primary.parse::<Lang>()
            && weight > best.0
        {
            best = (weight, lang);
        }
    }
    best.1
}

/// The caller's own id of a request, if it is harmless; otherwise ours: the process, drawn at its start, and the
/// number of the request in it.
fn request_id(headers: &HeaderMap) -> Arc<str> {
    static PROCESS: LazyLock<u64> = LazyLock::new(|| Uuid::new_v4().as_u64_pair().0);
    static REQUESTS: AtomicU64 = AtomicU64::new(0);
    let fine = |t: &&str| (8..=64).contains(&t.len()) && t.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    let given = headers.get("x-request-id").and_then(|v| v.to_str().ok()).filter(fine);
    given.map_or_else(|| format!("{:016x}{:012x}", *PROCESS, REQUESTS.fetch_add(1, Ordering::Relaxed)).into(), Arc::from)
}

/// Where a request comes from; a proxy is believed only if it is ours.
fn address(request: &Request, settings: &Settings) -> IpAddr {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |c| c.0.ip());
    if !settings.proxies.contains(peer) {
        return peer;
    }
    // The last address in the line that is not one of our proxies.
    let line = request.headers().get_all("x-forwarded-for").iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(','));
    let line: Vec<Option<IpAddr>> = line.map(|a| a.trim().parse().ok()).collect();
    // What cannot be read is not passed over: to its left stands whatever the client wrote.
    let readable = line.into_iter().rev().map_while(|a| a);
    readable.into_iter().find(|a| !settings.proxies.contains(*a)).unwrap_or(peer)
}

fn is_sign_in(request: &Request) -> bool {
    let path = request.uri().path();
    let signs = [
        "/api/v1/sign-ins",
        "/api/v1/password-resets",
        "/api/v1/invitations/acceptances",
        "/api/v1/me/password",
        "/api/v1/me/second-factor",
        "/dang-nhap",
        "/en/dang-nhap",
        "/mat-khau",
        "/en/mat-khau",
        "/tai-khoan/mat-khau",
        "/en/tai-khoan/mat-khau",
    ];
    path.starts_with("/api/v1/sign-ins/oidc/")
        || path.starts_with("/dang-nhap/oidc/")
        || request.method() != axum::http::Method::GET
            && request.method() != axum::http::Method::DELETE
            && signs.iter().any(|s| path.starts_with(s))
}

/// A page's form that brings files takes as long as an upload.
fn is_form_with_files(headers: &HeaderMap) -> bool {
    headers.get(header::CONTENT_TYPE).is_some_and(|v| v.as_bytes().starts_with(b"multipart/form-data"))
}

async fn limited(app: &App, from: IpAddr, mut request: Request, next: Next) -> Response {
    let limits = &app.limits;
    let path = request.uri().path();
    // What never changes costs nothing and counts for nobody.
    let health = path.starts_with("/health/") || path.starts_with("/static/");
    if limits.running.fetch_add(1, Ordering::Relaxed) >= limits.most && !health {
        limits.running.fetch_sub(1, Ordering::Relaxed);
        return Refused::from(Edge::Busy).into_response();
    }
    let _turn = Turn(&limits.running);
    if !health {
        match charged(app, from, request.headers(), is_sign_in(&request)).await {
            Ok(Some(caller)) => drop(request.extensions_mut().insert(caller)),
            Ok(None) => {}
            Err(refused) => return refused.into_response(),
        }
    }
    let path = request.uri().path();
    let transfer = path.starts_with("/api/v1/uploads/")
        || is_form_with_files(request.headers())
        || path.contains("/files/")
        || path.contains("/tep/")
        || path.ends_with("/export");
    let most = if transfer { app.settings.transfer_timeout } else { app.settings.timeout };
    match tokio::time::timeout(most, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Refused::from(Edge::TooSlow).into_response(),
    }
}

/// Whose limit a request counts against: a token that is somebody's has its own; one that is nobody's is
/// a guess and counts like a sign-in; everything else counts for the address. Answers whose token it is.
async fn charged(app: &App, from: IpAddr, headers: &HeaderMap, signing: bool) -> Result<Option<Bearer>, Refused> {
    let limits = &app.limits;
    let mut bearer = None;
    match crate::caller::bearer(headers) {
        Ok(None) => match crate::caller::cookie(app, headers, crate::caller::SESSION).filter(|s| !s.is_empty()) {
            None => checked(&limits.addresses, &from)?,
            Some(secret) => match app.identity.page(&secret).await {
                Ok(caller) => checked(&limits.sessions, &caller.session)?,
                Err(_) => checked(&limits.addresses, &from)?,
            },
        },
        Ok(Some(token)) => match app.identity.caller(token).await {
            Ok(caller) => {
                checked(&limits.sessions, &caller.session)?;
                bearer = Some(Bearer(caller));
            }
            Err(Denial::TokenInvalid) => checked(&limits.sign_ins, &from)?,
            Err(_) => checked(&limits.addresses, &from)?,
        },
        Err(_) => checked(&limits.sign_ins, &from)?,
    }
    if signing {
        checked(&limits.sign_ins, &from)?;
    }
    Ok(bearer)
}

/// Whatever the framework itself refused, as a problem of ours.
fn as_problem(response: Response) -> Response {
    let status = response.status();
    let given = response.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or_default();
    if !(status.is_client_error() || status.is_server_error()) || given.starts_with("application/") || given.starts_with("text/html") {
        return response;
    }
    let edge = match status {
        StatusCode::METHOD_NOT_ALLOWED => Edge::MethodNotAllowed,
        StatusCode::NOT_FOUND => Edge::NoSuchPage,
        StatusCode::PAYLOAD_TOO_LARGE => Edge::TooLarge,
        StatusCode::UNSUPPORTED_MEDIA_TYPE => Edge::MediaType,
        StatusCode::REQUEST_TIMEOUT => Edge::TooSlow,
        _ => Edge::Parameter("path"),
    };
    let allow = response.headers().get(header::ALLOW).cloned();
    let mut out = Refused::from(edge).into_response();
    if let Some(allow) = allow {
        out.headers_mut().insert(header::ALLOW, allow);
    }
    out
}

/// What every answer carries where its handler said nothing else.
static SAFE: [(HeaderName, HeaderValue); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    (header::VARY, HeaderValue::from_static("accept-language, authorization, ndp-duty, accept")),
];

fn safe_headers(headers: &mut HeaderMap, settings: &Settings, id: &str) {
    headers.reserve(SAFE.len() + 2);
    for (name, value) in &SAFE {
        headers.entry(name).or_insert_with(|| value.clone());
    }
    if settings.base.starts_with("https://") {
        let value = HeaderValue::from_static("max-age=31536000; includeSubDomains");
        headers.entry(header::STRICT_TRANSPORT_SECURITY).or_insert(value);
    }
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
}

/// Times of requests by route, method and status: looked up in each thread's own map. A method that a client
/// made up is no figure of its own.
fn measured(route: &str, method: &Method, status: StatusCode, taken: Duration) {
    type Times = HashMap<(&'static str, StatusCode), metrics::Histogram>;
    const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
    let method = METHODS.into_iter().find(|m| *m == method.as_str()).unwrap_or("other");
    thread_local! {
        static TIMES: RefCell<HashMap<String, Times>> = RefCell::default();
    }
    TIMES.with_borrow_mut(|all| {
        let of = (method, status);
        if let Some(times) = all.get(route).and_then(|times| times.get(&of)) {
            return times.record(taken.as_secs_f64());
        }
        let times = metrics::histogram!("ndp_http_request_seconds", "method" => method, "route" => route.to_owned(), "status" => status.as_u16().to_string());
        times.record(taken.as_secs_f64());
        all.entry(route.to_owned()).or_default().insert(of, times);
    });
}

async fn outermost(State(app): State<App>, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let from = address(&request, &app.settings);
    let page = crate::problem::page_of(request.uri().path());
    let lang = page.unwrap_or_else(|| language(request.headers()));
    let id = request_id(request.headers());
    let about = About {
        id: id.clone(),
        lang,
        place: page.map(|_| request.uri().to_string()),
        branding: app.settings.branding.clone(),
        demo: app.settings.demo,
    };
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or("-", MatchedPath::as_str);
    let span = tracing::info_span!("request", otel.name = %format!("{method} {route}"), http.status = tracing::field::Empty);
    let running = async { as_problem(limited(&app, from, request, next).await) };
    let mut response = REQUEST.scope(about, running.instrument(span.clone())).await;
    let taken = started.elapsed();
    let status = response.status();
    span.record("http.status", status.as_u16());
    safe_headers(response.headers_mut(), &app.settings, &id);
    measured(route, &method, status, taken);
    let ms = taken.as_millis() as u64;
    if status.is_server_error() {
        tracing::warn!(request = %id, %method, %route, status = status.as_u16(), ms, "request");
    } else {
        tracing::info!(request = %id, %method, %route, status = status.as_u16(), ms, "request");
    }
    response
}

fn panicked(what: Box<dyn std::any::Any + Send + 'static>) -> axum::http::Response<Body> {
    let said = what.downcast_ref::<String>().map(String::as_str).or_else(|| what.downcast_ref::<&str>().copied()).unwrap_or("?");
    tracing::error!(panic = said, "a handler panicked");
    metrics::counter!("ndp_panics_total").increment(1);
    Refused::Engine(ndp_engine::Problem::Fault(ndp_store::Fault::Inconsistent {
        table: "server",
        record: String::new(),
        what: "panic".to_owned(),
    }))
    .into_response()
}

/// Puts everything around the routes.
pub fn around(routes: Router<App>, app: &App) -> Router<App> {
    routes
        .fallback(async || Refused::from(Edge::NoSuchPage))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(app.clone(), outermost))
        .layer(CompressionLayer::new().gzip(true))
        .layer(axum::extract::DefaultBodyLimit::disable())
}
