"use strict";
/* What each chart shows, as options of ECharts and as a table of the same figures. */

const data = JSON.parse(document.getElementById("data").textContent);
let INK, QUIET, FAINT, OUTPUT, PAPER;
const DARK = window.matchMedia("(prefers-color-scheme: dark)");
/* Colours of text and lines; dark where the reader's screen is, never on paper. */
function setTheme(dark) {
  [INK, QUIET, FAINT, OUTPUT, PAPER] = dark ? ["#e6e9ed", "#a9b2bc", "#3a424c", "#56b4e9", "#14181d"] : ["#22272e", "#57606a", "#e4e7eb", "#0072b2", "#ffffff"];
}

/* Paul Tol's muted scheme, for lines that stand for no plant. */
const PALETTE = ["#6655cc", "#44aa99", "#ddcc77", "#cc6677", "#88ccee", "#aa3377", "#117733", "#999933", "#aa4499", "#7d858f"];
setTheme(DARK.matches);
const CONFIDENCE = { seed: "#004488", published: "#0072b2", derived: "#88ccee", background: "#ddcc77", judgement: "#cc6677", user: "#332288" };
const CONFIDENCES = Object.keys(CONFIDENCE);
const MOST = 7;  // entries of a stack that have colours of their own
const END = "@";  // names that are words, not plants, begin with it

let language = document.documentElement.lang;
let year = data.focus;
let threshold = 30;
const at = () => data.years.indexOf(year);
const word = (name) => data.words[language][name] || name;
const filled = (text, fields) => text.replace(/{([a-z]+)}/g, (sign, name) => fields[name] ?? sign);
const causeOf = (name) => data.causes[language][name] || name.replaceAll("_", " ");
/* A place or block in the language of the page; what has no words of its own stays a name. */
const local = (title) => title.split(", ").map((part) => part.startsWith("block-") ? `${data.names[language].block} ${part.slice(6)}` : data.names[language][part] || part).join(", ");
const titleOf = (name) => name.startsWith(END) ? word(name.slice(1)) : local(data.titles[name] || name);
const safe = (text) => echarts.format.encodeHTML(String(text));

/* Numbers as they are, for files; else as the language writes them. */
let raw = false;
function inFull(make) { raw = true; try { return make(); } finally { raw = false; } }
function number(value) {
  if (raw) return value ?? "";
  if (value === null || value === undefined || Number.isNaN(value)) return "\u2013";
  const options = Math.abs(value) >= 100 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: 3 };
  return new Intl.NumberFormat(language, options).format(value);
}
/* A decimal year as month and year. */
function month(value) {
  if (raw) return value ?? "";
  if (value === null || value === undefined) return "\u2013";
  const day = new Date(Date.UTC(Math.floor(value), Math.floor((value % 1) * 12 + 1e-6), 15));
  return new Intl.DateTimeFormat(language, { month: "short", year: "numeric", timeZone: "UTC" }).format(day);
}
function short(value) {
  return new Intl.NumberFormat(language, { maximumFractionDigits: Math.abs(value) >= 10 ? 0 : 1 }).format(value);
}
function percent(share) {
  if (raw) return share ?? "";
  return new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 }).format(share);
}

/* A box of values: a heading, then name and value line by line; every text is escaped. */
function box(heading, rows) {
  const lines = rows.map(([name, value, colour]) => {
    const dot = colour ? `<span style="display:inline-block;width:.7em;height:.7em;border-radius:2px;margin-right:.4em;background:${safe(colour)}"></span>` : "";
    return `<tr><td style="border:0;padding:0 1em 0 0;text-align:left">${dot}${safe(name)}</td><td style="border:0;padding:0">${safe(value)}</td></tr>`;
  });
  return `<b>${safe(heading)}</b><table style="font-size:12px">${lines.join("")}</table>`;
}

