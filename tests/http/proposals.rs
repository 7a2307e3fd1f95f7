//! Many proposals at once: from one sheet, by one letter; reminders from the tracking page; what a body that was
//! asked for its opinion knows of the others.

use ndp_domain::criteria_set::CriteriaSet;
use ndp_domain::id::{Id, Kind, OpinionId};
use ndp_domain::list_entry;
use ndp_domain::machine::{Known, State};
use ndp_domain::opinion::{self, Verdict};
use ndp_domain::organisation::{self, Unit};
use ndp_domain::supplement::Point;
use ndp_domain::text::Text;
use ndp_store::lists::{Filter, Order};
use ndp_tests::served::Served;

const FROM_FILE: &str = "/de-xuat/nhap-excel";
const LETTER: &str = "/de-xuat/mot-cong-van";

fn sheet(rows: &[[&str; 6]]) -> Vec<u8> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let head = ["Tên nền tảng", "Tên tiếng Anh", "Sự cần thiết", "Đối tượng sử dụng", "Phạm vi triển khai", "Căn cứ pháp lý"];
    for (n, row) in (0..).zip(std::iter::once(&head).chain(rows)) {
        for (column, cell) in (0..).zip(row) {
            sheet.write_string(n, column, *cell).unwrap();
        }
    }
    book.save_to_buffer().unwrap()
}

