// The readout strip: {caption, value, detail, alarm} in a fixed order.
function drawReadout(cells, css = "read") {
  return make("div", { class: css }, ...(cells || []).map((one) =>
    make("div", { class: one.alarm ? "alarm" : null }, make("span", {}, one.caption), make("b", {}, one.value), make("em", {}, one.detail))));
}
