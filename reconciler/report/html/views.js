// What is no list of changes and no time: summary, meaning, backfills, drift, history.

const TONES = { "+": "add", "-": "remove", "~": "change" };

function alerts(title, kind, problems) {
  if (!problems || !problems.length) return null;
  const list = el("ul");
  const rest = pages(problems, 30, (one) => el("li", {},
    one.origin && code(`${lineOf(one.origin)} `), one.message, one.hint ? ` (${one.hint})` : "",
    " ", tag(one.code)), list);
  const heading = el("h3", {}, `${title} (${number(problems.length)})`);
  return el("div", { class: `alert ${kind}` }, heading, list, rest);
}

function summaryView(part) {
  const { plan } = part;
  return section("summary", "Summary",
    el("p", { class: `verdict ${part.tone}` }, part.verdict),
    alerts("Problems", "stop", part.problems),
    plan && [...planCounts(plan), ...planAlerts(plan)]);
}

function planCounts(plan) {
  const counts = Object.entries(words.verbs).filter(([verb]) => plan.summary[verb]).map(
    ([verb, { symbol, to }]) => el("li", {}, symbolOf(symbol, tone(verb)),
      el("strong", {}, number(plan.summary[verb])), ` to ${to}`));
  const same = Object.entries(plan.unchanged).map(([kind, count]) =>
    counted(count, words.kinds[kind] || kind));
  return [
    counts.length > 0 && el("ul", { class: "counts" }, counts),
    same.length > 0 && el("p", { class: "muted" }, `As declared already: ${same.join(", ")}.`),
  ];
}

function planAlerts(plan) {
  const conflicts = plan.conflicts.map((one) => ({ ...one, code: "conflict" }));
  const held = (one) => one.code === "held";
  const ruled = (of) => (plan.verdicts || []).filter(of).map((one) => ({
    ...one, code: one.policy, hint: one.excused ? `exempt: ${one.excused}` : one.object,
  }));
  const ruling = (name) => ruled((one) => one.ruling === name && !one.excused);
  return [
    alerts("Conflicts", "stop", conflicts),
    alerts("Guards", "stop", plan.obstacles.filter((one) => one.guard)),
    alerts("Denied by policies", "stop", ruling("deny")),
    alerts("Policies that need an approval", "stop", ruling("require-approval")),
    alerts("In the way", "stop", plan.obstacles.filter((one) => !one.guard)),
    alerts("Holds", "change", plan.warnings.filter(held)),
    alerts("Warnings of policies", "change", ruling("warn")),
    alerts("Exempt from policies", "change", ruled((one) => one.excused)),
    alerts("Remarks", "change", plan.warnings.filter((one) => !held(one))),
  ];
}

function meaningView(part) {
  const list = el("div");
  const line = ([symbol, text, depth]) =>
    el("li", { class: `${TONES[symbol] || ""} depth${Math.min(depth, 3)}` },
      el("span", { class: "mark" }, symbol), code(text));
  let made = 0;
  const rest = pages(part.meaning, 50, ([title, notes, lines]) =>
    el("details", { open: made++ < 10 }, el("summary", {}, title),
      el("div", { class: "body" }, notes.map((note) => el("p", { class: "muted" }, note)),
        el("ul", { class: "lines" }, lines.map(line)))), list);
  onWindow("beforeprint", () => unfold(list));
  return section("meaning", "What it means", list, rest);
}

function backfillView(part) {
  return section("backfills", "Backfills", part.plan.backfills.map((one) => {
    const states = Object.entries(one.counts).filter(([, count]) => count);
    const said = states.map(([state, count]) => `${number(count)} ${state}`).join(", ");
    const row = (slot) => el("tr", {}, el("td", {}, when(slot.at)),
      el("td", {}, tag(slot.state, slot.state)), el("td", {}, code(slot.execution)),
      el("td", {}, slot.attempt), el("td", {}, slot.note || ""));
    const headings = ["Slot", "State", "Execution", "Attempt", "Note"];
    const more = one.executions - one.rows.length;
    return el("details", { open: true },
      el("summary", {}, el("strong", {}, one.address), ` ${counted(one.slots, "slot")}: ${said}`),
      el("div", { class: "body" },
        el("p", { class: "muted" }, `Runs ${one.launch_plan}, ${one.chosen}; ${one.schedule} in `,
          `${one.zone}, from ${when(one.start)} up to ${when(one.end)}; `,
          `${number(one.concurrency)} at once.`),
        tabular(`Slots of ${one.address}`, headings, one.rows.map(row)),
        more > 0 && el("p", { class: "muted" }, `and ${number(more)} more, counted above.`)));
  }));
}

function driftView(part) {
  const { drift } = part;
  const list = el("ol", { class: "rows" });
  const rest = pages(drift.drifts, PAGE, (one) => el("li", {}, el("details", { class: "row" },
    el("summary", {}, tag(one.drift, "change"), el("span", {}, one.message)),
    el("div", { class: "body" },
      facts([
        ["Kind", one.drift],
        ["Left", one.left],
        ["Live", one.live],
        ["Wanted", one.wanted],
        ["Left so by", entryOf(one)],
        ["Switched", when(one.since)],
        ["Declared in", lineOf(one.origin)],
        ["Way out", part.ways_out[one.drift]],
      ]),
      one.changes.length > 0 && changesTable(`Fields of ${one.address}`, one.changes)))), list);
  onWindow("beforeprint", () => unfold(list));
  const kinds = Object.entries(drift.summary).filter(([, count]) => count);
  const said = kinds.map(([kind, count]) => `${number(count)} ${kind}`).join(", ") || "None";
  const unread = drift.unread.map((text) => ({ message: text, code: "unread" }));
  return section("drift", "Drift",
    el("p", {}, `${said}, of ${number(drift.compared)} compared on ${when(drift.at)}.`),
    alerts("Not read", "change", unread), list, rest);
}

function entryOf({ entry }) {
  if (!entry) return "";
  const time = entry.time ? ` on ${when(entry.time)}` : "";
  const commit = entry.commit ? `, commit ${entry.commit.slice(0, 12)}` : "";
  return `#${entry.serial} of ${entry.actor || "someone"}${time}${commit}`;
}

function historyView(part) {
  const table = tabular("Entries of the ledger", ["Entry", "Time", "Commit", "What"], []);
  const isActive = (one) => (one.active ? ` (${one.active} active)` : "");
  const rest = pages(part.history, 50, (one) => el("tr", {},
    el("th", { scope: "row" }, `#${one.serial}`), el("td", {}, when(one.time)),
    el("td", {}, code((one.commit || "").slice(0, 12))),
    el("td", {}, one.summary,
      owned("now owned", one.gained_count,
        (one.gained || []).map((item) => `${item.address}${isActive(item)}`)),
      owned("no longer owned", one.lost_count, one.lost || []))), table.querySelector("tbody"));
  const newest = `The newest ${number(part.history.length)} of ${number(part.entries)} entries.`;
  const isCut = part.entries > part.history.length;
  return section("history", "History", isCut && el("p", { class: "muted" }, newest), table, rest);
}

function owned(title, count, addresses) {
  if (!addresses.length) return null;
  const list = el("ul");
  const rest = pages(addresses, 100, (one) => el("li", {}, code(one)), list);
  const more = count && el("p", { class: "muted" }, `and ${number(count - addresses.length)} more`);
  const heading = `${number(count || addresses.length)} ${title}`;
  return el("details", {}, el("summary", {}, heading), list, rest, more);
}
