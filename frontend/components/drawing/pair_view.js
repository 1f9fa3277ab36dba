// Two results against each other: sentence, legend, left, right and difference, and the parts that differ most.
export default function (component) {
  return mount(component, drawPair);
}

function drawPair(screen, { view }) {
  const { left, right, columns: maps, means, labels } = view;
  screen.view = view;
  if (!screen.three) buildPair(screen);
  screen.slots.top.replaceChildren(...[drawSentence(view.sentence), drawNotice(view), drawLegend(view), drawSides(view)].filter(Boolean));
  screen.slots.under.replaceChildren(...[drawReadout(view.cells, "read wide"), view.note && make("p", { class: "note" }, view.note), drawDifferences(view)].filter(Boolean));
  const partner = (map, index, other) => partnerOf(screen, map, index, other);
  const side = (name, title) => ({ title, name: title, summary: means[name], pieces: maps[name], labels: labels[name] });
  drawThree(screen, [side("left", left.title), side("right", right.title), side("difference", "Difference")], {
    story: ownStory, partner, pin: (index, map) => markPin(screen, index, map, { partner }),
  });
}

function buildPair(screen) {
  screen.slots = Object.fromEntries(["top", "under"].map((name) => [name, make("div", { class: name })]));
  screen.three = make("div", { class: "three" });
  screen.root.replaceChildren(screen.slots.top, screen.three, screen.slots.under);
}

// The same token in another column: the difference stands on the right text, and `match` says what was aligned.
function partnerOf({ maps, view }, map, index, other) {
  const isLeft = (one) => one === maps[0];
  if (isLeft(map) === isLeft(other)) return index;
  return (isLeft(map) ? view.match.left : view.match.right)[index] ?? undefined;
}

function drawSides({ left, right }) {
  const side = (name, { detail }) => make("p", { class: "ui dim" }, make("b", {}, name), ` ${detail}`);
  return left.detail || right.detail ? make("div", { class: "sides" }, side("Left", left), side("Right", right)) : null;
}

function drawDifferences({ rows }) {
  if (!rows || !rows.length) return null;
  return make("table", { class: "diff" }, make("thead", {}, row(head("largest differences"), head("left", "n"), head("right", "n"), head("difference", "n"))),
    make("tbody", {}, ...rows.map(([quote, left, right, difference]) => row(quoted(quote), cell(left, "n"), cell(right, "n"), cell(difference, "n")))));
}
