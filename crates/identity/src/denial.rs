//! Why somebody is not let in: one list, each with a stable code.

use crate::password::Weak;
use ndp_store::Fault;

/// Why somebody is not let in. Texts never tell whether a name exists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Denial {
    /// Name or password are wrong; also said of names that nobody has.
    WrongCredentials,
    /// Too many failures under this name; seconds to wait.
    Locked(u64),
    /// The password was right; a code is needed too.
    SecondFactorNeeded,
    SecondFactorWrong,
    /// The duty asks for a session with a second factor.
    SecondFactorRequired,
    TokenInvalid,
    TokenExpired,
    /// A refresh token used twice: the session is ended.
    TokenReused,
    /// The letter was used, replaced, or has run out.
    LetterInvalid,
    PasswordTooShort,
    PasswordTooLong,
    PasswordGuessable,
    EmailTaken,
    /// A scope that does not exist, or is not for this duty.
    ScopeUnknown,
    /// A lifetime outside what is allowed; the longest, in days.
    LifetimeWrong(u32),
    ProviderUnknown,
    /// The other provider's answer does not fit the question, or names nobody known here.
    ProviderRefused,
    Fault(String),
}

impl Denial {
    /// Every denial a person can meet, with sample fields: for tests of the catalogue.
    pub const ALL: &'static [Denial] = &[
        Denial::WrongCredentials,
        Denial::Locked(30),
        Denial::SecondFactorNeeded,
        Denial::SecondFactorWrong,
        Denial::SecondFactorRequired,
        Denial::TokenInvalid,
        Denial::TokenExpired,
        Denial::TokenReused,
        Denial::LetterInvalid,
        Denial::PasswordTooShort,
        Denial::PasswordTooLong,
        Denial::PasswordGuessable,
        Denial::EmailTaken,
        Denial::ScopeUnknown,
        Denial::LifetimeWrong(366),
        Denial::ProviderUnknown,
        Denial::ProviderRefused,
    ];
    /// Stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Denial::WrongCredentials => "identity.wrong_credentials",
            Denial::Locked(_) => "identity.locked",
            Denial::SecondFactorNeeded => "identity.second_factor_needed",
            Denial::SecondFactorWrong => "identity.second_factor_wrong",
            Denial::SecondFactorRequired => "identity.second_factor_required",
            Denial::TokenInvalid => "identity.token_invalid",
            Denial::TokenExpired => "identity.token_expired",
            Denial::TokenReused => "identity.token_reused",
            Denial::LetterInvalid => "identity.letter_invalid",
            Denial::PasswordTooShort => "identity.password_too_short",
            Denial::PasswordTooLong => "identity.password_too_long",
            Denial::PasswordGuessable => "identity.password_guessable",
            Denial::EmailTaken => "identity.email_taken",
            Denial::ScopeUnknown => "identity.scope_unknown",
            Denial::LifetimeWrong(_) => "identity.lifetime_wrong",
            Denial::ProviderUnknown => "identity.provider_unknown",
            Denial::ProviderRefused => "identity.provider_refused",
            Denial::Fault(_) => "fault",
        }
    }
}

impl From<Fault> for Denial {
    fn from(fault: Fault) -> Denial {
        Denial::Fault(fault.to_string())
    }
}

impl From<Weak> for Denial {
    fn from(weak: Weak) -> Denial {
        match weak {
            Weak::TooShort => Denial::PasswordTooShort,
            Weak::TooLong => Denial::PasswordTooLong,
            Weak::Guessable => Denial::PasswordGuessable,
        }
    }
}
