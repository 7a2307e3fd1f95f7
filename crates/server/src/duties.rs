//! What an account may act as today: its holdings and its roles in bodies, kept in memory until the
//! feed says that they changed. The record stays the judge: an act is authorised from what is loaded
//! with it.

use crate::App;
use crate::problem::Refused;
use ndp_domain::account::Account;
use ndp_domain::authority::{Denied, Duty, Side};
use ndp_domain::body::Body;
use ndp_domain::id::{AccountId, Id, Kind, OrganisationId};
use ndp_domain::machine::Known;
use ndp_domain::occasion::Actor;
use ndp_domain::time::legal_date;
use ndp_domain::visibility::Reader;
use ndp_engine::Problem;
use ndp_store::read::Loaded;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// One duty that an account may act in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Duty1 {
    pub duty: Duty,
    pub org: OrganisationId,
    pub unit: Option<String>,
}

/// An account as kept.
#[derive(Debug)]
pub struct Standing {
    pub account: Loaded,
    pub suspended: bool,
    roles: Vec<Duty1>,
}

/// Accounts kept at most.
const KEPT: usize = 5_000;

#[derive(Debug, Default)]
pub struct Duties {
    kept: Mutex<HashMap<AccountId, Arc<Standing>>>,
    /// Counts changes, so that what was read before one is not kept after it.
    turn: AtomicU64,
}

impl Duties {
    /// Forgets what these records say.
    pub fn touched(&self, streams: impl IntoIterator<Item = Id>) {
        let mut kept = self.kept.lock().unwrap_or_else(|p| p.into_inner());
        for id in streams.into_iter().filter(|id| matches!(id.kind, Kind::Account | Kind::Body)) {
            self.turn.fetch_add(1, Ordering::SeqCst);
            match id.kind {
                Kind::Account => drop(kept.remove(&AccountId(id.uuid))),
                _ => kept.clear(),
            }
        }
    }

    pub async fn of(&self, app: &App, account: AccountId) -> Result<Option<Arc<Standing>>, Refused> {
        if let Some(known) = self.kept.lock().unwrap_or_else(|p| p.into_inner()).get(&account) {
            return Ok(Some(known.clone()));
        }
        let turn = self.turn.load(Ordering::SeqCst);
        let Some(loaded) = app.engine.store.load_one(account.into()).await? else { return Ok(None) };
        let mut roles: Vec<Duty1> = Vec::new();
        for body in app.engine.store.bodies_of(account).await? {
            let Some(state) = Body::known(&body.neighbour.whole.state) else { continue };
            roles.extend(state.roles(account).into_iter().map(|duty| Duty1 { duty, org: state.managing, unit: None }));
        }
        roles.sort_by_key(|r| (r.duty, r.org));
        roles.dedup();
        let suspended = Account::known(&loaded.neighbour.whole.state).is_some_and(|a| a.suspended.is_some());
        let standing = Arc::new(Standing { account: loaded, suspended, roles });
        let mut kept = self.kept.lock().unwrap_or_else(|p| p.into_inner());
        if kept.len() >= KEPT {
            kept.clear();
        }
        if self.turn.load(Ordering::SeqCst) == turn {
            kept.insert(account, standing.clone());
        }
        Ok(Some(standing))
    }
}

impl Standing {
    /// Duties in force on the day, holdings before roles in bodies.
    pub fn today(&self, app: &App) -> Vec<Duty1> {
        let day = legal_date(app.engine.clock.now());
        let held = Account::known(&self.account.neighbour.whole.state).map(|a| a.held.as_slice()).unwrap_or_default();
        let held = held.iter().filter(|h| h.on(day)).map(|h| Duty1 { duty: h.duty, org: h.org, unit: h.unit.clone() });
        held.chain(self.roles.iter().cloned()).collect()
    }
}

/// A duty as a header or a token names it: `MA-O`, `MA-O@BTC`, `MA-O@BTC/cuc-chuyen-doi-so`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub duty: Duty,
    pub org: Option<String>,
    pub unit: Option<String>,
}

impl Named {
    pub fn parse(text: &str) -> Option<Named> {
        let (duty, place) = text.trim().split_once('@').map_or((text.trim(), None), |(d, p)| (d, Some(p)));
        let (org, unit) = match place {
            None => (None, None),
            Some(place) => place.split_once('/').map_or((Some(place), None), |(o, u)| (Some(o), Some(u))),
        };
        let fine = |text: &&str| !text.is_empty() && text.len() <= 120;
        if org.is_some_and(|o| !fine(&o)) || unit.is_some_and(|u| !fine(&u)) {
            return None;
        }
        Some(Named { duty: Duty::of_code(duty)?, org: org.map(str::to_owned), unit: unit.map(str::to_owned) })
    }
}

impl App {
    /// How a duty is named in headers and answers.
    pub fn name_of(&self, d: &Duty1) -> String {
        let directory = self.engine.directory();
        let org = directory.organisations.get(&d.org).map_or_else(|| d.org.to_string(), |o| o.record.code.to_string());
        match &d.unit {
            Some(unit) => format!("{}@{org}/{unit}", d.duty.code()),
            None => format!("{}@{org}", d.duty.code()),
        }
    }

    /// The one duty of today that the name fits; none where it fits none, or more than one.
    pub fn choose(&self, today: &[Duty1], named: &Named) -> Result<Duty1, Refused> {
        let directory = self.engine.directory();
        let org = match &named.org {
            None => None,
            // A person may act for an organisation that is named by its code or by its id.
            Some(code) => Some(
                directory
                    .organisation(code)
                    .or_else(|| code.parse::<Id>().ok()?.try_into().ok())
                    .ok_or(Problem::Denied(Denied::DutyNotHeld))?,
            ),
        };
        let fits = |d: &&Duty1| {
            d.duty == named.duty
                && org.is_none_or(|o| d.org == o)
                && named.unit.as_ref().is_none_or(|u| d.unit.as_ref().is_none_or(|held| held == u))
        };
        let mut fitting = today.iter().filter(fits);
        match (fitting.next(), fitting.next()) {
            (None, _) => Err(Problem::Denied(Denied::DutyNotHeld).into()),
            (Some(one), None) => Ok(Duty1 { unit: one.unit.clone().or_else(|| named.unit.clone()), ..one.clone() }),
            (Some(_), Some(_)) => Err(crate::problem::Edge::DutyNeeded.into()),
        }
    }
}

/// The actor and the reader of a duty.
pub fn acting(account: AccountId, d: &Duty1) -> (Actor, Reader) {
    let actor = Actor { account: Some(account), org: Some(d.org), unit: d.unit.clone(), duty: Some(d.duty) };
    // A role in a body reads nothing by its organisation: only what names the person.
    let of_body = d.duty.side() == Side::Body;
    let reader = Reader { account: Some(account), duty: d.duty, org: (!of_body).then_some(d.org), unit: d.unit.clone() };
    (actor, reader)
}
