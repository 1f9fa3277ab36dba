// Streamlit calls a component's function again on every run and on every change of theme. What is drawn stays: a view
// says with `version` whether anything is different, and draws only then, so focus, level and scroll outlive a rerun.
const mounted = new WeakMap();

function mount(component, draw) {
  const { parentElement, data, setStateValue } = component;
  let screen = mounted.get(parentElement);
  if (!screen || !screen.root.isConnected) {
    screen = { root: make("div", { class: "view" }), tip: tooltip(), version: null, told: {} };
    parentElement.append(screen.root, screen.tip);
    screen.root.onkeydown = keepShortcuts;
    screen.scrolled = () => hush(screen.tip);
    addEventListener("scroll", screen.scrolled, { capture: true, passive: true });
    mounted.set(parentElement, screen);
  }
  screen.send = setStateValue;
  if (screen.version !== data.version) {
    screen.version = data.version;
    draw(screen, data);
  }
  if (screen.repaint) screen.repaint();
  return () => leave(screen);
}

// The page has taken the component away: nothing of it may call Python or listen any longer.
function leave(screen) {
  removeEventListener("scroll", screen.scrolled, { capture: true });
  Object.values(screen.told).forEach(clearTimeout);
}

// Streamlit listens on the document for r, c and Escape; a key pressed in here is ours.
function keepShortcuts(event) {
  if (event.key === "Escape") hush(this.parentNode.querySelector("#tip"));
  event.stopPropagation();
}

// Python is told once the reader rests: an arrow held down asks for the last token alone.
const REST = 400;
function tell(screen, name, value, wait = 0) {
  clearTimeout(screen.told[name]);
  screen.told[name] = setTimeout(() => screen.send(name, value), wait);
}
