"use strict";

// The traces: every text and every call is told once, and named by its number.
const { lanes, calls, diagrams } = JSON.parse(document.getElementById("traces").textContent);
const [LANE, CALLER, TEXT] = [0, 1, 2];
const [NUMBER, KIND, LEGACY, OBJECTS, DIFFERENCES] = [0, 1, 2, 3, 4];
const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 28;
const HEIGHT = 22;
// A call that is longer is shown in full when it is asked for.
const SHORT = 110;

const filters = document.getElementById("filters");
const comparisons = [...document.querySelectorAll(".comparison")];

// What users have written comes in as text only, never as markup.
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function drawn(name, attributes = {}, text = "") {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text) made.textContent = text;
  return made;
}

function lanesOf(steps) {
  const used = new Set();
  for (const step of steps) {
    for (const side of [LEGACY, OBJECTS]) {
      if (step[side] >= 0) used.add(calls[step[side]][LANE]).add(calls[step[side]][CALLER]);
    }
  }
  return [...used].sort((one, other) => one - other);
}

const middle = (shown, lane) => (shown.indexOf(lane) + 0.5) * WIDTH;

function heading(shown, side) {
  const svg = drawn("svg", { viewBox: `0 0 ${shown.length * WIDTH} 108`, role: "img" });
  svg.append(drawn("title", {}, `lanes of ${side}: ${shown.map((lane) => lanes[lane][1]).join(", ")}`));
  for (const lane of shown) {
    const x = middle(shown, lane) + 4;
    svg.append(drawn("text", { class: "heading", transform: `translate(${x} 104) rotate(-90)` }, lanes[lane][1]));
  }
  return element("th", { scope: "col", class: "lanes" }, svg);
}

function arrow(shown, call, side) {
  const svg = drawn("svg", { viewBox: `0 0 ${shown.length * WIDTH} ${HEIGHT}`, role: "img" });
  if (call === undefined) {
    svg.append(drawn("title", {}, `not on the ${side} path`));
    svg.append(drawn("text", { class: "absent", x: (shown.length * WIDTH) / 2, y: 15, "text-anchor": "middle" }, "—"));
    return svg;
  }
  const [from, to] = [middle(shown, call[CALLER]), middle(shown, call[LANE])];
  const y = HEIGHT / 2;
  svg.append(drawn("title", {}, `${side}: ${lanes[call[CALLER]][1]} to ${lanes[call[LANE]][1]}`));
  if (from === to) {
    svg.append(drawn("path", { class: "arrow", d: `M${from} 4 h9 v14 h-4` }));
    svg.append(drawn("path", { class: "tip", d: `M${from} 18 l6 -3.5 v7 z` }));
    return svg;
  }
  const back = from < to ? -7 : 7;
  svg.append(drawn("circle", { class: "from", cx: from, cy: y, r: 2.6 }));
  svg.append(drawn("line", { class: "arrow", x1: from, y1: y, x2: to + back / 2, y2: y }));
  svg.append(drawn("path", { class: "tip", d: `M${to} ${y} l${back} -4 v8 z` }));
  return svg;
}

function words(step, legacy, objects) {
  const said = { same: "", allowed: "allowed", differs: "differs", "call path": "call path" }[step[KIND]];
  const side = legacy === undefined ? "objects only" : objects === undefined ? "legacy only" : "";
  return [said, side].filter(Boolean).join(", ");
}

function fields(step) {
  const table = element("table", { class: "fields" });
  table.append(element("caption", { class: "visually-hidden" }, "What differs at this step"));
  const head = element("tr");
  for (const name of ["field", "legacy", "objects"]) head.append(element("th", { scope: "col" }, name));
  table.append(element("thead", {}, head));
  const body = element("tbody");
  for (const [field, legacy, objects, reason] of step[DIFFERENCES]) {
    const name = element("th", { scope: "row" }, element("span", { class: "value" }, field));
    if (reason !== null) name.append(element("br"), element("span", { class: "note" }, `allowed: ${reason}`));
    body.append(
      element("tr", {}, name, element("td", { class: "value" }, legacy), element("td", { class: "value" }, objects)),
    );
  }
  table.append(body);
  return table;
}

function callText(text) {
  const end = `${text}(`.indexOf("(");
  const name = element("b", {}, text.slice(0, end));
  if (text.length <= SHORT) return element("span", { class: "call" }, name, text.slice(end));
  const summary = element("summary", {}, name, element("span", { class: "start" }, `${text.slice(end, SHORT)}…`));
  return element("details", { class: "call" }, summary, text.slice(end));
}

function stepText(step, legacy, objects) {
  const cell = element("td", { class: "step" });
  const differences = step[DIFFERENCES] ?? [];
  // Where fields differ these tell it, and a second call would look the same.
  const isOne = legacy !== undefined && objects !== undefined && (legacy[TEXT] === objects[TEXT] || differences.length);
  const both = [["legacy ", legacy], ["objects ", objects]];
  const texts = isOne ? [["", legacy]] : both.filter(([, call]) => call !== undefined);
  for (const [side, call] of texts) {
    const line = element("div");
    if (side) line.append(element("span", { class: "side" }, side));
    line.append(callText(call[TEXT]));
    cell.append(line);
  }
  if (differences.some(([field]) => field !== null)) {
    const count = `${differences.length} field${differences.length > 1 ? "s differ" : " differs"}`;
    const details = element("details", {}, element("summary", {}, count), fields(step));
    details.open = step[KIND] === "differs";
    cell.append(details);
  } else if (differences.length && differences[0][3] !== null) {
    cell.append(element("div", { class: "note" }, `allowed: ${differences[0][3]}`));
  }
  return cell;
}

