//! What waits for a person in a duty: in the order of last days, and how much of it.

use crate::admission::condition;
use crate::lists::NO_DUE;
use crate::{Fault, Store};
use ndp_domain::acts::{ACTS, ActId};
use ndp_domain::authority::{Duty, Level, Side};
use ndp_domain::id::AccountId;
use ndp_domain::visibility::Scope;
use sea_orm::Value;
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
    /// Steps of a paper with the states in which it waits for another one.
    pub before: &'a [(ActId, &'static [&'static str])],
}

/// Acts that take effect by a paper in every state, and by nothing else.
fn by_paper() -> impl Iterator<Item = ActId> {
    ACTS.iter().filter(|act| act.paper.is_issued() && act.plain.is_none()).map(|act| act.id)
}

impl Inbox<'_> {
    fn condition(&self, values: &mut Vec<Value>) -> String {
        let admitted = condition(self.scope, values);
        let mut bind = |value: Value| {
            values.push(value);
            format!("${}", values.len())
        };
        let papers: Vec<String> = by_paper().map(|act| format!("'{}'", act.name())).collect();
        let papers = papers.join(", ");
        let (side, level) = (self.duty.side(), self.duty.level());
        let of = |duties: &[Duty]| duties.iter().map(|d| format!("'{}'", d.code())).collect::<Vec<_>>().join(", ");
        // What takes effect by a paper is begun by those who draft it; its signer is told by the paper itself.
        let mut theirs = vec![match level {
            _ if self.duty == Duty::HiredUnit => format!("t.duty = {} AND t.act NOT IN ({papers})", bind(self.duty.code().into())),
            Level::Signer if side != Side::Body => format!("t.duty = {} AND t.act NOT IN ({papers})", bind(self.duty.code().into())),
            _ => format!("t.duty = {}", bind(self.duty.code().into())),
        }];
        if level == Level::Officer {
            let signers: Vec<Duty> = Duty::ALL.iter().copied().filter(|d| d.side() == side && d.level() == Level::Signer).collect();
            theirs.push(format!("t.duty IN ({}) AND t.act IN ({papers})", of(&signers)));
        }
        // Steps of a paper are told of by the duties of a managing agency; others do them at their own level.
        if matches!(side, Side::Focal | Side::Consulted) {
            let same: Vec<Duty> = Duty::ALL.iter().copied().filter(|d| d.side() == Side::Managing && d.level() == level).collect();
            theirs.push(format!("s.kind = 'document' AND t.duty IN ({})", of(&same)));
        }
        let holders: Vec<String> = self.holders.iter().map(|h| bind(h.clone().into())).collect();
        let own = match self.person {
            Some(person) => format!("t.person = {}", bind(person.to_string().into())),
            None => "1 = 0".to_owned(),
        };
        let of_org =
            if holders.is_empty() { "1 = 0".to_owned() } else { format!("(t.person = '' AND t.holder IN ({}))", holders.join(", ")) };
        let listed = |stages: &[&str]| stages.iter().map(|s| format!("'{s}'")).collect::<Vec<_>>().join(", ");
        let waits = self.before.iter().filter(|(_, stages)| !stages.is_empty());
        let turn: String = waits.map(|(act, stages)| format!(" AND NOT (t.act = '{act}' AND s.stage IN ({}))", listed(stages))).collect();
        // What a paper on its way does already is no work any more for those who draft it.
        let drafts = level == Level::Officer || self.duty == Duty::Secretary;
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
            "(({})) AND ({of_org} OR {own}) AND {admitted}{turn}{on_its_way}
               AND NOT EXISTS (SELECT 1 FROM stream c WHERE c.parent = t.stream AND
                 ((t.act = 'E15' AND c.kind = 'sheet' AND c.stage <> 'E15.entered' AND c.round = s.round AND c.person = t.person)
                  OR (t.act = 'E30' AND c.kind = 'sheet' AND c.stage = 'E30.sealed' AND c.round = s.round AND c.person = t.person)
                  OR (t.act = 'C3' AND c.kind = 'opinion' AND c.open_key LIKE '%/' || t.holder)))
               AND NOT (t.act = 'E11' AND t.duty = 'MA-O' AND NOT EXISTS
                 (SELECT 1 FROM stream b WHERE b.kind = 'body' AND b.managing = s.managing AND b.stage = 'B.contracted'))
               AND NOT (t.act = 'B17' AND coalesce(s.sheets_due, 1) <=
                 (SELECT count(*) FROM stream c WHERE c.parent = t.stream AND c.kind = 'declaration' AND c.person = t.person))",
            theirs.join(") OR (")
        )
    }
}

impl Store {
    /// What waits for a person in a duty: tasks of their organisation's duty and their own, of
    /// streams the scope admits. A sheet, ballot, declaration or opinion already given is a
    /// stream of its own and takes its task away on reading.
    pub async fn inbox(&self, of: &Inbox<'_>, limit: u64) -> Result<Vec<Task>, Fault> {
        let mut values = Vec::new();
        let waits = of.condition(&mut values);
        let sql = format!(
            "SELECT t.stream, t.act, t.duty, t.due_on, s.kind, s.name, s.code FROM task t JOIN stream s ON s.id = t.stream
             WHERE {waits} ORDER BY coalesce(t.due_on, '{NO_DUE}'), t.stream LIMIT {limit}"
        );
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

    /// How many tasks wait in each of these, to `most`, in one question: in no order, so that a long inbox costs no
    /// more than a short one. What only has to be filed keeps nobody waiting and is not counted.
    pub async fn inbox_sizes(&self, of: &[Inbox<'_>], most: u64) -> Result<Vec<u64>, Fault> {
        let mut values = Vec::new();
        let filing = ActId::D10.name();
        let counts: Vec<String> = of
            .iter()
            .map(|inbox| {
                let waits = inbox.condition(&mut values);
                format!("(SELECT count(*) FROM (SELECT 1 AS one FROM task t JOIN stream s ON s.id = t.stream WHERE {waits} AND t.act <> '{filing}' LIMIT {most}) AS waiting)")
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
