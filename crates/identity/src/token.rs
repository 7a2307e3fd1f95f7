//! Access tokens: EdDSA only, `kid` from our own ring, audience and issuer pinned, minutes long.
//! A verified token is kept by its hash until it runs out or is revoked.

use crate::Denial;
use crate::keyring::KeyRing;
use crate::scope::Scopes;
use base64::Engine as _;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use ndp_domain::canonical::Hash;
use ndp_domain::id::AccountId;
use ndp_store::people::Revocation;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, RwLock};
use uuid::Uuid;

/// Whose request it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    pub account: AccountId,
    /// Session, or service token.
    pub session: Uuid,
    pub second_factor: bool,
    /// Start of the session (Unix microseconds).
    pub since: i64,
    /// Unix seconds after which it is nobody's.
    pub until: i64,
    /// Limits and duty of a service token; none for a person.
    pub service: Option<Service>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    pub duty: String,
    pub scopes: Scopes,
}

/// The claims of an access token.
#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: AccountId,
    sid: Uuid,
    iat: i64,
    exp: i64,
    /// Start of the session, microseconds.
    sst: i64,
    /// A second factor was shown.
    mfa: bool,
}

const AUDIENCE: &str = "ndp-api";
/// Tokens kept at most; beyond it all are verified anew.
const KEPT: usize = 10_000;
/// Longer texts are no token of ours (bytes).
const LONGEST: usize = 2_048;

struct Keys {
    encoding: EncodingKey,
    decoding: BTreeMap<String, DecodingKey>,
    public: BTreeMap<String, [u8; 32]>,
    current: String,
}

/// Makes and reads access tokens.
#[derive(Clone)]
pub struct AccessTokens {
    keys: Arc<Keys>,
    issuer: Arc<str>,
    seen: Arc<Mutex<HashMap<Hash, Arc<Caller>>>>,
    revoked: Arc<RwLock<Revoked>>,
}

#[derive(Debug, Default)]
struct Revoked {
    last: u64,
    sessions: HashMap<Uuid, i64>,
    /// Sessions of the account that began before this instant (microseconds).
    accounts: HashMap<AccountId, i64>,
}

impl std::fmt::Debug for AccessTokens {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccessTokens").field("kids", &self.keys.decoding.keys().collect::<Vec<_>>()).finish()
    }
}

