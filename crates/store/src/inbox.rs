//! What waits for a person in a duty: in the order of last days, and how much of it.

use crate::admission::condition;
use crate::lists::NO_DUE;
use crate::{Fault, Store};
use ndp_domain::acts::{ACTS, ActId};
use ndp_domain::authority::{Duty, Level, Side};
use ndp_domain::id::AccountId;
use ndp_domain::regulation::Before;
use ndp_domain::visibility::Scope;
use sea_orm::Value;
use std::collections::BTreeSet;
use uuid::Uuid;

/// A task of an inbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    pub stream: Uuid,
    pub kind: String,
    pub act: String,
    pub duty: String,
    pub name: Option<String>,
    pub code: Option<String>,
    pub due_on: Option<String>,
}

/// Whose tasks: of a duty, held by these organisations or agencies, or named for the person. What takes effect
/// by a paper is a task of those who draft it, and the paper itself one of those who take it through its steps.
#[derive(Debug)]
pub struct Inbox<'a> {
    pub scope: &'a Scope,
    pub duty: Duty,
    pub holders: &'a [String],
    pub person: Option<AccountId>,
    /// Steps of papers with the states in which they wait for another one, by the version that they follow.
    pub before: &'a [Before],
}

/// Acts that take effect by a paper in every state, and by nothing else.
fn by_paper() -> impl Iterator<Item = ActId> {
    ACTS.iter().filter(|act| act.paper.is_issued() && act.plain.is_none()).map(|act| act.id)
}

/// Tasks of one duty among those that are the reader's, and which of its acts.
struct Theirs {
    duty: Duty,
    acts: String,
}

/// The columns of a task that is listed.
const TASK: &str = "t.stream, t.act, t.duty, t.due_on, s.kind, s.name, s.code";

impl Inbox<'_> {
    /// Whose tasks are the reader's, duty by duty.
    fn theirs(&self) -> Vec<Theirs> {
        let (side, level) = (self.duty.side(), self.duty.level());
        let papers = listed(by_paper().map(|act| act.name()));
        let all = |duty: Duty| Theirs { duty, acts: String::new() };
        // What takes effect by a paper is begun by those who draft it; its signer is told by the paper itself.
        let told_by_paper = self.duty == Duty::HiredUnit || (level == Level::Signer && side != Side::Body);
        let mut theirs = vec![match told_by_paper {
            true => Theirs { duty: self.duty, acts: format!(" AND t.act NOT IN ({papers})") },
            false => all(self.duty),
        }];
        let at = |side: Side, level: Level| Duty::ALL.iter().copied().filter(move |d| d.side() == side && d.level() == level);
        if level == Level::Officer {
            let drafted = at(side, Level::Signer).map(|duty| Theirs { duty, acts: format!(" AND t.act IN ({papers})") });
            theirs.extend(drafted);
        }
        // Steps of a paper are told of by the duties of a managing agency; others do them at their own level.
        if matches!(side, Side::Focal | Side::Consulted) {
            theirs.extend(at(Side::Managing, level).map(|duty| Theirs { duty, acts: " AND s.kind = 'document'".to_owned() }));
        }
        theirs
    }

    /// What keeps a task from being the reader's turn, on task `t` and its record `s`.
    fn turn(&self, values: &mut Vec<Value>) -> String {
        let admitted = condition(self.scope, values);
        let papers = listed(by_paper().map(|act| act.name()));
        let mut waits = |b: &Before| {
            values.push(b.regulation.clone().into());
            let (act, stages, n) = (b.act.name(), listed(b.stages.iter().copied()), values.len());
            format!(" AND NOT (t.act = '{act}' AND s.stage IN ({stages}) AND s.regulation = ${n})")
        };
        let turn: String = self.before.iter().map(&mut waits).collect();
        // What a paper on its way does already is no work any more for those who draft it.
        let drafts = self.duty.level() == Level::Officer || self.duty == Duty::Secretary;
        let on_its_way = if drafts {
            format!(
                " AND NOT (t.act IN ({papers}) AND EXISTS (SELECT 1 FROM stream c WHERE c.parent = t.stream AND c.kind = 'document'
                    AND c.stage IN ('D.draft', 'D.submitted', 'D.initialled', 'D.checked', 'D.returned', 'D.signed', 'D.numbered', 'D.sealed')
                    AND c.document LIKE '%\"act\":\"' || t.act || '\"%'))"
            )
        } else {
            String::new()
        };
        format!(
            "{admitted}{turn}{on_its_way}
               AND NOT EXISTS (SELECT 1 FROM stream c WHERE c.parent = t.stream AND
                 ((t.act = 'E15' AND c.kind = 'sheet' AND c.stage <> 'E15.entered' AND c.round = s.round AND c.person = t.person)
                  OR (t.act = 'E30' AND c.kind = 'sheet' AND c.stage = 'E30.sealed' AND c.round = s.round AND c.person = t.person)
                  OR (t.act = 'C3' AND c.kind = 'opinion' AND c.open_key LIKE '%/' || t.holder)))
               AND NOT (t.act = 'E11' AND t.duty = 'MA-O' AND NOT EXISTS
                 (SELECT 1 FROM stream b WHERE b.kind = 'body' AND b.managing = s.managing AND b.stage = 'B.contracted'))
               AND NOT (t.act = 'B11' AND NOT EXISTS
                 (SELECT 1 FROM stream c WHERE c.body = s.body AND c.kind = 'dossier' AND c.stage IN ('E.evaluating', 'E.clarifying')))
               AND NOT (t.act = 'B17' AND coalesce(s.sheets_due, 1) <=
                 (SELECT count(*) FROM stream c WHERE c.parent = t.stream AND c.kind = 'declaration' AND c.person = t.person))"
        )
    }

    /// The inbox as a union of parts, one for each holder and duty and one for the person, each read in the order of
    /// its own index and no further than `most`: a long inbox costs no more than a short one.
    fn parts(&self, values: &mut Vec<Value>, columns: &str, more: &str, end: &str) -> String {
        let turn = self.turn(values);
        let theirs = self.theirs();
        let mut bind = |value: Value| {
            values.push(value);
            format!("${}", values.len())
        };
        let mut whose = Vec::new();
        for holder in self.holders.iter().collect::<BTreeSet<_>>() {
            let holder = bind(holder.clone().into());
            let part = |t: &Theirs| format!("t.holder = {holder} AND t.duty = '{}' AND t.person = ''{}", t.duty.code(), t.acts);
            whose.extend(theirs.iter().map(part));
        }
        if let Some(person) = self.person {
            let of: Vec<String> = theirs.iter().map(|t| format!("(t.duty = '{}'{})", t.duty.code(), t.acts)).collect();
            whose.push(format!("t.person = {} AND ({})", bind(person.to_string().into()), of.join(" OR ")));
        }
        // The record of a task is looked up by its key, never the other way round.
        let part = |whose: &String| {
            format!(
                "SELECT * FROM (SELECT {columns} FROM task t CROSS JOIN stream s WHERE s.id = t.stream AND {whose} AND {turn}{more} {end}) AS p"
            )
        };
        if whose.is_empty() {
            return format!("SELECT {columns} FROM task t CROSS JOIN stream s WHERE 1 = 0");
        }
        whose.iter().map(part).collect::<Vec<_>>().join(" UNION ALL ")
    }
}

