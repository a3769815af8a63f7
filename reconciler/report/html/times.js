// Two weeks before and after: what was due, what ran, what will fire. Drawn, and said beside it.

const PHASES = ["succeeded", "failed", "running"];
const SLOTS = ["done", "running", "failed", "run"];
const STRIP = 560; // pixels
// A mark is a stroke from its top; what its colour says its shape says too.
const SHAPES = { failed: "m-2.5 1l5 7m0 -7l-5 7", running: "m0 5v4", run: "v4" };

// Those of [minute, state] that are in one state, as a lane of marks.
const ofState = (some, state) => [
  { at: some.filter((one) => one[1] === state).map(([minute]) => minute) }, state];

// Lanes of marks on a line of so many minutes; each lane is [times, class] once or several times.
function strip(timeline, lanes, marks) {
  const scale = STRIP / (timeline.days * 1440);
  const x = (minute) => Math.round(minute * scale * 10) / 10;
  const height = 12 * lanes.length + 4;
  const upright = (minute, kind) => svg("path", { class: kind, d: `M${x(minute)} 0V${height}` });
  const weeks = [0, 7, 14, 21, 28].map((day) => upright(day * 1440, "week"));
  const lane = ([times, kind], top) => {
    if (!times) return null;
    if (times.dense) {
      const [from, to] = times.dense.map(x);
      return svg("rect", { class: kind, x: from, y: top, width: to - from, height: 9 });
    }
    const shape = SHAPES[kind] || "v9";
    const d = times.at.map((minute) => `M${x(minute)} ${top}${shape}`).join("");
    return d && svg("path", { class: kind, d });
  };
  return svg("svg", {
    viewBox: `0 0 ${STRIP} ${height}`, width: STRIP, height, class: "strip", "aria-hidden": "true",
  },
  weeks, marks.map((minute) => upright(minute, "applied")),
  lanes.map((some, at) => some.map((one) => lane(one, 3 + 12 * at))),
  upright(timeline.days * 720, "now"));
}

function firing(side) {
  if (!side) return el("td", {}, "none");
  const clock = (text) => when(text).replace(/:00(?= UTC|[+-]\d\d:\d\d$)/, "");
  const zone = side.assumed ? " (if the scheduler's zone is UTC)" : ` in ${side.zone}`;
  const next = side.next.length ? `next ${side.next.map(clock).join(", ")}` : side.problem;
  return el("td", {}, side.text, zone, el("br"), muted(next));
}

function scheduleView(part) {
  const { timeline } = part;
  const marks = timeline.marks.map(([minute]) => minute);
  const headings = ["Launch plan", "Fires now", "Will fire", "Two weeks before and after"];
  const table = tabular("Schedules", headings, []);
  const rest = pages(timeline.rows, 50, (row) => {
    const [where, name] = row.address.replace(/^activation:/, "").split(/\/(?=[^/]*$)/);
    const lanes = [[[row.before, "was"]], [[row.after, "will"]]];
    if (row.ran) lanes.splice(1, 0, PHASES.map((phase) => ofState(row.ran, phase)));
    const count = (phase) => row.ran.filter((one) => one[1] === phase).length;
    const ran = row.ran && PHASES.map((phase) => `${number(count(phase))} ${phase}`).join(", ");
    return el("tr", {},
      el("th", { scope: "row" }, el("strong", {}, name), !row.switches && tag("not activated"),
        el("br"), muted(where)),
      firing(row.before), firing(row.after),
      el("td", {}, strip(timeline, lanes, marks),
        ran && muted(`Of the two weeks before: ${ran}.`)));
  }, table.querySelector("tbody"));
  const dashed = marks.length === 1
    ? "The dashed line is an apply" : "The dashed lines are applies";
  return section("schedule", "Schedule",
    el("p", { class: "muted" },
      `Two weeks before and after ${when(timeline.now.slice(0, 16))} UTC, the line in the middle. `,
      "Upper marks are the times of the schedule that is active now; those that have passed were ",
      "due. Between are runs, where it is known what ran: a stroke succeeded, a cross failed, half ",
      "a stroke runs. Lower marks are the times that will be. ",
      marks.length > 0 && `${dashed} of the ledger. `,
      timeline.left_out > 0 && `${counted(timeline.left_out, "schedule")} more are not listed.`),
    timeline.rows.length > 0 && table, rest,
    timeline.runs.filter((run) => run.at.length).map((run) => slotsOf(run, timeline, marks)));
}

function slotsOf(run, timeline, marks) {
  const before = run.at.filter(([minute]) => minute < timeline.days * 720);
  return el("figure", {},
    el("figcaption", {}, `Slots of ${run.address}: ${counted(before.length, "slot")} in the two `,
      "weeks before. From above: done, running, failed, to run."),
    strip(timeline, SLOTS.map((state) => [ofState(run.at, state)]), marks));
}
