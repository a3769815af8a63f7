// Everything that is not a list of changes: summary, meaning, schedules, backfills, drift, history.

const when = (text) => (text ? text.replace("T", " ").replace(/(\.\d+)?(\+00:00|Z)$/, " UTC") : "");

function alerts(title, kind, problems) {
  if (!problems || !problems.length) return null;
  const list = el("ul");
  const rest = pages(problems, 30, (one) => el("li", {},
    one.origin && el("code", {}, `${one.origin.file}${one.origin.line ? `:${one.origin.line}` : ""} `),
    one.message, one.hint ? ` (${one.hint})` : "", " ", el("span", { class: "tag" }, one.code)), (...fresh) => list.append(...fresh));
  return el("div", { class: `alert ${kind}` }, el("h3", {}, `${title} (${number(problems.length)})`), list, rest);
}

function summaryView(part) {
  const { plan } = part;
  const made = [el("p", { class: `verdict ${part.tone}` }, part.verdict)];
  made.push(alerts("Problems", "stop", part.problems));
  if (plan) {
    const order = Object.keys(words.verbs);
    const counts = order.filter((verb) => plan.summary[verb]).map((verb) =>
      el("li", {}, el("span", { class: `symbol ${tone(verb)}`, "aria-hidden": "true" }, words.verbs[verb].symbol),
        el("strong", {}, number(plan.summary[verb])), ` to ${words.verbs[verb].to}`));
    const same = Object.entries(plan.unchanged).map(([kind, count]) =>
      `${number(count)} ${words.kinds[kind] || kind}${count === 1 ? "" : "s"}`);
    if (counts.length) made.push(el("ul", { class: "counts" }, counts));
    if (same.length) made.push(el("p", { class: "muted" }, `As declared already: ${same.join(", ")}.`));
    const conflicts = plan.conflicts.map((one) => ({ ...one, code: "conflict", hint: null }));
    // What a policy says, and where: of a broken one that is its own place.
    const ruled = (of) => (plan.verdicts || []).filter(of).map((one) => ({
      ...one, code: one.policy, hint: one.excused ? `exempt: ${one.excused}` : one.object,
    }));
    const rules = (ruling) => ruled((one) => one.ruling === ruling && !one.excused);
    const isHold = (one) => one.code === "held";
    made.push(
      alerts("Conflicts", "stop", conflicts),
      alerts("Guards", "stop", plan.obstacles.filter((one) => one.guard)),
      alerts("Denied by policies", "stop", rules("deny")),
      alerts("Policies that need an approval", "stop", rules("require-approval")),
      alerts("In the way", "stop", plan.obstacles.filter((one) => !one.guard)),
      alerts("Holds", "change", plan.warnings.filter(isHold)),
      alerts("Warnings of policies", "change", rules("warn")),
      alerts("Exempt from policies", "change", ruled((one) => one.excused)),
      alerts("Remarks", "change", plan.warnings.filter((one) => !isHold(one))));
  }
  return section("summary", "Summary", made);
}

function unfold(list) {
  for (const fold of list.querySelectorAll("details")) fold.open = true;
}

const TONES = { "+": "add", "-": "remove", "~": "change" };

function meaningView(part) {
  const list = el("div");
  let made = 0;
  const rest = pages(part.meaning, 50, ([title, notes, lines]) =>
    el("details", { open: made++ < 10 }, el("summary", {}, title),
      el("div", { class: "body" }, notes.map((note) => el("p", { class: "muted" }, note)),
        el("ul", { class: "lines" }, lines.map(([symbol, text, depth]) =>
          el("li", { class: `${TONES[symbol] || ""} depth${Math.min(depth, 3)}` },
            el("span", { class: "mark" }, symbol), el("code", {}, text)))))), (...fresh) => list.append(...fresh));
  onWindow("beforeprint", () => unfold(list));
  return section("meaning", "What it means", list, rest);
}