const narrow = (width) => width < 520;
function frame(width, unit, extra = {}) {
  return {
    animation: false,
    textStyle: { fontFamily: "sans-serif", color: INK },
    grid: { left: 8, right: 16, top: 44, bottom: 8, containLabel: true },
    tooltip: { trigger: "axis", confine: true, backgroundColor: PAPER, borderColor: FAINT, textStyle: { color: INK, fontSize: 12 } },
    legend: { show: false },
    xAxis: { type: "category", data: data.years.map(String), axisTick: { show: false }, axisLine: { lineStyle: { color: QUIET } }, axisLabel: { color: QUIET, hideOverlap: true } },
    yAxis: { type: "value", min: 0, name: unit, nameLocation: "end", nameGap: 12, nameTextStyle: { color: QUIET, align: "left" }, axisLabel: { color: QUIET, formatter: number }, splitLine: { lineStyle: { color: FAINT } } },
    ...extra,
  };
}
/* A legend above the plot, over as many lines as its names need. */
function named(option, width, entries) {
  const size = 12, gap = 12, mark = 24;
  let lines = 1, used = 0;
  for (const { name } of entries) {
    const need = mark + gap + 0.58 * size * name.length;
    if (used + need > width - 10 && used > 0) { lines += 1; used = 0; }
    used += need;
  }
  option.legend = { show: true, top: 0, left: 0, width: width - 8, itemWidth: 14, itemHeight: 10, itemGap: gap, textStyle: { color: INK, fontSize: size, lineHeight: 14 }, data: entries };
  option.grid.top = 24 * lines + (option.yAxis.name ? 32 : 12);
  return option;
}
const yearTable = (columns) => ({
  head: [word("year"), ...columns.map(([name]) => name)],
  rows: data.years.map((y, i) => [String(y), ...columns.map(([, values, write]) => (write || number)(values[i]))]),
});

/* Mean and bands by year; perhaps a plan and a nameplate beside them. */
function fan(found, width, unit) {
  const colour = OUTPUT;
  const band = (low, high, name, opacity) => [
    { name, type: "line", stack: name, data: found[low], lineStyle: { opacity: 0 }, symbol: "none", silent: true, color: colour },
    { name, type: "line", stack: name, data: found[high].map((v, i) => v - found[low][i]), lineStyle: { opacity: 0 }, areaStyle: { color: colour, opacity }, symbol: "none", silent: true, color: colour },
  ];
  const lines = [[word("mean"), found.mean, { color: colour, lineStyle: { width: 2.5 } }]];
  if (found.announced) lines.push([word("plan"), found.announced, { color: INK, lineStyle: { width: 1.6, type: "dashed" } }]);
  if (found.nameplate) lines.push([word("nameplate"), found.nameplate, { color: "#999933", lineStyle: { width: 1.6, type: "dotted" } }]);
  if (found.capacity) lines.push([word("capacity"), found.capacity, { color: "#999933", lineStyle: { width: 1.6, type: "dotted" } }]);
  const series = [...band("p10", "p90", word("eight"), 0.17), ...band("p25", "p75", word("half"), 0.3)];
  for (const [name, values, style] of lines) series.push({ name, type: "line", data: values, symbol: "none", ...style });
  if (data.observed) {
    series[0].markArea = {
      silent: true, itemStyle: { color: QUIET, opacity: 0.08 }, label: { color: QUIET, fontSize: 11, position: "insideTop" },
      data: [[{ name: word("observed"), xAxis: String(data.years[0]) }, { xAxis: String(data.observed) }]],
    };
  }
  const columns = [["P10", found.p10], ["P25", found.p25], [word("median"), found.p50], ["P75", found.p75], ["P90", found.p90], [word("mean"), found.mean], ...lines.slice(1).map(([name, values]) => [name, values])];
  const option = frame(width, unit, { series });
  option.xAxis.boundaryGap = false;
  named(option, width, [
    ...[[word("eight"), 0.2], [word("half"), 0.4]].map(([name, opacity]) => ({ name, icon: "rect", itemStyle: { color: colour, opacity } })),
    ...lines.map(([name]) => ({ name })),
  ]);
  option.tooltip.formatter = (items) => {
    const i = items[0].dataIndex;
    return box(`${data.years[i]}, ${unit}`, columns.map(([name, values]) => [name, number(values[i])]));
  };
  return { option, table: yearTable(columns) };
}

