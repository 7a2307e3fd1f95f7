// Every page, as each duty sees it, in both languages: no violation of axe (light and dark), no scrolling
// sideways at 320, 375, 768 and 1280, targets of at least 24 px, nothing inline, one h1, no leftover key of
// a text, weights within the house's limits. With `--pictures FOLDER` it writes pictures instead: each page at
// 1280 and 375 px, in Vietnamese also dark, and on A4 those that people print.
import { browser, demonstration, PASSWORD } from "./house.mjs";
import { readFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { gzipSync } from "node:zlib";
import { HtmlValidate } from "html-validate";
import assert from "node:assert/strict";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const pictures = process.argv.includes("--pictures") ? process.argv[process.argv.indexOf("--pictures") + 1] : null;
const quick = process.argv.includes("--quick");

// Pages that must look finished on paper (ux.md 9).
const PRINTED = [/\/nen-tang\/pub/, /\/theo-doi$/, /\/bien-ban$/, /\/kiem-phieu$/, /\/lich-su$/, /\/chi-tra$/, /\/ban-in$/, /\/ket-luan$/];

// A page by its address; `list > record` opens the first record that the list shows, `record > new/moi/mo` what leads on.
const PAGES = {
  "-": ["/", "/?q=dau+thau", "/?q=khong-co-gi-nhu-the", "/? > nen-tang", "/tra-cuu", "/tra-cuu?ma=KHONGCOMA0", "/huong-dan", "/kha-nang-tiep-can", "/hien-thi", "/dang-nhap", "/mat-khau/quen", "/mat-khau/dat/reset?token=x", "/co-quan", "/co-quan > co-quan/", "/viec!401", "/khong-co!404"],
  "ma-o.btc": ["/viec", "/de-xuat", "/de-xuat?stage=L.draft > de-xuat/", "/de-xuat?stage=L.supplement > de-xuat/", "/de-xuat/moi/mo", "/de-xuat/nhap-excel", "/de-xuat/mot-cong-van", "/ho-so", "/ho-so?stage=E.decided > ho-so/", "/ho-so?stage=E.decided > ho-so/ + /ket-luan", "/ho-so?stage=E.decided > ho-so/ + /lich-su", "/ho-so?stage=E.decided > ho-so/ + /tong-hop", "/ho-so?stage=E.decided > ho-so/ + /bien-ban", "/ho-so?stage=E.decided > ho-so/ + /kiem-phieu", "/ho-so?stage=E.decided > ho-so/ + /thao-luan", "/ho-so?stage=E.concluded > ho-so/ + /ket-luan", "/bo-tieu-chi?stage=C.promulgated > bo-tieu-chi/ + /gop-y", "/danh-gia?stage=B.ready > danh-gia/body + /chi-tra", "/bo-tieu-chi?stage=C.promulgated > bo-tieu-chi/", "/bo-tieu-chi?stage=C.promulgated > bo-tieu-chi/ + /so-sanh", "/bo-tieu-chi?stage=C.drafting > bo-tieu-chi/ + /soan", "/danh-gia", "/danh-gia > danh-gia/body", "/trinh-ky", "/trinh-ky > van-ban/", "/van-ban?stage=D.draft > van-ban/ + /noi-dung", "/van-ban?stage=D.draft > van-ban/ + /noi-dung/nhu-cau", "/tai-khoan", "/cong-bo", "/cong-bo > cong-bo/pub", "/cong-nhan", "/cong-nhan > cong-nhan/rec", "/ke-hoach", "/ke-hoach > ke-hoach/", "/danh-sach", "/san-pham", "/san-pham > san-pham/", "/xem-xet-lai", "/khieu-nai", "/phan-doi", "/de-nghi-sua-doi"],
  "ma-k.btc": ["/viec", "/de-xuat", "/de-xuat/mot-cong-van"],
  "ma-u.btc": ["/viec", "/trinh-ky", "/van-ban?stage=D.submitted > van-ban/ + /initials"],
  "ma-g.btc": ["/viec", "/trinh-ky"],
  "ma-s.btc": ["/viec", "/trinh-ky", "/van-ban?stage=D.checked > van-ban/", "/van-ban?stage=D.checked > van-ban/ + /ban-in", "/van-ban?stage=D.checked > van-ban/ + /signatures", "/van-ban?stage=D.returned > van-ban/"],
  "ma-v.btc": ["/van-thu", "/van-ban?stage=D.signed > van-ban/ + /numbers", "/van-ban?stage=D.numbered > van-ban/ + /phat-hanh"],
  "sec.btc": ["/viec", "/danh-gia", "/danh-gia?stage=B.ready > danh-gia/body", "/trinh-ky", "/ho-so?stage=E.evaluating > ho-so/"],
  "ch.btc": ["/viec", "/ho-so", "/trinh-ky"],
  "vc.btc": ["/viec"],
  "sup.btc": ["/viec", "/viec > phieu/moi/paper-sheets"],
  "hu.dv-mau": ["/viec", "/danh-gia"],
  "co-o.bca": ["/viec", "/bo-tieu-chi", "/bo-tieu-chi > bo-tieu-chi/"],
  "co-s.bca": ["/viec", "/trinh-ky"],
  "op.dn-mau": ["/viec"],
  "loc-p.ubnd-2025-01": ["/viec", "/co-quan"],
  "fa-o.bkhcn": ["/viec", "/theo-doi", "/de-xuat", "/danh-sach", "/danh-sach > danh-sach/", "/cong-bo"],
  "fa-s.bkhcn": ["/viec", "/trinh-ky"],
  "fa-v.bkhcn": ["/viec", "/van-thu", "/bo-tieu-chi", "/bo-tieu-chi > bo-tieu-chi/"],
  "fa-u.bkhcn": ["/viec", "/theo-doi", "/de-xuat?stage=L.received > de-xuat/ + /assignments"],
  "en-a.dn-mau": ["/viec", "/bo-tieu-chi > bo-tieu-chi/ > ho-so/moi/mo", "/ho-so", "/ho-so?stage=E.draft > ho-so/", "/ho-so?stage=E.draft > ho-so/ + /noi-dung", "/ho-so?stage=E.draft > ho-so/ + /noi-dung/thi-phan", "/ho-so?stage=E.draft > ho-so/ + /noi-dung/nhom-g1", "/ho-so?stage=E.decided > ho-so/"],
  "ev.btc": ["/viec", "/danh-gia", "/danh-gia > danh-gia/body", "/danh-gia?stage=B.established > danh-gia/body > ke-khai/moi/mo", "/ho-so?stage=E.evaluating > ho-so/ + /phieu", "/ho-so?stage=E.evaluating > ho-so/ + /phieu/kiem-tra", "/ho-so?stage=E.decided > ho-so/ + /tong-hop", "/ho-so?stage=E.decided > ho-so/ + /thao-luan"],
  "adm.bkhcn": ["/quan-tri", "/quan-tri/moi", "/quan-tri/nhiem-vu", "/quan-tri/uy-quyen", "/quan-tri/quy-dinh", "/quan-tri/xem-truoc", "/quan-tri/lich", "/nguoi-dung", "/nguoi-dung > nguoi-dung/acc + /suspensions"],
  "aud.bkhcn": ["/nhat-ky", "/theo-doi"],
};

/** Bytes that a first visit takes over the line, with style, script, pictures and fonts. */
async function firstVisit(url) {
  const context = await chrome.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  const line = await context.newCDPSession(page);
  let bytes = 0;
  line.on("Network.loadingFinished", (e) => { bytes += e.encodedDataLength; });
  await line.send("Network.enable");
  await page.goto(url, { waitUntil: "networkidle" });
  await page.evaluate(() => document.fonts.ready.then(() => true));
  await context.close();
  return bytes;
}

/** The page as people see it, and as it leaves a printer. */
async function taken(page, file, lang, path) {
  mkdirSync(pictures, { recursive: true });
  for (const width of [1280, 375]) {
    await page.setViewportSize({ width, height: 900 });
    await page.screenshot({ path: `${pictures}/${file}-${width}.png`, fullPage: true });
  }
  await page.setViewportSize({ width: 1280, height: 900 });
  if (lang === "vi") {
    await page.emulateMedia({ colorScheme: "dark" });
    await page.screenshot({ path: `${pictures}/${file}-1280-dark.png`, fullPage: true });
    await page.emulateMedia({ colorScheme: null });
  }
  if (PRINTED.some((p) => p.test(path))) await page.pdf({ path: `${pictures}/${file}-a4.pdf`, preferCSSPageSize: true });
}

const valid = new HtmlValidate({ extends: ["html-validate:standard"], rules: { "long-title": "off", "require-sri": "off" } });
const demo = await demonstration();
const chrome = await browser({ fonts: true });
const wrong = [];
const weights = [];
let seen = 0;
const say = (what) => { wrong.push(what); console.log(`WRONG ${what}`); };

try {
  for (const path of ["/", "/en/", "/dang-nhap"]) {
    const bytes = await firstVisit(demo.base + path);
    console.log(`  ${bytes} a first visit to ${path}`);
    if (bytes > 120 * 1024 || bytes < 10 * 1024) say(`${path}: ${bytes} bytes at a first visit`);
  }
  for (const lang of ["vi", "en"]) {
    for (const [who, places] of Object.entries(PAGES)) {
      const context = await chrome.newContext({ viewport: { width: 1280, height: 900 }, bypassCSP: true });
      context.setDefaultTimeout(30000);
      const page = await context.newPage();
      const prefix = lang === "en" ? "/en" : "";
      const followed = {};
      if (who !== "-") {
        await page.goto(`${demo.base}${prefix}/dang-nhap`);
        await page.fill("#email", `${who}@demo.example`);
        await page.fill("#password", PASSWORD);
        await page.click("main form button.button");
        await page.waitForURL(/\/viec/);
      }
      for (const place of places) {
        let [path, wanted = "200"] = place.split("!");
        let name = `${who} ${lang} ${path}`;
        const [list, ...steps] = path.split(" > ");
        path = list;
        for (const step of steps) {
          const [needle, more = ""] = step.split(" + ");
          await page.goto(`${demo.base}${prefix}${path}`);
          const open = needle.includes("/moi/");
          const all = await page.locator(`main a[href*="/${needle}"]`).evaluateAll((links) => links.map((a) => a.getAttribute("href")));
          const href = all.find((h) => open || /_[0-9a-f]{32}$/.test(h));
          if (!href) { say(`${name}: nothing leads to ${needle}`); path = null; break; }
          path = href.replace(/^\/en(?=\/)/, "") + more;
        }
        if (!path) continue;
        const url = `${demo.base}${prefix}${path}`;
        const answer = await page.goto(url);
        const html = await answer.text();
        seen += 1;
        if (String(answer.status()) !== wanted) { say(`${name}: ${answer.status()}`); continue; }
        weights.push([gzipSync(html).length, name]);
        if (pictures) { await taken(page, `${name}`.replace(/[^a-z0-9.]+/gi, "-").slice(0, 90), lang, path); continue; }
        for (const r of (await valid.validateString(html)).results) for (const m of r.messages.slice(0, 3)) say(`${name}: ${m.ruleId}: ${m.message} (line ${m.line})`);
        if (/\sstyle="|<style|<script(?![^>]*\ssrc=)|\son\w+="/.test(html)) say(`${name}: something inline`);
        const said = await page.locator("body").innerText();
        const key = said.match(/\b(web|field|choice|act|state|kind|kinds|duty|hint)-[a-z0-9_A-Z-]+/);
        if (key && !/act-|state-/.test(path)) say(`${name}: the text ${key[0]} is missing`);
        // A name of a field that nobody translated stands as it is in the code.
        const raw = await page.locator("main dt, main label, main th, main legend").evaluateAll((all) => all.map((e) => e.textContent.trim()).find((t) => /^[a-z]+(_[a-z]+)*$/.test(t)));
        if (raw) say(`${name}: the field ${raw} has no name`);
        // What a page leads to is there: of each kind of address the first two.
        if (lang === "vi") {
          const links = await page.locator('main a[href^="/"]').evaluateAll((all) => all.map((a) => a.getAttribute("href")));
          for (const href of new Set(links)) {
            const kind = href.replace(/_[0-9a-f]{32}/g, "_").replace(/[0-9a-f]{64}/g, "sha").replace(/[?#].*$/, "");
            if ((followed[kind] ??= 0) >= 2) continue;
            followed[kind] += 1;
            const there = await context.request.get(demo.base + href, { maxRedirects: 0 });
            if (there.status() >= 400 && !(who === "-" && there.status() === 401)) say(`${name}: ${href} answers ${there.status()}`);
          }
        }
        if (lang === "en" && await page.locator("html").getAttribute("lang") !== "en") say(`${name}: not in English`);
        if (await page.locator("h1").count() !== 1) say(`${name}: ${await page.locator("h1").count()} headings of the first level`);
        if (await page.locator("main .button:visible").count() > 1) say(`${name}: more than one filled button`);
        for (const width of quick ? [320, 1280] : [320, 375, 768, 1280]) {
          await page.setViewportSize({ width, height: 900 });
          const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          if (over > 0) say(`${name}: ${over} px too wide at ${width}`);
          if (width === 375 || width === 320) {
            const small = await page.evaluate(() => [...document.querySelectorAll("main a, main button, header a, header button, summary, input:not([type=hidden]), select")].filter((e) => {
              const r = e.getBoundingClientRect();
              if (!r.width || !r.height || e.closest(".unseen") || e.classList.contains("unseen") || e.classList.contains("skip")) return false;
              // Links in running text are excepted (WCAG 2.5.8).
              if (e.tagName === "A" && getComputedStyle(e).display === "inline") return false;
              return r.height < 23.5 || r.width < 23.5;
            }).slice(0, 3).map((e) => `${e.tagName} ${e.textContent.trim().slice(0, 20)} ${Math.round(e.getBoundingClientRect().width)}x${Math.round(e.getBoundingClientRect().height)}`));
            if (small.length) say(`${name}: small targets ${small.join("; ")}`);
          }
        }
        await page.setViewportSize({ width: 1280, height: 900 });
        for (const scheme of ["light", "dark"]) {
          await page.emulateMedia({ colorScheme: scheme });
          if (scheme === "light") await page.evaluate(axe);
          // In the dark only colours change.
          const found = await page.evaluate((dark) => globalThis.axe.run({ runOnly: dark ? { type: "rule", values: ["color-contrast", "link-in-text-block"] } : ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }), scheme === "dark");
          for (const v of found.violations) say(`${name} ${scheme}: ${v.id} ${v.nodes.slice(0, 2).map((n) => `${n.target.join(" ")} ${(n.failureSummary ?? "").split("\n").slice(1, 2).join()}`).join("; ")}`);
        }
        await page.emulateMedia({ colorScheme: null });
      }
      await context.close();
    }
  }
  weights.sort((a, b) => b[0] - a[0]);
  console.log("heaviest pages (gzip):");
  for (const [bytes, name] of weights.slice(0, 10)) console.log(`  ${bytes} ${name}`);
  for (const [bytes, name] of weights) if (bytes > 22 * 1024) say(`${name}: ${bytes} bytes packed`);
  console.log(`${seen} pages seen, ${wrong.length} wrong`);
  assert.equal(wrong.length, 0);
} finally {
  await chrome.close();
  demo.stop();
}
