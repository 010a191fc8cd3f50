"use strict";
/* The state is the link: levers NAME=STRENGTH@DATE, figures set, the screen, pins; joined by &. */

const by = (id) => document.getElementById(id);
const token = new URLSearchParams(location.search).get("token");
const SCREENS = ["valley", "compare", "places", "why", "trust", "goal"];
const begun = { lang: navigator.language.startsWith("fr") ? "fr" : "en" };
let steps = [];

const lever = (name) => data.levers.find((each) => each.name === name);
const decoded = (text) => { try { return decodeURIComponent(text); } catch { return ""; } };
let read = { hash: null, texts: [] };
function entries() {
  const { hash } = location;
  if (hash !== read.hash) read = { hash, texts: hash.slice(1).split("&").filter(Boolean).map(decoded) };
  return read.texts;
}
function turnOf(text) {
  const [, name, strength, since] = text.match(/^([\w.-]+)(?:=(\d+(?:\.\d+)?))?(?:@(\d{4}-\d\d-\d\d))?$/) || [];
  if (!lever(name)) return null;
  return { name, strength: strength === undefined ? 1 : Number(strength), since };
}
const mixOf = (texts) => texts.filter((text) => !text.startsWith("~")).map(turnOf).filter((turn) => turn && turn.strength > 0);
const mix = () => mixOf(entries());
const said = (turn) => `${turn.name}${turn.strength === 1 ? "" : `=${turn.strength}`}${turn.since && turn.since !== lever(turn.name).since ? `@${turn.since}` : ""}`;
const all = (key) => entries().filter((text) => text.startsWith(`~${key}=`)).map((text) => text.slice(key.length + 2));
const sets = () => all("set").filter((text) => /^[\w.*-]+=-?[\d.]+(?:e-?\d+)?$/.test(text));
const pins = () => all("pin").map((text) => mixOf(text.split(",")));
const screen = () => (SCREENS.includes(all("screen")[0]) ? all("screen")[0] : "valley");
const language = () => (["en", "fr"].includes(all("lang")[0]) ? all("lang")[0] : begun.lang);
const year = () => (data.years.includes(Number(all("year")[0])) ? Number(all("year")[0]) : data.year);

/* Go to a state: what is not named stays as it is. */
function goTo(change) {
  const next = { mix: mix(), sets: sets(), pins: pins(), screen: screen(), lang: all("lang")[0], year: all("year")[0], ...change };
  const texts = [
    ...next.mix.filter((turn) => turn.strength > 0).map(said),
    ...next.sets.map((text) => `~set=${text}`),
    ...next.pins.map((pin) => `~pin=${pin.map(said).join(",")}`),
    ...(next.screen === "valley" ? [] : [`~screen=${next.screen}`]),
    ...(next.lang ? [`~lang=${next.lang}`] : []),
    ...(next.year && Number(next.year) !== data.year ? [`~year=${next.year}`] : []),
  ].map((text) => encodeURIComponent(text).replaceAll("%3D", "=").replaceAll("%40", "@").replaceAll("%2C", ",").replaceAll("%7E", "~")).join("&");
  if (texts === location.hash.slice(1)) return;
  steps.push(location.hash.slice(1));
  location.hash = texts;
}
function undo() {
  if (!steps.length) return;
  location.hash = steps.pop();
}
/* What stands behind a mix, as a name for what is kept of it. */
const keyOf = (turns, figures) => JSON.stringify([turns.map(said).sort(), figures.slice().sort()]);
function query(turns = mix(), figures = sets()) {
  const found = new URLSearchParams([...turns.map((turn) => ["lever", said(turn)]), ...figures.map((text) => ["set", text])]);
  if (token) found.set("token", token);
  return found;
}

const word = (name, fields = {}) => data.words[language()][name].replace(/{([a-z0-9]+)}/g, (_, key) => fields[key]);
const locale = () => (language() === "fr" ? "fr-FR" : "en-GB");
const writers = new Map();  // making one takes longer than writing with it a hundred times
function writer(options) {
  const key = locale() + JSON.stringify(options);
  if (!writers.has(key)) writers.set(key, new Intl.NumberFormat(locale(), options));
  return writers.get(key);
}
const number = (value, digits = 3) => (value === undefined || value === null || Number.isNaN(value) ? "\u2013" : writer(Math.abs(value) >= 100 ? { maximumFractionDigits: 0 } : { maximumSignificantDigits: digits }).format(value));
const signed = (value) => (Math.abs(value) < 0.005 ? "0" : `${value > 0 ? "+" : "\u2212"}${number(Math.abs(value))}`);
const percent = (value, digits = 0) => writer({ style: "percent", maximumFractionDigits: digits }).format(value);
const safe = (text) => String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
const dated = (text) => new Intl.DateTimeFormat(locale(), { dateStyle: "medium", timeZone: "UTC" }).format(new Date(text));
const titled = (turn) => {
  const own = lever(turn.name), extra = [turn.strength !== 1 ? `\u00d7 ${number(turn.strength)}` : "", turn.since && turn.since !== own.since ? `${word("since")} ${dated(turn.since)}` : ""].filter(Boolean);
  return own.title[language()] + (extra.length ? ` (${extra.join(", ")})` : "");
};
const mixTitle = (turns, figures = []) => [...turns.map(titled), ...figures].join(" + ") || word("nolever");

/* EUR million over the years of the comparison; null where a lever has no price. */
function priceOf(turn, booked) {
  const own = lever(turn.name);
  if (own.unpriced) return null;
  if (own.booked) return booked ? booked(own.booked) : null;
  const listed = own.prices.find(([strength]) => strength === turn.strength), one = own.prices.find(([strength]) => strength === 1);
  const [, total, perYear] = listed || one, times = listed ? 1 : turn.strength;
  if (perYear === null) return times * total;
  const day = new Date(turn.since || own.since), start = day.getUTCFullYear() + (dayOfYear(day) - 1) / 365.25;
  return times * perYear * Math.max(0, data.span[1] + 1 - Math.max(data.span[0], start));
}
const dayOfYear = (day) => (Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate()) - Date.UTC(day.getUTCFullYear(), 0, 0)) / 864e5;
