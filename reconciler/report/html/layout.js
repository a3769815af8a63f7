// Where the steps of a graph stand: pure arithmetic, nothing is drawn here.

const BOX = { width: 230, height: 40, across: 70, down: 14 };

// Steps as nodes that know what they need and what needs them, in the order of the plan.
function nodesOf(rows) {
  const steps = rows.filter((row) => row.verb !== "conflict");
  const nodes = steps.map((row, at) => ({ at, row, needs: [], users: [] }));
  const byAddress = new Map(nodes.map((node) => [node.row.step.address, node]));
  for (const node of nodes) {
    for (const address of node.row.step.depends_on) {
      const need = byAddress.get(address);
      if (!need || need === node) continue;
      node.needs.push(need);
      need.users.push(node);
    }
  }
  return nodes;
}

// A step and what is at most so many steps away from it, nearest first.
function around(focus, depth, matches, most) {
  const seen = new Set([focus]);
  let edge = [focus];
  for (let n = 0; n < depth && edge.length && seen.size <= most; n++) {
    const next = [];
    for (const other of edge.flatMap((node) => [...node.needs, ...node.users])) {
      if (seen.has(other) || !matches(other)) continue;
      seen.add(other);
      next.push(other);
    }
    edge = next;
  }
  return [...seen];
}

// Gives each step its `x` and `y`, in columns by the longest way to it; within a column it is near
// those that it is connected with. Returns the size of all.
function layout(shown) {
  const inside = new Set(shown);
  const columns = [];
  for (const node of shown.sort((a, b) => a.at - b.at)) {
    const before = node.needs.filter((need) => inside.has(need)).map((need) => need.column);
    node.column = Math.max(-1, ...before) + 1;
    (columns[node.column] ||= []).push(node);
  }
  const number = (column) => column.forEach((node, at) => { node.rank = at; });
  columns.forEach(number);
  for (let sweep = 0; sweep < 4; sweep++) {
    const back = sweep % 2 === 1;
    for (const column of back ? [...columns].reverse() : columns) {
      const wish = new Map(column.map((node) => {
        const near = (back ? node.users : node.needs).filter((one) => inside.has(one));
        const sum = near.reduce((total, one) => total + one.rank, 0);
        return [node, near.length ? sum / near.length : node.rank];
      }));
      column.sort((a, b) => wish.get(a) - wish.get(b) || a.at - b.at);
      number(column);
    }
  }
  const tallest = Math.max(0, ...columns.map((column) => column.length));
  for (const node of shown) {
    const indent = (tallest - columns[node.column].length) / 2;
    node.x = node.column * (BOX.width + BOX.across);
    node.y = (node.rank + indent) * (BOX.height + BOX.down);
  }
  return {
    width: columns.length * (BOX.width + BOX.across) - BOX.across,
    height: tallest * (BOX.height + BOX.down) - BOX.down,
  };
}
