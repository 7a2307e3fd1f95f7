//! A regulation version from its TOML file.

use super::Mistake;
use super::toml_reader::{Reader, Table};
use ndp_domain::acts::ACTS;
use ndp_domain::body::Form;
use ndp_domain::calendar::{Term, Unit};
use ndp_domain::regulation::*;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn parse(file: &str, text: &str) -> Result<Regulation, Vec<Mistake>> {
    let (mut r, root) = Reader::open(file, text)?;
    let id = r.text(&root, "id");
    let (number, title_vi, title_en, issuer) =
        (r.text(&root, "number"), r.text(&root, "title_vi"), r.text(&root, "title_en"), r.text(&root, "issuer"));
    let (issued_on, effective_from) = (r.date(&root, "issued_on"), r.date(&root, "effective_from"));
    let effective_to = r.date_or_none(&root, "effective_to");
    let transitions = [("continue", Transition::Continue), ("restart", Transition::Restart), ("convert", Transition::Convert)];
    let transition = r.choice(&root, "transition", &transitions);
    let threshold = fraction(&mut r, &root, "threshold");
    let potential_class = r.flag(&root, "potential_class");
    let scale = scale(&mut r, &root);
    let forms = [("council", Form::Council), ("expert_group", Form::ExpertGroup), ("hired_unit", Form::HiredUnit)];
    let forms = r.choices(&root, "forms", &forms);
    let consultees_min = r.number(&root, "consultees_min", 0..=100);
    let list_entry_first = r.flag(&root, "list_entry_first");
    let enterprise_door = r.flag(&root, "enterprise_door");
    let publish_between_editions = r.flag(&root, "publish_between_editions");
    let conditional_met = r.flag(&root, "conditional_met");
    let review_opens_before = r.number(&root, "review_opens_before", 0..=366);
    let review_calendar_year = r.flag(&root, "review_calendar_year");
    let reminders_before_stop = r.number(&root, "reminders_before_stop", 0..=20);
    let review_months = if r.has(&root, "review_months") { r.number(&root, "review_months", 1..=240).map(|m| m as u8) } else { None };
    let supplemented_by = supplemented_by(&mut r, &root);
    let statuses = statuses(&mut r, &root);
    let body = rules_of_work(&mut r, &root);
    let paper = paper_steps(&mut r, &root);
    let terms = terms(&mut r, &root);
    let groups = groups(&mut r, &root);
    let framework = framework(&mut r, &root, &groups);
    if let (Some(from), Some(to)) = (effective_from, effective_to)
        && to < from
    {
        r.wrong(&root, "effective_to", format!("{to} is before {from}"), "a day after effective_from");
    }
    r.nothing_else(&root);
    let regulation = (|| {
        Some(Regulation {
            id: id?,
            number: number?,
            title_vi: title_vi?,
            title_en: title_en?,
            issuer: issuer?,
            issued_on: issued_on?,
            effective_from: effective_from?,
            effective_to,
            supplemented_by,
            statuses,
            transition: transition?,
            threshold: threshold?,
            potential_class: potential_class?,
            scale: scale?,
            forms: forms?,
            consultees_min: consultees_min? as u16,
            list_entry_first: list_entry_first?,
            enterprise_door: enterprise_door?,
            publish_between_editions: publish_between_editions?,
            conditional_met: conditional_met?,
            review_opens_before: review_opens_before? as u16,
            review_calendar_year: review_calendar_year?,
            reminders_before_stop: reminders_before_stop? as u16,
            review_months,
            body: body?,
            paper: paper?,
            terms,
            groups,
            framework,
        })
    })();
    match r.done(regulation)? {
        Some(regulation) => Ok(regulation),
        None => Err(vec![Mistake { file: file.to_owned(), line: 1, found: "incomplete".to_owned(), expected: "every key".to_owned() }]),
    }
}

