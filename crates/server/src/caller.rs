//! Whose request it is, and in which duty: extractors for handlers.

use crate::App;
use crate::duties::{Duty1, Named, Standing, acting};
use crate::problem::{Edge, Refused};
use axum::extract::FromRequestParts;
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use ndp_domain::acts::ActId;
use ndp_domain::authority::Denied;
use ndp_domain::id::{Id, Kind};
use ndp_domain::occasion::Actor;
use ndp_domain::visibility::{Reader, Scope};
use ndp_engine::Problem;
use ndp_identity::scope::Verb;
use ndp_identity::{Caller, Denial};
use std::sync::Arc;

/// Name of the header that chooses a duty.
pub const DUTY: &str = "ndp-duty";

pub fn bearer(headers: &HeaderMap) -> Result<Option<&str>, Refused> {
    let mut all = headers.get_all(AUTHORIZATION).iter();
    let Some(given) = all.next() else { return Ok(None) };
    if all.next().is_some() {
        return Err(Denial::TokenInvalid.into());
    }
    let text = given.to_str().map_err(|_| Denial::TokenInvalid)?;
    let (scheme, token) = text.split_once(' ').ok_or(Denial::TokenInvalid)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(Some(token.trim())) } else { Err(Denial::TokenInvalid.into()) }
}

/// Whose token a request bears, as the limits found it: read once a request.
#[derive(Debug, Clone)]
pub struct Bearer(pub Arc<Caller>);

/// Cookie of a page session; its value is a secret that only a hash of is kept.
pub const SESSION: &str = "ndp_session";
/// Cookie that binds another provider's answer to the browser that asked.
pub const ASKED: &str = "ndp_asked";
/// Cookie of the duty chosen on pages.
pub const CHOSEN: &str = "ndp_duty";

/// Name of a cookie as sent: bound to this host where the deployment has TLS.
pub fn cookie_name(app: &App, name: &str) -> String {
    if app.settings.base.starts_with("https://") { format!("__Host-{name}") } else { name.to_owned() }
}

/// The value of a cookie, if it is sent once.
pub fn cookie(app: &App, headers: &HeaderMap, name: &str) -> Option<String> {
    let name = cookie_name(app, name);
    let all = headers.get_all(axum::http::header::COOKIE).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(';'));
    let mut found = all.filter_map(|pair| pair.trim().split_once('=')).filter(|(n, _)| *n == name).map(|(_, v)| v.to_owned());
    let value = found.next()?;
    found.next().is_none().then_some(value)
}

/// Whoever is signed in on pages; none where nobody is, or no longer.
pub async fn on_page(app: &App, headers: &HeaderMap) -> Result<Option<SignedIn>, Refused> {
    let Some(secret) = cookie(app, headers, SESSION).filter(|s| !s.is_empty()) else { return Ok(None) };
    let caller = match app.identity.page(&secret).await {
        Ok(caller) => caller,
        Err(Denial::TokenInvalid) => return Ok(None),
        Err(other) => return Err(other.into()),
    };
    let Some(standing) = app.duties.of(app, caller.account).await? else { return Ok(None) };
    Ok((!standing.suspended).then_some(SignedIn { caller, standing }))
}

/// Somebody signed in, in no particular duty.
#[derive(Debug, Clone)]
pub struct SignedIn {
    pub caller: Arc<Caller>,
    pub standing: Arc<Standing>,
}

impl SignedIn {
    async fn find(parts: &Parts, app: &App) -> Result<Option<SignedIn>, Refused> {
        let caller = match parts.extensions.get::<Bearer>() {
            Some(Bearer(caller)) => caller.clone(),
            None => match bearer(&parts.headers)? {
                Some(token) => app.identity.caller(token).await?,
                None => return Ok(None),
            },
        };
        let standing = app.duties.of(app, caller.account).await?.ok_or(Denial::TokenInvalid)?;
        if standing.suspended {
            return Err(Problem::Denied(Denied::AccountSuspended).into());
        }
        Ok(Some(SignedIn { caller, standing }))
    }
}

impl FromRequestParts<App> for SignedIn {
    type Rejection = Refused;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<SignedIn, Refused> {
        SignedIn::find(parts, app).await?.ok_or_else(|| Edge::NotSignedIn.into())
    }
}

