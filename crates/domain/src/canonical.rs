//! Canonical text (RFC 8785) and the hashes over it. Hashes are always over the bytes that are
//! stored, never over JSON read back.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use std::fmt;

/// A SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

impl Hash {
    pub const ZERO: Hash = Hash([0; 32]);

    pub fn of(bytes: &[u8]) -> Hash {
        Hash(Sha256::digest(bytes).into())
    }

    /// Hash of several parts, each preceded by its length, so that parts cannot be shifted.
    pub fn of_parts(parts: &[&[u8]]) -> Hash {
        let mut digest = Sha256::new();
        for part in parts {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
        Hash(digest.finalize().into())
    }

    pub fn parse(hex: &str) -> Option<Hash> {
        let bytes = hex.as_bytes();
        if bytes.len() != 64 || bytes.iter().any(u8::is_ascii_uppercase) {
            return None;
        }
        let mut out = [0; 32];
        for (i, byte) in out.iter_mut().enumerate() {
            *byte = u8::from_str_radix(hex.get(2 * i..2 * i + 2)?, 16).ok()?;
        }
        Some(Hash(out))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|b| write!(f, "{b:02x}"))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Hash {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hash {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let hex = String::deserialize(d)?;
        Hash::parse(&hex).ok_or_else(|| serde::de::Error::custom("input.hash: 64 lower-case hex digits"))
    }
}

/// Names an immutable content kept in the store; shown as `content:<hex>`, which is how the
/// checker finds every content an event relies on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pin(pub self::Hash);

const PIN: &str = "content:";

impl Serialize for Pin {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(&format_args!("{PIN}{}", self.0))
    }
}

impl<'de> Deserialize<'de> for Pin {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        text.strip_prefix(PIN).and_then(Hash::parse).map(Pin).ok_or_else(|| serde::de::Error::custom("input.hash"))
    }
}

/// Every content named in a canonical text.
pub fn pins(text: &str) -> Vec<Hash> {
    text.match_indices(&format!("\"{PIN}"))
        .filter_map(|(at, lead)| text.get(at + lead.len()..at + lead.len() + 64).and_then(Hash::parse))
        .collect()
}

/// An immutable content: its canonical text and the hash that names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    pub sha256: Hash,
    pub text: String,
}

impl Content {
    pub fn of<T: Serialize>(value: &T) -> Content {
        Content::of_text(canonical(value))
    }
    pub fn of_text(text: String) -> Content {
        Content { sha256: Hash::of(text.as_bytes()), text }
    }
    pub fn pin(&self) -> Pin {
        Pin(self.sha256)
    }
}

/// The canonical JSON text of a value.
pub fn canonical<T: Serialize>(value: &T) -> String {
    serde_json_canonicalizer::to_string(value).expect("domain values have string keys and whole numbers only")
}
