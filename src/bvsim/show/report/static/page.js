"use strict";
/* The page: draws what can be seen, follows the year and the language, prints. */

const BY_YEAR = new Set(["odds", "waterfall", "matter", "relief"]);
const drawn = new Map();
const all = (selector, from = document) => [...from.querySelectorAll(selector)];

function draw(element, width = 0) {
  const name = element.dataset.chart;
  const figure = element.closest("figure");
  const space = width || element.clientWidth;
  if (!space && !drawn.has(element)) return;
  const chart = chartOf(name, space);
  figure.hidden = chart === null;
  if (chart === null) return;
  if (chart.height) element.style.setProperty("--height", `${chart.height}rem`);
  if (!drawn.has(element)) {
    element.replaceChildren();
    element.classList.add("live");
    drawn.set(element, echarts.init(element, null, { renderer: "svg" }));
  }
  const instance = drawn.get(element);
  instance.resize(width ? { width } : undefined);
  instance.setOption(chart.option, true);
  fillTable(figure.querySelector("details.figures"), chart.table);
  offerFiles(figure.querySelector("details.figures"), name);
}

function fillTable(details, found) {
  const table = document.createElement("table");
  const row = (cells, tag) => {
    const line = document.createElement("tr");
    cells.forEach((text, i) => {
      const cell = document.createElement(i && tag === "td" ? "td" : "th");
      cell.scope = tag === "th" ? "col" : "row";
      if (cell.tagName === "TD") cell.removeAttribute("scope");
      cell.textContent = text;
      line.append(cell);
    });
    return line;
  };
  table.createTHead().append(row(found.head, "th"));
  table.createTBody().append(...found.rows.map((cells) => row(cells, "td")));
  details.querySelector(".scroll").replaceChildren(table);
}

/* Files of a chart: its picture with title and origin, its numbers in full. */
const FILES = {
  PNG: (name, pane) => toPng(pictureOf(name, pane), (blob) => keep(blob, name, "png")),
  SVG: (name, pane) => keep(new Blob([pictureOf(name, pane).text], { type: "image/svg+xml" }), name, "svg"),
  CSV: (name) => keep(new Blob([written(name, ",", quoted)], { type: "text/csv" }), name, "csv"),
  copy: (name, pane, button) => copyText(written(name, "\t", String), () => { button.textContent = word("copied"); }),
};

function offerFiles(details, name) {
  let bar = details.querySelector(".tools");
  if (!bar) {
    bar = document.createElement("div");
    bar.className = "tools";
    for (const [kind, make] of Object.entries(FILES)) {
      const button = document.createElement("button");
      Object.assign(button, { type: "button", onclick: () => make(name, details, button) });
      button.dataset.kind = kind;
      bar.append(button);
    }
    details.append(bar);
  }
  for (const button of bar.children) button.textContent = button.dataset.kind === "copy" ? word("copy") : button.dataset.kind;
}

