//! Passwords: Argon2id, hashed off the async threads and never more than two at once, since each
//! takes 19 MiB and a good part of a core.

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Shortest and longest password (characters). NIST SP 800-63B: length, no rules of composition.
pub const LENGTH: std::ops::RangeInclusive<usize> = 12..=128;

/// The commonest of those long enough.
const COMMON: &[&str] = &[
    "123456789012",
    "1234567890123",
    "12345678901234",
    "123456789012345",
    "1234567890123456",
    "password1234",
    "passwordpassword",
    "matkhau12345",
    "matkhau123456",
    "qwertyuiop123",
    "qwertyuiopasdf",
    "111111111111",
    "000000000000",
    "aaaaaaaaaaaa",
    "abcdefghijkl",
    "iloveyou1234",
    "administrator",
    "administrator1",
    "vietnam12345",
    "vietnam123456",
];

/// What is wrong with a new password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weak {
    TooShort,
    TooLong,
    /// Known to everybody, or made of the person's own name or address.
    Guessable,
}

/// Refuses what is easily guessed.
pub fn check(password: &str, known: &[&str]) -> Result<(), Weak> {
    let n = password.chars().count();
    if n < *LENGTH.start() {
        return Err(Weak::TooShort);
    }
    if n > *LENGTH.end() {
        return Err(Weak::TooLong);
    }
    let folded = ndp_domain::text::fold(password).replace(' ', "");
    let mut distinct: Vec<char> = folded.chars().collect();
    distinct.sort_unstable();
    distinct.dedup();
    let own = known.iter().map(|k| ndp_domain::text::fold(k).replace(' ', "")).any(|k| k.len() >= 4 && folded.replace(&k, "").len() < 6);
    if COMMON.contains(&folded.as_str()) || distinct.len() < 4 || own {
        return Err(Weak::Guessable);
    }
    Ok(())
}

/// Hashes and compares.
#[derive(Clone)]
pub struct Passwords {
    turns: Arc<Semaphore>,
    /// Compared with where nobody has the name, so that it takes as long.
    nobody: Arc<str>,
}

impl std::fmt::Debug for Passwords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passwords")
    }
}

fn hash_now(password: &str) -> Result<String, String> {
    Argon2::default().hash_password(password.as_bytes()).map(|h| h.to_string()).map_err(|e| e.to_string())
}

impl Passwords {
    pub fn new() -> Result<Passwords, String> {
        let nobody = hash_now("nobody has this password")?;
        Ok(Passwords { turns: Arc::new(Semaphore::new(2)), nobody: nobody.into() })
    }

    pub async fn hash(&self, password: String) -> Result<String, String> {
        let _turn = self.turns.acquire().await.map_err(|e| e.to_string())?;
        tokio::task::spawn_blocking(move || hash_now(&password)).await.map_err(|e| e.to_string())?
    }

    /// Is it the password? Takes as long where there is none.
    pub async fn verify(&self, password: String, phc: Option<String>) -> bool {
        let Ok(_turn) = self.turns.acquire().await else { return false };
        let there = phc.is_some();
        let phc = phc.unwrap_or_else(|| self.nobody.to_string());
        let right = tokio::task::spawn_blocking(move || {
            PasswordHash::new(&phc).is_ok_and(|parsed| Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok())
        });
        right.await.unwrap_or(false) && there
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_common_and_own_passwords_are_refused() {
        assert_eq!(check("ngắn", &[]), Err(Weak::TooShort));
        assert_eq!(check(&"dài ".repeat(40), &[]), Err(Weak::TooLong));
        assert_eq!(check("Mật khẩu 123456", &[]), Err(Weak::Guessable));
        assert_eq!(check("abababababab", &[]), Err(Weak::Guessable));
        assert_eq!(check("nguyenvanmau1", &["Nguyễn Văn Mẫu"]), Err(Weak::Guessable));
        assert_eq!(check("bốn con trâu qua cầu", &["Nguyễn Văn Mẫu"]), Ok(()));
    }

    #[tokio::test]
    async fn only_the_right_password_of_somebody_opens() {
        let passwords = Passwords::new().expect("hashes");
        let phc = passwords.hash("bốn con trâu qua cầu".to_owned()).await.expect("hashes");
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(passwords.verify("bốn con trâu qua cầu".to_owned(), Some(phc.clone())).await);
        assert!(!passwords.verify("bốn con trâu qua sông".to_owned(), Some(phc)).await);
        assert!(!passwords.verify("nobody has this password".to_owned(), None).await);
    }
}
