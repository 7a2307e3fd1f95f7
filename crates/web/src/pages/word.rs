//! Tables as a Word file that lies on A4: the annex of the List and reports, to be worked on further.

use super::downloads::Sheet;
use docx_rs::{
    AlignmentType, Docx, Footer, LineSpacing, PageMargin, PageNum, PageOrientationType, Paragraph, Run, RunFonts, Shading, Table,
    TableCell, TableLayoutType, TableRow, VAlignType, WidthType,
};
use std::io::Cursor;

/// A4 lying, in twentieths of a point, and its margins of 20 mm.
const PAGE: (u32, u32) = (16_838, 11_906);
const MARGIN: i32 = 1_134;
const WIDTH: usize = 16_838 - 2 * 1_134;
/// Prescribed for administrative papers (Decree 30/2020/NĐ-CP, Appendix I).
const FONT: &str = "Times New Roman";

/// A heading with what stands under it: sentences, then a table.
pub struct Part {
    pub sheet: Sheet,
    pub said: Vec<String>,
    /// Shares of the width, one a column.
    pub widths: Vec<usize>,
}

fn words(text: &str, half_points: usize) -> Run {
    let fonts = RunFonts::new().ascii(FONT).hi_ansi(FONT).cs(FONT).east_asia(FONT);
    Run::new().add_text(text).size(half_points).fonts(fonts)
}

fn line(run: Run, align: AlignmentType) -> Paragraph {
    Paragraph::new().add_run(run).align(align).line_spacing(LineSpacing::new().before(60).after(60))
}

/// A number stands at the right, everything else at the left.
fn cell(text: &str, width: usize, head: bool) -> TableCell {
    let number = !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ','));
    let align = if head {
        AlignmentType::Center
    } else if number {
        AlignmentType::Right
    } else {
        AlignmentType::Left
    };
    let run = if head { words(text, 24).bold() } else { words(text, 24) };
    let cell = TableCell::new().add_paragraph(line(run, align)).width(width, WidthType::Dxa).vertical_align(VAlignType::Center);
    if head { cell.shading(Shading::new().fill("F1EEE8")) } else { cell }
}

fn table(part: &Part) -> Table {
    let all: usize = part.widths.iter().sum::<usize>().max(1);
    let widths: Vec<usize> = part.widths.iter().map(|w| w * WIDTH / all).collect();
    let row = |cells: &[String], head: bool| TableRow::new(cells.iter().zip(&widths).map(|(c, w)| cell(c, *w, head)).collect());
    // Only the head may not be split: by that it is found and repeated on every page (`document`).
    let mut rows = vec![row(&part.sheet.titles, true).cant_split()];
    rows.extend(part.sheet.rows.iter().map(|cells| row(cells, false)));
    Table::new(rows).set_grid(widths.clone()).width(WIDTH, WidthType::Dxa).layout(TableLayoutType::Fixed)
}

/// The file.
pub fn document(title: &str, under: &[String], parts: &[Part]) -> Result<Vec<u8>, String> {
    let margin = PageMargin { top: MARGIN, bottom: MARGIN, left: MARGIN, right: MARGIN, header: 567, footer: 567, gutter: 0 };
    let foot = Footer::new().add_paragraph(Paragraph::new().align(AlignmentType::Center).add_page_num(PageNum::new()));
    let mut docx = Docx::new()
        .page_size(PAGE.0, PAGE.1)
        .page_orient(PageOrientationType::Landscape)
        .page_margin(margin)
        .footer(foot)
        .add_paragraph(line(words(title, 28).bold(), AlignmentType::Center));
    for said in under {
        docx = docx.add_paragraph(line(words(said, 26), AlignmentType::Center));
    }
    for part in parts {
        if !part.sheet.name.is_empty() {
            docx = docx.add_paragraph(line(words(&part.sheet.name, 26).bold(), AlignmentType::Left).keep_next(true));
        }
        for said in &part.said {
            docx = docx.add_paragraph(line(words(said, 26), AlignmentType::Left));
        }
        if !part.sheet.rows.is_empty() {
            docx = docx.add_table(table(part));
        }
    }
    let mut xml = docx.build();
    // The library knows no heads that are repeated.
    let text = String::from_utf8(std::mem::take(&mut xml.document)).map_err(|e| e.to_string())?;
    xml.document = text.replace("<w:cantSplit />", "<w:cantSplit /><w:tblHeader />").into_bytes();
    let mut out = Cursor::new(Vec::new());
    xml.pack(&mut out).map_err(|e| e.to_string())?;
    Ok(out.into_inner())
}