/* Bars on each other by year: `parts` are [name, values, colour]. */
function stacked(parts, width, unit, write = number) {
  const series = parts.map(([name, values, color]) => ({ name, type: "bar", stack: "all", data: values, color, barWidth: "78%" }));
  const option = frame(width, unit, { series });
  named(option, width, parts.map(([name]) => ({ name })));
  option.tooltip.axisPointer = { type: "shadow" };
  option.tooltip.formatter = (items) => box(`${items[0].axisValue}, ${unit}`, items.filter((item) => item.value > 0).map((item) => [item.seriesName, write(item.value), item.color]));
  option.yAxis.axisLabel.formatter = write;
  return { option, table: yearTable(parts.map(([name, values]) => [name, values, write])) };
}

function lines(parts, width, unit) {
  const series = parts.map(([name, values, color], i) => ({ name, type: "line", data: values, color, symbol: ["circle", "rect", "triangle", "diamond"][i % 4], symbolSize: 6, lineStyle: { type: ["solid", "dashed", "dotted", "solid"][i % 4] } }));
  const option = frame(width, unit, { series });
  named(option, width, parts.map(([name]) => ({ name })));
  option.tooltip.valueFormatter = number;
  return { option, table: yearTable(parts.map(([name, values]) => [name, values])) };
}

/* The largest entries in colours of their own, the others together in grey. */
function coloured(map) {
  const size = (values) => values.reduce((a, b) => a + b, 0);
  const names = Object.keys(map).sort((a, b) => size(map[b]) - size(map[a]));
  const parts = names.slice(0, MOST).map((name) => [titleOf(name), map[name], data.own[name]]);
  const rest = names.slice(MOST);
  if (rest.length) parts.push([word("others"), data.years.map((_, i) => rest.reduce((sum, name) => sum + map[name][i], 0)), "#b4bac2"]);
  return parts;
}
const some = (values) => values && values.some((v) => v > 0);

function waterfall(width) {
  const i = at();
  const value = (step, what) => data.stairs[step][what][i];
  const shown = data.steps.filter((step) => step === "announced" || step === "good" || value(step, "mean") >= 0.05);
  let level = 0;
  const bars = shown.map((step) => {
    const mean = value(step, "mean");
    if (step === "announced" || step === "good") { level = mean; return [0, mean]; }
    const base = step === "beyond_plan" ? level : level - mean;
    level = step === "beyond_plan" ? level + mean : base;
    return [Math.max(base, 0), mean];
  });
  const sign = (step) => step === "announced" || step === "good" ? "" : step === "beyond_plan" ? "+" : "\u2212";
  const option = frame(width, word("gwh"), {
    grid: { left: 8, right: 60, top: 8, bottom: 24, containLabel: true },
    legend: { show: false },
    xAxis: { type: "value", min: 0, axisLabel: { color: QUIET, formatter: number }, splitLine: { lineStyle: { color: FAINT } }, name: word("gwh"), nameLocation: "middle", nameGap: 26, nameTextStyle: { color: QUIET } },
    yAxis: { type: "category", inverse: true, data: shown.map(causeOf), axisTick: { show: false }, axisLine: { show: false }, axisLabel: { color: INK, interval: 0, lineHeight: 13, width: narrow(width) ? 100 : 160, overflow: "break" } },
    series: [
      { type: "bar", stack: "all", silent: true, itemStyle: { color: "transparent" }, data: bars.map(([base]) => base) },
      { type: "bar", stack: "all", barWidth: "68%", data: bars.map(([, mean], k) => ({ value: mean, itemStyle: { color: data.colours[shown[k]] } })),
        label: { show: true, position: "right", color: INK, fontWeight: "bold", formatter: (item) => sign(shown[item.dataIndex]) + short(item.value) } },
    ],
  });
  option.tooltip.trigger = "item";
  option.tooltip.formatter = (item) => {
    const step = shown[item.dataIndex];
    return box(`${causeOf(step)}, ${year}`, [[word("mean"), number(value(step, "mean"))], ["P10", number(value(step, "p10"))], ["P90", number(value(step, "p90"))]]);
  };
  const rows = data.steps.map((step) => [causeOf(step), ...["mean", "p10", "p90"].map((what) => number(value(step, what)))]);
  return { option, table: { head: [String(year), word("mean"), "P10", "P90"], rows } };
}

