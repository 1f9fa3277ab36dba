"use strict";
// Tooltips, pin, level switch and tree selection. Texts enter the page by textContent only; numbers come formatted.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const maps = [...document.querySelectorAll("[data-map]")];
  const tokensOf = new Map(maps.map((map) => [map, [...map.querySelectorAll(".tok")]]));
  const tip = document.getElementById("tip");
  const byId = (id) => document.getElementById(id);
  const clamp = (value, low, high) => Math.max(low, Math.min(high, value));
  let level = "token";

  const siblings = (token) => {
    const scope = token.closest(".resp") || document;
    return maps.filter((map) => scope.contains(map)).map((map) => tokensOf.get(map)[Number(token.dataset.i)]);
  };
  const isOwn = (map) => maps.indexOf(map) === maps.length - 1;

  // What a token tells: itself, or the node it belongs to at the chosen level.
  const story = (token) => {
    const index = Number(token.dataset.i);
    const place = level === "token" || !isOwn(token.closest("[data-map]")) ? null : data.owners[level][index];
    if (place !== null && place !== undefined) return [data.parts[place].quote, data.parts[place].label];
    const label = token.getAttribute("aria-label");
    return [token.textContent.trim() || "white space", label.slice(label.lastIndexOf(": ") + 2)];
  };
  const tell = (text, numbers, x, y) => {
    tip.firstElementChild.textContent = text;
    tip.lastElementChild.textContent = numbers;
    tip.hidden = false;
    tip.style.left = clamp(x, 8, innerWidth - tip.offsetWidth - 8) + "px";
    tip.style.top = (y - tip.offsetHeight - 8 < 0 ? y + 30 : y - tip.offsetHeight - 8) + "px";
  };
  const hush = () => { tip.hidden = true; };

  let lit = [];
  const light = (token) => {
    lit.forEach((one) => one.classList.remove("hov"));
    lit = token ? siblings(token) : [];
    lit.forEach((one) => one.classList.add("hov"));
  };

  // The rail
  const ladderAt = (value) => {
    const { low, high, width } = data.ladder;
    return width * 0.01 + (width * 0.98 * (value - low)) / (high - low || 1);
  };
  const drawRung = (row, credit, interval, text) => {
    const set = (css, from, to) => {
      const rect = row.querySelector(css);
      rect.setAttribute("x", Math.min(from, to).toFixed(1));
      rect.setAttribute("width", Math.abs(to - from).toFixed(1));
      return rect;
    };
    const bar = set(".bar", ladderAt(0), ladderAt(credit));
    bar.classList.toggle("p5", credit >= 0);
    bar.classList.toggle("n5", credit < 0);
    set(".span", ladderAt(credit - (interval || 0)), ladderAt(credit + (interval || 0)));
    row.querySelector(".dot").setAttribute("x", (ladderAt(credit) - 0.8).toFixed(1));
    row.lastElementChild.textContent = text;
  };
  const drawRail = (index) => {
    const token = data.tokens[index];
    byId("pin-number").textContent = (index + 1).toLocaleString("en");
    byId("pin-text").textContent = tokensOf.get(maps[0])[index].textContent.trim();
    byId("pin-value").textContent = token.value;
    byId("pin-margin").textContent = token.margin;
    byId("pin-where").textContent = token.where;
    if (byId("pin-advantage")) byId("pin-advantage").textContent = token.advantage;
    const rungs = new Map(token.ladder.map((place) => [data.parts[place].kind, data.parts[place]]));
    for (const row of byId("ladder").rows) {
      const rung = rungs.get(row.dataset.kind);
      if (rung) drawRung(row, rung.credit, rung.interval, rung.value);
      else if (row.dataset.kind === "token") drawRung(row, token.credit, token.interval, token.value);
      else drawRung(row, 0, 0, "none");
    }
  };

  // Pin and roving focus: every map has one token in the tab order, the pinned one.
  const pin = (token) => {
    const scope = token.closest(".resp") || document;
    scope.querySelectorAll(".tok.pin").forEach((one) => {
      one.classList.remove("pin");
      one.tabIndex = -1;
      one.setAttribute("aria-selected", "false");
    });
    siblings(token).forEach((one) => {
      one.classList.add("pin");
      one.tabIndex = 0;
      one.setAttribute("aria-selected", "true");
    });
    if (data.tokens) drawRail(Number(token.dataset.i));
  };
  const show = (token) => {
    const box = token.getBoundingClientRect();
    if (box.bottom < 0 || box.top > innerHeight) token.scrollIntoView({ block: "center" });
  };
  const step = (map, token, key) => {
    const tokens = tokensOf.get(map);
    const forward = getComputedStyle(token).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    const at = Number(token.dataset.i);
    const to = { Home: 0, End: tokens.length - 1 }[key] ?? at + (key === forward ? 1 : -1);
    const next = tokens[clamp(to, 0, tokens.length - 1)];
    pin(next);
    next.focus();
  };
  for (const map of maps) {
    map.addEventListener("mouseover", (event) => {
      const token = event.target.closest(".tok");
      if (!token) return;
      light(token);
      tell(...story(token), event.clientX + 12, event.clientY);
    });
    map.addEventListener("mouseleave", () => { light(null); hush(); });
    map.addEventListener("click", (event) => {
      const token = event.target.closest(".tok");
      if (token) pin(token);
    });
    map.addEventListener("focusin", (event) => {
      const token = event.target.closest(".tok");
      if (!token || !token.matches(":focus-visible")) return;
      const box = token.getClientRects()[0];
      tell(...story(token), box.left, box.top);
    });
    map.addEventListener("focusout", hush);
    map.addEventListener("keydown", (event) => {
      const token = event.target.closest(".tok");
      if (!token) return;
      if (["ArrowRight", "ArrowLeft", "Home", "End"].includes(event.key)) step(map, token, event.key);
      else if (event.key === "Enter" || event.key === " ") pin(token);
      else return;
      event.preventDefault();
    });
  }
  addEventListener("scroll", hush, { passive: true });
  addEventListener("keydown", (event) => {
    if (event.key === "Escape") hush();
    if (!data.order || (event.key !== "[" && event.key !== "]")) return;
    const own = tokensOf.get(maps.at(-1));
    const rank = data.order.indexOf(own.findIndex((token) => token.classList.contains("pin")));
    const token = own[data.order[clamp(rank + (event.key === "]" ? 1 : -1), 0, own.length - 1)]];
    pin(token);
    show(token);
  });

  // Level switch: only class names change.
  const levels = byId("levels");
  const paint = () => {
    const own = tokensOf.get(maps.at(-1));
    own.forEach((token, index) => {
      const place = level === "token" ? null : data.owners[level][index];
      const marks = place === null ? data.marks[index] : data.parts[place].mark;
      const pinned = token.classList.contains("pin") ? " pin" : "";
      token.className = "tok " + marks + pinned;
    });
  };
  const choose = (button) => {
    level = button.dataset.level;
    for (const one of levels.children) {
      one.setAttribute("aria-checked", String(one === button));
      one.tabIndex = one === button ? 0 : -1;
    }
    paint();
  };
  if (levels) {
    levels.hidden = levels.children.length < 2;
    levels.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button) choose(button);
    });
    levels.addEventListener("keydown", (event) => {
      const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!by) return;
      const buttons = [...levels.children];
      const next = buttons[(buttons.indexOf(document.activeElement) + by + buttons.length) % buttons.length];
      choose(next);
      next.focus();
      event.preventDefault();
    });
  }

  // Waterfall of the node that is selected in the tree
  const make = (tag, attributes, ...children) => {
    const isSvg = ["svg", "line", "rect"].includes(tag);
    const node = isSvg ? document.createElementNS("http://www.w3.org/2000/svg", tag) : document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  };
  const fallRow = (at, css, text, part, before, after, fill) => {
    const line = (x, y1, y2, name) =>
      make("line", { x1: at(x), x2: at(x), y1, y2, class: name, "vector-effect": "non-scaling-stroke" });
    const left = Math.min(at(before), at(after));
    const bar = make("rect", { class: fill, x: left, y: 8, width: Math.max(Math.abs(at(after) - at(before)), part.credit ? 0.6 : 0), height: 14 });
    const links = fill === "ink" ? [] : [line(before, 0, part.credit ? 8 : 30, "link"), line(after, 22, 30, "link")];
    const svg = make("svg", { class: "h30", viewBox: "0 0 330 30", preserveAspectRatio: "none", "aria-hidden": "true" },
      line(0, 0, 30, "ax"), ...links, bar);
    return make("tr", { class: css }, make("td", { class: "tx" }, make("bdi", {}, text)),
      make("td", { class: "wf" }, svg), make("td", { class: "n" }, part.value),
      make("td", { class: css === "tot" ? "n" : "n dim3" }, part.margin));
  };
  const drawFall = (place) => {
    const whole = data.parts[place];
    const rows = (whole.shown.length ? whole.shown : [place]).map((one) => data.parts[one]);
    let sum = 0;
    const ends = [0, whole.credit, ...rows.map((row) => (sum += row.credit))];
    const low = Math.min(...ends), high = Math.max(...ends);
    const at = (value) => Number((3.3 + (323.4 * (value - low)) / (high - low || 1)).toFixed(1));
    byId("fall-title").textContent = whole.title[0].toUpperCase() + whole.title.slice(1);
    byId("fall-sum").textContent = whole.value;
    sum = 0;
    byId("fall").tBodies[0].replaceChildren(...rows.map((row, index) => {
      const parted = index && rows[index - 1].parent !== row.parent ? "parted" : "";
      const before = sum;
      sum += row.credit;
      return fallRow(at, parted, row.quote, row, before, sum, row.credit >= 0 ? "p5" : "n5");
    }), fallRow(at, "tot", whole.title, whole, 0, whole.credit, "ink"));
  };
  const tree = byId("icicle");
  if (tree) {
    const cells = [...tree.querySelectorAll("g")];
    const outline = byId("outline");
    const cellOf = new Map(cells.map((cell) => [Number(cell.dataset.p), cell]));
    const select = (cell) => {
      for (const one of tree.querySelectorAll("[aria-selected=true]")) {
        one.setAttribute("aria-selected", "false");
        one.tabIndex = -1;
      }
      cell.setAttribute("aria-selected", "true");
      cell.tabIndex = 0;
      for (const name of ["x", "y", "width", "height"]) outline.setAttribute(name, cell.firstElementChild.getAttribute(name));
      drawFall(Number(cell.dataset.p));
    };
    const near = (cell, key) => {
      const place = Number(cell.dataset.p);
      const row = cells.filter((one) => one.dataset.row === cell.dataset.row);
      if (key === "ArrowRight") return row[row.indexOf(cell) + 1];
      if (key === "ArrowLeft") return row[row.indexOf(cell) - 1];
      if (key === "ArrowUp") return cellOf.get(data.parts[place].parent);
      return cells.find((one) => data.parts[Number(one.dataset.p)].parent === place);
    };
    const tellCell = (cell, x, y) => {
      const part = data.parts[Number(cell.dataset.p)];
      tell(part.quote, part.label, x, y);
    };
    tree.addEventListener("click", (event) => {
      const cell = event.target.closest("g");
      if (cell) select(cell);
    });
    tree.addEventListener("keydown", (event) => {
      if (!event.key.startsWith("Arrow")) return;
      const next = near(event.target.closest("g"), event.key);
      event.preventDefault();
      if (!next) return;
      select(next);
      next.focus();
    });
    tree.addEventListener("mouseover", (event) => {
      const cell = event.target.closest("g");
      if (cell) tellCell(cell, event.clientX + 12, event.clientY);
    });
    tree.addEventListener("mouseleave", hush);
    tree.addEventListener("focusin", (event) => {
      const box = event.target.getBoundingClientRect();
      if (event.target.matches(":focus-visible")) tellCell(event.target, box.left, box.top);
    });
    tree.addEventListener("focusout", hush);
  }

  // Rows of a group: one response open at a time.
  const group = byId("group");
  if (group) {
    const rows = [...group.tBodies[0].rows];
    const sections = [...document.querySelectorAll(".resp")];
    const open = (row) => {
      rows.forEach((one) => { one.setAttribute("aria-selected", String(one === row)); one.tabIndex = one === row ? 0 : -1; });
      sections.forEach((section) => { section.hidden = section.dataset.r !== row.dataset.r; });
    };
    open(rows.find((row) => row.getAttribute("aria-selected") === "true"));
    group.addEventListener("click", (event) => {
      const row = event.target.closest("tbody tr");
      if (row) open(row);
    });
    group.addEventListener("keydown", (event) => {
      const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!by) return;
      const next = rows[clamp(rows.indexOf(event.target.closest("tr")) + by, 0, rows.length - 1)];
      open(next);
      next.focus();
      event.preventDefault();
    });
  }
})();
