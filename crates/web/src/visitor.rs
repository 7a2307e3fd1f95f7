//! Whoever looks at a page: nobody, or somebody in one of their duties; how they want it shown; and
//! the proof that what they send comes from a page of ours.

use crate::say;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use chrono::NaiveDate;
use ndp_domain::authority::{Duty, Side};
use ndp_domain::canonical::{Hash, Pin};
use ndp_domain::id::{Id, OrganisationId};
use ndp_domain::time::legal_date;
use ndp_domain::visibility::Reader;
use ndp_engine::Directory;
use ndp_server::App;
use ndp_server::caller::{CHOSEN, Reading, SESSION, SignedIn, cookie, cookie_name, on_page};
use ndp_server::duties::{Duty1, Named, acting};
use ndp_server::problem::{Edge, Refused, lang};
use ndp_text::{Lang, texts};
use std::sync::Arc;

/// Cookie of the Display panel.
pub const DISPLAY: &str = "ndp_display";

/// How pages are shown: kept in a cookie, applied here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Display {
    /// 0 as the system has it, 1 light, 2 dark.
    pub theme: u8,
    /// 0 usual, 1 larger, 2 largest.
    pub size: u8,
    pub underline: bool,
    /// Keys of lists and sheets (WCAG 2.1.4: they can be switched off).
    pub no_keys: bool,
}

impl Display {
    pub fn parse(text: &str) -> Display {
        let mut digits = text.bytes().map(|b| b.wrapping_sub(b'0'));
        let mut next = |most: u8| digits.next().filter(|d| *d <= most).unwrap_or(0);
        Display { theme: next(2), size: next(2), underline: next(1) == 1, no_keys: next(1) == 1 }
    }
    pub fn text(self) -> String {
        format!("{}{}{}{}", self.theme, self.size, u8::from(self.underline), u8::from(self.no_keys))
    }
}

/// A request for a page.
#[derive(Debug, Clone)]
pub struct Visitor {
    pub app: App,
    pub reading: Reading,
    pub lang: Lang,
    /// Path and query without the language.
    pub place: String,
    pub display: Display,
    /// Proof for forms; empty where nobody is signed in.
    pub proof: String,
    /// Duties one may act in, with the chosen one's place.
    pub duties: Vec<Duty1>,
    pub directory: Arc<Directory>,
    pub today: NaiveDate,
}

/// The proof that belongs to a session's secret: known to its own pages alone.
pub fn proof_of(secret: &str) -> String {
    Hash::of_parts(&[b"ndp form", secret.as_bytes()]).to_string().chars().take(40).collect()
}

/// Path and query without `/en`.
pub fn plain_place(uri: &Uri) -> String {
    let text = uri.path_and_query().map_or("/", |p| p.as_str());
    match text.strip_prefix("/en") {
        Some("") => "/".to_owned(),
        Some(rest) if rest.starts_with('/') => rest.to_owned(),
        Some(rest) if rest.starts_with('?') => format!("/{rest}"),
        _ => text.to_owned(),
    }
}

impl Visitor {
    pub fn t(&self, key: &str) -> String {
        texts(self.lang).get(key, &[])
    }
    pub fn t1(&self, key: &str, args: &[(&str, &str)]) -> String {
        texts(self.lang).get(key, args)
    }

    /// The address of a page in the reader's language.
    pub fn href(&self, place: &str) -> String {
        if self.lang == Lang::En { format!("/en{place}") } else { place.to_owned() }
    }

    pub fn duty(&self) -> Option<&Duty1> {
        self.reading.duty.as_ref()
    }
    pub fn is(&self, duty: Duty) -> bool {
        self.duty().is_some_and(|d| d.duty == duty)
    }
    pub fn side(&self) -> Side {
        self.duty().map_or(Side::Public, |d| d.duty.side())
    }
    /// The same reader in another of their duties; none where it asks for a second factor first.
    pub fn in_duty(&self, duty: &Duty1) -> Option<Reading> {
        let reading = reading_of(&self.app, self.reading.signed_in.clone(), Some(duty.clone())).ok()?;
        reading.duty.is_some().then_some(reading)
    }
    /// A duty with its organisation, as shown.
    pub fn duty_name(&self, duty: &Duty1) -> String {
        format!("{} – {}", self.t(&format!("duty-{}", duty.duty.code())), self.organisation(duty.org))
    }
    pub fn signed_in(&self) -> bool {
        self.reading.signed_in.is_some()
    }

