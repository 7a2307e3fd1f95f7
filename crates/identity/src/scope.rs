//! What a service token may do: `read`, `act`, `files`, `feed`, each for everything its duty may, for
//! one kind of record (`read:dossier`), or for one record (`act:dos_…`), and for one act (`act:dos_…/E13`).

use ndp_domain::acts::ActId;
use ndp_domain::id::{Id, Kind};
use std::fmt;
use std::str::FromStr;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    Read,
    Act,
    Files,
    Feed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    Everything,
    Kind(Kind),
    One(Id),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    pub verb: Verb,
    pub target: Target,
    pub act: Option<ActId>,
}

impl FromStr for Scope {
    type Err = ();
    fn from_str(text: &str) -> Result<Scope, ()> {
        let (verb, rest) = text.split_once(':').map_or((text, None), |(v, r)| (v, Some(r)));
        let verb = match verb {
            "read" => Verb::Read,
            "act" => Verb::Act,
            "files" => Verb::Files,
            "feed" => Verb::Feed,
            _ => return Err(()),
        };
        let (target, act) = match rest {
            None => (Target::Everything, None),
            Some(rest) => {
                let (target, act) = rest.split_once('/').map_or((rest, None), |(t, a)| (t, Some(a)));
                let act = act.map(|a| ActId::of_name(a).ok_or(())).transpose()?;
                let target = match Kind::of_name(target) {
                    Some(kind) => Target::Kind(kind),
                    None => Target::One(target.parse().map_err(|_| ())?),
                };
                (target, act)
            }
        };
        if act.is_some() && verb != Verb::Act || verb == Verb::Feed && target != Target::Everything {
            return Err(());
        }
        Ok(Scope { verb, target, act })
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.verb {
            Verb::Read => "read",
            Verb::Act => "act",
            Verb::Files => "files",
            Verb::Feed => "feed",
        })?;
        match self.target {
            Target::Everything => Ok(()),
            Target::Kind(kind) => write!(f, ":{}", kind.name()),
            Target::One(id) => write!(f, ":{id}"),
        }?;
        self.act.map_or(Ok(()), |act| write!(f, "/{act}"))
    }
}

/// All scopes of a token; a person's session has none of these limits.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scopes(pub Vec<Scope>);

impl Scopes {
    pub fn parse(texts: &[String]) -> Option<Scopes> {
        texts.iter().map(|t| t.parse().ok()).collect::<Option<Vec<_>>>().map(Scopes)
    }

    /// May it do this to this record? Acting includes reading what is acted on.
    pub fn admit(&self, verb: Verb, kind: Kind, id: Option<Id>, act: Option<ActId>) -> bool {
        self.0.iter().any(|scope| {
            let verb_fits = scope.verb == verb || verb == Verb::Read && matches!(scope.verb, Verb::Act | Verb::Files);
            let target_fits = match scope.target {
                Target::Everything => true,
                Target::Kind(k) => k == kind,
                Target::One(one) => Some(one) == id,
            };
            let act_fits = verb != Verb::Act || scope.act.is_none() || scope.act == act;
            verb_fits && target_fits && act_fits
        })
    }

    /// May it read lists over records of this kind, beyond single ones?
    pub fn admits_list(&self, verb: Verb, kind: Option<Kind>) -> bool {
        self.0.iter().any(|s| s.verb == verb && (s.target == Target::Everything || kind.is_some_and(|k| s.target == Target::Kind(k))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_for_one_dossier_reaches_no_other() {
        let one: Id = "dos_01900000000070008000000000000001".parse().expect("an id");
        let other: Id = "dos_01900000000070008000000000000002".parse().expect("an id");
        let scopes = Scopes::parse(&[format!("act:{one}/E13")]).expect("a scope");
        assert!(scopes.admit(Verb::Read, Kind::Dossier, Some(one), None));
        assert!(scopes.admit(Verb::Act, Kind::Dossier, Some(one), Some(ActId::E13)));
        assert!(!scopes.admit(Verb::Act, Kind::Dossier, Some(one), Some(ActId::E2)));
        assert!(!scopes.admit(Verb::Read, Kind::Dossier, Some(other), None));
        assert!(!scopes.admits_list(Verb::Read, Some(Kind::Dossier)));
        for text in ["read", "read:dossier", &format!("files:{one}"), &format!("act:{one}/E13"), "feed"] {
            assert_eq!(text.parse::<Scope>().expect("a scope").to_string(), text);
        }
        for text in ["", "write", "read:ministry", "read:dossier/E2", "feed:dossier", "act:dossier/Z9"] {
            assert!(text.parse::<Scope>().is_err(), "{text}");
        }
    }
}
