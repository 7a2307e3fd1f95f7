//! Lists: every function takes a [`Scope`]; three fixed orders; keyset by value tuple.

use crate::admission::{among, condition, condition_of_list, recused, seen_rows, sees_much};
use crate::{Fault, Store};
use chrono::NaiveDate;
use ndp_domain::id::{AccountId, Id, Kind, OrganisationId, ProductId};
use ndp_domain::time::Instant;
use ndp_domain::visibility::Scope;
use sea_orm::Value;
use uuid::Uuid;

/// The three fixed orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Nearest last day first; files without one at the end.
    Due,
    /// Newest change first.
    Updated,
    /// By name without diacritics.
    Name,
}

/// Where the next page goes on: the order's value and the id of the last row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct After {
    pub value: String,
    pub id: Uuid,
}

#[derive(Debug, Clone, Default)]
pub struct Filter {
    pub kind: Option<Kind>,
    pub managing: Option<OrganisationId>,
    /// Any of these; all where empty.
    pub stages: Vec<String>,
    /// Part of a name or code, as typed; diacritics and case do not matter.
    pub search: Option<String>,
    pub applicant: Option<OrganisationId>,
    pub parent: Option<Id>,
    pub product: Option<ProductId>,
    /// Papers of others that were sent to this organisation.
    pub sent_to: Option<OrganisationId>,
    /// States left out of records that follow a version, by its name.
    pub except: Vec<(String, Vec<&'static str>)>,
}

impl Filter {
    /// Of one parent or product there are few, soon looked at one by one.
    fn finds_few(&self) -> bool {
        self.parent.is_some() || self.product.is_some()
    }
}

/// A row of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub id: Id,
    pub stage: String,
    pub name: Option<String>,
    pub code: Option<String>,
    pub due_on: Option<String>,
    pub updated_at: String,
    /// The order's value, for [`After`].
    pub key: String,
    /// Seen by more than being published: state and dates may be told.
    pub beyond: bool,
}

/// An exact total to 1,000, then "more than 1,000".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Total {
    Exactly(u64),
    MoreThan(u64),
}

const LIMIT: u64 = 1_000;
/// Rows looked at one by one before what a reader sees is asked for as a whole. Choice.
const PIECE: u64 = 1_000;
/// The same for a count.
const LOOKED: u64 = 3 * LIMIT;
/// Sorts after every date: no due date comes last.
pub(crate) const NO_DUE: &str = "9999-12-31";

