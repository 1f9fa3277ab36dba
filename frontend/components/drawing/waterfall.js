// The waterfall of one node: its parts in reading order with a running bar, and the node itself in ink as the last row.
const FALL = 330;

function fallRows(parts, place, shown) {
  const rows = shown.length ? shown : [place];
  const ends = [parts.credit[place]];
  rows.reduce((sum, one) => (ends.push(sum + parts.credit[one]), sum + parts.credit[one]), 0);
  const at = axisOver(ends, FALL);
  let sum = 0;
  const lines = rows.map((one, number) => {
    const before = sum;
    sum += parts.credit[one];
    const isParted = number > 0 && parts.parent[rows[number - 1]] !== parts.parent[one];
    const drawing = stretched("h30", FALL, 30, upright(at(0), 0, 30, "ax"), upright(at(before), 0, parts.credit[one] ? 8 : 30, "link"), upright(at(sum), 22, 30, "link"),
      barBetween(at, before, sum, parts.credit[one] >= 0 ? "p5" : "n5", 8, 14));
    return fallRow(isParted ? "parted" : null, parts.quote[one], drawing, parts.value[one], parts.margin[one]);
  });
  const whole = stretched("h30", FALL, 30, upright(at(0), 0, 30, "ax"), barBetween(at, 0, parts.credit[place], "ink", 8, 14));
  return [...lines, fallRow("tot", parts.title[place], whole, parts.value[place], parts.margin[place])];
}

function fallRow(css, text, drawing, value, margin) {
  return make("tr", { class: css }, quoted(text), make("td", { class: "wf" }, drawing), cell(value, "n"), cell(margin, css === "tot" ? "n" : "n dim3"));
}

// What of a node is shown at a level: descend while a part is coarser than the level and has parts of its own.
const COARSE_FIRST = ["response", "paragraph", "sentence", "clause", "phrase", "word", "token"];
const rankOf = (kind) => COARSE_FIRST.indexOf(kind);

function partsAt(parts, place, level) {
  return parts.children[place].flatMap((child) =>
    rankOf(parts.kind[child]) < rankOf(level) && parts.children[child].length ? partsAt(parts, child, level) : [child]);
}
