// A map as SVG. Texts are only ever set as text; letters keep their size at any width of the map.

function shape(name, properties, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(properties)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function label([x, y, text, dx, dy, end], size) {
  return shape("text", {
    x: `${x}%`, y: `${y}%`, dx, dy, "font-size": size, fill: "currentColor", "text-anchor": end ? "end" : "start",
  }, text);
}

function line(x1, y1, x2, y2, properties = { "stroke-opacity": 0.2 }) {
  return shape("line", { x1: `${x1}%`, y1: `${y1}%`, x2: `${x2}%`, y2: `${y2}%`, stroke: "currentColor", ...properties });
}

function dot([x, y, title, id, name], choose) {
  const link = shape("a", { href: `record?id=${encodeURIComponent(id)}`, "aria-label": title });
  link.style.color = "inherit";
  link.append(
    shape("title", {}, title),
    shape("circle", { cx: `${x}%`, cy: `${y}%`, r: 12, fill: "transparent" }), // room for a finger
    shape("circle", { cx: `${x}%`, cy: `${y}%`, r: 5, fill: "var(--st-primary-color)", stroke: "currentColor", "stroke-width": 1.5 }),
  );
  if (name) link.append(label(name, 13));
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return; // a new tab, as with any link
    event.preventDefault();
    choose(id);
  });
  return link;
}

export default function ({ parentElement, data, setTriggerValue }) {
  const [left, right, length] = data.scale;
  const map = shape("svg", { role: "group", "aria-label": data.title, width: "100%" },
    ...data.meridians.map((x) => line(x, 0, x, 100)),
    ...data.parallels.map((y) => line(0, y, 100, y)),
    ...data.degrees.map((one) => label(one, 11)),
    line(left, 95, right, 95, { "stroke-width": 3 }),
    label([right, 95, length, 0, -7, true], 11),
    ...data.dots.map((one) => dot(one, (id) => setTriggerValue("chosen", id))),
  );
  map.style.cssText = `display: block; aspect-ratio: ${data.aspect}; max-width: 900px; border-radius: .5rem;
    border: 1px solid color-mix(in srgb, currentColor 40%, transparent); color: var(--st-text-color); font-family: var(--st-font)`;
  parentElement.querySelector("svg")?.remove();
  parentElement.append(map);
}
