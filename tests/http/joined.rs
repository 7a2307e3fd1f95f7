//! A records office does in one go what it does one after the other: each step leaves its own line.

use ndp_cli::demo::story::Until;
use ndp_domain::id::{DocumentId, Id};
use ndp_domain::machine::State;
use ndp_engine::reference::Sources;
use ndp_tests::World;
use ndp_tests::served::{Served, policy, wide};

async fn stage(served: &Served, paper: DocumentId) -> String {
    let loaded = served.world.engine.store.load_one(paper.into()).await.unwrap().unwrap();
    let State::Document(_) = &loaded.neighbour.whole.state else { panic!("a paper") };
    loaded.neighbour.whole.state.stage().to_owned()
}

async fn paper(served: &Served, name: &str, until: Until) -> DocumentId {
    let story = served.world.story().numbered_from(500 + name.len() as u32 * 100);
    let entry = story.list_entry(name, 1).await.unwrap();
    let submit = story.proposal(name);
    story.paper(&served.world.cast.managing, "Đề xuất", vec![(entry.into(), submit.into())], until).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_agency_signature_and_the_issue_are_one_page_and_two_lines() {
    let served = Served::new().await;
    let cast = &served.world.cast;
    let id = paper(&served, "Nền tảng chờ phát hành", Until::Numbered).await;
    let place = format!("/van-ban/{}/phat-hanh", Id::from(id));
    let (_, html) = served.page(Some(&cast.managing.records), "/van-thu").await;
    assert!(html.contains(&place) && html.contains("Ký số cơ quan và phát hành"), "{html}");
    let (status, html) = served.page(Some(&cast.managing.records), &place).await;
    assert!(status == 200 && html.contains("Mã hồ sơ lưu") && html.contains("name=\"/recipients/0\""), "{status} {html}");
    assert_eq!(served.page_answer(&cast.managing.officer, &place, None).await.status(), 303, "nothing is joined for others");
    let recipient = cast.keeper.records.actor().org.unwrap().to_string();
    let fields = [("/recipients/0", recipient.as_str()), ("/code", "HS-2026-01"), ("_key", "mot-lan")];
    let (status, html) = served.send_form(&cast.managing.records, &place, &fields).await;
    assert_eq!(status, 303, "{html}");
    assert_eq!(stage(&served, id).await, "D.filed");
    let (status, _) = served.send_form(&cast.managing.records, &place, &fields).await;
    assert_eq!(status, 303, "a second click finds nothing left to do");
    let (_, html) = served.page(Some(&cast.managing.records), &format!("/van-ban/{}/lich-su", Id::from(id))).await;
    for line in ["đã ký số của cơ quan hoặc đóng dấu", "đã phát hành", "đã lưu văn bản, hồ sơ"] {
        assert!(html.contains(line), "{line}: {html}");
    }
    served.sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_agency_signature_is_asked_number_and_issue_are_one_page() {
    let mut sources = Sources::read(None).unwrap();
    for (_, text) in &mut sources.regulations {
        *text = text.replace("agency_signature = true", "agency_signature = false");
    }
    let served = Served::with(World::of(&sources).await, wide(), policy()).await;
    let cast = &served.world.cast;
    let id = paper(&served, "Nền tảng chờ cấp số", Until::Signed).await;
    let place = format!("/van-ban/{}/phat-hanh", Id::from(id));
    let (status, html) = served.page(Some(&cast.managing.records), &place).await;
    assert!(status == 200 && html.contains("Cấp số và phát hành") && html.contains("name=\"/number/number\""), "{status} {html}");
    // What is missing is told at its field and nothing is done.
    let recipient = cast.keeper.records.actor().org.unwrap().to_string();
    let (status, html) = served.send_form(&cast.managing.records, &place, &[("/recipients/0", recipient.as_str())]).await;
    assert!(status == 422 && stage(&served, id).await == "D.signed", "{status} {html}");
    let date = ndp_domain::time::legal_date(served.world.engine.clock.now()).format("%d/%m/%Y").to_string();
    let fields = [
        ("/number/number", "77"),
        ("/number/symbol", "BTC"),
        ("/number/book", "Công văn đi"),
        ("/number/date", date.as_str()),
        ("/number/imported", "true"),
        ("/recipients/0", recipient.as_str()),
    ];
    let (status, html) = served.send_form(&cast.managing.records, &place, &fields).await;
    assert_eq!(status, 303, "{html}");
    assert_eq!(stage(&served, id).await, "D.issued", "it is filed later");
    served.sound().await;
}
