//! Citations, each once. Refusals, tables and help texts point here, so a change of law is one
//! search. `CHOICE` marks what no text read says: our proposal, changeable as data.

/// A legal ground as printed beside an act.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Citation {
    pub vi: &'static str,
    pub en: &'static str,
}

const fn cite(vi: &'static str, en: &'static str) -> Citation {
    Citation { vi, en }
}

pub const LETTER_2291_1: Citation = cite("Công văn 2291/BTTTT-KTS&XHS, mục 1", "Letter 2291/BTTTT-KTS&XHS, item 1");
pub const LETTER_2291_2: Citation = cite("Công văn 2291/BTTTT-KTS&XHS, mục 2", "Letter 2291/BTTTT-KTS&XHS, item 2");
pub const LETTER_2291_3: Citation =
    cite("Công văn 2291/BTTTT-KTS&XHS, mục 3; Nghị quyết 28/NQ-CP", "Letter 2291/BTTTT-KTS&XHS, item 3; Resolution 28/NQ-CP");
pub const LETTER_2291_4: Citation = cite("Công văn 2291/BTTTT-KTS&XHS, mục 4", "Letter 2291/BTTTT-KTS&XHS, item 4");
pub const LETTER_2291_5: Citation = cite("Công văn 2291/BTTTT-KTS&XHS, mục 5", "Letter 2291/BTTTT-KTS&XHS, item 5");
pub const LETTER_2291_6: Citation =
    cite("Công văn 2291/BTTTT-KTS&XHS, mục 6; Quyết định 1864/QĐ-BTTTT", "Letter 2291/BTTTT-KTS&XHS, item 6; Decision 1864/QĐ-BTTTT");
pub const DECISION_1230: Citation = cite("Quyết định 1230/QĐ-BTTTT", "Decision 1230/QĐ-BTTTT");
pub const DECISION_186: Citation = cite("Quyết định 186/QĐ-BTTTT", "Decision 186/QĐ-BTTTT");
pub const LETTER_2765: Citation = cite("Công văn 2765/BTTTT-CĐSQG", "Letter 2765/BTTTT-CĐSQG");
pub const DECREE_30_10: Citation = cite("Nghị định 30/2020/NĐ-CP, Điều 10", "Decree 30/2020/NĐ-CP, article 10");
pub const DECREE_30_11: Citation = cite("Nghị định 30/2020/NĐ-CP, Điều 11", "Decree 30/2020/NĐ-CP, article 11");
pub const DECREE_30_12: Citation = cite("Nghị định 30/2020/NĐ-CP, Điều 12", "Decree 30/2020/NĐ-CP, article 12");
pub const DECREE_30_13: Citation = cite("Nghị định 30/2020/NĐ-CP, Điều 13", "Decree 30/2020/NĐ-CP, article 13");
pub const DECREE_30_14: Citation = cite("Nghị định 30/2020/NĐ-CP, Điều 14, 15", "Decree 30/2020/NĐ-CP, articles 14, 15");
pub const DECREE_30_18: Citation = cite("Nghị định 30/2020/NĐ-CP, Điều 14, 18", "Decree 30/2020/NĐ-CP, articles 14, 18");
pub const DECREE_30_22: Citation = cite("Nghị định 30/2020/NĐ-CP, Điều 22", "Decree 30/2020/NĐ-CP, article 22");
pub const DECREE_30_23: Citation = cite("Nghị định 30/2020/NĐ-CP, Điều 23", "Decree 30/2020/NĐ-CP, article 23");
pub const DECREE_30_29: Citation = cite("Nghị định 30/2020/NĐ-CP, Chương IV", "Decree 30/2020/NĐ-CP, chapter IV");
pub const ANTI_CORRUPTION_3_8: Citation =
    cite("Luật Phòng, chống tham nhũng 2018, Điều 3 khoản 8", "Anti-corruption Law 2018, article 3.8");
pub const RESOLUTION_190: Citation = cite("Nghị quyết 190/2025/QH15", "Resolution 190/2025/QH15");
pub const PROCUREMENT: Citation = cite("Pháp luật về đấu thầu", "Law on procurement");
pub const COMPLAINTS_9: Citation = cite("Luật Khiếu nại 2011, Điều 9", "Complaints Law 2011, article 9");
pub const COMPLAINTS_10: Citation = cite("Luật Khiếu nại 2011, Điều 10", "Complaints Law 2011, article 10");
pub const COMPLAINTS_27: Citation = cite("Luật Khiếu nại 2011, Điều 11, 27", "Complaints Law 2011, articles 11, 27");
pub const COMPLAINTS_28: Citation = cite("Luật Khiếu nại 2011, Điều 28", "Complaints Law 2011, article 28");
pub const COMPLAINTS_33: Citation = cite("Luật Khiếu nại 2011, Điều 33 đến 37", "Complaints Law 2011, articles 33 to 37");
pub const RULES_OF_WORK: Citation = cite("Quy chế làm việc của hội đồng, tổ chuyên gia", "Rules of work of the body");
pub const CHOICE: Citation = cite("Quy ước của phần mềm, không phải quy định", "Convention of this software, not law");