fn filters(postgres: bool, filter: &Filter, values: &mut Vec<Value>) -> String {
    let mut sql = String::new();
    let mut and = |column: &str, value: Option<String>| {
        if let Some(value) = value {
            values.push(value.into());
            sql.push_str(&format!(" AND s.{column} = ${}", values.len()));
        }
    };
    and("kind", filter.kind.map(|k| k.name().to_owned()));
    and("managing", filter.managing.map(|m| m.to_string()));
    and("applicant", filter.applicant.map(|a| a.to_string()));
    and("product", filter.product.map(|p| p.to_string()));
    if !filter.stages.is_empty() {
        let from = values.len();
        values.extend(filter.stages.iter().map(|s| s.clone().into()));
        let places: Vec<String> = (from + 1..=values.len()).map(|n| format!("${n}")).collect();
        // One stage stays an equality: then an index gives the order too.
        let among = if let [one] = places.as_slice() { format!("= {one}") } else { format!("IN ({})", places.join(", ")) };
        sql.push_str(&format!(" AND s.stage {among}"));
    }
    if let Some(org) = filter.sent_to {
        values.push(org.to_string().into());
        let (n, shared) = (values.len(), "r.facet = 'shared' AND r.stream = s.id");
        sql.push_str(&format!(" AND s.managing <> ${n} AND EXISTS (SELECT 1 FROM access r WHERE r.principal = ${n} AND {shared})"));
    }
    for (regulation, stages) in filter.except.iter().filter(|(_, stages)| !stages.is_empty()) {
        values.push(regulation.clone().into());
        let stages = stages.iter().map(|stage| format!("'{stage}'")).collect::<Vec<_>>().join(", ");
        sql.push_str(&format!(" AND NOT (s.regulation = ${} AND s.stage IN ({stages}))", values.len()));
    }
    if let Some(parent) = filter.parent {
        values.push(parent.uuid.into());
        sql.push_str(&format!(" AND s.parent = ${}", values.len()));
    }
    if let Some(search) = &filter.search {
        // `%` and `_` are letters like others here.
        let pattern = |text: &str| format!("%{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
        values.push(pattern(&ndp_domain::text::fold(search)).into());
        values.push(pattern(&search.trim().to_uppercase()).into());
        let (name, code) = (values.len() - 1, values.len());
        if postgres {
            // Documents lie apart from their rows, which are few pages.
            sql.push_str(&format!(" AND (s.name_fold LIKE ${name} ESCAPE '\\' OR s.code LIKE ${code} ESCAPE '\\')"));
        } else {
            // Documents lie in the rows here: names are looked at in their index. The sign keeps the order's own
            // index, so that a common word is found in the first rows and a rare one costs no rows at all.
            let of_kind = filter.kind.map_or_else(String::new, |k| {
                values.push(k.name().into());
                format!("n.kind = ${} AND ", values.len())
            });
            sql.push_str(&format!(
                " AND +s.id IN (SELECT n.id FROM stream n WHERE {of_kind}(coalesce(n.name_fold, '') LIKE ${name} ESCAPE '\\' OR n.code LIKE ${code} ESCAPE '\\'))"
            ));
        }
    }
    sql
}

/// A row of the nine columns that every list asks for, in this order.
pub(crate) fn line(r: &sea_orm::QueryResult) -> Result<Line, Fault> {
    // By place: names are looked up for each of them.
    let kind: String = r.try_get_by_index(1)?;
    let uuid: Uuid = r.try_get_by_index(0)?;
    let wrong = || Fault::Inconsistent { table: "stream", record: uuid.to_string(), what: format!("kind {kind}") };
    let id = Id::new(Kind::of_name(&kind).ok_or_else(wrong)?, uuid);
    Ok(Line {
        id,
        stage: r.try_get_by_index(2)?,
        name: r.try_get_by_index(3)?,
        code: r.try_get_by_index(4)?,
        due_on: r.try_get_by_index(5)?,
        updated_at: r.try_get_by_index(6)?,
        key: r.try_get_by_index(7)?,
        beyond: r.try_get_by_index::<i32>(8)? != 0,
    })
}

/// What is asked of a list.
#[derive(Clone, Copy)]
struct Asked<'a> {
    filter: &'a Filter,
    order: Order,
    after: Option<&'a After>,
    limit: u64,
}

/// Who may see it, as SQL: the condition, columns beside the nine, and what is seen by more than being published.
struct Admission {
    admitted: String,
    more: &'static str,
    beyond: String,
}

/// A page's statement: of what is admitted and passes the filter, in the order, from where the last page ended.
fn page(postgres: bool, admission: &Admission, mut values: Vec<Value>, asked: Asked<'_>) -> (String, Vec<Value>) {
    let Admission { admitted, more, beyond } = admission;
    let Asked { filter, order, after, limit } = asked;
    let filters = filters(postgres, filter, &mut values);
    let (key, comparison, direction) = match order {
        Order::Due => (format!("coalesce(s.due_on, '{NO_DUE}')"), ">", "ASC"),
        Order::Updated => ("s.updated_at".to_owned(), "<", "DESC"),
        Order::Name => ("coalesce(s.name_fold, '')".to_owned(), ">", "ASC"),
    };
    let from = match after {
        Some(after) => {
            values.push(after.value.clone().into());
            values.push(after.id.into());
            format!(" AND ({key}, s.id) {comparison} (${}, ${})", values.len() - 1, values.len())
        }
        None => String::new(),
    };
    let sql = format!(
        "SELECT s.id, s.kind, s.stage, s.name, s.code, s.due_on, s.updated_at, {key} AS sort_key,
           CASE WHEN {beyond} THEN 1 ELSE 0 END AS beyond{more} FROM stream s
         WHERE {admitted}{filters}{from} ORDER BY {key} {direction}, s.id {direction} LIMIT {limit}"
    );
    (sql, values)
}

