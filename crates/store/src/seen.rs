//! Single records, their history and the feed, each under a [`Scope`]: what the scope does not admit
//! is not found.

use crate::admission::{admitted, condition, recused};
use crate::read::{COLUMNS, Loaded, hash_of, loaded};
use crate::{Fault, Store};
use ndp_domain::access::Facet;
use ndp_domain::canonical::Hash;
use ndp_domain::id::{Id, Kind};
use ndp_domain::visibility::Scope;
use sea_orm::{QueryResult, Value};
use uuid::Uuid;

/// A record with the facets in which the scope admits it.
#[derive(Debug, Clone)]
pub struct Seen {
    pub loaded: Loaded,
    pub facets: Vec<Facet>,
}

/// One event of a record's history, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Past {
    pub n: u64,
    pub body: String,
    pub hash: Vec<u8>,
    /// Where the sequencer has placed it.
    pub position: Option<u64>,
}

/// One event of the feed that the scope admits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedLine {
    pub position: u64,
    pub batch: Uuid,
    pub stream: Id,
    pub n: u64,
    pub act: String,
    pub at: String,
    pub hash: Vec<u8>,
}

/// A page of the feed: what is admitted of the positions up to `to`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedPage {
    pub lines: Vec<FeedLine>,
    /// Read on from here.
    pub to: u64,
    /// Last position of the feed.
    pub end: u64,
}

/// Positions looked at for one page: a reader who sees little still moves on.
const WINDOW: u64 = 2_000;

/// How a reader sees a record at a moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight {
    pub head: Hash,
    /// In the fixed order of [`Facet::ALL`].
    pub facets: Vec<Facet>,
}

fn facets(names: &str) -> Vec<Facet> {
    Facet::ALL.iter().copied().filter(|f| names.split(',').any(|n| n == f.name())).collect()
}

/// Which events `e` of records `s` are told to a reader: what only everybody sees is told by the acts that made it
/// public, not by those before.
pub(crate) fn told(scope: &Scope, values: &mut Vec<Value>) -> String {
    let beyond = condition(&scope.beyond_public(), values);
    let public = condition(scope, values);
    format!("({beyond} OR (e.act IN ('P6', 'P7', 'PE2', 'C5', 'C9', 'X4', 'OR1', 'OR2', 'OR3', 'OR4') AND {public}))")
}

impl Store {
    /// The dossier of a tracking code, whoever asks: the code is the enterprise's own secret. What of it is
    /// shown is the caller's to narrow.
    pub async fn dossier_of_code(&self, code: &str) -> Result<Option<Loaded>, Fault> {
        let sql = "SELECT id, kind, version, head, document FROM stream WHERE kind = 'dossier' AND code = $1";
        self.query(sql, vec![code.into()]).await?.first().map(loaded).transpose()
    }

    /// How a record is seen now, without its content: enough to know whether an answer still holds.
    pub async fn sight(&self, scope: &Scope, id: Id) -> Result<Option<Sight>, Fault> {
        let Some((row, facets)) = self.sight_of(scope, id, "head").await? else { return Ok(None) };
        Ok(Some(Sight { head: hash_of(row.try_get("", "head")?, "stream", &id.to_string())?, facets }))
    }

    /// One record, if the scope admits it, in one query.
    pub async fn seen(&self, scope: &Scope, id: Id) -> Result<Option<Seen>, Fault> {
        let Some((row, facets)) = self.sight_of(scope, id, COLUMNS).await? else { return Ok(None) };
        Ok(Some(Seen { loaded: loaded(&row)?, facets }))
    }

    /// The row of a record, and how the scope admits it. When a sheet opens, its parent says; whom every other
    /// record admits stands in its row.
    async fn sight_of(&self, scope: &Scope, id: Id, columns: &str) -> Result<Option<(QueryResult, Vec<Facet>)>, Fault> {
        if id.kind == Kind::Sheet {
            return self.sight_of_sheet(scope, id, columns).await;
        }
        let mut values: Vec<Value> = vec![id.uuid.into(), id.kind.name().into()];
        let recused = recused(scope, &mut values);
        let sql = format!("SELECT {columns}, admits FROM stream s WHERE id = $1 AND kind = $2{recused}");
        let rows = self.query(&sql, values).await?;
        let Some(row) = rows.into_iter().next() else { return Ok(None) };
        let facets = scope.facets(&row.try_get::<String>("", "admits")?);
        Ok((!facets.is_empty()).then_some((row, facets)))
    }

