// A drag over a chart that stands in the same container. The chart is Streamlit's, which mounts it anew with every new
// figure; this listens on the container, which stays, and so a redraw under the reader's hand loses no drag.
export default function (component) {
  return mount(component, watchDrags);
}

const LEAST_DRAG = 8; // pixels; less is a click
const TWICE = 400; // milliseconds between two clicks; plotly keeps the browser's own double click to itself

function watchDrags(screen, axis) {
  screen.axis = axis;
  if (screen.watching) return;
  screen.watching = true;
  const chart = screen.root.getRootNode().host.closest(`.st-key-${axis.within}`);
  const plot = () => chart.querySelector(".nsewdrag")?.getBoundingClientRect();
  chart.addEventListener("pointerdown", (event) => {
    if (event.button === 0 && event.target.closest(".nsewdrag")) follow(screen, plot, event.clientX);
  });
}

// From the press to the release, wherever that is; Escape and the browser's own gestures give it up.
function follow(screen, plot, start) {
  const brush = make("div", { class: "span-brush", "aria-hidden": "true" });
  const ending = new AbortController();
  const listen = (name, heard) => addEventListener(name, heard, { signal: ending.signal });
  const end = () => (ending.abort(), brush.remove());
  listen("pointermove", (event) => drawBrush(brush, plot(), start, event.clientX));
  listen("pointercancel", end);
  listen("keydown", (event) => event.key === "Escape" && end());
  listen("pointerup", (event) => {
    const area = plot();
    end();
    if (Math.abs(event.clientX - start) < LEAST_DRAG) click(screen, event.timeStamp);
    else if (area) sendSpan(screen, spanOf(screen.axis, area, start, event.clientX));
  });
}

function click(screen, now) {
  if (now - screen.clicked < TWICE) sendSpan(screen, null);
  screen.clicked = now;
}

function drawBrush(brush, area, start, now) {
  if (!area || Math.abs(now - start) < LEAST_DRAG) return brush.remove();
  const [left, right] = inside(area, start, now);
  Object.assign(brush.style, { left: `${left}px`, width: `${right - left}px`, top: `${area.top}px`, height: `${area.height}px` });
  document.body.append(brush);
}

function inside(area, ...ends) {
  return ends.map((end) => Math.min(Math.max(end, area.left), area.right)).sort((one, other) => one - other);
}

function spanOf({ low, high }, area, start, now) {
  return inside(area, start, now).map((end) => low + ((end - area.left) / area.width) * (high - low));
}

// Numbered, so that the same span dragged over twice is told twice.
function sendSpan(screen, span) {
  screen.turn = (screen.turn ?? 0) + 1;
  screen.send("span", { span, turn: screen.turn });
}
