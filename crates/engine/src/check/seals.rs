//! The feed and its seals: positions gapless, batches whole, roots, chain and signatures.

use super::Check;
use ndp_domain::canonical::Hash;
use ndp_domain::merkle::{Seal, root};
use ndp_store::Fault;
use ndp_store::audit::{StoredSeal, instant};

const PAGE: u64 = 2_000;

impl Check<'_> {
    pub(super) async fn seals(&mut self, noted: Option<(u64, Hash)>) -> Result<(), Fault> {
        let seals = self.store.audit_seals().await?;
        self.report.seals = seals.len() as u64;
        let mut seals_left = seals.iter().peekable();
        let (mut position, mut leaves) = (0, Vec::new());
        let mut last_batch = None;
        loop {
            let page = self.store.audit_feed(position, PAGE).await?;
            if page.is_empty() {
                break;
            }
            for (row, event) in page {
                let record = format!("feed {}", row.position);
                if row.position != position + 1 {
                    self.wrong("feed.gap", record.clone(), format!("position {} is missing", position + 1));
                }
                position = row.position;
                match event {
                    None => self.wrong(
                        "event.deleted",
                        format!("event {}/{}", row.stream.simple(), row.n),
                        format!("sealed at position {position}"),
                    ),
                    Some(found) if found != (row.batch, row.i, row.hash) => {
                        self.wrong("feed.differs", record.clone(), format!("not what event {}/{} says", row.stream.simple(), row.n));
                    }
                    Some(_) => {}
                }
                let follows = match last_batch {
                    Some((batch, i)) if batch == row.batch => row.i == i + 1,
                    _ => row.i == 0,
                };
                if !follows {
                    self.wrong("feed.batch_torn", record, "a commit's events do not stand together");
                }
                last_batch = Some((row.batch, row.i));
                leaves.push(row.hash);
                match seals_left.peek() {
                    Some(seal) if seal.last == position => {
                        let own = std::mem::take(&mut leaves);
                        if root(&own) != seal.root {
                            self.wrong("seal.broken", format!("seal {}", seal.n), "its root is not that of the events it covers");
                        }
                        seals_left.next();
                    }
                    _ => {}
                }
            }
        }
        if !leaves.is_empty() {
            self.wrong("feed.unsealed", format!("feed {}", position - leaves.len() as u64 + 1), "positions without a seal");
        }
        for seal in seals_left {
            self.wrong("seal.uncovered", format!("seal {}", seal.n), format!("positions up to {} are missing", seal.last));
        }
        self.chain(&seals);
        if let Some((n, hash)) = noted {
            match seals.iter().find(|s| s.n == n) {
                None => self.wrong("seal.cut", format!("seal {n}"), "noted elsewhere, missing here"),
                Some(seal) if seal.hash != hash => self.wrong("seal.replaced", format!("seal {n}"), "noted elsewhere with another hash"),
                Some(_) => {}
            }
        }
        self.report.last_seal = seals.last().map(|s| format!("{}:{}", s.n, s.hash));
        Ok(())
    }

    fn chain(&mut self, seals: &[StoredSeal]) {
        let (mut n, mut last, mut prev) = (0, 0, Hash::ZERO);
        for stored in seals {
            let record = format!("seal {}", stored.n);
            if stored.n != n + 1 || stored.first != last + 1 || stored.last < stored.first || stored.prev != prev {
                self.wrong("seal.chain_broken", record.clone(), "number, range or previous hash does not follow");
            }
            let at = stored.at.parse().ok().filter(|at| instant(*at) == stored.at);
            let seal = at.map(|at| Seal {
                n: stored.n,
                first: stored.first,
                last: stored.last,
                root: stored.root,
                prev: stored.prev,
                at,
                kid: stored.kid.clone(),
            });
            if seal.map(|s| s.hash()) != Some(stored.hash) {
                self.wrong("seal.changed", record.clone(), "its hash is not that of its columns");
            }
            if !self.keys.verify(&stored.kid, &stored.hash.0, &stored.signature) {
                self.wrong("seal.signature", record, format!("not signed by a known key {}", stored.kid));
            }
            (n, last, prev) = (stored.n, stored.last, stored.hash);
        }
    }
}
