"use strict";
/* Levers are turned here: the estimate is added up at once, exact rows come from the server. */

const data = JSON.parse(document.getElementById("data").textContent);
const by = (id) => document.getElementById(id);
const token = new URLSearchParams(location.search).get("token");
let language = navigator.language.startsWith("fr") ? "fr" : "en";
let exact = null, source = null, finished = false;
const word = (name, fields = {}) => data.words[language][name].replace(/{([a-z]+)}/g, (_, key) => fields[key]);
const write = (value) => new Intl.NumberFormat(language, { maximumSignificantDigits: 4 }).format(value);
const percent = (value, digits = 0) => new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: digits }).format(value);

/* The state is the link: NAME=STRENGTH@DATE, joined by &. */
function mix() {
  return location.hash.slice(1).split("&").filter(Boolean).map((text) => {
    const [, name, strength, since] = decodeURIComponent(text).match(/^([\w.-]+)(?:=([\d.]+))?(?:@(.*))?$/) || [];
    return { name, strength: strength === undefined ? 1 : Number(strength), since };
  }).filter((turn) => data.levers.some((lever) => lever.name === turn.name));
}
const said = (turn) => `${turn.name}=${turn.strength}${turn.since ? `@${turn.since}` : ""}`;
function turnTo(turns) {
  const wanted = turns.filter((turn) => turn.strength > 0).map(said).join("&");
  if (wanted !== location.hash.slice(1)) location.hash = wanted;
}
function query() {
  const found = new URLSearchParams(mix().map((turn) => ["lever", said(turn)]));
  if (token) found.set("token", token);
  return found;
}

/* The estimate: effects added row by row, straight lines between strengths. */
function effect(turn) {
  const { turns, added, between } = data.estimate;
  const known = turns.map(([name, strength], i) => ({ name, strength, rows: added[i] })).filter((each) => each.name === turn.name);
  const same = known.find((each) => each.strength === turn.strength);
  if (turn.since) return null;
  if (same) return same.rows;
  const high = known.filter((each) => each.strength > turn.strength).sort((a, b) => a.strength - b.strength)[0];
  if (!between.includes(turn.name) || !high) return null;
  const low = known.filter((each) => each.strength < turn.strength).sort((a, b) => b.strength - a.strength)[0];
  const share = (turn.strength - (low ? low.strength : 0)) / (high.strength - (low ? low.strength : 0));
  return high.rows.map((row, i) => row.map((value, j) => { const from = low ? low.rows[i][j] : 0; return from + share * (value - from); }));
}
function estimate() {
  if (!data.estimate) return null;
  const parts = mix().map(effect);
  if (parts.includes(null)) return null;
  const { base, figures } = data.estimate;
  if (!parts.length) return { figures, values: base };
  return { figures, values: base.map((row, i) => row.map((value, j) => Math.max(0, parts.reduce((sum, part) => sum + part[i][j], value)))) };
}
function quantile(sorted, share) {
  const at = share * (sorted.length - 1), low = Math.floor(at);
  return sorted[low] + (at - low) * ((sorted[low + 1] ?? sorted[low]) - sorted[low]);
}
function measures(found, figure) {
  const at = found.figures.indexOf(figure), values = found.values.map((row) => row[at]);
  const sorted = [...values].sort((a, b) => a - b);
  return {
    mean: values.reduce((sum, value) => sum + value, 0) / values.length, p10: quantile(sorted, 0.1), p90: quantile(sorted, 0.9),
    odds: figure.startsWith("output_") ? values.filter((value) => value >= data.threshold).length / values.length : undefined,
  };
}
const badge = (figure, measure) => data.estimate.badges.find((each) => each.figure === figure && each.measure === measure);

