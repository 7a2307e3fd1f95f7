//! Many proposals at once (ux.md, P7): drafts from one spreadsheet, checked row by row, all of them or none; and
//! one letter for several drafts of a unit.

use super::act::said;
use crate::frame::{Frame, frame, page_with, place_of};
use crate::pages::lists::address;
use crate::sent::Sent;
use crate::visitor::Visitor;
use crate::{known, say};
use askama::Template;
use axum::extract::RawQuery;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use calamine::{Data, Reader, Xlsx};
use ndp_domain::acts::ActId;
use ndp_domain::authority::{Denied, Duty};
use ndp_domain::document::Document;
use ndp_domain::evidence::Need;
use ndp_domain::id::{Id, Kind, ListEntryId};
use ndp_domain::list_entry;
use ndp_domain::machine::{Command, Known as _};
use ndp_domain::text::{BadText, Name, Text, fold, normalise};
use ndp_engine::{Problem, orders};
use ndp_server::acts::order;
use ndp_server::problem::{Edge, Refused};
use ndp_store::lists::{Filter, Order};
use rust_xlsxwriter::{Format, Workbook, XlsxError};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Columns of the sheet, in order: fields of a proposal (L2), with the keys of their texts.
const COLUMNS: [(&str, &str); 6] = [
    ("name_vi", "web-sheet-name_vi"),
    ("name_en", "field-name_en"),
    ("need", "field-need"),
    ("users", "field-users"),
    ("scope", "field-scope"),
    ("legal_basis", "field-legal_basis"),
];

/// Most proposals of one file.
const MOST: usize = 200;

/// Largest file (bytes): two hundred rows of texts are far less.
const LARGEST: usize = 5 * 1024 * 1024;

/// One row as read: its number in the sheet and its cells.
struct Read {
    line: usize,
    cells: Vec<String>,
}

/// What is wrong with the file as a whole.
enum Unfit {
    NoSheet,
    Columns,
    Empty,
    Many,
}

impl Unfit {
    fn key(&self) -> &'static str {
        match self {
            Unfit::NoSheet => "web-sheet-unfit",
            Unfit::Columns => "web-sheet-columns",
            Unfit::Empty => "web-sheet-empty",
            Unfit::Many => "web-sheet-many",
        }
    }
}

/// Rows of the first sheet below its headings; blank rows are passed over.
fn read(name: &str, bytes: &Bytes) -> Result<Vec<Read>, Unfit> {
    // An archive that unpacks to far more than it is, and what is no spreadsheet, are refused as evidence is.
    let file = tempfile::tempfile().map_err(|_| Unfit::NoSheet)?;
    std::io::Write::write_all(&mut &file, bytes).map_err(|_| Unfit::NoSheet)?;
    if !ndp_files::kind::of(&file, name).is_ok_and(|kind| kind.ends_with("spreadsheetml.sheet")) {
        return Err(Unfit::NoSheet);
    }
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(bytes)).map_err(|_| Unfit::NoSheet)?;
    let range = book.worksheet_range_at(0).and_then(Result::ok).ok_or(Unfit::NoSheet)?;
    let text = |cell: &Data| normalise(&cell.to_string().replace("\r\n", "\n"));
    let mut rows = range.rows().zip(range.start().map_or(1, |s| s.0 as usize + 1)..);
    let (head, _) = rows.next().ok_or(Unfit::Empty)?;
    if head.len() < COLUMNS.len() || head.iter().take(COLUMNS.len()).any(|c| text(c).is_empty()) {
        return Err(Unfit::Columns);
    }
    let of = |(row, line): (&[Data], usize)| Read { line, cells: row.iter().take(COLUMNS.len()).map(text).collect() };
    let all: Vec<Read> = rows.map(of).filter(|r| r.cells.iter().any(|c| !c.is_empty())).take(MOST + 1).collect();
    match all.len() {
        0 => Err(Unfit::Empty),
        n if n > MOST => Err(Unfit::Many),
        _ => Ok(all),
    }
}

/// What is wrong in a row, and in which column; the row's number stands before it.
struct Wrong {
    line: usize,
    name: String,
    column: String,
    what: String,
}

#[derive(Template)]
#[template(path = "proposals_file.html")]
struct FilePage {
    f: Frame,
    errors: Vec<String>,
    rows: Vec<Wrong>,
    /// Units of the agency, where the duty is of none: code, name, chosen.
    units: Vec<(String, String, bool)>,
}

