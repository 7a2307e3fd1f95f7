// A dossier from an empty form to a published recognition, by the people whose work it is, each in a
// session of their own: `node journey.mjs`. Languages, scripts and outcomes are arguments, so that
// `tests/run` takes the three journeys in both languages, with and without scripts.
import { House, browser, demonstration, pass, pdf, today } from "./house.mjs";
import assert from "node:assert/strict";

const BTC = { head: "ma-u.btc", form: "ma-g.btc", signer: "ma-s.btc", records: "ma-v.btc" };
const BKHCN = { head: "fa-u.bkhcn", form: "fa-g.bkhcn", signer: "fa-s.bkhcn", records: "fa-v.bkhcn" };
const BCA = { head: "ma-u.bca", form: "ma-g.bca", signer: "co-s.bca", records: "ma-v.bca" };

/** A ministry's proposal, topic by topic; name and letter are there already. */
export const proposal = (house) => ({
  "nhu-cau": { "/0/proposal/need": "Nhiều nơi cần cùng một việc.", "/0/proposal/users": "Cơ quan nhà nước." },
  "pham-vi": { "/0/proposal/scope": "Toàn quốc." },
  "trung-lap": { "/0/proposal/overlap:": "none_known" },
  "tep": async (page) => {
    await page.click('button[value="add:/0/proposal/files"]');
    await house.fill(page, { "/0/proposal/files/0/sha256:file": { name: "phieu-thong-tin.pdf", mimeType: "application/pdf", buffer: pdf() } });
  },
});

/** An entry on the List with its promulgated set. */
async function listed(house, base, name) {
  // A ministry proposes.
  let page = await house.open("ma-o.btc", "/viec");
  await page.locator('main a.button[href$="/de-xuat/moi/mo"]').click();
  await page.waitForLoadState("domcontentloaded");
  await house.fill(page, { "/title": name });
  page = await house.send("ma-o.btc", page);
  const entry = house.recordOf(page);
  page = await house.press("ma-o.btc", entry, "/van-ban/submissions");
  page = await house.topics("ma-o.btc", page, proposal(house));
  await house.paper(house.recordOf(page), BTC);
  // The focal agency takes it in and adds it to the List.
  await house.act("fa-v.bkhcn", entry, "/registrations", { "/incoming/number": "2025/CVĐ" });
  await house.act("fa-u.bkhcn", entry, "/assignments", { "/officer": /^Chuyên viên/, "/until": await day(base, 10) });
  page = await house.press("fa-o.bkhcn", entry, "/van-ban/listings");
  page = await house.send("fa-o.bkhcn", page);
  await house.paper(house.recordOf(page), BKHCN);
  // A criteria set is drawn from the framework, consulted, promulgated.
  page = await house.press("ma-o.btc", entry, "/bo-tieu-chi/moi/versions");
  await house.fill(page, { "/basis:": "framework" });
  page = await house.send("ma-o.btc", page);
  const set = house.recordOf(page);
  page = await house.press("ma-o.btc", set, "/soan");
  return { entry, set, page };
}

async function day(base, days) {
  const at = new Date((await today(base)).getTime() + days * 86400000);
  return `${String(at.getUTCDate()).padStart(2, "0")}/${String(at.getUTCMonth() + 1).padStart(2, "0")}/${at.getUTCFullYear()}`;
}

