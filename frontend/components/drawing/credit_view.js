// One explained response: sentence, legend, GRPO's map, the Owen map with bands, readout, and the rail of the pinned token.
export default function (component) {
  return mount(component, drawCredit);
}

function drawCredit(screen, { view, drawing, text, pin, checks }) {
  const isSameDrawing = screen.drawing === drawing;
  const isSameCut = screen.text === text && isSameText(screen.own, view.own.pieces) && !screen.flat === !view.flat;
  Object.assign(screen, { view, drawing, text, checks });
  if (isSameDrawing) fillInspector(screen.rail, view, screen.pin, checks);
  else if (isSameCut) repaintCredit(screen);
  else buildCredit(screen, pin ?? view.pinned);
}

function buildCredit(screen, pin) {
  const { view } = screen;
  const labels = view.tokens.label;
  screen.level = "token";
  screen.lit = [];
  screen.pin = clamp(pin, 0, view.tokens.text.length - 1);
  screen.flat = view.flat ? buildMap(view.flat.pieces, { name: "GRPO, the same advantage on every token", labels }) : null;
  screen.own = buildMap(view.own.pieces, { name: view.own.title, labels, banded: view.bands.length > 0 });
  screen.maps = [screen.flat, screen.own].filter(Boolean);
  screen.rail = buildInspector(view);
  screen.watch = {
    story: (map, index) => creditStory(screen, map, index),
    pin: (index, map, isHasty) => pinCredit(screen, index, isHasty),
    order: view.order,
  };
  screen.maps.forEach((map) => watchMap(screen, map, screen.watch));
  screen.slots = Object.fromEntries(["top", "legend", "flat", "own", "under", "more"].map((name) => [name, make("div", { class: name })]));
  const { slots } = screen;
  const page = document.createDocumentFragment();
  page.append(slots.top, make("div", { class: "grid" },
    make("section", {}, slots.legend, slots.flat, screen.flat && screen.flat.node, slots.own, screen.own.node, slots.under),
    screen.rail.node), slots.more);
  fillCredit(screen);
  slots.own.append(drawLevels(screen));
  markPin(screen, screen.pin);
  screen.root.replaceChildren(page);
}

// All but the maps is small and drawn anew; the maps keep their letters and change their fills.
function repaintCredit(screen) {
  const { view, flat, own } = screen;
  if (flat) paintMap(flat, view.flat.pieces, view.tokens.label);
  paintMap(own, view.own.pieces, view.tokens.label);
  screen.watch.order = view.order;
  fillCredit(screen);
  paintLevel(screen);
}

function fillCredit(screen) {
  const { view, slots } = screen;
  slots.top.replaceChildren(...[drawSentence(view.sentence), drawNotice(view)].filter(Boolean));
  slots.legend.replaceChildren(drawLegend(view));
  slots.flat.replaceChildren(...(view.flat ? [drawMapHead("GRPO", view.flat.summary)] : []));
  fillHead(slots.own, view.own.title, view.own.summary);
  slots.under.replaceChildren(drawReadout(view.cells), ...drawNotes(view.notes));
  fillFolds(slots.more, view);
  fillInspector(screen.rail, view, screen.pin, screen.checks);
}

// The head of the Owen map stays when its summary changes: it holds the level switch, and perhaps the focus.
function fillHead(box, title, summary) {
  if (!box.firstElementChild) {
    box.className = "maph second";
    box.append(make("h2"), make("span", { class: "ui dim" }));
  }
  box.children[0].textContent = title;
  box.children[1].textContent = summary;
}

function drawLevels(screen) {
  const names = screen.view.levels.map((level) => [level, capital(level)]);
  const box = drawChoices(names, screen.level, "Colour the text by", (level) => {
    screen.level = level;
    paintLevel(screen);
  });
  box.hidden = names.length < 2;
  return box;
}

// A level colours every token by the part that holds it: only class names change.
function paintLevel({ view, own, level }) {
  const { tokens, parts, owners } = view;
  own.tokens.forEach((token, index) => {
    const place = level === "token" ? null : owners[level][index];
    repaint(token, place === null ? tokens.mark[index] : parts.mark[place]);
  });
}

function creditStory({ view, own, level }, map, index) {
  const place = level === "token" || map !== own ? null : view.owners[level][index];
  if (place !== null) return [view.parts.quote[place], view.parts.label[place]];
  return [view.tokens.text[index].trim() || "white space", view.tokens.label[index]];
}

function pinCredit(screen, index, isHasty) {
  screen.pin = index;
  markPin(screen, index);
  fillInspector(screen.rail, screen.view, index, screen.checks);
  tell(screen, "pin", { at: index, text: screen.text }, isHasty ? REST : 0);
}

function drawNotes(notes) {
  return (notes || []).map((note) => make("p", { class: "note" }, ...note.map(([kind, text]) => (kind === "strong" ? make("b", {}, text) : text))));
}

// Folds that a reader has opened stay open, and what is in them is drawn anew.
function fillFolds(box, view) {
  const open = [...box.children].map((fold) => fold.open);
  const size = view.tokens.text.length;
  const folds = [drawFold(`All ${count(size)} tokens as a table`, () => drawTokenTable(view), size <= EAGER_ROWS)];
  if (view.estimates) folds.push(drawFold("Both estimates from one budget", () => drawEstimates(view)));
  folds.push(drawFold("What it was measured with", () => drawFixed(view.reward_spec)), drawFold("How it was measured", () => drawFixed(view.method_spec)));
  box.style.visibility = size ? null : "hidden";  // nothing to open yet; the room is kept
  folds.forEach((fold, place) => { fold.open = Boolean(open[place]); });
  box.replaceChildren(...folds);
}

function drawEstimates(view) {
  const { heads, rows } = view.estimates;
  const table = make("table", { class: "big est" },
    make("thead", {}, row(head(finestOf(view)), ...heads.map(([name]) => head(name, "n")))),
    make("tbody", {}, ...rows.map(([quote, values]) => row(quoted(quote), ...values.map(([value, margin]) =>
      make("td", { class: "n" }, value + " ", make("span", { class: "dim3" }, margin)))))));
  return make("div", {}, table, ...heads.map(([name, promise]) => make("p", { class: "note" }, make("b", {}, name), `: ${promise}.`)));
}
