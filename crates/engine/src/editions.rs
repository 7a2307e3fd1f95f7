//! What an edition of a register is compiled from: every entry of it that waits or is out.

use crate::{Engine, Problem};
use ndp_domain::evidence::Need;
use ndp_domain::id::ListEntryId;
use ndp_domain::id::{Kind, PublicationId};
use ndp_domain::machine::{Machine, State};
use ndp_domain::market;
use ndp_domain::outcome::Share;
use ndp_domain::publication::{Publication, Register};
use std::collections::BTreeSet;

impl Engine {
    /// Entries of the register for its next edition, in the order of their ids.
    pub async fn edition_entries(&self, register: Register) -> Result<Vec<PublicationId>, Problem> {
        let (mut out, mut after) = (Vec::new(), None);
        loop {
            let page = self.store.of_kind(Kind::Publication, after, 500).await?;
            let Some(last) = page.last() else { return Ok(out) };
            after = Some(last.id.uuid);
            for loaded in &page {
                let State::Publication(p) = &loaded.neighbour.whole.state else { continue };
                let fits = p.register == register
                    && p.closing.is_none()
                    && matches!(Publication::stage(p), "P.data_sent" | "P.published" | "P.correction");
                if let (true, Ok(id)) = (fits, loaded.id.try_into()) {
                    out.push(id);
                }
            }
        }
    }

    /// The newest shares of all products under one entry, that is of one market, and whether they
    /// add up to more than the whole: a warning to their managing agencies and the focal agency.
    pub async fn market(&self, entry: ListEntryId) -> Result<(Vec<Share>, bool), Problem> {
        let products = self.store.load(&[Need::Children(entry.into(), Kind::Product)]).await?;
        let ids: BTreeSet<_> = products.keys().filter_map(|id| (*id).try_into().ok()).collect();
        let needs: Vec<Need> =
            ids.iter().flat_map(|p| [Need::OfProduct(*p, Kind::Recognition), Need::OfProduct(*p, Kind::Dossier)]).collect();
        let found = if needs.is_empty() { Default::default() } else { self.store.load(&needs).await? };
        let mut shares = Vec::new();
        for product in ids {
            let states = || found.values().map(|l| &l.neighbour.whole.state);
            let measured = states().filter_map(|s| match s {
                State::Recognition(r) if r.product == product && r.in_force() => r.measurements.last().map(|m| m.share),
                _ => None,
            });
            let claimed = states().filter_map(|s| match s {
                State::Dossier(d) if d.product == product => d.share,
                _ => None,
            });
            shares.extend(measured.chain(claimed).next());
        }
        let over = market::overfull(&shares);
        Ok((shares, over))
    }
}
