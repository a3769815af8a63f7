// The steps of a plan: searched, filtered, folded, and drawn only as far as anybody looks.

const PAGE = 100; // rows drawn at once

const short = (version) => (/^[0-9a-f]{32,}$/.test(version) ? `${version.slice(0, 8)}…` : version);

function place(one) {
  return [one.project, one.domain, one.name].filter(Boolean).join("/");
}

// "launch plan p/d/name", whatever Admin calls the thing that a switch moves.
function subject(one) {
  const kind = one.kind === "activation" ? "launch plan" : words.kinds[one.kind] || one.kind;
  return [kind, one.facet ? one.address : place(one) + (one.version ? `@${short(one.version)}` : "")];
}

// Steps and conflicts as rows, with all that is asked of them.
function rowsOf(part) {
  const plan = part.plan;
  const outcomes = new Map();
  for (const one of part.outcomes || []) outcomes.set(`${one.verb} ${one.address}`, one);
  const effects = new Map(plan.effects.map((effect) => [effect.address, effect]));
  const steps = plan.actions.map((step) => ({
    step,
    verb: step.verb,
    outcome: outcomes.get(`${step.verb} ${step.address}`),
    effect: step.kind === "activation" ? effects.get(step.address) : undefined,
  }));
  const conflicts = plan.conflicts.map((step) => ({ step, verb: "conflict" }));
  return [...conflicts, ...steps].map((row, at) => ({ ...row, at }));
}

// All that a search looks into, made when first asked for.
function haystack(row) {
  if (row.text === undefined) {
    const { step, effect, outcome } = row;
    const origin = step.origin ? `${step.origin.file}:${step.origin.line}` : "";
    const inside = effect ? [effect.parts, effect.images, effect.interface] : [];
    row.text = [
      row.verb, step.address, subject(step).join(" "), step.why || step.message, step.facts, origin,
      JSON.stringify([step.changes, step.active, inside]), outcome ? [outcome.status, outcome.message] : "",
    ].join("\n").toLowerCase();
  }
  return row.text;
}

function changesView(part) {
  const rows = rowsOf(part);
  const keys = {
    verb: ["Verb", (row) => row.verb],
    kind: ["Kind", (row) => words.kinds[row.step.kind] || row.step.kind],
    project: ["Project", (row) => row.step.project],
    domain: ["Domain", (row) => row.step.domain || "none"],
    outcome: ["Outcome", (row) => (row.outcome ? row.outcome.status : "none")],
  };
  if (!part.outcomes) delete keys.outcome;
  const chosen = {};
  const open = new Set();
  const list = el("ol", { class: "rows" });
  const status = el("p", { role: "status", "aria-live": "polite", class: "muted" });
  const more = el("div");
  const search = el("input", {
    type: "search", id: "search", size: 40, autocomplete: "off", spellcheck: "false",
    placeholder: "names, fields, values, files", oninput: () => refresh(),
  });
  let found = [];

  function refresh() {
    const sought = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const filters = Object.entries(chosen).filter(([, value]) => value !== "");
    found = rows.filter((row) => filters.every(([key, value]) => keys[key][1](row) === value)
      && (!sought.length || sought.every((word) => haystack(row).includes(word))));
    list.replaceChildren();
    more.replaceChildren(pages(found, PAGE, shape, (...fresh) => list.append(...fresh)));
    status.textContent = found.length === rows.length
      ? `${counted(rows.length, "change")}.`
      : `${number(found.length)} of ${counted(rows.length, "change")}.`;
  }

  function shape(row) {
    const body = el("div", { class: "body" });
    const fold = el("details", { class: "row", open: open.has(row.at) }, rowSummary(row), body);
    const opened = () => {
      if (fold.open) open.add(row.at);
      else open.delete(row.at);
      if (fold.open && !body.firstChild) body.append(...rowBody(row, part));
    };
    fold.addEventListener("toggle", opened);
    opened();
    return el("li", { "data-at": row.at }, fold);
  }

  function setAll(value) {
    for (const fold of list.querySelectorAll("details")) {
      fold.open = value;
      fold.dispatchEvent(new Event("toggle")); // its own one comes too late for a print
    }
  }

  // Another part of the page leads here: to one step, opened.
  function reveal(step) {
    for (const key of Object.keys(chosen)) chosen[key] = "";
    for (const select of form.querySelectorAll("select")) select.value = "";
    const row = rows.find((one) => one.step === step);
    search.value = step.address;
    open.add(row.at);
    refresh();
    const fold = list.querySelector(`[data-at="${row.at}"] summary`);
    fold.scrollIntoView({ block: "center" });
    fold.focus();
  }

  let before = null;
  onWindow("beforeprint", () => {
    before = [...open];
    for (const row of found.slice(0, PRINTED)) open.add(row.at);
    setAll(true);
  });
  onWindow("afterprint", () => {
    open.clear();
    for (const at of before || []) open.add(at);
    refresh();
  });

  const selects = Object.entries(keys).map(([key, [label, of]]) => {
    const counts = new Map();
    for (const row of rows) counts.set(of(row), (counts.get(of(row)) || 0) + 1);
    const options = [...counts].sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([value, count]) => [value, `${value} (${number(count)})`]);
    return choice(label, [["", "all"], ...options], "", (value) => {
      chosen[key] = value;
      refresh();
    });
  });
  const form = el("form", { role: "search", "aria-label": "Changes", onsubmit: (event) => event.preventDefault() },
    el("label", { class: "wide" }, "Search ", search), selects,
    el("span", { class: "buttons" },
      button("Open shown", () => setAll(true)), " ", button("Close all", () => setAll(false))));
  refresh();
  return { view: section("changes", "Changes", form, status, list, more), rows, reveal };
}