/* What is shown: exact rows once all have come; until then the estimate, where its badge holds. */
function shown() {
  const rows = exact && exact.values.length ? exact : null;
  return finished && rows ? [rows, true] : [estimate() || rows, !estimate()];
}
function show() {
  const begun = performance.now(), [found, isExact] = shown();
  const count = exact ? exact.values.length : 0;
  by("status").textContent = word(!found ? "none" : isExact ? "exact" : "estimate", { rows: count, all: data.draws });
  const figures = found ? found.figures.filter((name) => /^(output|jobs|headcount)_\d{4}/.test(name)) : [];
  const head = ["figure", "mean", "change", "p10", "p90", "odds"].map((name) => `<th scope="col">${word(name)}</th>`).join("");
  const base = data.estimate && { figures: data.estimate.figures, values: data.estimate.base };
  const rows = figures.map((figure) => {
    const ours = measures(found, figure);
    const cell = (measure, text) => {
      if (ours[measure] === undefined) return "<td></td>";
      const known = !isExact && mix().length && badge(figure, measure);
      if (known && !known.holds) return `<td data-measure="${measure}">${word("off")}</td>`;
      const off = known ? `<br><span class="quiet">± ${percent(known.error, 1)}</span>` : "";
      return `<td data-measure="${measure}" data-value="${ours[measure]}">${text(ours[measure])}${off}</td>`;
    };
    const meanKnown = isExact || !mix().length || badge(figure, "mean").holds;
    const change = base && meanKnown ? write(ours.mean - measures(base, figure).mean) : "";
    return `<tr data-figure="${figure}"><th scope="row">${figure}</th>${cell("mean", write)}<td>${change}</td>${cell("p10", write)}${cell("p90", write)}${cell("odds", percent)}</tr>`;
  });
  by("numbers").innerHTML = `<thead><tr>${head}</tr></thead><tbody>${rows.join("")}</tbody>`;
  by("fan").innerHTML = found ? fan(found, isExact) : "";
  document.documentElement.dataset.ms = performance.now() - begun;
  document.documentElement.dataset.exact = finished ? count : 0;
}
function fan(found, isExact) {
  const names = found.figures.filter((name) => /^output_\d{4}_gwh$/.test(name)), each = names.map((name) => measures(found, name));
  const holds = (name) => isExact || !mix().length || ["mean", "p10", "p90"].every((measure) => badge(name, measure).holds);
  const top = Math.max(...each.map((m) => m.p90), 1), x = (i) => 40 + i * (520 / Math.max(names.length - 1, 1)), y = (value) => 190 - 170 * value / top;
  const marks = names.map((name, i) => holds(name)
    ? `<line x1="${x(i)}" x2="${x(i)}" y1="${y(each[i].p10)}" y2="${y(each[i].p90)}" stroke="#0072b2" stroke-opacity=".35" stroke-width="16"/><circle cx="${x(i)}" cy="${y(each[i].mean)}" r="5" fill="#0072b2"/><text class="strong" x="${x(i) + 12}" y="${y(each[i].mean) + 4}">${write(each[i].mean)}</text>` : "");
  const years = names.map((name, i) => `<text x="${x(i)}" y="212" text-anchor="middle">${name.slice(7, 11)}</text>`);
  by("fan").setAttribute("aria-label", word("fan"));
  return `<svg class="still" viewBox="0 0 640 220"><text x="0" y="12">${word("fan")}</text>${marks.join("")}${years.join("")}</svg>`;
}

/* Exact rows, block by block; what came before is in the store and comes again at once. */
function stop() { if (source) source.close(); source = null; }
function go() {
  stop();
  exact = { figures: [], values: [] };
  finished = false;
  if (!data.live) return;
  source = new EventSource(`rows?${query()}`);
  source.addEventListener("block", (event) => {
    const block = JSON.parse(event.data);
    if (block.figures.length) exact.figures = block.figures;
    exact.values.push(...block.values);
    show();
  });
  source.addEventListener("end", () => { finished = true; stop(); show(); });
  source.onerror = () => { stop(); show(); };
}

function cards() {
  const turns = mix();
  by("levers").innerHTML = data.levers.map((lever) => {
    const turn = turns.find((each) => each.name === lever.name), strength = turn ? turn.strength : 0, id = `lever-${lever.name}`;
    const most = Math.max(...lever.strengths), marks = [0, ...lever.strengths];
    const range = lever.between ? `min="0" max="${most}" step="0.05" value="${strength}"` : `min="0" max="${marks.length - 1}" step="1" value="${Math.max(0, marks.indexOf(strength))}"`;
    const cost = lever.meur.length ? word("cost", { meur: write(lever.meur.find(([s]) => s === 1)[1]) }) : word("unpriced");
    return `<fieldset class="lever"><legend>${safe(lever.title[language])}</legend><label for="${id}">${word("strength")} <output>${write(strength)}</output></label><input id="${id}" type="range" ${range} data-lever="${lever.name}" data-between="${lever.between}"><label>${word("since")} <input type="date" aria-label="${word("since")} ${lever.name}" data-date="${lever.name}" value="${turn && turn.since || lever.since}"></label><p class="quiet">${cost}</p></fieldset>`;
  }).join("");
}
const safe = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);
function moved(event) {
  const input = event.target, name = input.dataset.lever || input.dataset.date, lever = data.levers.find((each) => each.name === name);
  const old = mix().find((turn) => turn.name === name) || { name, strength: 0 };
  const turn = { ...old };
  if (input.dataset.date) turn.since = input.value === lever.since ? undefined : input.value;
  else turn.strength = lever.between ? Number(input.value) : [0, ...lever.strengths][Number(input.value)];
  input.closest("fieldset").querySelector("output").textContent = write(turn.strength);
  turnTo([...mix().filter((each) => each.name !== name), turn]);
}
function words() {
  document.documentElement.lang = language;
  document.querySelectorAll("[data-word]").forEach((element) => { element.textContent = word(element.dataset.word); });
  document.querySelectorAll("[data-lang]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.lang === language)));
  by("place").textContent = data.scenario;
  document.title = `${data.scenario}: ${word("heading")}`;
}
function settled() {
  stop();
  exact = null;
  finished = false;
  by("file").href = data.live ? `scenario.yaml?${query()}` : "";
  show();
  clearTimeout(settled.later);
  settled.later = setTimeout(go, 400);
}
by("levers").addEventListener("change", moved);
by("go").addEventListener("click", go);
by("stop").addEventListener("click", stop);
by("reset").addEventListener("click", () => { turnTo([]); cards(); });
document.querySelectorAll("[data-lang]").forEach((button) => button.addEventListener("click", () => { language = button.dataset.lang; words(); cards(); show(); }));
window.addEventListener("hashchange", () => { const held = document.activeElement && document.activeElement.id; cards(); if (held && by(held)) by(held).focus(); settled(); });
["go", "stop", "file"].forEach((id) => { by(id).hidden = !data.live; });
words(); cards(); settled();
