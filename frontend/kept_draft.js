
// What the form says, kept in this tab of the browser (sessionStorage) until it is run; gone with the tab.
const NAME = "token-credit-draft";
const FIELDS = { prompt: ".st-key-form_prompt textarea", text: ".st-key-form_response textarea" };
const listeners = new WeakMap();
let asked = false;

export default function ({ parentElement, data, setStateValue }) {
  if (!listeners.has(parentElement)) {
    const onInput = (event) => isOurs(event.target) && keep({ ...stored(), ...typed() });
    document.addEventListener("input", onInput, true);
    listeners.set(parentElement, onInput);
  }
  if (data.asks) answer(setStateValue);
  else keep(data.draft && { ...data.draft, ...underHand() });
  return () => {
    document.removeEventListener("input", listeners.get(parentElement), true);
    listeners.delete(parentElement);
  };
}

// Once a page load: later the session knows.
function answer(setStateValue) {
  if (asked) return;
  asked = true;
  setStateValue("found", { draft: stored() });
}

function stored() {
  try {
    return JSON.parse(sessionStorage.getItem(NAME));
  } catch {
    return null;
  }
}

function keep(draft) {
  try {
    if (draft) sessionStorage.setItem(NAME, JSON.stringify(draft));
    else sessionStorage.removeItem(NAME);
  } catch {
    // A browser that keeps nothing, or no more than this: the form works without.
  }
}

const isOurs = (node) => Object.values(FIELDS).some((selector) => node.matches?.(selector));
const fields = () => Object.entries(FIELDS).map(([name, selector]) => [name, document.querySelector(selector)]).filter(([, node]) => node);
const typed = () => Object.fromEntries(fields().map(([name, node]) => [name, node.value]));

// Python hears of a text when the reader leaves it; what is being typed is newer.
const underHand = () => Object.fromEntries(fields().filter(([, node]) => node === document.activeElement).map(([name, node]) => [name, node.value]));
