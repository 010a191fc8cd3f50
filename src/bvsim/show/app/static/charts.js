"use strict";
/* Pictures of the page, as SVG text in the colours of the report. */

const INK = "var(--ink)", OUTPUT = "var(--accent)", OTHER = "#8a939c";
const WIDE = 640, TALL = 270, LEFT = 44, RIGHT = 14, TOP = 14, BOTTOM = 28;

function ticks(most) {
  const raw = Math.max(most, 1e-9) / 4, ten = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((each) => each * ten).find((each) => each >= raw);
  return Array.from({ length: Math.floor(most / step + 1e-9) + 1 }, (_, i) => i * step);
}
function frame(years, most, label) {
  const x = (i) => LEFT + i * (WIDE - LEFT - RIGHT) / Math.max(years.length - 1, 1);
  const y = (value) => TALL - BOTTOM - (TALL - TOP - BOTTOM) * value / Math.max(most, 1e-9);
  const rules = ticks(most).map((value) => `<line x1="${LEFT}" x2="${WIDE - RIGHT}" y1="${y(value)}" y2="${y(value)}" class="rule"/><text x="${LEFT - 6}" y="${y(value) + 4}" text-anchor="end">${number(value)}</text>`);
  const names = years.map((name, i) => (i % Math.ceil(years.length / 8) ? "" : `<text x="${x(i)}" y="${TALL - 8}" text-anchor="middle">${name}</text>`));
  return { x, y, open: `<svg class="still" viewBox="0 0 ${WIDE} ${TALL}" role="img" aria-label="${safe(label)}" xmlns="http://www.w3.org/2000/svg">${rules.join("")}${names.join("")}` };
}
const path = (points) => points.map(([px, py], i) => `${i ? "L" : "M"}${px.toFixed(1)},${py.toFixed(1)}`).join("");

/* Mean by year and, where they are told, eight rows in ten, beside the mean without levers. */
function fanChart(ours, base, marked, label) {
  const most = Math.max(1, ...ours.map((m) => (m ? m.p90 : 0)), ...base.map((m) => (m ? m.mean : 0)));
  const { x, y, open } = frame(data.years, most, label);
  /* Stretches of years that are told, each as points. */
  const stretches = (told) => ours.reduce((found, m, i) => {
    if (!m || !told(m)) found.push([]); else found[found.length - 1].push([i, m]);
    return found;
  }, [[]]).filter((run) => run.length);
  const bands = stretches((m) => m.told).map((run) => `<path d="${path([...run.map(([i, m]) => [x(i), y(m.p90)]), ...run.slice().reverse().map(([i, m]) => [x(i), y(m.p10)])])}Z" fill="${OUTPUT}" fill-opacity=".2"/>`);
  const lines = stretches(() => true).map((run) => `<path d="${path(run.map(([i, m]) => [x(i), y(m.mean)]))}" fill="none" stroke="${OUTPUT}" stroke-width="2.5"/>`);
  const old = base.length ? `<path d="${path(base.map((m, i) => [x(i), y(m.mean)]))}" fill="none" stroke="${OTHER}" stroke-width="2" stroke-dasharray="5 4"/>` : "";
  const at = data.years.indexOf(marked), here = ours[at];
  const dot = here ? `<circle cx="${x(at)}" cy="${y(here.mean)}" r="5" fill="${OUTPUT}"/>` : "";
  return `${open}<line x1="${x(at)}" x2="${x(at)}" y1="${TOP}" y2="${TALL - BOTTOM}" class="rule" stroke-dasharray="3 3"/>${bands.join("")}${old}${lines.join("")}${dot}</svg>`;
}