impl Store {
    /// One page of what the scope admits.
    pub async fn list(&self, scope: &Scope, filter: &Filter, order: Order, after: Option<&After>, limit: u64) -> Result<Vec<Line>, Fault> {
        let asked = Asked { filter, order, after, limit };
        let one_kind = !matches!(filter.kind, None | Some(Kind::Sheet | Kind::CriteriaSet));
        // A search looks at names alone, in their own index on the embedded database.
        if !one_kind || filter.finds_few() || (filter.search.is_some() && !self.is_postgres()) {
            return self.list_asked(scope, asked).await;
        }
        if sees_much(scope) { self.list_in_order(scope, asked).await } else { self.list_of_seen(scope, asked).await }
    }

    /// The page as it stands in the list's order, and then who may see which of it, told by each row itself: who sees
    /// an agency's files sees most of them. Where too much falls out a longer piece is looked at, and of the rest only
    /// what the reader sees at all.
    async fn list_in_order(&self, scope: &Scope, asked: Asked<'_>) -> Result<Vec<Line>, Fault> {
        let limit = asked.limit;
        let mut seen: Vec<Line> = Vec::new();
        let mut from: Option<After> = asked.after.cloned();
        for piece in [limit, PIECE.max(limit)] {
            let mut values = Vec::new();
            let admitted = format!("1 = 1{}", recused(scope, &mut values));
            let admission = Admission { admitted, more: ", s.admits", beyond: "1 = 1".to_owned() };
            let (sql, values) = page(self.is_postgres(), &admission, values, Asked { after: from.as_ref(), limit: piece, ..asked });
            let rows = self.query(&sql, values).await?;
            for row in &rows {
                if (seen.len() as u64) < limit && scope.admits_any(&row.try_get_by_index::<String>(9)?) {
                    seen.push(line(row)?);
                }
            }
            let (Some(last), true) = (rows.last(), (rows.len() as u64) == piece && (seen.len() as u64) < limit) else { return Ok(seen) };
            let last = line(last)?;
            from = Some(After { value: last.key, id: last.id.uuid });
        }
        let rest = Asked { after: from.as_ref(), limit: limit - seen.len() as u64, ..asked };
        seen.extend(self.list_of_seen(scope, rest).await?);
        Ok(seen)
    }

    /// The page out of what the reader sees at all, put in the order: as long as that is and not as the list.
    async fn list_of_seen(&self, scope: &Scope, asked: Asked<'_>) -> Result<Vec<Line>, Fault> {
        let mut values = Vec::new();
        let admitted = among(scope, &mut values);
        let admission = Admission { admitted, more: "", beyond: "1 = 1".to_owned() };
        let (sql, values) = page(self.is_postgres(), &admission, values, asked);
        self.query(&sql, values).await?.iter().map(line).collect()
    }

    async fn list_asked(&self, scope: &Scope, asked: Asked<'_>) -> Result<Vec<Line>, Fault> {
        let mut values = Vec::new();
        let admitted = condition_of_list(scope, asked.filter.kind, self.is_postgres(), &mut values);
        // A criteria set is public by its version in force while another is under work.
        let beyond = match asked.filter.kind {
            Some(Kind::CriteriaSet) => condition(&scope.beyond_public(), &mut values),
            _ => "1 = 1".to_owned(),
        };
        let (sql, values) = page(self.is_postgres(), &Admission { admitted, more: "", beyond }, values, asked);
        self.query(&sql, values).await?.iter().map(line).collect()
    }

