// Barcodes: the tokens of one response in order as three strips of steps, the same width per token in all rows.
const STRIPS = [["flat", 0, 6], ["rule", 7, 22], ["difference", 30, 6]];
const BARCODE = { width: 420, height: 36 };
const MOST_RECTS = 200;

const stepName = (step) => (step === 0 ? "z" : (step > 0 ? "p" : "n") + Math.abs(step));

function drawBarcode(barcode, longest) {
  return longest > MOST_RECTS ? canvasBarcode(barcode, longest) : svgBarcode(barcode, longest);
}

function svgBarcode(barcode, longest) {
  const column = BARCODE.width / longest;
  const rects = STRIPS.flatMap(([name, y, height]) => barcode[name].map((step, place) =>
    make("rect", { class: stepName(step), x: (place * column).toFixed(2), y, width: (column - Math.min(1, column / 8)).toFixed(2), height })));
  return stretched("h36", BARCODE.width, BARCODE.height, ...rects);
}

// Above 200 tokens a row is painted: thousands of elements would cost more than the table is worth.
function canvasBarcode(barcode, longest) {
  const canvas = make("canvas", { class: "h36", width: 2 * BARCODE.width, height: 2 * BARCODE.height, "aria-hidden": "true" });
  canvas.paint = () => {
    const pen = canvas.getContext("2d"), scale = canvas.width / longest, fills = stepColours(canvas);
    pen.clearRect(0, 0, canvas.width, canvas.height);
    for (const [name, y, height] of STRIPS) {
      barcode[name].forEach((step, place) => {
        pen.fillStyle = fills[stepName(step)];
        pen.fillRect(place * scale, 2 * y, Math.ceil(scale), 2 * height);
      });
    }
  };
  return canvas;
}

// A canvas knows no custom properties: the colours of the theme are read off an element.
function stepColours(canvas) {
  const probe = make("i", { hidden: "" });
  canvas.after(probe);
  const colours = Object.fromEntries(STEPS.map((name) => {
    probe.style.color = name === "z" ? "var(--sunk)" : `var(--${name})`;
    return [name, getComputedStyle(probe).color];
  }));
  probe.remove();
  return colours;
}