function milestones(width) {
  const blocks = data.milestones;
  if (!blocks.length) return null;
  const first = data.years[0], last = data.years[data.years.length - 1];
  const said = (b) => b.share > 0 ? percent(b.share) : "\u2013";
  const name = (b) => b.kind === "close" ? `${local(b.title)}, ${word("closes")}` : local(b.title);
  const draw = (params, api) => {
    const b = blocks[api.value(0)], y = api.coord([first, api.value(0)])[1], x = (v) => api.coord([v, 0])[0];
    const thick = Math.min(16, api.size([0, 1])[1] * 0.5), children = [];
    if (b.p10 !== null) {
      const fill = b.kind === "close" ? data.colours.closure : OUTPUT;
      children.push({ type: "rect", shape: { x: x(b.p10), y: y - thick / 2, width: Math.max(x(b.p90) - x(b.p10), 3), height: thick }, style: { fill, opacity: 0.2 + 0.5 * b.share } });
      children.push({ type: "rect", shape: { x: x(b.p50) - 1.5, y: y - thick / 2 - 2, width: 3, height: thick + 4 }, style: { fill } });
    }
    if (b.planned !== null) {
      const [cx, r] = [x(b.planned + 0.5), 6];
      children.push({ type: "polygon", shape: { points: [[cx, y - r], [cx + r, y], [cx, y + r], [cx - r, y]] }, style: { fill: PAPER, stroke: INK, lineWidth: 1.6 } });
    }
    if (b.fact) children.push({ type: "circle", shape: { cx: x(b.fact), cy: y, r: 4.5 }, style: { fill: INK } });
    return { type: "group", children };
  };
  const rows = blocks.map((b) => [name(b), b.planned ?? "\u2013", ...[b.fact, b.p10, b.p50, b.p90].map(month), said(b)]);
  const head = [word("what"), word("announced_for"), word("started"), "P10", "P50", "P90", word("happens_in")];
  const option = frame(width, "", {
    grid: { left: 8, right: narrow(width) ? 44 : 64, top: 8, bottom: 8, containLabel: true },
    legend: { show: false },
    xAxis: { type: "value", min: first, max: last + 1, interval: narrow(width) ? 5 : 1, axisLabel: { color: QUIET, formatter: String, hideOverlap: true, showMinLabel: !narrow(width), showMaxLabel: false }, splitLine: { lineStyle: { color: FAINT } } },
    yAxis: [
      { type: "category", inverse: true, data: blocks.map(name), axisTick: { show: false }, axisLine: { show: false }, axisLabel: { color: INK, interval: 0, fontSize: narrow(width) ? 10 : 12, lineHeight: narrow(width) ? 11 : 14, width: narrow(width) ? 100 : 230, overflow: "break" } },
      { type: "category", inverse: true, position: "right", data: blocks.map(said), axisTick: { show: false }, axisLine: { show: false }, axisLabel: { color: QUIET, interval: 0 } },
    ],
    series: [{ type: "custom", renderItem: draw, encode: { y: 0, x: [1] }, data: blocks.map((b, i) => [i, b.p50 ?? b.planned ?? first]), clip: true }],
  });
  option.tooltip.trigger = "item";
  option.tooltip.formatter = (item) => {
    const b = blocks[item.value[0]];
    const found = [[word("announced_for"), b.planned ?? "\u2013"]];
    if (b.kind === "close") found.pop();
    if (b.fact) found.push([word("started"), month(b.fact)]);
    if (b.p10 !== null) found.push(["P10", month(b.p10)], [word("median"), month(b.p50)], ["P90", month(b.p90)]);
    found.push([word("happens_in"), b.share > 0 ? `${percent(b.share)} ${word("of_draws")}` : word("never")]);
    return box(name(b), found);
  };
  return { option, table: { head, rows }, height: Math.max(12, 2 * blocks.length + 3) };
}

