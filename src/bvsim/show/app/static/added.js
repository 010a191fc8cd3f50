"use strict";
/* The estimate: effects of levers and of pairs, added row by row (bvsim.analysis.policy.added). */

const data = JSON.parse(document.getElementById("data").textContent);
const bytes = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0)).buffer;

function unpacked(part) {
  const { figures, rows, scale } = part, size = rows * figures.length;
  const base = Float64Array.from(new Float32Array(bytes(part.base)));
  const steps = (text) => {
    const all = new Int16Array(bytes(text)), found = [];
    for (let from = 0; from < all.length; from += size) {
      found.push(Float64Array.from(all.subarray(from, from + size), (value, i) => value * scale[i % figures.length]));
    }
    return found;
  };
  const made = { figures, rows, base, added: steps(part.added), joint: steps(part.joint) };
  made.shares = made.added.map((effect, i) => sharesOf(effect, made.added[unit(i)], figures.length));
  return made;
}

/* The turn of the same lever at strength 1 on its own day. */
function unit(i) {
  const { turns } = data.estimate;
  return turns.findIndex(([name, strength, since]) => name === turns[i][0] && strength === 1 && !since);
}

/* Size of an effect in that of its lever at strength 1: by figure, least squares over rows. */
function sharesOf(effect, one, count) {
  const both = new Float64Array(count), square = new Float64Array(count);
  for (let i = 0; i < effect.length; i += 1) {
    both[i % count] += effect[i] * one[i];
    square[i % count] += one[i] * one[i];
  }
  return both.map((value, i) => (square[i] > 0 ? Math.min(Math.max(value / square[i], 0), 2.5) : 0));
}

const parts = data.estimate && { effects: unpacked(data.estimate.effects), means: unpacked(data.estimate.means) };

/* The weights of the nearest two points of a line; null outside. */
function between(known, wanted) {
  const same = known.find(([at]) => at === wanted);
  if (same) return same[1] === null ? [] : [[same[1], 1]];
  const low = known.filter(([at]) => at < wanted).sort((a, b) => b[0] - a[0])[0];
  const high = known.filter(([at]) => at > wanted).sort((a, b) => a[0] - b[0])[0];
  if (!low || !high) return null;
  const share = (wanted - low[0]) / (high[0] - low[0]);
  return [[low[1], 1 - share], [high[1], share]].filter(([at]) => at !== null);
}
const dayOf = (text) => Date.parse(text) / 864e5;
function strengthsOf(turn) {
  const known = data.estimate.turns.map(([name, strength, since], i) => [strength, i, name === turn.name && !since]).filter((each) => each[2]);
  const same = known.find(([strength]) => strength === turn.strength);
  if (same) return [[same[1], 1]];
  return data.estimate.between.includes(turn.name) && known.length ? between([[0, null], ...known], turn.strength) : null;
}
function laterOf(turn) {
  const own = data.estimate.days[turn.name];
  if (!turn.since || turn.since === own) return [];
  const known = data.estimate.turns.map(([name, strength, since], i) => [dayOf(since || own), i, name === turn.name && strength === 1]).filter((each) => each[2]);
  return between(known, dayOf(turn.since));
}

/* Figures of a mix, all rows one after the other; null outside of what was simulated. */
function added(mix, part) {
  const { figures, base, shares } = part, count = figures.length;
  const total = Float64Array.from(base), sizes = {};
  for (const turn of mix) {
    const strengths = strengthsOf(turn), later = strengths && laterOf(turn);
    if (!strengths || !later) return null;
    const size = new Float64Array(count);
    for (const [at, weight] of strengths) for (let j = 0; j < count; j += 1) size[j] += weight * shares[at][j];
    for (const [at, weight] of later.length ? later : strengths) {
      const effect = part.added[at];
      for (let i = 0; i < total.length; i += 1) total[i] += weight * effect[i] * (later.length ? size[i % count] : 1);
    }
    if (later.length) {
      const delayed = new Float64Array(count);
      for (const [at, weight] of later) for (let j = 0; j < count; j += 1) delayed[j] += weight * shares[at][j];
      for (let j = 0; j < count; j += 1) size[j] *= delayed[j];
    }
    sizes[turn.name] = size;
  }
  data.estimate.pairs.forEach(([a, b], at) => {
    if (!sizes[a] || !sizes[b]) return;
    const joint = part.joint[at];
    for (let i = 0; i < total.length; i += 1) total[i] += sizes[a][i % count] * sizes[b][i % count] * joint[i];
  });
  return { figures, values: total.map((value) => Math.max(value, 0)), rows: part.rows };
}

/* An estimate, or what stands for it: figures told row by row, and means. */
function estimateOf(mix) {
  if (!data.estimate) return null;
  const effects = added(mix, parts.effects);
  return effects && { effects, means: added(mix, parts.means) };
}
