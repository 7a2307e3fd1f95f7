// What the browser tests share: a demonstration of their own, people signed in each in a session of
// their own, and words for what people do.
import { chromium } from "playwright-core";
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const PASSWORD = "demo-ndp-2026";

/** Starts a demonstration (a copy of the one in BROWSER_DATA, where that is built already), or uses the one at BROWSER_BASE. */
export async function demonstration() {
  if (process.env.BROWSER_BASE) return { base: process.env.BROWSER_BASE, stop() {} };
  const folder = mkdtempSync(join(tmpdir(), "ndp-browser-"));
  if (process.env.BROWSER_DATA) cpSync(process.env.BROWSER_DATA, folder, { recursive: true });
  const binary = process.env.BROWSER_BINARY ?? "target/debug/ndp";
  const child = spawn(binary, ["demo", "--json", "--data", folder, "--listen", "127.0.0.1:0"], {
    env: { ...process.env, NDP_SERVER__RATE_ADDRESS: "100000", NDP_SERVER__RATE_ACCOUNT: "100000", NDP_SERVER__RATE_SIGN_IN: "100000", NDP_SERVER__LOG_FILTER: "warn" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let text = "";
  const base = await new Promise((done, failed) => {
    child.stdout.on("data", (d) => {
      text += d;
      const found = text.match(/"listening":"([^"]+)"/);
      if (found) done(found[1]);
    });
    child.on("exit", () => failed(new Error(`the demonstration ended: ${text}`)));
  });
  return { base, stop() { child.removeAllListeners("exit"); child.kill(); rmSync(folder, { recursive: true, force: true }); } };
}

/** Fonts change nothing that is done; without them a journey is quicker. Pages are looked at with them. */
export async function browser({ fonts = false } = {}) {
  const args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", ...(fonts ? [] : ["--disable-remote-fonts"])];
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args });
}

/** The demonstration's day, as its public page says it. */
export async function today(base) {
  const html = await (await fetch(`${base}/`)).text();
  const [, d, m, y] = html.match(/role="status">[^<]*?(\d\d)\/(\d\d)\/(\d{4})/);
  return new Date(Date.UTC(+y, +m - 1, +d));
}

/** Lets the demonstration's clock go on by days. */
export async function pass(base, days) {
  const to = new Date((await today(base)).getTime() + days * 86400000 + 4 * 3600000).toISOString();
  const r = await fetch(`${base}/api/v1/demo/clock`, { method: "PUT", headers: { "content-type": "application/json" }, body: JSON.stringify({ to }) });
  if (!r.ok) throw new Error(`clock: ${r.status} ${await r.text()}`);
}

/** People in their own sessions, one language, with or without scripts. */
export class House {
  constructor(base, browser, { lang = "vi", scripts = true, width = 1280 } = {}) {
    Object.assign(this, { base, browser, lang, scripts, width, pages: new Map(), counts: new Map(), keys: new Map(), faults: [] });
  }

  place(path) {
    return this.base + (this.lang === "en" ? "/en" : "") + path;
  }

  async person(who) {
    if (this.pages.has(who)) return this.pages.get(who);
    const context = await this.browser.newContext({ viewport: { width: this.width, height: 900 }, javaScriptEnabled: this.scripts, locale: this.lang });
    context.setDefaultTimeout(30000);
    const page = await context.newPage();
    page.on("response", (r) => { if (r.status() >= 500) this.faults.push(`${r.status()} ${r.url()}`); });
    page.on("console", (m) => { if (m.type() === "error" && !/status of 4\d\d|ERR_FAILED/.test(m.text())) this.faults.push(m.text()); });
    await page.goto(this.place("/dang-nhap"));
    await page.fill("#email", `${who}@demo.example`);
    await page.fill("#password", PASSWORD);
    await page.click("main form button.button");
    await page.waitForURL(/\/viec/);
    this.pages.set(who, page);
    this.counts.set(who, 3);
    this.keys.set(who, `${who}@demo.example${PASSWORD}`.length);
    return page;
  }

  /** Chooses the duty that begins so: `EV@`. */
  async duty(who, code) {
    const page = await this.person(who);
    const select = page.locator("#duty-choice");
    if (await select.count() === 0) return page;
    const value = await select.locator("option").evaluateAll((all, code) => all.map((o) => o.value).find((v) => v.startsWith(code)), code);
    if (!value) throw new Error(`${who} has no duty ${code}`);
    if (await select.inputValue() !== value) {
      await select.selectOption(value);
      await page.click(".duty-choice button");
    }
    return page;
  }

  /** Clicks (links, buttons, choices, a field entered) and keys typed, by person. */
  count(who, n = 1, keys = 0) {
    this.counts.set(who, (this.counts.get(who) ?? 0) + n);
    this.keys.set(who, (this.keys.get(who) ?? 0) + keys);
  }

  counted() {
    return Object.fromEntries([...this.counts].map(([who, clicks]) => [who, { clicks, keys: this.keys.get(who) ?? 0 }]));
  }

  async open(who, path) {
    const page = await this.person(who);
    await page.goto(this.place(path), { waitUntil: "domcontentloaded" });
    this.count(who);
    return page;
  }

