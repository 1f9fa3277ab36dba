// The coalition tree as text: breadcrumb, sentence of the selected node, banded text, and the node's waterfall.
const MOST_ROWS = 60;
const BAND_KINDS = { se: "sentence", cl: "clause", ph: "phrase" };

export default function (component) {
  return mount(component, drawTree);
}

function drawTree(screen, { view, drawing, text, selected }) {
  const isSameDrawing = screen.drawing === drawing;
  const isSameCut = screen.text === text && isSameText(screen.own, view.own.pieces);
  Object.assign(screen, { view, drawing, text });
  if (!isSameDrawing && isSameCut) paintMap(screen.own, view.own.pieces, view.tokens.label);
  if (!isSameDrawing && !isSameCut) buildTree(screen);
  if (!isSameDrawing) fillTree(screen);
  selectNode(screen, clamp(selected, 0, view.parts.kind.length - 1));
}

function buildTree(screen) {
  const { view } = screen;
  screen.lit = [];
  screen.level = null;
  screen.own = buildMap(view.own.pieces, { name: view.own.title, labels: view.tokens.label, banded: view.bands.length > 0 });
  screen.maps = [screen.own];
  screen.bands = nameBands(screen.own, view.parts);
  watchMap(screen, screen.own, { story: (map, index) => [view.tokens.text[index].trim() || "white space", screen.view.tokens.label[index]], order: view.order, pin: (index, map, isHasty) => chooseToken(screen, index, isHasty) });
  watchBands(screen);
  screen.slots = Object.fromEntries(["crumb", "top", "legend", "under"].map((name) => [name, make("div", { class: name })]));
  screen.fall = { title: make("h2"), sum: make("span", { class: "ui dim" }), levels: make("span", { class: "r" }), kind: head(""), body: make("tbody") };
  const { fall, slots } = screen;
  const table = make("table", { class: "wft" }, columns("wtx", null, "w66", "w72"),
    make("thead", {}, row(fall.kind, head("running sum"), head("credit", "n"), head("95\u00a0%", "n"))), fall.body);
  screen.root.replaceChildren(make("div", { class: "tree" }, slots.crumb, slots.top, make("div", { class: "grid" },
    make("section", {}, slots.legend, screen.own.node),
    make("aside", { class: "rail fall" }, make("div", { class: "maph" }, fall.title, fall.sum, fall.levels), table)), slots.under));
  markFirst(screen, view.pinned);
}

function markFirst(screen, pinned) {
  const token = screen.own.tokens[pinned ?? 0];
  if (token) token.tabIndex = 0;
}

function fillTree({ view, slots }) {
  slots.legend.replaceChildren(drawLegend({ ...view, unit: `${view.unit.split(";")[0]}; a node is coloured by its mean per token`, bands: view.bands }));
  slots.under.replaceChildren(...(view.tree_cells ? [drawReadout(view.tree_cells, "read wide four")] : []));
}

// Bands carry their kind and number; the place in the tree is what is selected.
function nameBands(map, parts) {
  const places = new Map(parts.kind.map((kind, place) => [`${kind} ${parts.number[place]}`, place]));
  const bands = new Map();
  map.pieces.forEach(([act, , css, number], piece) => {
    if (act !== "open") return;
    const place = places.get(`${BAND_KINDS[css.slice(0, 2)]} ${number}`);
    map.painted[piece].dataset.p = place;
    bands.set(place, map.painted[piece]);
  });
  return bands;
}

// A click on a band selects its part; a click on a token selects the finest part above it that has parts of its own.
function watchBands(screen) {
  const onToken = screen.own.node.onclick;
  screen.own.node.onclick = (event) => {
    const band = event.target.closest(".ph,.cl,.se");
    if (event.target.closest(".tok")) onToken(event);
    else if (band) chooseNode(screen, Number(band.dataset.p), 0);
  };
  const onKey = screen.own.node.onkeydown;
  screen.own.node.onkeydown = (event) => {
    const { parts } = screen.view;
    const up = event.key === "ArrowUp" ? parts.parent[screen.selected] : null;
    if (up !== null && up !== undefined) { chooseNode(screen, up, REST); event.preventDefault(); }
    else if (event.key === "ArrowDown") { chooseNode(screen, below(screen, event), REST); event.preventDefault(); }
    else onKey(event);
  };
}

