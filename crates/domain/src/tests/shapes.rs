//! Ids, texts, hashes, codes: what they accept and what they refuse.

use super::ledger::uuid;
use crate::acts::{ACTS, ActId, FINAL, states};
use crate::authority::Duty;
use crate::canonical::{Content, Hash, canonical, pins};
use crate::id::{Id, Kind, ListEntryId, ProductId};
use crate::merkle::root;
use crate::text::{BadText, Text, fold, normalise};
use crate::tracking::{code, is_code};
use proptest::prelude::*;

#[test]
fn an_id_says_its_kind_and_is_read_only_as_that() {
    for kind in Kind::ALL {
        let id = Id::new(*kind, uuid(7));
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(Kind::of_name(kind.name()), Some(*kind));
    }
    let entry = Id::from(ListEntryId(uuid(7)));
    assert!(ProductId::try_from(entry).is_err());
    for wrong in ["", "list", "list_", "list_12", "nothing_0190000000007000800000000000000a", "list_0190000000007000800000000000000A"] {
        assert!(wrong.parse::<Id>().is_err(), "{wrong}");
    }
}

#[test]
fn a_text_is_clean_or_refused() {
    type T = Text<5>;
    assert!(T::new("đượcc").is_ok());
    assert_eq!(T::new("  "), Err(BadText::Empty));
    assert_eq!(T::new("đượcdđ"), Err(BadText::TooLong(5)));
    assert_eq!(T::new("e\u{302}"), Err(BadText::NotNfc));
    assert_eq!(T::new("a\u{0}"), Err(BadText::Control));
    assert_eq!(normalise(" e\u{302}\u{301} "), "ế");
    assert_eq!(fold("  Nền  tảng Đất đai "), "nen tang dat dai");
}

#[test]
fn the_canonical_text_does_not_depend_on_the_order_of_keys() {
    let a: serde_json::Value = serde_json::from_str(r#"{"b":1,"a":{"d":"đ","c":[1,2]}}"#).unwrap();
    assert_eq!(canonical(&a), r#"{"a":{"c":[1,2],"d":"đ"},"b":1}"#);
    let content = Content::of(&a);
    let text = format!(r#"{{"x":"content:{}","y":"content:zz"}}"#, content.sha256);
    assert_eq!(pins(&text), vec![content.sha256]);
}

#[test]
fn a_tracking_code_catches_a_wrong_character_and_two_swapped() {
    let good = code([9, 30, 77, 4, 5, 200, 7, 8, 9]).unwrap();
    assert!(is_code(good.as_str()));
    let bytes = good.as_str().as_bytes();
    for i in 0..10 {
        for other in b"023456789ABCDEFGHJKMNPQRSTVWXYZ" {
            let mut changed = bytes.to_vec();
            changed[i] = *other;
            assert_eq!(is_code(std::str::from_utf8(&changed).unwrap()), changed == bytes);
        }
    }
    for i in 0..8 {
        let mut swapped = bytes.to_vec();
        swapped.swap(i, i + 1);
        assert_eq!(is_code(std::str::from_utf8(&swapped).unwrap()), swapped == bytes, "{i}");
    }
    for wrong in ["", "123", "IIIIIIIIII", "đđđđđđđđđđ"] {
        assert!(!is_code(wrong));
    }
}

#[test]
fn the_table_names_each_act_once_and_leads_somewhere() {
    for (i, row) in ACTS.iter().enumerate() {
        assert_eq!(row.id as usize, i);
        assert_eq!(ActId::of_name(row.id.name()), Some(row.id));
        assert!(!row.ground.is_empty(), "{} has a legal ground or says that it is our choice", row.id);
        assert!(!row.from.is_empty());
        for state in FINAL {
            assert!(!row.from.contains(state), "nothing leaves {state}");
        }
    }
    let wanted = [
        ("L", 1, 11),
        ("C", 1, 9),
        ("E", 1, 30),
        ("B", 1, 17),
        ("R", 1, 13),
        ("P", 1, 7),
        ("PE", 1, 3),
        ("U", 1, 8),
        ("D", 1, 14),
        ("RC", 1, 3),
        ("KN", 1, 6),
        ("X", 1, 4),
    ];
    for (machine, first, last) in wanted {
        for n in first..=last {
            assert!(ActId::of_name(&format!("{machine}{n}")).is_some(), "{machine}{n} of process.md 6");
        }
    }
    let reached = |s: &&'static str| ACTS.iter().any(|row| row.from.iter().any(|from| from != s && row.reaches(from).contains(s)));
    let unreached: Vec<&str> = states().into_iter().filter(|s| !reached(s)).collect();
    assert!(unreached.is_empty(), "no act leads to {unreached:?}");
    for duty in Duty::ALL {
        assert_eq!(Duty::of_code(duty.code()), Some(*duty));
    }
}

proptest! {
    #[test]
    fn a_root_changes_with_any_leaf_and_any_order(leaves in proptest::collection::vec(any::<[u8; 32]>(), 1..20), at in any::<prop::sample::Index>()) {
        let leaves: Vec<Hash> = leaves.into_iter().map(Hash).collect();
        let mut changed = leaves.clone();
        let i = at.index(leaves.len());
        changed[i].0[0] ^= 1;
        prop_assert_ne!(root(&leaves), root(&changed));
        let mut longer = leaves.clone();
        longer.push(leaves[i]);
        prop_assert_ne!(root(&leaves), root(&longer));
        if leaves.len() > 1 && leaves[0] != leaves[1] {
            let mut swapped = leaves.clone();
            swapped.swap(0, 1);
            prop_assert_ne!(root(&leaves), root(&swapped));
        }
    }

    #[test]
    fn reading_any_text_as_an_id_or_code_never_panics(text in ".{0,80}") {
        let _ = text.parse::<Id>();
        let _ = is_code(&text);
        let _ = Hash::parse(&text);
        let _ = pins(&format!("\"content:{text}"));
    }
}
