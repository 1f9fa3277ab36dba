// A result that was asked for from further down is brought into view, once: a reader who has scrolled on is left alone.
let brought = null;

export default function ({ data }) {
  if (!data.result || data.result === brought) return;
  brought = data.result;
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  document.querySelector(".st-key-top")?.scrollIntoView({ block: "nearest", behavior: still ? "instant" : "smooth" });
}
