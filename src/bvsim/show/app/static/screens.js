"use strict";
/* The other screens: pinned mixes side by side, parts of the report, the goal, any figure. */

/* Pinned mixes on common rows: regret is what the best of them makes more, row by row. */
function compared() {
  const of = year(), every = [[], ...pins()];
  const found = every.map((turns) => ({ turns, shown: shownOf(turns, []) })).filter((each) => each.shown);
  const rows = found.map((each) => each.shown.rowsOf(output(of)));
  const count = Math.min(...rows.map((row) => row.length));
  const best = Array.from({ length: count }, (_, i) => Math.max(...rows.map((row) => row[i])));
  return found.map((each, i) => ({
    ...each, ...measures(rows[i], true), cost: costOf(each.turns, each.shown, found[0].shown),
    regret: mean(best.map((value, row) => value - rows[i][row])),
  }));
}
function compare() {
  const found = compared(), least = Math.min(...found.map((each) => each.regret));
  const head = ["", "mix", "mean", "p10", "p90", ...(data.gwh === null ? [] : ["odds_short"]), "price", "regret", ""].map((key) => (key ? `<th scope="col">${word(key, { gwh: number(data.gwh || 0) })}</th>` : "<td></td>")).join("");
  const rows = found.map((each, i) => {
    const cell = (measure, text) => (holds(each.shown, each.turns, output(year()), measure) ? `<td>${text(each[measure])}</td>` : `<td class="quiet">${word("untold")}</td>`);
    const cost = `${number(each.cost.meur)}${each.cost.missing.length ? "*" : ""}`;
    const kind = each.shown.isExact ? word("is_exact") : word("is_estimate");
    return `<tr><td>${i}</td><th scope="row" class="text">${safe(mixTitle(each.turns))} <span class="quiet">${kind}</span></th>${cell("mean", number)}${cell("p10", number)}${cell("p90", number)}${data.gwh === null ? "" : cell("odds", percent)}<td>${cost}</td><td>${number(each.regret)}${each.regret === least ? ` <strong>${word("least")}</strong>` : ""}</td><td>${i ? `<button type="button" data-load="${i - 1}">${word("load")}</button> <button type="button" data-unpin="${i - 1}">${word("unpin")}</button>` : ""}</td></tr>`;
  });
  by("pins").innerHTML = `<thead><tr>${head}</tr></thead><tbody>${rows.join("")}</tbody>`;
  by("pins-chart").innerHTML = found.length ? pinsChart(found, word("compare_note", { year: year() })) : "";
  by("compare-note").textContent = word(pins().length ? "compare_note" : "compare_empty", { year: year() });
}

/* Places, why and trust are parts of the report of this very mix. */
const PARTS = { places: "h-map", why: "h-bottlenecks", trust: "h-sources" };
function report() {
  const frame = by("report"), part = PARTS[screen()];
  if (!part) return;
  by("report-note").textContent = word(data.live ? `${screen()}_note` : "offline_report");
  if (!data.live) {
    if (data.report && !frame.srcdoc) {
      frame.addEventListener("load", () => scrollReport());
      frame.srcdoc = data.report;
    } else scrollReport();
    return;
  }
  const address = `report?${query()}&lang=${language()}&year=${year()}`;
  if (frame.dataset.shown !== address) { frame.dataset.shown = address; frame.src = `${address}#${part}`; } else scrollReport();
}
function scrollReport() {
  const inside = by("report").contentDocument, part = inside && inside.getElementById(PARTS[screen()]);
  if (part) part.scrollIntoView({ behavior: "instant" });
}