function sankey(links, width) {
  if (!links.length) return null;
  const flows = links.map(([source, target, values]) => ({ source, target, value: values[at()] })).filter((flow) => flow.value > 0.5);
  const least = 0.002 * Math.max(0, ...flows.map((flow) => flow.value));
  const through = (name) => Math.max(...["source", "target"].map((end) => flows.filter((flow) => flow[end] === name).reduce((sum, flow) => sum + flow.value, 0)));
  const tiny = new Set(flows.flatMap((flow) => [flow.source, flow.target]).filter((name) => !name.startsWith(END) && through(name) < 4 * least));
  const seen = flows.filter((flow) => flow.value >= least && !tiny.has(flow.source) && !tiny.has(flow.target));  // a hair's breadth would only clutter; the table has it
  const lane = (name) => data.matter.lanes.findIndex((names) => names.includes(name));
  const shown = new Set(seen.flatMap((flow) => [flow.source, flow.target]));
  const names = data.matter.lanes.flat().filter((name) => shown.has(name));
  const rows = flows.map((flow) => [titleOf(flow.source), titleOf(flow.target), number(flow.value)]);
  const option = frame(width, "", { xAxis: undefined, yAxis: undefined, grid: undefined, legend: { show: false } });
  if (!flows.length) option.title = { text: word("nothing"), left: "center", top: "middle", textStyle: { color: QUIET, fontSize: 14, fontWeight: "normal" } };
  option.tooltip = {
    ...option.tooltip, trigger: "item",
    formatter: (item) => item.dataType === "edge"
      ? box(`${titleOf(item.data.source)} \u2192 ${titleOf(item.data.target)}`, [[word("tonnes"), number(item.value)]])
      : box(titleOf(item.name), [[word("tonnes"), number(item.value)]]),
  };
  option.series = [{
    type: "sankey", left: 4, right: narrow(width) ? 66 : 126, top: 12, bottom: 34, nodeGap: 18, nodeWidth: narrow(width) ? 8 : 14, nodeAlign: "left", layoutIterations: 32, draggable: false, emphasis: { focus: "adjacency" },
    data: names.map((name) => ({ name, depth: lane(name), itemStyle: { color: data.own[name] } })),
    links: seen, lineStyle: { color: "source", opacity: 0.35 }, labelLayout: { hideOverlap: true },
    label: { color: INK, fontSize: narrow(width) ? 9 : 12, lineHeight: narrow(width) ? 10 : 14, width: narrow(width) ? 58 : 108, overflow: "break", formatter: (item) => `${titleOf(item.name)}\n${number(item.value)}` },
  }];
  return { option, table: { head: [word("from"), word("to"), `${word("tonnes")}, ${year}`], rows } };
}

function confidence(width) {
  const sections = Object.keys(data.confidence);
  if (!sections.length) return null;
  const total = (name) => Object.values(data.confidence[name]).reduce((a, b) => a + b, 0);
  const kinds = CONFIDENCES.filter((kind) => sections.some((name) => data.confidence[name][kind]));
  const said = (kind) => data.confidences[language][kind];
  const count = (name, kind) => data.confidence[name][kind] || 0;
  const option = frame(width, "", {
    grid: { left: 8, right: 24, bottom: 8, containLabel: true },
    xAxis: { type: "value", max: 1, axisLabel: { color: QUIET, formatter: percent }, splitLine: { lineStyle: { color: FAINT } } },
    yAxis: { type: "category", inverse: true, data: sections.map((name) => `${data.parts[language][name] || name} (${number(total(name))})`), axisTick: { show: false }, axisLine: { show: false }, axisLabel: { color: INK, interval: 0 } },
    series: kinds.map((kind) => ({ name: said(kind), type: "bar", stack: "all", barWidth: "72%", color: CONFIDENCE[kind], data: sections.map((name) => count(name, kind) / total(name)) })),
  });
  named(option, width, kinds.map((kind) => ({ name: said(kind) })));
  option.tooltip.axisPointer = { type: "shadow" };
  option.tooltip.formatter = (items) => box(items[0].name, items.map((item) => [item.seriesName, number(count(sections[item.dataIndex], kinds[item.seriesIndex])), item.color]));
  return { option, table: { head: [word("part"), ...kinds.map(said)], rows: sections.map((name) => [data.parts[language][name] || name, ...kinds.map((kind) => number(count(name, kind)))]) } };
}