/// A person's own session: what a service token may never do.
#[derive(Debug, Clone)]
pub struct InPerson(pub SignedIn);

impl FromRequestParts<App> for InPerson {
    type Rejection = Refused;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<InPerson, Refused> {
        let signed_in = SignedIn::from_request_parts(parts, app).await?;
        if signed_in.caller.service.is_some() { Err(Edge::ScopeTooNarrow.into()) } else { Ok(InPerson(signed_in)) }
    }
}

/// Whoever reads: somebody in a duty, or the public.
#[derive(Debug, Clone)]
pub struct Reading {
    pub signed_in: Option<SignedIn>,
    pub actor: Actor,
    pub reader: Reader,
    pub duty: Option<Duty1>,
}

impl Reading {
    /// What may be seen now.
    pub fn scope(&self, app: &App) -> Scope {
        app.engine.scope(&self.reader)
    }
    /// Whose tasks are theirs: their organisation's, and the focal agency's where it is that.
    pub fn holders(&self, app: &App) -> Vec<String> {
        let Some(duty) = &self.duty else { return Vec::new() };
        let mut holders = vec![duty.org.to_string()];
        if duty.org == app.engine.directory().focal_on(ndp_domain::time::legal_date(app.engine.clock.now())) {
            holders.push("focal_agency".to_owned());
        }
        holders
    }
    /// Limits of a service token.
    pub fn allows(&self, verb: Verb, kind: Kind, id: Option<Id>, act: Option<ActId>) -> Result<(), Refused> {
        match self.signed_in.as_ref().and_then(|s| s.caller.service.as_ref()) {
            Some(service) if !service.scopes.admit(verb, kind, id, act) => Err(Edge::ScopeTooNarrow.into()),
            _ => Ok(()),
        }
    }
    pub fn allows_list(&self, verb: Verb, kind: Option<Kind>) -> Result<(), Refused> {
        match self.signed_in.as_ref().and_then(|s| s.caller.service.as_ref()) {
            Some(service) if !service.scopes.admits_list(verb, kind) => Err(Edge::ScopeTooNarrow.into()),
            _ => Ok(()),
        }
    }
}

/// The duty chosen by the header, by the service token, or the only one there is.
pub fn duty_of(app: &App, headers: &HeaderMap, signed_in: &SignedIn) -> Result<Duty1, Refused> {
    let today = signed_in.standing.today(app);
    let named = match (&signed_in.caller.service, headers.get(DUTY)) {
        // A service token acts in its duty and in no other.
        (Some(service), _) => Some(service.duty.clone()),
        (None, Some(given)) => Some(given.to_str().map_err(|_| Edge::DutyUnknown)?.to_owned()),
        (None, None) => None,
    };
    let chosen = match named {
        Some(text) => app.choose(&today, &Named::parse(&text).ok_or(Edge::DutyUnknown)?)?,
        None => match today.as_slice() {
            [one] => one.clone(),
            [] => return Err(Problem::Denied(Denied::DutyNotHeld).into()),
            _ => return Err(Edge::DutyNeeded.into()),
        },
    };
    if app.settings.second_factor.contains(chosen.duty.code()) && !signed_in.caller.second_factor {
        return Err(Denial::SecondFactorRequired.into());
    }
    Ok(chosen)
}

impl FromRequestParts<App> for Reading {
    type Rejection = Refused;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Reading, Refused> {
        match SignedIn::find(parts, app).await? {
            None => Ok(Reading { signed_in: None, actor: Actor::default(), reader: Reader::public(), duty: None }),
            Some(signed_in) => {
                let duty = duty_of(app, &parts.headers, &signed_in)?;
                let (actor, reader) = acting(signed_in.caller.account, &duty);
                Ok(Reading { signed_in: Some(signed_in), actor, reader, duty: Some(duty) })
            }
        }
    }
}

/// Somebody signed in and in a duty.
#[derive(Debug, Clone)]
pub struct Acting(pub Reading);

impl FromRequestParts<App> for Acting {
    type Rejection = Refused;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Acting, Refused> {
        let reading = Reading::from_request_parts(parts, app).await?;
        if reading.signed_in.is_some() { Ok(Acting(reading)) } else { Err(Edge::NotSignedIn.into()) }
    }
}