/// Whose proposals these are: an officer of a managing agency, in a unit.
fn drafter(v: &Visitor) -> Result<(), Refused> {
    if matches!(v.acting()?.duty, Duty::ManagingOfficer | Duty::ManagingCoordinator) {
        Ok(())
    } else {
        Err(Problem::Denied(Denied::DutyOfAnotherAct).into())
    }
}

async fn file_page(v: &Visitor, unit: &str, errors: Vec<String>, rows: Vec<Wrong>, status: StatusCode) -> Result<Response, Refused> {
    let duty = v.acting()?;
    let own = v.directory.organisations.get(&duty.org).filter(|_| duty.unit.is_none());
    let units =
        own.into_iter().flat_map(|o| &o.units).map(|u| (u.code.to_string(), v.unit(u.code.as_str()), u.code.as_str() == unit)).collect();
    let mut f = frame(v, &v.t("web-sheet-title"), "/de-xuat").await?;
    f.crumbs.push(("/de-xuat".to_owned(), v.t("kinds-list_entry")));
    f.wrong = !errors.is_empty();
    page_with(status, &FilePage { f, errors, rows, units })
}

/// `GET /de-xuat/nhap-excel`
pub async fn form(v: Visitor) -> Result<Response, Refused> {
    drafter(&v)?;
    file_page(&v, "", Vec::new(), Vec::new(), StatusCode::OK).await
}

/// `GET /de-xuat/nhap-excel/mau.xlsx`: the sheet to fill in, with its headings and one line that says what each is.
pub async fn template(v: Visitor) -> Result<Response, Refused> {
    drafter(&v)?;
    let titles: Vec<String> = COLUMNS.iter().map(|(_, key)| v.t(key)).collect();
    let name = v.t("web-sheet-name");
    let made = tokio::task::spawn_blocking(move || blank(&name, &titles)).await;
    let fault = |what: String| Refused::from(ndp_identity::Denial::Fault(what));
    let body = made.map_err(|e| fault(e.to_string()))?.map_err(|e| fault(e.to_string()))?;
    let headers = [
        (header::CONTENT_TYPE, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"mau-de-xuat.xlsx\""),
    ];
    Ok((headers, body).into_response())
}

fn blank(name: &str, titles: &[String]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name(name)?;
    let (head, cell) = (Format::new().set_bold().set_text_wrap(), Format::new().set_text_wrap());
    for (column, title) in (0..).zip(titles) {
        sheet.set_column_width(column, if column < 2 { 40 } else { 60 })?;
        sheet.set_column_format(column, &cell)?;
        sheet.write_string_with_format(0, column, title, &head)?;
    }
    sheet.set_freeze_panes(1, 1)?;
    book.save_to_buffer()
}

/// Is the text one of those that a proposal takes? Says what is wrong with it.
fn fits<const MAX: usize>(v: &Visitor, text: &str) -> Result<(), String> {
    Text::<MAX>::new(text).map(drop).map_err(|bad| match bad {
        BadText::TooLong(most) => v.t1("web-sheet-long", &[("most", &say::whole(most as u128, v.lang))]),
        _ => v.t("web-sheet-signs"),
    })
}

/// Everything that is wrong with the rows: each by itself, against each other, against the unit's own proposals.
async fn checked(v: &Visitor, rows: &[Read]) -> Result<Vec<Wrong>, Refused> {
    let title = |column: &str| COLUMNS.iter().find(|(c, _)| *c == column).map(|(_, key)| v.t(key)).unwrap_or_default();
    let mut wrong = Vec::new();
    let mut first: BTreeMap<String, usize> = BTreeMap::new();
    let folded: Vec<String> = rows.iter().map(|r| fold(&r.cells[0])).filter(|n| !n.is_empty()).collect();
    let managing = v.acting()?.org;
    let known = v.app.engine.store.named(&v.reading.scope(&v.app), Kind::ListEntry, managing, &folded).await?;
    for row in rows {
        let name = row.cells.first().map_or("", String::as_str);
        let mut say = |column: &str, what: String| {
            wrong.push(Wrong { line: row.line, name: name.to_owned(), column: title(column), what });
        };
        for ((column, _), text) in COLUMNS.iter().zip(&row.cells) {
            let fine = match (*column, text.is_empty()) {
                ("name_vi", true) => Err(v.t("web-sheet-needed")),
                (_, true) => Ok(()),
                ("name_vi" | "name_en", _) => fits::<300>(v, text),
                _ => fits::<4000>(v, text),
            };
            if let Err(what) = fine {
                say(column, what);
            }
        }
        let own = fold(name);
        if own.is_empty() {
            continue;
        }
        match first.get(&own) {
            Some(line) => say("name_vi", v.t1("web-sheet-twice", &[("line", &line.to_string())])),
            None => drop(first.insert(own.clone(), row.line)),
        }
        if let Some(line) = known.iter().find(|l| l.key == own && !matches!(l.stage.as_str(), "L.withdrawn" | "L.not_listed")) {
            let state = v.t(&ndp_text::key("state", &line.stage));
            say("name_vi", v.t1("web-sheet-known", &[("state", &state)]));
        }
    }
    Ok(wrong)
}

