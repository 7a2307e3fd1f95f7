//! What the public List shows, as files: the filtered set as CSV, XLSX or JSON, always with the same columns.

use crate::pages::list::{Asked, found, lines, status, status_name};
use crate::visitor::Visitor;
use axum::extract::RawQuery;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use ndp_server::problem::Refused;
use rust_xlsxwriter::{Format, Workbook, XlsxError};
use serde_json::json;

/// Identifier, name, managing agency, status, since.
type Row = [String; 5];

async fn rows(v: &Visitor, query: Option<&str>) -> Result<Vec<Row>, Refused> {
    let asked = Asked::of(query)?;
    let lines = lines(v).await?;
    let row = |l: &ndp_server::public::Published| {
        let agency = l.managing.map(|m| v.organisation(m)).unwrap_or_default();
        [l.id.to_string(), l.name.clone(), agency, status_name(v, &status(l)), l.since.clone()]
    };
    Ok(found(v, &lines, &asked).into_iter().map(row).collect())
}

fn titles_of(v: &Visitor) -> Vec<String> {
    v.t("web-list-columns").split(',').map(str::to_owned).collect()
}

fn file(v: &Visitor, kind: &str, media_type: &'static str, body: Vec<u8>) -> Response {
    let name = format!("attachment; filename=\"nen-tang-so-{}.{kind}\"", v.today);
    ([(header::CONTENT_TYPE, media_type.to_owned()), (header::CONTENT_DISPOSITION, name)], body).into_response()
}

/// `GET /nen-tang.csv`
pub async fn csv(v: Visitor, RawQuery(query): RawQuery) -> Result<Response, Refused> {
    let mut text = format!("\u{feff}{}\r\n", titles_of(&v).join(","));
    for row in rows(&v, query.as_deref()).await? {
        let cells = row.map(|c| ndp_server::public::cell(&c));
        text.push_str(&cells.join(","));
        text.push_str("\r\n");
    }
    Ok(file(&v, "csv", "text/csv; charset=utf-8", text.into_bytes()))
}

/// `GET /nen-tang.json`: the same names of fields in both languages.
pub async fn as_json(v: Visitor, RawQuery(query): RawQuery) -> Result<Response, Refused> {
    let rows = rows(&v, query.as_deref()).await?;
    let one = |[id, name, agency, status, since]: Row| json!({ "id": id, "name": name, "managing_agency": agency, "status": status, "since": since });
    let body = json!({ "on": v.today, "items": rows.into_iter().map(one).collect::<Vec<_>>() });
    Ok(file(&v, "json", "application/json", body.to_string().into_bytes()))
}

/// `GET /nen-tang.xlsx`: texts stay texts, the first row stays in sight.
pub async fn xlsx(v: Visitor, RawQuery(query): RawQuery) -> Result<Response, Refused> {
    let rows = rows(&v, query.as_deref()).await?;
    let titles = titles_of(&v);
    let written = tokio::task::spawn_blocking(move || sheet(&titles, &rows)).await;
    let fault = |what: String| Refused::from(ndp_identity::Denial::Fault(what));
    let body = written.map_err(|e| fault(e.to_string()))?.map_err(|e| fault(e.to_string()))?;
    Ok(file(&v, "xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", body))
}

fn sheet(titles: &[String], rows: &[Row]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let head = Format::new().set_bold();
    for (column, title) in (0..).zip(titles) {
        sheet.write_string_with_format(0, column, title.trim(), &head)?;
    }
    for (n, row) in (1..).zip(rows) {
        for (column, cell) in (0..).zip(row) {
            sheet.write_string(n, column, cell)?;
        }
    }
    for (column, width) in [(0, 38), (1, 60), (2, 45), (3, 32), (4, 12)] {
        sheet.set_column_width(column, width)?;
    }
    sheet.set_freeze_panes(1, 0)?;
    book.save_to_buffer()
}

/// A sheet of a report.
pub struct Sheet {
    pub name: String,
    pub titles: Vec<String>,
    pub rows: Vec<Vec<String>>,
}

/// Several sheets as one file, lying on A4.
pub async fn workbook(v: &Visitor, name: &str, sheets: Vec<Sheet>) -> Result<Response, Refused> {
    let written = tokio::task::spawn_blocking(move || book(&sheets)).await;
    let fault = |what: String| Refused::from(ndp_identity::Denial::Fault(what));
    let body = written.map_err(|e| fault(e.to_string()))?.map_err(|e| fault(e.to_string()))?;
    let place = format!("attachment; filename=\"{name}-{}.xlsx\"", v.today);
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet".to_owned();
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, place)], body).into_response())
}

/// A Word file, written beside the other work.
pub async fn word(v: &Visitor, name: &str, write: impl FnOnce() -> Result<Vec<u8>, String> + Send + 'static) -> Result<Response, Refused> {
    let fault = |what: String| Refused::from(ndp_identity::Denial::Fault(what));
    let body = tokio::task::spawn_blocking(write).await.map_err(|e| fault(e.to_string()))?.map_err(fault)?;
    let place = format!("attachment; filename=\"{name}-{}.docx\"", v.today);
    let kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document".to_owned();
    Ok(([(header::CONTENT_TYPE, kind), (header::CONTENT_DISPOSITION, place)], body).into_response())
}

/// `GET /nen-tang.docx`: the annex of the List, numbered, with the head on every page.
pub async fn docx(v: Visitor, RawQuery(query): RawQuery) -> Result<Response, Refused> {
    let rows = rows(&v, query.as_deref()).await?;
    let numbered = (1..).zip(rows).map(|(n, [_, name, agency, status, since]): (u32, Row)| {
        let since = crate::say::when(&since).unwrap_or(since);
        vec![n.to_string(), name, agency, status, since]
    });
    let mut titles = vec![v.t("web-annex-number")];
    titles.extend(titles_of(&v).into_iter().skip(1));
    let said = v.t1("web-annex-under", &[("day", &crate::say::day(v.today)), ("agency", &v.organisation(v.directory.focal_on(v.today)))]);
    let part = super::word::Part {
        sheet: Sheet { name: String::new(), titles, rows: numbered.collect() },
        said: Vec::new(),
        widths: vec![2, 14, 10, 9, 5],
    };
    let title = v.t("web-annex-title");
    word(&v, "nen-tang-so", move || super::word::document(&title, &[said], &[part])).await
}

fn book(sheets: &[Sheet]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let head = Format::new().set_bold().set_text_wrap();
    for of in sheets {
        let sheet = book.add_worksheet();
        // A sheet's name has 31 characters at most.
        sheet.set_name(of.name.chars().take(31).collect::<String>())?.set_landscape().set_paper_size(9).set_print_fit_to_pages(1, 0);
        for (column, title) in (0..).zip(&of.titles) {
            sheet.write_string_with_format(0, column, title, &head)?;
            sheet.set_column_width(column, if column == 0 { 48 } else { 24 })?;
        }
        for (n, row) in (1..).zip(&of.rows) {
            for (column, cell) in (0..).zip(row) {
                match cell.parse::<u32>() {
                    Ok(number) if column > 0 => sheet.write_number(n, column, f64::from(number))?,
                    _ => sheet.write_string(n, column, cell)?,
                };
            }
        }
        sheet.set_freeze_panes(1, 0)?;
    }
    book.save_to_buffer()
}
