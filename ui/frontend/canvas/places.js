// Where nodes stand: fcose (Balci, Dogrusoz 2021), with every node that has a place held at it.

const OPTIONS = {
  name: "fcose",
  animate: false,
  fit: false,
  quality: "default",
  nodeRepulsion: 9000,
  idealEdgeLength: 110,
  nodeDimensionsIncludeLabels: true,
  gravity: 0.3,
  numIter: 1500,
};
const RING = 120; // pixels from a node to those that it brought

// Gives fresh nodes a place; the others keep theirs to the pixel.
export function arrange(cy, fresh, places) {
  const settled = cy.nodes().difference(fresh);
  if (settled.empty()) {
    cy.layout({ ...OPTIONS, randomize: true }).run();
    cy.fit(undefined, 30);
    return;
  }
  const held = new Map(settled.map((node) => [node.id(), { ...node.position() }]));
  beside(fresh, held);
  const fixedNodeConstraint = [...held].map(([nodeId, position]) => ({ nodeId, position }));
  const part = fresh.union(fresh.neighborhood());
  const constraint = fixedNodeConstraint.filter(({ nodeId }) => part.has(cy.getElementById(nodeId)));
  part.layout({ ...OPTIONS, randomize: false, fixedNodeConstraint: constraint }).run();
  for (const [id, place] of held) {
    const node = cy.getElementById(id);
    const locked = node.locked();
    node.unlock().position(place);
    if (locked) node.lock();
  }
  const view = cy.extent();
  if (fresh.toArray().some((node) => outside(node.position(), view))) cy.fit(undefined, 30);
}

function outside({ x, y }, { x1, x2, y1, y2 }) {
  return x < x1 || x > x2 || y < y1 || y > y2;
}

// Fresh nodes begin in a ring around the first neighbour that has a place, or below everything.
function beside(fresh, held) {
  const turns = new Map();
  const lowest = Math.max(...[...held.values()].map(({ y }) => y));
  let loose = 0;
  fresh.forEach((node) => {
    const near = node.neighborhood("node").filter((other) => held.has(other.id()));
    if (near.empty()) {
      node.position({ x: RING * (loose % 8), y: lowest + RING * (1 + Math.floor(loose / 8)) });
      loose += 1;
      return;
    }
    const id = near[0].id();
    const turn = turns.get(id) ?? 0;
    turns.set(id, turn + 1);
    const angle = turn * 2.399963; // the golden angle: no two fall on one another
    const { x, y } = held.get(id);
    const far = RING * (1 + turn / 12);
    node.position({ x: x + far * Math.cos(angle), y: y + far * Math.sin(angle) });
  });
}
