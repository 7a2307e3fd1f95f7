//! Act × duty × own or foreign organisation, against the committed table. A pair that is not in
//! the table is denied; an act without a line fails. `UPDATE_AUTHORITY=1` writes the table anew.

use chrono::NaiveDate;
use ndp_domain::account::Held;
use ndp_domain::acts::{ACTS, Act, Who};
use ndp_domain::authority::{Denied, Duty, Level, Side, Standing, is_theirs, may_at_all};
use ndp_domain::document::SigningForm;
use ndp_domain::id::{AccountId, OrganisationId};
use ndp_domain::machine::View;
use ndp_domain::occasion::Actor;
use std::collections::BTreeSet;
use uuid::Uuid;

const OWN: OrganisationId = OrganisationId(Uuid::from_u128(1));
const FOREIGN: OrganisationId = OrganisationId(Uuid::from_u128(2));
const NOBODY: OrganisationId = OrganisationId(Uuid::from_u128(3));

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 2).unwrap()
}

/// A file of one organisation in every capacity.
fn file_of(org: OrganisationId) -> View {
    View { managing: Some(org), applicant: Some(org), consulted: vec![org], issuing: Some(org), hired: Some(org), ..View::default() }
}

struct Case {
    held: bool,
    named: bool,
    exists: bool,
    file: OrganisationId,
    focal: OrganisationId,
}

fn verdict(act: &Act, duty: Duty, case: &Case) -> Result<(), Denied> {
    let actor = Actor { account: Some(AccountId(Uuid::from_u128(9))), org: Some(OWN), unit: None, duty: Some(duty) };
    let form = (duty.level() == Level::Signer).then_some(SigningForm::Head);
    let held = [Held { duty, org: OWN, unit: None, from: day(), to: Some(day()), form, scope: vec![], basis: None }];
    let roles = [duty];
    let standing = Standing {
        actor: &actor,
        held: if case.held && duty.side() != Side::Body { &held } else { &[] },
        roles: if case.named { &roles } else { &[] },
        on: day(),
        focal: case.focal,
        exists: case.exists,
        suspended: false,
    };
    may_at_all(act, &standing)?;
    is_theirs(act, &standing, &file_of(case.file))
}

fn table() -> String {
    let mut out = "act\tduty\tforeign organisation\n".to_owned();
    let own = Case { held: true, named: true, exists: true, file: OWN, focal: OWN };
    let foreign = Case { file: FOREIGN, focal: FOREIGN, ..own };
    for act in &ACTS {
        for duty in Duty::ALL.iter().filter(|d| verdict(act, **d, &own).is_ok()) {
            let anywhere = if duty.side() == Side::Body { "by its role in the body" } else { "any organisation" };
            let other = verdict(act, *duty, &foreign).map_or_else(|d| d.code(), |()| anywhere);
            out.push_str(&format!("{}\t{}\t{other}\n", act.id, duty.code()));
        }
    }
    out
}

#[test]
fn the_authority_of_every_act_is_the_committed_table() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/contract/authority.tsv");
    if std::env::var_os("UPDATE_AUTHORITY").is_some() {
        std::fs::write(file, table()).unwrap();
    }
    let committed = std::fs::read_to_string(file).unwrap();
    assert_eq!(table(), committed);
    let listed: BTreeSet<&str> = committed.lines().skip(1).filter_map(|l| l.split('\t').next()).collect();
    for act in &ACTS {
        let nobody = matches!(act.who, Who::With | Who::Installation);
        assert_eq!(listed.contains(act.id.name()), !nobody, "{} has no line", act.id);
    }
}