function row(shown, step, wanted) {
  const [legacy, objects] = [calls[step[LEGACY]], calls[step[OBJECTS]]];
  const kind = { allowed: "is-allowed", "call path": "call-path" }[step[KIND]] ?? step[KIND];
  const made = element("tr", { class: kind });
  if (wanted.text && wanted.matches(step)) made.classList.add("found");
  const place = element("th", { scope: "row", class: "place" }, String(step[NUMBER] ?? ""));
  const said = words(step, legacy, objects);
  if (said) place.append(element("span", {}, said));
  const side = (call, name) => element("td", { class: "lanes" }, arrow(shown, call, name));
  made.append(place, side(legacy, "legacy"), stepText(step, legacy, objects), side(objects, "objects"));
  return made;
}

function draw(comparison, wanted) {
  const steps = diagrams[Number(comparison.dataset.number)];
  const place = comparison.querySelector(".trace");
  place.replaceChildren();
  if (!steps.length) return;
  const shown = lanesOf(steps);
  const table = element("table", { class: "steps" });
  table.style.setProperty("--lanes", shown.length);
  table.append(element("caption", {}, "Each row is a step: at the left what the legacy path did, at the right the other run. Rows “call path” are conductor calls, which are not compared."));
  const head = element("tr", {}, element("th", { scope: "col", class: "place" }, "step"));
  head.append(heading(shown, "legacy"), element("th", { scope: "col" }, "← legacy · objects →"), heading(shown, "objects"));
  table.append(element("thead", {}, head));
  const body = element("tbody");
  let left = 0;
  const gap = () => {
    if (left) body.append(element("tr", { class: "gap" }, element("td", { colspan: 4 }, `… ${left} more step${left > 1 ? "s" : ""}`)));
    left = 0;
  };
  for (const step of steps) {
    if (wanted.shows(step)) {
      gap();
      body.append(row(shown, step, wanted));
    } else {
      left += 1;
    }
  }
  gap();
  table.append(body);
  place.append(table);
}

function read() {
  const given = new FormData(filters);
  const text = given.get("text").trim().toLowerCase();
  const found = new Set();
  if (text) calls.forEach((call, number) => call[TEXT].toLowerCase().includes(text) && found.add(number));
  const channel = given.get("channel") === "" ? null : Number(given.get("channel"));
  const onlyDifferences = given.get("differences") !== null;
  const says = (difference) => difference.some((part) => part !== null && part.toLowerCase().includes(text));
  return {
    text,
    workItem: given.get("work-item"),
    verdict: given.get("verdict"),
    matches: (step) => found.has(step[LEGACY]) || found.has(step[OBJECTS]) || (step[DIFFERENCES] ?? []).some(says),
    shows: (step) =>
      (channel === null || [LEGACY, OBJECTS].some((side) => step[side] >= 0 && calls[step[side]][LANE] === channel)) &&
      (!onlyDifferences || step[DIFFERENCES] !== undefined),
    narrows: channel !== null || onlyDifferences,
  };
}

function isWanted(comparison, wanted) {
  if (wanted.verdict && comparison.dataset.verdict !== wanted.verdict) return false;
  if (wanted.workItem && !JSON.parse(comparison.dataset.items).includes(wanted.workItem)) return false;
  const steps = diagrams[Number(comparison.dataset.number)];
  if (wanted.narrows && !steps.some(wanted.shows)) return false;
  if (!wanted.text) return true;
  return comparison.querySelector("summary").textContent.toLowerCase().includes(wanted.text) || steps.some(wanted.matches);
}

function update() {
  const wanted = read();
  let count = 0;
  for (const comparison of comparisons) {
    comparison.hidden = !isWanted(comparison, wanted);
    if (comparison.hidden) continue;
    count += 1;
    if (comparison.open) draw(comparison, wanted);
  }
  document.getElementById("count").textContent = `${count} of ${comparisons.length} comparisons`;
}

filters.addEventListener("input", update);
filters.addEventListener("reset", () => setTimeout(update));
filters.addEventListener("submit", (event) => event.preventDefault());
for (const comparison of comparisons) {
  comparison.addEventListener("toggle", () => {
    if (!comparison.open) return;
    draw(comparison, read());
    // A trace is long, and where the two runs part is what it is opened for.
    const trace = comparison.querySelector(".trace");
    const parting = trace.querySelector("tr.differs");
    if (parting) trace.scrollTop = parting.offsetTop - trace.clientHeight / 3;
  });
}
for (const button of document.querySelectorAll("[data-work-item]")) {
  button.addEventListener("click", () => {
    filters.elements["work-item"].value = button.dataset.workItem;
    update();
    document.getElementById("comparisons").scrollIntoView();
    filters.elements["work-item"].focus();
  });
}

const theme = document.getElementById("theme");
const isDark = () => (document.documentElement.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark";
const label = () => { theme.textContent = isDark() ? "Light colours" : "Dark colours"; };
theme.addEventListener("click", () => {
  document.documentElement.dataset.theme = isDark() ? "light" : "dark";
  label();
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", label);
label();

update();
