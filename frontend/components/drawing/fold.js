// A line that unfolds. What is long is built when it is first opened, or at once when it is short.
const EAGER_ROWS = 2000;

function drawFold(title, build, isEager = true) {
  const node = make("details", {}, make("summary", {}, title));
  const fill = () => { if (node.children.length < 2) node.append(build()); };
  if (isEager) fill();
  else node.ontoggle = fill;
  return node;
}

const drawFixed = (text) => make("pre", { dir: "auto" }, text);

// The same data as the maps, for screen readers and for reading numbers off.
function drawTokenTable(view) {
  const { tokens, flat, has_group: hasGroup } = view;
  const heads = row(head("token", "n"), head("text"), head("credit", "n"), head("95\u00a0%", "n"),
    hasGroup ? head("GRPO advantage", "n") : null, hasGroup ? head(ownAdvantage(view), "n") : null);
  const rows = tokens.text.map((text, index) => row(cell(count(index + 1), "n dim3"), make("td", { class: "tx ws" }, make("bdi", {}, text)),
    cell(tokens.value[index], "n"), cell(tokens.margin[index], "n dim3"),
    hasGroup ? cell(flat.text, "n") : null, hasGroup ? cell(tokens.advantage[index], "n") : null));
  return make("div", { class: "tw" }, make("table", { class: "all" }, make("thead", {}, heads), make("tbody", {}, ...rows)));
}