// One level down the tree towards the token that has the focus.
function below(screen, event) {
  const { parts, tokens } = screen.view;
  const path = tokens.ladder[Number(event.target.closest(".tok").dataset.i)];
  return path.find((place) => parts.parent[place] === screen.selected && parts.children[place].length) ?? screen.selected;
}

function chooseToken(screen, index, isHasty) {
  const { parts, tokens } = screen.view;
  markPin(screen, index);
  const node = tokens.ladder[index].filter((place) => parts.children[place].length).at(-1) ?? 0;
  chooseNode(screen, node, isHasty ? REST : 0);
}

function chooseNode(screen, place, wait) {
  selectNode(screen, place);
  tell(screen, "selected", { at: place, text: screen.text, turn: Date.now() }, wait);
}

function selectNode(screen, place) {
  const { view, slots, bands } = screen;
  screen.selected = place;
  for (const [at, band] of bands) band.classList.toggle("sel", at === place);
  slots.crumb.replaceChildren(...drawCrumbs(screen, place));
  slots.top.replaceChildren(drawSentence(sentenceOf(view, place)));
  drawFall(screen);
}

function sentenceOf({ parts, tree_sentences: sentences }, place) {
  return sentences[place] || [["text", `${capital(parts.title[place])}, `], ["z", `“${parts.quote[place]}”`], ["text", ": credit "], ["strong", parts.value[place]], ["text", "."]];
}

function drawCrumbs(screen, place) {
  const { parts } = screen.view;
  const path = [];
  for (let at = place; at !== null && at !== undefined; at = parts.parent[at]) path.unshift(at);
  const crumbs = path.flatMap((at) => {
    if (at === place) return [make("b", {}, parts.title[at])];
    const button = make("button", { type: "button" }, parts.title[at]);
    button.onclick = () => chooseNode(screen, at, 0);
    return [button, " / "];
  });
  return [...crumbs, ` / ${sizeOf(parts, place)}`];
}

// What a node holds, in words: 2 clauses, 7 phrases, 25 tokens.
function sizeOf(parts, place) {
  const numbers = {};
  const visit = (at) => parts.children[at].forEach((child) => {
    numbers[parts.kind[child]] = (numbers[parts.kind[child]] || 0) + 1;
    visit(child);
  });
  visit(place);
  numbers.token ??= Number(parts.tokens[place].toFixed(1));
  return COARSE_FIRST.filter((kind) => kind !== "word" && numbers[kind]).map((kind) => `${count(numbers[kind])} ${kind}${numbers[kind] === 1 ? "" : "s"}`).join(", ");
}

function drawFall(screen) {
  const { view, fall, selected } = screen;
  const { parts } = view;
  const kinds = fallLevels(parts, selected);
  const level = kinds.includes(screen.level) ? screen.level : shownLevel(parts, selected, kinds);
  fall.title.textContent = capital(parts.title[selected]);
  fall.sum.textContent = `sums to ${parts.value[selected]}`;
  const choices = drawChoices(kinds.map((kind) => [kind, capital(kind) + "s"]), level, "Parts shown", (chosen) => {
    screen.level = chosen;
    fillFall(fall, parts, selected, chosen);
  });
  choices.hidden = kinds.length < 2;
  fall.levels.replaceChildren(choices);
  fillFall(fall, parts, selected, level);
}

function fillFall(fall, parts, place, level) {
  fall.kind.textContent = level || parts.kind[place];
  fall.body.replaceChildren(...fallRows(parts, place, level ? partsAt(parts, place, level) : []));
}

// The kinds below a node that fit on one screen; the coarsest always does.
function fallLevels(parts, place) {
  const below = new Set();
  const visit = (at) => parts.children[at].forEach((child) => { below.add(parts.kind[child]); visit(child); });
  visit(place);
  return COARSE_FIRST.filter((kind) => below.has(kind)).filter((kind, number) => number === 0 || partsAt(parts, place, kind).length <= MOST_ROWS);
}

const shownLevel = (parts, place, kinds) => kinds.find((kind) => partsAt(parts, place, kind).length === parts.shown[place].length) || kinds[0];
