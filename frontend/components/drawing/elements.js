// Elements made of data. Every text of a user enters the page by textContent or by an attribute that runs nothing.
const SVG_TAGS = new Set(["svg", "line", "rect", "circle"]);

function make(tag, attributes = {}, ...children) {
  const node = SVG_TAGS.has(tag)
    ? document.createElementNS("http://www.w3.org/2000/svg", tag)
    : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

const clamp = (value, low, high) => Math.max(low, Math.min(high, value));
const capital = (text) => text.slice(0, 1).toUpperCase() + text.slice(1);
const count = (number) => number.toLocaleString("en");

// A horizontal axis of `width` units over [low, high] and zero, with a margin of one per cent on both sides.
function axisOver(values, width) {
  const low = Math.min(0, ...values), high = Math.max(0, ...values);
  return (value) => Number((width * (0.01 + (0.98 * (value - low)) / (high - low || 1))).toFixed(1));
}

// A bar between two values; what is not zero stays visible.
function barBetween(at, from, to, css, y, height) {
  const least = from === to ? 0 : 0.6;
  return make("rect", { class: css, x: Math.min(at(from), at(to)), y, width: Math.max(Math.abs(at(to) - at(from)), least), height });
}

const upright = (x, y1, y2, css) => make("line", { x1: x, x2: x, y1, y2, class: css, "vector-effect": "non-scaling-stroke" });

const stretched = (css, width, height, ...marks) =>
  make("svg", { class: css, viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" }, ...marks);

const columns = (...names) => make("colgroup", {}, ...names.map((name) => make("col", { class: name || null })));
const row = (...cells) => make("tr", {}, ...cells);
const head = (text, css = null) => make("th", { class: css }, text);
const cell = (text, css = null) => make("td", { class: css }, text);
const quoted = (text, css = "tx") => make("td", { class: css, title: text }, make("bdi", {}, text));
