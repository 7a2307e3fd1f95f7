//! People and how they prove who they are. Names and addresses live here and nowhere on the record,
//! so that they can be erased without touching a chain.

use crate::aside::Aside;
use crate::batch::Message;
use crate::directory::folded;
use crate::table::instant;
use crate::{Fault, Store};
use ndp_domain::canonical::Hash;
use ndp_domain::id::AccountId;
use ndp_domain::time::Instant;
use sea_orm::{QueryResult, Value};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Name, address and language of an account. The address is stored folded to lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    pub account: AccountId,
    pub name: String,
    pub email: String,
    pub lang: String,
}

/// How an account signs in.
#[derive(Debug, Clone, Default)]
pub struct Credential {
    /// PHC string; none until the invitation is accepted, or where only another provider signs in.
    pub password: Option<String>,
    /// Encrypted secret of the second factor, with the key's `kid`.
    pub totp: Option<(Vec<u8>, String)>,
    pub totp_confirmed: bool,
    /// One that is offered and not confirmed yet.
    pub next: Option<(Vec<u8>, String)>,
}

/// A one-time letter: to set a first password, or a new one.
#[derive(Debug, Clone)]
pub struct Invitation {
    pub sha256: Hash,
    pub account: AccountId,
    pub purpose: &'static str,
    pub expires_at: Instant,
}

/// A signed-in session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub id: Uuid,
    pub account: AccountId,
    pub method: String,
    pub second_factor: bool,
    pub started_at: String,
    pub seen_at: String,
    pub expires_at: String,
}

/// What became of a refresh token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refreshed {
    /// Its session goes on.
    Session(Session),
    /// It was used before: somebody has a copy, the session is ended.
    Reused(AccountId),
    Unknown,
}

/// A revocation told to every process: of one session, of a service token, or of a whole account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    pub n: u64,
    pub session: Option<Uuid>,
    pub account: Option<AccountId>,
    pub at: String,
}

/// Failed sign-ins of one name, known or not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attempts {
    pub failed: u32,
    pub locked_until: Option<String>,
}

pub(crate) fn bytes(hash: Hash) -> Value {
    hash.0.to_vec().into()
}

pub(crate) fn person(row: &QueryResult) -> Result<Person, Fault> {
    Ok(Person {
        account: AccountId(row.try_get("", "account")?),
        name: row.try_get("", "name")?,
        email: row.try_get("", "email")?,
        lang: row.try_get("", "lang")?,
    })
}

const SESSION: &str = "id, account, method, second_factor, started_at, seen_at, expires_at";

fn session(row: &QueryResult) -> Result<Session, Fault> {
    let second: i64 = row.try_get("", "second_factor")?;
    Ok(Session {
        id: row.try_get("", "id")?,
        account: AccountId(row.try_get("", "account")?),
        method: row.try_get("", "method")?,
        second_factor: second != 0,
        started_at: row.try_get("", "started_at")?,
        seen_at: row.try_get("", "seen_at")?,
        expires_at: row.try_get("", "expires_at")?,
    })
}

pub(crate) fn message(m: &Message) -> Aside {
    let sql = "INSERT INTO outbox (id, topic, payload, dedup_key, run_at, attempts) VALUES ($1, $2, $3, $4, $5, 0)
               ON CONFLICT (dedup_key) DO NOTHING";
    Aside::new(sql, vec![m.id.into(), m.topic.into(), m.payload.clone().into(), m.dedup_key.clone().into(), instant(m.run_at).into()])
}

fn invite(i: &Invitation) -> Aside {
    let sql = "INSERT INTO invitation (sha256, account, purpose, expires_at) VALUES ($1, $2, $3, $4)";
    Aside::new(sql, vec![bytes(i.sha256), i.account.0.into(), i.purpose.into(), instant(i.expires_at).into()])
}