function rowSummary(row) {
  const { step, outcome } = row;
  const verb = words.verbs[row.verb] || { symbol: "!", will: "is already registered with other content" };
  const [kind, name] = subject(step);
  const moved = step.active && step.verb !== "adopt" && step.verb !== "forget"
    ? `${step.active.before.map(short).join(" and ") || "none"} → ${step.active.after.map(short).join(" and ") || "none"}`
    : "";
  return el("summary", {},
    el("span", { class: `symbol ${tone(row.verb)}`, "aria-hidden": "true" }, verb.symbol),
    el("span", { class: "what" }, `${kind} `, el("strong", {}, name), ` ${outcome && outcome.status === "done" ? verb.past : verb.will}`),
    " ", outcome && el("span", { class: `tag ${outcome.status}` }, outcome.existed ? "there already" : outcome.status),
    row.effect && row.effect.breaking && el("span", { class: "tag failed" }, "breaks callers"),
    " ", el("span", { class: "muted" }, [moved, step.facts,
      step.changes.length ? counted(step.changes.length, "field") : ""].filter(Boolean).join("; ")));
}

function tone(verb) {
  const symbol = (words.verbs[verb] || { symbol: "!" }).symbol;
  return { "+": "add", "~": "change", "-": "remove", "!": "remove" }[symbol] || "other";
}

function rowBody(row, part) {
  const { step, outcome, effect } = row;
  const facts = [];
  const fact = (name, ...value) => facts.push(el("dt", {}, name), el("dd", {}, value));
  const mono = (text) => el("code", {}, text);
  fact("Address", mono(step.address));
  if (step.why || step.message) fact("Why", step.why || step.message);
  if (step.origin) fact("Declared in", mono(step.origin.line ? `${step.origin.file}:${step.origin.line}` : step.origin.file));
  if (outcome) {
    const cause = outcome.blocked_by ? `by ${outcome.blocked_by}` : outcome.message || "";
    fact("Outcome", `${outcome.status} ${cause}`, outcome.seconds ? ` (${outcome.seconds} s)` : "");
  }
  if (step.active) {
    fact("Active", mono(step.active.before.join(", ") || "none"), " → ", mono(step.active.after.join(", ") || "none"));
  }
  if (step.bundle) fact("Code", `${step.bundle.name}, ${counted(step.bundle.files, "file")}, ${counted(step.bundle.bytes, "byte")}, `, mono(step.bundle.digest));
  if (step.depends_on && step.depends_on.length) {
    fact("Comes after", step.depends_on.slice(0, 20).map((address) => [mono(address), el("br")]),
      step.depends_on.length > 20 && `and ${number(step.depends_on.length - 20)} more`);
  }
  if (step.rewrites) fact("Written again", step.rewrites.map((address) => [mono(address), el("br")]));
  const made = [el("dl", {}, facts)];
  const name = subject(step).join(" ");
  if (step.changes.length) made.push(changesTable(`Fields of ${name}`, step.changes));
  if (step.fields && step.fields.length) made.push(changesTable(`Fields of ${name}`, step.fields));
  if (effect) made.push(...effectBody(effect));
  if (!step.changes.length && !step.fields && step.verb === "create" && !part.all_fields) {
    made.push(el("p", { class: "muted" }, "The plan is too large for every field of what is new to be in this file; plan --verbose shows them."));
  }
  return made;
}

// What a switch means for whoever depends on it.
function effectBody(effect) {
  const made = [];
  const versions = (part) => [part.before, part.after].map((one) => (one ? short(one) : "none")).join(" → ");
  for (const part of effect.parts) {
    const name = `${words.kinds[part.kind] || part.kind} ${part.path}`;
    made.push(el("h3", {}, `${name}, ${versions(part)}${part.compared ? "" : ", not compared"}`));
    if (part.changes.length) made.push(changesTable(`Fields of ${name}`, part.changes));
  }
  if (effect.interface.length) {
    made.push(el("h3", {}, "Inputs and outputs"), changesTable("Inputs and outputs", effect.interface.map((one) => ({
      path: `${one.side} ${one.name} (${one.why}; ${one.breaking ? "BREAKS callers" : "breaks nobody"})`, before: one.before, after: one.after,
    }))));
  }
  if (effect.consumers.length) {
    made.push(el("h3", {}, "Used by"), el("ul", {}, effect.consumers.map((one) =>
      el("li", {}, el("code", {}, one.address), ` goes on with ${short(one.version)}`,
        one.breaks ? `, and cannot move on: ${one.why}` : ", and could move on"))));
  }
  return made;
}
