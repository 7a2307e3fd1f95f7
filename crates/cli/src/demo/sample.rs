//! Sample files of the demonstration: a PDF page that says what it stands for and that it is a sample.
//! The same words make the same bytes.

use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str};
use subsetter::GlyphRemapper;
use ttf_parser::{Face, GlyphId};

/// Liberation Serif, whose letters are complete for Vietnamese; its licence is beside it.
const FONT: &[u8] = include_bytes!("../../assets/fonts/LiberationSerif-Regular.ttf");

const BANNER: &str = "DỮ LIỆU MẪU";
const SAMPLE: &str = "Tệp này do hệ thống tạo ra để minh họa quy trình; nội dung không nói về nền tảng, cơ quan hay người nào.";

/// A4, in points.
const PAGE: (f32, f32) = (595.0, 842.0);
const MARGIN: f32 = 72.0;

/// The font with what the page takes from it.
struct Letters<'a> {
    face: Face<'a>,
    taken: GlyphRemapper,
    spoken: Vec<(u16, char)>,
}

impl Letters<'_> {
    fn glyph(&self, letter: char) -> GlyphId {
        self.face.glyph_index(letter).unwrap_or_default()
    }

    fn em(&self, units: f32) -> f32 {
        units / f32::from(self.face.units_per_em())
    }

    /// Width of a text in ems.
    fn width(&self, text: &str) -> f32 {
        text.chars().map(|c| self.em(f32::from(self.face.glyph_hor_advance(self.glyph(c)).unwrap_or(0)))).sum()
    }

    /// A text as the glyphs of the subset, two bytes each.
    fn shown(&mut self, text: &str) -> Vec<u8> {
        let mut out = Vec::new();
        for letter in text.chars() {
            let id = self.taken.remap(self.glyph(letter).0);
            self.spoken.push((id, letter));
            out.extend(id.to_be_bytes());
        }
        out
    }

    /// Lines no wider than the page.
    fn lines(&self, text: &str, size: f32) -> Vec<String> {
        let most = (PAGE.0 - 2.0 * MARGIN) / size;
        let mut all: Vec<String> = Vec::new();
        for word in text.split_whitespace() {
            match all.last_mut() {
                Some(line) if self.width(line) + self.width(" ") + self.width(word) <= most => {
                    line.push(' ');
                    line.push_str(word);
                }
                _ => all.push(word.to_owned()),
            }
        }
        all
    }
}

/// One page: title and paragraphs under the word that they are a sample. None where the font cannot be read.
pub fn pdf(title: &str, paragraphs: &[&str]) -> Option<Vec<u8>> {
    let mut letters = Letters { face: Face::parse(FONT, 0).ok()?, taken: GlyphRemapper::new(), spoken: Vec::new() };
    let mut content = Content::new();
    let mut y = PAGE.1 - MARGIN;
    let texts = [(BANNER, 11.0), (title, 20.0)].into_iter().chain(paragraphs.iter().map(|p| (*p, 13.0))).chain([(SAMPLE, 11.0)]);
    for (text, size) in texts {
        y -= size;
        for line in letters.lines(text, size) {
            let shown = letters.shown(&line);
            content.begin_text().set_font(Name(b"F"), size).set_text_matrix([1.0, 0.0, 0.0, 1.0, MARGIN, y]);
            content.show(Str(&shown)).end_text();
            y -= size * 1.4;
        }
    }
    let subset = subsetter::subset(FONT, 0, &letters.taken).ok()?;
    let [catalog, pages, page, body, font, cid, descriptor, file, map] = [1, 2, 3, 4, 5, 6, 7, 8, 9].map(Ref::new);
    let name = Name(b"NDPAAA+LiberationSerif");
    let system = || SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };
    let mut out = Pdf::new();
    out.catalog(catalog).pages(pages);
    out.pages(pages).kids([page]).count(1);
    let mut drawn = out.page(page);
    drawn.parent(pages).media_box(Rect::new(0.0, 0.0, PAGE.0, PAGE.1)).contents(body);
    drawn.resources().fonts().pair(Name(b"F"), font);
    drawn.finish();
    out.stream(body, &content.finish());
    out.type0_font(font).base_font(name).encoding_predefined(Name(b"Identity-H")).descendant_font(cid).to_unicode(map);
    let mut described = out.cid_font(cid);
    described.subtype(CidFontType::Type2).base_font(name).system_info(system()).font_descriptor(descriptor);
    described.cid_to_gid_map_predefined(Name(b"Identity")).default_width(0.0);
    let wide = |old: u16| letters.em(f32::from(letters.face.glyph_hor_advance(GlyphId(old)).unwrap_or(0))) * 1000.0;
    described.widths().consecutive(0, letters.taken.remapped_gids().map(wide));
    described.finish();
    let (face, thousand) = (&letters.face, |units: i16| letters.em(f32::from(units)) * 1000.0);
    let bounds = face.global_bounding_box();
    out.font_descriptor(descriptor)
        .name(name)
        .flags(FontFlags::SERIF | FontFlags::SYMBOLIC)
        .bbox(Rect::new(thousand(bounds.x_min), thousand(bounds.y_min), thousand(bounds.x_max), thousand(bounds.y_max)))
        .italic_angle(0.0)
        .ascent(thousand(face.ascender()))
        .descent(thousand(face.descender()))
        .cap_height(thousand(face.capital_height().unwrap_or_else(|| face.ascender())))
        .stem_v(80.0)
        .font_file2(file);
    out.stream(file, &subset).pair(Name(b"Length1"), subset.len() as i32);
    let mut said: UnicodeCmap<u16> = UnicodeCmap::new(Name(b"NDP"), system());
    letters.spoken.sort_unstable();
    letters.spoken.dedup();
    letters.spoken.iter().for_each(|(id, letter)| said.pair(*id, *letter));
    out.stream(map, &said.finish());
    Some(out.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_words_make_the_same_page_with_every_letter() {
        let words = "Ắ ằ ẵ ợ ữ Đ đ ₫ – “”";
        let page = pdf("Minh chứng G1.1", &[words]).unwrap();
        assert!(page.starts_with(b"%PDF-") && page.len() < 100_000);
        assert_eq!(page, pdf("Minh chứng G1.1", &[words]).unwrap());
        assert_ne!(page, pdf("Minh chứng G1.2", &[words]).unwrap());
        let face = Face::parse(FONT, 0).unwrap();
        let lacking: String = words.chars().filter(|c| face.glyph_index(*c).is_none()).collect();
        assert_eq!(lacking, "");
    }
}
