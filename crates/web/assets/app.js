// Makes smoother what works without it: drafts saved while typing, uploads with progress, keys on lists,
// contents shown by choice. Nothing is kept in the browser.
(() => {
  "use strict";
  const $ = (s, r = document) => r.querySelector(s);
  const all = (s, r = document) => Array.from(r.querySelectorAll(s));

  // What was wrong is read first.
  $("#summary")?.focus();

  // On a narrow screen parts stand in one row that moves sideways.
  $(".tabs [aria-current=page]")?.scrollIntoView({ block: "nearest", inline: "center" });

  // The secret of a letter stands after #, so that no server's log has it; it goes into its field.
  const secret = $("#token");
  if (secret && location.hash.length > 1) { secret.value = decodeURIComponent(location.hash.slice(1)); history.replaceState(null, "", location.pathname); }

  // A form kept over a sign-in goes back to its page by itself.
  $("form[data-go-on]")?.requestSubmit();

  // A second press while the first is on its way does nothing.
  addEventListener("submit", (e) => {
    const form = e.target;
    if (e.defaultPrevented || form.method === "get") return;
    if (form.dataset.sent) { e.preventDefault(); return; }
    form.dataset.sent = "1";
    e.submitter?.setAttribute("aria-busy", "true");
  });
  addEventListener("pageshow", () => all("form[data-sent]").forEach((f) => { delete f.dataset.sent; all("[aria-busy]", f).forEach((b) => b.removeAttribute("aria-busy")); }));

  // Of several contents only the chosen one is shown.
  const variants = () => all(".variant").forEach((v) => {
    const chosen = all(`input[type=radio][name="${CSS.escape(v.dataset.of)}"]`).find((r) => r.checked);
    v.hidden = !chosen || chosen.value !== v.dataset.tag;
  });
  if ($(".variant")) { document.documentElement.classList.add("scripted"); variants(); addEventListener("change", variants); }

  // Drafts save themselves a second after the last change.
  const form = $("form[data-autosave]");
  if (form) {
    let timer, running = false, again = false, typed = false;
    const status = $("#saved");
    const content = () => {
      const data = new URLSearchParams();
      for (const [k, v] of new FormData(form)) if (typeof v === "string" && k !== "_do" && k !== "_key") data.append(k, v);
      data.append("_do", "autosave");
      return data;
    };
    const save = async () => {
      if (running) { again = true; return; }
      running = true;
      typed = false;
      const data = content();
      try {
        const r = await fetch(form.action, { method: "POST", body: data, headers: { "x-requested-with": "fetch" }, keepalive: data.toString().length < 60000 });
        const text = await r.text();
        if (r.ok) {
          const doc = new DOMParser().parseFromString(text, "text/html");
          const next = doc.getElementById("draft-version");
          if (next) { $("#draft-version", form).value = next.value; next.remove(); }
          status.replaceChildren(...doc.body.childNodes);
          status.classList.remove("failed");
        } else if (r.status === 409) {
          status.textContent = new DOMParser().parseFromString(text, "text/html").body.textContent;
          status.classList.add("failed");
        } else { throw new Error(String(r.status)); }
      } catch {
        typed = true;
        status.textContent = document.documentElement.lang === "en" ? "Not saved yet. Your text is still on this screen." : "Chưa lưu được. Nội dung vẫn ở trên màn hình này.";
        status.classList.add("failed");
        timer = setTimeout(save, 5000);
      }
      running = false;
      if (again) { again = false; save(); }
    };
    form.addEventListener("input", (e) => { if (e.target.type !== "file") { typed = true; clearTimeout(timer); timer = setTimeout(save, 1000); } });
    // Whoever leaves within that second leaves nothing behind.
    form.addEventListener("submit", () => { typed = false; });
    addEventListener("pagehide", () => { if (typed) { typed = false; fetch(form.action, { method: "POST", body: content(), headers: { "x-requested-with": "fetch" }, keepalive: true }).catch(() => {}); } });
  }

  // The control for a file speaks the page's language, not the browser's.
  all("input[type=file]").forEach((input) => {
    const box = document.createElement("span"), button = document.createElement("span"), said = document.createElement("span");
    box.className = "chooser"; button.className = "second"; said.className = "hint chosen";
    button.textContent = document.body.dataset.choose; button.setAttribute("aria-hidden", "true");
    const name = () => { said.textContent = Array.from(input.files, (f) => f.name).join(", ") || document.body.dataset.none; };
    input.replaceWith(box); box.append(button, said, input);
    input.addEventListener("change", name); addEventListener("pageshow", name); name();
  });

  // Paper is printed from here where scripts run; else by the browser's own menu.
  all("[data-print]").forEach((b) => { b.hidden = false; b.addEventListener("click", () => print()); });

  // Uploads show how far they are and can be given up.
  all("form[data-upload]").forEach((f) => f.addEventListener("submit", (e) => {
    const file = $("input[type=file]", f).files[0];
    if (!file) return;
    e.preventDefault();
    const box = $(".progress", f), bar = $("progress", f), said = $("[role=status]", f);
    const request = new XMLHttpRequest();
    box.hidden = false;
    request.upload.onprogress = (p) => { const n = Math.round(100 * p.loaded / p.total); bar.value = n; said.textContent = `${file.name} ${n}%`; };
    const rest = () => { box.hidden = true; delete f.dataset.sent; all("[aria-busy]", f).forEach((b) => b.removeAttribute("aria-busy")); };
    $("[data-cancel]", f).onclick = () => { request.abort(); rest(); };
    request.onload = () => {
      if (request.status < 400) { location.reload(); return; }
      rest();
      const doc = new DOMParser().parseFromString(request.responseText, "text/html");
      let note = $(".note.bad", f);
      if (!note) { note = document.createElement("p"); note.className = "note bad"; note.setAttribute("role", "alert"); f.prepend(note); }
      note.textContent = $(".summary li, .lead", doc)?.textContent ?? request.statusText;
    };
    request.onerror = rest;
    request.open("POST", f.action);
    request.send(new FormData(f));
  }));

  // Enter in the page's field goes to that page of the evidence, not on to the next line.
  $("#trang")?.addEventListener("keydown", (e) => { if (e.key === "Enter") { e.preventDefault(); $("button[value=see]").click(); } });

  // Keys on lists and sheets; off while typing, and where switched off.
  if (document.body.dataset.keys) {
    const links = () => all("[data-list] li > a:first-child, [data-list] li > div > a, [data-list] td:first-child > a");
    addEventListener("keydown", (e) => {
      const typing = e.target.closest("input:not([type=radio]):not([type=checkbox]), textarea, select");
      if (typing || e.ctrlKey || e.metaKey || e.altKey) return;
      const at = links().indexOf(document.activeElement);
      if (e.key === "/") { const s = $("[data-search]"); if (s) { e.preventDefault(); s.focus(); } }
      else if ((e.key === "j" || e.key === "k") && $("[data-sheet]")) { const b = $(`[data-sheet] button[value=${e.key === "j" ? "next" : "before"}]:not(.unseen)`); if (b) { e.preventDefault(); b.focus(); } }
      else if (e.key === "?") { const k = $(".keys"); if (k) { e.preventDefault(); k.tabIndex = -1; k.focus(); } }
      else if (e.key === "j" || e.key === "k") { const to = links()[Math.max(0, at + (e.key === "j" ? 1 : -1))]; if (to) { e.preventDefault(); to.focus(); } }
      else if ((e.key === "1" || e.key === "2") && $("[data-sheet]")) { const r = $(e.key === "1" ? "#m1" : "#m2"); if (r) { r.checked = true; r.focus(); } }
    });
  }
})();
