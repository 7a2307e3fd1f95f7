//! Signing in, going on, signing out; inviting, setting passwords, second factors, service tokens.

use crate::Denial;
use crate::keyring::KeyRing;
use crate::oidc::Provider;
use crate::password::{self, Passwords};
use crate::scope::Scopes;
use crate::token::{AccessTokens, Caller, Service};
use crate::{secret, totp};
use chrono::TimeDelta;
use ndp_domain::canonical::{Hash, canonical};
use ndp_domain::id::AccountId;
use ndp_domain::time::Instant;
use ndp_engine::Clock;
use ndp_store::Store;
use ndp_store::batch::Message;
use ndp_store::people::{Invitation, Person, Refreshed, Session};
use ndp_store::programs::ServiceToken;
use serde_json::json;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};
use uuid::Uuid;

/// What a deployment decides.
#[derive(Debug, Clone)]
pub struct Policy {
    pub issuer: String,
    /// Lifetime of an access token.
    pub access: TimeDelta,
    /// A session without use ends after this.
    pub idle: TimeDelta,
    /// A session ends after this, used or not.
    pub longest: TimeDelta,
    /// Failures under a name before it is locked, and the first lock; each further one doubles it.
    pub failures: u32,
    pub lock: TimeDelta,
    pub longest_lock: TimeDelta,
    pub invitation: TimeDelta,
    pub reset: TimeDelta,
    /// Longest life of a service token.
    pub service: TimeDelta,
    /// Codes of duties that need a second factor.
    pub second_factor: BTreeSet<String>,
}

/// What a signed-in person gets.
#[derive(Debug, Clone)]
pub struct Tokens {
    pub access: String,
    /// Seconds.
    pub expires_in: i64,
    pub refresh: String,
    pub session: Session,
}

/// A second factor offered, not yet confirmed.
#[derive(Debug, Clone)]
pub struct SecondFactor {
    pub url: String,
    pub recovery_codes: Vec<String>,
}

/// All of it, over one database. Times are the machine's, also where the process has a clock of
/// its own (the demonstration); tests move it.
#[derive(Debug, Clone)]
pub struct Identity {
    pub store: Store,
    pub clock: Clock,
    pub policy: Arc<Policy>,
    pub tokens: AccessTokens,
    pub providers: Arc<Vec<Provider>>,
    passwords: Passwords,
    /// Encrypts second factors and webhook secrets at rest.
    pub vault: KeyRing,
    /// Service tokens looked up lately, until their end or a revocation.
    services: Arc<Mutex<HashMap<Hash, Arc<Caller>>>>,
    /// Page sessions looked up lately, for [`PAGE_KEPT`] or until a revocation.
    pages: Arc<Mutex<HashMap<Hash, Arc<Caller>>>>,
}

/// A page session is looked up again after this (seconds).
const PAGE_KEPT: i64 = 60;

/// Addresses are compared in one form.
pub fn fold_email(email: &str) -> String {
    ndp_domain::text::normalise(email).to_lowercase()
}

/// The name under which failures are counted.
fn attempt_of(email: &str) -> Hash {
    Hash::of_parts(&[b"ndp sign-in", fold_email(email).as_bytes()])
}

fn hash_of(secret: &str) -> Hash {
    Hash::of_parts(&[b"ndp secret", secret.as_bytes()])
}

/// Who acts in a session; until when is for the asker to say.
fn caller_in(session: &Session) -> Caller {
    Caller {
        account: session.account,
        session: session.id,
        second_factor: session.second_factor,
        since: chrono::DateTime::parse_from_rfc3339(&session.started_at).map_or(0, |t| t.timestamp_micros()),
        until: 0,
        service: None,
    }
}

const SERVICE_PREFIX: &str = "ndp_";

impl Identity {
    pub fn new(
        store: Store,
        clock: Clock,
        policy: Policy,
        token_keys: &KeyRing,
        vault: KeyRing,
        providers: Vec<Provider>,
    ) -> Result<Identity, Denial> {
        let tokens = AccessTokens::new(token_keys, &policy.issuer);
        let passwords = Passwords::new().map_err(Denial::Fault)?;
        Ok(Identity {
            store,
            clock,
            policy: Arc::new(policy),
            tokens,
            providers: Arc::new(providers),
            passwords,
            vault,
            services: Arc::default(),
            pages: Arc::default(),
        })
    }