/* How likely the year's output is at least so large; the threshold of the slider is marked. */
function odds(width) {
  const shares = data.odds.least[at()], ends = data.odds.ends[at()], known = (i) => ends[i] || [shares[i], shares[i]];
  const range = (i) => ends[i] ? ends[i].map(percent).join(" \u2013 ") : "\u2013";
  const gwh = shares.map((_, i) => String(i));
  const hidden = { type: "line", stack: "band", symbol: "none", silent: true, lineStyle: { opacity: 0 } };
  const option = frame(width, "", { series: [
    { ...hidden, data: shares.map((_, i) => known(i)[0]) },
    { ...hidden, data: shares.map((_, i) => known(i)[1] - known(i)[0]), areaStyle: { color: OUTPUT, opacity: 0.2 } },
    { name: word("chance"), type: "line", step: "middle", data: shares, symbol: "none", color: OUTPUT, lineStyle: { width: 2.5 },
      markLine: { silent: true, symbol: "none", lineStyle: { color: INK, type: "dashed" }, label: { color: INK, formatter: percent(shares[threshold] || 0) }, data: [{ xAxis: String(threshold) }] } },
  ] });
  option.grid.top = 28; option.grid.bottom = 28;
  Object.assign(option.xAxis, { data: gwh, boundaryGap: false, name: word("gwh"), nameLocation: "middle", nameGap: 26, nameTextStyle: { color: QUIET } });
  Object.assign(option.yAxis, { max: 1, axisLabel: { color: QUIET, formatter: percent } });
  option.tooltip.formatter = (items) => box(`${year}: \u2265 ${items[0].axisValue} GWh`, [[word("chance"), percent(shares[items[0].dataIndex])], [word("interval"), range(items[0].dataIndex)]]);
  return { option, table: { head: [`${word("least")}, GWh, ${year}`, word("chance"), word("interval")], rows: shares.map((share, i) => [gwh[i], percent(share), range(i)]) } };
}

function beside(width) {
  const own = [word("own"), data.fan.mean, OUTPUT];
  const others = data.beside.map((run, i) => [run.name, data.years.map((y) => run.mean[run.years.indexOf(y)] ?? null), PALETTE[(i + 3) % PALETTE.length]]);
  return lines([own, ...others], width, word("gwh"));
}

function siteLedger(name, width) {
  const steps = data.sites[name].ledger;
  const order = ["good", ...Object.keys(steps).filter((step) => step !== "good" && step !== "beyond_plan").reverse()];
  const parts = order.filter((step) => some(steps[step])).map((step) => [causeOf(step), steps[step], data.colours[step]]);
  return parts.length ? stacked(parts, width, word("gwh")) : null;
}

/* Figures against the size of their effect: a dot with its interval, hollow where that holds zero. */
function effects(found, width, unit = "") {
  const colour = (i) => (found.value[i] < 0 ? "#cc6677" : OUTPUT);
  const clear = (i) => found.lo[i] !== null && (found.lo[i] > 0 || found.hi[i] < 0);
  const draw = (params, api) => {
    const i = api.value(0), point = (v) => api.coord([v, i]);
    const [x, y] = point(found.value[i]), children = [];
    if (found.lo[i] !== null) {
      children.push({ type: "line", shape: { x1: point(found.lo[i])[0], y1: y, x2: point(found.hi[i])[0], y2: y }, style: { stroke: colour(i), lineWidth: 2, opacity: 0.6 } });
    }
    children.push({ type: "circle", shape: { cx: x, cy: y, r: 5 }, style: { fill: clear(i) ? colour(i) : PAPER, stroke: colour(i), lineWidth: 2 } });
    return { type: "group", children };
  };
  const known = [0, ...found.value, ...found.lo, ...found.hi].filter((v) => v !== null);
  const option = frame(width, "", {
    grid: { left: 8, right: 24, top: 8, bottom: unit ? 24 : 8, containLabel: true },
    legend: { show: false },
    xAxis: { type: "value", name: unit, nameLocation: "middle", nameGap: 26, nameTextStyle: { color: QUIET }, min: Math.min(...known), max: Math.max(...known), axisLabel: { color: QUIET, formatter: number, hideOverlap: true, showMinLabel: false, showMaxLabel: false }, splitLine: { lineStyle: { color: FAINT } } },
    yAxis: { type: "category", inverse: true, data: found.names, axisTick: { show: false }, axisLine: { show: false }, axisLabel: { color: INK, interval: 0, fontSize: narrow(width) ? 9 : 11, lineHeight: 12, width: width * 0.45, overflow: "break" } },
    series: [{ type: "custom", renderItem: draw, encode: { y: 0, x: 1 }, data: found.value.map((v, i) => [i, v]) }],
  });
  option.tooltip.trigger = "item";
  option.tooltip.formatter = (item) => {
    const i = item.value[0];
    return box(found.names[i], [[word("effect"), number(found.value[i])], ["95%", `${number(found.lo[i])} \u2013 ${number(found.hi[i])}`]]);
  };
  return { option, table: { head: [word("what"), word("effect"), "95% <", "95% >"], rows: found.names.map((name, i) => [name, number(found.value[i]), number(found.lo[i]), number(found.hi[i])]) } };
}

