//! Webhooks after the Standard Webhooks convention: signed with HMAC-SHA256, tried again for more than a
//! day, never to private addresses unless the deployment allows it, paused with a notice where the
//! other side stays away.

use crate::letters::Queued;
use crate::worker::Worker;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::TimeDelta;
use hmac::{Hmac, KeyInit, Mac};
use ndp_domain::authority::Duty;
use ndp_domain::canonical::canonical;
use ndp_domain::id::{Id, OrganisationId};
use ndp_domain::time::Instant;
use ndp_domain::visibility::Reader;
use ndp_engine::orders::plural;
use ndp_store::Fault;
use ndp_store::batch::Message;
use ndp_store::seen::FeedLine;
use ndp_store::webhooks::{Delivery, Webhook, follower};
use serde_json::json;
use sha2::Sha256;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;
use uuid::Uuid;

/// Waits between tries (seconds): 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h.
pub const WAITS: &[i64] = &[5, 300, 1_800, 7_200, 18_000, 36_000, 50_400];
/// Events put into one webhook's journal in one step.
const STEP: u64 = 200;

/// Why an address is not called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfit {
    Shape,
    Private,
    Unknown,
}

/// Is this an address of the open internet?
pub fn public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            !(v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_broadcast()
                || v4.is_documentation()
                || v4.is_unspecified()
                || v4.is_multicast()
                || a == 0
                || a >= 240
                || (a == 100 && (64..128).contains(&b))
                || (a == 192 && b == 0 && c == 0)
                || (a == 198 && (b == 18 || b == 19)))
        }
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => public(IpAddr::V4(v4)),
            None => {
                let [first, second, ..] = v6.segments();
                // 64:ff9b::/96 and 2002::/16 carry an IPv4 address inside.
                let translated = (first == 0x64 && second == 0xff9b) || first == 0x2002;
                !(v6.is_loopback()
                    || v6.is_unspecified()
                    || v6.is_multicast()
                    || (first & 0xfe00) == 0xfc00
                    || (first & 0xffc0) == 0xfe80
                    || (first == 0x2001 && second == 0xdb8)
                    || translated
                    || first == 0x100)
            }
        },
    }
}

/// An address people gave, split and looked at: https, a host, no user, no fragment.
pub fn checked(url: &str, private: bool) -> Result<reqwest::Url, Unfit> {
    let url = reqwest::Url::parse(url).map_err(|_| Unfit::Shape)?;
    let scheme = url.scheme() == "https" || (private && url.scheme() == "http");
    if !scheme
        || url.host_str().is_none()
        || !url.username().is_empty()
        || url.password().is_some()
        || url.fragment().is_some()
        || url.as_str().len() > 500
    {
        return Err(Unfit::Shape);
    }
    if !private
        && let Some(address) = literal(&url)
        && !public(address)
    {
        return Err(Unfit::Private);
    }
    Ok(url)
}

fn literal(url: &reqwest::Url) -> Option<IpAddr> {
    url.host_str()?.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// The addresses behind a host; none of them may be private.
async fn resolve(url: &reqwest::Url, private: bool) -> Result<Vec<SocketAddr>, Unfit> {
    let host = url.host_str().ok_or(Unfit::Shape)?.trim_start_matches('[').trim_end_matches(']').to_owned();
    let port = url.port_or_known_default().ok_or(Unfit::Shape)?;
    let found: Vec<SocketAddr> = tokio::net::lookup_host((host, port)).await.map_err(|_| Unfit::Unknown)?.collect();
    if found.is_empty() {
        return Err(Unfit::Unknown);
    }
    if !private && found.iter().any(|a| !public(a.ip())) {
        return Err(Unfit::Private);
    }
    Ok(found)
}

/// `v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`.
pub fn signature(secret: &[u8], id: &str, timestamp: i64, body: &str) -> String {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret) else { return String::new() };
    mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}

