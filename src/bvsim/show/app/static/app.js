"use strict";
/* What people do, and what follows. */

function card(own, turns) {
  const turn = turns.find((each) => each.name === own.name), strength = turn ? turn.strength : 0, id = `lever-${own.name}`;
  const marks = [0, ...own.strengths], most = Math.max(...own.strengths);
  const range = own.between ? `min="0" max="${most}" step="0.05" value="${strength}"` : `min="0" max="${marks.length - 1}" step="1" value="${Math.max(0, marks.indexOf(strength))}"`;
  const last = own.days[own.days.length - 1], date = last ? `<label class="day">${word("since")} <input type="date" min="${own.since}" max="${last}" aria-label="${word("since")} ${safe(own.title[language()])}" data-date="${own.name}" value="${(turn && turn.since) || own.since}"></label>` : `<span class="day quiet">${word("since")} ${dated(own.since)}</span>`;
  const one = priceOf({ name: own.name, strength: 1 }), price = own.unpriced ? word("unpriced") : own.booked ? word("booked") : word("cost", { meur: number(one), from: data.span[0], to: data.span[1] });
  return `<fieldset class="lever${strength ? " on" : ""}"><legend>${safe(own.title[language()])}</legend><label for="${id}" class="how">${word("strength")} <output>${number(strength)}</output></label><input id="${id}" type="range" ${range} data-lever="${own.name}">${date}<span class="quiet">${price}</span></fieldset>`;
}
function cards() {
  const held = document.activeElement && document.activeElement.id;
  by("levers").innerHTML = data.levers.map((own) => card(own, mix())).join("");
  by("set").innerHTML = sets().map((text, i) => `<li><code>${safe(text)}</code> <button type="button" data-unset="${i}">${word("unset")}</button></li>`).join("");
  if (held && by(held)) by(held).focus();
}
function turned(event) {
  const input = event.target, name = input.dataset.lever || input.dataset.date;
  if (!name) return null;
  const own = lever(name), turns = mix(), turn = { ...(turns.find((each) => each.name === name) || { name, strength: input.dataset.date ? 1 : 0 }) };
  if (input.dataset.date) turn.since = input.value && input.value !== own.since ? input.value : undefined;
  else turn.strength = own.between ? Number(input.value) : [0, ...own.strengths][Number(input.value)];
  return [...turns.filter((each) => each.name !== name), turn];
}

function refresh() {
  document.documentElement.lang = language();
  document.querySelectorAll("[data-word]").forEach((element) => { element.textContent = word(element.dataset.word, { year: year() }); });
  document.querySelectorAll("[data-lang]").forEach((button) => button.setAttribute("aria-pressed", String(button.dataset.lang === language())));
  document.querySelectorAll("[role=tab]").forEach((tab) => { const here = tab.dataset.screen === screen(); tab.setAttribute("aria-selected", String(here)); tab.tabIndex = here ? 0 : -1; });
  for (const name of ["valley", "compare", "goal"]) by(name).hidden = screen() !== name;
  by("report-part").hidden = !PARTS[screen()];
  by("place").textContent = data.scenario;
  document.title = `${data.scenario}: ${word("heading")}`;
  by("year").value = year(); by("year-said").value = year();
  by("undo").disabled = !steps.length;
  by("file").href = data.live ? `scenario.yaml?${query()}` : "";
  by("again").textContent = ["bvsim run", data.scenario, `-n ${data.draws} --seed ${data.seed}`, ...mix().map((turn) => `--lever ${said(turn)}`), ...sets().map((text) => `--set ${text}`)].join(" ");
  cards();
  show();
  running();
  if (screen() === "compare") compare();
  if (screen() === "goal") goal();
  report();
}
/* After a change: the estimate at once, exact rows when hands are still. */
function changed() {
  stop();
  refresh();
  clearTimeout(wanted);
  if (data.live) wanted = setTimeout(go, 400);
}

function table(element) { return [...element.rows].map((row) => [...row.cells].map((cell) => `"${cell.innerText.replaceAll('"', '""')}"`).join(",")).join("\n"); }
function brief() {
  const tilesText = [...by("tiles").children].map((each) => `- ${each.innerText.replaceAll("\n", " ")}`);
  const text = [`# ${document.title}`, "", by("mix").textContent, "", by("status").textContent, "", ...tilesText, "", "```", by("again").textContent, "```", "", location.href].join("\n");
  offer(new Blob([text], { type: "text/markdown" }), "brief.md");
}
const CLICKS = {
  go, stop, undo, seek, find, brief,
  reset: () => goTo({ mix: [], sets: [] }),
  pin: () => { if (mix().length) goTo({ pins: [...pins().filter((pin) => keyOf(pin, []) !== keyOf(mix(), [])), mix()] }); },
  png: () => { const svg = by("fan").querySelector("svg"); if (svg) picture(svg, "output.png"); },
  csv: () => offer(new Blob([table(by("numbers"))], { type: "text/csv" }), "output.csv"),
};
document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const { lang, screen: to, load, unpin, unset, mix: texts } = button.dataset;
  if (CLICKS[button.id]) CLICKS[button.id]();
  if (lang) goTo({ lang });
  if (to) goTo({ screen: to });
  if (load !== undefined) goTo({ mix: pins()[Number(load)], screen: "valley" });
  if (unpin !== undefined) goTo({ pins: pins().filter((_, i) => i !== Number(unpin)) });
  if (unset !== undefined) goTo({ sets: sets().filter((_, i) => i !== Number(unset)) });
  if (texts !== undefined) goTo({ mix: mixOf(texts.split(",")), screen: "valley" });
});
document.addEventListener("change", (event) => {
  const turns = turned(event), { figure } = event.target.dataset;
  if (turns) goTo({ mix: turns });
  if (figure && event.target.value !== "") goTo({ sets: [...sets().filter((text) => !text.startsWith(`${figure}=`)), `${figure}=${event.target.value}`] });
  if (event.target.id === "year") goTo({ year: event.target.value });
  if (event.target.id.startsWith("goal-")) goal();
});
document.addEventListener("input", (event) => {
  const turns = turned(event);
  if (turns && event.target.dataset.lever) event.target.closest("fieldset").querySelector("output").textContent = number(turns[turns.length - 1].strength);
});
by("q").addEventListener("keydown", (event) => { if (event.key === "Enter") find(); });
by("tabs").addEventListener("keydown", (event) => {
  const by_ = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!by_) return;
  const to = SCREENS[(SCREENS.indexOf(screen()) + by_ + SCREENS.length) % SCREENS.length];
  goTo({ screen: to });
  document.querySelector(`[role=tab][data-screen=${to}]`).focus();
});
window.addEventListener("hashchange", changed);
["go", "stop", "file", "seek", "expert", "count"].forEach((id) => { by(id).hidden = !data.live; });
changed();
document.documentElement.dataset.ready = "true";