    fn now(&self) -> Instant {
        self.clock.now()
    }

    /// Name and password, and a code where the account has a second factor.
    pub async fn sign_in(&self, email: &str, password: &str, code: Option<&str>) -> Result<Tokens, Denial> {
        let who = attempt_of(email);
        self.not_locked(who).await?;
        let person = self.store.person_by_email(&fold_email(email)).await?;
        let credential = match &person {
            Some(person) => self.store.credential(person.account).await?,
            None => None,
        };
        let phc = credential.as_ref().and_then(|c| c.password.clone());
        let right = self.passwords.verify(password.to_owned(), phc).await;
        let (Some(person), Some(credential), true) = (person, credential, right) else {
            return Err(self.failed(who, Denial::WrongCredentials).await?);
        };
        let second_factor = match (credential.totp.filter(|_| credential.totp_confirmed), code) {
            (None, _) => false,
            (Some(_), None) => return Err(Denial::SecondFactorNeeded),
            (Some((locked, kid)), Some(code)) => {
                if !self.second_factor_right(person.account, &locked, &kid, code).await? {
                    return Err(self.failed(who, Denial::SecondFactorWrong).await?);
                }
                true
            }
        };
        self.store.clear_attempts(who).await?;
        self.start(person.account, "password", second_factor).await
    }

    async fn not_locked(&self, who: Hash) -> Result<(), Denial> {
        let attempts = self.store.attempts(who).await?;
        let until = attempts.locked_until.and_then(|t| chrono::DateTime::parse_from_rfc3339(&t).ok());
        match until.map(|t| (t.to_utc() - self.now()).num_seconds()) {
            Some(left) if left > 0 => Err(Denial::Locked(left as u64)),
            _ => Ok(()),
        }
    }

    /// Counts a failure; from the allowed number on the name is locked, longer each time.
    async fn failed(&self, who: Hash, denial: Denial) -> Result<Denial, Denial> {
        let failed = self.store.fail_attempt(who, self.now()).await?;
        if failed >= self.policy.failures {
            let doublings = (failed - self.policy.failures).min(20);
            let lock = (self.policy.lock * (1 << doublings)).min(self.policy.longest_lock);
            self.store.lock_attempts(who, self.now() + lock).await?;
        }
        Ok(denial)
    }

    async fn second_factor_right(&self, account: AccountId, locked: &[u8], kid: &str, code: &str) -> Result<bool, Denial> {
        let secret = self.vault.unlock(locked, kid).ok_or_else(|| Denial::Fault(format!("no key {kid} for a second factor")))?;
        let now = self.now().timestamp().unsigned_abs();
        if let Some(step) = totp::step_of(&secret, code, now) {
            return Ok(self.store.take_totp_step(account, step).await?);
        }
        Ok(self.store.take_recovery_code(account, totp::hash_of_recovery(code), self.now()).await?)
    }

    /// A session for somebody who has proved who they are.
    pub async fn start(&self, account: AccountId, method: &str, second_factor: bool) -> Result<Tokens, Denial> {
        let now = self.now();
        let text = |at: Instant| at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
        let session = Session {
            id: Uuid::now_v7(),
            account,
            method: method.to_owned(),
            second_factor,
            started_at: text(now),
            seen_at: text(now),
            expires_at: text(now + self.policy.longest),
        };
        let refresh = secret()?;
        self.store.start_session(&session, hash_of(&refresh), self.refresh_until(&session), now).await?;
        self.tokens_of(session, refresh)
    }

    /// Whose session a page's secret is. The secret of a cookie stays for the whole session: pages ask for
    /// several things at once, and a secret good once would end the session at the second.
    pub async fn page(&self, secret: &str) -> Result<Arc<Caller>, Denial> {
        let (now, hash) = (self.now(), hash_of(secret));
        let kept = self.pages.lock().unwrap_or_else(|p| p.into_inner()).get(&hash).cloned();
        if let Some(caller) = kept
            && caller.until > now.timestamp()
        {
            return if self.tokens.is_revoked(&caller) { Err(Denial::TokenInvalid) } else { Ok(caller) };
        }
        let found = self.store.page_session(hash, now + self.policy.idle, now).await?.ok_or(Denial::TokenInvalid)?;
        let caller = Arc::new(Caller { until: now.timestamp() + PAGE_KEPT, ..caller_in(&found) });
        if self.tokens.is_revoked(&caller) {
            return Err(Denial::TokenInvalid);
        }
        let mut pages = self.pages.lock().unwrap_or_else(|p| p.into_inner());
        if pages.len() >= 10_000 {
            pages.clear();
        }
        pages.insert(hash, caller.clone());
        Ok(caller)
    }