    async fn sight_of_sheet(&self, scope: &Scope, id: Id, columns: &str) -> Result<Option<(QueryResult, Vec<Facet>)>, Fault> {
        let mut values: Vec<Value> = Vec::new();
        let (admits, recused) = admitted(scope, &mut values);
        values.push(id.uuid.into());
        values.push(id.kind.name().into());
        let join = if self.is_postgres() { "string_agg(a.facet, ',')" } else { "group_concat(a.facet, ',')" };
        let own = columns.split(", ").map(|c| format!("s.{c}")).collect::<Vec<_>>().join(", ");
        let sql = format!(
            "SELECT {columns}, facets FROM (
               SELECT {own}, (SELECT {join} FROM access a WHERE a.stream = s.id AND {admits}) AS facets
               FROM stream s WHERE s.id = ${} AND s.kind = ${}{recused}) AS found WHERE facets IS NOT NULL",
            values.len() - 1,
            values.len()
        );
        let rows = self.query(&sql, values).await?;
        let Some(row) = rows.into_iter().next() else { return Ok(None) };
        let names: String = row.try_get("", "facets")?;
        Ok(Some((row, facets(&names))))
    }

    /// A record's events after a number, oldest first. The caller has asked [`Store::seen`].
    pub async fn history(&self, id: Id, after: u64, limit: u64) -> Result<Vec<Past>, Fault> {
        let sql = format!(
            "SELECT e.n, e.body, e.hash, f.position FROM event e LEFT JOIN feed f ON f.stream = e.stream AND f.n = e.n
             WHERE e.stream = $1 AND e.n > $2 ORDER BY e.n LIMIT {limit}"
        );
        let rows = self.query(&sql, vec![id.uuid.into(), (after as i64).into()]).await?;
        rows.iter()
            .map(|r| {
                let n: i64 = r.try_get("", "n")?;
                let position: Option<i64> = r.try_get("", "position")?;
                Ok(Past { n: n as u64, body: r.try_get("", "body")?, hash: r.try_get("", "hash")?, position: position.map(|p| p as u64) })
            })
            .collect()
    }

    /// Events of the feed after a position, of records that the scope admits now.
    pub async fn feed_page(&self, scope: &Scope, kind: Option<Kind>, after: u64, limit: u64) -> Result<FeedPage, Fault> {
        let end = self.feed_end().await?;
        let window = (after + WINDOW).min(end);
        let mut values: Vec<Value> = Vec::new();
        let admitted = told(scope, &mut values);
        values.push((after as i64).into());
        values.push((window as i64).into());
        let (from, to) = (values.len() - 1, values.len());
        let of_kind = match kind {
            Some(kind) => {
                values.push(kind.name().into());
                format!(" AND s.kind = ${}", values.len())
            }
            None => String::new(),
        };
        let sql = format!(
            "SELECT f.position, f.batch, s.kind, f.stream, f.n, e.act, e.at, f.hash FROM feed f
               JOIN event e ON e.stream = f.stream AND e.n = f.n JOIN stream s ON s.id = f.stream
             WHERE f.position > ${from} AND f.position <= ${to}{of_kind} AND {admitted} ORDER BY f.position LIMIT {limit}"
        );
        let rows = self.query(&sql, values).await?;
        let lines: Vec<FeedLine> = rows
            .iter()
            .map(|r| {
                let (position, n): (i64, i64) = (r.try_get("", "position")?, r.try_get("", "n")?);
                let (kind, stream): (String, Uuid) = (r.try_get("", "kind")?, r.try_get("", "stream")?);
                let wrong = || Fault::Inconsistent { table: "stream", record: stream.to_string(), what: format!("kind {kind}") };
                Ok(FeedLine {
                    position: position as u64,
                    batch: r.try_get("", "batch")?,
                    stream: Id::new(Kind::of_name(&kind).ok_or_else(wrong)?, stream),
                    n: n as u64,
                    act: r.try_get("", "act")?,
                    at: r.try_get("", "at")?,
                    hash: r.try_get("", "hash")?,
                })
            })
            .collect::<Result<_, Fault>>()?;
        let to = if lines.len() as u64 == limit { lines.last().map_or(window, |l| l.position) } else { window.max(after) };
        Ok(FeedPage { lines, to, end })
    }
}