    /// An agency's records of a kind with one of these folded names, of such as the scope admits, in one query.
    pub async fn named(&self, scope: &Scope, kind: Kind, managing: OrganisationId, folded: &[String]) -> Result<Vec<Line>, Fault> {
        if folded.is_empty() {
            return Ok(Vec::new());
        }
        let mut values = Vec::new();
        let admitted = condition(scope, &mut values);
        values.push(managing.to_string().into());
        values.push(kind.name().into());
        let of_kind = values.len();
        let places: Vec<String> = (of_kind + 1..=of_kind + folded.len()).map(|n| format!("${n}")).collect();
        values.extend(folded.iter().map(|f| f.clone().into()));
        let sql = format!(
            "SELECT s.id, s.kind, s.stage, s.name, s.code, s.due_on, s.updated_at, s.name_fold AS sort_key, 1 AS beyond FROM stream s
             WHERE s.managing = ${} AND s.kind = ${of_kind} AND coalesce(s.name_fold, '') IN ({}) AND {admitted} ORDER BY s.name_fold, s.id",
            of_kind - 1,
            places.join(", ")
        );
        self.query(&sql, values).await?.iter().map(line).collect()
    }

    /// Of these records the lines of such as the scope admits, in one query.
    pub async fn lines_of(&self, scope: &Scope, ids: &[Id]) -> Result<Vec<Line>, Fault> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut values = Vec::new();
        let admitted = condition(scope, &mut values);
        let beyond = condition(&scope.beyond_public(), &mut values);
        let mut places = Vec::new();
        for id in ids {
            values.push(id.uuid.into());
            places.push(format!("${}", values.len()));
        }
        let sql = format!(
            "SELECT s.id, s.kind, s.stage, s.name, s.code, s.due_on, s.updated_at, s.updated_at AS sort_key,
               CASE WHEN s.kind <> 'criteria_set' OR {beyond} THEN 1 ELSE 0 END AS beyond FROM stream s
             WHERE {admitted} AND s.id IN ({})",
            places.join(", ")
        );
        self.query(&sql, values).await?.iter().map(line).collect()
    }

    /// How many the scope admits, exact to 1,000: counted among the first that pass the filter, and where those say
    /// too little, among what the reader sees at all.
    pub async fn total(&self, scope: &Scope, filter: &Filter) -> Result<Total, Fault> {
        let told = |n: u64| if n > LIMIT { Total::MoreThan(LIMIT) } else { Total::Exactly(n) };
        let counted = async |admitted: String, mut values: Vec<Value>| {
            let filters = filters(self.is_postgres(), filter, &mut values);
            let sql =
                format!("SELECT count(*) AS n FROM (SELECT 1 FROM stream s WHERE {admitted}{filters} LIMIT {}) AS counted", LIMIT + 1);
            let n = self.query(&sql, values).await?.first().map_or(Ok(0), |r| r.try_get::<i64>("", "n"))?;
            Ok::<_, Fault>(told(n.unsigned_abs()))
        };
        let mut values = Vec::new();
        if matches!(filter.kind, None | Some(Kind::Sheet)) || filter.search.is_some() || filter.finds_few() {
            let admitted = condition_of_list(scope, filter.kind, self.is_postgres(), &mut values);
            return counted(admitted, values).await;
        }
        if sees_much(scope) {
            let admitted = condition_of_list(scope, filter.kind, false, &mut values);
            let filters = filters(self.is_postgres(), filter, &mut values);
            let sql = format!(
                "SELECT count(*) AS looked, coalesce(sum(CASE WHEN {admitted} THEN 1 ELSE 0 END), 0) AS n
                 FROM (SELECT s.id, s.product FROM stream s WHERE 1 = 1{filters} LIMIT {LOOKED}) AS s"
            );
            let rows = self.query(&sql, values).await?;
            let number = |name: &str| rows.first().map_or(Ok(0), |r| r.try_get::<i64>("", name)).map(i64::unsigned_abs);
            let (looked, n) = (number("looked")?, number("n")?);
            if n > LIMIT || looked < LOOKED {
                return Ok(told(n));
            }
            values = Vec::new();
        }
        if !filter.stages.is_empty() {
            let admitted = among(scope, &mut values);
            return counted(admitted, values).await;
        }
        // Most of what is seen counts: looked at one by one, it is soon enough.
        let (admits, recused) = seen_rows(scope, &mut values);
        let filters = filters(self.is_postgres(), filter, &mut values);
        let sql = format!(
            "SELECT count(*) AS n FROM (SELECT DISTINCT a.stream FROM access a CROSS JOIN stream s
               WHERE s.id = a.stream AND {admits}{recused}{filters} LIMIT {}) AS counted",
            LIMIT + 1
        );
        let n = self.query(&sql, values).await?.first().map_or(Ok(0), |r| r.try_get::<i64>("", "n"))?;
        Ok(told(n.unsigned_abs()))
    }

    /// Does the scope admit this one stream?
    pub async fn admits(&self, scope: &Scope, id: Id) -> Result<bool, Fault> {
        let mut values = Vec::new();
        let admitted = condition(scope, &mut values);
        values.push(id.uuid.into());
        let sql = format!("SELECT 1 AS one FROM stream s WHERE {admitted} AND s.id = ${}", values.len());
        Ok(!self.query(&sql, values).await?.is_empty())
    }

    /// Products from which a person is recused.
    pub async fn recused_from(&self, person: AccountId) -> Result<Vec<ProductId>, Fault> {
        let rows = self.query("SELECT product FROM recusal WHERE person = $1", vec![person.to_string().into()]).await?;
        rows.iter()
            .map(|r| {
                let text: String = r.try_get("", "product")?;
                let wrong = || Fault::Inconsistent { table: "recusal", record: text.clone(), what: "product".to_owned() };
                text.parse::<Id>().ok().and_then(|id| id.try_into().ok()).ok_or_else(wrong)
            })
            .collect()
    }

    /// Is the sheet open to its readers: the chair opened the meeting, or every due sheet is in?
    pub async fn sheet_opened(&self, sheet: Id) -> Result<bool, Fault> {
        let sql = "SELECT 1 AS one FROM stream s JOIN stream d ON d.id = s.parent WHERE s.id = $1 AND (d.sheets_opened = 1 OR d.stage <> 'E.stopped' AND
            (SELECT count(*) FROM stream c WHERE c.parent = d.id AND c.kind = 'sheet' AND c.round = s.round AND c.stage <> 'E15.entered') >= d.sheets_due)
             AND (s.stage <> 'E30.sealed' OR d.stage IN ('E.counted', 'E.concluded', 'E.decided'))";
        Ok(!self.query(sql, vec![sheet.uuid.into()]).await?.is_empty())
    }

    /// One page of a register as of a day, by name and entry, after the last one seen.
    pub async fn register_page(
        &self,
        register: &str,
        day: NaiveDate,
        known: Option<Instant>,
        after: Option<(String, Uuid)>,
        limit: u64,
    ) -> Result<Vec<Entry>, Fault> {
        let mut values: Vec<Value> = vec![register.into(), day.to_string().into()];
        let mut and = String::new();
        if let Some(at) = known {
            values.push(crate::audit::instant(at).into());
            and.push_str(&format!(" AND e.recorded_at <= ${}", values.len()));
        }
        if let Some((name, stream)) = after {
            values.push(name.into());
            values.push(stream.into());
            and.push_str(&format!(" AND (e.name, e.stream) > (${}, ${})", values.len() - 1, values.len()));
        }
        let sql = format!(
            "SELECT e.stream, e.name, e.class, e.managing, e.valid_from, e.valid_to FROM entry_version e
             WHERE e.register = $1 AND e.valid_from <= $2 AND (e.valid_to IS NULL OR e.valid_to >= $2){and}
             ORDER BY e.name, e.stream LIMIT {limit}"
        );
        self.query(&sql, values).await?.iter().map(entry).collect()
    }

    /// A register as of a day: what it said then, by name. `known` asks what was recorded by that
    /// instant; none asks what is known now. Public entries only.
    pub async fn register_on(&self, register: &str, day: NaiveDate, known: Option<Instant>, limit: u64) -> Result<Vec<Entry>, Fault> {
        let mut values: Vec<Value> = vec![register.into(), day.to_string().into()];
        let known = match known {
            Some(at) => {
                values.push(crate::audit::instant(at).into());
                " AND e.recorded_at <= $3"
            }
            None => "",
        };
        let sql = format!(
            "SELECT e.stream, e.name, e.class, e.managing, e.valid_from, e.valid_to FROM entry_version e
             WHERE e.register = $1 AND e.valid_from <= $2 AND (e.valid_to IS NULL OR e.valid_to >= $2){known}
             ORDER BY e.name, e.stream LIMIT {limit}"
        );
        self.query(&sql, values).await?.iter().map(entry).collect()
    }

    /// Records for which an organisation answers, in the order of their ids, a page at a time.
    pub async fn held_by(&self, org: OrganisationId, after: Option<Uuid>, limit: u64) -> Result<Vec<crate::read::Loaded>, Fault> {
        let mut values: Vec<Value> = vec![org.to_string().into()];
        let from = match after {
            Some(after) => {
                values.push(after.into());
                " AND id > $2"
            }
            None => "",
        };
        let sql = format!("SELECT {} FROM stream WHERE managing = $1{from} ORDER BY id LIMIT {limit}", crate::read::COLUMNS);
        self.query(&sql, values).await?.iter().map(crate::read::loaded).collect()
    }

    /// Recognitions in the order of their ids with the dossier each stands on, as stored: parsed
    /// by whoever asks, on as many cores as there are.
    pub async fn recognised_with_basis(&self, after: Option<Uuid>, limit: u64) -> Result<Vec<(Uuid, String, Option<String>)>, Fault> {
        let mut values: Vec<Value> = vec!["recognition".into()];
        let from = match after {
            Some(after) => {
                values.push(after.into());
                " AND r.id > $2"
            }
            None => "",
        };
        // A review's dossier that was decided is the basis; else the one it came from.
        let sql = format!(
            "SELECT r.id, r.document, d.document AS basis FROM stream r LEFT JOIN stream d ON d.id = r.parent
             WHERE r.kind = $1{from} ORDER BY r.id LIMIT {limit}"
        );
        let rows = self.query(&sql, values).await?;
        rows.iter().map(|r| Ok((r.try_get("", "id")?, r.try_get("", "document")?, r.try_get("", "basis")?))).collect()
    }

    /// All records of one kind, in the order of their ids, a page at a time.
    pub async fn of_kind(&self, kind: Kind, after: Option<Uuid>, limit: u64) -> Result<Vec<crate::read::Loaded>, Fault> {
        let mut values: Vec<Value> = vec![kind.name().into()];
        let from = match after {
            Some(after) => {
                values.push(after.into());
                " AND id > $2"
            }
            None => "",
        };
        let sql = format!("SELECT {} FROM stream WHERE kind = $1{from} ORDER BY id LIMIT {limit}", crate::read::COLUMNS);
        self.query(&sql, values).await?.iter().map(crate::read::loaded).collect()
    }
}

fn entry(r: &sea_orm::QueryResult) -> Result<Entry, Fault> {
    Ok(Entry {
        stream: r.try_get("", "stream")?,
        name: r.try_get("", "name")?,
        class: r.try_get("", "class")?,
        managing: r.try_get("", "managing")?,
        valid_from: r.try_get("", "valid_from")?,
        valid_to: r.try_get("", "valid_to")?,
    })
}

/// A line of a register as of a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub stream: Uuid,
    pub name: String,
    pub class: Option<String>,
    pub managing: Option<String>,
    pub valid_from: String,
    pub valid_to: Option<String>,
}