  /** Presses what the record offers under this address. */
  async press(who, path, noun) {
    const page = await this.open(who, path);
    const offered = page.locator(`.acts a[href$="${noun}"], .acts a[href*="${noun}?"], .acts form[action$="${noun}"] button, .acts form[action*="${noun}?"] button`).first();
    if (await offered.count() === 0) {
      const seen = await page.locator("h1, .acts, .summary").allInnerTexts();
      throw new Error(`${who} is not offered ${noun} at ${path}: ${seen.join(" | ")}`);
    }
    await offered.click();
    await page.waitForLoadState("domcontentloaded");
    this.count(who);
    return page;
  }

  async fill(page, fields) {
    const who = [...this.pages].find(([, p]) => p === page)?.[0];
    for (const [name, value] of Object.entries(fields)) {
      const field = page.locator(`[name="${name}"]`).first();
      const kind = await field.evaluate((e) => (e.tagName === "SELECT" ? "select" : e.type)).catch(() => { throw new Error(`no field ${name} at ${page.url()}`); });
      if (kind === "select") {
        const wanted = value instanceof RegExp ? await field.locator("option").evaluateAll((all, [s]) => all.find((o) => new RegExp(s).test(o.textContent) || new RegExp(s).test(o.value))?.value, [value.source]) : value;
        if (wanted === undefined) throw new Error(`nothing like ${value} to choose in ${name}: ${(await field.innerText()).slice(0, 300)}`);
        await field.selectOption(wanted);
      } else if (kind === "radio" || kind === "checkbox") {
        await page.locator(`[name="${name}"][value="${value}"]`).check();
      } else if (kind === "file") {
        await field.setInputFiles(value);
      } else if (kind !== "hidden") {
        await field.fill(String(value));
      }
      if (who && kind !== "hidden") this.count(who, 1, ["select", "radio", "checkbox", "file"].includes(kind) ? 0 : String(value).length);
    }
  }

  /** Sends the page's form; a page that says what is wrong is a failure. */
  async send(who, page) {
    await page.locator("form.fill p.buttons button.button").first().click();
    await page.waitForLoadState("domcontentloaded");
    this.count(who);
    if (await page.locator(".summary").count()) throw new Error(`${who} at ${page.url()}: ${await page.locator(".summary").innerText()}`);
    // A paper is looked at once more before it goes.
    const last = page.locator("button[name=_do][value=submit]");
    if (await last.count()) {
      await last.click();
      await page.waitForLoadState("domcontentloaded");
      this.count(who);
      if (await page.locator(".summary").count()) throw new Error(`${who} at ${page.url()}: ${await page.locator(".summary").innerText()}`);
    }
    return page;
  }

  /** Fills in topics by their names, each on its page, looks at everything once more and sends it. */
  async topics(who, page, all) {
    const place = this.recordOf(page);
    for (const [name, how] of Object.entries(all)) {
      page = await this.open(who, `${place}/${name}`);
      if (typeof how === "function") await how(page); else await this.fill(page, how);
      await page.locator("form.fill p.buttons button.button").click();
      await page.waitForLoadState("domcontentloaded");
      this.count(who);
      if (await page.locator(".summary").count()) throw new Error(`${who} at ${page.url()}: ${await page.locator(".summary").innerText()}`);
    }
    page = await this.open(who, place);
    const far = await page.locator(".topics").first().innerText();
    if (await page.locator("a.button").count() === 0) throw new Error(`${who} at ${page.url()}: not all is done: ${far}`);
    await page.locator("main a.button").click();
    await page.waitForLoadState("domcontentloaded");
    await page.locator("button[name=_do][value=submit]").click();
    await page.waitForLoadState("domcontentloaded");
    this.count(who, 2);
    if (await page.locator(".summary").count()) throw new Error(`${who} at ${page.url()}: ${await page.locator(".summary").innerText()}`);
    return page;
  }

  async act(who, path, noun, fields = {}) {
    const page = await this.press(who, path, noun);
    if (await page.locator("form.fill").count()) {
      await this.fill(page, fields);
      await this.send(who, page);
    }
    if (await page.locator(".summary").count()) throw new Error(`${who} ${noun}: ${await page.locator(".summary").innerText()}`);
    return page;
  }

  recordOf(page) {
    return new URL(page.url()).pathname.replace(/^\/en/, "");
  }

  /** A paper through its steps after it was submitted; each person in their own session. */
  async paper(path, { head, form, signer, records, signerDuty }) {
    await this.act(head, path, "/initials");
    await this.act(form, path, "/form-checks");
    if (signerDuty) await this.duty(signer, signerDuty);
    await this.act(signer, path, "/signatures", { "/file_sha256:file": { name: "da-ky.pdf", mimeType: "application/pdf", buffer: pdf() } });
    await this.act(records, path, "/numbers", { "/number/number": String((House.numbers += 1)) });
    await this.act(records, path, "/seals");
    await this.act(records, path, "/issues");
  }

  async close() {
    for (const page of this.pages.values()) await page.context().close();
  }
}
House.numbers = 10000 + (Math.floor(Date.now() / 1000) % 1000000) * 50;

/** A small PDF of its own. */
export function pdf(text = `dữ liệu mẫu ${Math.random()}`) {
  return Buffer.from(`%PDF-1.4\n% ${text}\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n`);
}