impl Store {
    /// A new person with the letter that invites them; `false` where the address is taken.
    pub async fn add_person(&self, p: &Person, letter: Option<(&Invitation, &Message)>, at: Instant) -> Result<bool, Fault> {
        let mut steps = vec![Aside::must(
            "INSERT INTO person (account, name, name_fold, email, lang, created_at) VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT DO NOTHING RETURNING account",
            vec![
                p.account.0.into(),
                p.name.clone().into(),
                folded(&p.name).into(),
                p.email.clone().into(),
                p.lang.clone().into(),
                instant(at).into(),
            ],
        )];
        if let Some((invitation, mail)) = letter {
            steps.extend([invite(invitation), message(mail)]);
        }
        Ok(self.aside(steps).await?.is_some())
    }

    /// A letter to somebody known: a new password.
    pub async fn add_invitation(&self, invitation: &Invitation, mail: &Message) -> Result<(), Fault> {
        self.aside(vec![invite(invitation), message(mail)]).await.map(|_| ())
    }

    pub async fn person_by_email(&self, email: &str) -> Result<Option<Person>, Fault> {
        let rows = self.query("SELECT account, name, email, lang FROM person WHERE email = $1", vec![email.into()]).await?;
        rows.first().map(person).transpose()
    }

    /// Has anybody an address of this domain?
    pub async fn has_people_at(&self, domain: &str) -> Result<bool, Fault> {
        let sql = "SELECT 1 AS one FROM person WHERE email LIKE $1 LIMIT 1";
        Ok(!self.query(sql, vec![format!("%@{domain}").into()]).await?.is_empty())
    }

    /// People of these accounts, one query.
    pub async fn persons(&self, accounts: &[AccountId]) -> Result<Vec<Person>, Fault> {
        if accounts.is_empty() {
            return Ok(Vec::new());
        }
        let marks: Vec<String> = (1..=accounts.len()).map(|n| format!("${n}")).collect();
        let sql = format!("SELECT account, name, email, lang FROM person WHERE account IN ({})", marks.join(", "));
        self.query(&sql, accounts.iter().map(|a| a.0.into()).collect()).await?.iter().map(person).collect()
    }

    /// Erases name and address; the account and its acts stay on record by their id.
    /// Every way in goes with them: password, codes, other providers, tokens for programs, webhooks.
    pub async fn erase_person(&self, account: AccountId, at: Instant) -> Result<bool, Fault> {
        let one = || vec![account.0.into()];
        let two = || vec![account.0.into(), instant(at).into()];
        let mut steps = vec![Aside::must("DELETE FROM person WHERE account = $1 RETURNING account", one())];
        for table in ["credential", "recovery_code", "invitation", "federated"] {
            steps.push(Aside::new(format!("DELETE FROM {table} WHERE account = $1"), one()));
        }
        let tokens = "INSERT INTO revocation (session, at) SELECT id, $2 FROM service_token WHERE account = $1 AND ended_at IS NULL";
        steps.push(Aside::new(tokens, two()));
        steps.push(Aside::new("UPDATE service_token SET ended_at = $2 WHERE account = $1 AND ended_at IS NULL", two()));
        steps.push(Aside::new("UPDATE webhook SET ended_at = $2 WHERE account = $1 AND ended_at IS NULL", two()));
        steps.extend(end_all(account, "erased", at));
        Ok(self.aside(steps).await?.is_some())
    }

    pub async fn set_language(&self, account: AccountId, lang: &str) -> Result<(), Fault> {
        self.aside_one("UPDATE person SET lang = $2 WHERE account = $1", vec![account.0.into(), lang.into()]).await.map(|_| ())
    }

    /// Whether a person is told of new tasks by letter.
    pub async fn set_notices(&self, account: AccountId, on: bool) -> Result<(), Fault> {
        let sql = "UPDATE person SET notices = $2 WHERE account = $1";
        self.aside_one(sql, vec![account.0.into(), i64::from(on).into()]).await.map(|_| ())
    }

