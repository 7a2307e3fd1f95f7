//! Letters as people read them, each in its reader's language.

use crate::mail::Letter;
use ndp_text::{Lang, texts};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// A letter as the outbox carries it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Queued {
    pub to: String,
    pub account: ndp_domain::id::AccountId,
    pub lang: String,
    /// `invitation`, `reset`, `notice`, `webhook-paused`.
    pub letter: String,
    /// Secret of the link, where the letter has one.
    #[serde(default)]
    pub token: Option<String>,
    #[serde(default)]
    pub until: Option<chrono::DateTime<chrono::Utc>>,
    #[serde(default)]
    pub more: Value,
}

/// A day and hour in Viet Nam.
fn moment(at: chrono::DateTime<chrono::Utc>) -> String {
    let hanoi = chrono::FixedOffset::east_opt(7 * 3600);
    hanoi.map_or_else(|| at.to_string(), |zone| at.with_timezone(&zone).format("%H:%M %d/%m/%Y").to_string())
}

/// The letter, written. `base` is where people reach the system.
pub fn write(id: Uuid, queued: &Queued, base: &str) -> Letter {
    let lang: Lang = queued.lang.parse().unwrap_or_default();
    let t = texts(lang);
    let text = |name: &str| queued.more.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let path = match queued.letter.as_str() {
        "invitation" => "mat-khau/dat/invitation",
        "reset" => "mat-khau/dat/reset",
        _ => "",
    };
    let link = match &queued.token {
        // After `#`, so that no server on the way writes the secret into its log.
        Some(token) => format!("{base}/{path}#{token}"),
        None => format!("{base}{}", text("href")),
    };
    let until = queued.until.map(moment).unwrap_or_default();
    let (name, act, record, due) = (text("name"), text("act"), text("record"), text("due"));
    let act_title = if act.is_empty() { String::new() } else { t.get(&format!("act-{act}"), &[]) };
    let due = if due.is_empty() { String::new() } else { format!(" {}", t.get("mail-due", &[("day", due.as_str())])) };
    let token = queued.token.clone().unwrap_or_default();
    let url = text("url");
    let args = [
        ("name", name.as_str()),
        ("link", link.as_str()),
        ("until", until.as_str()),
        ("act", act_title.as_str()),
        ("record", record.as_str()),
        ("due", due.as_str()),
        ("secret", token.as_str()),
        ("url", url.as_str()),
    ];
    let key = |part: &str| format!("mail-{}-{part}", queued.letter);
    Letter {
        id: id.simple().to_string(),
        to: queued.to.clone(),
        subject: t.get(&key("subject"), &args).replace(['\r', '\n'], " "),
        text: format!("{}\n\n{}\n", t.get(&key("body"), &args), t.get("mail-footer", &[])),
    }
}
