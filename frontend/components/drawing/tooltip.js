// One tooltip a view, in the top layer so that no column of the page clips or displaces it.
function tooltip() {
  return make("div", { id: "tip", role: "tooltip", popover: "manual" }, make("bdi"), make("span"));
}

function say(tip, text, numbers, x, y) {
  tip.firstElementChild.textContent = text;
  tip.lastElementChild.textContent = numbers;
  if (!tip.matches(":popover-open")) tip.showPopover();
  const above = y - tip.offsetHeight - 8;
  tip.style.left = clamp(x, 8, Math.max(8, innerWidth - tip.offsetWidth - 8)) + "px";
  tip.style.top = (above < 0 ? y + 30 : above) + "px";
}

function hush(tip) {
  if (tip.matches(":popover-open")) tip.hidePopover();
}