async function set(house, base, entry, set, page) {
  const lines = await page.locator("details.line").count();
  assert.ok(lines > 5, "the framework's lines stand in the editor");
  await page.evaluate(() => document.querySelectorAll("details.line").forEach((d) => { d.open = true; })).catch(() => {});
  for (let n = 0; n < lines; n += 1) {
    const summary = page.locator("details.line").nth(n);
    if (!(await summary.evaluate((d) => d.open).catch(() => false))) await summary.locator("summary").click();
    await house.fill(page, { [`/lines/${n}/evidence`]: "Tài liệu chứng minh." });
  }
  await house.fill(page, { "/market/definition_vi": "Các tổ chức có nhu cầu.", "/market/unit": "tổ chức", "/market/method": "Đếm tài khoản hoạt động.", "/market/source": "Báo cáo thống kê.", "/security_level": "3" });
  await page.locator("form.fill p.buttons button.button").first().click();
  await page.waitForLoadState("domcontentloaded");
  assert.equal(await page.locator(".summary").count(), 0, await page.locator(".summary").allInnerTexts().then((t) => t.join()));
  page = await house.press("ma-o.btc", set, "/van-ban/consultations");
  await page.click('button[value="add:/0/consulted"]');
  await house.fill(page, { "/0/consulted/1": /Công an|Public Security/ });
  page = await house.send("ma-o.btc", page);
  await house.paper(house.recordOf(page), BTC);
  for (const [officer, desk] of [["co-o.bkhcn", { ...BKHCN, signer: "co-s.bkhcn" }], ["co-o.bca", BCA]]) {
    page = await house.press(officer, set, "/gop-y/moi/van-ban/mo");
    await house.fill(page, { "/0/verdict": "agree" });
    page = await house.send(officer, page);
    await house.paper(house.recordOf(page), desk);
  }
  page = await house.press("ma-o.btc", set, "/van-ban/promulgations");
  for (const n of [0, 1]) await house.fill(page, { [`/0/responses/${n}/text`]: "Tiếp thu." });
  page = await house.send("ma-o.btc", page);
  await house.paper(house.recordOf(page), BTC);
}

/** The enterprise's own door, and the ministry's receipt. */
async function application(house, base, entry, set, name, users) {
  let page = await house.open("en-a.dn-mau", `/ho-so/moi/mo?entry=${entry.split("/").pop()}&set=${set.split("/").pop()}`);
  await house.fill(page, { "/product:": "new", "/product/new/record/name_vi": name, "/product/new/record/kind": "platform" });
  page = await house.send("en-a.dn-mau", page);
  const dossier = house.recordOf(page);
  page = await house.press("en-a.dn-mau", dossier, "/noi-dung");
  const groups = await page.locator('.topics a[href*="/nhom-"]').evaluateAll((all) => all.map((a) => a.getAttribute("href").split("/").pop()));
  assert.ok(groups.length > 2, "a topic for each group of criteria");
  const evidence = async (page) => {
    const codes = await page.locator('[name^="/0/application/evidence/"][type=radio][value=files]').evaluateAll((all) => all.map((r) => r.name.slice(0, -1)));
    assert.ok(codes.length > 0);
    for (const at of codes) await page.locator(`[name="${at}:"][value="none"]`).check();
    for (const at of codes) await house.fill(page, { [`${at}/none/reason`]: "Bản giải trình kèm theo." });
  };
  const figure = { "/application/figure:": "counted", "/application/figure/counted/figure/share/numerator": users, "/application/figure/counted/figure/share/denominator_low": "4.000.000", "/application/figure/counted/figure/share/denominator_high": "4.000.000", "/application/figure/counted/figure/period_from": await day(base, -90), "/application/figure/counted/figure/period_to": await day(base, 0), "/application/figure/counted/figure/sources": "Nhật ký hệ thống.", "/application/figure/counted/figure/estimator": "Đơn vị thống kê" };
  await house.topics("en-a.dn-mau", page, {
    ...Object.fromEntries(groups.map((g) => [g, evidence])),
    "thi-phan": Object.fromEntries(Object.entries(figure).map(([k, v]) => [`/0${k}`, v])),
    "don": { "/0/application/letter/sha256:file": { name: "de-nghi.pdf", mimeType: "application/pdf", buffer: pdf() } },
  });
  await house.act("ma-v.btc", dossier, "/registrations", { "/incoming/number": "88/ĐN" });
  await house.act("ma-u.btc", dossier, "/assignments", { "/officer": /^Chuyên viên/, "/until": await day(base, 5) });
  await house.act("ma-u.btc", dossier, "/acceptances", { "/note": "Hồ sơ đầy đủ." });
  return dossier;
}

const PEOPLE = ["ch.btc", "vc.btc", "ev.btc", "ev2.btc", "ev3.btc"];

