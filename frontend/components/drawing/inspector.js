// The rail of the pinned token. Its rows never change in number: what is not known is "none".
const LADDER = 190;

function buildInspector(view) {
  const text = (tag, css) => make(tag, { class: css });
  const rail = { number: text("span"), text: text("bdi", "pt"), value: text("span"), margin: text("small"), where: make("div", { class: "ui dim pl", dir: "auto" }), flat: text("dd"), own: text("dd") };
  rail.token = make("span", { class: "micro" }, "Pinned token ", rail.number);
  rail.ladder = make("table", { class: "lad" }, columns("w66", null, "w66"), make("tbody"));
  rail.checks = make("table", { class: "vd" }, columns(null, "w66", "w66", "w56"),
    make("thead", {}, row(head("Verify by deletion"), head("predicted", "n"), head("measured", "n"), head("reward", "n"))), make("tbody"));
  rail.largest = make("table", { class: "big" }, columns(null, "w90", "w66", "w66"),
    make("thead", {}, row(head(`Largest by ${finestOf(view)}`), head(""), head("credit", "n"), head("95\u00a0%", "n"))), make("tbody"));
  rail.two = make("dl", { class: "two" },
    make("div", {}, make("dt", {}, "GRPO advantage"), rail.flat), make("div", {}, make("dt", {}, ownAdvantage(view)), rail.own));
  const keys = make("span", { class: "micro r keys" }, make("kbd", {}, "←"), " ", make("kbd", {}, "→"), " token ", make("kbd", {}, "["), " ", make("kbd", {}, "]"), " largest");
  rail.node = make("aside", { class: "rail", "aria-label": "Pinned token" }, make("div", { class: "stick" },
    make("div", { class: "insh" }, rail.token, keys),
    make("div", { class: "pinv" }, rail.text, make("span", { class: "pn" }, rail.value, " ", rail.margin)),
    rail.where,
    view.has_group ? rail.two : null,
    make("h3", { class: "sec" }, "Credit at every level, reward units"),
    rail.ladder, rail.checks, rail.largest));
  return rail;
}

const finestOf = (view) => view.finest || (view.levels.includes("word") ? "word" : view.levels[0]);

function ownAdvantage(view) {
  const [, name] = /^(\S+) credit$/.exec(view.own.title) || [];
  return name ? `${name} advantage` : "its advantage";
}

function fillInspector(rail, view, index, checks) {
  const { tokens } = view;
  if (!tokens.text.length) return blankInspector(rail, view);
  rail.number.textContent = `${count(index + 1)} of ${count(tokens.text.length)}`;
  rail.text.textContent = tokens.text[index].trim() || "white space";
  rail.value.textContent = tokens.value[index];
  rail.margin.textContent = tokens.margin[index];
  rail.where.textContent = tokens.where[index];
  rail.flat.textContent = view.flat ? view.flat.text : "none";
  rail.own.textContent = tokens.advantage[index];
  rail.ladder.tBodies[0].replaceChildren(...ladderRows(view, index));
  rail.checks.tBodies[0].replaceChildren(...checkRows(view, index, checks));
  rail.largest.tBodies[0].replaceChildren(...largestRows(view));
}

// Before the first estimate: as many rows as will be filled.
const MOST_LARGEST = 7;

function blankInspector(rail, view) {
  rail.value.textContent = "\u00a0";
  rail.number.textContent = "none yet";
  const at = axisOver([view.ladder.low, view.ladder.high], LADDER);
  rail.ladder.tBodies[0].replaceChildren(...kindsOf(view).map((kind) => rung(at, kind, 0, 0, "none")));
  rail.checks.tBodies[0].replaceChildren(...["remove the word", "remove the phrase", "replace it"].map((label) =>
    row(quoted(label, null), ...["none", "none", "none"].map((none) => cell(none, dimmed(none))))));
  rail.largest.tBodies[0].replaceChildren(...Array.from({ length: MOST_LARGEST }, () =>
    row(quoted("none", "tx dim3"), cell("\u00a0"), cell("none", "n dim3"), cell("", "n dim3"))));
}

const kindsOf = ({ levels }) => ["response", ...levels.filter((level) => level !== "token").reverse(), "token"];

function ladderRows(view, index) {
  const { tokens, parts, ladder } = view;
  const at = axisOver([ladder.low, ladder.high], LADDER);
  const places = new Map(tokens.ladder[index].map((place) => [parts.kind[place], place]));
  return kindsOf(view).map((kind) => {
    const place = places.get(kind);
    if (kind === "token") return rung(at, kind, tokens.credit[index], tokens.interval[index], tokens.value[index]);
    if (place === undefined) return rung(at, kind, 0, 0, "none");
    return rung(at, kind, parts.credit[place], parts.interval[place], parts.value[place]);
  });
}

function rung(at, kind, credit, interval, text) {
  const width = interval || 0;
  const drawing = stretched("h22", LADDER, 22,
    upright(at(0), 0, 22, "ax"),
    barBetween(at, 0, credit, credit >= 0 ? "p5" : "n5", 9, 4),
    barBetween(at, credit - width, credit + width, "span", 4, 14),
    make("rect", { class: "dot", x: at(credit) - 0.8, y: 4, width: 1.6, height: 14 }));
  return make("tr", { class: kind === "token" ? "cur" : null, "data-kind": kind },
    make("th", { scope: "row" }, kind), make("td", {}, drawing), cell(text, "n"));
}

// [label, predicted, measured, reward] of what Python has measured for this token; until then the same rows with "none".
function checkRows(view, index, checks) {
  const rows = checks && checks.token === index ? [...checks.rows] : [];
  const known = expectedChecks(view, index);
  while (rows.length < known.length) rows.push(known[rows.length]);
  return rows.map(([label, predicted, measured, reward]) => row(quoted(label, null),
    cell(predicted, dimmed(predicted)), make("td", { class: dimmed(measured) }, measured === "none" ? measured : make("b", {}, measured)), cell(reward, dimmed(reward))));
}

const dimmed = (text) => (text === "none" ? "n dim3" : "n");

// Without a part its credit is gone: what the reward should change by is the credit with the other sign.
function expectedChecks({ tokens, parts }, index) {
  const around = new Map(tokens.ladder[index].map((place) => [parts.kind[place], place]));
  const rows = ["word", "phrase"].filter((kind) => around.has(kind)).map((kind) => {
    const place = around.get(kind);
    return [`remove “${parts.quote[place]}”`, turned(parts.value[place]), "none", "none"];
  });
  return [...rows, ...Array(3 - rows.length).fill(["replace it", "none", "none", "none"])];
}

const turned = (value) => (value.startsWith("−") ? "+" + value.slice(1) : value.startsWith("+") ? "−" + value.slice(1) : value);

function largestRows({ parts, largest }) {
  const at = axisOver(largest.map((place) => parts.credit[place]), 100);
  return largest.map((place) => {
    const credit = parts.credit[place];
    const bar = stretched("h12", 100, 12, barBetween(at, 0, credit, credit >= 0 ? "p5" : "n5", 2, 8), upright(at(0), 0, 12, "ax"));
    return row(quoted(parts.quote[place]), make("td", {}, bar), cell(parts.value[place], "n"), cell(parts.margin[place], "n dim3"));
  });
}
