// What was asked for from further down is brought into view, once: a reader who has scrolled on is left alone.
let brought = null;

export default function ({ data }) {
  if (!data.what || data.what === brought) return;
  brought = data.what;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  document.querySelector(data.where)?.scrollIntoView({ block: "nearest", behavior: still ? "instant" : "smooth" });
}