/** A council for the product, every member's declaration, and readiness. */
async function council(house, base, dossier, name) {
  let page = await house.open("ma-u2.btc", "/danh-gia/moi/mo");
  await house.fill(page, { "/name": name, "/form": "council" });
  page = await house.send("ma-u2.btc", page);
  const body = house.recordOf(page);
  page = await house.press("ma-o.btc", body, "/van-ban/establishments");
  const members = ["Chủ tịch BTC", "Phó chủ tịch BTC", "Ủy viên 1 BTC", "Ủy viên 2 BTC", "Ủy viên 3 BTC"];
  await page.click('button[value="add:/0/establishing/members"]');
  await page.click('button[value="add:/0/establishing/members"]');
  const accounts = await page.locator('[name="/0/establishing/members/0/person"] option').evaluateAll((all) => all.map((o) => [o.value, o.textContent]));
  const of = (text, nth = 0) => accounts.filter(([, t]) => t.startsWith(text))[nth]?.[0];
  for (const [n, text] of members.entries()) {
    const person = of(text);
    await house.fill(page, { [`/0/establishing/members/${n}/person`]: person, [`/0/establishing/members/${n}/organisation`]: /Bộ Tài chính|Ministry of Finance/, [`/0/establishing/members/${n}/capacity`]: "Thành viên" });
  }
  await page.click('button[value="add:/0/establishing/support"]');
  await house.fill(page, { "/0/establishing/chair": of("Chủ tịch"), "/0/establishing/vice_chair": of("Phó chủ tịch"), "/0/establishing/secretary": of("Thư ký"), "/0/establishing/support/0": of("Tổ giúp việc") });
  page = await house.send("ma-o.btc", page);
  await house.paper(house.recordOf(page), BTC);
  for (const member of PEOPLE) {
    await house.duty(member, "EV@");
    page = await house.press(member, body, "/ke-khai/moi/mo");
    await house.fill(page, { "/product": new RegExp(name), "/conflict:": "none" });
    await house.send(member, page);
  }
  page = await house.press("sec.btc", body, "/readiness-declarations");
  await house.fill(page, { "/product": new RegExp(name) });
  await page.click('button[value="add:/reviewers"]');
  await house.fill(page, { "/reviewers/0": /^Phó chủ tịch/ });
  await house.send("sec.btc", page);
  return body;
}

async function evaluation(house, base, dossier, body, unmet) {
  await house.act("sec.btc", body, "/mo-vong", { "/dossier": dossier.split("/").pop() });
  for (const member of PEOPLE) {
    await house.duty(member, "EV@");
    let page = await house.open(member, `${dossier}/phieu`);
    for (let n = 0; n < 60; n += 1) {
      const code = await page.locator("input[name=code]").inputValue();
      const met = !unmet.includes(code);
      await page.locator(met ? "#m1" : "#m2").check();
      if (!met) await page.fill("#reason", "Chưa có văn bản phê duyệt cấp độ.");
      await page.locator("form.fill p.buttons button.button").click();
      await page.waitForLoadState("domcontentloaded");
      house.count(member, 2);
      if (page.url().includes("/phieu/kiem-tra")) break;
    }
    // Every finding once more, then it goes for good.
    await page.locator("button[name=_do][value=submit]").click();
    await page.waitForLoadState("domcontentloaded");
    house.count(member);
    assert.equal(await page.locator(".summary").count(), 0, await page.locator("main").innerText());
  }
  let page = await house.press("sec.btc", dossier, "/van-ban/invitations");
  await house.fill(page, { "/0/meeting_on": await day(base, 8), "/0/place": "Phòng họp số 1", "/0/agenda": "Đánh giá nền tảng." });
  page = await house.send("sec.btc", page);
  await house.duty("ch.btc", "CH@");
  await house.paper(house.recordOf(page), { ...BTC, signer: "ch.btc" });
  await pass(base, 8);
  page = await house.press("ch.btc", dossier, "/meetings");
  const seats = page.locator('[name^="/present/"]');
  for (let n = 0; n < (await seats.count()); n++) {
    await seats.nth(n).check();
    house.count("ch.btc");
  }
  await house.send("ch.btc", page);
  page = await house.press("ch.btc", body, "/counting-boards");
  await house.fill(page, { "/dossier": dossier.split("/").pop() });
  const counters = page.locator('[name^="/people/"]');
  for (let n = 0; n < 3; n++) {
    await counters.nth(n).check();
    house.count("ch.btc");
  }
  await house.send("ch.btc", page);
  for (const member of PEOPLE) {
    await house.duty(member, "EV@");
    page = await house.press(member, dossier, "/ballots");
    const names = await page.locator('[name^="/votes/"][value=met]').evaluateAll((all) => all.map((r) => r.name));
    for (const name of names) await page.locator(`[name="${name}"][value="${unmet.includes(name.split("/").pop()) ? "not_met" : "met"}"]`).check();
    await house.send(member, page);
  }
  await house.duty("ch.btc", "CB@");
  await house.act("ch.btc", dossier, "/counts");
  await house.duty("ch.btc", "CH@");
  for (const who of ["sec.btc", "ch.btc"]) await house.act(who, dossier, "/minutes-signatures", { "/minutes/summary": "Hội đồng thống nhất kết luận." });
}

