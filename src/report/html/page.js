"use strict";
// Sorts and filters tables, reads values off the charts, and switches scenario and theme. Without it the page is whole, only still.

for (const sheet of document.querySelectorAll(".sheet")) {
  const body = sheet.querySelector("tbody");
  const heads = [...sheet.querySelectorAll("thead th")];
  const language = document.documentElement.lang;
  const value = (row, at) => {
    const cell = row.cells[at];
    return cell.dataset.order === undefined ? cell.textContent : Number(cell.dataset.order);
  };
  const compare = (a, b) => {
    if (typeof a === "number" && typeof b === "number") return a - b;
    return a.localeCompare(b, language, { numeric: true });
  };
  heads.forEach((head, at) => {
    head.querySelector("button").addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const mixed = (a, b) => (typeof a !== typeof b ? (typeof a === "number" ? -1 : 1) : 0);
      // Words in a column of numbers, such as a sum or "no price", stay below whichever way it is sorted.
      const sorted = (a, b) => mixed(a, b) || compare(a, b) * (down ? -1 : 1);
      const rows = [...body.rows].sort((a, b) => sorted(value(a, at), value(b, at)));
      body.append(...rows);
    });
  });
  const filter = sheet.querySelector("input");
  if (filter) {
    filter.addEventListener("input", () => {
      const wanted = filter.value.toLocaleLowerCase(language);
      for (const row of body.rows) row.hidden = !row.textContent.toLocaleLowerCase(language).includes(wanted);
    });
  }
}

for (const figure of document.querySelectorAll("figure[data-readings]")) {
  const { top, bottom, months: readings } = JSON.parse(figure.dataset.readings);
  const svg = figure.querySelector("svg");
  const caption = figure.querySelector("figcaption");
  const width = svg.viewBox.baseVal.width;
  const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
  line.setAttribute("y1", String(top));
  line.setAttribute("y2", String(bottom));
  line.setAttribute("stroke", "currentColor");
  line.setAttribute("stroke-width", "2");
  line.setAttribute("visibility", "hidden");
  svg.append(line);
  let shown = -1;
  const show = (at) => {
    shown = Math.max(0, Math.min(readings.length - 1, at));
    const [x, text] = readings[shown];
    line.setAttribute("x1", String(x));
    line.setAttribute("x2", String(x));
    line.setAttribute("visibility", "visible");
    caption.textContent = text;
  };
  svg.addEventListener("pointermove", (event) => {
    const box = svg.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * width;
    let nearest = 0;
    readings.forEach(([place], at) => {
      if (Math.abs(place - x) < Math.abs(readings[nearest][0] - x)) nearest = at;
    });
    show(nearest);
  });
  figure.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) {
      event.preventDefault();
      show(shown + step);
    } else if (event.key === "Home" || event.key === "End") {
      event.preventDefault();
      show(event.key === "Home" ? 0 : readings.length - 1);
    }
  });
}

const ofScenarios = [...document.querySelectorAll("tr[data-scenario]")];
const scenarios = [...new Set(ofScenarios.map((row) => row.dataset.scenario))];
if (scenarios.length > 1) {
  const choice = document.getElementById("scenario");
  choice.closest(".switch").hidden = false;
  for (const name of scenarios) choice.append(new Option(name, name));
  choice.addEventListener("change", () => {
    for (const row of ofScenarios) row.classList.toggle("elsewhere", choice.value !== "" && row.dataset.scenario !== choice.value);
  });
}

document.getElementById("theme").addEventListener("click", () => {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
});

// On paper nothing stays folded.
addEventListener("beforeprint", () => document.querySelectorAll("details").forEach((part) => { part.open = true; }));
