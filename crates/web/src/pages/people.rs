//! People and the duties given to them, for administrators: found by name or address, invited once more.

use super::administration::{administrator, tabs};
use crate::frame::{Frame, frame, page, place_of};
use crate::markup::{self, esc};
use crate::sent::Sent;
use crate::visitor::Visitor;
use crate::{known, say};
use askama::Template;
use axum::extract::{Path, Query};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use ndp_domain::account::{self, Account};
use ndp_domain::acts::ActId;
use ndp_domain::authority::Duty;
use ndp_domain::evidence::Need;
use ndp_domain::id::{AccountId, Id, Kind};
use ndp_domain::machine::Known as _;
use ndp_server::problem::{Edge, Refused};
use ndp_store::directory::{After, Entry};
use ndp_store::seen::Seen;
use serde::Deserialize;
use uuid::Uuid;

const PAGE: u64 = 50;

#[derive(Template)]
#[template(path = "people.html")]
struct Page {
    f: Frame,
    tabs: Vec<(String, String, bool)>,
    words: String,
    rows: Vec<Row>,
    next: Option<String>,
}

struct Row {
    href: String,
    name: String,
    email: String,
    /// Each with its organisation and days.
    duties: Vec<String>,
    badge: String,
    /// Where they have not signed in yet.
    invited: String,
}

#[derive(Debug, Default, Deserialize)]
pub struct Asked {
    #[serde(default)]
    tim: String,
    #[serde(default)]
    sau: String,
}

/// `name fold`, tab, account: where the next page goes on.
fn after(text: &str) -> Option<After> {
    let (account, fold) = text.split_once('.')?;
    Some(After { fold: fold.to_owned(), account: Uuid::try_parse(account).ok()? })
}

fn duty(v: &Visitor, held: &account::Held) -> String {
    let days = held.to.map_or_else(
        || v.t1("web-since-day", &[("day", &say::day(held.from))]).to_lowercase(),
        |to| format!("{} – {}", say::day(held.from), say::day(to)),
    );
    format!("{}, {} ({days})", v.t(&format!("duty-{}", held.duty.code())), v.organisation(held.org))
}

/// How far somebody is who has not signed in yet; empty for those who can.
fn invited(v: &Visitor, entry: &Entry) -> String {
    match &entry.invited_until {
        _ if entry.signs_in => String::new(),
        Some(until) if entry.invited(v.app.identity.clock.now()) => {
            let day = chrono::DateTime::parse_from_rfc3339(until).map(|at| say::instant(at.to_utc())).unwrap_or_default();
            v.t1("web-invited-until", &[("day", &day)])
        }
        _ => v.t("web-invited-over"),
    }
}

/// `GET /quan-tri?tim=…&sau=…`
pub async fn home(v: Visitor, Query(asked): Query<Asked>) -> Result<Response, Refused> {
    administrator(&v)?;
    let words: String = asked.tim.trim().chars().take(100).collect();
    let from = match asked.sau.as_str() {
        "" => None,
        text => Some(after(text).ok_or(Edge::CursorInvalid)?),
    };
    let (people, next) = v.app.engine.store.people(&words, from.as_ref(), PAGE).await?;
    let needs: Vec<Need> = people.iter().map(|p| Need::Stream(p.person.account.into())).collect();
    let accounts = if needs.is_empty() { Default::default() } else { v.app.engine.store.load(&needs).await? };
    let row = |entry: &Entry| {
        let id: Id = entry.person.account.into();
        let loaded = accounts.get(&id);
        let held = loaded.and_then(|l| Account::known(&l.neighbour.whole.state)).map(|a| a.held.as_slice()).unwrap_or_default();
        Row {
            href: place_of(id),
            name: entry.person.name.clone(),
            email: entry.person.email.clone(),
            duties: held.iter().map(|h| duty(&v, h)).collect(),
            badge: loaded.map(|l| markup::state(l.neighbour.whole.state.stage(), v.lang)).unwrap_or_default(),
            invited: invited(&v, entry),
        }
    };
    let place = |after: After| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("tim", &words).append_pair("sau", &format!("{}.{}", after.account, after.fold));
        format!("/quan-tri?{}", query.finish())
    };
    page(&Page {
        rows: people.iter().map(row).collect(),
        next: next.map(place),
        f: frame(&v, &v.t("web-nav-administration"), "/quan-tri").await?,
        tabs: tabs(&v, "/quan-tri"),
        words,
    })
}

/// On the page of an account: how somebody signs in, and the invitation once more.
pub async fn cards(v: &Visitor, seen: &Seen) -> Result<Vec<(String, String)>, Refused> {
    if seen.loaded.id.kind != Kind::Account || !v.is(Duty::Administrator) {
        return Ok(Vec::new());
    }
    let Some(entry) = v.app.engine.store.one_of_people(AccountId(seen.loaded.id.uuid)).await? else { return Ok(Vec::new()) };
    let state = if entry.signs_in { v.t("web-signs-in") } else { invited(v, &entry) };
    let again = if entry.signs_in {
        String::new()
    } else {
        format!(
            "<form method=\"post\" action=\"{}\" class=\"pad\"><input type=\"hidden\" name=\"_proof\" value=\"{}\"><button class=\"second\">{}</button></form>",
            v.href(&format!("{}/thu-moi", place_of(seen.loaded.id))),
            esc(&v.proof),
            esc(&v.t("web-invite-again"))
        )
    };
    let facts = format!(
        "<dl class=\"facts\"><dt>{}</dt><dd>{}</dd><dt>{}</dt><dd>{}</dd></dl>{again}",
        esc(&v.t("web-email")),
        esc(&entry.person.email),
        esc(&v.t("web-sign-in")),
        esc(&state)
    );
    Ok(vec![(entry.person.name.clone(), facts)])
}

/// `POST /nguoi-dung/{id}/thu-moi`
pub async fn invite_again(v: Visitor, Path(id): Path<String>, sent: Sent) -> Result<Response, Refused> {
    administrator(&v)?;
    v.proved(sent.get("_proof"))?;
    let id = known::id_of(Some(Kind::Account), &id).ok_or(Edge::NotFound)?;
    let seen = ndp_server::records::seen(&v.app, &v.reading, id).await?;
    let entry = v.app.engine.store.one_of_people(AccountId(seen.loaded.id.uuid)).await?.ok_or(Edge::NotFound)?;
    if !entry.signs_in {
        v.app.identity.invite_again(&entry.person).await?;
    }
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, v.href(&format!("{}?xong=again", place_of(id))))]).into_response())
}

/// The name that is typed before somebody is suspended or loses a duty (ux.md, P13); empty for other acts.
pub async fn named_before(v: &Visitor, act: ActId, seen: Option<&Seen>) -> Result<String, Refused> {
    let Some(seen) = seen.filter(|_| matches!(act, ActId::AC3 | ActId::AC4)) else { return Ok(String::new()) };
    let account = AccountId(seen.loaded.id.uuid);
    Ok(known::names(v, &[account]).await?.remove(&account).unwrap_or_default())
}