    /// Those of the accounts whose people want no letters about new tasks.
    pub async fn without_notices(&self, accounts: &[AccountId]) -> Result<BTreeSet<AccountId>, Fault> {
        if accounts.is_empty() {
            return Ok(BTreeSet::new());
        }
        let marks: Vec<String> = (1..=accounts.len()).map(|n| format!("${n}")).collect();
        let sql = format!("SELECT account FROM person WHERE notices = 0 AND account IN ({})", marks.join(", "));
        let rows = self.query(&sql, accounts.iter().map(|a| a.0.into()).collect()).await?;
        rows.iter().map(|r| Ok(AccountId(r.try_get("", "account")?))).collect()
    }

    pub async fn credential(&self, account: AccountId) -> Result<Option<Credential>, Fault> {
        let sql = "SELECT password, totp, totp_kid, totp_confirmed, next_totp, next_kid FROM credential WHERE account = $1";
        let rows = self.query(sql, vec![account.0.into()]).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let (secret, kid): (Option<Vec<u8>>, Option<String>) = (row.try_get("", "totp")?, row.try_get("", "totp_kid")?);
        let confirmed: i64 = row.try_get("", "totp_confirmed")?;
        let (next, next_kid): (Option<Vec<u8>>, Option<String>) = (row.try_get("", "next_totp")?, row.try_get("", "next_kid")?);
        Ok(Some(Credential {
            next: next.zip(next_kid),
            password: row.try_get("", "password")?,
            totp: secret.zip(kid),
            totp_confirmed: confirmed != 0,
        }))
    }

    /// Sets a password; with a letter only where that is unused and in time. All sessions end.
    /// Answers whose it was.
    pub async fn set_password(
        &self,
        account: Option<AccountId>,
        letter: Option<(Hash, &str)>,
        phc: &str,
        at: Instant,
    ) -> Result<Option<AccountId>, Fault> {
        let account = match (account, letter) {
            (Some(account), _) => account,
            (None, Some((sha256, purpose))) => {
                let sql = "SELECT account FROM invitation WHERE sha256 = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3";
                let rows = self.query(sql, vec![bytes(sha256), purpose.into(), instant(at).into()]).await?;
                match rows.first() {
                    Some(row) => AccountId(row.try_get("", "account")?),
                    None => return Ok(None),
                }
            }
            (None, None) => return Ok(None),
        };
        let mut steps = Vec::new();
        if let Some((sha256, _)) = letter {
            steps.push(Aside::must(
                "UPDATE invitation SET used_at = $2 WHERE sha256 = $1 AND used_at IS NULL AND expires_at > $2 RETURNING account",
                vec![bytes(sha256), instant(at).into()],
            ));
            // Other letters under way are void.
            steps.push(Aside::new(
                "UPDATE invitation SET used_at = $2 WHERE account = $1 AND used_at IS NULL",
                vec![account.0.into(), instant(at).into()],
            ));
        }
        steps.push(Aside::new(
            "INSERT INTO credential (account, password, changed_at, totp_confirmed, totp_step) VALUES ($1, $2, $3, 0, 0)
             ON CONFLICT (account) DO UPDATE SET password = excluded.password, changed_at = excluded.changed_at",
            vec![account.0.into(), phc.into(), instant(at).into()],
        ));
        steps.extend(end_all(account, "password", at));
        Ok(self.aside(steps).await?.map(|_| account))
    }

    /// Failed sign-ins under a name (its hash), whether somebody has it or not.
    pub async fn attempts(&self, who: Hash) -> Result<Attempts, Fault> {
        let rows = self.query("SELECT failed, locked_until FROM attempt WHERE who = $1", vec![bytes(who)]).await?;
        let Some(row) = rows.first() else { return Ok(Attempts::default()) };
        let failed: i64 = row.try_get("", "failed")?;
        Ok(Attempts { failed: failed as u32, locked_until: row.try_get("", "locked_until")? })
    }