#[test]
fn everybody_else_is_denied_with_the_precise_reason() {
    for act in &ACTS {
        for duty in Duty::ALL {
            let own = Case { held: true, named: true, exists: true, file: OWN, focal: OWN };
            let allowed = verdict(act, *duty, &own).is_ok();
            if !allowed {
                let expected = if act.who == Who::Installation { Denied::NotByPerson } else { Denied::DutyOfAnotherAct };
                assert_eq!(verdict(act, *duty, &own), Err(expected), "{} by {}", act.id, duty.code());
                continue;
            }
            let body = duty.side() == Side::Body;
            let without = Case { held: false, named: false, ..own };
            let expected = if body { Denied::NotInBody } else { Denied::DutyNotHeld };
            assert_eq!(verdict(act, *duty, &without), Err(expected), "{} by {}", act.id, duty.code());
            let overseer = matches!(duty.side(), Side::Overseer);
            if (!body || matches!(act.who, Who::OfIssuing(_))) && !overseer {
                let foreign = Case { file: FOREIGN, focal: NOBODY, ..own };
                assert_eq!(verdict(act, *duty, &foreign), Err(Denied::ForeignOrganisation), "{} by {}", act.id, duty.code());
            }
            if !body {
                let ceased = Case { exists: false, ..own };
                assert_eq!(verdict(act, *duty, &ceased), Err(Denied::OrganisationCeased), "{} by {}", act.id, duty.code());
            }
        }
    }
}

#[test]
fn a_duty_counts_in_its_period_and_a_delegation_in_its_scope() {
    use ndp_domain::acts::ActId;
    let actor = Actor { account: None, org: Some(OWN), unit: None, duty: Some(Duty::ManagingSigner) };
    let held = |scope: Vec<ActId>| Held {
        duty: Duty::ManagingSigner,
        org: OWN,
        unit: None,
        from: day(),
        to: Some(day()),
        form: Some(SigningForm::ByOrder),
        scope,
        basis: None,
    };
    let on = |held: &[Held], on: NaiveDate| {
        let standing = Standing { actor: &actor, held, roles: &[], on, focal: OWN, exists: true, suspended: false };
        may_at_all(ActId::L2.row(), &standing)
    };
    let next = day().succ_opt().unwrap();
    let before = day().pred_opt().unwrap();
    assert_eq!(on(&[held(vec![])], day()), Ok(Some(SigningForm::ByOrder)));
    assert_eq!(on(&[held(vec![])], next), Err(Denied::DutyNotHeld), "the day after its last");
    assert_eq!(on(&[held(vec![])], before), Err(Denied::DutyNotHeld), "the day before its first");
    assert_eq!(on(&[held(vec![ActId::L2])], day()), Ok(Some(SigningForm::ByOrder)));
    assert_eq!(on(&[held(vec![ActId::E22])], day()), Err(Denied::NoDelegation));
}

#[test]
fn an_officer_of_another_unit_does_not_touch_the_draft() {
    use ndp_domain::acts::ActId;
    let actor = Actor { account: None, org: Some(OWN), unit: Some("a".into()), duty: Some(Duty::ManagingOfficer) };
    let held = [Held {
        duty: Duty::ManagingOfficer,
        org: OWN,
        unit: Some("a".into()),
        from: day(),
        to: None,
        form: None,
        scope: vec![],
        basis: None,
    }];
    let standing = Standing { actor: &actor, held: &held, roles: &[], on: day(), focal: OWN, exists: true, suspended: false };
    let of = |unit: &str| View { unit: Some(unit.into()), ..file_of(OWN) };
    assert_eq!(is_theirs(ActId::P2.row(), &standing, &of("a")), Ok(()));
    assert_eq!(is_theirs(ActId::P2.row(), &standing, &of("b")), Err(Denied::ForeignUnit));
}

#[test]
fn a_suspended_account_may_do_no_act_at_all() {
    for act in ACTS.iter().filter(|a| a.who != Who::Installation) {
        for duty in Duty::ALL {
            let actor = Actor { account: Some(AccountId(Uuid::from_u128(9))), org: Some(OWN), unit: None, duty: Some(*duty) };
            let roles = [*duty];
            let standing = Standing { actor: &actor, held: &[], roles: &roles, on: day(), focal: OWN, exists: true, suspended: true };
            assert_eq!(may_at_all(act, &standing), Err(Denied::AccountSuspended), "{} {}", act.id.name(), duty.code());
        }
    }
}
