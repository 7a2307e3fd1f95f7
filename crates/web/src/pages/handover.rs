//! A unit hands a draft of a proposal over (L13): what was typed into a letter of its own goes with it, into the
//! proposal's draft, from which the coordinating unit's letter takes it; that letter of its own is then given up.

use super::doings::ON_THE_WAY;
use super::draft;
use crate::form::{Known, Pairs, shape};
use crate::visitor::Visitor;
use ndp_domain::acts::ActId;
use ndp_domain::id::{Id, Kind};
use ndp_domain::refusal::Refusal;
use ndp_engine::{Problem, orders};
use ndp_server::problem::Refused;
use ndp_store::lists::{Filter, Order};
use serde_json::{Value, json};

/// Copies what was typed; answers the letters to be given up. A letter that waits for a signature already is in the way.
pub async fn carried(v: &Visitor, entry: Id) -> Result<Vec<Id>, Refused> {
    let stages = ON_THE_WAY.map(str::to_owned).to_vec();
    let filter = Filter { kind: Some(Kind::Document), parent: Some(entry), stages, ..Filter::default() };
    let letters = v.app.engine.store.list(&v.reading.scope(&v.app), &filter, Order::Updated, None, 50).await?;
    if let Some(sent) = letters.iter().find(|l| l.stage != "D.draft") {
        return Err(Problem::Refusal(Refusal::WrongStage { act: ActId::L13, stage: sent.stage.clone() }).into());
    }
    for letter in &letters {
        let open = draft::open(v, "van-ban", &letter.id.to_string()).await?;
        let topics = super::topics::of(v, &open);
        let (typed, _) = open.draft(v, &topics, None).await?;
        let Some(n) = open.acts.iter().position(|(pinned, _)| pinned.stream == entry && pinned.act == ActId::L2) else { continue };
        let shape = shape::of(open.acts[n].1);
        let (content, _) = Pairs(typed.acts.get(n).cloned().unwrap_or_default()).content(shape, &Known::default());
        let Some(Value::Object(fields)) = content.get("proposal") else { continue };
        let kept = v.app.engine.draft_fields(&v.reading.reader, entry).await?;
        for (name, value) in fields.iter().filter(|(_, value)| !crate::shown::blank(value)) {
            let seen = kept.get(name).map_or(0, |f| f.version);
            v.app.engine.save_draft(&v.reading.reader, entry, name, value, seen).await?;
        }
    }
    Ok(letters.into_iter().map(|l| l.id).collect())
}

/// Gives the unit's own letters up (D11).
pub async fn given_up(v: &Visitor, letters: Vec<Id>) -> Result<(), Refused> {
    let Some(discard) = orders::of_act(Kind::Document, ActId::D11) else { return Ok(()) };
    for letter in letters {
        let done = ndp_server::acts::order(&v.app, &v.reading, discard, Some(letter), None, None, json!({})).await;
        // Somebody else may have given it up, or sent it, in the meantime: then it is theirs to see to.
        if let Err(refused) = done
            && !refused.status().is_client_error()
        {
            return Err(refused);
        }
    }
    Ok(())
}