/// `POST /de-xuat/nhap-excel`: a draft of each row, or of none.
pub async fn send(v: Visitor, sent: Sent) -> Result<Response, Refused> {
    if !v.signed_in() {
        return Ok(super::sign_in::ended(&v, &sent));
    }
    drafter(&v)?;
    v.proved(sent.get("_proof"))?;
    let chosen = sent.get("unit").to_owned();
    let wrong = |what: &str| file_page(&v, &chosen, vec![v.t(what)], Vec::new(), StatusCode::UNPROCESSABLE_ENTITY);
    let duty = v.acting()?.clone();
    let unit = duty.unit.clone().unwrap_or_else(|| chosen.clone());
    let Ok(unit) = Text::new(unit) else { return wrong("web-sheet-unit").await };
    let Some(file) = sent.files.into_iter().next() else { return wrong("web-sheet-choose").await };
    if file.bytes.len() > LARGEST {
        return wrong("web-sheet-large").await;
    }
    let read = tokio::task::spawn_blocking(move || read(&file.name, &file.bytes)).await;
    let rows = match read {
        Ok(Ok(rows)) => rows,
        Ok(Err(unfit)) => return wrong(unfit.key()).await,
        // A file on which the reader itself gave up is no spreadsheet.
        Err(_) => return wrong(Unfit::NoSheet.key()).await,
    };
    let found = checked(&v, &rows).await?;
    if !found.is_empty() {
        let lines: std::collections::BTreeSet<usize> = found.iter().map(|w| w.line).collect();
        let said = v.t1("web-sheet-wrong", &[("n", &lines.len().to_string()), ("of", &rows.len().to_string())]);
        return file_page(&v, &chosen, vec![said], found, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let regulation = v.directory.regulation_on(v.today).map(|r| r.id.clone()).ok_or(Edge::NotFound)?;
    let mut acts: Vec<(Id, Command)> = Vec::new();
    let mut typed: Vec<(Id, String, Value)> = Vec::new();
    for row in &rows {
        let id = ListEntryId(v.app.engine.id());
        let title = Name::new(row.cells[0].clone()).map_err(|_| Edge::Parameter("tep"))?;
        acts.push((
            id.into(),
            list_entry::Command::Draft { regulation: regulation.clone(), managing: duty.org, unit: unit.clone(), title }.into(),
        ));
        let fields = COLUMNS.iter().zip(&row.cells).filter(|(_, text)| !text.is_empty());
        typed.extend(fields.map(|((column, _), text)| (id.into(), (*column).to_owned(), json!(text))));
    }
    let made = v.app.engine.execute_typed(&v.reading.actor, &acts, typed, false).await;
    if let Err(failed) = made {
        let row = |f: ndp_engine::many::Failed| Wrong {
            line: rows.get(f.at).map_or(0, |r| r.line),
            name: rows.get(f.at).and_then(|r| r.cells.first()).cloned().unwrap_or_default(),
            column: v.t("web-sheet-name_vi"),
            what: said(&v, &f.problem.into()),
        };
        let found: Vec<Wrong> = failed.into_iter().map(row).collect();
        let text = v.t1("web-sheet-wrong", &[("n", &found.len().to_string()), ("of", &rows.len().to_string())]);
        return file_page(&v, &chosen, vec![text], found, StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    v.app.touched(acts.iter().map(|(id, _)| *id));
    let first = acts.first().map(|(id, _)| id.uuid.to_string()).unwrap_or_default();
    let place = address(LETTER, &[("tu", &first), ("n", &acts.len().to_string())]);
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, v.href(&place))]).into_response())
}

