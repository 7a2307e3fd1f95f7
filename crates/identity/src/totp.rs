//! The second factor: codes of RFC 6238 (SHA-1, 6 digits, 30 seconds, as every authenticator has
//! them), each taken once, and ten recovery codes.

use crate::{Denial, random};
use ndp_domain::canonical::Hash;
use totp_rs::{Algorithm, Builder, Secret, Totp};

/// Seconds of one step.
const STEP: u64 = 30;

fn totp(secret: &[u8], account: &str) -> Option<Totp> {
    Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_skew(1)
        .with_step_duration(STEP)
        .with_secret(Secret::from(secret))
        .with_account_name(account.replace(':', ""))
        .with_issuer(Some("NDP"))
        .build()
        .ok()
}

/// A fresh secret (160 bits) and the address an authenticator reads from a picture.
pub fn fresh(account: &str) -> Result<(Vec<u8>, String), Denial> {
    let secret = random::<20>()?.to_vec();
    let url = totp(&secret, account).and_then(|t| t.to_url().ok()).ok_or_else(|| Denial::Fault("totp".to_owned()))?;
    Ok((secret, url))
}

/// The time step of a right code, at most one step away from `now` (Unix seconds).
pub fn step_of(secret: &[u8], code: &str, now: u64) -> Option<u64> {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    if code.len() != 6 || !code.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let totp = totp(secret, "account")?;
    let current = now / STEP;
    let fits = |step: &u64| {
        let right = totp.generate(step * STEP).to_string();
        bool::from(subtle::ConstantTimeEq::ct_eq(right.as_bytes(), code.as_bytes()))
    };
    [current, current.saturating_sub(1), current + 1].into_iter().find(fits)
}

/// The code of a moment: for tests and for the demonstration's reader.
pub fn code_at(secret: &[u8], now: u64) -> Option<String> {
    Some(totp(secret, "account")?.generate(now).to_string())
}

/// Ten codes of 80 bits; only their hashes are kept.
pub fn recovery_codes() -> Result<Vec<String>, Denial> {
    let one = |_| {
        let text = random::<10>()?.iter().map(|b| format!("{b:02x}")).collect::<String>();
        Ok(text.as_bytes().chunks(5).map(|c| String::from_utf8_lossy(c).into_owned()).collect::<Vec<_>>().join("-"))
    };
    (0..10).map(one).collect()
}

pub fn hash_of_recovery(code: &str) -> Hash {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    Hash::of_parts(&[b"ndp recovery code", plain.as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_good_for_its_step_and_its_neighbours() {
        let (secret, url) = fresh("mau@example.vn").expect("a secret");
        assert!(url.starts_with("otpauth://totp/"));
        let code = code_at(&secret, 1_000_000_000).expect("a code");
        assert_eq!(step_of(&secret, &code, 1_000_000_000), Some(33_333_333));
        assert_eq!(step_of(&secret, &code, 1_000_000_029), Some(33_333_333));
        assert_eq!(step_of(&secret, &code, 1_000_000_090), None);
        assert_eq!(step_of(&secret, "12345", 1_000_000_000), None);
    }

    #[test]
    fn recovery_codes_are_read_as_people_type_them() {
        let codes = recovery_codes().expect("codes");
        assert_eq!(codes.len(), 10);
        let first = codes.first().expect("ten");
        assert_eq!(hash_of_recovery(first), hash_of_recovery(&format!(" {} ", first.to_uppercase().replace('-', ""))));
    }
}