/* All mixes of levers at strength 1, by the estimate: those that meet the target, the cheapest first. */
function affordable() {
  const figure = output(year()), names = data.levers.filter((each) => !each.unpriced).map((each) => each.name);
  const { figures, rows } = parts.effects, at = figures.indexOf(figure), count = figures.length;
  const pick = (values) => Float64Array.from({ length: rows }, (_, row) => values[row * count + at]);
  const base = pick(parts.effects.base), single = names.map((name) => data.estimate.turns.findIndex((turn) => turn[0] === name && turn[1] === 1 && !turn[2]));
  const alone = single.map((i) => pick(parts.effects.added[i])), joint = data.estimate.pairs.map(([a, b], i) => [names.indexOf(a), names.indexOf(b), pick(parts.effects.joint[i])]);
  const bookedAt = (name) => parts.means.figures.indexOf(`booked.${name}`);
  const prices = names.map((name, i) => priceOf({ name, strength: 1 }, (own) => parts.means.added[single[i]][bookedAt(own)]));
  const share = Number(by("goal-share").value) / 100, budget = Number(by("goal-budget").value), found = [];
  for (let bits = 0; bits < 2 ** names.length; bits += 1) {
    const chosen = names.map((_, i) => i).filter((i) => bits & (1 << i)), meur = chosen.reduce((sum, i) => sum + prices[i], 0);
    if (meur > budget) continue;
    const total = Float64Array.from(base);
    for (const i of chosen) for (let row = 0; row < rows; row += 1) total[row] += alone[i][row];
    for (const [a, b, values] of joint) if (a >= 0 && b >= 0 && bits & (1 << a) && bits & (1 << b)) for (let row = 0; row < rows; row += 1) total[row] += values[row];
    const odds = total.filter((value) => value >= data.gwh).length / rows;
    if (odds >= share) found.push({ turns: chosen.map((i) => ({ name: names[i], strength: 1 })), meur, value: odds });
  }
  return found.sort((a, b) => a.meur - b.meur || a.turns.length - b.turns.length).slice(0, 12);
}
function goalTable(found, note) {
  const rows = found.map((each) => `<tr><th scope="row" class="text">${safe(mixTitle(each.turns))}</th><td>${number(each.meur)}</td><td>${percent(each.value)}</td><td><button type="button" data-mix="${safe(each.turns.map(said).join(","))}">${word("load")}</button></td></tr>`);
  by("goal-mixes").innerHTML = `<thead><tr><th scope="col">${word("mix")}</th><th scope="col">${word("price")}</th><th scope="col">${word("odds_short", { gwh: number(data.gwh || 0) })}</th><td></td></tr></thead><tbody>${rows.join("")}</tbody>`;
  by("goal-note").textContent = note;
}
function goal() {
  const badgeHere = badge(output(year()), "odds");
  if (!data.estimate || data.gwh === null || !badgeHere.holds) return goalTable([], word("untold"));
  const found = affordable();
  return goalTable(found, word(found.length ? "goal_estimate" : "goal_none", { off: off(badgeHere, "odds") }));
}
let search = null;
function seek() {
  if (search) search.close();
  const asked = query([], sets());
  asked.set("target", `P(${output(year())} >= ${data.gwh}) >= ${Number(by("goal-share").value) / 100}`);
  asked.set("budget", by("goal-budget").value);
  search = new EventSource(`seek?${asked}`);
  by("goal-note").textContent = word("goal_begun");
  search.addEventListener("step", (event) => { by("goal-note").textContent = `${word("goal_begun")} ${JSON.parse(event.data).title}`; });
  search.addEventListener("failed", (event) => { search.close(); by("goal-note").textContent = JSON.parse(event.data).message; });
  search.addEventListener("end", (event) => {
    search.close();
    const found = JSON.parse(event.data);
    const mixes = (found.reachable ? [found.best, ...found.near] : found.front).map((each) => ({ ...each, turns: each.levers.map(([name, strength]) => ({ name, strength })) }));
    goalTable(mixes, word(found.reachable ? "goal_exact" : "goal_front"));
  });
  search.onerror = () => search.close();
}

/* Any figure: where it stands, what is known of it, and an exact run with another value. */
async function find() {
  const asked = new URLSearchParams({ q: by("q").value });
  if (token) asked.set("token", token);
  const answer = await fetch(`figures?${asked}`), found = answer.ok ? await answer.json() : [];
  by("figures").innerHTML = found.map((each) => `<li><code>${safe(each.path)}</code><br>${safe(each.value)} <span class="quiet">${safe(each.confidence)}; ${safe(each.sources)}${each.note ? `; ${safe(each.note)}` : ""}</span><br><label>${word("value")} <input type="number" step="any" data-figure="${safe(each.path)}"></label></li>`).join("") || `<li>${word("nothing")}</li>`;
}