    fn refresh_until(&self, session: &Session) -> Instant {
        let end = chrono::DateTime::parse_from_rfc3339(&session.expires_at).map_or(self.now(), |t| t.to_utc());
        (self.now() + self.policy.idle).min(end)
    }

    fn tokens_of(&self, session: Session, refresh: String) -> Result<Tokens, Denial> {
        let now = self.now();
        let caller = Caller { until: (now + self.policy.access).timestamp(), ..caller_in(&session) };
        let access = self.tokens.issue(&caller, now.timestamp())?;
        Ok(Tokens { access, expires_in: self.policy.access.num_seconds(), refresh, session })
    }

    /// The next pair of tokens. A refresh token is good once; a second use ends the session.
    pub async fn refresh(&self, token: &str) -> Result<Tokens, Denial> {
        let next = secret()?;
        let now = self.now();
        match self.store.refresh(hash_of(token), hash_of(&next), now + self.policy.idle, now).await? {
            Refreshed::Session(session) => self.tokens_of(session, next),
            Refreshed::Reused(_) => {
                self.follow_revocations().await?;
                Err(Denial::TokenReused)
            }
            Refreshed::Unknown => Err(Denial::TokenInvalid),
        }
    }

    /// Whose request it is: an access token, or a service token.
    pub async fn caller(&self, token: &str) -> Result<Arc<Caller>, Denial> {
        let now = self.now();
        if !token.starts_with(SERVICE_PREFIX) {
            return self.tokens.verify(token, now.timestamp());
        }
        let hash = hash_of(token);
        let kept = self.services.lock().unwrap_or_else(|p| p.into_inner()).get(&hash).cloned();
        let caller = match kept {
            Some(caller) => caller,
            None => {
                let found = self.store.service_token(hash, now).await?.ok_or(Denial::TokenInvalid)?;
                let caller = Arc::new(caller_of(&found).ok_or(Denial::TokenInvalid)?);
                let mut services = self.services.lock().unwrap_or_else(|p| p.into_inner());
                if services.len() >= 10_000 {
                    services.clear();
                }
                services.insert(hash, caller.clone());
                caller
            }
        };
        if caller.until <= now.timestamp() || self.tokens.is_revoked(&caller) { Err(Denial::TokenInvalid) } else { Ok(caller) }
    }

    pub async fn sign_out(&self, session: Uuid) -> Result<(), Denial> {
        self.store.end_session(session, "signed_out", self.now()).await?;
        self.follow_revocations().await
    }

    /// Ends every session of the account, also this one.
    pub async fn sign_out_everywhere(&self, account: AccountId, why: &str) -> Result<(), Denial> {
        self.store.end_sessions(account, why, self.now()).await?;
        self.follow_revocations().await
    }

    /// Takes in what other processes revoked.
    pub async fn follow_revocations(&self) -> Result<(), Denial> {
        loop {
            let news = self.store.revocations(self.tokens.last_revocation()).await?;
            let full = news.len() == 1_000;
            self.tokens.revoke(&news);
            if !full {
                return Ok(());
            }
        }
    }

    pub(crate) fn letter(
        &self,
        account: AccountId,
        email: &str,
        lang: &str,
        purpose: &'static str,
        lasts: TimeDelta,
        more: serde_json::Value,
    ) -> Result<(String, Invitation, Message), Denial> {
        let token = secret()?;
        let sha256 = hash_of(&token);
        let expires_at = self.now() + lasts;
        let invitation = Invitation { sha256, account, purpose, expires_at };
        let payload = canonical(
            &json!({ "to": email, "account": account, "lang": lang, "letter": purpose, "token": token, "until": expires_at, "more": more }),
        );
        let mail = Message { id: Uuid::now_v7(), topic: "mail", payload, dedup_key: format!("{purpose}:{sha256}"), run_at: self.now() };
        Ok((token, invitation, mail))
    }