fn fraction<'a>(r: &mut Reader<'a>, table: &Table<'a>, key: &str) -> Option<Threshold> {
    let inner = r.table(table, key)?;
    let (numerator, denominator) = (r.number(&inner, "numerator", 0..=1_000_000), r.number(&inner, "denominator", 1..=1_000_000));
    r.nothing_else(&inner);
    let (numerator, denominator) = (numerator?, denominator?);
    if numerator > denominator {
        r.wrong(table, key, format!("{numerator}/{denominator}"), "at most the whole");
        return None;
    }
    Some(Threshold { numerator, denominator })
}

fn scale<'a>(r: &mut Reader<'a>, root: &Table<'a>) -> Option<Scale> {
    let inner = r.table(root, "scale")?;
    let scored = r.choice(&inner, "kind", &[("met_not_met", false), ("scored", true)])?;
    let scale = if scored {
        let (max, pass_mark) = (r.number(&inner, "max", 1..=10_000), r.number(&inner, "pass_mark", 0..=10_000));
        Scale::Scored { max: max? as u16, pass_mark: pass_mark? as u16 }
    } else {
        Scale::MetNotMet
    };
    r.nothing_else(&inner);
    if let Scale::Scored { max, pass_mark } = scale
        && pass_mark > max
    {
        r.wrong(root, "scale", format!("pass mark {pass_mark} of {max}"), "a pass mark up to max");
    }
    Some(scale)
}

fn supplemented_by<'a>(r: &mut Reader<'a>, root: &Table<'a>) -> Vec<Supplementing> {
    let mut all = Vec::new();
    for table in r.tables(root, "supplemented_by") {
        let found = (r.text(&table, "number"), r.date(&table, "issued_on"), r.text(&table, "issuer"));
        let titles = (r.text(&table, "title_vi"), r.text(&table, "title_en"));
        r.nothing_else(&table);
        if let ((Some(number), Some(issued_on), Some(issuer)), (Some(title_vi), Some(title_en))) = (found, titles) {
            all.push(Supplementing { number, issued_on, issuer, title_vi, title_en });
        }
    }
    all
}

fn statuses<'a>(r: &mut Reader<'a>, root: &Table<'a>) -> Vec<StatusFrom> {
    let names = [
        ("in_force", LegalStatus::InForce),
        ("partly_expired", LegalStatus::PartlyExpired),
        ("expired", LegalStatus::Expired),
        ("unknown", LegalStatus::Unknown),
    ];
    let mut all: Vec<StatusFrom> = Vec::new();
    for table in r.tables(root, "status") {
        let (from, status) = (r.date(&table, "from"), r.choice(&table, "status", &names));
        r.nothing_else(&table);
        let (Some(from), Some(status)) = (from, status) else { continue };
        if all.last().is_some_and(|last| last.from >= from) {
            r.wrong(&table, "from", format!("{from} is not after the status before it"), "statuses in the order of time");
        }
        all.push(StatusFrom { from, status });
    }
    if all.is_empty() {
        r.wrong(root, "status", "no [[status]]", "at least one");
    }
    all
}

fn rules_of_work<'a>(r: &mut Reader<'a>, root: &Table<'a>) -> Option<RulesOfWork> {
    let t = r.table(root, "body")?;
    let of = [("named", Denominator::Named), ("not_recused", Denominator::NotRecused), ("present", Denominator::Present)];
    let ties = [("second_vote_then_chair", Tie::SecondVoteThenChair), ("chair", Tie::Chair), ("not_met", Tie::NotMet)];
    let min_members = r.number(&t, "min_members", 1..=200);
    let odd = r.flag(&t, "odd");
    let (quorum, quorum_of) = (fraction(r, &t, "quorum"), r.choice(&t, "quorum_of", &of));
    let (majority, majority_of) = (fraction(r, &t, "majority"), r.choice(&t, "majority_of", &of));
    let (invite_days, counting_board) = (r.number(&t, "invite_days", 0..=60), r.number(&t, "counting_board", 1..=20));
    let tie = r.choice(&t, "tie", &ties);
    let (written_opinion, stands) = (r.flag(&t, "written_opinion"), r.flag(&t, "sheet_of_replaced_member_stands"));
    r.nothing_else(&t);
    Some(RulesOfWork {
        min_members: min_members? as u16,
        odd: odd?,
        quorum: quorum?,
        quorum_of: quorum_of?,
        majority: majority?,
        majority_of: majority_of?,
        invite_days: invite_days? as u16,
        counting_board: counting_board? as u16,
        written_opinion: written_opinion?,
        tie: tie?,
        sheet_of_replaced_member_stands: stands?,
    })
}

