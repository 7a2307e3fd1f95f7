//! Papers as they will look: the draft of a decision beside its conclusion, the minutes of a meeting, the list
//! by which members are paid. A document is in Vietnamese whoever reads it (Decree 30/2020); the page around it
//! is in the reader's language. Numbers and days are the records office's: they stay open here.

use crate::frame::{Frame, frame, page, place_of};
use crate::pages::evaluation::{Room, room, state};
use crate::pages::record::title;
use crate::visitor::{Visitor, organisation_name};
use crate::{known, say};
use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use chrono::{Datelike as _, NaiveDate};
use ndp_domain::body::{self, Body, Form};
use ndp_domain::criteria_set::CriteriaSet;
use ndp_domain::dossier::{self, Minutes, Round};
use ndp_domain::evidence::Need;
use ndp_domain::id::{AccountId, Id, Kind, OrganisationId};
use ndp_domain::machine::Known as _;
use ndp_domain::outcome::{Assessment, Outcome};
use ndp_domain::regulation::Decides;
use ndp_server::problem::{Edge, Refused};
use ndp_store::read::Loaded;
use ndp_text::Lang;
use std::collections::BTreeMap;

/// `ngày 05 tháng 03 năm 2026`: days and months under ten, but May to December, carry a nought (Decree 30).
pub fn long_day(day: NaiveDate) -> String {
    let month = if day.month() <= 2 { format!("{:02}", day.month()) } else { day.month().to_string() };
    format!("ngày {:02} tháng {month} năm {}", day.day(), day.year())
}

/// What stands in the head of every document of an agency.
pub(super) struct Head {
    pub agency: String,
    pub leader: &'static str,
    pub symbol: String,
    pub year: i32,
}

pub(super) fn head(v: &Visitor, org: OrganisationId, kind: &str) -> Head {
    let found = v.directory.organisations.get(&org);
    let symbol = found.map(|o| o.record.symbol.as_ref().map_or_else(|| o.record.code.to_string(), ToString::to_string)).unwrap_or_default();
    let ministry = found.is_some_and(|o| o.record.class.as_str() == "ministry");
    Head {
        agency: vi(v, org),
        leader: if ministry { "Bộ trưởng" } else { "Thủ trưởng" },
        symbol: if kind.is_empty() { symbol } else { format!("{kind}-{symbol}") },
        year: v.today.year(),
    }
}

/// The name of an organisation as documents bear it.
pub(super) fn vi(v: &Visitor, org: OrganisationId) -> String {
    organisation_name(&v.directory, org, Lang::Vi)
}

/// A draft of the decision that follows from the rules.
#[derive(Template)]
#[template(path = "decision.html")]
struct Decision {
    head: Head,
    about: String,
    /// Grounds that are on record, each as it is cited.
    grounds: Vec<String>,
    proposed_by: String,
    articles: Vec<String>,
}

/// What follows from the count before both have signed the minutes: that is what they sign, and the second signature
/// makes it the record's.
pub fn follows(v: &Visitor, d: &dossier::State, round: &Round) -> Option<Assessment> {
    round.results.as_ref()?;
    let rule = v.directory.regulations.get(&d.regulation)?.rule();
    Some(ndp_domain::outcome::assess(rule, &d.lines, &round.all_results(), round.share))
}

/// The draft as markup, and what it still lacks. No draft without an outcome that can be decided.
pub async fn decision(v: &Visitor, room: &Room) -> Result<(String, Vec<String>), Refused> {
    let d = state(&room.seen)?;
    if d.decision.is_some() {
        return Ok(Default::default());
    }
    let Some(assessment) = &room.round.assessment else {
        let what = if room.round.results.is_some() { "web-missing-minutes" } else { "web-missing-conclusion" };
        return Ok((String::new(), vec![v.t(what)]));
    };
    let needs = [Need::Stream(d.set.into()), Need::Stream(room.round.body.into())];
    let near = v.app.engine.store.load(&needs).await?;
    let said = said(v, d, &room.round, assessment, &near);
    let Some((about, first)) = said.article else { return Ok((String::new(), vec![v.t("web-outcome-undetermined")])) };
    let owner = d.applicant.map_or_else(|| vi(v, d.managing), |o| vi(v, o));
    let unit = unit(v, d.managing, &d.unit);
    let out = Decision {
        head: head(v, d.managing, "QĐ"),
        about: format!("Về việc {about}"),
        grounds: said.grounds,
        proposed_by: unit.clone(),
        articles: vec![
            first,
            "Quyết định này có hiệu lực kể từ ngày ký.".to_owned(),
            format!("{unit}, {owner} và các tổ chức, cá nhân có liên quan chịu trách nhiệm thi hành Quyết định này."),
        ],
    };
    Ok((out.render().map_err(|e| ndp_identity::Denial::Fault(e.to_string()))?, said.missing))
}