    /// A new person, invited by letter; the answer is the letter's secret, for the command line.
    pub async fn invite(&self, person: &Person) -> Result<String, Denial> {
        let person = Person { email: fold_email(&person.email), ..person.clone() };
        let (token, invitation, mail) =
            self.letter(person.account, &person.email, &person.lang, "invitation", self.policy.invitation, json!({ "name": person.name }))?;
        if self.store.add_person(&person, Some((&invitation, &mail)), self.now()).await? { Ok(token) } else { Err(Denial::EmailTaken) }
    }

    /// A person with a password at once: the demonstration, and `ndp user`.
    pub async fn add(&self, person: &Person, password: &str) -> Result<(), Denial> {
        password::check(password, &[&person.name, person.email.split('@').next().unwrap_or_default()])?;
        let person = Person { email: fold_email(&person.email), ..person.clone() };
        let phc = self.passwords.hash(password.to_owned()).await.map_err(Denial::Fault)?;
        if !self.store.add_person(&person, None, self.now()).await? {
            return Err(Denial::EmailTaken);
        }
        self.store.set_password(Some(person.account), None, &phc, self.now()).await?;
        Ok(())
    }

    /// Several people with one password, hashed once: the demonstration's. Who is there already stays.
    pub async fn add_all(&self, people: &[Person], password: &str) -> Result<(), Denial> {
        let phc = self.passwords.hash(password.to_owned()).await.map_err(Denial::Fault)?;
        for person in people {
            if self.store.add_person(person, None, self.now()).await? {
                self.store.set_password(Some(person.account), None, &phc, self.now()).await?;
            }
        }
        Ok(())
    }

    /// Asks for a new password: the same answer whether somebody has the address or not; the letter
    /// goes out by the outbox, so that it takes as long.
    pub async fn ask_reset(&self, email: &str) -> Result<(), Denial> {
        let who = Hash::of_parts(&[b"ndp reset", fold_email(email).as_bytes()]);
        self.not_locked(who).await?;
        if self.store.fail_attempt(who, self.now()).await? >= self.policy.failures {
            self.store.lock_attempts(who, self.now() + self.policy.longest_lock).await?;
        }
        let person = self.store.person_by_email(&fold_email(email)).await?;
        let (account, lang) = person.as_ref().map_or((AccountId(Uuid::nil()), "vi"), |p| (p.account, p.lang.as_str()));
        let (_, invitation, mail) = self.letter(account, &fold_email(email), lang, "reset", self.policy.reset, json!({}))?;
        // To an address of nobody's a letter is written too, and dropped by the worker.
        Ok(self.store.add_invitation(&invitation, &mail).await?)
    }

    /// Sets the password that a letter allows, and ends all sessions.
    pub async fn accept(&self, token: &str, purpose: &'static str, new: &str) -> Result<AccountId, Denial> {
        password::check(new, &[])?;
        let phc = self.passwords.hash(new.to_owned()).await.map_err(Denial::Fault)?;
        let set = self.store.set_password(None, Some((hash_of(token), purpose)), &phc, self.now()).await?;
        self.follow_revocations().await?;
        set.filter(|a| !a.0.is_nil()).ok_or(Denial::LetterInvalid)
    }

    /// Changes one's own password: the old one is asked for, all sessions end.
    pub async fn change_password(&self, account: AccountId, old: &str, new: &str) -> Result<(), Denial> {
        let person = self.store.persons(&[account]).await?.into_iter().next().ok_or(Denial::WrongCredentials)?;
        let who = attempt_of(&person.email);
        self.not_locked(who).await?;
        let phc = self.store.credential(account).await?.and_then(|c| c.password);
        if !self.passwords.verify(old.to_owned(), phc).await {
            return Err(self.failed(who, Denial::WrongCredentials).await?);
        }
        password::check(new, &[&person.name, person.email.split('@').next().unwrap_or_default()])?;
        let phc = self.passwords.hash(new.to_owned()).await.map_err(Denial::Fault)?;
        self.store.set_password(Some(account), None, &phc, self.now()).await?;
        self.follow_revocations().await
    }

