//! Who somebody is: passwords, access and refresh tokens, second factor, service tokens, sign-in
//! by another provider, letters that invite.
//!
//! **Job.** [`Identity`] answers "whose request is this" and nothing about what they may do: duties
//! are judged by the engine on the record.
//! **Must not** know HTTP, nor read the record.
//! **Start at** [`identity`], then [`token`].

pub mod denial;
pub mod identity;
mod invitations;
pub mod keyring;
pub mod oidc;
pub mod password;
pub mod scope;
pub mod token;
pub mod totp;

pub use denial::Denial;
pub use identity::{Identity, Policy, SecondFactor, Tokens};
pub use scope::{Scope, Scopes};
pub use token::Caller;

/// Random bytes from the operating system.
pub fn random<const N: usize>() -> Result<[u8; N], Denial> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|e| Denial::Fault(e.to_string()))?;
    Ok(bytes)
}

/// A secret for a letter or a token: 256 bits, URL-safe, without padding.
pub fn secret() -> Result<String, Denial> {
    use base64::Engine as _;
    Ok(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(random::<32>()?))
}
