// The buttons above the graph and the legend below it.
import { image, picture, saved, table } from "./files.js";

export function bar(canvas, words) {
  const row = document.createElement("div");
  row.className = "bar";
  row.setAttribute("role", "toolbar");
  row.setAttribute("aria-label", words.bar);
  const add = (sign, title, action) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = sign;
    button.title = title;
    button.setAttribute("aria-label", title);
    button.addEventListener("click", () => action(button));
    row.append(button);
  };
  const zoom = (factor) => {
    const { cy } = canvas;
    const renderedPosition = { x: cy.width() / 2, y: cy.height() / 2 };
    cy.zoom({ level: cy.zoom() * factor, renderedPosition });
  };
  add("+", words.closer, () => zoom(1.3));
  add("−", words.farther, () => zoom(1 / 1.3));
  add("Fit", words.fit, () => canvas.cy.fit(undefined, 30));
  add("Lay out", words.again, () => canvas.again());
  add("Box", words.several, (button) => {
    const on = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(on));
    canvas.cy.userPanningEnabled(!on);
  });
  row.lastChild.setAttribute("aria-pressed", "false");
  add("PNG", words.png, () => saved("graph.png", image(canvas.cy, canvas.theme)));
  add("SVG", words.svg, () => saved("graph.svg", picture(canvas.cy, canvas.theme)));
  add("JSON", words.json, () => saved("graph.json", table(canvas.cy)));
  return row;
}

export function legend(list, looks) {
  list.replaceChildren(
    ...looks.map(({ title, colour, shape }) => {
      const item = document.createElement("li");
      const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
      svg.setAttribute("viewBox", "-14 -14 28 28");
      svg.setAttribute("aria-hidden", "true");
      svg.append(outline(shape, 0, 0, 24, 24, colour));
      const name = document.createElement("span");
      name.textContent = title;
      item.append(svg, name);
      return item;
    }),
  );
}

// Corners of the shapes in a square from -1 to 1, as cytoscape draws them.
const around = (n, from) =>
  Array.from({ length: n }, (_, i) => from + (2 * Math.PI * i) / n).map((a) => [Math.cos(a), Math.sin(a)]);
const star = Array.from({ length: 10 }, (_, i) => {
  const [angle, far] = [-Math.PI / 2 + (Math.PI * i) / 5, i % 2 ? 0.45 : 1];
  return [far * Math.cos(angle), far * Math.sin(angle)];
});
const CORNERS = {
  rectangle: [[-1, -1], [1, -1], [1, 1], [-1, 1]],
  triangle: [[0, -1], [1, 1], [-1, 1]],
  diamond: [[0, -1], [1, 0], [0, 1], [-1, 0]],
  vee: [[-1, -1], [0, -0.33], [1, -1], [0, 1]],
  rhomboid: [[-1, -1], [0.33, -1], [1, 1], [-0.33, 1]],
  pentagon: around(5, -Math.PI / 2),
  hexagon: around(6, 0),
  octagon: around(8, Math.PI / 8),
  star,
};

export function outline(shape, x, y, width, height, fill) {
  const corners = CORNERS[shape];
  const element = document.createElementNS("http://www.w3.org/2000/svg", corners ? "polygon" : "ellipse");
  const set = (name, value) => element.setAttribute(name, value);
  set("fill", fill);
  if (corners) set("points", corners.map(([a, b]) => `${x + (a * width) / 2},${y + (b * height) / 2}`).join(" "));
  else [["cx", x], ["cy", y], ["rx", width / 2], ["ry", height / 2]].forEach(([name, value]) => set(name, value));
  return element;
}
