// The steps of a plan: searched, filtered, folded, and drawn only as far as anybody looks.

const PAGE = 100; // rows drawn at once

// The beginning of a version that is a hash of what it names is enough to know it again.
const HASH = /^a[a-z2-7]{20}$/;
const short = (version) => (HASH.test(version) ? `${version.slice(0, 8)}…` : version);

function place(one) {
  return [one.project, one.domain, one.name].filter(Boolean).join("/");
}

// "launch plan p/d/name", whatever Admin calls the thing that a switch moves.
function subject(one) {
  const kind = one.kind === "activation" ? "launch plan" : words.kinds[one.kind] || one.kind;
  const version = one.version ? `@${short(one.version)}` : "";
  return [kind, one.facet ? one.address : place(one) + version];
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
    const inside = effect ? [effect.parts, effect.images, effect.interface] : [];
    row.text = [
      row.verb, step.address, subject(step).join(" "), step.why || step.message, step.facts,
      lineOf(step.origin), JSON.stringify([step.changes, step.active, inside]),
      outcome ? [outcome.status, outcome.message] : "",
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
    const asked = Object.entries(chosen).filter(([, value]) => value !== "");
    found = rows.filter((row) => asked.every(([key, value]) => keys[key][1](row) === value)
      && (!sought.length || sought.every((word) => haystack(row).includes(word))));
    list.replaceChildren();
    more.replaceChildren(pages(found, PAGE, shape, list));
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
    unfold(list);
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
  const form = filters("Changes", el("label", { class: "wide" }, "Search ", search), selects,
    el("span", {}, button("Open shown", () => unfold(list)), " ",
      button("Close all", () => unfold(list, false))));
  refresh();
  return { view: section("changes", "Changes", form, status, list, more), rows, reveal };
}

const CONFLICT = { symbol: "!", will: "is already registered with other content" };

function rowSummary(row) {
  const { step, outcome } = row;
  const verb = words.verbs[row.verb] || CONFLICT;
  const [kind, name] = subject(step);
  const isDone = outcome && outcome.status === "done";
  const told = [
    row.verb !== "adopt" && row.verb !== "forget" && moved(step.active),
    step.facts,
    step.changes.length > 0 && counted(step.changes.length, "field"),
  ];
  return el("summary", {},
    symbolOf(verb.symbol, tone(row.verb)),
    el("span", {}, `${kind} `, el("strong", {}, name), ` ${isDone ? verb.past : verb.will}`), " ",
    outcome && tag(outcome.existed ? "there already" : outcome.status, outcome.status),
    row.effect && row.effect.breaking && tag("breaks callers", "failed"), " ",
    muted(told.filter(Boolean).join("; ")));
}

function moved(active) {
  if (!active) return "";
  const side = (versions) => versions.map(short).join(" and ") || "none";
  return `${side(active.before)} → ${side(active.after)}`;
}

function tone(verb) {
  const symbol = (words.verbs[verb] || { symbol: "!" }).symbol;
  return { "+": "add", "~": "change", "-": "remove", "!": "remove" }[symbol] || "other";
}

function rowBody(row, part) {
  const { step, outcome, effect } = row;
  const { bundle, active } = step;
  const cause = outcome && (outcome.blocked_by ? `by ${outcome.blocked_by}` : outcome.message);
  const made = [facts([
    ["Address", code(step.address)],
    ["Why", step.why || step.message],
    ["Declared in", step.origin && code(lineOf(step.origin))],
    ["Outcome", outcome && [`${outcome.status} ${cause || ""}`,
      outcome.seconds ? ` (${outcome.seconds} s)` : ""]],
    ["Active", active && [code(active.before.join(", ") || "none"), " → ",
      code(active.after.join(", ") || "none")]],
    ["Code", bundle && [`${bundle.name}, ${counted(bundle.files, "file")}, `,
      `${counted(bundle.bytes, "byte")}, `, code(bundle.digest)]],
    ["Comes after", addresses(step.depends_on)],
    ["Written again", addresses(step.rewrites)],
  ])];
  const name = `Fields of ${subject(step).join(" ")}`;
  const fields = step.changes.length ? step.changes : step.fields || [];
  if (fields.length) made.push(changesTable(name, fields));
  if (effect) made.push(...effectBody(effect));
  if (!fields.length && row.verb === "create" && !part.all_fields) {
    made.push(el("p", { class: "muted" }, "There are too many new things for the fields of each ",
      "to be in this file; plan --verbose shows them."));
  }
  return made;
}

function addresses(some) {
  if (!some || !some.length) return null;
  const more = some.length - 20;
  return [some.slice(0, 20).map((address) => [code(address), el("br")]),
    more > 0 && `and ${number(more)} more`];
}

// What a switch means for whoever depends on it.
function effectBody(effect) {
  const made = [];
  for (const part of effect.parts) {
    const name = `${words.kinds[part.kind] || part.kind} ${part.path}`;
    const versions = [part.before, part.after].map((one) => (one ? short(one) : "none"));
    const compared = part.compared ? "" : ", not compared";
    made.push(el("h3", {}, `${name}, ${versions.join(" → ")}${compared}`));
    if (part.changes.length) made.push(changesTable(`Fields of ${name}`, part.changes));
  }
  if (effect.interface.length) {
    const title = "Inputs and outputs";
    made.push(el("h3", {}, title), changesTable(title, effect.interface.map((one) => {
      const verdict = one.breaking ? "BREAKS callers" : "breaks nobody";
      const path = `${one.side} ${one.name} (${one.why}; ${verdict})`;
      return { path, before: one.before, after: one.after };
    })));
  }
  if (effect.consumers.length) {
    made.push(el("h3", {}, "Used by"), el("ul", {}, effect.consumers.map((one) =>
      el("li", {}, code(one.address), ` goes on with ${short(one.version)}`,
        one.breaks ? `, and cannot move on: ${one.why}` : ", and could move on"))));
  }
  return made;
}