/// An Ed25519 seed as PKCS#8, the form the library reads.
fn pkcs8(seed: &[u8; 32]) -> Vec<u8> {
    const HEAD: [u8; 16] = [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
    [&HEAD[..], &seed[..]].concat()
}

fn public(seed: &[u8; 32]) -> [u8; 32] {
    ed25519_dalek::SigningKey::from_bytes(seed).verifying_key().to_bytes()
}

impl AccessTokens {
    pub fn new(ring: &KeyRing, issuer: &str) -> AccessTokens {
        let (current, seed) = ring.current();
        let public: BTreeMap<String, [u8; 32]> = ring.kids().map(|(kid, seed)| (kid.to_owned(), public(seed))).collect();
        let decoding = public.iter().map(|(kid, key)| (kid.clone(), DecodingKey::from_ed_der(key))).collect();
        let keys = Keys { encoding: EncodingKey::from_ed_der(&pkcs8(seed)), decoding, public, current: current.to_owned() };
        AccessTokens { keys: Arc::new(keys), issuer: issuer.into(), seen: Arc::default(), revoked: Arc::default() }
    }

    /// A token for a session; `now` and `until` in Unix seconds.
    pub fn issue(&self, caller: &Caller, now: i64) -> Result<String, Denial> {
        let mut header = Header::new(Algorithm::EdDSA);
        header.kid = Some(self.keys.current.clone());
        header.typ = Some("at+jwt".to_owned());
        let claims = Claims {
            iss: self.issuer.to_string(),
            aud: AUDIENCE.to_owned(),
            sub: caller.account,
            sid: caller.session,
            iat: now,
            exp: caller.until,
            sst: caller.since,
            mfa: caller.second_factor,
        };
        jsonwebtoken::encode(&header, &claims, &self.keys.encoding).map_err(|e| Denial::Fault(e.to_string()))
    }

    /// Whose token it is; the reasons why it is nobody's are one answer.
    pub fn verify(&self, token: &str, now: i64) -> Result<Arc<Caller>, Denial> {
        if token.len() > LONGEST {
            return Err(Denial::TokenInvalid);
        }
        let hash = Hash::of(token.as_bytes());
        let kept = self.seen.lock().unwrap_or_else(|p| p.into_inner()).get(&hash).cloned();
        let caller = match kept {
            Some(caller) => caller,
            None => {
                let caller = Arc::new(self.read(token)?);
                let mut seen = self.seen.lock().unwrap_or_else(|p| p.into_inner());
                if seen.len() >= KEPT {
                    seen.retain(|_, c| c.until > now);
                    if seen.len() >= KEPT {
                        seen.clear();
                    }
                }
                if caller.until > now {
                    seen.insert(hash, caller.clone());
                }
                caller
            }
        };
        if caller.until <= now {
            return Err(Denial::TokenExpired);
        }
        if self.is_revoked(&caller) { Err(Denial::TokenInvalid) } else { Ok(caller) }
    }

    fn read(&self, token: &str) -> Result<Caller, Denial> {
        let header = jsonwebtoken::decode_header(token).map_err(|_| Denial::TokenInvalid)?;
        if header.alg != Algorithm::EdDSA || header.typ.as_deref() != Some("at+jwt") {
            return Err(Denial::TokenInvalid);
        }
        // The kid is only ever looked up; no path, address or key of the token's own is followed.
        let key = header.kid.as_deref().and_then(|kid| self.keys.decoding.get(kid)).ok_or(Denial::TokenInvalid)?;
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_audience(&[AUDIENCE]);
        validation.set_issuer(&[&*self.issuer]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // Judged by our own clock, on every use.
        validation.validate_exp = false;
        let claims = jsonwebtoken::decode::<Claims>(token, key, &validation).map_err(|_| Denial::TokenInvalid)?.claims;
        Ok(Caller {
            account: claims.sub,
            session: claims.sid,
            second_factor: claims.mfa,
            since: claims.sst,
            until: claims.exp,
            service: None,
        })
    }

    pub fn is_revoked(&self, caller: &Caller) -> bool {
        let revoked = self.revoked.read().unwrap_or_else(|p| p.into_inner());
        // A token for a program is no session: it ends by its own number.
        let of_account = caller.service.is_none() && revoked.accounts.get(&caller.account).is_some_and(|at| caller.since <= *at);
        of_account || revoked.sessions.contains_key(&caller.session)
    }

    /// Takes in revocations; answers the last one known.
    pub fn revoke(&self, news: &[Revocation]) -> u64 {
        let mut revoked = self.revoked.write().unwrap_or_else(|p| p.into_inner());
        for one in news {
            let at = chrono::DateTime::parse_from_rfc3339(&one.at).map_or(i64::MAX, |t| t.timestamp_micros());
            if let Some(session) = one.session {
                revoked.sessions.insert(session, at);
            }
            if let Some(account) = one.account {
                let known = revoked.accounts.entry(account).or_insert(at);
                *known = at.max(*known);
            }
            revoked.last = revoked.last.max(one.n);
        }
        revoked.last
    }

    pub fn last_revocation(&self) -> u64 {
        self.revoked.read().unwrap_or_else(|p| p.into_inner()).last
    }

    /// The public keys, as a JSON Web Key Set.
    pub fn public_keys(&self) -> serde_json::Value {
        let key = |(kid, public): (&String, &[u8; 32])| {
            let x = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(public);
            serde_json::json!({ "kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": kid, "x": x })
        };
        serde_json::json!({ "keys": self.keys.public.iter().map(key).collect::<Vec<_>>() })
    }
}
