//! Pages without a browser: every form of every act in both languages, with nothing and with extreme texts;
//! no key of a text shows through, nothing is inline, and what is sent by strangers is refused.

use ndp_domain::acts::ActId;
use ndp_domain::id::Kind;
use ndp_engine::orders;
use ndp_server::Settings;
use ndp_server::settings::Branding;
use ndp_store::lists::{Filter, Order};
use ndp_tests::World;
use ndp_tests::served::{Served, policy, wide};
use ndp_web::frame::slug;
use std::io::Read as _;

/// Keys of texts that show where a text is missing.
fn bare_key(html: &str) -> Option<&str> {
    let families = ["web-", "field-", "choice-", "kind-", "kinds-", "hint-", "duty-"];
    let words = html.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'));
    // Classes and ids begin so too; a key stands between tags.
    let between: Vec<&str> = words.filter(|w| families.iter().any(|f| w.starts_with(f))).collect();
    between.into_iter().find(|w| html.contains(&format!(">{w}<")) || html.contains(&format!(">{w} <")))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_form_is_drawn_in_both_languages_and_bears_extreme_texts() {
    let served = Served::new().await;
    let cast = &served.world.cast;
    let people = [&cast.managing.officer, &cast.managing.records, &cast.applicant, &cast.keeper.signer, &cast.administrator];
    let long = "Nền%20tảng%20".repeat(40);
    let mut drawn = 0;
    for form in orders::all().iter().filter(|f| f.opens) {
        let noun = if form.noun.is_empty() { "mo" } else { form.noun };
        for who in people {
            for prefix in ["", "/en"] {
                for query in [String::new(), format!("?name={long}&title={long}&note=%3Cscript%3Ealert(1)%3C/script%3E")] {
                    let path = format!("{prefix}/{}/moi/{noun}{query}", slug(form.kind));
                    let (status, html) = served.page(Some(who), &path).await;
                    assert!(matches!(status, 200 | 403 | 404), "{path}: {status}");
                    assert_eq!(bare_key(&html), None, "{path}");
                    assert!(!html.contains("<script>") && !html.contains(" style="), "{path}");
                    drawn += usize::from(status == 200);
                }
            }
        }
    }
    assert!(drawn > 300, "{drawn} forms");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_may_see_has_one_answer_and_signing_in_comes_first() {
    let served = Served::new().await;
    let entry = served.world.story().list_entry("Nền tảng kín", 1).await.unwrap();
    let (nobody, _) = served.page(None, "/viec").await;
    assert_eq!(nobody, 401);
    let hidden = served.page(Some(&served.world.cast.keeper.signer), &format!("/de-xuat/{entry}")).await;
    let absent = served.page(Some(&served.world.cast.keeper.signer), "/de-xuat/list_00000000000070008000000000000000").await;
    assert_eq!((hidden.0, absent.0), (404, 404));
    // Address and incident code apart, the pages are the same.
    let plain = |html: String, id: &str| html.replace(id, "");
    assert_eq!(plain(hidden.1, &entry.to_string()), plain(absent.1, "list_00000000000070008000000000000000"));
    for odd in ["/de-xuat/%00", "/de-xuat?q=%00", "/de-xuat?after=!!", "/?from=-1", "/de-xuat/moi/khong-co", "/xyz/abc", "/en/xyz"] {
        let (status, html) = served.page(Some(&served.world.cast.managing.officer), odd).await;
        assert!((400..500).contains(&status) && html.contains("<h1>"), "{odd}: {status}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enterprise_follows_its_application_by_code_without_signing_in() {
    let served = Served::new().await;
    let story = served.world.story();
    let entry = story.list_entry("Nền tảng thử", 5).await.unwrap();
    let set = story.criteria_set(entry, 3).await.unwrap();
    let (dossier, _) = story.dossier("Sản phẩm theo dõi", entry, set).await.unwrap();
    story.hand_in(dossier, Some((3, 4)), 2).await.unwrap();
    let loaded = served.world.engine.store.load_one(dossier.into()).await.unwrap().unwrap();
    let code = loaded.neighbour.whole.state.view().code.unwrap();
    let (status, html) = served.page(None, &format!("/tra-cuu?ma={}", code.to_lowercase())).await;
    assert!(status == 200 && html.contains("Sản phẩm theo dõi") && html.contains("77/ĐN"), "{html}");
    let (status, html) = served.page(None, "/tra-cuu?ma=0000000000").await;
    assert!(status == 200 && html.contains("Không tìm thấy hồ sơ 0000000000"), "{html}");
}

/// A platform recognised as national, and its dossier.
async fn recognised(served: &Served) -> ndp_domain::id::DossierId {
    let story = served.world.story();
    let entry = story.list_entry("Nền tảng thử", 5).await.unwrap();
    let set = story.criteria_set(entry, 3).await.unwrap();
    let (dossier, product) = story.dossier("Sản phẩm công bố", entry, set).await.unwrap();
    story.hand_in(dossier, Some((3, 4)), 4).await.unwrap();
    let body = story.body("Hội đồng thử", Some(product), 3).await.unwrap();
    story.evaluate(dossier, body, &[], None, 4).await.unwrap();
    let publication = story.decide(dossier, ActId::E22).await.unwrap().unwrap();
    story.publish(publication, 2).await.unwrap();
    dossier
}

#[tokio::test(flavor = "multi_thread")]
async fn the_found_part_of_the_list_is_downloaded_as_csv_xlsx_and_json() {
    let served = Served::new().await;
    recognised(&served).await;
    let get = async |path: &str| {
        let answer = served.client.get(format!("{}{path}", served.base)).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        let name = answer.headers()["content-disposition"].to_str().unwrap().to_owned();
        assert!(name.starts_with("attachment; filename=\"nen-tang-so-"), "{name}");
        answer.bytes().await.unwrap()
    };
    let (_, html) = served.page(None, "/?order=since").await;
    assert!(html.contains("aria-sort=\"descending\"") && !html.contains("aria-sort=\"ascending\""), "{html}");
    let json: serde_json::Value = serde_json::from_slice(&get("/nen-tang.json?q=cong+bo&order=since").await).unwrap();
    let items = json["items"].as_array().unwrap();
    assert!(items.iter().any(|i| i["status"] == "Nền tảng số quốc gia"), "{json}");
    let none: serde_json::Value = serde_json::from_slice(&get("/nen-tang.json?q=khong+co+dau").await).unwrap();
    assert_eq!(none["items"].as_array().unwrap().len(), 0, "the filter holds for files too");
    let csv = String::from_utf8(get("/en/nen-tang.csv?q=cong+bo").await.to_vec()).unwrap();
    assert!(csv.starts_with("\u{feff}Id,Name,") && csv.lines().count() == items.len() + 1, "{csv}");
    let book = get("/nen-tang.xlsx?q=cong+bo").await;
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(book.to_vec())).unwrap();
    let mut texts = String::new();
    zip.by_name("xl/sharedStrings.xml").unwrap().read_to_string(&mut texts).unwrap();
    assert!(texts.contains("Cơ quan chủ quản") && texts.contains(items[0]["name"].as_str().unwrap()), "{texts}");
    let annex = word(&get("/nen-tang.docx?q=cong+bo").await);
    assert!(annex.contains("w:orient=\"landscape\"") && annex.contains("<w:tblHeader />"), "{annex}");
    assert!(annex.contains(items[0]["name"].as_str().unwrap()) && annex.contains("Danh sách nền tảng số đang công bố"), "{annex}");
    assert_eq!(annex.matches("<w:tr>").count() + annex.matches("<w:tr ").count(), items.len() + 1, "a head and a row for each");
}

/// The body of a Word file.
pub(crate) fn word(file: &[u8]) -> String {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(file.to_vec())).unwrap();
    let mut text = String::new();
    zip.by_name("word/document.xml").unwrap().read_to_string(&mut text).unwrap();
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proposal_is_a_list_of_topics_that_opens_its_last_step_when_all_are_done() {
    let served = Served::new().await;
    let (story, cast) = (served.world.story(), &served.world.cast);
    let entry = story.list_entry("Nền tảng theo phần", 1).await.unwrap();
    let officer = &cast.managing.officer;
    let submit = story.proposal("Nền tảng theo phần");
    let acts = vec![(entry.into(), submit.into())];
    let paper = story.paper(&cast.managing, "Đề xuất", acts, ndp_cli::demo::story::Until::Draft).await.unwrap();
    let place = format!("/van-ban/{paper}/noi-dung");
    let (status, html) = served.page(Some(officer), &place).await;
    assert_eq!(status, 200, "{html}");
    // Name and letter are known; the rest is not begun, so nothing can be sent yet.
    assert!(html.contains("Đã xong 2 trên 6 phần") && html.contains("Mở khi cả 6 phần hoàn thành"), "{html}");
    let (_, html) = served.page(Some(officer), &format!("{place}/kiem-tra")).await;
    assert!(html.contains("Đã xong 2 trên 6 phần") && !html.contains("value=\"submit\""), "{html}");
    for (topic, field) in [("nhu-cau", "/0/proposal/need"), ("pham-vi", "/0/proposal/scope"), ("cong-van", "/p/subject")] {
        let (status, html) = served.page(Some(officer), &format!("{place}/{topic}")).await;
        assert!(status == 200 && html.contains(&format!("name=\"{field}\"")), "{topic}: {html}");
        assert_eq!(html.matches("name=\"/0/").count() > 0, topic != "cong-van", "{topic} shows its own fields and no others");
    }
    assert_eq!(served.page(Some(officer), &format!("{place}/khong-co")).await.0, 404);
    assert_eq!(served.page(Some(&cast.others[0]), &place).await.0, 404, "a draft is its unit's");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_reads_their_own_sheet_again_and_nobody_elses() {
    let served = Served::new().await;
    let (story, cast) = (served.world.story(), &served.world.cast);
    let (dossier, _) = served.world.open_round().await;
    let [first, second] = [&cast.evaluators[0], &cast.evaluators[1]];
    let text = story.sheet_text(&["G2.1"]);
    let submit = ndp_domain::sheet::Command::Submit { dossier, member: first.account, text };
    story.act(first, ndp_domain::id::SheetId(served.world.engine.id()), submit).await.unwrap();
    let place = format!("/ho-so/{}/phieu", ndp_domain::id::Id::from(dossier));
    let (status, html) = served.page(Some(first), &place).await;
    assert!(status == 200 && html.contains("Kết quả tôi đã nộp") && html.contains("Không đạt"), "{html}");
    let (status, html) = served.page(Some(second), &place).await;
    assert!(status == 200 && !html.contains("Kết quả tôi đã nộp"), "{html}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_member_asks_to_be_made_clear_reaches_the_secretary_and_nobody_learns_who_asked() {
    let served = Served::new().await;
    let cast = &served.world.cast;
    let (dossier, _) = served.world.open_round().await;
    let member = &cast.evaluators[0];
    let record = format!("/ho-so/{}", ndp_domain::id::Id::from(dossier));
    let place = format!("{record}/phieu");
    let (_, html) = served.page(Some(member), &place).await;
    let of =
        |html: &str, name: &str| html.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap().split('"').next().unwrap().to_owned();
    let code = of(&html, "code");
    let question = "Chưa rõ số liệu của năm nào";
    let fields = [("_draft", of(&html, "_draft")), ("code", code.clone())];
    let mut form: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    form.extend([("mark", "ask"), ("reason", question), ("_do", "next")]);
    let wordless: Vec<(&str, &str)> = form.iter().copied().filter(|(name, _)| *name != "reason").collect();
    let (status, html) = served.send_form(member, &place, &wordless).await;
    assert!(status == 422 && html.contains("Nêu nội dung cần làm rõ"), "{status} {html}");
    // What was chosen is kept; the version on the page is the one to go on from.
    let version = of(&html, "_draft");
    form.iter_mut().filter(|(name, _)| *name == "_draft").for_each(|(_, value)| *value = &version);
    assert_eq!(served.send_form(member, &place, &form).await.0, 303);
    let (_, html) = served.page(Some(&cast.secretary), "/viec").await;
    assert!(html.contains(&format!("href=\"{record}\"")) && html.contains("Đề nghị làm rõ"), "{html}");
    let (status, html) = served.page(Some(&cast.secretary), &record).await;
    assert!(status == 200 && html.contains("Thành viên đề nghị làm rõ") && html.contains(question) && html.contains(&code), "{html}");
    for other in [&cast.chair, &cast.evaluators[1], &cast.managing.officer, &cast.applicant] {
        assert!(!served.page(Some(other), &record).await.1.contains(question), "{:?}", other.duty);
    }
    // The letter to the applicant begins with it.
    let (status, _) = served.send_form(&cast.secretary, &format!("{record}/van-ban/clarification-requests"), &[]).await;
    assert_eq!(status, 303);
    let filter = Filter { kind: Some(Kind::Document), stages: vec!["D.draft".to_owned()], ..Filter::default() };
    let scope = served.world.engine.scope(&ndp_tests::reader(&cast.secretary));
    let drafts = served.world.engine.store.list(&scope, &filter, Order::Updated, None, 5).await.unwrap();
    let (status, html) = served.page(Some(&cast.secretary), &format!("/van-ban/{}/noi-dung", drafts[0].id)).await;
    assert!(status == 200 && html.contains(question), "{status} {html}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mark_without_its_reason_is_not_done_and_the_way_leads_to_its_line() {
    let served = Served::new().await;
    let cast = &served.world.cast;
    let (dossier, _) = served.world.open_round().await;
    let member = &cast.evaluators[0];
    let place = format!("/ho-so/{}/phieu", ndp_domain::id::Id::from(dossier));
    let (_, html) = served.page(Some(member), &place).await;
    let of =
        |html: &str, name: &str| html.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap().split('"').next().unwrap().to_owned();
    let code = of(&html, "code");
    let fields = [("_proof", of(&html, "_proof")), ("_key", of(&html, "_key")), ("_draft", of(&html, "_draft")), ("code", code.clone())];
    let mut form: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    form.extend([("mark", "not_met"), ("_do", "next")]);
    let (status, html) = served.send_form(member, &place, &form).await;
    assert!(status == 422 && html.contains("Nhập lý do không đạt"), "{html}");
    let (_, html) = served.page(Some(member), &place).await;
    assert_eq!(of(&html, "code"), code, "the sheet opens where something is missing");
    assert!(html.contains("Thiếu lý do") && html.contains(">0/"), "{html}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sheet_is_looked_at_once_more_and_only_a_whole_one_goes() {
    let served = Served::new().await;
    let cast = &served.world.cast;
    let (dossier, _) = served.world.open_round().await;
    let member = &cast.evaluators[0];
    let place = format!("/ho-so/{}/phieu", ndp_domain::id::Id::from(dossier));
    let check = format!("{place}/kiem-tra");
    let of =
        |html: &str, name: &str| html.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap().split('"').next().unwrap().to_owned();
    let (status, html) = served.page(Some(member), &check).await;
    assert!(
        status == 200 && html.contains("Chưa đánh giá") && html.contains("Đánh giá tiếp") && !html.contains("value=\"submit\""),
        "{html}"
    );
    let (status, html) = served.send_form(member, &place, &[("_do", "submit")]).await;
    assert!(status == 422 && html.contains("chưa đánh giá"), "what is open is named: {html}");
    // Line after line, each opened by itself; the last leads to the last look.
    let mut led = String::new();
    for _ in 0..60 {
        let (_, html) = served.page(Some(member), &place).await;
        let (code, draft) = (of(&html, "code"), of(&html, "_draft"));
        let fields = [("_draft", draft.as_str()), ("code", &code), ("mark", "met"), ("reason", "Đã xem hệ thống."), ("_do", "next")];
        led = served.send_form(member, &place, &fields).await.1;
        if led == check {
            break;
        }
    }
    assert_eq!(led, check);
    let (_, html) = served.page(Some(member), &check).await;
    assert!(html.contains("Đã xem hệ thống.") && !html.contains("Chưa đánh giá"), "{html}");
    let (status, _) = served.send_form(member, &place, &[("_do", "submit")]).await;
    assert_eq!(status, 303);
    let (_, html) = served.page(Some(member), &place).await;
    assert!(html.contains("Kết quả tôi đã nộp"), "{html}");
    let (_, html) = served.page(Some(&cast.evaluators[1]), &check).await;
    assert!(!html.contains("Đã xem hệ thống."), "another's sheet stays theirs");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_asks_an_enterprise_for_nothing_that_the_system_knows() {
    let served = Served::new().await;
    let (story, cast) = (served.world.story(), &served.world.cast);
    let entry = story.list_entry("Nền tảng mở hồ sơ", 5).await.unwrap();
    let set = ndp_domain::id::Id::from(story.criteria_set(entry, 3).await.unwrap());
    let place = format!("/ho-so/moi/mo?entry={}&set={set}", ndp_domain::id::Id::from(entry));
    let (status, html) = served.page(Some(&cast.applicant), &place).await;
    assert_eq!(status, 200, "{html}");
    for carried in ["/code", "/entry", "/set", "/product/new/record/code", "/product/new/record/owner", "/product/new/record/sample"] {
        assert!(html.contains(&format!("<input type=\"hidden\" name=\"{carried}\" value=\"")), "{carried}: {html}");
    }
    assert!(html.contains("Thông tin khác, nếu có"), "what few have stands folded: {html}");
    let of = |name: &str| html.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap().split('"').next().unwrap().to_owned();
    let carried = ["/code", "/entry", "/set", "/product/new/id", "/product/new/record/code", "/product/new/record/owner"];
    let known: Vec<(&str, String)> = carried.iter().map(|name| (*name, of(name))).collect();
    let mut form: Vec<(&str, &str)> = known.iter().map(|(name, value)| (*name, value.as_str())).collect();
    form.extend([("/product:", "new"), ("/product/new/record/sample", "false"), ("/product/new/record/ownership", "enterprise")]);
    form.extend([("/product/new/record/kind", "platform"), ("_do", "send")]);
    // What is wrong is told with everything still in its place.
    let (status, html) = served.send_form(&cast.applicant, &place, &form).await;
    assert!(status == 422 && html.contains(&format!("name=\"/set\" value=\"{set}\"")), "{status} {html}");
    form.push(("/product/new/record/name_vi", "Nền tảng của doanh nghiệp"));
    let (status, led) = served.send_form(&cast.applicant, &place, &form).await;
    assert!(status == 303 && led.contains("/ho-so/dos_"), "{status} {led}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enterprise_answers_what_it_was_asked_point_by_point() {
    use ndp_domain::dossier::Command as E;
    let served = Served::new().await;
    let (story, cast) = (served.world.story(), &served.world.cast);
    let entry = story.list_entry("Nền tảng bổ sung", 5).await.unwrap();
    let set = story.criteria_set(entry, 3).await.unwrap();
    let (dossier, _) = story.dossier("Sản phẩm", entry, set).await.unwrap();
    story.hand_in(dossier, Some((3, 4)), 3).await.unwrap();
    let point =
        |number, text: &str| ndp_domain::supplement::Point { number, text: ndp_domain::text::Text::new(text).unwrap(), raised_by: None };
    let points = vec![point(1, "Bổ sung sơ đồ kiến trúc."), point(2, "Bổ sung số liệu.")];
    let ask = E::AskSupplement { points };
    story.paper(&cast.managing, "Đề nghị bổ sung", vec![(dossier.into(), ask.into())], ndp_cli::demo::story::Until::Issued).await.unwrap();
    let place = format!("/ho-so/{}", ndp_domain::id::Id::from(dossier));
    let (_, html) = served.page(Some(&cast.applicant), &place).await;
    assert!(html.contains("Bổ sung sơ đồ kiến trúc."), "what is asked can be read: {html}");
    let form = format!("{place}/supplements");
    let (_, html) = served.page(Some(&cast.applicant), &form).await;
    assert!(html.contains("1. Bổ sung sơ đồ kiến trúc.") && html.contains("name=\"/answers/2/explained/text\""), "{html}");
    let answers = [
        ("/answers/1:", "explained"),
        ("/answers/1/explained/text", "Sơ đồ ở trang 3."),
        ("/answers/2:", "explained"),
        ("/answers/2/explained/text", "Số liệu ở trang 5."),
        ("_do", "send"),
    ];
    let (status, led) = served.send_form(&cast.applicant, &form, &answers).await;
    assert_eq!(status, 303, "{led}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declaration_begun_from_a_body_names_the_body() {
    let served = Served::new().await;
    let cast = &served.world.cast;
    let body = served.world.story().body("Hội đồng thử", None, 2).await.unwrap();
    let id = ndp_domain::id::Id::from(body);
    let (status, html) = served.page(Some(&cast.evaluators[0]), &format!("/ke-khai/moi/mo?body={id}")).await;
    assert_eq!(status, 200, "{html}");
    assert!(html.contains(&format!("<input type=\"hidden\" name=\"/body\" value=\"{id}\">")) && html.contains("Hội đồng thử"), "{html}");
    // A body that nobody knows of is no name.
    let other = ndp_domain::id::BodyId(served.world.engine.id());
    let (_, html) = served.page(Some(&cast.evaluators[0]), &format!("/ke-khai/moi/mo?body={}", ndp_domain::id::Id::from(other))).await;
    assert!(!html.contains("name=\"/body\" value"), "{html}");
}

#[tokio::test(flavor = "multi_thread")]
async fn comments_stand_beside_responses_for_those_who_took_part() {
    let served = Served::new().await;
    let (story, cast) = (served.world.story(), &served.world.cast);
    let entry = story.list_entry("Nền tảng thử", 5).await.unwrap();
    let set = story.criteria_set(entry, 3).await.unwrap();
    let place = format!("/bo-tieu-chi/{}/gop-y", ndp_domain::id::Id::from(set));
    let (status, html) = served.page(Some(&cast.managing.officer), &place).await;
    assert!(status == 200 && html.contains("Tiếp thu, giải trình"), "{html}");
    assert!(html.matches("/gop-y/").count() >= 1, "each opinion leads to its record: {html}");
    assert_eq!(served.page(Some(&cast.applicant), &place).await.0, 404, "an enterprise sees what is in force, not who said what");
}

#[tokio::test(flavor = "multi_thread")]
async fn minutes_and_fee_list_are_drawn_from_the_record_for_those_who_see_it_whole() {
    let served = Served::new().await;
    let dossier = recognised(&served).await;
    let cast = &served.world.cast;
    let place = format!("/ho-so/{}/bien-ban", ndp_domain::id::Id::from(dossier));
    let (status, html) = served.page(Some(&cast.managing.officer), &place).await;
    assert!(status == 200 && html.contains("BIÊN BẢN") && html.contains("THƯ KÝ") && html.contains("lang=\"vi\""), "{html}");
    assert_eq!(html.matches("<td>Đạt</td>").count(), 9, "a row for each line that is decided by its result");
    assert_eq!(served.page(None, &place).await.0, 401);
    assert_eq!(served.page(Some(&cast.applicant), &place).await.0, 404);
    let loaded = served.world.engine.store.load_one(dossier.into()).await.unwrap().unwrap();
    let ndp_domain::machine::State::Dossier(d) = &loaded.neighbour.whole.state else { panic!() };
    let body = ndp_domain::id::Id::from(d.rounds[0].body);
    let (status, html) = served.page(Some(&cast.managing.officer), &format!("/danh-gia/{body}/chi-tra")).await;
    assert!(status == 200 && html.contains("DANH SÁCH CHI TRẢ THÙ LAO") && html.contains("Chủ tịch"), "{html}");
    assert_eq!(served.page(Some(&cast.applicant), &format!("/danh-gia/{body}/chi-tra")).await.0, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deployment_bears_its_own_name_and_emblem() {
    let branding = Branding {
        agency: "Cơ quan thử".to_owned(),
        agency_en: "Test agency".to_owned(),
        agency_short: "CQT".to_owned(),
        contact: "1900 0000".to_owned(),
        product: "Cổng thử".to_owned(),
        product_en: String::new(),
        official: true,
        emblem: std::path::PathBuf::new(),
        picture: Some((b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>"[..].into(), "image/svg+xml")),
    };
    let served = Served::with(World::new().await, Settings { branding: branding.into(), ..wide() }, policy()).await;
    let (_, html) = served.page(None, "/").await;
    assert!(html.contains("Cơ quan thử") && html.contains("CQT") && html.contains("– Cổng thử</title>"), "{html}");
    assert!(html.contains("Hỗ trợ: 1900 0000"), "{html}");
    let (_, guide) = served.page(None, "/huong-dan").await;
    assert!(guide.contains("liên hệ 1900 0000") && guide.contains("href=\"/mat-khau/quen\""), "{guide}");
    assert!(!html.contains("không phải cổng thông tin chính thức") && html.contains("src=\"/static/emblem\""), "{html}");
    let (_, html) = served.page(None, "/en/").await;
    assert!(html.contains("Test agency") && html.contains("Cổng thử"), "{html}");
    let emblem = served.client.get(format!("{}/static/emblem", served.base)).send().await.unwrap();
    assert_eq!(emblem.headers()["content-type"], "image/svg+xml");
    let (_, plain) = Served::new().await.page(None, "/").await;
    assert!(plain.contains("Chưa khai báo cơ quan vận hành") && plain.contains("không phải cổng thông tin chính thức"), "{plain}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_previews_a_version_and_a_calendar_and_nothing_is_written() {
    let served = Served::new().await;
    recognised(&served).await;
    let (cast, place) = (&served.world.cast, "/quan-tri/xem-truoc");
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("config");
    let toml = std::fs::read_to_string(root.join("regulations/1230-2023.toml")).unwrap();
    let before = served.world.engine.store.feed_end().await.unwrap();
    let (status, html) = served.send_file(&cast.administrator, place, "ban-moi.toml", &toml).await;
    assert!(status == 200 && html.contains("Giữ được công nhận") && html.contains("của 1 nền tảng"), "{status} {html}");
    // A threshold that nobody meets: the one recognised falls.
    let (_, html) = served.send_file(&cast.administrator, place, "ban-moi.toml", &toml.replace("numerator = 50", "numerator = 99")).await;
    let fallen = html.split("Không còn đạt").nth(1).unwrap();
    assert!(fallen.contains(">1</td>"), "{fallen}");
    let (status, html) = served.send_file(&cast.administrator, place, "sai.toml", "id = 5\n").await;
    assert!(status == 422 && html.contains("Dòng 1"), "{status} {html}");
    let csv = std::fs::read_to_string(root.join("data/holidays.csv")).unwrap();
    let (status, html) = served.send_file(&cast.administrator, place, "holidays.csv", &csv).await;
    assert!(status == 200 && html.contains(", 0 hạn sẽ dời"), "the calendar in use moves nothing: {html}");
    let (status, _) = served.send_file(&cast.administrator, place, "la.docx", "x").await;
    assert_eq!(status, 422);
    assert_eq!(served.page(Some(&cast.managing.officer), place).await.0, 403);
    assert_eq!(served.world.engine.store.feed_end().await.unwrap(), before);
}

/// The longest name that is taken, with signs that would break markup.
fn extreme() -> String {
    let mut name = "<b>&\"'</b> Nền-tảng-không-có-chỗ-ngắt-dòng-dài-vô-cùng ".repeat(6);
    name.truncate(name.char_indices().nth(280).map_or(name.len(), |(at, _)| at));
    name.trim().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_of_a_dossier_bears_extreme_names_in_both_languages() {
    let served = Served::new().await;
    let (story, cast) = (served.world.story(), &served.world.cast);
    let name = extreme();
    let entry = story.list_entry(&name, 5).await.unwrap();
    let set = story.criteria_set(entry, 4).await.unwrap();
    let (dossier, product) = story.dossier(&name, entry, set).await.unwrap();
    story.hand_in(dossier, Some((999_999_999_999, 1_999_999_999_998)), 4).await.unwrap();
    let body = story.body(&name, Some(product), 3).await.unwrap();
    story.evaluate(dossier, body, &[], None, 4).await.unwrap();
    let publication = story.decide(dossier, ActId::E22).await.unwrap().unwrap();
    story.publish(publication, 2).await.unwrap();
    let draft = story.list_entry(&name, 1).await.unwrap();
    let acts = vec![(draft.into(), story.proposal(&name).into())];
    let paper = story.paper(&cast.managing, &name, acts, ndp_cli::demo::story::Until::Submitted).await.unwrap();
    let id = |id: ndp_domain::id::Id| id.to_string();
    let (dossier, set, body, entry) = (id(dossier.into()), id(set.into()), id(body.into()), id(entry.into()));
    let (publication, paper) = (id(publication.into()), id(paper.into()));
    let own: Vec<String> = [
        "/viec",
        "/de-xuat",
        "/ho-so",
        "/bo-tieu-chi",
        "/danh-gia",
        "/trinh-ky",
        "/van-ban",
        "/cong-bo",
        "/de-xuat/mot-cong-van",
        "/de-xuat/nhap-excel",
    ]
    .map(str::to_owned)
    .into_iter()
    .chain(["", "/lich-su", "/ket-luan", "/tong-hop", "/bien-ban"].map(|p| format!("/ho-so/{dossier}{p}")))
    .chain(["", "/lich-su", "/gop-y", "/so-sanh"].map(|p| format!("/bo-tieu-chi/{set}{p}")))
    .chain(["", "/lich-su", "/chi-tra"].map(|p| format!("/danh-gia/{body}{p}")))
    .chain(["", "/lich-su"].map(|p| format!("/de-xuat/{entry}{p}")))
    .chain(["", "/lich-su", "/ban-in"].map(|p| format!("/van-ban/{paper}{p}")))
    .chain([format!("/cong-bo/{publication}"), "/co-quan/BTC".to_owned()])
    .collect();
    let public = ["/".to_owned(), "/?q=khong+co+cho+ngat".to_owned(), format!("/nen-tang/{publication}"), "/co-quan/BTC".to_owned()];
    let focal = ["/viec", "/theo-doi", "/de-xuat", "/trinh-ky"].map(str::to_owned);
    let mut drawn = 0;
    for prefix in ["", "/en"] {
        let all = own.iter().map(|p| (Some(&cast.managing.officer), p));
        let all = all.chain(public.iter().map(|p| (None, p))).chain(focal.iter().map(|p| (Some(&cast.keeper.officer), p)));
        for (who, place) in all {
            let (status, html) = served.page(who, &format!("{prefix}{place}")).await;
            assert_eq!(status, 200, "{prefix}{place}");
            assert_eq!(bare_key(&html), None, "{prefix}{place}");
            assert!(!html.contains("<b>") && !html.contains(" style=") && !html.contains("<script>"), "{prefix}{place}");
            drawn += usize::from(html.contains("Nền-tảng-không-có-chỗ-ngắt-dòng"));
        }
    }
    assert!(drawn > 50, "the name stands on {drawn} pages");
}
