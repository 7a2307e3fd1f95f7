//! A round on its pages: what waits for whom, invitation, counting board, count, and the papers that come of it.

use ndp_cli::demo::cast::Persona;
use ndp_cli::demo::story::{Story, Until};
use ndp_domain::acts::ActId;
use ndp_domain::authority::Duty;
use ndp_domain::dossier::Command as E;
use ndp_domain::id::{BodyId, DossierId, Id, Kind};
use ndp_store::lists::{Filter, Order};
use ndp_tests::served::Served;

/// A dossier that waits for its evaluation, and the body that will evaluate it.
async fn ready(story: &Story<'_>) -> (DossierId, BodyId) {
    let entry = story.list_entry("Nền tảng thử", 5).await.unwrap();
    let set = story.criteria_set(entry, 3).await.unwrap();
    let (dossier, product) = story.dossier("Sản phẩm thử", entry, set).await.unwrap();
    story.hand_in(dossier, Some((3, 4)), 4).await.unwrap();
    (dossier, story.body("Hội đồng thử", Some(product), 3).await.unwrap())
}

/// The newest paper that somebody sees.
async fn paper(served: &Served, who: &Persona) -> Id {
    let scope = served.world.engine.scope(&ndp_tests::reader(who));
    let filter = Filter { kind: Some(Kind::Document), ..Filter::default() };
    served.world.engine.store.list(&scope, &filter, Order::Updated, None, 1).await.unwrap()[0].id
}