const quoted = (cell) => /[",\n]/.test(cell) ? `"${String(cell).replaceAll('"', '""')}"` : String(cell);
function written(name, between, write) {
  const { head, rows } = inFull(() => chartOf(name, 700).table);
  return [head, ...rows].map((cells) => cells.map(write).join(between)).join("\n") + "\n";
}

/* The drawing as it stands, below its title and above where it comes from. */
function pictureOf(name, details) {
  const chart = details.closest("figure").querySelector(".chart"), instance = drawn.get(chart);
  const width = instance.getWidth(), height = instance.getHeight(), top = 42;
  const title = document.getElementById(chart.getAttribute("aria-labelledby")).innerText;
  const below = filled(word("origin"), data);
  const text = (y, size, weight, colour, said) => `<text x="8" y="${y}" font-family="sans-serif" font-size="${size}" font-weight="${weight}" fill="${colour}">${safe(said)}</text>`;
  const inner = instance.renderToSVGString().replace("<svg", `<svg y="${top}"`);
  const all_ = [`<rect width="100%" height="100%" fill="${PAPER}"/>`, text(24, 16, "bold", INK, title), inner, text(height + top + 18, 11, "normal", QUIET, below)];
  return { width, height: height + top + 30, text: `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height + top + 30}">${all_.join("")}</svg>` };
}

function toPng(picture, done, sharp = 2) {
  const image = new Image(), canvas = document.createElement("canvas");
  Object.assign(canvas, { width: picture.width * sharp, height: picture.height * sharp });
  image.onload = () => { canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height); canvas.toBlob(done, "image/png"); };
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(picture.text)}`;
}

function keep(blob, name, kind) {
  const link = document.createElement("a");
  Object.assign(link, { href: URL.createObjectURL(blob), download: `${data.scenario}-${name}-${year}.${kind}` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function copyText(text, done) {
  const byHand = () => {
    const area = document.createElement("textarea");
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
    done();
  };
  if (!navigator.clipboard) byHand();
  else navigator.clipboard.writeText(text).then(done, byHand);
}

/* The years one after the other, from the first again after the last. */
let playing = 0;
function play() {
  if (playing) { clearInterval(playing); playing = 0; }
  else playing = setInterval(() => setYear(data.years[(at() + 1) % data.years.length]), 900);
  namePlay();
}
function namePlay() {
  const button = document.getElementById("play");
  if (button) { button.hidden = false; button.textContent = word(playing ? "pause" : "play"); button.onclick = play; }
}

const visible = (element) => !element.closest("details:not([open])");
function drawAll() { all(".chart").filter(visible).forEach(want); drawMap(); }

/* A chart is drawn when it is seen, or nearly; what changed meanwhile is drawn then. */
const near = new Set(), stale = new Set();
function want(element) {
  if (near.has(element)) draw(element); else stale.add(element);
}
const watcher = new IntersectionObserver((entries) => entries.forEach(({ target, isIntersecting }) => {
  if (!isIntersecting) { near.delete(target); return; }
  near.add(target);
  if (stale.delete(target) || !drawn.has(target)) draw(target);
}), { rootMargin: "400px" });

/* The map: areas by the root, colour by the main bottleneck, width of flows by the root. */
function drawMap() {
  const i = at(), sizes = data.map.sizes;
  const value = (state, name) => (state[name] ? state[name][i] || 0 : 0);
  for (const marker of all(".marker")) {
    const state = data.states[marker.dataset.name];
    const radius = state.kind === "site" ? drawSite(marker, state, value, sizes.site) : drawOther(marker, state, value, sizes.other);
    const [label, text] = all("text", marker);
    const good = state.kind === "site"
      ? (value(state, "announced") + value(state, "good") > 0 ? `${short(value(state, "good"))} / ${short(value(state, "announced"))} GWh` : "")
      : (value(state, "tonnes") > 0 ? `${short(value(state, "tonnes") / 1000)} kt` : "");
    label.textContent = titleOf(marker.dataset.name);
    text.textContent = good;
    place(label, text, radius, marker.dataset.anchor, Number(marker.dataset.x));
    marker.classList.toggle("idle", !good);
  }
  for (const line of all(".flow")) {
    const link = data.matter.links.find(([source, target]) => source === END + line.dataset.flow && target === line.dataset.name);
    line.setAttribute("stroke-width", link ? (Math.sqrt(link[2][i]) / 16).toFixed(2) : 0);
  }
  for (const town of all(".town-name")) town.textContent = town.dataset[language];
  const sites = Object.values(data.states).filter((state) => state.kind === "site");
  const sum = (name) => short(sites.reduce((total, state) => total + value(state, name), 0));
  const fields = Object.fromEntries(["good", "announced", "running", "nameplate"].map((name) => [name, sum(name)]));
  const words = document.getElementById("map-words"); // absent where the model has no map
  if (words) words.textContent = filled(word("map_words"), { year, ...fields });
  fillTable(document.querySelector('[data-table="map"]'), mapTable(value));
}

/* Name and value of a marker: above and below it, or both on one side, where the map has room. */
function place(label, text, radius, wanted, at) {
  const room = data.map.width - at - radius - 6, long = Math.max(...[label, text].map((each) => each.getComputedTextLength()));
  const anchor = wanted === "right" && long > room ? "left" : wanted;
  const side = { right: [1, "start"], left: [-1, "end"] }[anchor];
  const size = parseFloat(getComputedStyle(label).fontSize);
  const [above, below] = [-radius - 0.4 * size, radius + 1.2 * size];
  const lines = side ? [-0.25 * size, size] : anchor === "below" ? [below, below + 1.2 * size] : [above, below];
  for (const [element, y] of [[label, lines[0]], [text, lines[1]]]) {
    element.setAttribute("x", side ? side[0] * (radius + 6) : 0);
    element.setAttribute("y", y);
    element.setAttribute("text-anchor", side ? side[1] : "middle");
  }
}

function drawSite(marker, state, value, size) {
  const i = at(), radius = (name) => size * Math.sqrt(value(state, name));
  const [ring, nameplate, good] = all("circle", marker);
  const colour = data.colours[state.cause[i]];
  const plain = !state.cause.length || state.cause[i] === "none";
  ring.setAttribute("r", radius("announced").toFixed(2));
  nameplate.setAttribute("r", radius("nameplate").toFixed(2));
  good.setAttribute("r", Math.max(radius("good"), 2.5).toFixed(2));
  for (const disc of [nameplate, good]) disc.style.fill = plain ? "#7d858f" : colour;
  marker.querySelector("title").textContent = titleOf(marker.dataset.name) + (plain ? "" : `: ${causeOf(state.cause[i])}`);
  return Math.max(radius("announced"), radius("nameplate"), radius("good"), 3);
}

function drawOther(marker, state, value, size) {
  const half = Math.max(size * Math.sqrt(value(state, "tonnes")), 2.5);
  const rect = marker.querySelector("rect"), path = marker.querySelector("path");
  if (rect) for (const [key, x] of [["x", -half], ["y", -half], ["width", 2 * half], ["height", 2 * half]]) rect.setAttribute(key, x.toFixed(2));
  if (path) path.setAttribute("d", `M0,${-half * 1.3}L${half * 1.3},0L0,${half * 1.3}L${-half * 1.3},0Z`);
  return half * (path ? 1.3 : 1);
}

function mapTable(value) {
  const said = data.maps[language], i = at();
  const head = [String(year), said.announced, said.nameplate, said.good, said.heads, said.running, said.cause, said.tonnes];
  const rows = Object.entries(data.states).map(([name, state]) => {
    const own = (key, write = number) => (state[key] && state[key].length ? write(value(state, key)) : "");
    return [titleOf(name), own("announced"), own("nameplate"), own("good"), own("heads"), own("running", percent), state.cause && state.cause.length ? causeOf(state.cause[i]) : "", own("tonnes")];
  });
  return { head, rows };
}

/* The year, language and threshold shown stand in the address, so that it can be handed on. */
function tellAddress() {
  const found = new URLSearchParams({ year, lang: language, gwh: threshold });
  tell(`?${found}${location.hash}`);
}
function tell(address) {
  try { history.replaceState(null, "", address); } catch { /* some browsers let no file change its address */ }
}

function tellOdds() {
  const chance = percent(data.odds.least[at()][threshold] || 0), ends = data.odds.ends[at()][threshold];
  const fields = { chance, gwh: threshold, year, ...(ends && { low: percent(ends[0]), high: percent(ends[1]) }) };
  document.getElementById("odds-words").textContent = filled(word(ends ? "odds_said" : "odds_plain"), fields);
}

function setThreshold(wanted) {
  const input = document.getElementById("threshold");
  threshold = Math.max(0, Math.min(Number(wanted) || 0, Number(input.max)));
  input.value = threshold;
  input.nextElementSibling.value = threshold;
  tellOdds();
  tellAddress();
  want(document.querySelector('[data-chart="odds"]'));
}

function setYear(wanted) {
  year = Number(wanted);
  for (const input of all("input.year")) {
    input.value = year;
    input.nextElementSibling.value = year;
  }
  drawMap();
  tellOdds();
  tellAddress();
  all(".chart").filter((element) => BY_YEAR.has(element.dataset.chart.split(".")[0])).forEach(want);
}

function setLanguage(wanted) {
  language = wanted;
  document.documentElement.lang = wanted;
  for (const button of all(".languages button")) button.setAttribute("aria-pressed", String(button.dataset.lang === wanted));
  for (const cell of all(".heat td[title]")) cell.title = cell.dataset[wanted];
  document.title = filled(word("page_title"), { scenario: data.scenario });
  for (const element of all("[data-label-" + wanted + "]")) element.setAttribute("aria-label", element.dataset[`label${wanted === "fr" ? "Fr" : "En"}`]);
  namePlay();
  drawAll();
  tellOdds();
  tellAddress();
}

/* What the address asks for, else what was chosen before, else what the browser speaks. */
function begin() {
  const asked = new URLSearchParams(location.search), speaks = (lang) => ["en", "fr"].includes(lang);
  let kept = null;
  try { kept = localStorage.getItem("bvsim.lang"); } catch { /* no store: nothing is remembered */ }
  const wanted = [asked.get("lang"), kept, document.documentElement.dataset.chosen, navigator.language.slice(0, 2)].find(speaks);
  if (asked.get("gwh") !== null) threshold = Number(asked.get("gwh")) || 0;
  threshold = Math.min(threshold, data.odds.least[0].length - 1);
  const input = document.getElementById("threshold");
  input.value = threshold; input.nextElementSibling.value = threshold;
  if (data.years.includes(Number(asked.get("year")))) year = Number(asked.get("year"));
  for (const each of all("input.year")) { each.value = year; each.nextElementSibling.value = year; }
  setLanguage(wanted || language);
}

document.getElementById("threshold").addEventListener("input", (event) => setThreshold(event.target.value));
DARK.addEventListener("change", () => { setTheme(DARK.matches); drawAll(); });
for (const input of all("input.year")) input.addEventListener("input", () => setYear(input.value));
for (const button of all(".languages button")) button.addEventListener("click", () => {
  try { localStorage.setItem("bvsim.lang", button.dataset.lang); } catch { /* no store: nothing is remembered */ }
  setLanguage(button.dataset.lang);
});
for (const details of all("details.site")) details.addEventListener("toggle", () => {
  all(".chart", details).filter(visible).forEach(want);
});

for (const summary of all("details.site > summary")) summary.addEventListener("click", () => {
  if (!summary.parentElement.open) tell(`${location.search}#${summary.parentElement.id}`);
});

/* An address that ends in the name of a site, or of a section, leads to it. */
function goToHash() {
  const found = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (!found) return;
  if (found.tagName === "DETAILS") found.open = true;
  found.scrollIntoView({ behavior: "instant" });
}
window.addEventListener("hashchange", goToHash);

let waiting = 0;
window.addEventListener("resize", () => {
  cancelAnimationFrame(waiting);
  waiting = requestAnimationFrame(() => drawn.forEach((_, element) => visible(element) && want(element)));
});
window.addEventListener("beforeprint", () => {
  setTheme(false);
  for (const details of all("details.site")) details.open = true;
  for (const element of all(".chart")) draw(element, element.closest(".columns") ? 330 : 690);
});
window.addEventListener("afterprint", () => { setTheme(DARK.matches); drawAll(); });
begin();
for (const element of all(".chart")) watcher.observe(element);
goToHash();
document.documentElement.dataset.ready = "true";