fn listed<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.map(|word| format!("'{word}'")).collect::<Vec<_>>().join(", ")
}

impl Store {
    /// What waits for a person in a duty: tasks of their organisation's duty and their own, of
    /// streams the scope admits. A sheet, ballot, declaration or opinion already given is a
    /// stream of its own and takes its task away on reading.
    pub async fn inbox(&self, of: &Inbox<'_>, limit: u64) -> Result<Vec<Task>, Fault> {
        let mut values = Vec::new();
        let turn = format!("coalesce(t.due_on, '{NO_DUE}')");
        let end = format!("ORDER BY {turn}, t.stream LIMIT {limit}");
        let parts = of.parts(&mut values, &format!("{TASK}, {turn} AS turn"), "", &end);
        let sql =
            format!("SELECT stream, act, duty, due_on, kind, name, code FROM ({parts}) AS all_parts ORDER BY turn, stream LIMIT {limit}");
        let rows = self.query(&sql, values).await?;
        rows.iter()
            .map(|r| {
                Ok(Task {
                    stream: r.try_get("", "stream")?,
                    kind: r.try_get("", "kind")?,
                    act: r.try_get("", "act")?,
                    duty: r.try_get("", "duty")?,
                    name: r.try_get("", "name")?,
                    code: r.try_get("", "code")?,
                    due_on: r.try_get("", "due_on")?,
                })
            })
            .collect()
    }

    /// How many tasks wait in each of these, to `most`, in one question. What only has to be filed keeps nobody waiting
    /// and is not counted.
    pub async fn inbox_sizes(&self, of: &[Inbox<'_>], most: u64) -> Result<Vec<u64>, Fault> {
        let mut values = Vec::new();
        let filing = ActId::D10.name();
        let counts: Vec<String> = of
            .iter()
            .map(|inbox| {
                let parts = inbox.parts(&mut values, "1 AS one", &format!(" AND t.act <> '{filing}'"), &format!("LIMIT {most}"));
                format!("(SELECT count(*) FROM (SELECT one FROM ({parts}) AS parts LIMIT {most}) AS waiting)")
            })
            .collect();
        if counts.is_empty() {
            return Ok(Vec::new());
        }
        let named: Vec<String> = counts.iter().enumerate().map(|(i, count)| format!("{count} AS n{i}")).collect();
        let rows = self.query(&format!("SELECT {}", named.join(", ")), values).await?;
        let Some(row) = rows.first() else { return Ok(vec![0; of.len()]) };
        (0..of.len()).map(|i| Ok(row.try_get::<i64>("", &format!("n{i}"))?.unsigned_abs())).collect()
    }
}