const OUTCOMES = {
  national: { users: "2.600.000", unmet: [], noun: "/van-ban/national-recognitions", words: /Nền tảng số quốc gia|National digital platform/ },
  potential: { users: "1.200.000", unmet: [], noun: "/van-ban/potential-recognitions", words: /Nền tảng số tiềm năng|Potential platform/ },
  rejected: { users: "2.600.000", unmet: ["G2.1"], noun: "/van-ban/rejections", words: /Không công nhận|Not recognised/ },
};

export async function journey(house, base, outcome, shared) {
  const how = OUTCOMES[outcome];
  const mark = `${outcome}-${house.lang}${house.scripts ? "" : "-khong-script"}-${Date.now() % 1e6}`;
  if (!shared.entry) {
    const found = await listed(house, base, `Nền tảng thử ${mark}`);
    await set(house, base, found.entry, found.set, found.page);
    Object.assign(shared, found);
  }
  const name = `Sản phẩm ${mark}`;
  const dossier = await application(house, base, shared.entry, shared.set, name, how.users);
  const body = await council(house, base, dossier, name);
  await evaluation(house, base, dossier, body, how.unmet);
  let page = await house.open("ma-o.btc", `${dossier}/ket-luan`);
  assert.match(await page.locator(".verdict").innerText(), how.words);
  page = await house.press("ma-o.btc", `${dossier}/ket-luan`, how.noun);
  if (outcome === "rejected") await house.fill(page, { "/0/explanation": "Tiêu chí an toàn chưa đạt; có quyền đề nghị xem xét lại hoặc khiếu nại." });
  page = await house.send("ma-o.btc", page);
  await house.paper(house.recordOf(page), BTC);
  page = await house.open("en-a.dn-mau", dossier);
  assert.match(await page.locator("main").innerText(), how.words);
  if (outcome === "rejected") return;
  page = await house.open("ma-o.btc", `/cong-bo?q=${encodeURIComponent(name)}`);
  const publication = (await page.locator('main td a[href*="/cong-bo/pub_"]').first().getAttribute("href")).replace(/^\/en/, "");
  await house.act("ma-o.btc", publication, "/shares", { "/record/operating_unit": "Trung tâm vận hành", "/record/contact": "Trực vận hành: hotro@vi-du.example", "/record/owner": "Doanh nghiệp mẫu" });
  await house.act("fa-s.bkhcn", publication, "/publishings");
  const anybody = await (await fetch(`${base}${house.lang === "en" ? "/en" : ""}/?q=${encodeURIComponent(name)}`)).text();
  assert.match(anybody, how.words);
  assert.match(anybody, /<mark>/);
}

if (process.argv[1]?.endsWith("journey.mjs")) {
  const [lang = "vi", scripts = "on", ...outcomes] = process.argv.slice(2);
  const demo = await demonstration();
  const chrome = await browser();
  const house = new House(demo.base, chrome, { lang, scripts: scripts === "on" });
  try {
    const shared = {};
    for (const outcome of outcomes.length ? outcomes : Object.keys(OUTCOMES)) {
      await journey(house, demo.base, outcome, shared);
      console.log(`journey ${outcome}, ${lang}, scripts ${scripts}: done`);
    }
    assert.deepEqual(house.faults, []);
    console.log(JSON.stringify(house.counted()));
  } finally {
    await chrome.close();
    demo.stop();
  }
}