/* What lifting each constraint frees in the chosen year: alone, last, and by its Shapley share. */
function relief(found, width) {
  const i = found.years.indexOf(year);
  if (i < 0) return effects({ names: [], value: [], lo: [], hi: [] }, width);
  const rows = found.lifted.flatMap((name) => ["alone", "last", "shapley"].map((measure) => ({ name: `${constraintOf(name)}, ${word(measure)}`, own: found[measure][name] })));
  return effects({ names: rows.map((row) => row.name), value: rows.map((row) => row.own.mean[i]), lo: rows.map((row) => row.own.lo[i]), hi: rows.map((row) => row.own.hi[i]) }, width, word("freed"));
}
const constraintOf = (name) => data.constraints[language][name] || name;
function shapley(found, width) {
  const colour = (name) => data.colours[name];
  const parts = found.lifted.map((name) => [constraintOf(name), data.years.map((y) => found.shapley[name].mean[found.years.indexOf(y)] ?? null), colour(name)]);
  const chart = stacked(parts, width, word("freed"));
  delete chart.option.yAxis.min;
  chart.option.xAxis.axisLine.onZero = true;
  chart.option.tooltip.formatter = (items) => box(`${items[0].axisValue}, ${word("freed")}`, items.map((item) => [item.seriesName, number(item.value), item.color]));
  return chart;
}

/* Each chart by its name: options and table, or null where the run has nothing to show. */
const CHARTS = {
  fan: (width) => fan(data.fan, width, word("gwh")),
  odds,
  beside,
  waterfall,
  bottlenecks: (width) => {
    const chart = stacked(Object.entries(data.bottlenecks).map(([name, values]) => [causeOf(name), values, data.colours[name]]), width, word("share"), percent);
    chart.option.yAxis.max = 1;
    return chart;
  },
  milestones,
  people: (width) => some(Object.values(data.people.heads).flat()) ? stacked(coloured(data.people.heads), width, word("heads")) : null,
  moves: (width) => {
    const parts = Object.entries(data.people.moves).map(([name, values], i) => [word(name), values, PALETTE[i]]);
    return parts.length ? lines(parts, width, word("heads")) : null;
  },
  graduates: (width) => some(Object.values(data.people.graduates).flat()) ? stacked(coloured(data.people.graduates), width, word("heads")) : null,
  cathode: (width) => {
    const parts = Object.entries(data.cathode.origin).map(([name, values]) => [word(name), values, data.own[END + name]]);
    return parts.length ? stacked(parts, width, word("tonnes")) : null;
  },
  matter: (width) => sankey(data.matter.links, width),
  recycling: (width) => data.recycling.total.p50 ? fan(data.recycling.total, width, word("tonnes")) : null,
  confidence,
  sensitivity: (width, which) => effects(data.sensitivities[Number(which)], width),
  relief: (width, which) => relief(data.reliefs[Number(which)], width),
  shapley: (width, which) => shapley(data.reliefs[Number(which)], width),
  "site.fan": (width, name) => fan(data.sites[name].fan, width, word("gwh")),
  "site.ledger": (width, name) => siteLedger(name, width),
  "site.heads": (width, name) => data.sites[name].heads ? fan(data.sites[name].heads, width, word("heads")) : null,
};

function chartOf(id, width) {
  const [first, second, ...rest] = id.split(".");
  if (["sensitivity", "relief", "shapley"].includes(first)) return CHARTS[first](width, second);
  return first === "site" ? CHARTS[`site.${second}`](width, rest.join(".")) : CHARTS[id](width);
}
