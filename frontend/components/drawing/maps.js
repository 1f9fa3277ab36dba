// Maps that answer together: hover lights a token in all of them, a pin marks it in all of them. Each map is watched
// once, when it is built; listeners are properties of its own node, so a rerun cannot double them.
//   screen.maps     the maps on the page         screen.pin   number of the pinned token, or null
//   watch.story     (map, index) -> [text, numbers] of the tooltip
//   watch.pin       (index, map) -> called when a token is pinned; `hasty` when by an arrow key
//   watch.partner   (map, index, other) -> the number of the same token in another map, or undefined
//   watch.order     token numbers by size, largest first, for [ and ]
function watchMap(screen, map, watch) {
  const tokenAt = (event) => event.target.closest(".tok");
  const number = (token) => Number(token.dataset.i);
  map.node.onmouseover = (event) => {
    const token = tokenAt(event);
    if (!token) return;
    light(screen, map, number(token), watch);
    say(screen.tip, ...watch.story(map, number(token)), event.clientX + 12, event.clientY);
  };
  map.node.onmouseleave = () => {
    light(screen, map, null, watch);
    hush(screen.tip);
  };
  map.node.onclick = (event) => {
    const token = tokenAt(event);
    if (token) watch.pin(number(token), map, false);
  };
  map.node.onkeydown = (event) => {
    const token = tokenAt(event);
    if (!token || event.ctrlKey || event.metaKey || event.altKey) return;
    const next = destination(map, token, event.key, watch.order);
    if (next === undefined) return;
    event.preventDefault();
    const isSettled = event.key === "Enter" || event.key === " ";
    watch.pin(next, map, !isSettled);
    if (!isSettled) reach(map.tokens[next], event.key);
  };
  // focusin and focusout have no property to assign.
  map.node.addEventListener("focusin", (event) => {
    const token = tokenAt(event);
    if (!token || !token.matches(":focus-visible")) return;
    const box = token.getClientRects()[0];
    say(screen.tip, ...watch.story(map, number(token)), box.left, box.top);
  });
  map.node.addEventListener("focusout", () => hush(screen.tip));
}

function light(screen, map, index, watch) {
  for (const one of screen.lit || []) one.classList.remove("hov");
  screen.lit = index === null ? [] : screen.maps.map((other) => other.tokens[sameToken(map, index, other, watch)]).filter(Boolean);
  for (const one of screen.lit) one.classList.add("hov");
}

const sameToken = (map, index, other, watch) => (watch.partner ? watch.partner(map, index, other) : index);

// Where a key leads: arrows follow the order of reading, which in a text from right to left runs to the left.
function destination(map, token, key, order) {
  const at = Number(token.dataset.i), last = map.tokens.length - 1;
  const isRightToLeft = getComputedStyle(token).direction === "rtl";
  if (key === "Home") return 0;
  if (key === "End") return last;
  if (key === "ArrowRight" || key === "ArrowLeft") return clamp(at + ((key === "ArrowRight") !== isRightToLeft ? 1 : -1), 0, last);
  if (key === "Enter" || key === " ") return at;
  if (order && (key === "[" || key === "]")) return order[clamp(order.indexOf(at) + (key === "]" ? 1 : -1), 0, order.length - 1)];
  return undefined;
}

// Focus moves; the page only where the token is out of sight.
function reach(token) {
  token.focus({ preventScroll: true });
  const box = token.getBoundingClientRect();
  if (box.bottom < 60 || box.top > innerHeight) token.scrollIntoView({ block: "center" });
}

// One token of every map is marked and stands in the tab order.
function markPin(screen, index, map = null, watch = {}) {
  for (const other of screen.maps) {
    for (const old of other.marked || []) {
      old.classList.remove("pin");
      old.tabIndex = -1;
      old.setAttribute("aria-selected", "false");
    }
    const token = other.tokens[map ? sameToken(map, index, other, watch) : index];
    other.marked = token ? [token] : [];
    if (!token) continue;
    token.classList.add("pin");
    token.tabIndex = 0;
    token.setAttribute("aria-selected", "true");
  }
}