/// Where drafts are put into one letter.
const LETTER: &str = "/de-xuat/mot-cong-van";

/// Drafts shown at most, the newest first.
const SHOWN: u64 = 200;

struct Draft {
    id: String,
    href: String,
    name: String,
    updated: String,
    chosen: bool,
    /// The paper by which it goes already; empty where there is none.
    letter: String,
}

#[derive(Template)]
#[template(path = "proposals_letter.html")]
struct LetterPage {
    f: Frame,
    errors: Vec<String>,
    made: String,
    key: String,
    rows: Vec<Draft>,
}

#[derive(Debug, Default, serde::Deserialize)]
struct Asked {
    /// The first draft of a file that was just read, and how many there are.
    #[serde(default)]
    tu: String,
    #[serde(default)]
    n: String,
}

async fn letter_page(v: &Visitor, asked: &Asked, chosen: &[Id], errors: Vec<String>, status: StatusCode) -> Result<Response, Refused> {
    let filter = Filter { kind: Some(Kind::ListEntry), stages: vec!["L.draft".to_owned()], ..Filter::default() };
    let mut lines = v.app.engine.store.list(&v.reading.scope(&v.app), &filter, Order::Updated, None, SHOWN).await?;
    // Those of one file stand in its order.
    lines.sort_by(|a, b| b.updated_at.cmp(&a.updated_at).then(a.id.uuid.cmp(&b.id.uuid)));
    // Papers under way, by the draft that they carry.
    let stages = ["D.draft", "D.returned", "D.submitted", "D.initialled", "D.checked", "D.signed", "D.numbered", "D.sealed"];
    let under_way = Filter { kind: Some(Kind::Document), stages: stages.map(str::to_owned).to_vec(), ..Filter::default() };
    let papers = v.app.engine.store.list(&v.reading.scope(&v.app), &under_way, Order::Updated, None, 500).await?;
    let needs: Vec<Need> = papers.iter().map(|l| Need::Stream(l.id)).collect();
    let papers = v.app.engine.store.load(&needs).await?;
    let mut letters: BTreeMap<Id, Id> = BTreeMap::new();
    for paper in papers.values() {
        if let Some(d) = Document::known(&paper.neighbour.whole.state) {
            letters.extend(d.acts.iter().map(|a| (a.stream, paper.id)));
        }
    }
    // Drafts of one file were made in the same moment.
    let moment = lines.iter().find(|l| l.id.uuid.to_string() == asked.tu).map(|l| l.updated_at.clone());
    let draft = |l: &ndp_store::lists::Line| Draft {
        id: l.id.to_string(),
        href: place_of(l.id),
        name: known::line_name(v, l),
        updated: say::when(&l.updated_at).unwrap_or_default(),
        chosen: chosen.contains(&l.id) || moment.as_ref().is_some_and(|m| *m == l.updated_at),
        letter: letters.get(&l.id).map(|id| place_of(*id)).unwrap_or_default(),
    };
    let mut f = frame(v, &v.t("web-letter-title"), "/de-xuat").await?;
    f.crumbs.push(("/de-xuat".to_owned(), v.t("kinds-list_entry")));
    f.wrong = !errors.is_empty();
    let made = asked.n.parse::<usize>().ok().filter(|n| moment.is_some() && *n <= MOST);
    let made = made.map(|n| v.t1("web-sheet-made", &[("n", &n.to_string())])).unwrap_or_default();
    page_with(status, &LetterPage { f, errors, made, key: uuid::Uuid::new_v4().to_string(), rows: lines.iter().map(draft).collect() })
}

/// `GET /de-xuat/mot-cong-van`: the unit's drafts, to be chosen for one letter.
pub async fn choose(v: Visitor, RawQuery(query): RawQuery) -> Result<Response, Refused> {
    drafter(&v)?;
    let mut asked = Asked::default();
    for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
        match &*name {
            "tu" => asked.tu = value.into_owned(),
            "n" => asked.n = value.into_owned(),
            _ => {}
        }
    }
    letter_page(&v, &asked, &[], Vec::new(), StatusCode::OK).await
}

