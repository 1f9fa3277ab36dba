// The legend: unit, eleven steps, the values of their edges, and the marks that are on the page.
const STEPS = ["n5", "n4", "n3", "n2", "n1", "z", "p1", "p2", "p3", "p4", "p5"];

function drawLegend({ scale, unit, cues, bands = [] }) {
  const longest = Math.max(...scale.ticks.map((tick) => tick.length));
  const room = (longest > 4 ? " roomy" : "") + (longest > 6 ? " dense" : "");
  const cue = (css, text) => make("span", { class: `tok ${css}` }, text);
  const [low, high] = scale.words;
  const spoken = `Legend: ${unit}; blue is ${high}, orange is ${low}, under ${scale.least} has no colour; steps at ${scale.ticks.join(", ")}`;
  return make("div", { class: "leg" + room, role: "img", "aria-label": spoken },
    make("div", { class: "lt" }, make("span", {}, `${unit}; under ${scale.least} no colour`),
      bands.length ? make("span", { class: "bk" }, make("span", { class: "bi" }, ...bands.map(() => make("i"))), bands.join(", ")) : null),
    make("div", { class: "lr" },
      make("div", { class: "lw" },
        make("div", { class: "sw" }, ...STEPS.map((name) => make("i", { class: name }))),
        make("div", { class: "tk" }, make("span"), ...scale.ticks.map((tick) => make("span", {}, tick)), make("span"))),
      make("div", { class: "cues" },
        cue("n4", low), cue("p5", high),
        cues.uncertain ? cue("n2 unc", "interval crosses 0") : null,
        cues.beyond ? cue("n5 clipm", "beyond scale") : null)));
}
