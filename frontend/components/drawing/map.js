// One map of a text: a listbox of tokens, built from pieces [act, text, css, index]; the pieces joined are the text.
const WHITE = { "\n": "⏎", "\r": "␍", "\t": "→", " ": "·", "\u00a0": "·" };

function buildMap(pieces, { name, labels, banded = false }) {
  const box = make("div", {
    class: banded ? "spec banded" : "spec", role: "listbox", tabindex: "-1", "aria-label": name,
    "aria-orientation": "horizontal", dir: "auto", "data-map": "",
  });
  const map = { node: box, tokens: [], pieces, labels, painted: [] };
  const open = [box];
  for (const [act, text, css, index] of pieces) {
    if (act === "close") {
      open.pop();
      map.painted.push(null);
      continue;
    }
    if (act === "gap" && !css) {
      open.at(-1).append(text);
      map.painted.push(null);
      continue;
    }
    const node = document.createElement("span");
    node.className = act === "token" ? `tok ${css}` : act === "gap" ? `gap ${css}` : css;
    if (act === "open") {
      node.dataset.n = index;
    } else node.textContent = text;
    if (act === "token") dress(node, text, index, map);
    open.at(-1).append(node);
    if (act === "open") open.push(node);
    map.painted.push(node);
  }
  return map;
}

function dress(node, text, index, map) {
  node.setAttribute("role", "option");
  node.setAttribute("aria-selected", "false");
  node.setAttribute("aria-label", `${text.trim() || "white space"}: ${map.labels[index]}`);
  node.dataset.i = index;
  node.tabIndex = -1;
  if (!text.trim()) node.dataset.w = [...text].map((character) => WHITE[character] || "·").join("");
  map.tokens[index] = node;
}

// Whether new pieces cut the same text at the same places; then a map is painted and no letter is touched.
function isSameText(map, pieces) {
  return map.pieces.length === pieces.length &&
    map.pieces.every(([act, text, , index], place) => act === pieces[place][0] && text === pieces[place][1] && index === pieces[place][3] &&
      (act !== "gap" || !map.pieces[place][2] === !pieces[place][2]));
}

function paintMap(map, pieces, labels) {
  pieces.forEach(([act, text, css, index], place) => {
    const node = map.painted[place];
    if (!node) return;
    if (act === "token") {
      repaint(node, css);
      node.setAttribute("aria-label", `${text.trim() || "white space"}: ${labels[index]}`);
    } else node.className = act === "gap" ? `gap ${css}` : css;
  });
  map.pieces = pieces;
  map.labels = labels;
}

function repaint(token, css) {
  const kept = ["pin", "hov"].filter((name) => token.classList.contains(name));
  token.className = ["tok", css, ...kept].join(" ");
}
