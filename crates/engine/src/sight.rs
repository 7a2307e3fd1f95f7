//! Seeing: lists and single streams, always through `scope` or `sees`.

use crate::{Engine, Problem};
use chrono::NaiveDate;
use ndp_domain::access;
use ndp_domain::id::{Id, Kind};
use ndp_domain::time::legal_date;
use ndp_domain::visibility::{Facts, Params, Reader, Scope, scope, sees};

impl Engine {
    pub fn params(&self, on: NaiveDate, reader: &Reader) -> Params {
        let directory = self.directory();
        Params { focal: directory.focal_on(on), before: reader.org.map(|org| directory.predecessors(org, on)).unwrap_or_default() }
    }

    /// What the reader may see today.
    pub fn scope(&self, reader: &Reader) -> Scope {
        let on = legal_date(self.clock.now());
        scope(reader, on, &self.params(on, reader))
    }

    /// Does the reader see this stream, by `sees` over the facts?
    pub async fn sees(&self, reader: &Reader, id: Id) -> Result<bool, Problem> {
        let on = legal_date(self.clock.now());
        let Some(loaded) = self.store.load_one(id).await? else { return Ok(false) };
        let recused_from = match reader.account {
            Some(account) => self.store.recused_from(account).await?,
            None => Vec::new(),
        };
        let opened = id.kind == Kind::Sheet && self.store.sheet_opened(id).await?;
        let whole = &loaded.neighbour.whole;
        let rows = access::of(whole);
        let facts = Facts { kind: id.kind, access: &rows, product: whole.state.view().product, recused_from: &recused_from, opened };
        Ok(sees(reader, on, &self.params(on, reader), &facts))
    }
}
