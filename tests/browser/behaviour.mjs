// What must not go wrong while people work: two in one draft, the back button, a double click, a session
// that ends in mid-form, a large upload given up and repeated, a foreign page that sends a form, and the
// evaluator's sheet and the signer's inbox by keyboard alone.
import { House, browser, demonstration, pdf } from "./house.mjs";
import { proposal } from "./journey.mjs";
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const demo = await demonstration();
const chrome = await browser();
const house = new House(demo.base, chrome);
const done = (what) => console.log(`ok ${what}`);

async function draft(title) {
  let page = await house.open("ma-o.btc", "/de-xuat/moi/mo");
  await house.fill(page, { "/title": title });
  page = await house.send("ma-o.btc", page);
  const entry = house.recordOf(page);
  page = await house.press("ma-o.btc", entry, "/van-ban/submissions");
  return { entry, page, paper: house.recordOf(page).replace(/\/noi-dung.*/, "") };
}

try {
  // Two people in one draft: the second to save sees both values and loses nothing.
  {
    const { page, paper } = await draft("Hai người cùng soạn");
    await page.goto(house.place(`${paper}/noi-dung/nhu-cau`));
    const other = await page.context().newPage();
    await other.goto(house.place(`${paper}/noi-dung/nhu-cau`));
    await page.fill('[name="/0/proposal/need"]', "Bản của người thứ nhất");
    await page.waitForFunction(() => document.querySelector("#saved")?.textContent.trim().length > 0);
    assert.match(await page.locator("#saved").innerText(), /Đã tự động lưu/);
    await other.fill('[name="/0/proposal/need"]', "Bản của người thứ hai");
    await other.locator('button[name=_do][value=save]').click();
    await other.waitForLoadState();
    assert.match(await other.locator("main").innerText(), /Bản của người thứ nhất/);
    assert.equal(await other.locator('[name="/0/proposal/need"]').inputValue(), "Bản của người thứ hai");
    await other.locator('button[name=_do][value=save]').click();
    await other.waitForLoadState();
    // The first one, late in turn, takes what the second saved instead of what they typed.
    await page.fill('[name="/0/proposal/need"]', "Bản bỏ đi");
    await page.locator('button[name=_do][value=save]').click();
    await page.waitForLoadState();
    assert.match(await page.locator("main").innerText(), /Bản của người thứ hai/);
    await page.getByLabel("Lấy bản đang lưu").check();
    await page.locator('button[name=_do][value=save]').click();
    await page.waitForURL(/noi-dung$/);
    await page.goto(house.place(`${paper}/noi-dung/nhu-cau`));
    assert.equal(await page.locator('[name="/0/proposal/need"]').inputValue(), "Bản của người thứ hai");
    // Whoever leaves within a second of typing leaves nothing behind.
    await page.goto(house.place(`${paper}/noi-dung/nhu-cau`));
    await page.fill('[name="/0/proposal/need"]', "Gõ rồi đi ngay");
    await page.locator("nav.bar a:visible").first().click();
    await page.waitForLoadState();
    await page.waitForTimeout(500);
    await page.goto(house.place(`${paper}/noi-dung/nhu-cau`));
    assert.equal(await page.locator('[name="/0/proposal/need"]').inputValue(), "Gõ rồi đi ngay");
    // Somebody in another topic is never in the way.
    await page.goto(house.place(`${paper}/noi-dung/pham-vi`));
    await other.goto(house.place(`${paper}/noi-dung/nhu-cau`));
    await page.fill('[name="/0/proposal/scope"]', "Toàn quốc");
    await page.locator('button[name=_do][value=save]').click();
    await page.waitForURL(/noi-dung$/);
    await other.locator('button[name=_do][value=save]').click();
    await other.waitForURL(/noi-dung$/);
    await other.goto(house.place(`${paper}/noi-dung/nhu-cau`));
    assert.equal(await other.locator('[name="/0/proposal/need"]').inputValue(), "Gõ rồi đi ngay");
    await other.close();
    done("two people in one draft see both values, and each chooses which is kept");
  }
  // A session that ends in mid-form: what was typed comes back filled in after signing in.
  {
    const { page, paper } = await draft("Phiên hết giữa chừng");
    await page.goto(house.place(`${paper}/noi-dung/pham-vi`));
    await page.fill('[name="/0/proposal/legal_basis"]', "Căn cứ gõ dở");
    await page.waitForTimeout(1500);
    await page.context().clearCookies();
    await page.fill('[name="/0/proposal/scope"]', "Phạm vi gõ sau khi hết phiên");
    await page.locator('button[name=_do][value=save]').click();
    await page.waitForLoadState();
    assert.equal(await page.locator("#password").count(), 1);
    await page.fill("#email", "ma-o.btc@demo.example");
    await page.fill("#password", "demo-ndp-2026");
    await page.click("main form button.button");
    await page.waitForSelector('[name="/0/proposal/scope"]');
    assert.equal(await page.locator('[name="/0/proposal/scope"]').inputValue(), "Phạm vi gõ sau khi hết phiên");
    assert.equal(house.recordOf(page), `${paper}/noi-dung/pham-vi`);
    done("what was typed when the session ended comes back after signing in");
  }
  // Double click on a step, and the back button after it: one act.
  {
    const { page, paper } = await draft("Bấm hai lần");
    await house.topics("ma-o.btc", page, proposal(house));
    const head = await house.press("ma-u.btc", paper, "/initials");
    assert.equal(await head.locator("#below .doc").count(), 1, "the paper stands under what is done with it");
    const button = head.locator("form.fill button.button");
    await button.dblclick();
    await head.waitForURL(/xong=D3/);
    await head.waitForLoadState();
    await head.goto(house.place(`${paper}/lich-su`));
    assert.equal(await head.locator(".timeline li").filter({ hasText: /đã ký nháy/ }).count(), 1);
    done("a double click is one act");
    // Back leads to the paper as it is now: what was sent cannot be sent again.
    await page.goBack();
    assert.equal(house.recordOf(page), paper);
    assert.equal(await page.locator("button[name=_do][value=submit]").count(), 0);
    await head.goto(house.place(`${paper}/lich-su`));
    assert.equal(await head.locator(".timeline li").filter({ hasText: /đã trình ký/ }).count(), 1);
    done("going back and sending again changes nothing");
    // The signer's inbox by keyboard alone.
    await house.act("ma-g.btc", paper, "/form-checks");
    const signer = await house.open("ma-s.btc", "/trinh-ky");
    await signer.keyboard.press("j");
    for (let n = 0; n < 30 && !(await signer.evaluate((p) => document.activeElement.getAttribute("href")?.endsWith(p), paper)); n += 1) await signer.keyboard.press("j");
    await signer.keyboard.press("Enter");
    await signer.waitForURL(`**${paper}`);
    for (let n = 0; n < 60 && !(await signer.evaluate(() => document.activeElement.getAttribute("href")?.endsWith("/signatures"))); n += 1) await signer.keyboard.press("Tab");
    await signer.keyboard.press("Enter");
    await signer.waitForURL("**/signatures");
    await signer.locator('[name="/file_sha256:file"]').setInputFiles({ name: "da-ky.pdf", mimeType: "application/pdf", buffer: pdf() });
    for (let n = 0; n < 60 && !(await signer.evaluate(() => document.activeElement.matches("p.buttons button.button"))); n += 1) await signer.keyboard.press("Tab");
    await signer.keyboard.press("Enter");
    await signer.waitForURL(`**${paper}**`);
    assert.match(await signer.locator(".status").innerText(), /Đã ký/);
    done("the signer goes from inbox to signature by keyboard");
  }
  // A file of 20 MB: progress, given up, sent again.
  {
    const page = await house.open("ma-o.btc", "/de-xuat/moi/mo");
    await house.fill(page, { "/title": "Tệp lớn" });
    await house.send("ma-o.btc", page);
    // From a folder, as a person would bring it.
    const folder = mkdtempSync(join(tmpdir(), "ndp-large-"));
    const large = join(folder, "lon.pdf");
    writeFileSync(large, Buffer.concat([pdf(), Buffer.alloc(20 * 1024 * 1024 - 1000, 65)]));
    const session = await page.context().newCDPSession(page);
    await session.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: 2 * 1024 * 1024 });
    await page.setInputFiles("#give", large);
    await page.click(".upload-form button.second");
    await page.waitForFunction(() => document.querySelector(".upload-form progress").value > 5);
    assert.match(await page.locator(".upload-form [role=status]").innerText(), /lon\.pdf \d+%/);
    await page.click(".upload-form [data-cancel]");
    assert.equal(await page.locator(".upload-form .progress").isVisible(), false);
    await session.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: -1 });
    await page.click(".upload-form button.second");
    await page.waitForSelector('a[href*="/tep/"]');
    assert.match(await page.locator("main").innerText(), /lon\.pdf/);
    rmSync(folder, { recursive: true });
    done("an upload of 20 MB shows progress, is given up, and sent again");
    await page.setInputFiles("#give", { name: "trang.html", mimeType: "text/html", buffer: Buffer.from("<script>alert(1)</script>") });
    await page.click(".upload-form button.second");
    await page.waitForSelector(".upload-form .note.bad");
    done("what is no evidence is said at the form");
  }
  // Drafts survive the loss of the network.
  {
    const { page, paper } = await draft("Mất mạng");
    await page.goto(house.place(`${paper}/noi-dung/nhu-cau`));
    await page.context().setOffline(true);
    await page.fill('[name="/0/proposal/need"]', "Gõ khi mất mạng");
    await page.waitForSelector("#saved.failed");
    assert.match(await page.locator("#saved").innerText(), /Chưa lưu được/);
    await page.context().setOffline(false);
    await page.waitForFunction(() => !document.querySelector("#saved").classList.contains("failed"), null, { timeout: 15000 });
    assert.match(await page.locator("#saved").innerText(), /Đã tự động lưu/);
    done("a draft is saved once the network is back");
  }
  // A page of somebody else cannot send our forms.
  {
    const page = await house.person("ma-o.btc");
    const cookies = (await page.context().cookies()).map((c) => `${c.name}=${c.value}`).join("; ");
    for (const c of await page.context().cookies()) assert.equal(c.httpOnly && c.sameSite === "Lax", true, c.name);
    const send = (headers, body) => fetch(`${demo.base}/de-xuat/moi/mo`, { method: "POST", redirect: "manual", headers: { cookie: cookies, "content-type": "application/x-www-form-urlencoded", ...headers }, body });
    assert.equal((await send({ "sec-fetch-site": "cross-site" }, "")).status, 400);
    assert.equal((await send({ origin: "https://khac.example" }, "")).status, 400);
    assert.equal((await send({}, "%2Ftitle=x")).status, 400);
    assert.equal((await send({}, "_proof=0123456789&%2Ftitle=x")).status, 400);
    done("a form without the page's proof, or from elsewhere, is refused");
  }
  // The evaluator's sheet by keyboard alone.
  {
    await house.duty("ev.btc", "EV@");
    const list = await house.open("ev.btc", "/ho-so?stage=E.evaluating");
    const hrefs = await list.locator('main td a[href*="/ho-so/dos_"]').evaluateAll((all) => all.map((a) => a.getAttribute("href")));
    let sheet = null;
    for (const href of hrefs) {
      const page = await house.open("ev.btc", `${href}/phieu`);
      if (await page.locator("#m1").count()) { sheet = page; break; }
    }
    assert.ok(sheet, "an open sheet of the evaluator");
    assert.equal(await sheet.locator(".evidence .seen").count(), 1, "the evidence stands beside its line");
    const first = await sheet.locator("input[name=code]").inputValue();
    await sheet.keyboard.press("1");
    assert.equal(await sheet.locator("#m1").isChecked(), true);
    for (let n = 0; n < 20 && !(await sheet.evaluate(() => document.activeElement.matches("button.button"))); n += 1) await sheet.keyboard.press("Tab");
    await sheet.keyboard.press("Enter");
    await sheet.waitForFunction((c) => document.querySelector("input[name=code]")?.value !== c && document.readyState === "complete", first);
    assert.notEqual(await sheet.locator("input[name=code]").inputValue(), first);
    await sheet.keyboard.press("2");
    for (let n = 0; n < 20 && !(await sheet.evaluate(() => document.activeElement.matches("button.button"))); n += 1) await sheet.keyboard.press("Tab");
    await sheet.keyboard.press("Enter");
    await sheet.waitForLoadState();
    assert.match(await sheet.locator(".summary").innerText(), /Nhập lý do không đạt/);
    // It saves itself while it is written, a question too.
    await sheet.locator('[name=mark][value=ask]').check();
    await sheet.fill("[name=reason]", "Đề nghị bổ sung biên bản kiểm thử.");
    await sheet.waitForFunction(() => /Đã tự động lưu/.test(document.querySelector("#saved")?.textContent ?? ""));
    await sheet.reload();
    assert.equal(await sheet.locator('[name=mark][value=ask]').isChecked(), true);
    assert.equal(await sheet.locator("[name=reason]").inputValue(), "Đề nghị bổ sung biên bản kiểm thử.");
    const rest = await sheet.evaluate(() => localStorage.length + sessionStorage.length);
    assert.equal(rest, 0, "nothing of a sheet rests in the browser");
    done("the evaluator's sheet goes by keyboard, asks for the reason, and leaves nothing in the browser");
  }
  // An administrator looks at next year's holidays and loads them; the calendar shows the year, the same file is refused.
  {
    const file = { name: "lich-2031.csv", mimeType: "text/csv", buffer: Buffer.from("date,weekday,name_vi,name_en,kind,status\n2031-01-01,Wed,Tết Dương lịch,New Year's Day,public_holiday,official\n2031-09-02,Tue,Quốc khánh,\"National Day, \"\"2/9\"\"\",public_holiday,official") };
    const look = async () => {
      const page = await house.open("adm.bkhcn", "/quan-tri/xem-truoc");
      await page.setInputFiles("#file", file);
      await page.getByRole("button", { name: "Xem trước", exact: true }).click();
      await page.waitForLoadState();
      return page;
    };
    let page = await look();
    assert.match(await page.locator("main").innerText(), /Đưa lịch nghỉ này vào áp dụng/);
    await page.getByRole("button", { name: "Nạp", exact: true }).click();
    await page.waitForURL(/\/quan-tri\/lich/);
    assert.match(await page.locator("main").innerText(), /Đã nạp/);
    page = await house.open("adm.bkhcn", "/quan-tri/lich?nam=2031");
    assert.equal(await page.locator("td.holiday").count(), 2);
    page = await look();
    assert.match(await page.locator("main").innerText(), /giống hệt bản đang áp dụng/);
    done("holidays are looked at, loaded and shown, and not loaded twice");
  }
  assert.deepEqual(house.faults.filter((f) => !/Failed to load resource|ERR_INTERNET_DISCONNECTED|net::/.test(f)), []);
} finally {
  await chrome.close();
  demo.stop();
}