    /// One more failure; answers how many there are now. Counted in the database, so that two at
    /// once are two.
    pub async fn fail_attempt(&self, who: Hash, at: Instant) -> Result<u32, Fault> {
        let sql = "INSERT INTO attempt (who, failed, at) VALUES ($1, 1, $2)
                   ON CONFLICT (who) DO UPDATE SET failed = attempt.failed + 1, at = excluded.at RETURNING failed";
        let rows = self.aside_one(sql, vec![bytes(who), instant(at).into()]).await?;
        Ok(rows.first().map_or(Ok(1), |r| r.try_get::<i64>("", "failed"))? as u32)
    }

    pub async fn lock_attempts(&self, who: Hash, until: Instant) -> Result<(), Fault> {
        self.aside_one("UPDATE attempt SET locked_until = $2 WHERE who = $1", vec![bytes(who), instant(until).into()]).await.map(|_| ())
    }

    pub async fn clear_attempts(&self, who: Hash) -> Result<(), Fault> {
        self.aside_one("DELETE FROM attempt WHERE who = $1", vec![bytes(who)]).await.map(|_| ())
    }

    /// A new session with its first refresh token.
    pub async fn start_session(&self, s: &Session, refresh: Hash, refresh_until: Instant, at: Instant) -> Result<(), Fault> {
        let steps = vec![
            Aside::new(
                "INSERT INTO session (id, account, method, second_factor, started_at, seen_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
                vec![
                    s.id.into(),
                    s.account.0.into(),
                    s.method.clone().into(),
                    i64::from(s.second_factor).into(),
                    s.started_at.clone().into(),
                    s.seen_at.clone().into(),
                    s.expires_at.clone().into(),
                ],
            ),
            new_refresh(refresh, s.id, refresh_until, at),
        ];
        self.aside(steps).await.map(|_| ())
    }

    /// Exchanges a refresh token for the next one. A token used before ends its session.
    pub async fn refresh(&self, old: Hash, new: Hash, new_until: Instant, at: Instant) -> Result<Refreshed, Fault> {
        let now = instant(at);
        let rows = self.query("SELECT session, used_at FROM refresh WHERE sha256 = $1", vec![bytes(old)]).await?;
        let Some(row) = rows.first() else { return Ok(Refreshed::Unknown) };
        let (id, used): (Uuid, Option<String>) = (row.try_get("", "session")?, row.try_get("", "used_at")?);
        if used.is_none() {
            let steps = vec![
                Aside::must(
                    "UPDATE refresh SET used_at = $2 WHERE sha256 = $1 AND used_at IS NULL AND expires_at > $2 RETURNING session",
                    vec![bytes(old), now.clone().into()],
                ),
                Aside::must(
                    format!("UPDATE session SET seen_at = $2 WHERE id = $1 AND ended_at IS NULL AND expires_at > $2 RETURNING {SESSION}"),
                    vec![id.into(), now.clone().into()],
                ),
                new_refresh(new, id, new_until, at),
            ];
            if let Some(rows) = self.aside(steps).await? {
                let row = rows.get(1).and_then(|r| r.first());
                return row.map_or(Ok(Refreshed::Unknown), |r| session(r).map(Refreshed::Session));
            }
        }
        // Used before, or by somebody else in this very moment; or too late, or signed out.
        let used = self.query("SELECT used_at FROM refresh WHERE sha256 = $1 AND used_at IS NOT NULL", vec![bytes(old)]).await?;
        if used.is_empty() {
            return Ok(Refreshed::Unknown);
        }
        let ended = self.end_session(id, "refresh_reused", at).await?;
        Ok(ended.map_or(Refreshed::Unknown, Refreshed::Reused))
    }

