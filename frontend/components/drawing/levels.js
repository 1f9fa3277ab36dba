// A row of choices of which one holds: a radio group that lives on the client alone.
function drawChoices(names, chosen, label, onChoose) {
  const box = make("span", { class: "seg r", role: "radiogroup", "aria-label": label });
  const choose = (button) => {
    for (const one of box.children) {
      one.setAttribute("aria-checked", String(one === button));
      one.tabIndex = one === button ? 0 : -1;
    }
    onChoose(button.dataset.level);
  };
  box.append(...names.map(([name, text]) => make("button", {
    type: "button", role: "radio", "aria-checked": String(name === chosen), tabindex: name === chosen ? 0 : -1, "data-level": name,
  }, text)));
  box.onclick = (event) => {
    const button = event.target.closest("button");
    if (button) choose(button);
  };
  box.onkeydown = (event) => {
    const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!by) return;
    const buttons = [...box.children];
    const next = buttons[(buttons.indexOf(event.target.closest("button")) + by + buttons.length) % buttons.length];
    choose(next);
    next.focus();
    event.preventDefault();
  };
  return box;
}