/// What a webhook's holder sees.
pub fn reader_of(webhook: &Webhook) -> Option<Reader> {
    let org = webhook.org.parse::<Id>().ok().and_then(|id| OrganisationId::try_from(id).ok());
    let duty = Duty::of_code(&webhook.duty)?;
    let of_body = duty.side() == ndp_domain::authority::Side::Body;
    Some(Reader { account: Some(webhook.account), duty, org: org.filter(|_| !of_body), unit: webhook.unit.clone() })
}

/// The body of a telling: what happened to which record; its content is read with a token.
pub fn body_of(line: &FeedLine) -> String {
    let hash: String = line.hash.iter().map(|b| format!("{b:02x}")).collect();
    canonical(&json!({
        "type": "record.changed",
        "timestamp": line.at,
        "data": {
            "position": line.position, "record": line.stream, "kind": line.stream.kind, "n": line.n, "act": line.act, "hash": hash,
            "href": format!("/api/v1/{}/{}", plural(line.stream.kind), line.stream),
        },
    }))
}

impl Worker {
    /// Puts the feed's news into the journals of those who may see them. One process at a time.
    pub async fn fan_out(&self, now: Instant) -> Result<(), Fault> {
        let store = &self.engine.store;
        let webhooks = store.running_webhooks().await?;
        if webhooks.is_empty() || store.take_turn("webhooks", now, now + TimeDelta::seconds(30)).await?.is_none() {
            return Ok(());
        }
        let end = store.feed_end().await?;
        let mut result = Ok(());
        for webhook in &webhooks {
            let from = store.position_of(&follower(webhook.id)).await?;
            if from < end {
                result = self.tell(webhook, from, now).await;
                if result.is_err() {
                    break;
                }
            }
        }
        store.end_turn("webhooks", now).await?;
        result
    }

    async fn tell(&self, webhook: &Webhook, from: u64, now: Instant) -> Result<(), Fault> {
        let store = &self.engine.store;
        // The duty must still be held: a webhook outlives nobody's term.
        let Some(reader) = reader_of(webhook) else { return Ok(()) };
        let scope = if self.still_holds(&reader).await? { self.engine.scope(&reader) } else { self.engine.scope(&Reader::public()) };
        let page = store.feed_page(&scope, None, from, STEP).await?;
        let kinds: Vec<String> = serde_json::from_str(&webhook.kinds).unwrap_or_default();
        let wanted = |line: &FeedLine| kinds.is_empty() || kinds.iter().any(|k| k == line.stream.kind.name());
        let news: Vec<(FeedLine, String)> = page.lines.into_iter().filter(wanted).map(|l| (l.clone(), body_of(&l))).collect();
        store.tell(webhook.id, from, page.to, &news, now).await.map(|_| ())
    }

    /// Is the reader's duty still theirs today, and the account not suspended?
    async fn still_holds(&self, reader: &Reader) -> Result<bool, Fault> {
        use ndp_domain::account::Account;
        use ndp_domain::machine::Known;
        let Some(account) = reader.account else { return Ok(false) };
        let day = ndp_domain::time::legal_date(self.engine.clock.now());
        let loaded = self.engine.store.load_one(account.into()).await?;
        let state = loaded.as_ref().and_then(|l| Account::known(&l.neighbour.whole.state));
        let of_body = reader.duty.side() == ndp_domain::authority::Side::Body;
        Ok(state.is_some_and(|s| {
            s.suspended.is_none()
                && (of_body
                    || s.held.iter().any(|h| {
                        h.duty == reader.duty && Some(h.org) == reader.org && (h.unit.is_none() || h.unit == reader.unit) && h.on(day)
                    }))
        }))
    }

