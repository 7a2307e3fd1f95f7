//! Answers that this process has made: what a record says to a set of facets changes with its head and with
//! nothing else. Who sees it is asked of the database every time.

use crate::problem::lang;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ndp_domain::access::Facet;
use ndp_domain::canonical::Hash;
use ndp_domain::id::Id;
use ndp_text::Lang;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, Mutex};

/// A JSON answer with its tag.
#[derive(Debug)]
pub struct Answer {
    tag: HeaderValue,
    body: Bytes,
}

impl Answer {
    /// The tag names the version and the content.
    pub fn of(version: u64, value: &Value) -> Answer {
        let body = value.to_string();
        let hash = Hash::of(body.as_bytes()).to_string();
        let tag = format!("\"{version}.{}\"", hash.get(..16).unwrap_or_default());
        // Digits, a point and quotes are always a header's value.
        let tag = HeaderValue::from_str(&tag).unwrap_or_else(|_| HeaderValue::from_static("\"\""));
        Answer { tag, body: body.into() }
    }

    /// The answer; 304 where the caller has it.
    pub fn to(&self, headers: &HeaderMap) -> Response {
        let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(','));
        let same = known.map(|t| t.trim().trim_start_matches("W/")).any(|t| t.as_bytes() == self.tag.as_bytes() || t == "*");
        let mut response = if same {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], Body::from(self.body.clone())).into_response()
        };
        let out = response.headers_mut();
        out.insert(header::ETAG, self.tag.clone());
        out.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
        out.insert(header::CONTENT_LANGUAGE, HeaderValue::from_static(if lang() == Lang::Vi { "vi" } else { "en" }));
        response
    }
}

/// What an answer depends on.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Shown {
    pub id: Id,
    pub head: Hash,
    pub facets: Vec<Facet>,
    pub english: bool,
}

/// Bytes of one generation.
const MOST: usize = 4 * 1024 * 1024;

/// Two generations: what the younger one was asked for outlives the older one.
#[derive(Debug, Default)]
pub struct Answers(Mutex<Generations>);

#[derive(Debug, Default)]
struct Generations {
    young: HashMap<Shown, Arc<Answer>>,
    old: HashMap<Shown, Arc<Answer>>,
    bytes: usize,
}

impl Answers {
    pub fn get(&self, of: &Shown) -> Option<Arc<Answer>> {
        let mut kept = self.0.lock().unwrap_or_else(|p| p.into_inner());
        if let Some(answer) = kept.young.get(of) {
            return Some(answer.clone());
        }
        let answer = kept.old.remove(of)?;
        kept.put(of.clone(), answer.clone());
        Some(answer)
    }

    pub fn keep(&self, of: Shown, answer: Arc<Answer>) {
        self.0.lock().unwrap_or_else(|p| p.into_inner()).put(of, answer);
    }
}

impl Generations {
    fn put(&mut self, of: Shown, answer: Arc<Answer>) {
        let bytes = answer.body.len() + std::mem::size_of::<Shown>() + 64;
        if self.bytes + bytes > MOST {
            self.old = std::mem::take(&mut self.young);
            self.bytes = 0;
        }
        self.bytes += bytes;
        self.young.insert(of, answer);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndp_domain::id::Kind;
    use serde_json::json;

    fn shown(n: u128) -> Shown {
        Shown { id: Id::new(Kind::Dossier, uuid::Uuid::from_u128(n)), head: Hash::ZERO, facets: vec![Facet::File], english: false }
    }

    #[test]
    fn what_is_asked_for_stays_and_what_is_not_goes() {
        let answers = Answers::default();
        let large = || Arc::new(Answer::of(1, &json!("x".repeat(100_000))));
        answers.keep(shown(0), large());
        for n in 1..200 {
            answers.keep(shown(n), large());
            assert!(answers.get(&shown(0)).is_some(), "asked for after {n} others");
        }
        assert!(answers.get(&shown(1)).is_none());
        let kept = answers.0.lock().unwrap();
        let bytes: usize = kept.young.values().chain(kept.old.values()).map(|a| a.body.len()).sum();
        assert!(bytes <= 2 * MOST);
    }

    #[test]
    fn another_head_other_facets_another_language_are_other_answers() {
        let answers = Answers::default();
        answers.keep(shown(1), Arc::new(Answer::of(1, &json!({}))));
        assert!(answers.get(&shown(1)).is_some());
        assert!(answers.get(&Shown { english: true, ..shown(1) }).is_none());
        assert!(answers.get(&Shown { facets: vec![Facet::Published], ..shown(1) }).is_none());
        assert!(answers.get(&Shown { head: Hash::of(b"x"), ..shown(1) }).is_none());
    }
}