    /// The session behind a page's secret, which stays the same; its idle time starts again.
    pub async fn page_session(&self, secret: Hash, until: Instant, at: Instant) -> Result<Option<Session>, Fault> {
        let now = instant(at);
        let steps = vec![
            Aside::must(
                "UPDATE refresh SET expires_at = $2 WHERE sha256 = $1 AND used_at IS NULL AND expires_at > $3 RETURNING session",
                vec![bytes(secret), instant(until).into(), now.clone().into()],
            ),
            Aside::must(
                format!(
                    "UPDATE session SET seen_at = $2 WHERE id = (SELECT session FROM refresh WHERE sha256 = $1) AND ended_at IS NULL AND expires_at > $2 RETURNING {SESSION}"
                ),
                vec![bytes(secret), now.into()],
            ),
        ];
        let Some(rows) = self.aside(steps).await? else { return Ok(None) };
        rows.get(1).and_then(|r| r.first()).map(session).transpose()
    }

    /// Ends one session everywhere; `None` where it had ended before.
    pub async fn end_session(&self, id: Uuid, why: &str, at: Instant) -> Result<Option<AccountId>, Fault> {
        let steps = vec![
            Aside::must(
                "UPDATE session SET ended_at = $2, ended_by = $3 WHERE id = $1 AND ended_at IS NULL RETURNING account",
                vec![id.into(), instant(at).into(), why.into()],
            ),
            Aside::new("INSERT INTO revocation (session, at) VALUES ($1, $2)", vec![id.into(), instant(at).into()]),
        ];
        let Some(rows) = self.aside(steps).await? else { return Ok(None) };
        let row = rows.first().and_then(|r| r.first());
        Ok(row.map(|r| r.try_get("", "account").map(AccountId)).transpose()?)
    }

    /// Ends every session of an account.
    pub async fn end_sessions(&self, account: AccountId, why: &str, at: Instant) -> Result<(), Fault> {
        self.aside(end_all(account, why, at)).await.map(|_| ())
    }

    /// Sessions of an account that have not ended, newest first.
    pub async fn sessions(&self, account: AccountId, at: Instant) -> Result<Vec<Session>, Fault> {
        let sql = format!(
            "SELECT {SESSION} FROM session WHERE account = $1 AND ended_at IS NULL AND expires_at > $2 ORDER BY started_at DESC LIMIT 100"
        );
        self.query(&sql, vec![account.0.into(), instant(at).into()]).await?.iter().map(session).collect()
    }

    /// Revocations after the last one seen.
    pub async fn revocations(&self, after: u64) -> Result<Vec<Revocation>, Fault> {
        let sql = "SELECT n, session, account, at FROM revocation WHERE n > $1 ORDER BY n LIMIT 1000";
        // Numbers are given before they are visible: those just behind are read again, not passed over.
        let rows = self.query(sql, vec![(after as i64 - 500).into()]).await?;
        rows.iter()
            .map(|r| {
                let n: i64 = r.try_get("", "n")?;
                let account: Option<Uuid> = r.try_get("", "account")?;
                Ok(Revocation {
                    n: n as u64,
                    session: r.try_get("", "session")?,
                    account: account.map(AccountId),
                    at: r.try_get("", "at")?,
                })
            })
            .collect()
    }

    /// Stores a second factor, not yet confirmed, with its recovery codes.
    pub async fn set_totp(&self, account: AccountId, secret: Vec<u8>, kid: &str, codes: &[Hash]) -> Result<(), Fault> {
        let mut steps = vec![
            Aside::must(
                "UPDATE credential SET next_totp = $2, next_kid = $3 WHERE account = $1 RETURNING account",
                vec![account.0.into(), secret.into(), kid.into()],
            ),
            Aside::new("DELETE FROM recovery_code WHERE account = $1 AND pending = 1", vec![account.0.into()]),
        ];
        steps.extend(codes.iter().map(|c| {
            Aside::new("INSERT INTO recovery_code (account, sha256, pending) VALUES ($1, $2, 1)", vec![account.0.into(), bytes(*c)])
        }));
        self.aside(steps).await.map(|_| ())
    }

