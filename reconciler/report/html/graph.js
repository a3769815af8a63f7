// What comes before what: steps from left to right. Of a large plan only a neighbourhood is drawn.

const DRAWN = 150; // steps at most at once
const LISTED = 30;
const HELP = "Graph. Arrow keys move it, plus and minus zoom, zero fits it in. "
  + "The lists below it say the same.";

function graphView(rows, reveal) {
  const nodes = nodesOf(rows);
  const isLarge = nodes.length > DRAWN;
  const isSwitch = (node) => node.row.step.kind === "activation" && node.needs.length > 0;
  const state = {
    focus: isLarge ? nodes.find(isSwitch) || nodes[0] : null, depth: isLarge ? 2 : 99,
    text: "", kind: "", size: { width: 0, height: 0 }, high: 180, x: 0, y: 0, zoom: 1,
  };
  const scene = svg("g");
  const drawing = svg("svg", { role: "img", "aria-label": "Graph", class: "drawing" }, scene);
  const keys = {
    ArrowLeft: () => pan(60, 0), ArrowRight: () => pan(-60, 0),
    ArrowUp: () => pan(0, 60), ArrowDown: () => pan(0, -60),
    "+": () => zoom(1.25), "=": () => zoom(1.25), "-": () => zoom(0.8), 0: fit,
  };
  const pressed = (event) => {
    if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    keys[event.key]();
  };
  const board = el("div", {
    class: "board", tabindex: 0, role: "application", "aria-label": HELP, onkeydown: pressed,
  }, drawing);
  const status = el("p", { role: "status", "aria-live": "polite", class: "muted" });
  const panel = el("div", { class: "panel" });

  function matches(node) {
    const { step, verb } = node.row;
    return (!state.kind || step.kind === state.kind)
      && (!state.text || `${step.address} ${verb}`.toLowerCase().includes(state.text));
  }

  function draw() {
    const found = state.focus
      ? around(state.focus, state.depth, matches, 4 * DRAWN) : nodes.filter(matches);
    const shown = found.slice(0, DRAWN);
    const inside = new Set(shown);
    state.size = layout(shown);
    const edges = shown.flatMap((node) =>
      node.needs.filter((need) => inside.has(need)).map((need) => edge(need, node)));
    scene.replaceChildren(...edges, ...shown.map(box));
    const what = state.focus ? `, around ${subject(state.focus.row.step).join(" ")}` : "";
    const more = found.length > DRAWN ? "; choose a step or filter to see others" : "";
    status.textContent =
      `Drawn: ${number(shown.length)} of ${counted(nodes.length, "step")}${what}${more}.`;
    drawing.setAttribute("aria-label", `Graph of ${counted(shown.length, "step")}`);
    aside();
    // As high as what it shows needs, and never smaller than it was: nothing jumps.
    state.high = Math.max(state.high, Math.min(480, state.size.height + 60));
    board.style.height = `${state.high}px`;
    fit();
  }

  function edge(need, node) {
    const [x1, y1] = [need.x + BOX.width, need.y + BOX.height / 2];
    const [x2, y2] = [node.x, node.y + BOX.height / 2];
    const bend = Math.max(30, (x2 - x1) / 2);
    const isNear = state.focus === node || state.focus === need;
    const d = `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
    return svg("path", { class: isNear ? "edge near" : "edge", d });
  }

  function box(node) {
    const { step, verb } = node.row;
    const [kind, name] = subject(step);
    const version = step.version ? `@${short(step.version)}` : "";
    const own = (step.name || step.domain || step.project) + version;
    return svg("g", {
      class: `box ${tone(verb)}${node === state.focus ? " focus" : ""}`,
      transform: `translate(${node.x} ${node.y})`,
      onclick: () => dragged || choose(node),
    },
    svg("title", {}, `${kind} ${name}`),
    svg("rect", { width: BOX.width, height: BOX.height, rx: 5 }),
    svg("text", { x: 10, y: 17 },
      `${words.verbs[verb].symbol} ${own.length > 30 ? `…${own.slice(-29)}` : own}`),
    svg("text", { x: 10, y: 32, class: "small" }, `${kind}, ${verb}`));
  }

  function choose(node) {
    state.focus = node;
    draw();
  }

  // The same for who does not see the graph, or has no mouse.
  function aside() {
    const node = state.focus;
    if (!node) {
      panel.replaceChildren(
        el("p", { class: "muted" }, "Choose a step, in the graph or here, to see what it needs ",
          "and what needs it."),
        listed("h3", "Steps", nodes.filter(matches)));
      return;
    }
    panel.replaceChildren(
      el("h3", {}, subject(node.row.step).join(" ")),
      el("p", {}, button("Show among changes", () => reveal(node.row.step)), " ",
        button("Show all steps", () => choose(null))),
      listed("h4", "Needs", node.needs), listed("h4", "Needed by", node.users));
  }

  function listed(heading, title, some) {
    const link = (one) => button(subject(one.row.step).join(" "), () => {
      choose(one);
      panel.querySelector("button").focus();
    }, { class: "link" });
    return el("div", {}, el(heading, {}, `${title} (${number(some.length)})`),
      el("ul", {}, some.slice(0, LISTED).map((one) => el("li", {}, link(one)))),
      some.length > LISTED
        && el("p", { class: "muted" }, `and ${number(some.length - LISTED)} more: filter by name`));
  }

  function move() {
    scene.setAttribute("transform", `translate(${state.x} ${state.y}) scale(${state.zoom})`);
  }

  function pan(x, y) {
    state.x += x;
    state.y += y;
    move();
  }

  function zoom(factor, x = board.clientWidth / 2, y = board.clientHeight / 2) {
    const next = Math.min(3, Math.max(0.05, state.zoom * factor));
    state.x = x - (x - state.x) * (next / state.zoom);
    state.y = y - (y - state.y) * (next / state.zoom);
    state.zoom = next;
    move();
  }

  function fit() {
    const [width, height] = [board.clientWidth || 900, board.clientHeight || 480];
    const { size, focus } = state;
    drawing.setAttribute("viewBox", `0 0 ${width} ${height}`);
    const whole = Math.min(1, (width - 30) / size.width, (height - 30) / size.height);
    // Where all of it would be too small to be read, what was chosen is in the middle.
    const isMany = focus && whole < 0.5;
    state.zoom = isMany ? 0.5 : whole;
    const [x, y] = isMany
      ? [focus.x + BOX.width / 2, focus.y + BOX.height / 2] : [size.width / 2, size.height / 2];
    state.x = width / 2 - x * state.zoom;
    state.y = height / 2 - y * state.zoom;
    move();
  }

  let held = null;
  let dragged = false;
  drawing.addEventListener("pointerdown", (event) => {
    held = [event.clientX, event.clientY];
    dragged = false;
  });
  onWindow("pointermove", (event) => {
    if (!held) return;
    const [x, y] = [event.clientX - held[0], event.clientY - held[1]];
    if (!dragged && Math.abs(x) + Math.abs(y) < 4) return;
    dragged = true;
    held = [event.clientX, event.clientY];
    pan(x, y);
  });
  onWindow("pointerup", () => { held = null; });
  drawing.addEventListener("wheel", (event) => {
    // A page that is scrolled past the graph goes on scrolling.
    if (!event.ctrlKey && document.activeElement !== board) return;
    event.preventDefault();
    const corner = drawing.getBoundingClientRect();
    const factor = event.deltaY < 0 ? 1.15 : 0.87;
    zoom(factor, event.clientX - corner.left, event.clientY - corner.top);
  }, { passive: false });

  // Who looks for a name looks everywhere, not around a step.
  const sought = () => {
    state.text = search.value.trim().toLowerCase();
    choose(null);
  };
  const search = el("input", { type: "search", size: 24, autocomplete: "off", oninput: sought });
  const kinds = [...new Set(nodes.map((node) => node.row.step.kind))].sort();
  const depths = [["1", "1 step"], ["2", "2 steps"], ["3", "3 steps"], ["99", "all"]];
  const tools = filters("Graph",
    el("label", {}, "Steps named ", search),
    choice("Kind", [["", "all"], ...kinds.map((kind) => [kind, words.kinds[kind] || kind])], "",
      (value) => { state.kind = value; draw(); }),
    choice("Around the chosen one", depths, String(state.depth),
      (value) => { state.depth = Number(value); draw(); }),
    el("span", {}, button("Zoom in", () => zoom(1.25)), " ",
      button("Zoom out", () => zoom(0.8)), " ", button("Fit", fit)));

  // It is laid out when it is seen: a large plan is there sooner.
  new IntersectionObserver((seen, observer) => {
    if (!seen.some((one) => one.isIntersecting)) return;
    observer.disconnect();
    draw();
  }, { rootMargin: "400px" }).observe(board);
  onWindow("beforeprint", () => scene.firstChild || draw());
  return section("graph", "Dependencies", tools, status, board, panel);
}
