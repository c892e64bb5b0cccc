// The graph as a file, made here and sent nowhere: PNG, SVG (written node by node) and JSON.
import { outline } from "./bar.js";

const SVG = "http://www.w3.org/2000/svg";

export function saved(name, blob) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

export function image(cy, theme) {
  return cy.png({ output: "blob", full: true, scale: 2, maxWidth: 8000, maxHeight: 8000, bg: theme.ground });
}

export function table(cy) {
  const row = ({ id, name, kind, source, target }) => ({ id, name, kind, ...(source ? { source, target } : {}) });
  const nodes = cy.nodes().map((node) => ({ ...row(node.data()), ...node.position() }));
  const edges = cy.edges().map((edge) => row(edge.data()));
  return new Blob([JSON.stringify({ nodes, edges }, null, 2)], { type: "application/json" });
}

function element(name, attributes, text) {
  const one = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) one.setAttribute(key, value);
  if (text !== undefined) one.textContent = text; // written as text: the serializer escapes it
  return one;
}

export function picture(cy, { text, ground, font }) {
  const { x1, y1, w, h } = cy.elements().boundingBox();
  const [left, top, width, height] = [x1 - 20, y1 - 20, w + 40, h + 40];
  const svg = element("svg", { viewBox: `${left} ${top} ${width} ${height}`, width, height });
  svg.append(element("rect", { x: left, y: top, width, height, fill: ground }));
  const labels = [];
  cy.edges().forEach((edge) => {
    const [a, b] = [edge.sourceEndpoint(), edge.targetEndpoint()];
    const middle = edge.midpoint();
    const bend = { x: 2 * middle.x - (a.x + b.x) / 2, y: 2 * middle.y - (a.y + b.y) / 2 };
    const d = `M${a.x},${a.y} Q${bend.x},${bend.y} ${b.x},${b.y}`;
    const loose = edge.data("loose");
    const line = { d, fill: "none", stroke: text, "stroke-opacity": 0.45, "stroke-width": edge.width() };
    svg.append(element("path", { ...line, ...(loose ? { "stroke-dasharray": "6 4" } : {}) }));
    if (!loose) svg.append(arrow(bend, b, text));
    labels.push([edge.data("name"), middle.x, middle.y, 9]);
  });
  cy.nodes().forEach((node) => {
    const { x, y } = node.position();
    const shape = outline(node.data("shape"), x, y, node.width(), node.height(), node.data("colour"));
    shape.setAttribute("stroke", text);
    svg.append(shape);
    labels.push([node.data("name"), x, y + node.height() / 2 + 14, 12]);
  });
  for (const [name, x, y, size] of labels) {
    const style = { "text-anchor": "middle", "font-family": font, "font-size": size, fill: text };
    svg.append(element("text", { x, y, ...style, stroke: ground, "stroke-width": 3, "paint-order": "stroke" }, name));
  }
  return new Blob([new XMLSerializer().serializeToString(svg)], { type: "image/svg+xml" });
}

function arrow(from, to, fill) {
  const angle = Math.atan2(to.y - from.y, to.x - from.x);
  const corner = (turn) => `${to.x - 9 * Math.cos(angle + turn)},${to.y - 9 * Math.sin(angle + turn)}`;
  return element("polygon", { points: `${to.x},${to.y} ${corner(0.4)} ${corner(-0.4)}`, fill });
}