/// What a decision on a dossier stands on, what it decides, and what is not on record for it.
pub(super) struct Said {
    pub grounds: Vec<String>,
    pub missing: Vec<String>,
    /// What it is about, and its first article; none where the outcome is open.
    pub article: Option<(&'static str, String)>,
}

/// The version of the rules as a ground; with what supplements it, where a class of its own comes from there.
pub(super) fn rules(v: &Visitor, regulation: &str, supplemented: bool) -> Vec<String> {
    let Some(r) = v.directory.regulations.get(regulation) else { return Vec::new() };
    let issuer = |code: &str| v.directory.codes.get(code).map_or_else(|| code.to_owned(), |id| vi(v, *id));
    let cite = |number: &str, on: NaiveDate, by: &str, title: &str| {
        format!("Quyết định số {number} {} của {} về {}", long_day(on), issuer(by), lower(title))
    };
    let own = std::iter::once(cite(&r.number, r.issued_on, &r.issuer, &r.title_vi));
    let more = r.supplemented_by.iter().filter(|_| supplemented).map(|s| cite(&s.number, s.issued_on, &s.issuer, &s.title_vi));
    own.chain(more).collect()
}

/// `near` holds the dossier's set and the round's body.
pub(super) fn said(v: &Visitor, d: &dossier::State, round: &Round, assessment: &Assessment, near: &BTreeMap<Id, Loaded>) -> Said {
    let body = near.get(&round.body.into()).and_then(|l| Body::known(&l.neighbour.whole.state));
    let mut missing = vec![v.t("web-missing-decree")];
    let mut grounds = rules(v, &d.regulation, assessment.outcome == Outcome::Potential);
    let set = near.get(&d.set.into()).and_then(|l| CriteriaSet::known(&l.neighbour.whole.state));
    let promulgated = set.and_then(|s| s.versions.iter().find(|w| w.n == d.version.n)).and_then(|w| w.promulgated.as_ref());
    match promulgated {
        Some(p) => {
            let (number, day, by) = (&p.paper.number, long_day(p.paper.date), vi(v, p.paper.issuer));
            grounds.push(format!("Quyết định số {number} {day} của {by} ban hành bộ tiêu chí {}", set.map_or("", |s| s.name.as_str())));
        }
        None => missing.push(v.t("web-missing-set")),
    }
    let (form, name) = body.map_or((round.form, String::new()), |b| (b.form, b.name.clone()));
    let held = round.opened.as_ref().map(|o| long_day(ndp_domain::time::legal_date(o.at)));
    grounds.push(match (form, held) {
        (Form::HiredUnit, _) => format!("Báo cáo đánh giá của {}", round.hired_unit.map_or(name, |u| vi(v, u))),
        (_, Some(day)) => format!("Biên bản họp {} của {name}", day),
        (_, None) => format!("Báo cáo của {name}"),
    });
    let signed = round.signatures.len();
    if form != Form::HiredUnit && signed < 2 {
        missing.push(v.t("web-missing-minutes"));
    }
    let owner = d.applicant.map_or_else(|| vi(v, d.managing), |o| vi(v, o));
    let name = &d.name;
    let article = match assessment.outcome {
        Outcome::National => Some(("công nhận nền tảng số quốc gia", format!("Công nhận {name} của {owner} là nền tảng số quốc gia."))),
        Outcome::Potential => Some(("công nhận nền tảng số tiềm năng", format!("Công nhận {name} của {owner} là nền tảng số tiềm năng."))),
        Outcome::Rejected => {
            let lines: Vec<String> = assessment.unmet.iter().map(|c| line(v, &d.regulation, c)).collect();
            Some(("không công nhận nền tảng số", format!("Không công nhận {name} của {owner}. Tiêu chí không đạt: {}.", lines.join("; "))))
        }
        Outcome::Undetermined => None,
    };
    Said { grounds, missing, article }
}

pub(super) fn lower(text: &str) -> String {
    let mut all = text.chars();
    all.next().map(|c| c.to_lowercase().collect::<String>() + all.as_str()).unwrap_or_default()
}

fn line(v: &Visitor, regulation: &str, code: &str) -> String {
    let found = v.directory.regulations.get(regulation).and_then(|r| r.framework.iter().find(|c| c.code == code));
    found.map_or_else(|| code.to_owned(), |c| format!("{code} {}", c.name_vi))
}

pub(super) fn unit(v: &Visitor, org: OrganisationId, code: &str) -> String {
    let own = v.directory.organisations.get(&org).into_iter();
    // A unit that moved between agencies keeps its name; a bare code is nothing to print.
    let mut all = own.chain(v.directory.organisations.values()).flat_map(|o| &o.units);
    all.find(|u| u.code.as_str() == code).map_or_else(|| vi(v, org), |u| u.name_vi.to_string())
}

struct Seat {
    n: usize,
    name: String,
    capacity: String,
    organisation: String,
    absent: String,
}

#[derive(Template)]
#[template(path = "minutes.html")]
struct MinutesPage {
    f: Frame,
    paper: String,
    draft: bool,
}

/// The minutes themselves.
#[derive(Template)]
#[template(path = "minutes_paper.html")]
struct MinutesPaper {
    /// Of a demonstration: it says that it is nothing.
    sample: bool,
    head: Head,
    body: String,
    about: String,
    held: String,
    place: String,
    present: Vec<Seat>,
    absent: Vec<Seat>,
    quorum: String,
    recused: usize,
    /// Criterion, result, condition, votes: met, not met, no opinion.
    lines: Vec<(String, &'static str, String, String)>,
    share: String,
    outcome: &'static str,
    summary: String,
    dissent: Vec<(String, String)>,
    /// Who counted the votes.
    counted_by: String,
    chair: String,
    secretary: String,
}

struct Sat {
    body: body::State,
    establishing: body::Establishing,
    names: BTreeMap<AccountId, String>,
}

/// The body with its decision, and the names of its people.
async fn sat(v: &Visitor, body: &body::State) -> Result<Sat, Refused> {
    let (establishing, _) = body.decision.clone().ok_or(Edge::NotFound)?;
    let mut people: Vec<AccountId> = establishing.members.iter().map(|m| m.person).collect();
    people.extend(establishing.helpers());
    people.push(establishing.chair);
    Ok(Sat { body: body.clone(), names: known::names(v, &people).await?, establishing })
}

impl Sat {
    fn name(&self, person: AccountId) -> String {
        self.names.get(&person).cloned().unwrap_or_else(|| crate::shown::short(Id::from(person)))
    }
    fn capacity(&self, person: AccountId) -> &'static str {
        let e = &self.establishing;
        let group = self.body.form == Form::ExpertGroup;
        match person {
            p if p == e.chair && group => "Tổ trưởng",
            p if p == e.chair => "Chủ tịch",
            p if Some(p) == e.vice_chair => "Phó Chủ tịch",
            p if p == e.secretary => "Thư ký",
            p if self.body.reviewers.contains(&p) => "Ủy viên phản biện",
            p if e.support.contains(&p) => "Tổ giúp việc",
            _ if group => "Thành viên",
            _ => "Ủy viên",
        }
    }
    fn seat(&self, v: &Visitor, n: usize, m: &body::Member, absent: String) -> Seat {
        Seat { n, name: self.name(m.person), capacity: self.capacity(m.person).to_owned(), organisation: vi(v, m.organisation), absent }
    }
}

/// `GET /ho-so/{id}/bien-ban`: the minutes, drafted from what is on record, with room for both signatures.
pub async fn minutes(v: Visitor, Path(id): Path<String>) -> Result<Response, Refused> {
    let room = room(&v, &id).await?;
    let d = state(&room.seen)?;
    let paper = minutes_of(&v, d, &room.round).await?.ok_or(Edge::NotFound)?;
    let mut f = frame(&v, &v.t1("web-minutes-title", &[("name", &d.name)]), "/ho-so").await?;
    f.crumbs.push(("/ho-so".to_owned(), v.t("kinds-dossier")));
    f.crumbs.push((place_of(room.seen.loaded.id), title(&v, &room.seen)));
    page(&MinutesPage { f, paper, draft: room.round.signatures.len() < 2 })
}

/// The minutes of a round's meeting, as far as the record says them; none before the meeting is opened.
pub async fn minutes_of(v: &Visitor, d: &dossier::State, round: &Round) -> Result<Option<String>, Refused> {
    let Some(opened) = &round.opened else { return Ok(None) };
    let near = v.app.engine.store.load_one(round.body.into()).await?;
    let body = near.as_ref().and_then(|l| Body::known(&l.neighbour.whole.state)).ok_or(Edge::NotFound)?;
    let sat = sat(v, body).await?;
    let signed: Option<Minutes> = match round.signatures.first() {
        Some(s) => v.content(s.minutes).await?,
        None => None,
    };
    let here = |m: &&body::Member| opened.present.contains(&m.person);
    let reason = |m: &body::Member| {
        let found = signed.as_ref().and_then(|s| s.absent.iter().find(|a| a.member == m.person)).and_then(|a| a.reason.clone());
        found.map(|r| r.to_string()).unwrap_or_default()
    };
    let members = &sat.establishing.members;
    let present: Vec<Seat> = members.iter().filter(here).enumerate().map(|(n, m)| sat.seat(v, n + 1, m, String::new())).collect();
    let absent: Vec<Seat> = members.iter().filter(|m| !here(m)).enumerate().map(|(n, m)| sat.seat(v, n + 1, m, reason(m))).collect();
    let results = round.all_results();
    let lines = round.lines.iter().filter(|l| l.decides == Decides::Result).map(|l| {
        let until = round.conditions.get(&l.code).map(|day| format!("có điều kiện đến {}", say::day(*day))).unwrap_or_default();
        let result = match results.get(&l.code) {
            Some(true) => "Đạt",
            Some(false) => "Không đạt",
            None => "–",
        };
        let votes = round.tallies.iter().find(|t| t.code == l.code).map(|t| t.second.unwrap_or(t.first));
        let votes = votes.map(|n| format!("{}/{}/{}", n.met, n.not_met, n.abstained)).unwrap_or_default();
        (line(v, &d.regulation, &l.code), result, until, votes)
    });
    let outcome = match round.assessment.clone().or_else(|| follows(v, d, round)).map(|a| a.outcome) {
        Some(Outcome::National) => "Đủ điều kiện công nhận nền tảng số quốc gia",
        Some(Outcome::Potential) => "Đủ điều kiện công nhận nền tảng số tiềm năng",
        Some(Outcome::Rejected) => "Không đủ điều kiện công nhận",
        Some(Outcome::Undetermined) => "Chưa xác định được kết quả",
        None => "Chưa kết luận",
    };
    let share = round.share.map(|s| {
        let (part, whole) = (u128::from(s.numerator), u128::from(s.denominator_high));
        format!("{} / {} = {}", say::whole(part, Lang::Vi), say::whole(whole, Lang::Vi), say::share(part, whole, Lang::Vi))
    });
    let needed = sat.establishing.quorum(opened.present.len(), round.recused.len());
    let counters = sat.body.counters.iter().find(|c| c.dossier == d.id && c.round == round.n).map(|c| c.people.as_slice());
    let counted_by: Vec<String> = counters.unwrap_or_default().iter().map(|p| sat.name(*p)).collect();
    let held_on = signed.as_ref().map_or_else(|| ndp_domain::time::legal_date(opened.at), |s| s.held_on);
    let paper = MinutesPaper {
        sample: v.app.settings.demo,
        // Minutes are dated by their meeting.
        head: Head { year: held_on.year(), ..head(v, d.managing, "BB") },
        body: sat.body.name.clone(),
        about: d.name.clone(),
        held: long_day(held_on),
        place: round.invitation.as_ref().and_then(|i| i.place.clone()).unwrap_or_default(),
        quorum: format!("Có mặt {} trên {} thành viên, tối thiểu {needed}", present.len(), members.len()),
        present,
        absent,
        recused: round.recused.len(),
        lines: lines.collect(),
        share: share.unwrap_or_default(),
        outcome,
        summary: signed.as_ref().map(|s| s.summary.to_string()).unwrap_or_default(),
        dissent: signed
            .iter()
            .flat_map(|s| &s.dissent)
            .map(|x| (sat.name(x.member), format!("{}{}", x.code.as_ref().map(|c| format!("{c}: ")).unwrap_or_default(), x.text)))
            .collect(),
        chair: sat.name(round.chair),
        counted_by: counted_by.join("; "),
        secretary: sat.name(sat.establishing.secretary),
    };
    paper.render().map(Some).map_err(|e| ndp_identity::Denial::Fault(e.to_string()).into())
}

#[derive(Template)]
#[template(path = "count.html")]
struct CountPage {
    f: Frame,
    head: Head,
    body: String,
    about: String,
    held: String,
    people: Vec<Seat>,
    /// Ballots given out, come back, fit to count, unfit.
    ballots: [usize; 4],
    /// Written opinions of members who were not there, counted by the rules of work.
    written: usize,
    /// Criterion; met, not met, no opinion; the same of the second vote; result.
    lines: Vec<(String, String, String, &'static str)>,
}

/// `GET /ho-so/{id}/kiem-phieu`: the minutes of the count, for the counting board to sign.
pub async fn count(v: Visitor, Path(id): Path<String>) -> Result<Response, Refused> {
    let room = room(&v, &id).await?;
    let (d, round) = (state(&room.seen)?, &room.round);
    let opened = round.opened.as_ref().filter(|_| !round.tallies.is_empty()).ok_or(Edge::NotFound)?;
    let near = v.app.engine.store.load_one(round.body.into()).await?;
    let body = near.as_ref().and_then(|l| Body::known(&l.neighbour.whole.state)).ok_or(Edge::NotFound)?;
    let sat = sat(&v, body).await?;
    let board = body.counters.iter().find(|c| c.dossier == d.id && c.round == round.n).map(|c| c.people.as_slice()).unwrap_or_default();
    let seat = |(n, person): (usize, &AccountId)| Seat {
        n: n + 1,
        name: sat.name(*person),
        capacity: sat.capacity(*person).to_owned(),
        organisation: String::new(),
        absent: String::new(),
    };
    let said = |n: &dossier::Votes| format!("{}/{}/{}", n.met, n.not_met, n.abstained);
    let lines = round.tallies.iter().map(|t| {
        let second = t.second.as_ref().map(said).unwrap_or_default();
        (line(&v, &d.regulation, &t.code), said(&t.first), second, if t.met { "Đạt" } else { "Không đạt" })
    });
    // A ballot that is not whole cannot be cast here; one in whose member a conflict was found is set aside.
    let first = round.tallies.first();
    let told = first.map_or(0, |t| (t.first.met + t.first.not_met + t.first.abstained) as usize);
    let aside = first.map_or(0, |t| t.set_aside as usize);
    // Where the rules of work say so, the sheet of a member who is not there counts as a written opinion.
    let here = opened.present.len();
    let valid = here.saturating_sub(aside);
    let mut f = frame(&v, &v.t1("web-count-title", &[("name", &d.name)]), "/ho-so").await?;
    f.crumbs.push(("/ho-so".to_owned(), v.t("kinds-dossier")));
    f.crumbs.push((place_of(room.seen.loaded.id), title(&v, &room.seen)));
    let on = ndp_domain::time::legal_date(opened.at);
    page(&CountPage {
        f,
        head: Head { year: on.year(), ..head(&v, d.managing, "BB") },
        body: body.name.clone(),
        about: d.name.clone(),
        held: long_day(on),
        people: board.iter().enumerate().map(seat).collect(),
        ballots: [here, here, valid, aside],
        written: told.saturating_sub(valid),
        lines: lines.collect(),
    })
}

#[derive(Template)]
#[template(path = "fees.html")]
struct Fees {
    f: Frame,
    head: Head,
    body: String,
    seats: Vec<Seat>,
}

/// `GET /danh-gia/{id}/chi-tra`: who is paid for sitting in a body; amounts and signatures are written by hand.
pub async fn fees(v: Visitor, Path(id): Path<String>) -> Result<Response, Refused> {
    v.acting()?;
    let id = known::id_of(Some(Kind::Body), &id).ok_or(Edge::NotFound)?;
    let seen = ndp_server::records::seen(&v.app, &v.reading, id).await?;
    let body = Body::known(&seen.loaded.neighbour.whole.state).ok_or(Edge::NotFound)?;
    if !ndp_domain::shown::whole(Kind::Body, &seen.facets) {
        return Err(Edge::NotFound.into());
    }
    v.app.read(&v.reading, id, "page").await?;
    let sat = sat(&v, body).await?;
    let e = &sat.establishing;
    let helpers = e.helpers();
    let others = helpers.iter().filter(|p| !e.is_member(**p)).map(|p| (*p, String::new()));
    let all = e.members.iter().map(|m| (m.person, vi(&v, m.organisation))).chain(others);
    let seats = all.enumerate().map(|(n, (person, organisation))| Seat {
        n: n + 1,
        name: sat.name(person),
        capacity: sat.capacity(person).to_owned(),
        organisation,
        absent: String::new(),
    });
    let mut f = frame(&v, &v.t1("web-fees-title", &[("name", &sat.body.name)]), "/danh-gia").await?;
    f.crumbs.push(("/danh-gia".to_owned(), v.t("kinds-body")));
    f.crumbs.push((place_of(id), title(&v, &seen)));
    page(&Fees { f, head: head(&v, body.managing, "DS"), body: sat.body.name.clone(), seats: seats.collect() })
}
