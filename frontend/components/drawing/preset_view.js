// Presets side by side: a radio group. Those that cannot run here are shown and cannot be chosen.
export default function (component) {
  return mount(component, drawPresets);
}

function drawPresets(screen, { presets, chosen, text }) {
  const buttons = presets.map((preset, place) => drawPreset(preset, place === chosen));
  const held = screen.root.contains(screen.root.getRootNode().activeElement);
  const choose = (place) => {
    // What is chosen already says nothing: while the form below is mounted, a message would take its defaults along.
    if (buttons[place].classList.contains("on")) return;
    mark(buttons, presets, place);
    screen.send("preset", { at: place, text });
  };
  buttons.forEach((button, place) => {
    button.onclick = () => (presets[place].impossible ? null : choose(place));
    button.onkeydown = (event) => {
      const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      const next = by && nextPossible(presets, place, by);
      if (next === undefined) return;
      event.preventDefault();
      choose(next);
      buttons[next].focus();
    };
  });
  screen.root.replaceChildren(make("div", { class: "pres", role: "radiogroup", "aria-label": "Presets" }, ...buttons));
  mark(buttons, presets, chosen);
  if (held) buttons[chosen].focus();
}

function nextPossible(presets, place, by) {
  for (let step = 1; step < presets.length; step += 1) {
    const next = (place + by * step + presets.length * step) % presets.length;
    if (!presets[next].impossible) return next;
  }
  return undefined;
}

function mark(buttons, presets, chosen) {
  buttons.forEach((button, place) => {
    button.classList.toggle("on", place === chosen);
    button.setAttribute("aria-checked", String(place === chosen));
    button.tabIndex = place === chosen ? 0 : -1;
  });
}

function drawPreset({ title, summary, facts, impossible }) {
  const list = make("dl", {}, ...facts.map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value))));
  const why = impossible ? make("p", { class: "why" }, impossible) : null;
  return make("div", { class: impossible ? "pre dis" : "pre", role: "radio", "aria-disabled": impossible ? "true" : null, "aria-label": title },
    make("div", { class: "ph2" }, make("i", { class: "rad" }), make("h2", {}, title)),
    make("p", { class: "ui dim" }, summary), list, why);
}
