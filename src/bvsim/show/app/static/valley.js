"use strict";
/* The first screen: levers, what they give at once, and exact rows as they come. */

const kept = new Map();  // exact rows by mix: what came once is shown at once
let source = null, wanted = 0;
const output = (of) => `output_${of}_gwh`;
const exactOf = (turns, figures) => kept.get(keyOf(turns, figures)) || { figures: [], rows: [], finished: false, simulated: 0 };

function quantile(sorted, share) {
  const at = share * (sorted.length - 1), low = Math.floor(at);
  return sorted[low] + (at - low) * ((sorted[low + 1] ?? sorted[low]) - sorted[low]);
}
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
function measures(values, odds) {
  const sorted = Float64Array.from(values).sort();
  return { mean: mean(values), p10: quantile(sorted, 0.1), p90: quantile(sorted, 0.9), odds: odds ? values.filter((value) => value >= data.gwh).length / values.length : undefined };
}

/* What is shown of a mix: its estimate, in which exact rows take the place of estimated ones. */
function shownOf(turns, figures) {
  const exact = exactOf(turns, figures), estimated = figures.length ? null : estimateOf(turns);
  if (!estimated && !exact.rows.length) return null;
  const isExact = exact.finished || !estimated;
  const column = (name) => exact.rows.map(([, values]) => values[exact.figures.indexOf(name)]);
  const rowsOf = (name) => {
    if (isExact) return column(name);
    const { effects } = estimated, at = effects.figures.indexOf(name), count = effects.figures.length;
    const found = Array.from({ length: effects.rows }, (_, row) => effects.values[row * count + at]), own = exact.figures.indexOf(name);
    exact.rows.forEach(([draw, values]) => { if (draw < found.length) found[draw] = values[own]; });
    return found;
  };
  const meanOf = (name) => {
    if (isExact) return exact.figures.includes(name) ? mean(column(name)) : 0;
    const at = estimated.means.figures.indexOf(name);
    return at < 0 ? 0 : estimated.means.values[at];
  };
  return { isExact, count: exact.rows.length, simulated: exact.simulated, rowsOf, meanOf, estimated: Boolean(estimated) };
}
const badges = new Map((data.estimate ? data.estimate.badges : []).map((each) => [`${each.figure} ${each.measure}`, each]));
const badge = (figure, measure) => badges.get(`${figure} ${measure}`);
/* The badge that a number stands under; none for exact ones. */
const badgeOf = (found, turns, figure, measure) => (found.isExact || !turns.length ? null : badge(figure, measure));
const holds = (found, turns, figure, measure) => { const own = badgeOf(found, turns, figure, measure); return !own || own.holds; };
const off = (own, measure) => (own ? `\u00b1 ${measure === "odds" ? number(100 * own.error, 2) + word("points") : percent(own.error, 1)}` : "");

function costOf(turns, found, base) {
  const booked = found && base ? (name) => found.meanOf(`booked.${name}`) - base.meanOf(`booked.${name}`) : null;
  const prices = turns.map((turn) => priceOf(turn, booked));
  return { meur: prices.reduce((sum, price) => sum + (price || 0), 0), missing: turns.filter((_, i) => prices[i] === null) };
}

function tile(name, value, under, change) {
  return `<li><strong>${value}</strong> <span class="what">${word(name, { year: year(), gwh: number(data.gwh || 0) })}${under ? `<br><span class="quiet">${under}</span>` : ""}${change ? `<br><span class="change">${change}</span>` : ""}</span></li>`;
}
function tiles(found, base, turns) {
  const of = year(), made = [];
  const one = (name, figure, unit) => {
    if (!holds(found, turns, figure, "mean")) return made.push(tile(name, word("untold"), "", ""));
    const ours = measures(found.rowsOf(figure)), own = badgeOf(found, turns, figure, "mean");
    const spread = holds(found, turns, figure, "p10") && holds(found, turns, figure, "p90") ? `${number(ours.p10)} \u2013 ${number(ours.p90)} ${word("eight")}` : word("untold_spread");
    const change = base && turns.length ? `${signed(ours.mean - mean(base.rowsOf(figure)))} ${word("against")}` : "";
    return made.push(tile(name, `${number(ours.mean)} ${unit}`, [spread, off(own, "mean")].filter(Boolean).join(" \u00b7 "), change));
  };
  one("output", output(of), "GWh");
  if (data.gwh !== null) {
    const own = badgeOf(found, turns, output(of), "odds");
    const share = (which) => measures(which.rowsOf(output(of)), true).odds;
    made.push(own && !own.holds ? tile("odds", word("untold"), "", "") : tile("odds", percent(share(found)), off(own, "odds"), base && turns.length ? `${signed(100 * (share(found) - share(base)))}${word("points")} ${word("against")}` : ""));
  }
  one("jobs", `jobs_${of}`, "");
  one("grid_load", `grid_load_${of}_mw`, "MW");
  const cost = costOf(turns, found, base);
  made.push(tile("price", number(cost.meur), cost.missing.length ? word("without", { names: cost.missing.map((turn) => lever(turn.name).title[language()]).join("; ") }) : "", ""));
  by("tiles").innerHTML = made.join("");
}

