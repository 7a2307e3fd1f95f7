//! What the last check of the record found.

use crate::audit::instant;
use crate::{Fault, Store};
use ndp_domain::time::Instant;

/// A check that was made: when, of how many events, and what was wrong as JSON of whoever checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    pub at: Instant,
    pub events: u64,
    pub wrong: String,
}

impl Store {
    pub async fn note_verdict(&self, verdict: &Verdict) -> Result<(), Fault> {
        let sql = "INSERT INTO verdict (one, at, events, wrong) VALUES (1, $1, $2, $3)
                   ON CONFLICT (one) DO UPDATE SET at = excluded.at, events = excluded.events, wrong = excluded.wrong";
        let values = vec![instant(verdict.at).into(), (verdict.events as i64).into(), verdict.wrong.as_str().into()];
        self.aside_one(sql, values).await.map(|_| ())
    }

    pub async fn verdict(&self) -> Result<Option<Verdict>, Fault> {
        let rows = self.query("SELECT at, events, wrong FROM verdict WHERE one = 1", Vec::new()).await?;
        let Some(r) = rows.first() else { return Ok(None) };
        let at: String = r.try_get("", "at")?;
        let wrong = || Fault::Inconsistent { table: "verdict", record: "1".to_owned(), what: at.clone() };
        let events = r.try_get::<i64>("", "events")?.unsigned_abs();
        Ok(Some(Verdict { at: at.parse().map_err(|_| wrong())?, events, wrong: r.try_get("", "wrong")? }))
    }
}