    /// Somebody in a duty, or the way to sign in.
    pub fn acting(&self) -> Result<&Duty1, Refused> {
        if !self.signed_in() {
            return Err(Edge::NotSignedIn.into());
        }
        if self.duty().is_none() && !self.duties.is_empty() {
            return Err(ndp_identity::Denial::SecondFactorRequired.into());
        }
        self.duty().ok_or_else(|| ndp_engine::Problem::Denied(ndp_domain::authority::Denied::DutyNotHeld).into())
    }

    /// Name of an organisation in the reader's language.
    pub fn organisation(&self, id: OrganisationId) -> String {
        organisation_name(&self.directory, id, self.lang)
    }

    /// Name of a unit of the reader's own organisation; its code where it has none on record.
    pub fn unit(&self, code: &str) -> String {
        let own = self.duty().and_then(|d| self.directory.organisations.get(&d.org));
        let all = own.into_iter().chain(self.directory.organisations.values());
        let found = all.flat_map(|o| &o.units).find(|u| u.code.as_str() == code);
        let english = self.lang == Lang::En;
        found.map_or_else(|| code.to_owned(), |u| u.name_en.as_ref().filter(|_| english).unwrap_or(&u.name_vi).to_string())
    }

    pub fn organisation_of(&self, text: &str) -> Option<String> {
        let id: OrganisationId = text.parse::<Id>().ok()?.try_into().ok()?;
        Some(self.organisation(id))
    }

