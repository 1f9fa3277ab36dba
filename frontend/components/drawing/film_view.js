// A film strip: a column a step, a row a run. At first five frames, evenly spread; all of them on request.
const FEW = 5;

export default function (component) {
  return mount(component, drawFilm);
}

function drawFilm(screen, { view }) {
  screen.view = view;
  if (!screen.strip) {
    screen.head = make("div", { class: "maph film-head" });
    screen.strip = make("div", { class: "fw" });
    screen.root.replaceChildren(screen.head, screen.strip);
  }
  drawFilmHead(screen);
  drawStrip(screen);
}

function drawFilmHead(screen) {
  const { columns } = screen.view;
  const choices = columns.length > FEW ? drawChoices([["few", "Five frames"], ["all", `All ${columns.length}`]], screen.isAll ? "all" : "few", "Frames", (level) => {
    screen.isAll = level === "all";
    drawStrip(screen);
  }) : null;
  screen.head.replaceChildren(...[drawLegend(screen.view), choices].filter(Boolean));
}

function shownColumns({ columns }, isAll) {
  const places = columns.map((_, place) => place);
  if (isAll || columns.length <= FEW) return places;
  return Array.from({ length: FEW }, (_, frame) => Math.round((frame * (columns.length - 1)) / (FEW - 1)));
}

function drawStrip(screen) {
  const { view } = screen;
  const places = shownColumns(view, screen.isAll);
  screen.lit = [];
  screen.maps = [];
  const left = screen.strip.scrollLeft;
  const heads = places.map((place) => make("th", { scope: "col" }, `step ${view.columns[place]}`));
  const rows = view.rows.map((line, index) => make("tr", {},
    make("th", { scope: "row", class: "fm", title: line.name }, line.name),
    ...places.map((place) => make("td", {}, drawFrame(screen, line, index, place)))));
  const table = make("table", { class: "film" }, make("thead", {}, make("tr", {}, make("th", { class: "fm" }), ...heads)), make("tbody", {}, ...rows));
  table.style.minWidth = `${72 + 196 * places.length}px`;
  screen.strip.replaceChildren(table);
  screen.strip.scrollLeft = left;
}

function drawFrame(screen, line, index, place) {
  const frame = line.frames[place];
  if (!frame) return make("span", { class: "micro" }, "no sample");
  const map = buildMap(frame.pieces, { name: `${line.name}, step ${frame.step}`, labels: frame.labels });
  const first = map.tokens.find(Boolean);
  if (first) first.tabIndex = 0;
  screen.maps.push(map);
  // Frames hold different texts: a token of one has no partner in another.
  watchMap(screen, map, { story: ownStory, partner: (one, token, other) => (one === other ? token : undefined), pin: (token) => focusOn(map, token) });
  const open = make("button", { type: "button", class: "open", "aria-label": `Open ${line.name}, step ${frame.step}, in Explore` }, "Open in Explore");
  open.onclick = () => screen.send("opened", { row: index, step: frame.step, turn: Date.now() });
  return make("div", { class: "frame" },
    make("div", { class: "fh" }, make("b", {}, frame.reward), make("span", { class: "dim3" }, frame.change), make("span", { class: "dim3 r" }, frame.tokens)),
    map.node, open);
}

function focusOn(map, token) {
  for (const one of map.tokens.filter(Boolean)) one.tabIndex = -1;
  if (map.tokens[token]) map.tokens[token].tabIndex = 0;
}
