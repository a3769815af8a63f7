// Two values side by side: their lines paired, and within a pair the words that differ.

const WORDS = /\s+|[\p{L}\p{N}_]+|[^\s\p{L}\p{N}_]/gu;
const LARGEST = 1_000_000; // cells of the table that finds what is common
const AROUND = 2; // lines shown around those that differ
// A text that would read as another type is quoted, and one whose ends cannot be seen.
const AMBIGUOUS = /^(-?\d.*|true|false|null|["[{].*|)$|^\s|\s$/;

// What is common to two lists, as steps: [" ", i, j], ["-", i], ["+", j].
function compare(before, after) {
  let start = 0;
  const steps = [];
  while (start < before.length && start < after.length && before[start] === after[start]) {
    steps.push([" ", start, start]);
    start += 1;
  }
  let [i, j] = [before.length, after.length];
  const tail = [];
  while (i > start && j > start && before[i - 1] === after[j - 1]) tail.push([" ", --i, --j]);
  const [rows, columns] = [i - start, j - start];
  if (rows * columns > LARGEST) {
    for (let n = start; n < i; n++) steps.push(["-", n]);
    for (let n = start; n < j; n++) steps.push(["+", n]);
    return steps.concat(tail.reverse());
  }
  const width = columns + 1;
  const common = new Uint32Array((rows + 1) * width);
  for (let r = rows - 1; r >= 0; r--) {
    for (let c = columns - 1; c >= 0; c--) {
      common[r * width + c] = before[start + r] === after[start + c]
        ? common[(r + 1) * width + c + 1] + 1
        : Math.max(common[(r + 1) * width + c], common[r * width + c + 1]);
    }
  }
  let [r, c] = [0, 0];
  while (r < rows || c < columns) {
    if (r < rows && c < columns && before[start + r] === after[start + c]) {
      steps.push([" ", start + r++, start + c++]);
    } else if (c >= columns || (r < rows
        && common[(r + 1) * width + c] >= common[r * width + c + 1])) {
      steps.push(["-", start + r++]);
    } else steps.push(["+", start + c++]);
  }
  return steps.concat(tail.reverse());
}

// One line of each side, what differs marked: [children of the left, children of the right].
function marked(before, after) {
  const [left, right] = [before.match(WORDS) || [], after.match(WORDS) || []];
  const sides = [[], []];
  let alike = 0;
  function add(side, tag, text) {
    const last = sides[side].at(-1);
    if (last && last.tag === tag) last.text += text;
    else sides[side].push({ tag, text });
  }
  for (const [kind, i, j] of compare(left, right)) {
    if (kind === " ") {
      add(0, null, left[i]);
      add(1, null, right[j]);
      alike += left[i].trim().length;
    } else if (kind === "-") add(0, "del", left[i]);
    else add(1, "ins", right[i]);
  }
  // Two texts that share but a comma are two texts; their indentation is not what differs.
  if (alike * 5 < Math.min(before.length, after.length)) {
    return [["del", before], ["ins", after]].map(([tag, text]) =>
      [text.slice(0, -text.trimStart().length || undefined), el(tag, {}, text.trimStart())]);
  }
  return sides.map((side) => side.map(({ tag, text }) => (tag ? el(tag, {}, text) : text)));
}

function said(value) {
  if (typeof value !== "string") return JSON.stringify(value, null, 2);
  return AMBIGUOUS.test(value) && !value.includes("\n") ? JSON.stringify(value) : value;
}

function cell(side, children, span) {
  const mark = side === "before" ? "−" : side === "after" ? "+" : "";
  return el("td", { class: side, colspan: span },
    mark && el("span", { class: "mark", "aria-hidden": "true" }, mark),
    el("code", {}, children));
}

// The rows of one change: its path beside pairs of lines.
function changeRows(change) {
  const none = (side) => cell(`${side} none`, [el("i", {}, "(none)")]);
  const [before, after] = [change.before, change.after].map((value) =>
    value === null ? null : said(value).split("\n"));
  const cells = [];
  if (before === null || after === null) {
    cells.push([
      before === null ? none("same") : cell("before", [before.join("\n")]),
      after === null ? none("same") : cell("after", [after.join("\n")]),
    ]);
  } else cells.push(...paired(before, after));
  const head = el("th", { scope: "rowgroup", rowspan: cells.length },
    el("code", {}, change.path),
    change.sensitive && tag("masked"));
  return el("tbody", {}, cells.map((row, at) => el("tr", {}, at === 0 && head, row)));
}

function paired(before, after) {
  const rows = [];
  const steps = compare(before, after);
  const near = (at) => steps.slice(Math.max(0, at - AROUND), at + AROUND + 1)
    .some(([kind]) => kind !== " ");
  let hidden = 0;
  const fold = () => {
    const text = `… ${counted(hidden, "line")} alike`;
    if (hidden) rows.push([el("td", { class: "same", colspan: 2 }, text)]);
    hidden = 0;
  };
  for (let at = 0; at < steps.length;) {
    if (steps[at][0] === " ") {
      if (near(at)) {
        fold();
        rows.push([before, after].map((side, n) => cell("same", [side[steps[at][n + 1]]])));
      } else hidden += 1;
      at += 1;
      continue;
    }
    fold();
    const [gone, come] = [[], []];
    for (; at < steps.length && steps[at][0] !== " "; at++) {
      (steps[at][0] === "-" ? gone : come).push(steps[at][1]);
    }
    for (let n = 0; n < Math.max(gone.length, come.length); n++) {
      if (n >= gone.length) {
        rows.push([cell("same", []), cell("after", [el("ins", {}, after[come[n]])])]);
      } else if (n >= come.length) {
        rows.push([cell("before", [el("del", {}, before[gone[n]])]), cell("same", [])]);
      } else {
        const [left, right] = marked(before[gone[n]], after[come[n]]);
        rows.push([cell("before", left), cell("after", right)]);
      }
    }
  }
  fold();
  return rows;
}

function changesTable(caption, changes) {
  return el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
    el("table", { class: "diff" }, el("caption", { class: "unseen" }, caption),
      el("thead", {}, el("tr", {},
        ["Field", "Now", "Will be"].map((text) => el("th", { scope: "col" }, text)))),
      changes.map(changeRows)));
}
