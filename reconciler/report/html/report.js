// The page: reads its data, shows one part of it, and lets the reader choose another.

const words = JSON.parse(document.getElementById("data").textContent);
const main = document.getElementById("main");
const nav = document.getElementById("nav");

// A browser may forbid a file to remember anything.
function remembered(value) {
  try {
    if (value !== undefined) localStorage.setItem("reconciler-colors", value);
    return localStorage.getItem("reconciler-colors") || "auto";
  } catch {
    return value || "auto";
  }
}

function paint(colors) {
  document.documentElement.dataset.colors = colors;
}

function show(part) {
  listening.abort();
  listening = new AbortController();
  const made = [summaryView(part)];
  if (part.plan) {
    if (part.meaning.length) made.push(meaningView(part));
    const { actions, conflicts, backfills } = part.plan;
    const changes = actions.length || conflicts.length ? changesView(part) : null;
    if (changes) made.push(changes.view);
    if (actions.length) made.push(graphView(changes.rows, changes.reveal));
    const hasTimes = part.timeline.rows.length || part.timeline.runs.some((run) => run.at.length);
    if (hasTimes) made.push(scheduleView(part));
    if (backfills && backfills.length) made.push(backfillView(part));
  }
  if (part.drift) made.push(driftView(part));
  if (part.history) made.push(historyView(part));
  const title = words.parts.length > 1 ? [el("p", { class: "part" }, part.title)] : [];
  main.replaceChildren(...title, ...made);
  nav.replaceChildren(el("ul", {}, made.map((view) =>
    el("li", {}, el("a", { href: `#${view.id}` }, view.querySelector("h2").textContent)))));
}

const colors = remembered();
paint(colors);
const tools = document.getElementById("tools");
if (words.parts.length > 1) {
  const titles = words.parts.map((part, at) => [String(at), part.title]);
  tools.append(choice("Environment", titles, "0", (at) => show(words.parts[at])));
}
const offered = [["auto", "as the system's"], ["light", "light"], ["dark", "dark"]];
tools.append(choice("Colours", offered, colors, (value) => {
  paint(value);
  remembered(value);
}));
show(words.parts[0]);
