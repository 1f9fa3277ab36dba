// Three columns of the same width, and so with the same line breaks: left, right, difference.
function drawThree(screen, specs, watch) {
  const old = screen.maps || [];
  const isSame = old.length === specs.length && specs.every((spec, place) => isSameText(old[place], spec.pieces));
  if (isSame) {
    specs.forEach((spec, place) => {
      paintMap(old[place], spec.pieces, spec.labels);
      fillMapHead(screen.heads[place], spec);
    });
    return;
  }
  screen.lit = [];
  screen.maps = specs.map((spec) => buildMap(spec.pieces, { name: spec.name || spec.title, labels: spec.labels }));
  screen.heads = specs.map((spec) => fillMapHead(drawMapHead("", ""), spec));
  for (const map of screen.maps) {
    const first = map.tokens.find(Boolean);
    if (first) first.tabIndex = 0;
    watchMap(screen, map, watch);
  }
  screen.three.replaceChildren(...screen.maps.map((map, place) => make("section", {}, screen.heads[place], map.node)));
}

function fillMapHead(box, { title, summary }) {
  box.children[0].textContent = title;
  box.children[1].textContent = summary;
  return box;
}

// A pin on these maps stays in the browser: it marks the token in all columns.
const ownStory = (map, index) => [map.tokens[index].textContent.trim() || "white space", map.labels[index]];
