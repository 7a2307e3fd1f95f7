//! Counts that a reader may see: of their organisation's records, or of what the List keeps.

use crate::{Engine, Problem};
use ndp_domain::access::Facet;
use ndp_domain::time::legal_date;
use ndp_domain::visibility::Reader;
use ndp_store::tally::Count;

/// Kinds whose number says nothing of sealed sheets, persons or private drafts.
const OF_AGENCY: &[&str] = &[
    "list_entry",
    "criteria_set",
    "dossier",
    "body",
    "recognition",
    "publication",
    "document",
    "plan",
    "reconsideration",
    "complaint",
    "objection",
    "change_proposal",
];
const OF_KEEPER: &[&str] = &["list_entry", "publication", "edition"];
/// Drafts of other units are not counted.
const DRAFTS: &[&str] = &["L.draft", "E.draft", "U.draft", "D.draft", "C.drafting"];

impl Engine {
    /// Counts by kind and state; folded from the feed, so a few seconds old.
    pub async fn counts(&self, reader: &Reader) -> Result<Vec<Count>, Problem> {
        let day = legal_date(self.clock.now());
        let admits = self.scope(reader).admits;
        let of_own = |facet: Facet| reader.org.is_some_and(|org| admits.contains(&(org.to_string(), facet.name())));
        let mut counts = Vec::new();
        if let (true, Some(org)) = (of_own(Facet::File), reader.org) {
            counts.extend(self.store.counts(OF_AGENCY, Some(&org.to_string())).await?);
        }
        if admits.contains(&("focal_agency".to_owned(), Facet::Shared.name())) && reader.org == Some(self.directory().focal_on(day)) {
            let kept = self.store.counts(OF_KEEPER, None).await?;
            counts.retain(|c| !OF_KEEPER.contains(&c.kind.as_str()));
            counts.extend(kept);
        }
        counts.retain(|c| !DRAFTS.contains(&c.stage.as_str()));
        counts.sort();
        Ok(counts)
    }
}
