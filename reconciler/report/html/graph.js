// What comes before what: steps from left to right. Of a large plan only a neighbourhood is drawn.

const DRAWN = 150; // steps at most at once
const BOX = { width: 230, height: 40, across: 70, down: 14 };

function graphView(rows, reveal) {
  const nodes = rows.filter((row) => row.verb !== "conflict").map((row, at) => ({ at, row, needs: [], users: [] }));
  const byAddress = new Map(nodes.map((node) => [node.row.step.address, node]));
  for (const node of nodes) {
    for (const address of node.row.step.depends_on) {
      const need = byAddress.get(address);
      if (!need || need === node) continue;
      node.needs.push(need);
      need.users.push(node);
    }
  }
  const isLarge = nodes.length > DRAWN;
  const start = nodes.find((node) => node.row.step.kind === "activation" && node.needs.length) || nodes[0];
  const state = { focus: isLarge ? start : null, depth: isLarge ? 2 : 99, text: "", kind: "", high: 180, x: 0, y: 0, zoom: 1 };
  const scene = svg("g");
  const drawing = svg("svg", { role: "img", "aria-label": "Graph of steps", class: "drawing" }, scene);
  const keys = {
    ArrowLeft: () => pan(60, 0), ArrowRight: () => pan(-60, 0), ArrowUp: () => pan(0, 60), ArrowDown: () => pan(0, -60),
    "+": () => zoom(1.25), "=": () => zoom(1.25), "-": () => zoom(0.8), 0: () => fit(),
  };
  const board = el("div", {
    class: "board", tabindex: 0, role: "application",
    "aria-label": "Graph. Arrow keys move it, plus and minus zoom, zero fits it in. The same is in the lists below it.",
    onkeydown: (event) => {
      if (!keys[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      keys[event.key]();
    },
  }, drawing);
  const status = el("p", { role: "status", "aria-live": "polite", class: "muted" });
  const panel = el("div", { class: "panel" });

  const matches = (node) => (!state.kind || node.row.step.kind === state.kind)
    && (!state.text || `${node.row.step.address} ${node.row.verb}`.toLowerCase().includes(state.text));

  // The steps to be drawn, nearest first: those around the chosen one, or all that the filters leave.
  function visibleNodes() {
    if (!state.focus) return nodes.filter(matches);
    const seen = new Set([state.focus]);
    let edge = [state.focus];
    for (let n = 0; n < state.depth && edge.length && seen.size <= 4 * DRAWN; n++) {
      const next = [];
      for (const node of edge) {
        for (const other of [...node.needs, ...node.users]) {
          if (seen.has(other) || !(matches(other) || state.focus === other)) continue;
          seen.add(other);
          next.push(other);
        }
      }
      edge = next;
    }
    return [...seen];
  }

  // Columns by the longest way to a step; within one, near those that it is connected with.
  function layout(shown) {
    const inside = new Set(shown);
    const columns = [];
    for (const node of shown.sort((a, b) => a.at - b.at)) {
      node.column = Math.max(-1, ...node.needs.filter((need) => inside.has(need)).map((need) => need.column)) + 1;
      (columns[node.column] ||= []).push(node);
    }
    const mean = (near, own) => (near.length ? near.reduce((sum, one) => sum + one.row_, 0) / near.length : own);
    for (const column of columns) column.forEach((node, at) => { node.row_ = at; });
    for (let sweep = 0; sweep < 4; sweep++) {
      const order = sweep % 2 ? [...columns].reverse() : columns;
      for (const column of order) {
        const wish = new Map(column.map((node) => [node,
          mean((sweep % 2 ? node.users : node.needs).filter((one) => inside.has(one)), node.row_)]));
        column.sort((a, b) => wish.get(a) - wish.get(b) || a.at - b.at);
        column.forEach((node, at) => { node.row_ = at; });
      }
    }
    const tallest = Math.max(...columns.map((column) => column.length));
    for (const column of columns) {
      column.forEach((node, at) => {
        node.x = node.column * (BOX.width + BOX.across);
        node.y = (at + (tallest - column.length) / 2) * (BOX.height + BOX.down);
      });
    }
    state.width = columns.length * (BOX.width + BOX.across) - BOX.across;
    state.height = tallest * (BOX.height + BOX.down) - BOX.down;
    return inside;
  }

  function draw() {
    const found = visibleNodes();
    const shown = found.slice(0, DRAWN);
    scene.replaceChildren();
    if (shown.length) {
      const inside = layout(shown);
      for (const node of shown) {
        for (const need of node.needs.filter((one) => inside.has(one))) {
          const [x1, y1] = [need.x + BOX.width, need.y + BOX.height / 2];
          const [x2, y2] = [node.x, node.y + BOX.height / 2];
          const bend = Math.max(30, (x2 - x1) / 2);
          const near = state.focus === node || state.focus === need;
          scene.append(svg("path", { class: near ? "edge near" : "edge", d: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}` }));
        }
      }
      scene.append(...shown.map(box));
    }
    const what = state.focus ? `, around ${subject(state.focus.row.step).join(" ")}` : "";
    const more = found.length > DRAWN ? "; choose a step or filter to see others" : "";
    status.textContent = `Drawn: ${number(shown.length)} of ${counted(nodes.length, "step")}${what}${more}.`;
    drawing.setAttribute("aria-label", `Graph of ${counted(shown.length, "step")}`);
    aside();
    // As high as what it shows needs, and never smaller than it was: nothing jumps.
    state.high = Math.max(state.high, Math.min(480, (state.height || 0) + 60));
    board.style.height = `${state.high}px`;
    fit();
  }

  function box(node) {
    const { step, verb } = node.row;
    const [kind, name] = subject(step);
    const own = (step.name || step.domain || step.project) + (step.version ? `@${short(step.version)}` : "");
    const cut = own.length > 30 ? `…${own.slice(-29)}` : own;
    return svg("g", {
      class: `box ${tone(verb)}${node === state.focus ? " focus" : ""}`, transform: `translate(${node.x} ${node.y})`,
      onclick: () => { if (!dragged) choose(node); },
    },
    svg("title", {}, `${kind} ${name}`),
    svg("rect", { width: BOX.width, height: BOX.height, rx: 5 }),
    svg("text", { x: 10, y: 17 }, `${words.verbs[verb].symbol} ${cut}`),
    svg("text", { x: 10, y: 32, class: "small" }, `${kind}, ${verb}`));
  }

  function choose(node) {
    state.focus = node;
    if (node && state.depth > 3 && isLarge) state.depth = 2;
    draw();
  }

  function aside() {
    const node = state.focus;
    if (!node) {
      panel.replaceChildren(el("p", { class: "muted" }, "Choose a step, in the graph or here, to see what it needs and what needs it."),
        listed("h3", "Steps", nodes.filter(matches)));
      return;
    }
    panel.replaceChildren(el("h3", {}, subject(node.row.step).join(" ")),
      el("p", {}, button("Show among changes", () => reveal(node.row.step)), " ", button("Show all steps", () => choose(null))),
      listed("h4", "Needs", node.needs), listed("h4", "Needed by", node.users));
  }

  function listed(heading, title, some) {
    return el("div", {}, el(heading, {}, `${title} (${number(some.length)})`),
      some.length ? el("ul", {}, some.slice(0, 30).map((one) => el("li", {}, button(subject(one.row.step).join(" "), () => {
        choose(one);
        panel.querySelector("button").focus();
      }, { class: "link" })))) : el("p", { class: "muted" }, "none"),
      some.length > 30 && el("p", { class: "muted" }, `and ${number(some.length - 30)} more: filter by name`));
  }

  function place_() {
    scene.setAttribute("transform", `translate(${state.x} ${state.y}) scale(${state.zoom})`);
  }
  function pan(x, y) {
    state.x += x;
    state.y += y;
    place_();
  }
  function zoom(factor, x = board.clientWidth / 2, y = board.clientHeight / 2) {
    const next = Math.min(3, Math.max(0.05, state.zoom * factor));
    state.x = x - (x - state.x) * (next / state.zoom);
    state.y = y - (y - state.y) * (next / state.zoom);
    state.zoom = next;
    place_();
  }
  function fit() {
    const [width, height] = [board.clientWidth || 900, board.clientHeight || 480];
    drawing.setAttribute("viewBox", `0 0 ${width} ${height}`);
    state.zoom = Math.min(1, (width - 30) / (state.width || 1), (height - 30) / (state.height || 1));
    if (state.focus && state.zoom < 0.5) {
      // Too much to be read all at once: what was chosen is in the middle.
      state.zoom = 0.5;
      state.x = width / 2 - (state.focus.x + BOX.width / 2) * state.zoom;
      state.y = height / 2 - (state.focus.y + BOX.height / 2) * state.zoom;
    } else {
      state.x = (width - state.width * state.zoom) / 2;
      state.y = (height - state.height * state.zoom) / 2;
    }
    place_();
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
    const edge = drawing.getBoundingClientRect();
    zoom(event.deltaY < 0 ? 1.15 : 0.87, event.clientX - edge.left, event.clientY - edge.top);
  }, { passive: false });

  const kinds = [...new Set(nodes.map((node) => node.row.step.kind))].sort();
  const filter = el("input", { type: "search", size: 24, autocomplete: "off", oninput: () => {
    state.text = filter.value.trim().toLowerCase();
    // Who looks for a name looks everywhere.
    state.focus = null;
    draw();
  } });
  const tools = el("form", { role: "search", "aria-label": "Graph", onsubmit: (event) => event.preventDefault() },
    el("label", {}, "Steps named ", filter),
    choice("Kind", [["", "all"], ...kinds.map((kind) => [kind, words.kinds[kind] || kind])], "", (value) => { state.kind = value; draw(); }),
    choice("Around the chosen one", [["1", "1 step"], ["2", "2 steps"], ["3", "3 steps"], ["99", "all"]], String(state.depth), (value) => { state.depth = Number(value); draw(); }),
    el("span", { class: "buttons" }, button("Zoom in", () => zoom(1.25)), " ", button("Zoom out", () => zoom(0.8)), " ", button("Fit", fit)));
  const view = section("graph", "Dependencies", tools, status, board, panel);
  // It is laid out when it is seen: a large plan is there sooner.
  new IntersectionObserver((seen, observer) => {
    if (!seen.some((one) => one.isIntersecting)) return;
    observer.disconnect();
    draw();
  }, { rootMargin: "400px" }).observe(board);
  onWindow("beforeprint", () => { if (!scene.firstChild) draw(); });
  return view;
}
