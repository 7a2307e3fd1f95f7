// Parses every diagram with bpmn-moddle and draws it with bpmn-js in Chromium: no warning, and
// every shape and flow of the file on the canvas.
// Usage: node draw.mjs FOLDER NODE_MODULES [PICTURE_FOLDER]
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [folder, modules, pictures] = process.argv.slice(2).map((p) => resolve(p));
const require = createRequire(join(modules, "x.js"));
const parser = await import(pathToFileURL(require.resolve("bpmn-moddle")).href);
const BpmnModdle = parser.BpmnModdle ?? parser.default;
const viewer = readFileSync(join(modules, "bpmn-js/dist/bpmn-viewer.production.min.js"), "utf8");
const work = mkdtempSync(join(tmpdir(), "ndp-draw-"));
let failed = 0;

for (const file of readdirSync(folder).filter((f) => f.endsWith(".bpmn")).sort()) {
  const xml = readFileSync(join(folder, file), "utf8");
  const { warnings } = await new BpmnModdle().fromXML(xml);
  const shapes = (xml.match(/<bpmndi:BPMNShape /g) ?? []).length;
  const edges = (xml.match(/<bpmndi:BPMNEdge /g) ?? []).length;
  const page = join(work, `${file}.html`);
  writeFileSync(
    page,
    `<!doctype html><meta charset="utf-8"><div id="canvas" style="width:1800px;height:1000px"></div>
<pre id="out">not drawn</pre><script>${viewer.replaceAll("</script", "<\\/script")}</script><script>
const viewer = new BpmnJS({ container: "#canvas" });
viewer.importXML(${JSON.stringify(xml).replaceAll("</", "<\\/")}).then(({ warnings }) => {
  viewer.get("canvas").zoom("fit-viewport");
  const drawn = viewer.get("elementRegistry").getAll();
  const visible = drawn.filter((e) => document.querySelector('[data-element-id="' + e.id + '"]'));
  out.textContent = JSON.stringify({ warnings: warnings.length, shapes: visible.filter((e) => e.type !== "label" && !e.waypoints && e.parent).length, edges: visible.filter((e) => e.waypoints).length });
}).catch((e) => { out.textContent = JSON.stringify({ error: String(e) }); });
</script>`,
  );
  const chromium = (...flags) =>
    execFileSync("chromium", ["--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=20000", ...flags, pathToFileURL(page).href], {
      encoding: "utf8",
      maxBuffer: 1 << 28,
      stdio: ["ignore", "pipe", "ignore"],
    });
  const dom = chromium("--dump-dom");
  const said = JSON.parse(dom.match(/<pre id="out">([^<]*)<\/pre>/)[1].replaceAll("&quot;", '"'));
  if (pictures) chromium(`--screenshot=${join(pictures, `${file}.png`)}`, "--window-size=1840,1080");
  const fine = warnings.length === 0 && said.warnings === 0 && said.shapes === shapes && said.edges === edges;
  if (!fine) failed += 1;
  console.log(`${fine ? "drawn  " : "WRONG  "} ${file}: ${shapes} shapes, ${edges} flows; parser ${warnings.length} warnings; ${JSON.stringify(said)}`);
}
process.exit(failed ? 1 : 0);