fn paper_steps<'a>(r: &mut Reader<'a>, root: &Table<'a>) -> Option<PaperSteps> {
    let t = r.table(root, "paper")?;
    let (submission, initial, form_check, agency_signature) =
        (r.flag(&t, "submission"), r.flag(&t, "initial"), r.flag(&t, "form_check"), r.flag(&t, "agency_signature"));
    r.nothing_else(&t);
    Some(PaperSteps { submission: submission?, initial: initial?, form_check: form_check?, agency_signature: agency_signature? })
}

/// Every term that the ACTS table or a guard names must be given, and no other.
fn terms<'a>(r: &mut Reader<'a>, root: &Table<'a>) -> BTreeMap<String, Term> {
    let mut all = BTreeMap::new();
    let Some(t) = r.table(root, "terms") else { return all };
    let named = ACTS.iter().filter_map(|row| row.deadline).filter(|name| *name != REVIEW_PERIOD);
    let known: BTreeSet<&str> = named.chain(FURTHER_TERMS.iter().copied()).collect();
    for name in &known {
        let Some(inner) = r.table(&t, name) else { continue };
        let days = r.number(&inner, "days", 0..=3_660);
        let unit = r.choice(&inner, "unit", &[("working", Unit::Working), ("calendar", Unit::Calendar)]);
        r.nothing_else(&inner);
        if let (Some(days), Some(unit)) = (days, unit) {
            all.insert((*name).to_owned(), Term { days: days as u16, unit });
        }
    }
    r.nothing_else(&t);
    all
}

fn groups<'a>(r: &mut Reader<'a>, root: &Table<'a>) -> Vec<Group> {
    let mut all: Vec<Group> = Vec::new();
    for t in r.tables(root, "group") {
        let (code, name_vi, name_en) = (r.text(&t, "code"), r.text(&t, "name_vi"), r.text(&t, "name_en"));
        r.nothing_else(&t);
        let (Some(code), Some(name_vi), Some(name_en)) = (code, name_vi, name_en) else { continue };
        if all.iter().any(|g| g.code == code) {
            r.wrong(&t, "code", format!("{code} again"), "each group once");
        }
        all.push(Group { code, name_vi, name_en });
    }
    if all.is_empty() {
        r.wrong(root, "group", "no [[group]]", "at least one");
    }
    all
}

fn framework<'a>(r: &mut Reader<'a>, root: &Table<'a>, groups: &[Group]) -> Vec<Criterion> {
    let mut all: Vec<Criterion> = Vec::new();
    let group_codes: Vec<(&str, String)> = groups.iter().map(|g| (g.code.as_str(), g.code.clone())).collect();
    for t in r.tables(root, "criterion") {
        let (code, group) = (r.text(&t, "code"), r.choice(&t, "group", &group_codes));
        let (name_vi, name_en) = (r.text(&t, "name_vi"), r.text(&t, "name_en"));
        let decides = r.choice(&t, "decides", &[("result", Decides::Result), ("popularity", Decides::Popularity)]);
        let checked = r.flag(&t, "checked_against_annex");
        r.nothing_else(&t);
        let (Some(code), Some(group), Some(name_vi), Some(name_en), Some(decides), Some(checked_against_annex)) =
            (code, group, name_vi, name_en, decides, checked)
        else {
            continue;
        };
        if all.iter().any(|c| c.code == code) {
            r.wrong(&t, "code", format!("{code} again"), "each criterion once");
        }
        all.push(Criterion { code, group, name_vi, name_en, decides, checked_against_annex });
    }
    let popularity = all.iter().filter(|c| c.decides == Decides::Popularity).count();
    if popularity != 1 {
        r.wrong(root, "criterion", format!("{popularity} criteria decide by popularity"), "exactly one");
    }
    all
}
