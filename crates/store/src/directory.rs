//! People in the order of their names, for those who give accounts and duties.

use crate::people::{Person, person};
use crate::table::instant;
use crate::{Fault, Store};
use ndp_domain::id::AccountId;
use ndp_domain::time::Instant;
use sea_orm::Value;
use uuid::Uuid;

/// A name as it is ordered and looked for; never empty, so that a name not yet folded is known by it.
pub(crate) fn folded(name: &str) -> String {
    let fold = ndp_domain::text::fold(name);
    if fold.is_empty() { "-".to_owned() } else { fold }
}

/// Somebody, and how far they are in signing in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub person: Person,
    /// Has a password, or comes from another provider.
    pub signs_in: bool,
    /// The last invitation not used, and until when it can be.
    pub invited_until: Option<String>,
}

/// Where a page of people goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct After {
    pub fold: String,
    pub account: Uuid,
}

const ENTRY: &str = "SELECT p.account, p.name, p.email, p.lang, p.name_fold,
    (SELECT count(*) FROM credential c WHERE c.account = p.account AND c.password IS NOT NULL)
      + (SELECT count(*) FROM federated f WHERE f.account = p.account) AS ways,
    (SELECT max(i.expires_at) FROM invitation i WHERE i.account = p.account AND i.purpose = 'invitation' AND i.used_at IS NULL) AS invited
    FROM person p";

fn entry(row: &sea_orm::QueryResult) -> Result<Entry, Fault> {
    let ways: i64 = row.try_get("", "ways")?;
    Ok(Entry { person: person(row)?, signs_in: ways > 0, invited_until: row.try_get("", "invited")? })
}

impl Store {
    /// A page of people whose name or address has these words, by name; and where the next page goes on.
    pub async fn people(&self, words: &str, after: Option<&After>, most: u64) -> Result<(Vec<Entry>, Option<After>), Fault> {
        let mut values: Vec<Value> = Vec::new();
        let mut place = |value: Value| {
            values.push(value);
            format!("${}", values.len())
        };
        let mut all = vec!["p.name_fold <> ''".to_owned()];
        for word in ndp_domain::text::fold(words).split(' ').filter(|w| !w.is_empty()) {
            let like = format!("%{}%", word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"));
            let (name, email) = (place(like.clone().into()), place(like.into()));
            all.push(format!("(p.name_fold LIKE {name} ESCAPE '\\' OR p.email LIKE {email} ESCAPE '\\')"));
        }
        if let Some(after) = after {
            let (fold, account) = (place(after.fold.clone().into()), place(after.account.into()));
            all.push(format!("(p.name_fold, p.account) > ({fold}, {account})"));
        }
        let sql = format!("{ENTRY} WHERE {} ORDER BY p.name_fold, p.account LIMIT {}", all.join(" AND "), most + 1);
        let rows = self.query(&sql, values).await?;
        let more = rows.len() as u64 > most;
        let last = rows.iter().take(most as usize).next_back().filter(|_| more);
        let next =
            last.map(|r| Ok::<_, Fault>(After { fold: r.try_get("", "name_fold")?, account: r.try_get("", "account")? })).transpose()?;
        Ok((rows.iter().take(most as usize).map(entry).collect::<Result<_, _>>()?, next))
    }

    /// One of them.
    pub async fn one_of_people(&self, account: AccountId) -> Result<Option<Entry>, Fault> {
        let rows = self.query(&format!("{ENTRY} WHERE p.account = $1"), vec![account.0.into()]).await?;
        rows.first().map(entry).transpose()
    }
}

impl Entry {
    /// Can the invitation still be used?
    pub fn invited(&self, now: Instant) -> bool {
        self.invited_until.as_ref().is_some_and(|until| *until > instant(now))
    }
}