    /// What a record points to by its hash; none where it is not there any more, or of another shape.
    pub async fn content<T: serde::de::DeserializeOwned>(&self, pin: Pin) -> Result<Option<T>, Refused> {
        Ok(self.app.engine.store.content(pin.0).await?.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// In whose place the reader signs for an agency in the duty in use; none where they sign nothing.
    pub fn signs_as(&self, agency: ndp_domain::id::OrganisationId) -> Option<ndp_domain::document::SigningForm> {
        let duty = self.duty().filter(|d| d.org == agency)?;
        let standing = &self.reading.signed_in.as_ref()?.standing.account;
        let account = <ndp_domain::account::Account as ndp_domain::machine::Known>::known(&standing.neighbour.whole.state)?;
        account.held.iter().find(|h| h.duty == duty.duty && h.org == duty.org && h.on(self.today))?.form
    }

    /// Is what was sent made on a page of ours?
    pub fn proved(&self, proof: &str) -> Result<(), Refused> {
        if !self.proof.is_empty() && proof == self.proof { Ok(()) } else { Err(Edge::Parameter("_proof").into()) }
    }

    /// A last day with how far it is.
    pub fn due(&self, text: Option<&str>) -> Option<Due> {
        let day: NaiveDate = text?.parse().ok()?;
        let (over, left) = say::left(&self.directory.calendar, self.today, day, self.lang);
        Some(Due { iso: day.to_string(), day: say::day(day), left, over })
    }
}

/// A last day as shown.
#[derive(Debug, Clone)]
pub struct Due {
    pub iso: String,
    pub day: String,
    pub left: String,
    pub over: bool,
}

pub fn organisation_name(directory: &Directory, id: OrganisationId, lang: Lang) -> String {
    let Some(o) = directory.organisations.get(&id) else { return id.to_string() };
    let english = o.record.name_en.as_ref().filter(|_| lang == Lang::En);
    english.map_or_else(|| o.record.name_vi.to_string(), ToString::to_string)
}

/// What is sent must come from this site: browsers say where a request was made.
pub fn same_site(app: &App, headers: &HeaderMap) -> Result<(), Refused> {
    let text = |name: &str| headers.get(name).and_then(|v| v.to_str().ok());
    let foreign = || Refused::from(Edge::Parameter("Origin"));
    match text("sec-fetch-site") {
        Some("same-origin" | "none") => return Ok(()),
        Some(_) => return Err(foreign()),
        None => {}
    }
    match text("origin") {
        None => Ok(()),
        Some(origin) => {
            let host = origin.split_once("://").map_or(origin, |(_, host)| host);
            let ours = text("host").is_some_and(|h| h == host) || app.settings.base.ends_with(&format!("//{host}"));
            if ours { Ok(()) } else { Err(foreign()) }
        }
    }
}

impl FromRequestParts<App> for Visitor {
    type Rejection = Refused;
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Visitor, Refused> {
        if parts.method != axum::http::Method::GET && parts.method != axum::http::Method::HEAD {
            same_site(app, &parts.headers)?;
        }
        if parts.uri.query().is_some_and(|q| q.contains("%00")) || parts.uri.path().contains("%00") {
            return Err(Edge::NoSuchPage.into());
        }
        let signed_in = on_page(app, &parts.headers).await?;
        let secret = cookie(app, &parts.headers, SESSION).unwrap_or_default();
        let display = cookie(app, &parts.headers, DISPLAY).map(|t| Display::parse(&t)).unwrap_or_default();
        let (duties, chosen) = match &signed_in {
            None => (Vec::new(), None),
            Some(signed_in) => {
                let today = signed_in.standing.today(app);
                let wanted = cookie(app, &parts.headers, CHOSEN).and_then(|t| Named::parse(&unescaped(&t)));
                let chosen = wanted.and_then(|named| app.choose(&today, &named).ok()).or_else(|| today.first().cloned());
                (today, chosen)
            }
        };
        let reading = reading_of(app, signed_in, chosen)?;
        let place = plain_place(&parts.uri);
        Ok(Visitor {
            proof: if reading.signed_in.is_some() { proof_of(&secret) } else { String::new() },
            lang: lang(),
            directory: app.engine.directory(),
            today: legal_date(app.engine.clock.now()),
            app: app.clone(),
            place,
            display,
            duties,
            reading,
        })
    }
}

fn reading_of(app: &App, signed_in: Option<SignedIn>, chosen: Option<Duty1>) -> Result<Reading, Refused> {
    let Some(signed_in) = signed_in else { return Ok(public()) };
    let Some(duty) = chosen else {
        return Ok(Reading { signed_in: Some(signed_in), ..public() });
    };
    if app.settings.second_factor.contains(duty.duty.code()) && !signed_in.caller.second_factor {
        // Until the second factor is given the person is signed in and in no duty.
        return Ok(Reading { signed_in: Some(signed_in), ..public() });
    }
    let (actor, reader) = acting(signed_in.caller.account, &duty);
    Ok(Reading { signed_in: Some(signed_in), actor, reader, duty: Some(duty) })
}

fn public() -> Reading {
    Reading { signed_in: None, actor: ndp_domain::occasion::Actor::default(), reader: Reader::public(), duty: None }
}

/// Cookie values keep to plain characters: everything else is written as `%` and two hexadecimal digits a byte.
fn unescaped(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|d| std::str::from_utf8(d).ok()).and_then(|d| u8::from_str_radix(d, 16).ok());
        match digits.filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_default()
}

pub fn escaped(text: &str) -> String {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b'~');
    text.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// A cookie to be set; `lasts` in seconds, 0 ends it, none for the browser's session.
pub fn set_cookie(app: &App, name: &str, value: &str, lasts: Option<u32>) -> Option<(header::HeaderName, HeaderValue)> {
    let secure = if app.settings.base.starts_with("https://") { "; Secure" } else { "" };
    let age = lasts.map_or_else(String::new, |s| format!("; Max-Age={s}"));
    let text = format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{age}", cookie_name(app, name));
    Some((header::SET_COOKIE, HeaderValue::from_str(&text).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duty_of_a_unit_in_any_writing_travels_in_a_cookie() {
        for text in ["MA-U@BTC/Văn phòng Bộ", "EV@BTC", "a%2", "", "100%; Path=/"] {
            let written = escaped(text);
            assert!(written.bytes().all(|b| b.is_ascii_graphic() && !matches!(b, b';' | b',' | b'"')), "{written}");
            assert_eq!(unescaped(&written), text);
        }
        assert_eq!(unescaped("%zz%"), "%zz%", "what is no escape stays");
    }
}
