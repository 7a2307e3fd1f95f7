//! What a person may do with a record now, and why the others not: every act of the table that the
//! record knows, judged by the same authority and guards as when it is tried.

use crate::execute::{standing_for, with_roles, world_of};
use crate::{Engine, Problem};
use ndp_domain::acts::{ACTS, ANY, Act, FINAL, NEW, Who};
use ndp_domain::authority::{fits_state, is_theirs, may_at_all};
use ndp_domain::evidence::{Need, Neighbour};
use ndp_domain::id::Id;
use ndp_domain::issue::{may_be_tried, neighbours_of};
use ndp_domain::occasion::Actor;
use ndp_store::read::Loaded;
use std::collections::BTreeMap;
use uuid::Uuid;

/// One act of a record's machine.
#[derive(Debug)]
pub struct May {
    pub act: &'static Act,
    /// It takes effect by a paper, drafted with D1.
    pub by_paper: bool,
    /// Why not now; none means it may be tried.
    pub why_not: Option<Problem>,
}

/// Letters by which a machine's acts begin: those of its states.
fn letters(stage: &str) -> &str {
    stage.split('.').next().unwrap_or(stage)
}

/// Acts that a record in this state knows: of its machine, and those common to all open records.
fn known(stage: &'static str) -> impl Iterator<Item = &'static Act> {
    ACTS.iter().filter(move |act| {
        let person = !matches!(act.who, Who::With | Who::Installation);
        let own = act.from.iter().any(|from| *from != NEW && *from != ANY && letters(from) == letters(stage));
        let common = act.from.contains(&ANY) && !FINAL.contains(&stage);
        person && (own || common)
    })
}

impl Engine {
    /// Every act of the record's machine for this actor. One query more where a guard of an act they
    /// may do reads other records.
    pub async fn acts_of(&self, actor: &Actor, record: &Loaded, account: Option<&Loaded>) -> Result<Vec<May>, Problem> {
        let directory = self.directory();
        let at = self.clock.now();
        let mut loaded: BTreeMap<Id, Loaded> = BTreeMap::from([(record.id, record.clone())]);
        loaded.extend(account.map(|a| (a.id, a.clone())));
        let state = &record.neighbour.whole.state;
        let (stage, view) = (state.stage(), state.view());
        let rows: Vec<&'static Act> = known(stage).collect();
        // Roles in a body, and whatever the guards of acts in reach ask for.
        let mut needs: Vec<Need> = Vec::new();
        if actor.duty.is_some_and(|d| d.side() == ndp_domain::authority::Side::Body) {
            needs.extend(view.body.map(|b| Need::Stream(b.into())));
        }
        let judge = |loaded: &BTreeMap<Id, Loaded>, row: &Act| {
            let standing = with_roles(standing_for(actor, loaded, &directory, at), actor, record.id, loaded);
            let standing = standing.borrow();
            let form = may_at_all(row, &standing)?;
            is_theirs(row, &standing, &view)?;
            fits_state(row, actor.duty.unwrap_or(ndp_domain::authority::Duty::Public), stage)?;
            Ok::<_, Problem>(form)
        };
        if !needs.is_empty() {
            loaded.extend(self.store.load(&needs).await?);
        }
        let judged: Vec<_> = rows.into_iter().map(|row| (row, judge(&loaded, row))).collect();
        let in_reach: Vec<&Act> =
            judged.iter().filter(|(row, may)| may.is_ok() && row.leaves(stage) && !row.guards.is_empty()).map(|(row, _)| *row).collect();
        if !in_reach.is_empty() {
            let mut needs = neighbours_of(record.id, state, &in_reach);
            needs.retain(|need| !matches!(need, Need::Stream(id) if loaded.contains_key(id)));
            loaded.extend(self.store.load(&needs).await?);
        }
        let streams: BTreeMap<Id, Neighbour> = loaded.into_iter().map(|(id, l)| (id, l.neighbour)).collect();
        let Some(world) = world_of(streams, &directory, at, Uuid::nil()) else { return Ok(Vec::new()) };
        let answer = |(act, judged): (&'static Act, Result<Option<_>, Problem>)| {
            let why_not = match judged {
                Err(problem) => Some(problem),
                Ok(form) => may_be_tried(&world, record.id, actor, form, act).err().map(Problem::Refusal),
            };
            May { act, by_paper: act.needs_paper(stage), why_not }
        };
        Ok(judged.into_iter().map(answer).collect())
    }
}