/* All rows of a year, sorted: how many make at least so much. */
function rowsChart(values, base, gwh, label) {
  const sorted = [...values].sort((a, b) => b - a), old = base && [...base].sort((a, b) => b - a);
  const most = Math.max(sorted[0] || 1, old ? old[0] : 0, gwh || 0) * 1.05, tall = 150;
  const x = (value) => LEFT + (WIDE - LEFT - RIGHT) * value / most, y = (share) => tall - BOTTOM - (tall - TOP - BOTTOM) * share;
  const stairs = (list) => path([[x(0), y(1)], ...list.slice().reverse().flatMap((value, i) => [[x(value), y(1 - i / list.length)], [x(value), y(1 - (i + 1) / list.length)]])]);
  const shares = [0, 0.5, 1].map((share) => `<line x1="${LEFT}" x2="${WIDE - RIGHT}" y1="${y(share)}" y2="${y(share)}" class="rule"/><text x="${LEFT - 6}" y="${y(share) + 4}" text-anchor="end">${percent(share)}</text>`);
  const names = ticks(most).map((value) => `<text x="${x(value)}" y="${tall - 8}" text-anchor="middle">${number(value)}</text>`);
  const limit = gwh ? `<line x1="${x(gwh)}" x2="${x(gwh)}" y1="${TOP}" y2="${tall - BOTTOM}" stroke="${INK}" stroke-dasharray="4 3"/>` : "";
  return `<svg class="still" viewBox="0 0 ${WIDE} ${tall}" role="img" aria-label="${safe(label)}">${shares.join("")}${names.join("")}${old ? `<path d="${stairs(old)}" fill="none" stroke="${OTHER}" stroke-width="2" stroke-dasharray="5 4"/>` : ""}<path d="${stairs(sorted)}" fill="none" stroke="${OUTPUT}" stroke-width="2.5"/>${limit}</svg>`;
}

/* From what was announced to what is made: means of a year, with and without the levers. */
function ledgerTable(ours, base) {
  const steps = data.steps.filter((step) => ours(step) > 0.005 || base(step) > 0.005);
  const most = Math.max(...steps.map((step) => Math.max(ours(step), base(step))), 1);
  const name = (step) => data.causes[language()][step] || word(`step_${step}`);
  const rows = steps.map((step) => {
    const value = ours(step), colour = data.colours[step] || (step === "good" ? OUTPUT : OTHER);
    return `<tr data-step="${step}"><th scope="row"><span class="swatch" style="background:${colour}"></span>${safe(name(step))}</th><td class="bar"><span style="width:${(100 * value / most).toFixed(1)}%;background:${colour}"></span></td><td>${number(value)}</td><td>${signed(value - base(step))}</td></tr>`;
  });
  const head = ["step", "", "gwh", "change"].map((key) => (key ? `<th scope="col">${word(key)}</th>` : "<td></td>")).join("");
  return `<thead><tr>${head}</tr></thead><tbody>${rows.join("")}</tbody>`;
}

/* Dot and bar for each pinned mix. */
function pinsChart(found, label) {
  const most = Math.max(...found.map((each) => each.p90), 1), tall = 28 * found.length + 30;
  const x = (value) => 30 + (WIDE - 50) * value / most;
  const rows = found.map((each, i) => `<text x="0" y="${i * 28 + 22}">${i}</text><line x1="${x(each.p10)}" x2="${x(each.p90)}" y1="${i * 28 + 18}" y2="${i * 28 + 18}" stroke="${OUTPUT}" stroke-opacity=".35" stroke-width="10"/><circle cx="${x(each.mean)}" cy="${i * 28 + 18}" r="5" fill="${OUTPUT}"/>`);
  const names = ticks(most).map((value) => `<text x="${x(value)}" y="${tall - 4}" text-anchor="middle">${number(value)}</text>`);
  return `<svg class="still" viewBox="0 0 ${WIDE} ${tall}" role="img" aria-label="${safe(label)}">${rows.join("")}${names.join("")}</svg>`;
}

/* A picture as a file, as it stands on the page. */
function picture(svg, name) {
  const style = getComputedStyle(document.documentElement), copy = svg.cloneNode(true);
  copy.setAttribute("width", 2 * WIDE); copy.setAttribute("height", 2 * TALL); copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  const text = new XMLSerializer().serializeToString(copy).replaceAll("var(--ink)", style.getPropertyValue("--ink")).replaceAll("var(--accent)", style.getPropertyValue("--accent"))
    .replace(/class="rule"/g, `stroke="${style.getPropertyValue("--line")}"`).replaceAll("<text ", `<text font-family="sans-serif" font-size="12" fill="${style.getPropertyValue("--ink")}" `);
  const image = new Image();
  image.addEventListener("load", () => {
    const canvas = document.createElement("canvas"), pen = canvas.getContext("2d");
    canvas.width = 2 * WIDE; canvas.height = 2 * TALL;
    pen.fillStyle = style.getPropertyValue("--paper"); pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 0, 0);
    canvas.toBlob((blob) => offer(blob, name));
  });
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
}
function offer(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob); link.download = name;
  document.body.append(link); link.click(); link.remove();
}
