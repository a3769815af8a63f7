// Elements from text: nothing that comes from the data is ever parsed as HTML.

const SVG = "http://www.w3.org/2000/svg";
// What has no shape on a screen, or turns the direction of what follows, is shown by its number.
const UNSEEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

function visible(text) {
  return String(text).replace(UNSEEN, (letter) =>
    `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : visible(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false || child === "") continue;
    element.append(child instanceof Node ? child : visible(child));
  }
  return element;
}

const el = (tag, attributes, ...children) =>
  fill(document.createElement(tag), attributes, children);
const svg = (tag, attributes, ...children) =>
  fill(document.createElementNS(SVG, tag), attributes, children);

// What listens to the window for a part of the report, until another part is shown.
let listening = new AbortController();
const onWindow = (type, heard) => addEventListener(type, heard, { signal: listening.signal });

const code = (text) => el("code", {}, text);
const muted = (...text) => el("span", { class: "muted" }, text);
const tag = (text, kind) => el("span", { class: kind ? `tag ${kind}` : "tag" }, text);
const symbolOf = (symbol, kind) =>
  el("span", { class: `symbol ${kind}`, "aria-hidden": "true" }, symbol);
const number = (value) => value.toLocaleString("en-US");
const plural = (word) => `${word.replace(/([^aeiou])y$/, "$1ie")}s`;
const counted = (value, word) => `${number(value)} ${value === 1 ? word : plural(word)}`;

// A section of the page, named by its heading.
function section(id, title, ...children) {
  return el("section", { id, "aria-labelledby": `${id}-title` },
    el("h2", { id: `${id}-title` }, title), children);
}

function choice(label, options, value, changed) {
  const select = el("select", { onchange: () => changed(select.value) },
    options.map(([key, text]) => el("option", { value: key, selected: key === value }, text)));
  return el("label", {}, `${label} `, select);
}

function filters(label, ...controls) {
  const onsubmit = (event) => event.preventDefault();
  return el("form", { role: "search", "aria-label": label, onsubmit }, controls);
}

function button(text, pressed, more) {
  return el("button", { type: "button", onclick: pressed, ...more }, text);
}

// Names and values, those left out that have none.
function facts(pairs) {
  const known = pairs.filter(([, value]) => value);
  return el("dl", {}, known.map(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}

function unfold(list, value = true) {
  for (const fold of list.querySelectorAll("details")) {
    fold.open = value;
    fold.dispatchEvent(new Event("toggle")); // its own one comes too late for a print
  }
}

const UTC = /(\.\d+)?(\+00:00|Z)$/;
const when = (text) => (text ? text.replace("T", " ").replace(UTC, " UTC") : "");
const lineOf = (origin) => origin && `${origin.file}${origin.line ? `:${origin.line}` : ""}`;

// A table with a caption for who cannot see where it stands; it scrolls by itself.
function tabular(caption, headings, rows) {
  return el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
    el("table", {}, el("caption", { class: "unseen" }, caption),
      el("thead", {}, el("tr", {}, headings.map((text) => el("th", { scope: "col" }, text)))),
      el("tbody", {}, rows)));
}

const PRINTED = 300; // items of one list that a print holds

// A list that shows more on demand. `shape` makes an element of an item for `list` to hold.
function pages(items, size, shape, list) {
  let shown = 0;
  const left = el("span", { class: "muted" });
  const more = button("", () => goOn(size));
  const all = button("", () => goOn(items.length));
  const rest = el("p", { class: "more" }, left, more, " ", all);
  function show(count) {
    const fresh = items.slice(shown, shown + Math.max(0, count)).map(shape);
    list.append(...fresh);
    shown += fresh.length;
    const hidden = items.length - shown;
    rest.hidden = hidden === 0;
    left.textContent = `and ${number(hidden)} more `;
    more.textContent = `Show ${number(Math.min(size, hidden))} more`;
    all.textContent = `Show all ${number(items.length)}`;
    return fresh[0];
  }
  // Where the button was there are items now: who uses a keyboard goes on with them.
  function goOn(count) {
    const first = show(count);
    const target = first && (first.querySelector("summary") || first);
    if (!target) return;
    if (target.tagName !== "SUMMARY") target.tabIndex = -1;
    target.focus();
  }
  show(size);
  onWindow("beforeprint", () => rest.isConnected && show(PRINTED - shown));
  return rest;
}