// Times as marks on a line of so many minutes; the same is in words beside it.
function strip(timeline, lanes, marks) {
  const width = 560;
  const scale = width / (timeline.days * 1440);
  const x = (minute) => Math.round(minute * scale * 10) / 10;
  const height = 12 * lanes.length + 4;
  const drawn = svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, class: "strip", "aria-hidden": "true" });
  for (let day = 0; day <= timeline.days; day += 7) drawn.append(svg("path", { class: "week", d: `M${x(day * 1440)} 0V${height}` }));
  for (const minute of marks) drawn.append(svg("path", { class: "applied", d: `M${x(minute)} 0V${height}` }));
  lanes.flatMap((parts, at) => parts.map((one) => [at, ...one])).forEach(([at, lane, kind]) => {
    const top = 3 + 12 * at;
    if (lane && lane.dense) drawn.append(svg("rect", { class: kind, x: x(lane.dense[0]), y: top, width: x(lane.dense[1] - lane.dense[0]), height: 9 }));
    else if (lane && lane.at.length) drawn.append(svg("path", { class: kind, d: lane.at.map((minute) => `M${x(minute)} ${top}v9`).join("") }));
  });
  drawn.append(svg("path", { class: "now", d: `M${width / 2} 0V${height}` }));
  return drawn;
}

const PHASES = ["succeeded", "failed", "running"];
const ofState = (some, state) => ({ at: some.filter((one) => one[1] === state).map(([minute]) => minute) });

function scheduleView(part) {
  const { timeline } = part;
  const marks = timeline.marks.map(([minute]) => minute);
  const middle = timeline.days * 720;
  const clock = (text) => when(text).replace(/:00(?= UTC|[+-]\d\d:\d\d$)/, "");
  const times = (side) => {
    if (!side) return el("td", {}, "none");
    const next = side.next.length ? `next ${side.next.map(clock).join(", ")}` : side.problem;
    return el("td", {}, side.text, side.assumed ? " (if the scheduler's zone is UTC)" : ` in ${side.zone}`,
      el("br"), el("span", { class: "muted" }, next));
  };
  const ran = (found) => (found ? PHASES.map((phase) => [ofState(found, phase), phase]) : []);
  const shape = (row) => {
    const [, project, domain, name] = row.address.match(/^activation:([^/]*)\/([^/]*)\/(.*)$/) || [null, "", "", row.address];
    return el("tr", {},
      el("th", { scope: "row" }, el("strong", {}, name), !row.switches && el("span", { class: "tag" }, "not activated"),
        el("br"), el("span", { class: "muted" }, `${project}/${domain}`)),
      times(row.before), times(row.after),
      el("td", {}, strip(timeline, [[[row.before, "was"]], ran(row.ran), [[row.after, "will"]]].filter((lane) => lane.length), marks),
        row.ran && el("span", { class: "muted" }, `Of the two weeks before: ${PHASES.map((phase) =>
          `${number(row.ran.filter((one) => one[1] === phase).length)} ${phase}`).join(", ")}.`)));
  };
  const table = tabular("Schedules", ["Launch plan", "Fires now", "Will fire", "Two weeks before and after"], []);
  const rest = pages(timeline.rows, 50, shape, (...rows) => table.querySelector("tbody").append(...rows));
  const runs = timeline.runs.filter((run) => run.at.length);
  const applied = `${marks.length === 1 ? "The dashed line is an apply" : "The dashed lines are applies"} of the ledger. `;
  return section("schedule", "Schedule",
    el("p", { class: "muted" }, `Two weeks before and after ${when(timeline.now.slice(0, 16))} UTC, the line in the middle. `,
      "Upper marks are the times of the schedule that is active now; those that have passed were due. Between are runs, where it is known what ran: green succeeded, red failed, grey runs still. Lower marks are the times that will be. ",
      marks.length ? applied : "",
      timeline.left_out ? `${counted(timeline.left_out, "schedule")} more are not listed.` : ""),
    timeline.rows.length ? table : null, rest,
    runs.map((run) => el("figure", {}, el("figcaption", {}, `Slots of ${run.address}: `,
      counted(run.at.filter(([minute]) => minute < middle).length, "slot"), " in the two weeks before. From above: done, running, failed, to run."),
    strip(timeline, ["done", "running", "failed", "run"].map((state) => [[ofState(run.at, state), state]]), marks))));
}

