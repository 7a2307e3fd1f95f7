//! Two promulgated versions of a criteria set side by side: what changed, and which open rounds
//! stay on the version they began with (process.md 7, case 16).

use crate::{Engine, Problem};
use ndp_domain::acts::FINAL;
use ndp_domain::criteria_set::{self, Change, CriteriaSet, SetText};
use ndp_domain::dossier::Dossier;
use ndp_domain::evidence::Need;
use ndp_domain::id::{CriteriaSetId, Id, Kind};
use ndp_domain::machine::{Known, Machine};
use serde::Serialize;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Comparison {
    pub changes: Vec<Change>,
    /// Open dossiers and the version each is judged by, in the order of their ids.
    pub stays: Vec<Stays>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stays {
    pub dossier: Id,
    pub name: String,
    pub version: u32,
    pub stage: &'static str,
}

impl Engine {
    /// The text of a promulgated version; `None` where there is none of this number.
    pub async fn set_text(&self, set: CriteriaSetId, version: u32) -> Result<Option<SetText>, Problem> {
        let loaded = self.store.load_one(set.into()).await?;
        let state = loaded.as_ref().and_then(|l| CriteriaSet::known(&l.neighbour.whole.state));
        let found = state.and_then(|s| s.versions.iter().find(|v| v.n == version)).and_then(|v| v.promulgated.as_ref());
        let Some(promulgated) = found else { return Ok(None) };
        let text = self.store.content(promulgated.text.0).await?;
        Ok(text.and_then(|t| serde_json::from_str(&t).ok()))
    }

    /// `None` where one of the versions was never promulgated.
    pub async fn compare(&self, set: CriteriaSetId, old: u32, new: u32) -> Result<Option<Comparison>, Problem> {
        let (Some(before), Some(after)) = (self.set_text(set, old).await?, self.set_text(set, new).await?) else { return Ok(None) };
        let dossiers = self.store.load(&[Need::Children(set.into(), Kind::Dossier)]).await?;
        let stays = dossiers.iter().filter_map(|(id, loaded)| {
            let state = Dossier::known(&loaded.neighbour.whole.state)?;
            let stage = Dossier::stage(state);
            let name = loaded.neighbour.whole.state.view().name.unwrap_or_default();
            (!FINAL.contains(&stage)).then_some(Stays { dossier: *id, name, version: state.version.n, stage })
        });
        Ok(Some(Comparison { changes: criteria_set::compare(&before, &after), stays: stays.collect() }))
    }
}
