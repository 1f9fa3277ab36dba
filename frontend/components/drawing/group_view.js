// A group of responses: sentence, legend, one row each with its barcode, and the open response in three columns.
export default function (component) {
  return mount(component, drawGroup);
}

function drawGroup(screen, { view, text, row: chosen }) {
  const isSameGroup = screen.text === text;
  Object.assign(screen, { view, text });
  if (!isSameGroup) screen.row = clamp(chosen ?? view.selected, 0, view.rows.length - 1);
  if (!screen.three) buildGroup(screen);
  screen.slots.top.replaceChildren(...[drawSentence(view.sentence), drawNotice(view)].filter(Boolean), drawLegend(view));
  drawGroupTable(screen);
  screen.slots.under.replaceChildren(drawReadout(view.cells, "read wide"), ...groupNotes(view));
  screen.slots.more.replaceChildren(...groupFolds(view));
  openRow(screen, screen.row);
}

function buildGroup(screen) {
  screen.slots = Object.fromEntries(["top", "table", "under", "more"].map((name) => [name, make("div", { class: name === "table" ? "tw" : name })]));
  screen.three = make("div", { class: "three" });
  screen.head = make("div", { class: "selh" }, make("h2"), make("span", { class: "ui dim" }),
    make("span", { class: "micro r keys" }, make("kbd", {}, "↑"), " ", make("kbd", {}, "↓"), " response ", make("kbd", {}, "←"), " ", make("kbd", {}, "→"), " token"));
  screen.root.replaceChildren(screen.slots.top, screen.slots.table, make("section", { class: "resp" }, screen.head, screen.three), screen.slots.under, screen.slots.more);
  screen.repaint = () => screen.root.querySelectorAll("canvas").forEach((canvas) => canvas.paint());
}

function drawGroupTable(screen) {
  const { view } = screen;
  const longest = Math.max(1, ...view.rows.map((one) => one.tokens));
  const heads = make("tr", {}, make("th", { class: "n" }, make("span", { class: "vh" }, "response")), head("reward, μ and μ ± σ", "dotc hm"), head("R", "n"), head("A", "n"),
    head(`tokens in order: flat, ${ruleName(view.rule)}, difference`, "bc"), head("tokens", "n hm"), head("sign flips", "n hm"), head("disagreement", "disc hm"),
    make("th", { class: "n" }, make("span", { class: "vh" }, "disagreement, 0 to 1"), make("span", { class: "nr", "aria-hidden": "true" }, "disagree")));
  screen.rows = view.rows.map((one, place) => make("tr", { "data-r": place, tabindex: -1, "aria-selected": "false" },
    cell(String(place + 1), "n id"), make("td", { class: "dotc hm" }, drawDot(one.dot)), cell(one.reward_text, "n"), cell(one.advantage_text, "n"),
    make("td", { class: "bc" }, drawBarcode(one.barcode, longest)), cell(count(one.tokens), "n hm"), cell(one.sign_flips_text, "n hm"),
    make("td", { class: "disc hm" }, stretched("h12", 100, 12, make("rect", { class: "ink2", x: 0, y: 3, width: 100 * one.disagreement, height: 6 }))),
    cell(one.disagreement_text, "n")));
  const table = make("table", { class: "grp", "aria-label": "Responses; arrow keys open another one" },
    columns("w28", "w166 hm", "w56", "w64", null, "w56 hm", "w72 hm", "w80 hm", "w44"), make("thead", {}, heads), make("tbody", {}, ...screen.rows));
  const body = table.tBodies[0];
  body.onclick = (event) => {
    const chosen = event.target.closest("tr");
    if (chosen) chooseRow(screen, Number(chosen.dataset.r), 0);
  };
  body.onkeydown = (event) => {
    const at = Number(event.target.closest("tr").dataset.r), last = screen.rows.length - 1;
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: last, Enter: at, " ": at }[event.key];
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    chooseRow(screen, clamp(to, 0, last), to === at ? 0 : REST);
    screen.rows[screen.row].focus();
  };
  screen.slots.table.replaceChildren(table);
}

// Reward as a dot on an axis that all rows share, with the mean and one standard deviation behind it.
function drawDot({ at, mean, low, high }) {
  const x = (share) => (150 * share).toFixed(1);
  return make("svg", { width: 150, height: 36, viewBox: "0 0 150 36", "aria-hidden": "true" },
    make("rect", { class: "sunk", x: x(low), y: 0, width: x(high - low), height: 36 }),
    make("line", { class: "mean", x1: x(mean), x2: x(mean), y1: 0, y2: 36 }),
    make("line", { class: "inkl", x1: x(mean), x2: x(at), y1: 18, y2: 18 }),
    make("circle", { class: "ink", cx: x(at), cy: 18, r: 4.5 }));
}

function chooseRow(screen, place, wait) {
  openRow(screen, place);
  tell(screen, "row", { at: place, text: screen.text }, wait);
}

function openRow(screen, place) {
  const { view } = screen;
  const one = view.rows[place];
  screen.row = place;
  screen.rows.forEach((row, number) => {
    row.setAttribute("aria-selected", String(number === place));
    row.tabIndex = number === place ? 0 : -1;
  });
  screen.head.children[0].textContent = `Response ${place + 1}`;
  screen.head.children[1].textContent = one.standing;
  const rule = capital(ruleName(view.rule)) + (view.clip ? `, clip ${view.clip}` : "");
  drawThree(screen, [
    { title: "Uniform, GRPO", name: "GRPO, the same advantage on every token", summary: one.means.flat, pieces: one.maps.flat, labels: one.labels.flat },
    { title: rule, name: `The rule ${ruleName(view.rule)}`, summary: one.means.rule, pieces: one.maps.rule, labels: one.labels.rule },
    { title: "Difference", name: "Difference of the two", summary: one.means.difference, pieces: one.maps.difference, labels: one.labels.difference },
  ], { story: ownStory, pin: (index) => markPin(screen, index) });
}

const ruleName = (name) => name.replaceAll("_", " ");

function groupNotes({ invariant, note, without_credit: floor, rule }) {
  const notes = invariant ? [make("p", { class: "note" }, invariant)] : [];
  if (note) notes.push(make("p", { class: "note" }, make("b", {}, `What ${ruleName(rule)} does badly.`), ` ${note}${floor ? " " + floor : ""}`));
  return notes;
}

function groupFolds({ notes, reward_spec: spec, rule }) {
  const folds = notes ? [drawFold("What every rule does badly", () => make("table", { class: "rules" }, make("tbody", {}, ...Object.entries(notes).map(([name, text]) =>
    make("tr", { class: name === rule ? "cur" : null }, make("th", { scope: "row" }, ruleName(name)), cell(text))))))] : [];
  if (spec) folds.push(drawFold("What it was measured with", () => drawFixed(spec)));
  return folds;
}
