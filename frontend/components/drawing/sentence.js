// The sentence over a view: parts [kind, text], where a quoted span carries the name of its step as its kind.
function drawSentence(parts) {
  if (!parts || !parts.length) return null;
  const drawn = parts.map(([kind, text]) => {
    if (kind === "text") return document.createTextNode(text);
    return kind === "strong" ? make("b", {}, text) : make("q", { class: kind, dir: "auto" }, text);
  });
  return make("h1", { class: "v" }, ...drawn);
}

// A stopped run says how far it came; one that is still running is shown by the page around it.
function drawNotice({ notice, state }) {
  if (!notice || state === "running") return null;
  return make("div", { class: "banner", role: "status" }, make("b", {}, "Partial result"), make("span", {}, notice));
}

function drawMapHead(title, summary) {
  return make("div", { class: "maph" }, make("h2", {}, title), make("span", { class: "ui dim" }, summary));
}
