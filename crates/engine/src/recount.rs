//! Open last days after another edition of the holidays (X5, case 32): every record whose last day runs is looked at
//! once an edition, each in a commit of its own. The job may be stopped and run again, by anybody.

use crate::reference::{calendar_of, parse_holidays};
use crate::{Ask, Engine, Problem};
use futures::StreamExt;
use ndp_domain::any;
use ndp_domain::calendar::Calendar;
use ndp_domain::id::Id;
use ndp_domain::machine::{Command, Event};
use ndp_domain::occasion::Actor;
use ndp_domain::record::Envelope;
use ndp_domain::reference;
use ndp_domain::refusal::Refusal;
use ndp_domain::time::legal_date;
use ndp_store::Fault;

/// The topic under which the job waits in the outbox.
pub const TOPIC: &str = "calendar";

/// What waits: the edition of the holidays, as the version of its record.
#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize)]
pub struct Loaded {
    pub stream: Id,
    pub version: u64,
}

const PAGE: u64 = 500;
/// Records at the same time. Choice.
const ABREAST: usize = 16;

impl Engine {
    /// Counts the open last days again; answers how many records moved. Does nothing where a newer edition has come:
    /// its own turn counts them.
    pub async fn recount(&self, done: Loaded) -> Result<u64, Problem> {
        self.refresh().await?;
        let mut editions = Vec::new();
        for body in self.store.events(done.stream).await? {
            let wrong = |e: serde_json::Error| Fault::Inconsistent { table: "event", record: done.stream.to_string(), what: e.to_string() };
            let envelope: Envelope = serde_json::from_str(&body).map_err(wrong)?;
            if let Event::Reference(reference::Event::Loaded { pin, .. }) = envelope.event {
                editions.push(pin);
            }
        }
        if editions.len() as u64 != done.version {
            return Ok(0);
        }
        let Some(edition) = editions.pop() else { return Ok(0) };
        let mut before: Vec<Calendar> = Vec::new();
        for pin in editions.iter().rev() {
            let text = self.store.content(pin.0).await?.unwrap_or_default();
            before.extend(parse_holidays("content", &text).map(|rows| calendar_of(&rows)).ok());
        }
        let today = legal_date(self.clock.now());
        let (mut after, mut moved) = (None, 0);
        loop {
            let page = self.store.running_after(today, after, PAGE).await?;
            let Some(last) = page.last() else { return Ok(moved) };
            after = Some(last.uuid);
            let one = |stream: Id| {
                let key = format!("X5/{}/{stream}", edition.0);
                let recount = any::Command::Recount { edition, before: before.clone() };
                let ask = Ask { request: Some(edition.0), ..Ask::new(Actor::default(), stream, Command::Any(recount)).keyed(&key) };
                async move {
                    match self.execute(ask).await {
                        Ok(receipt) => Ok(u64::from(!receipt.repeated)),
                        // Nothing moves, or the record went on meanwhile.
                        Err(Problem::Refusal(Refusal::LastDaysStay {} | Refusal::WrongStage { .. })) => Ok(0),
                        // One that cannot be counted holds up no other.
                        Err(Problem::Refusal(refusal)) => {
                            tracing::warn!(%stream, code = refusal.code(), "last days not counted again");
                            Ok(0)
                        }
                        Err(other) => Err(other),
                    }
                }
            };
            let mut running = futures::stream::iter(page).map(one).buffer_unordered(ABREAST);
            while let Some(result) = running.next().await {
                moved += result?;
            }
        }
    }
}