    /// Offers a second factor; it counts once a code has confirmed it. One in force is replaced only
    /// by a session that showed it.
    pub async fn offer_second_factor(&self, caller: &Caller) -> Result<SecondFactor, Denial> {
        let confirmed = self.store.credential(caller.account).await?.is_some_and(|c| c.totp_confirmed);
        if confirmed && !caller.second_factor {
            return Err(Denial::SecondFactorRequired);
        }
        let person = self.store.persons(&[caller.account]).await?.into_iter().next().ok_or(Denial::WrongCredentials)?;
        let (secret, url) = totp::fresh(&person.email)?;
        let codes = totp::recovery_codes()?;
        let hashes: Vec<Hash> = codes.iter().map(|c| totp::hash_of_recovery(c)).collect();
        let (locked, kid) = self.vault.lock(&secret).ok_or_else(|| Denial::Fault("vault".to_owned()))?;
        self.store.set_totp(caller.account, locked, &kid, &hashes).await?;
        Ok(SecondFactor { url, recovery_codes: codes })
    }

    /// Confirms the offered factor and starts a session that has shown it.
    pub async fn confirm_second_factor(&self, caller: &Caller, code: &str) -> Result<Tokens, Denial> {
        let who = Hash::of_parts(&[b"ndp second factor", caller.account.to_string().as_bytes()]);
        self.not_locked(who).await?;
        let credential = self.store.credential(caller.account).await?.unwrap_or_default();
        let (locked, kid) = credential.next.ok_or(Denial::SecondFactorWrong)?;
        let secret = self.vault.unlock(&locked, &kid).ok_or_else(|| Denial::Fault(format!("no key {kid}")))?;
        let step = totp::step_of(&secret, code, self.now().timestamp().unsigned_abs());
        let right = match step {
            Some(step) => self.store.confirm_totp(caller.account, step).await?,
            None => false,
        };
        if !right {
            return Err(self.failed(who, Denial::SecondFactorWrong).await?);
        }
        self.store.clear_attempts(who).await?;
        self.sign_out(caller.session).await?;
        self.start(caller.account, "password", true).await
    }

    /// Takes the second factor off; only with it shown.
    pub async fn drop_second_factor(&self, caller: &Caller) -> Result<(), Denial> {
        if !caller.second_factor {
            return Err(Denial::SecondFactorRequired);
        }
        Ok(self.store.drop_totp(caller.account).await?)
    }

    /// A token for a program, in one duty of its holder, no wider than its scopes.
    pub async fn issue_service_token(
        &self,
        account: AccountId,
        name: &str,
        duty: &str,
        scopes: &[String],
        lasts: TimeDelta,
    ) -> Result<(String, ServiceToken), Denial> {
        let scopes = Scopes::parse(scopes).filter(|s| !s.0.is_empty()).ok_or(Denial::ScopeUnknown)?;
        if lasts <= TimeDelta::zero() || lasts > self.policy.service {
            return Err(Denial::LifetimeWrong(self.policy.service.num_days().unsigned_abs() as u32));
        }
        let text = |at: Instant| at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
        let plain = format!("{SERVICE_PREFIX}{}", secret()?);
        let listed: Vec<String> = scopes.0.iter().map(ToString::to_string).collect();
        let token = ServiceToken {
            id: Uuid::now_v7(),
            account,
            name: name.to_owned(),
            duty: duty.to_owned(),
            scopes: canonical(&listed),
            created_at: text(self.now()),
            expires_at: text(self.now() + lasts),
            ended_at: None,
        };
        self.store.add_service_token(&token, hash_of(&plain)).await?;
        Ok((plain, token))
    }

    pub async fn end_service_token(&self, account: AccountId, id: Uuid) -> Result<bool, Denial> {
        let ended = self.store.end_service_token(account, id, self.now()).await?;
        self.follow_revocations().await?;
        Ok(ended)
    }
}

fn caller_of(token: &ServiceToken) -> Option<Caller> {
    let scopes: Vec<String> = serde_json::from_str(&token.scopes).ok()?;
    let at = |text: &str| chrono::DateTime::parse_from_rfc3339(text).ok();
    Some(Caller {
        account: token.account,
        session: token.id,
        // Issued by a session that met the duty's demands.
        second_factor: true,
        since: at(&token.created_at)?.timestamp_micros(),
        until: at(&token.expires_at)?.timestamp(),
        service: Some(Service { duty: token.duty.clone(), scopes: Scopes::parse(&scopes)? }),
    })
}