#[tokio::test(flavor = "multi_thread")]
async fn work_that_waits_in_another_duty_is_told_and_its_button_leads_there() {
    let served = Served::new().await;
    let cast = &served.world.cast;
    served.world.open_round().await;
    let (status, html) = served.page(Some(&cast.chair), "/viec").await;
    assert!(status == 200 && html.contains("Việc ở nhiệm vụ khác"), "{html}");
    let other = html.split("Việc ở nhiệm vụ khác").nth(1).unwrap();
    assert!(other.contains("name=\"duty\" value=\"EV@"), "the chair is a member too and owes a sheet: {other}");
    let (_, html) = served.page(Some(&cast.evaluators[0]), "/viec").await;
    assert!(!html.contains("Việc ở nhiệm vụ khác"), "{html}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invitation_is_drafted_by_the_secretary_in_time_and_signed_by_the_chair() {
    let served = Served::new().await;
    let (story, cast) = (served.world.story(), &served.world.cast);
    let (dossier, body) = ready(&story).await;
    let (_, html) = served.page(Some(&cast.secretary), "/viec").await;
    assert!(html.contains(&format!("/danh-gia/{}/mo-vong", Id::from(body))), "a round to be opened is the secretary's work: {html}");
    story.act(&cast.secretary, dossier, E::OpenRound { body, cut_off: story.today() }).await.unwrap();
    let (_, html) = served.page(Some(&cast.secretary), "/viec").await;
    assert!(html.contains("Mời họp") && html.contains("Sản phẩm thử"), "the secretary is told: {html}");
    let begin = format!("/ho-so/{}/van-ban/invitations", Id::from(dossier));
    let (status, led) = served.send_form(&cast.secretary, &begin, &[]).await;
    assert_eq!(status, 303, "{led}");
    let draft = paper(&served, &cast.secretary).await;
    let place = format!("/van-ban/{draft}/noi-dung");
    let (_, html) = served.page(Some(&cast.secretary), &place).await;
    assert!(html.contains("type=\"time\""), "a meeting has an hour: {html}");
    let version =
        |html: &str| html.split("name=\"_draft\" value=\"").nth(1).and_then(|t| t.split('"').next()).unwrap_or_default().to_owned();
    let keep = async |html: String, fields: &[(&str, &str)]| {
        let version = version(&html);
        let recipient = cast.managing.org.to_string();
        let mut all = vec![("_draft", version.as_str()), ("/p/subject", "Giấy mời họp"), ("/p/recipients/0", &recipient), ("_do", "send")];
        all.extend(fields);
        served.send_form(&cast.secretary, &place, &all).await
    };
    // Everything that is wrong is told at once, and the words stay.
    let (status, html) = keep(html, &[("/0/meeting_on", "hôm sau"), ("/0/meeting_at", "chiều"), ("/0/agenda", "Đánh giá.")]).await;
    let wrong = ["phải theo dạng ngày/tháng/năm", "phải là giờ và phút", "href=\"#f-0-place\"", "Đánh giá."];
    assert!(status == 422 && wrong.iter().all(|w| html.contains(w)), "{html}");
    let day = |days| ndp_web_day(story.today() + chrono::Days::new(days));
    let fields = |on| [("/0/meeting_on", on), ("/0/meeting_at", "14h30"), ("/0/place", "Phòng 1"), ("/0/agenda", "Đánh giá.")];
    let soon = day(1);
    let (_, html) = keep(html, &fields(&soon)).await;
    assert!(html.contains("ít nhất 3 ngày làm việc"), "what could not be held is told before it goes: {html}");
    let (_, html) = served.page(Some(&cast.secretary), &place).await;
    let later = day(9);
    let (status, html) = keep(html, &fields(&later)).await;
    assert!(status == 200 && html.contains("14:30"), "{html}");
    let mark = html.split("name=\"_mark\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let (status, led) = served.send_form(&cast.secretary, &place, &[("_do", "submit"), ("_mark", &mark)]).await;
    assert_eq!(status, 303, "{led}");
    // The steps of the agency's desks, then the chair's own work.
    use ndp_domain::document::Command as D;
    let document = ndp_domain::id::DocumentId(draft.uuid);
    story.act(&cast.managing.unit_head, document, D::Initial { remark: None }).await.unwrap();
    story.act(&cast.managing.form_checker, document, D::CheckForm { remark: None }).await.unwrap();
    let (_, html) = served.page(Some(&cast.chair), "/viec").await;
    assert!(html.contains(&format!("/van-ban/{draft}")), "the letter waits for the chair: {html}");
    let (_, html) = served.page(Some(&cast.chair), &format!("/van-ban/{draft}/ban-in")).await;
    assert!(html.contains("GIẤY MỜI") && html.contains("TM. Hội đồng") && html.contains("Hội đồng thử"), "{html}");
}

fn ndp_web_day(day: chrono::NaiveDate) -> String {
    day.format("%d/%m/%Y").to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_counting_board_is_of_those_present_and_a_count_is_asked_once_more() {
    let served = Served::new().await;
    let (story, cast) = (served.world.story(), &served.world.cast);
    let (dossier, body) = ready(&story).await;
    story.evaluate(dossier, body, &[], None, 2).await.unwrap();
    let place = format!("/danh-gia/{}/counting-boards?dossier={}", Id::from(body), Id::from(dossier));
    let (status, html) = served.page(Some(&cast.chair), &place).await;
    assert_eq!(status, 200, "{html}");
    let offered = |who: &Persona| html.contains(&format!("value=\"{}\"><label", Id::from(who.account)));
    assert!(cast.evaluators.iter().all(offered) && offered(&cast.chair));
    assert!(!offered(&cast.secretary) && !offered(&cast.support), "who is no member counts nothing: {html}");
    let board = cast.chair.as_duty(Duty::CountingBoard);
    let (_, html) = served.page(Some(&board), &format!("/ho-so/{}", Id::from(dossier))).await;
    assert!(html.contains("/counts\"") && html.contains("<a class=\"button full\""), "no button that counts at once: {html}");
    let (_, html) = served.page(Some(&board), "/viec").await;
    assert!(html.contains(&Id::from(dossier).to_string()), "who is named to count is told: {html}");
    let (status, tasks) = served.get(&board, "/tasks").await;
    assert!(status == 200 && tasks["items"].as_array().unwrap().iter().any(|t| t["act"] == "E18"), "{tasks}");
    let (status, html) = served.page(Some(&board), &format!("/ho-so/{}/counts", Id::from(dossier))).await;
    assert!(status == 200 && html.contains("5 trên 5 thành viên có mặt đã bỏ phiếu"), "{html}");
    // The sheets that the meeting opened stay open while ballots are cast: criterion, five members, whether they agree.
    let (_, html) = served.page(Some(&cast.chair), &format!("/ho-so/{}/tong-hop", Id::from(dossier))).await;
    assert_eq!(html.matches("<th scope=\"col\"").count(), 7, "{html}");
    // What the meeting talks about: every criterion, with what each member found.
    let (status, html) = served.page(Some(&cast.chair), &format!("/ho-so/{}/thao-luan", Id::from(dossier))).await;
    assert!(status == 200 && html.matches("class=\"topic\"").count() == 9, "{html}");
    assert_eq!(html.matches("Đạt</span>").count(), 45, "five members on nine criteria: {html}");
    // Nothing is met before it is counted, and whoever signed first is named with the one who is awaited.
    let conclusion = format!("/ho-so/{}/ket-luan", Id::from(dossier));
    let (_, html) = served.page(Some(&cast.chair), &conclusion).await;
    assert!(html.contains("tiêu chí chờ kiểm phiếu") && !html.contains("0/9"), "{html}");
    let counted = format!("/ho-so/{}/kiem-phieu", Id::from(dossier));
    assert_eq!(served.page(Some(&cast.chair), &counted).await.0, 404, "nothing is counted yet");
    story.act(&board, dossier, E::Count {}).await.unwrap();
    let (status, html) = served.page(Some(&cast.chair), &counted).await;
    assert!(status == 200 && html.contains("phát ra 5; thu về 5; hợp lệ 5; không hợp lệ 0"), "{html}");
    // What follows from the count is told at once, as what it is until both have signed.
    let (_, html) = served.page(Some(&cast.chair), &conclusion).await;
    assert!(html.contains("Theo kết quả kiểm phiếu; là kết luận khi") && html.contains("outcome national"), "{html}");
    assert!(!html.contains("national-recognitions"), "nothing to decide on yet: {html}");
    // Whoever signs the minutes has them before their eyes, with the day of the meeting in its place.
    let signing = format!("/ho-so/{}/minutes-signatures", Id::from(dossier));
    let (_, html) = served.page(Some(&cast.secretary), &signing).await;
    let day = story.today().format("%d/%m/%Y").to_string();
    assert!(html.contains("BIÊN BẢN") && html.contains("<td>5/0/0</td>") && html.contains(&format!("value=\"{day}\"")), "{html}");
    let minutes = ndp_domain::dossier::Minutes {
        held_on: story.today(),
        absent: Vec::new(),
        dissent: Vec::new(),
        summary: ndp_cli::demo::story::t("Thống nhất."),
    };
    story.act(&cast.secretary, dossier, E::SignMinutes { minutes }).await.unwrap();
    let (_, html) = served.page(Some(&cast.chair), &conclusion).await;
    assert!(html.contains("đang chờ chữ ký của") && html.contains("5 đạt, 0 không đạt, 0 không có ý kiến"), "{html}");
    let (_, html) = served.page(Some(&cast.secretary), "/viec").await;
    assert!(!html.contains(&Id::from(dossier).to_string()), "who has signed owes nothing more: {html}");
    let (_, html) = served.page(Some(&cast.chair), &format!("/ho-so/{}/bien-ban", Id::from(dossier))).await;
    assert!(html.contains("<td>5/0/0</td>"), "{html}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_present_is_ticked_by_whoever_opens_the_meeting() {
    let served = Served::new().await;
    let (story, cast) = (served.world.story(), &served.world.cast);
    let (dossier, body) = ready(&story).await;
    story.evaluate(dossier, body, &[], None, 1).await.unwrap();
    story.pass(4);
    let place = format!("/ho-so/{}", Id::from(dossier));
    // Every sheet is in, so those in the body discuss them before the chair opens the meeting.
    let (_, html) = served.page(Some(&cast.chair), &format!("{place}/tong-hop")).await;
    assert_eq!(html.matches("<th scope=\"col\"").count(), 7, "{html}");
    let (status, html) = served.page(Some(&cast.chair), &format!("{place}/meetings")).await;
    assert!(status == 200 && html.contains("5 thành viên được mời; cần ít nhất 4 người có mặt"), "{html}");
    assert_eq!(html.matches("type=\"checkbox\"").count(), 5, "members alone: {html}");
    assert!(!html.contains(" checked"), "nobody is there until somebody says so: {html}");
    let four: Vec<(String, String)> = std::iter::once(&cast.chair)
        .chain(&cast.evaluators)
        .enumerate()
        .map(|(n, who)| (format!("/present/{n}"), Id::from(who.account).to_string()))
        .collect();
    let four: Vec<(&str, &str)> = four.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let (status, place) = served.send_form(&cast.chair, &format!("{place}/meetings"), &four).await;
    assert_eq!(status, 303, "{place}");
    let loaded = served.world.engine.store.load_one(dossier.into()).await.unwrap().unwrap();
    let ndp_domain::machine::State::Dossier(d) = &loaded.neighbour.whole.state else { panic!("a dossier") };
    assert_eq!(d.round().unwrap().opened.as_ref().unwrap().present.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_has_grounds_and_articles_and_reads_the_same_for_everybody() {
    let served = Served::new().await;
    let (story, cast) = (served.world.story(), &served.world.cast);
    let (dossier, body) = ready(&story).await;
    story.evaluate(dossier, body, &[], None, 4).await.unwrap();
    story.pass(2);
    let decide = vec![(Id::from(dossier), E::RecogniseNational {}.into())];
    let paper: Id = story.paper(&cast.managing, "Công nhận nền tảng số quốc gia", decide, Until::Signed).await.unwrap().into();
    let place = format!("/van-ban/{paper}/ban-in");
    let article = |html: &str| html.split("<article").nth(1).unwrap().split("</article>").next().unwrap().to_owned();
    let (status, html) = served.page(Some(&cast.managing.signer), &place).await;
    assert_eq!(status, 200, "{html}");
    for part in ["QUYẾT ĐỊNH", "Căn cứ Quyết định số 1230/QĐ-BTTTT", "<strong>Điều 1.</strong> Công nhận Sản phẩm thử", "Nơi nhận:"]
    {
        assert!(html.contains(part), "{part}: {html}");
    }
    let of_records = article(&served.page(Some(&cast.managing.records), &place).await.1);
    assert_eq!(of_records, article(&html), "one paper, one text");
    // Of three ends only the one that follows is begun.
    let (dossier, body) = {
        let entry = story.list_entry("Nền tảng khác", 5).await.unwrap();
        let set = story.criteria_set(entry, 3).await.unwrap();
        let (dossier, product) = story.dossier("Sản phẩm khác", entry, set).await.unwrap();
        story.hand_in(dossier, Some((1, 4)), 4).await.unwrap();
        (dossier, story.body("Hội đồng khác", Some(product), 3).await.unwrap())
    };
    story.evaluate(dossier, body, &[], None, 4).await.unwrap();
    let (_, html) = served.page(Some(&cast.managing.officer), &format!("/ho-so/{}", Id::from(dossier))).await;
    assert!(html.contains("/van-ban/potential-recognitions") && !html.contains("/van-ban/national-recognitions"), "{html}");
    assert_eq!(ActId::E23.row().paper.kind(), Some("potential_decision"));
}

/// The support team types a member's paper in and adds its scan, on the page; the sheet and the scan's hash.
pub async fn typed_in(served: &Served, dossier: DossierId, member: ndp_domain::id::AccountId, scan: &[u8]) -> (Id, String) {
    let place = format!("/phieu/moi/paper-sheets?dossier={}", Id::from(dossier));
    let support = &served.world.cast.support;
    let sheet = Id::new(Kind::Sheet, served.world.engine.id());
    let [own, of, whose, by] =
        [sheet.to_string(), Id::from(dossier).to_string(), Id::from(member).to_string(), Id::from(support.account).to_string()];
    let mut fields: Vec<(String, String)> = [("_id", own), ("/dossier", of), ("/member", whose), ("/text/paper/entered_by", by)]
        .into_iter()
        .map(|(n, v)| (n.to_owned(), v))
        .collect();
    fields.push(("/text/figure/confirmed".to_owned(), "true".to_owned()));
    for (n, finding) in served.world.story().sheet_text(&[]).findings.iter().enumerate() {
        fields.push((format!("/text/findings/{n}/code"), finding.code.to_string()));
        fields.push((format!("/text/findings/{n}/mark:"), "met".to_owned()));
    }
    let fields: Vec<(&str, &str)> = fields.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
    let file = ("/text/paper/scan/sha256:file", "phieu-giay-ZQXscan.pdf", scan);
    let (status, to) = served.send_filled(support, &place, &fields, file).await;
    assert_eq!(status, 303, "{to}");
    (sheet, ndp_domain::canonical::Hash::of(scan).to_string())
}

#[tokio::test(flavor = "multi_thread")]
async fn the_scan_of_a_paper_sheet_is_kept_with_the_sheet_and_shown_to_whoever_confirms_it() {
    let served = Served::new().await;
    let (story, cast) = (served.world.story(), &served.world.cast);
    let (dossier, body) = ready(&story).await;
    story.act(&cast.secretary, dossier, E::OpenRound { body, cut_off: story.today() }).await.unwrap();
    let (_, html) = served.page(Some(&cast.support), "/viec").await;
    assert!(html.contains(&format!("/phieu/moi/paper-sheets?dossier={}", Id::from(dossier))), "it is the support team's work: {html}");
    let member = &cast.evaluators[1];
    let (sheet, sha) = typed_in(&served, dossier, member.account, b"%PDF-1.7 phieu giay").await;
    // Who has a sheet already is not offered again.
    let place = format!("/phieu/moi/paper-sheets?dossier={}", Id::from(dossier));
    let (_, html) = served.page(Some(&cast.support), &place).await;
    let offers = |who: &Persona| html.contains(&format!("<option value=\"{}\"", Id::from(who.account)));
    assert!(!offers(member) && offers(&cast.evaluators[0]), "{html}");
    let (_, html) = served.page(Some(&cast.secretary), &format!("/phieu/{sheet}")).await;
    assert!(html.contains("Xác nhận số liệu thị phần"), "{html}");
    assert!(html.contains(&format!("/phieu/{sheet}/tep/{sha}/xem")), "beside what was typed in: {html}");
    let got = served.page_answer(&cast.secretary, &format!("/phieu/{sheet}/tep/{sha}"), None).await;
    assert_eq!(got.status(), 200);
    // Nobody else reads it, and it does not stand with the dossier.
    for other in [&cast.managing.officer, &cast.managing.signer, &cast.chair, &cast.evaluators[0], &cast.applicant, &cast.keeper.officer] {
        let (_, html) = served.page(Some(other), &format!("/ho-so/{}", Id::from(dossier))).await;
        assert!(!html.contains(&sha) && !html.contains("ZQXscan"), "{html}");
        for place in [format!("/phieu/{sheet}/tep/{sha}"), format!("/ho-so/{}/tep/{sha}", Id::from(dossier))] {
            assert_eq!(served.page_answer(other, &place, None).await.status(), 404, "{place}");
        }
    }
    served.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sheet_on_paper_waits_for_the_secretary_and_its_member_is_told() {
    use ndp_domain::sheet;
    let served = Served::new().await;
    let (story, cast) = (served.world.story(), &served.world.cast);
    let (dossier, body) = ready(&story).await;
    story.act(&cast.secretary, dossier, E::OpenRound { body, cut_off: story.today() }).await.unwrap();
    // The form has the lines of the round by their names, and the members alone.
    let place = format!("/phieu/moi/paper-sheets?dossier={}", Id::from(dossier));
    let (status, html) = served.page(Some(&cast.support), &place).await;
    assert!(status == 200 && html.matches("/code\" value=\"G").count() == 9 && !html.contains("Chấm điểm"), "{html}");
    let member = &cast.evaluators[0];
    let mut text = story.sheet_text(&[]);
    let scan = ndp_domain::list_entry::Attachment {
        name: ndp_cli::demo::story::t("Bản quét"),
        sha256: ndp_domain::canonical::Hash::ZERO,
        valid_to: None,
    };
    text.paper = Some(sheet::PaperSheet { entered_by: cast.support.account, scan });
    let id = ndp_domain::id::SheetId(served.world.engine.id());
    let enter = sheet::Command::Enter { dossier, member: member.account, text };
    story.act(&cast.support, id, enter).await.unwrap();
    let (_, html) = served.page(Some(&cast.secretary), "/viec").await;
    assert!(html.contains("Xác nhận phiếu khớp bản giấy") && html.contains(&format!("/phieu/{}", Id::from(id))), "{html}");
    let (_, html) = served.page(Some(&cast.secretary), &format!("/phieu/{}", Id::from(id))).await;
    assert!(html.contains("/xac-nhan") && html.contains("Phiếu giấy đã nhập"), "the sheet and its button: {html}");
    let (_, html) = served.page(Some(&member.as_duty(Duty::Evaluator)), &format!("/ho-so/{}/phieu", Id::from(dossier))).await;
    assert!(html.contains("chờ thư ký xác nhận khớp bản giấy") && !html.contains("name=\"mark\""), "{html}");
    // The chair sees nothing of it; the secretary confirms, and it counts.
    let confirm = format!("/phieu/{}/xac-nhan", Id::from(id));
    assert_eq!(served.page(Some(&cast.chair), &format!("/phieu/{}", Id::from(id))).await.0, 404);
    let (status, to) = served.send_form(&cast.secretary, &confirm, &[]).await;
    assert!(status == 303 && to.contains("xong=E15"), "{status} {to}");
    let sheets = served.world.engine.store.load_one(id.into()).await.unwrap().unwrap();
    let ndp_domain::machine::State::Sheet(s) = &sheets.neighbour.whole.state else { panic!("a sheet") };
    assert!(s.sheet.as_ref().is_some_and(|s| s.on_paper));
    // Once it is handed in it is sealed to them too.
    assert_eq!(served.page(Some(&cast.secretary), &format!("/phieu/{}", Id::from(id))).await.0, 404);
    served.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_applied_is_told_what_stays_open_and_until_when() {
    let served = Served::new().await;
    let (story, cast) = (served.world.story(), &served.world.cast);
    let (dossier, body) = ready(&story).await;
    story.evaluate(dossier, body, &["G2.1"], None, 4).await.unwrap();
    story.decide(dossier, ActId::E24).await.unwrap();
    let place = format!("/ho-so/{}", Id::from(dossier));
    let (_, html) = served.page(Some(&cast.applicant), &place).await;
    assert!(html.contains("Quyền khiếu nại") && html.contains("/xem-xet-lai/moi/") && html.contains("Gửi được đến hết ngày"), "{html}");
    // After its last day a reconsideration is not offered; the record tells the rest.
    story.pass(60);
    served.forget_tokens();
    let (_, html) = served.page(Some(&cast.applicant), &place).await;
    assert!(html.contains("Quyền khiếu nại") && !html.contains("/xem-xet-lai/moi/"), "{html}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hired_unit_is_asked_for_its_report_once_there_is_a_round_to_report_on() {
    let served = Served::new().await;
    let (story, cast) = (served.world.story(), &served.world.cast);
    let entry = story.list_entry("Nền tảng thuê đánh giá", 5).await.unwrap();
    let set = story.criteria_set(entry, 3).await.unwrap();
    story.hired(2, entry, set).await.unwrap();
    let tasks = async || served.get(&cast.hired_unit, "/api/v1/tasks").await.1;
    let reports = |tasks: &serde_json::Value| tasks["items"].as_array().unwrap().iter().filter(|t| t["act"] == "B11").count();
    assert_eq!(reports(&tasks().await), 0, "nothing to report on yet");
    let scope = served.world.engine.scope(&ndp_tests::reader(&cast.managing.officer));
    let first = async |kind: Kind, stage: &str| {
        let filter = Filter { kind: Some(kind), stages: vec![stage.to_owned()], ..Filter::default() };
        served.world.engine.store.list(&scope, &filter, Order::Updated, None, 1).await.unwrap()[0].id
    };
    let (dossier, body) = (first(Kind::Dossier, "E.ready").await, first(Kind::Body, "B.contracted").await);
    let open = E::OpenRound { body: body.try_into().unwrap(), cut_off: story.today() };
    story.act(&cast.managing.officer, dossier, open).await.unwrap();
    assert_eq!(reports(&tasks().await), 1);
}