    /// The factor that was offered takes the place of the one before, with its recovery codes.
    pub async fn confirm_totp(&self, account: AccountId, step: u64) -> Result<bool, Fault> {
        let steps = vec![
            Aside::must(
                "UPDATE credential SET totp = next_totp, totp_kid = next_kid, next_totp = NULL, next_kid = NULL, totp_confirmed = 1, totp_step = $2
                 WHERE account = $1 AND next_totp IS NOT NULL RETURNING account",
                vec![account.0.into(), (step as i64).into()],
            ),
            Aside::new("DELETE FROM recovery_code WHERE account = $1 AND pending = 0", vec![account.0.into()]),
            Aside::new("UPDATE recovery_code SET pending = 0 WHERE account = $1", vec![account.0.into()]),
        ];
        Ok(self.aside(steps).await?.is_some())
    }

    /// Takes a code's time step, once: a code seen again is refused.
    pub async fn take_totp_step(&self, account: AccountId, step: u64) -> Result<bool, Fault> {
        let sql = "UPDATE credential SET totp_step = $2 WHERE account = $1 AND totp_step < $2 RETURNING account";
        Ok(!self.aside_one(sql, vec![account.0.into(), (step as i64).into()]).await?.is_empty())
    }

    /// Takes a recovery code, once.
    pub async fn take_recovery_code(&self, account: AccountId, code: Hash, at: Instant) -> Result<bool, Fault> {
        let sql = "UPDATE recovery_code SET used_at = $3 WHERE account = $1 AND sha256 = $2 AND pending = 0 AND used_at IS NULL RETURNING account";
        Ok(!self.aside_one(sql, vec![account.0.into(), bytes(code), instant(at).into()]).await?.is_empty())
    }

    /// Switches the second factor off.
    pub async fn drop_totp(&self, account: AccountId) -> Result<(), Fault> {
        let steps = vec![
            Aside::new(
                "UPDATE credential SET totp = NULL, totp_kid = NULL, totp_confirmed = 0, next_totp = NULL, next_kid = NULL WHERE account = $1",
                vec![account.0.into()],
            ),
            Aside::new("DELETE FROM recovery_code WHERE account = $1", vec![account.0.into()]),
        ];
        self.aside(steps).await.map(|_| ())
    }

    /// Removes what has run out: letters, requests, refresh tokens, sessions, old revocations, forgotten attempts.
    pub async fn forget_expired(&self, before: Instant) -> Result<(), Fault> {
        let at: Value = instant(before).into();
        let steps = [
            "DELETE FROM sign_in_request WHERE expires_at < $1",
            "DELETE FROM invitation WHERE expires_at < $1",
            "DELETE FROM refresh WHERE expires_at < $1",
            "DELETE FROM session WHERE expires_at < $1",
            "DELETE FROM revocation WHERE at < $1",
            "DELETE FROM attempt WHERE at < $1",
        ];
        self.aside(steps.into_iter().map(|sql| Aside::new(sql, vec![at.clone()])).collect()).await.map(|_| ())
    }
}

fn new_refresh(sha256: Hash, session: Uuid, until: Instant, at: Instant) -> Aside {
    let sql = "INSERT INTO refresh (sha256, session, issued_at, expires_at) VALUES ($1, $2, $3, $4)";
    Aside::new(sql, vec![bytes(sha256), session.into(), instant(at).into(), instant(until).into()])
}

fn end_all(account: AccountId, why: &str, at: Instant) -> Vec<Aside> {
    vec![
        // Told to all processes only where there is a session to end.
        Aside::new(
            "INSERT INTO revocation (account, at) SELECT $1, $2 WHERE EXISTS (SELECT 1 FROM session WHERE account = $1 AND ended_at IS NULL)",
            vec![account.0.into(), instant(at).into()],
        ),
        Aside::new(
            "UPDATE session SET ended_at = $2, ended_by = $3 WHERE account = $1 AND ended_at IS NULL",
            vec![account.0.into(), instant(at).into(), why.into()],
        ),
    ]
}