/// `POST /de-xuat/mot-cong-van`: begins the letter (D1) by which every chosen draft is sent (L2).
pub async fn begin(v: Visitor, sent: Sent) -> Result<Response, Refused> {
    if !v.signed_in() {
        return Ok(super::sign_in::ended(&v, &sent));
    }
    drafter(&v)?;
    v.proved(sent.get("_proof"))?;
    let mut chosen: Vec<Id> = sent.all("chon").filter_map(|text| known::id_of(Some(Kind::ListEntry), text)).collect();
    // In the letter they stand as they were made.
    chosen.sort_by_key(|id| id.uuid);
    let again = |what: String, status| {
        let chosen = chosen.clone();
        let v = &v;
        async move { letter_page(v, &Asked::default(), &chosen, vec![what], status).await }
    };
    if chosen.is_empty() {
        return again(v.t("web-letter-none"), StatusCode::UNPROCESSABLE_ENTITY).await;
    }
    let duty = v.acting()?.clone();
    let content = json!({
        "regulation": v.directory.regulation_on(v.today).map(|r| r.id.clone()),
        "issuing": duty.org,
        "unit": duty.unit,
        "body": null,
        "acts": chosen.iter().map(|id| json!({ "stream": id, "act": ActId::L2 })).collect::<Vec<_>>(),
    });
    let draft = orders::find(Kind::Document, "").ok_or(Edge::NoSuchPage)?;
    match order(&v.app, &v.reading, draft, None, None, sent.key(), content).await {
        Ok(receipt) => {
            let doc = receipt.stream(Kind::Document).ok_or(Edge::NotFound)?;
            Ok((StatusCode::SEE_OTHER, [(header::LOCATION, v.href(&format!("{}/noi-dung", place_of(doc))))]).into_response())
        }
        Err(refused @ Refused::Engine(Problem::Refusal(_) | Problem::Denied(_) | Problem::Invalid(_))) => {
            again(said(&v, &refused), refused.status()).await
        }
        Err(other) => Err(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(rows: &[&[&str]]) -> Bytes {
        let mut book = Workbook::new();
        let sheet = book.add_worksheet();
        for (n, row) in (0..).zip(rows) {
            for (column, cell) in (0..).zip(*row) {
                sheet.write_string(n, column, *cell).unwrap();
            }
        }
        book.save_to_buffer().unwrap().into()
    }

    const HEAD: &[&str] = &["Tên", "Tên tiếng Anh", "Nhu cầu", "Người dùng", "Phạm vi", "Căn cứ"];

    #[test]
    fn rows_keep_their_number_and_blank_ones_are_passed_over() {
        let file = sheet(&[HEAD, &["Nền tảng một", "", "Cần", "", "", ""], &[], &["  Nền tảng hai  "]]);
        let rows = read("de-xuat.xlsx", &file).ok().unwrap();
        let told: Vec<(usize, &str)> = rows.iter().map(|r| (r.line, r.cells[0].as_str())).collect();
        assert_eq!(told, [(2, "Nền tảng một"), (4, "Nền tảng hai")]);
        assert_eq!(rows[0].cells[2], "Cần");
    }

    #[test]
    fn what_is_no_sheet_of_ours_is_told() {
        let key = |name: &str, bytes: &Bytes| read(name, bytes).err().map(|u| u.key());
        assert_eq!(key("a.xlsx", &Bytes::from_static(b"no zip")), Some("web-sheet-unfit"));
        assert_eq!(key("a.pdf", &sheet(&[HEAD])), Some("web-sheet-unfit"));
        assert_eq!(key("a.xlsx", &sheet(&[HEAD])), Some("web-sheet-empty"));
        assert_eq!(key("a.xlsx", &sheet(&[&["Tên"], &["Một"]])), Some("web-sheet-columns"));
        let many: Vec<&[&str]> = std::iter::once(HEAD).chain(std::iter::repeat_n(&["Một"][..], MOST + 1)).collect();
        assert_eq!(key("a.xlsx", &sheet(&many)), Some("web-sheet-many"));
    }

    #[test]
    fn the_sheet_to_fill_in_is_one_that_is_read() {
        let titles: Vec<String> = HEAD.iter().map(|t| (*t).to_owned()).collect();
        let blank = blank("Đề xuất", &titles).unwrap();
        assert_eq!(read("mau.xlsx", &blank.into()).err().map(|u| u.key()), Some("web-sheet-empty"));
    }
}