async fn drafts(served: &Served) -> Vec<ndp_store::lists::Line> {
    let scope = served.world.engine.scope(&ndp_tests::reader(&served.world.cast.managing.officer));
    let filter = Filter { kind: Some(Kind::ListEntry), stages: vec!["L.draft".to_owned()], ..Filter::default() };
    served.world.engine.store.list(&scope, &filter, Order::Name, None, 200).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sheet_becomes_drafts_and_the_drafts_go_by_one_letter() {
    let served = Served::new().await;
    let officer = &served.world.cast.managing.officer;
    let (status, html) = served.page(Some(officer), FROM_FILE).await;
    assert!(status == 200 && html.contains("/de-xuat/nhap-excel/mau.xlsx"), "{html}");
    let rows = [
        ["Nền tảng một cửa mẫu", "One-stop sample", "Cần cho thủ tục.", "Cán bộ", "Toàn quốc", ""],
        ["Nền tảng họp mẫu", "", "Cần cho họp.", "", "", "Quyết định 186/QĐ-BTTTT"],
    ];
    let (status, place) = served.send_file(officer, FROM_FILE, "de-xuat.xlsx", sheet(&rows)).await;
    assert_eq!(status, 303, "{place}");
    assert!(place.starts_with(LETTER), "{place}");
    let made = drafts(&served).await;
    assert_eq!(made.iter().filter_map(|l| l.name.as_deref()).collect::<Vec<_>>(), ["Nền tảng họp mẫu", "Nền tảng một cửa mẫu"]);
    // Both are chosen, and what was typed is in each draft.
    let (_, html) = served.page(Some(officer), &place).await;
    assert_eq!(html.matches(" checked>").count(), 2, "{html}");
    assert!(html.contains("Đã lập 2 dự thảo"), "{html}");
    let typed = served.world.engine.store.draft(made[0].id).await.unwrap();
    assert_eq!(typed["need"].value, "\"Cần cho họp.\"");
    assert!(!typed.contains_key("users"), "an empty cell is nothing typed");
    // The same file again: every row is known, nothing is made.
    let (status, html) = served.send_file(officer, FROM_FILE, "de-xuat.xlsx", sheet(&rows)).await;
    assert!(status == 422 && html.matches("Cơ quan đã có đề xuất cùng tên").count() == 2, "{html}");
    assert_eq!(drafts(&served).await.len(), 2);
    // One letter for both, with what each says.
    let ids: Vec<String> = made.iter().map(|l| l.id.to_string()).collect();
    // In the order of the file, however they were ticked; the letter says what it is about and how many there are.
    let mut ids = ids;
    ids.sort();
    let (status, place) = served.send_form(officer, LETTER, &[("chon", &ids[1]), ("chon", &ids[0])]).await;
    assert!(status == 303 && place.ends_with("/noi-dung"), "{status} {place}");
    let (status, html) = served.page(Some(officer), &place).await;
    assert!(html.contains("và 1 nội dung khác") && html.contains("bổ sung 2 nền tảng vào Danh mục"), "{html}");
    assert!(status == 200 && html.contains("Cần cho họp.") && html.contains("Cần cho thủ tục."), "{html}");
    let paper: Id = place.split('/').nth(2).unwrap().parse().unwrap();
    let loaded = served.world.engine.store.load_one(paper).await.unwrap().unwrap();
    let State::Document(d) = &loaded.neighbour.whole.state else { panic!("a paper") };
    assert_eq!(d.acts.iter().map(|a| a.stream.to_string()).collect::<Vec<_>>(), ids);
    served.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_wrong_row_stops_the_whole_sheet_and_every_wrong_row_is_told() {
    let served = Served::new().await;
    let officer = &served.world.cast.managing.officer;
    let long = "a".repeat(301);
    let rows = [
        ["Nền tảng đúng", "", "", "", "", ""],
        ["", "", "Thiếu tên", "", "", ""],
        ["NỀN TẢNG ĐÚNG", "", "", "", "", ""],
        ["Nền tảng tên dài", &long, "", "", "", ""],
    ];
    let (status, html) = served.send_file(officer, FROM_FILE, "de-xuat.xlsx", sheet(&rows)).await;
    assert_eq!(status, 422, "{html}");
    for said in ["3 trên 4 dòng cần sửa", "Cần điền.", "Trùng tên với dòng 2.", "Dài hơn 300 ký tự."] {
        assert!(html.contains(said), "{said}: {html}");
    }
    assert!(drafts(&served).await.is_empty(), "all of them or none");
    // In the reader's language, and what is no sheet at all.
    let (status, html) = served.send_file(officer, &format!("/en{FROM_FILE}"), "de-xuat.xlsx", sheet(&rows)).await;
    assert!(status == 422 && html.contains("The same name as row 2."), "{html}");
    for (name, content) in [("a.xlsx", &b"PK\x03\x04nothing"[..]), ("a.pdf", b"%PDF-1.7"), ("a.xlsx", b"")] {
        let (status, html) = served.send_file(officer, FROM_FILE, name, content).await;
        assert!(status == 422 && html.contains("Không đọc được tệp"), "{name}: {html}");
    }
    // Only those who draft proposals.
    let cast = &served.world.cast;
    for who in [&cast.managing.signer, &cast.keeper.officer, &cast.applicant, &cast.administrator] {
        assert_eq!(served.page(Some(who), FROM_FILE).await.0, 403);
        assert_eq!(served.page(Some(who), LETTER).await.0, 403);
        assert_eq!(served.send_file(who, FROM_FILE, "a.xlsx", sheet(&rows)).await.0, 403);
    }
    let foreign = served.world.story().list_entry("Nền tảng của đơn vị khác", 2).await.unwrap();
    let (status, html) = served.send_form(officer, LETTER, &[("chon", &Id::from(foreign).to_string())]).await;
    assert!(matches!(status, 403 | 409 | 422), "what was sent already goes by no second letter: {status} {html}");
    assert_eq!(served.send_form(officer, LETTER, &[]).await.0, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reminder_is_begun_where_the_overdue_file_is_listed() {
    let served = Served::new().await;
    let (story, cast) = (served.world.story(), &served.world.cast);
    let entry = story.list_entry("Nền tảng chờ bổ sung", 4).await.unwrap();
    let points = vec![Point { number: 1, text: Text::new("Bổ sung phiếu thông tin.").unwrap(), raised_by: None }];
    let ask = list_entry::Command::AskSupplement { points };
    let until = ndp_cli::demo::story::Until::Issued;
    story.paper(&cast.keeper, "Đề nghị bổ sung", vec![(entry.into(), ask.into())], until).await.unwrap();
    let (_, html) = served.page(Some(&cast.keeper.officer), "/theo-doi").await;
    assert!(!html.contains("Gửi công văn đôn đốc"), "nothing is overdue: {html}");
    story.pass(40);
    let (_, html) = served.page(Some(&cast.keeper.officer), "/theo-doi").await;
    assert!(html.contains("Gửi công văn đôn đốc") && html.contains("Số lần đôn đốc"), "{html}");
    // The same as a file, for those who see the page.
    let report = served.page_answer(&cast.keeper.officer, "/theo-doi.xlsx", None).await;
    assert_eq!(report.status(), 200);
    assert!(report.bytes().await.unwrap().starts_with(b"PK"), "a workbook");
    served.world.engine.seal(&ndp_tests::key()).await.unwrap();
    let report = served.page_answer(&cast.keeper.officer, "/theo-doi.docx?ky=2026-Q1", None).await;
    let text = super::pages::word(&report.bytes().await.unwrap());
    assert!(text.contains("Quý 1/2026") && text.contains("Nền tảng chờ bổ sung"), "{text}");
    // In the quarter one proposal was registered; in the year before none.
    let done = |text: &str| {
        text.split("Vào sổ văn bản đến").nth(1).unwrap().split("<w:t ").nth(1).unwrap().split(['>', '<']).nth(1).unwrap().to_owned()
    };
    assert_eq!(done(&text), "1", "{text}");
    let before = served.page_answer(&cast.keeper.officer, "/theo-doi.docx?ky=2025-Q1", None).await;
    assert_eq!(done(&super::pages::word(&before.bytes().await.unwrap())), "0");
    assert_eq!(served.page_answer(&cast.keeper.officer, "/theo-doi.docx?ky=2026-13", None).await.status(), 400);
    for file in ["/theo-doi.xlsx", "/theo-doi.docx"] {
        assert_eq!(served.page_answer(&cast.managing.officer, file, None).await.status(), 403);
    }
    let place = format!("/de-xuat/{}/van-ban/", Id::from(entry));
    let at = html.find(&place).expect("the form of the row");
    let action = html[at..].split('"').next().unwrap();
    // Others see the row at most, never the button.
    for who in [&cast.managing.officer, &cast.keeper.signer, &cast.keeper.records] {
        let (_, html) = served.page(Some(who), "/theo-doi").await;
        assert!(!html.contains("Gửi công văn đôn đốc"), "{html}");
    }
    let officer = &cast.keeper.officer;
    let (status, led) = served.send_form(officer, action, &[]).await;
    assert!(status == 303 && led.ends_with("/noi-dung"), "{status} {led}");
    // The letter says what was asked for and what comes of silence; the officer may say it otherwise.
    let (_, html) = served.page(Some(officer), &led).await;
    assert!(html.contains("Nền tảng chờ bổ sung") && html.contains("hồ sơ sẽ dừng xử lý"), "{html}");
    let to = cast.managing.org.to_string();
    let typed = [("/p/subject", "Đôn đốc bổ sung hồ sơ"), ("/p/recipients/0", to.as_str()), ("/p/text", "Đề nghị gửi trước ngày 30.")];
    let (status, html) = served.send_form(officer, &led, &[&typed[..], &[("_draft", "0"), ("_do", "check")]].concat()).await;
    assert!(status == 200 && html.contains("Đề nghị gửi trước ngày 30.") && html.contains("value=\"submit\""), "{html}");
    let mark = html.split("name=\"_mark\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let (status, place) = served.send_form(officer, &led, &[("_mark", mark.as_str()), ("_do", "submit")]).await;
    assert!(status == 303, "{status} {place}");
    let letter = led.replace("/noi-dung", "/ban-in");
    let (status, html) = served.page(Some(&cast.keeper.signer), &letter).await;
    assert!(status == 200 && html.contains("<p class=\"indent\">Đề nghị gửi trước ngày 30.</p>"), "{html}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_was_asked_knows_its_own_answer_alone_until_the_set_is_promulgated() {
    let served = Served::new().await;
    let (story, cast) = (served.world.story(), &served.world.cast);
    let entry = story.list_entry("Nền tảng lấy ý kiến", 5).await.unwrap();
    let set = story.criteria_set(entry, 2).await.unwrap();
    let loaded = served.world.engine.store.load_one(set.into()).await.unwrap().unwrap();
    let state = CriteriaSet::known(&loaded.neighbour.whole.state).unwrap();
    let draft = state.working().and_then(|w| w.consultation.as_ref()).unwrap().draft;
    let desk = &cast.keeper_consulted;
    // It reads the draft, and its answer goes to the agency that asked.
    let (_, html) = served.page(Some(&cast.keeper_consulted.officer), &format!("/bo-tieu-chi/{}", Id::from(set))).await;
    assert!(html.contains("Dự thảo đang lấy ý kiến") && html.contains("G2.1"), "{html}");
    let begin = format!("/gop-y/moi/van-ban/mo?set={}", Id::from(set));
    let (status, led) = served.send_form(&cast.keeper_consulted.officer, &begin, &[]).await;
    assert_eq!(status, 303, "{led}");
    let (_, html) = served.page(Some(&cast.keeper_consulted.officer), &led).await;
    assert!(html.contains(&format!("value=\"{}\" selected", cast.managing.org)), "{html}");
    let give = opinion::Command::Give { set, draft, organisation: desk.org, verdict: Verdict::Agree, text: None };
    let opinion = OpinionId(served.world.engine.id());
    let until = ndp_cli::demo::story::Until::Issued;
    story.paper(desk, "Góp ý", vec![(opinion.into(), give.into())], until).await.unwrap();
    let place = format!("/bo-tieu-chi/{}", Id::from(set));
    for page in [format!("{place}/gop-y"), place] {
        let (status, html) = served.page(Some(&cast.consulted.officer), &page).await;
        assert!(status == 200 && html.contains("Xem được khi ban hành"), "{page}: {html}");
        assert!(!html.contains("đã trả lời 1/2"), "how many have answered is told by the answers: {html}");
        let (_, html) = served.page(Some(&cast.managing.officer), &page).await;
        assert!(html.contains("đã trả lời 1/2") && !html.contains("Xem được khi ban hành"), "{page}: {html}");
    }
    let set = story.criteria_set(story.list_entry("Nền tảng ban hành", 5).await.unwrap(), 3).await.unwrap();
    let (_, html) = served.page(Some(&cast.consulted.officer), &format!("/bo-tieu-chi/{}/gop-y", Id::from(set))).await;
    assert!(html.contains("đã trả lời 2/2") && !html.contains("Xem được khi ban hành"), "the final table: {html}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_letter_says_to_whom_it_goes_and_about_what_and_can_be_printed_by_those_who_sign_it() {
    let served = Served::new().await;
    let (story, cast) = (served.world.story(), &served.world.cast);
    let entry: Id = story.list_entry("Nền tảng có công văn", 1).await.unwrap().into();
    let officer = &cast.managing.officer;
    let (status, place) = served.send_form(officer, &format!("/de-xuat/{entry}/van-ban/submissions"), &[]).await;
    assert!(status == 303, "{status} {place}");
    let (_, html) = served.page(Some(officer), &format!("{place}/cong-van")).await;
    assert!(html.contains("Gửi đề xuất: Nền tảng có công văn"), "{html}");
    let chosen = format!("value=\"{}\" selected", cast.keeper.org);
    assert!(html.contains(&chosen), "the focal agency receives it: {html}");
    // What would be refused is told at the last look, not after it, and in words.
    let draft = story.list_entry("Nền tảng thiếu tệp", 1).await.unwrap();
    let ids = [entry.to_string(), Id::from(draft).to_string()];
    let (status, html) = served.send_form(officer, LETTER, &[("chon", &ids[0]), ("chon", &ids[1])]).await;
    assert_eq!(status, 303, "{html}");
    // A letter as it was frozen, for those who take it through its steps.
    let acts = vec![(Id::from(draft), story.proposal("Nền tảng thiếu tệp").into())];
    let until = ndp_cli::demo::story::Until::Submitted;
    let paper: Id = story.paper(&cast.managing, "Đề xuất bổ sung", acts, until).await.unwrap().into();
    for who in [&cast.managing.unit_head, &cast.managing.form_checker, &cast.managing.signer] {
        let (status, html) = served.page(Some(who), &format!("/van-ban/{paper}/ban-in")).await;
        assert!(status == 200 && html.contains("V/v đề xuất bổ sung") && html.contains("Kính gửi"), "{html}");
        assert!(html.contains("Nhu cầu mẫu để minh họa quy trình."), "what is signed can be read: {html}");
    }
    for who in [&cast.keeper.signer, &cast.applicant] {
        assert_eq!(served.page(Some(who), &format!("/van-ban/{paper}/ban-in")).await.0, 404);
    }
    // The one who has to initial it is told so.
    let (_, html) = served.page(Some(&cast.managing.unit_head), "/viec").await;
    assert!(html.contains("Đề xuất bổ sung"), "{html}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_takes_effect_by_a_paper_is_work_of_those_who_draft_it() {
    let served = Served::new().await;
    let (story, cast) = (served.world.story(), &served.world.cast);
    let entry = story.list_entry("Nền tảng đã phân công", 4).await.unwrap();
    let (_, html) = served.page(Some(&cast.keeper.officer), "/viec").await;
    assert!(html.contains("Soạn quyết định hoặc công văn bổ sung vào Danh mục") && html.contains("Nền tảng đã phân công"), "{html}");
    let (_, html) = served.page(Some(&cast.keeper.signer), "/viec").await;
    assert!(!html.contains("Nền tảng đã phân công"), "there is nothing to sign yet: {html}");
    // The focal agency's own people see their paper step by step.
    let list = list_entry::Command::List { managing: cast.managing.org, overlap_explained: None };
    let until = ndp_cli::demo::story::Until::Submitted;
    story.paper(&cast.keeper, "Bổ sung vào Danh mục số 1", vec![(entry.into(), list.into())], until).await.unwrap();
    let (_, html) = served.page(Some(&cast.keeper.unit_head), "/viec").await;
    assert!(html.contains("Ký nháy") && html.contains("Bổ sung vào Danh mục số 1"), "{html}");
    let (_, html) = served.page(Some(&cast.managing.unit_head), "/viec").await;
    assert!(!html.contains("Bổ sung vào Danh mục số 1"), "{html}");
    // The paper is on its way: it is nobody's to draft again, and its record leads to it.
    let (_, html) = served.page(Some(&cast.keeper.officer), "/viec").await;
    assert!(!html.contains("Soạn quyết định hoặc công văn bổ sung"), "{html}");
    let (_, html) = served.page(Some(&cast.keeper.officer), &format!("/de-xuat/{}", Id::from(entry))).await;
    assert!(html.contains("Mở văn bản đang xử lý: Bổ sung vào Danh mục"), "{html}");
    // A case officer is an officer.
    let waiting = story.list_entry("Nền tảng chờ phân công", 3).await.unwrap();
    let (_, html) = served.page(Some(&cast.keeper.unit_head), &format!("/de-xuat/{}/assignments", Id::from(waiting))).await;
    assert!(html.contains(&cast.keeper.officer.account.to_string()), "{html}");
    for other in [&cast.keeper.signer, &cast.keeper.records, &cast.administrator] {
        assert!(!html.contains(&other.account.to_string()), "{html}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_that_was_not_sent_is_not_found_by_its_code() {
    let served = Served::new().await;
    let story = served.world.story();
    let entry = story.list_entry("Nền tảng thử", 5).await.unwrap();
    let set = story.criteria_set(entry, 3).await.unwrap();
    let (dossier, _) = story.dossier("Sản phẩm chưa gửi", entry, set).await.unwrap();
    let loaded = served.world.engine.store.load_one(dossier.into()).await.unwrap().unwrap();
    let Some(code) = loaded.neighbour.whole.state.view().code else { panic!("a dossier has its code from the start") };
    let (status, html) = served.page(None, &format!("/tra-cuu?ma={code}")).await;
    assert!(status == 200 && !html.contains("Sản phẩm chưa gửi"), "{html}");
    story.hand_in(dossier, Some((3, 4)), 2).await.unwrap();
    let (_, html) = served.page(None, &format!("/tra-cuu?ma={code}")).await;
    assert!(html.contains("Sản phẩm chưa gửi"), "{html}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_coordinating_unit_sends_many_proposals_by_one_letter() {
    let served = Served::new().await;
    let coordinator = served.world.cast.others.iter().find(|p| p.duty == ndp_domain::authority::Duty::ManagingCoordinator).unwrap();
    let rows = [["Nền tảng A mẫu", "", "Cần cho A.", "", "", ""], ["Nền tảng B mẫu", "", "Cần cho B.", "", "", ""]];
    let (status, place) = served.send_file(coordinator, FROM_FILE, "de-xuat.xlsx", sheet(&rows)).await;
    assert!(status == 303 && place.starts_with(LETTER), "{place}");
    let (_, html) = served.page(Some(coordinator), &place).await;
    let ids: Vec<String> = html.split("value=\"list_").skip(1).map(|s| format!("list_{}", s.split('"').next().unwrap())).collect();
    assert_eq!(ids.len(), 2, "{html}");
    let (status, place) = served.send_form(coordinator, LETTER, &[("chon", &ids[0]), ("chon", &ids[1])]).await;
    assert!(status == 303 && place.ends_with("/noi-dung"), "{status} {place}");
    let (status, html) = served.page(Some(coordinator), &place).await;
    assert!(status == 200 && html.contains("Cần cho A.") && html.contains("Cần cho B."), "{html}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_units_draft_is_handed_over_and_goes_by_the_coordinating_units_letter() {
    let served = Served::new().await;
    let cast = &served.world.cast;
    let story = served.world.story();
    let coordinator = cast.others.iter().find(|p| p.duty == ndp_domain::authority::Duty::ManagingCoordinator).unwrap();
    let kept = Id::from(story.list_entry("Nền tảng giữ lại", 1).await.unwrap());
    let given = Id::from(story.list_entry("Nền tảng chuyển đi", 1).await.unwrap());
    let place = format!("/de-xuat/{given}/handovers");
    let (status, html) = served.send_form(&cast.managing.officer, &place, &[]).await;
    assert!(status == 422 && html.contains("chưa khai báo đơn vị đầu mối"), "{status} {html}");
    let unit = Unit {
        code: Text::new("van-phong").unwrap(),
        name_vi: Text::new("Văn phòng Bộ").unwrap(),
        name_en: None,
        coordinating: true,
        from: None,
        to: None,
    };
    story.act(&cast.administrator, cast.managing.org, organisation::Command::RecordUnit { unit }).await.unwrap();
    // A unit's drafts are its own.
    assert_eq!(served.page(Some(coordinator), &format!("/de-xuat/{given}")).await.0, 404);
    let (_, html) = served.page(Some(&cast.managing.officer), &format!("/de-xuat/{given}")).await;
    assert!(html.contains("Chuyển đơn vị đầu mối tổng hợp"), "{html}");
    // The unit has begun a letter of its own: what was typed there goes along, and that letter is given up.
    let (_, letter) = served.send_form(&cast.managing.officer, &format!("/de-xuat/{given}/van-ban/submissions"), &[]).await;
    let need = [("/0/proposal/need", "Cần một nơi họp chung cho các bộ.")];
    let letter = letter.split('?').next().unwrap().to_owned();
    let (status, html) = served.send_form(&cast.managing.officer, &format!("{letter}/nhu-cau"), &need).await;
    assert!(status < 500, "{status} {html}");
    let (status, to) = served.send_form(&cast.managing.officer, &place, &[]).await;
    assert_eq!(status, 303, "{to}");
    let own: Id = letter.split('/').nth(2).unwrap().parse().unwrap();
    let own = served.world.engine.store.load_one(own).await.unwrap().unwrap();
    assert_eq!(own.neighbour.whole.state.stage(), "D.void");
    assert_eq!(served.world.engine.store.draft(given).await.unwrap()["need"].value, "\"Cần một nơi họp chung cho các bộ.\"");
    let (_, html) = served.page(Some(&cast.managing.officer), &format!("/de-xuat/{given}")).await;
    assert!(!html.contains("/handovers"), "it is handed over once: {html}");
    let (_, html) = served.page(Some(coordinator), LETTER).await;
    assert!(html.contains(&given.to_string()) && !html.contains(&kept.to_string()), "{html}");
    assert_eq!(served.page(Some(coordinator), &format!("/de-xuat/{kept}")).await.0, 404);
    let chosen = given.to_string();
    let (status, place) = served.send_form(coordinator, LETTER, &[("chon", &chosen)]).await;
    assert!(status == 303 && place.ends_with("/noi-dung"), "{status} {place}");
    let (status, html) = served.page(Some(coordinator), &place).await;
    assert!(status == 200 && html.contains("Nền tảng chuyển đi"), "{status} {html}");
    let (_, html) = served.page(Some(coordinator), &format!("{place}/nhu-cau")).await;
    assert!(html.contains("Cần một nơi họp chung cho các bộ."), "what the unit wrote is not written again: {html}");
    // The unit that wrote it still reads its draft and what was done with it.
    let (_, html) = served.page(Some(&cast.managing.officer), &format!("/de-xuat/{given}/lich-su")).await;
    assert!(html.contains("chuyển dự thảo cho đơn vị đầu mối tổng hợp"), "{html}");
    served.sound().await;
}