    /// One try.
    pub async fn deliver(&self, delivery: &Delivery) -> Result<(), Fault> {
        let store = &self.engine.store;
        let Some(webhook) = store.webhook(delivery.webhook).await? else {
            return store.delivered(delivery, None, Some("ended"), None, self.clock.now()).await;
        };
        let tried = self.call(&webhook, delivery).await;
        let now = self.clock.now();
        let (status, error) = match &tried {
            Ok(status) if (200..300).contains(status) => {
                metrics::counter!("ndp_webhook_deliveries_total", "outcome" => "taken").increment(1);
                return store.delivered(delivery, Some(*status), None, None, now).await;
            }
            Ok(status) => (Some(*status), format!("status {status}")),
            Err(why) => (None, why.clone()),
        };
        metrics::counter!("ndp_webhook_deliveries_total", "outcome" => "failed").increment(1);
        let gone = status == Some(410);
        let wait = WAITS.get(delivery.attempts.saturating_sub(1) as usize).filter(|_| !gone);
        let again = wait.map(|seconds| now + TimeDelta::seconds(self.pace.stretched(*seconds)));
        // One that ran out of tries stays open: told first when the webhook goes on.
        store.delivered(delivery, status, Some(&error), Some(again.unwrap_or(now)), now).await?;
        if again.is_none() && store.pause_webhook(webhook.id, Some(&error), now).await? {
            self.notice_of_pause(&webhook, now).await?;
        }
        Ok(())
    }

    async fn call(&self, webhook: &Webhook, delivery: &Delivery) -> Result<u16, String> {
        let secret = self.identity.vault.unlock(&webhook.secret, &webhook.secret_kid).ok_or("no key for the secret")?;
        let url = checked(&webhook.url, self.private_webhooks).map_err(|e| format!("{e:?}"))?;
        let found = resolve(&url, self.private_webhooks).await.map_err(|e| format!("{e:?}"))?;
        let host = url.host_str().unwrap_or_default().to_owned();
        // Connected to the addresses that were looked at: a name cannot change its mind in between.
        let client = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(15))
            .no_proxy()
            .resolve_to_addrs(&host, &found)
            .build()
            .map_err(|e| e.to_string())?;
        let (id, at) = (format!("msg_{}", delivery.id.simple()), self.clock.now().timestamp());
        let answer = client
            .post(url)
            .header("content-type", "application/json")
            .header("webhook-id", &id)
            .header("webhook-timestamp", at.to_string())
            .header("webhook-signature", signature(&secret, &id, at, &delivery.body))
            .body(delivery.body.clone())
            .send()
            .await
            .map_err(|e| e.without_url().to_string())?;
        Ok(answer.status().as_u16())
    }

    async fn notice_of_pause(&self, webhook: &Webhook, now: Instant) -> Result<(), Fault> {
        let Some(person) = self.engine.store.persons(&[webhook.account]).await?.into_iter().next() else { return Ok(()) };
        let queued = Queued {
            to: person.email,
            account: person.account,
            lang: person.lang,
            letter: "webhook-paused".to_owned(),
            token: None,
            until: None,
            more: json!({ "name": person.name, "url": webhook.url, "href": format!("/api/v1/webhooks/{}", webhook.id) }),
        };
        let dedup_key = format!("webhook-paused:{}:{}", webhook.id, now.timestamp());
        self.engine.store.send(&[Message { id: Uuid::now_v7(), topic: "mail", payload: canonical(&queued), dedup_key, run_at: now }]).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_are_known_in_every_dress() {
        for text in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::7f00:1",
            "2002:7f00:1::",
            "ff02::1",
            "2001:db8::1",
        ] {
            assert!(!public(text.parse().expect("an address")), "{text}");
        }
        for text in ["8.8.8.8", "203.162.0.1", "2606:4700::1111"] {
            assert!(public(text.parse().expect("an address")), "{text}");
        }
        for url in [
            "http://example.vn/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://u:p@example.vn/",
            "ftp://example.vn/",
            "https://2130706433/",
            "https://0x7f.1/",
            "x",
        ] {
            assert!(checked(url, false).is_err(), "{url}");
        }
        assert!(checked("https://example.vn/hook?a=1", false).is_ok());
    }

    #[test]
    fn a_signature_is_that_of_the_convention() {
        // The example of standardwebhooks.com.
        let secret = STANDARD.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("base64");
        let signed = signature(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, "{\"test\": 2432232314}");
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }
}