function backfillView(part) {
  return section("backfills", "Backfills", part.plan.backfills.map((one) => {
    const said = Object.entries(one.counts).filter(([, count]) => count).map(([state, count]) => `${number(count)} ${state}`);
    return el("details", { open: true },
      el("summary", {}, el("strong", {}, one.address), ` ${counted(one.slots, "slot")}: ${said.join(", ")}`),
      el("div", { class: "body" },
        el("p", { class: "muted" }, `Runs ${one.launch_plan}, ${one.chosen}; ${one.schedule} in ${one.zone}, from ${when(one.start)} up to ${when(one.end)}; ${number(one.concurrency)} at once.`),
        tabular(`Slots of ${one.address}`, ["Slot", "State", "Execution", "Attempt", "Note"], one.rows.map((row) =>
          el("tr", {}, el("td", {}, when(row.at)), el("td", {}, el("span", { class: `tag ${row.state}` }, row.state)),
            el("td", {}, el("code", {}, row.execution)), el("td", {}, row.attempt), el("td", {}, row.note || "")))),
        one.rows.length < one.executions && el("p", { class: "muted" }, `and ${number(one.executions - one.rows.length)} more, counted above.`)));
  }));
}

function driftView(part) {
  const { drift } = part;
  const list = el("ol", { class: "rows" });
  const entry = (one) => one && `#${one.serial} of ${one.actor || "someone"}${one.time ? ` on ${when(one.time)}` : ""}${one.commit ? `, commit ${one.commit.slice(0, 12)}` : ""}`;
  const rest = pages(drift.drifts, PAGE, (one) => {
    const facts = [["Kind", one.drift], ["Left", one.left], ["Live", one.live], ["Wanted", one.wanted],
      ["Left so by", entry(one.entry)], ["Switched", when(one.since)],
      ["Declared in", one.origin && `${one.origin.file}:${one.origin.line}`],
      ["Way out", part.ways_out[one.drift]]].filter(([, value]) => value);
    return el("li", {}, el("details", { class: "row" },
      el("summary", {}, el("span", { class: "tag change" }, one.drift), el("span", { class: "what" }, one.message)),
      el("div", { class: "body" }, el("dl", {}, facts.map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)])),
        one.changes.length ? changesTable(`Fields of ${one.address}`, one.changes) : null)));
  }, (...fresh) => list.append(...fresh));
  onWindow("beforeprint", () => unfold(list));
  const counts = Object.entries(drift.summary).filter(([, count]) => count).map(([kind, count]) => `${number(count)} ${kind}`);
  return section("drift", "Drift",
    el("p", {}, `${counts.join(", ") || "None"}, of ${number(drift.compared)} compared on ${when(drift.at)}.`),
    drift.unread.map((text) => el("p", { class: "alert change" }, `Not read: ${text}`)), list, rest);
}

function historyView(part) {
  const table = tabular("Entries of the ledger", ["Entry", "Time", "Commit", "What"], []);
  const rest = pages(part.history, 50, (one) => el("tr", {},
    el("th", { scope: "row" }, `#${one.serial}`), el("td", {}, when((one.time || "").replace(/\.\d+/, ""))),
    el("td", {}, el("code", {}, (one.commit || "").slice(0, 12))),
    el("td", {}, one.summary, owned("now owned", (one.gained || []).map((item) => `${item.address}${item.active ? ` (${item.active} active)` : ""}`)), owned("no longer owned", one.lost || []))),
  (...rows) => table.querySelector("tbody").append(...rows));
  return section("history", "History",
    part.entries > part.history.length && el("p", { class: "muted" }, `The newest ${number(part.history.length)} of ${number(part.entries)} entries.`),
    table, rest);
}

function owned(title, addresses) {
  if (!addresses.length) return null;
  return el("details", {}, el("summary", {}, `${number(addresses.length)} ${title}`),
    el("ul", {}, addresses.slice(0, 200).map((one) => el("li", {}, el("code", {}, one))),
      addresses.length > 200 && el("li", {}, `and ${number(addresses.length - 200)} more`)));
}
