// How the graph looks: Streamlit's theme, read from its variables, and the colours and shapes that Python gives.

export function theme(element) {
  const style = getComputedStyle(element);
  const read = (name, otherwise) => style.getPropertyValue(`--st-${name}`).trim() || otherwise;
  return {
    text: read("text-color", "#31333f"),
    ground: read("background-color", "#ffffff"),
    accent: read("primary-color", "#ff4b4b"),
    font: read("font", "sans-serif"),
  };
}

// Calls back whenever the theme changes: a colour that is bound to it ends a transition then.
export function watched(element, changed) {
  const probe = document.createElement("i");
  probe.className = "probe";
  element.append(probe);
  probe.addEventListener("transitionend", changed);
  return () => probe.remove();
}

export function stylesheet({ text, ground, accent, font }) {
  return [
    {
      selector: "node",
      style: {
        "background-color": "data(colour)",
        shape: "data(shape)",
        width: 26,
        height: 26,
        label: (node) => (node.data("more") ? `${node.data("name")}  +${node.data("more")}` : node.data("name")),
        color: text,
        "font-family": font,
        "font-size": 12,
        "min-zoomed-font-size": 7,
        "text-valign": "bottom",
        "text-margin-y": 4,
        "text-wrap": "ellipsis",
        "text-max-width": 150,
        "text-background-color": ground,
        "text-background-opacity": 0.8,
        "text-background-padding": 1,
        "border-width": 1,
        "border-color": text,
        "border-opacity": 0.4,
      },
    },
    { selector: "node[?strong]", style: { width: 34, height: 34, "font-weight": "bold" } },
    {
      selector: "node[?pinned]",
      style: { "border-width": 5, "border-style": "double", "border-opacity": 1 },
    },
    {
      selector: "edge",
      style: {
        width: 1.5,
        "line-color": text,
        "line-opacity": 0.45,
        "curve-style": "bezier",
        "target-arrow-shape": "triangle",
        "target-arrow-color": text,
        "arrow-scale": 0.9,
        label: "data(name)",
        color: text,
        "font-family": font,
        "font-size": 10,
        "min-zoomed-font-size": 9,
        "text-rotation": "autorotate",
        "text-wrap": "ellipsis",
        "text-max-width": 120,
        "text-background-color": ground,
        "text-background-opacity": 0.85,
      },
    },
    {
      selector: "edge[?loose]",
      style: { "line-style": "dashed", "target-arrow-shape": "none", width: 1, label: "", "line-opacity": 0.4 },
    },
    { selector: "edge.near", style: { "line-opacity": 0.95, width: 2.5, "min-zoomed-font-size": 6 } },
    { selector: "edge[?strong]", style: { width: 6, "line-opacity": 1 } },
    {
      selector: "node:selected",
      // A halo: its colour may be that of the node itself.
      style: {
        "border-width": 4,
        "border-opacity": 1,
        "underlay-color": accent,
        "underlay-opacity": 0.4,
        "underlay-padding": 9,
        "font-weight": "bold",
      },
    },
    { selector: "edge:selected", style: { "line-color": accent, "target-arrow-color": accent, "line-opacity": 1, width: 4 } },
    { selector: "edge[?loose]:selected", style: { label: "data(name)" } },
    {
      selector: "node.focused",
      style: { "outline-width": 3, "outline-offset": 4, "outline-color": text, "outline-opacity": 1 },
    },
  ];
}