function numbersTable(found, base, turns) {
  const head = ["year", "mean", "change", "p10", "p90", ...(data.gwh === null ? [] : ["odds_short"])].map((key) => `<th scope="col">${word(key, { gwh: number(data.gwh || 0) })}</th>`).join("");
  const rows = data.years.map((of) => {
    const figure = output(of), ours = measures(found.rowsOf(figure), data.gwh !== null);
    const cell = (measure, text) => {
      if (ours[measure] === undefined) return "";
      const own = badgeOf(found, turns, figure, measure);
      if (own && !own.holds) return `<td data-measure="${measure}" class="quiet">${word("untold")}</td>`;
      return `<td data-measure="${measure}" data-value="${ours[measure]}">${text(ours[measure])}${own ? ` <span class="quiet">${off(own, measure)}</span>` : ""}</td>`;
    };
    const change = base && holds(found, turns, figure, "mean") ? signed(ours.mean - mean(base.rowsOf(figure))) : "";
    return `<tr data-figure="${figure}"><th scope="row">${of}</th>${cell("mean", number)}<td>${change}</td>${cell("p10", number)}${cell("p90", number)}${cell("odds", percent)}</tr>`;
  });
  by("numbers").innerHTML = `<thead><tr>${head}</tr></thead><tbody>${rows.join("")}</tbody>`;
}

function show() {
  const begins = performance.now(), turns = mix(), figures = sets(), found = shownOf(turns, figures), base = shownOf([], []);
  const exact = exactOf(turns, figures), all = data.draws;
  for (const id of ["tiles", "fan", "rows", "ledger", "numbers"]) by(id).hidden = !found;
  if (found) {
    const of = year(), told = (which, turned) => data.years.map((each) => {
      if (!holds(which, turned, output(each), "mean")) return null;
      return { ...measures(which.rowsOf(output(each))), told: ["p10", "p90"].every((m) => holds(which, turned, output(each), m)) };
    });
    tiles(found, base, turns);
    by("fan").innerHTML = fanChart(told(found, turns), base && turns.length + figures.length ? told(base, []) : [], of, word("fan"));
    by("rows").innerHTML = holds(found, turns, output(of), "odds") ? rowsChart(found.rowsOf(output(of)), base && turns.length + figures.length ? base.rowsOf(output(of)) : null, data.gwh, word("rows")) : `<p class="quiet">${word("untold")}</p>`;
    const step = (which) => (name) => (which ? which.meanOf(`ledger.${name}.${of}`) : 0);
    by("ledger").innerHTML = ledgerTable(step(found), step(base || found));
    numbersTable(found, base, turns);
  }
  const ms = performance.now() - begins, isExact = exact.finished;
  const status = !found ? "none" : isExact ? "exact" : found.estimated ? "estimate" : "none";
  by("status").textContent = word(status, { rows: exact.rows.length, all, ms: number(Math.max(ms, 0.1), 2) });
  by("status").className = `status ${status}`;
  by("count").max = all; by("count").value = exact.rows.length; by("count").hidden = !data.live;
  by("mix").textContent = mixTitle(turns, figures);
  Object.assign(document.documentElement.dataset, { ms, exact: isExact ? exact.rows.length : 0, simulated: exact.simulated });
}

/* Exact rows, block by block; what is in the store comes at once. */
function stop() { if (source) source.close(); source = null; running(); }
function running() { by("go").hidden = !data.live || Boolean(source) || exactOf(mix(), sets()).finished; by("stop").hidden = !source; }
/* What the server says of an address that it refuses; an event source is not told. */
async function refusal(address) {
  try {
    const answer = await fetch(address);
    if (!answer.ok) return await answer.text();
    await answer.body.cancel();
  } catch { /* no server */ }
  return "";
}
function go() {
  stop();
  const turns = mix(), figures = sets(), key = keyOf(turns, figures);
  if (!data.live || exactOf(turns, figures).finished) return show();
  const exact = { figures: [], rows: [], finished: false, simulated: 0 };
  kept.set(key, exact);
  const address = `rows?${query(turns, figures)}`;
  source = new EventSource(address);
  source.addEventListener("block", (event) => {
    const block = JSON.parse(event.data);
    if (block.figures.length) exact.figures = block.figures;
    block.draws.forEach((draw, i) => exact.rows.push([draw, block.values[i]]));
    exact.simulated += block.simulated;
    show();
  });
  source.addEventListener("end", () => { exact.finished = true; stop(); refresh(); });
  source.onerror = async () => {
    stop();
    const why = exact.rows.length ? "" : await refusal(address);
    if (key === keyOf(mix(), sets())) by("status").textContent += ` ${why || word("broken")}`;
  };
  running();
}
