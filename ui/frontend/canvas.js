// The graph canvas: cytoscape.js in a Streamlit component. Python says what is drawn, by id; where it stands
// is kept here, so that it stays through reruns, edits and expansion. No text is ever read as HTML.
import cytoscape from "cytoscape";
import fcose from "cytoscape-fcose";
import { bar, legend } from "./canvas/bar.js";
import { keyboard } from "./canvas/keyboard.js";
import { stylesheet, theme, watched } from "./canvas/look.js";
import { arrange } from "./canvas/places.js";

cytoscape.use(fcose);
cytoscape.warnings(false); // of edges between nodes that have no place yet

const canvases = new WeakMap(); // by the element that Streamlit gives
const places = new Map(); // by key, then by node: {x, y}; outlives the element, when another page is visited

export default function (component) {
  const { parentElement } = component;
  if (!canvases.has(parentElement)) canvases.set(parentElement, new Canvas(component));
  const canvas = canvases.get(parentElement);
  canvas.show(component);
  return () => {
    canvas.close();
    canvases.delete(parentElement);
  };
}

class Canvas {
  constructor({ parentElement, data }) {
    this.root = document.createElement("div");
    this.root.className = "canvas";
    this.box = document.createElement("div");
    this.box.className = "graph";
    this.said = document.createElement("p");
    this.said.className = "said";
    this.said.setAttribute("role", "status");
    this.legend = document.createElement("ul");
    this.legend.className = "legend";
    this.legend.setAttribute("aria-label", data.words.legend);
    this.cy = null;
    this.version = "";
    this.seq = 0;
    this.wanted = "";
    this.expanded = 0;
    this.root.append(bar(this, data.words), this.box, this.said, this.legend);
    parentElement.append(this.root);
    this.fill(data.height); // cytoscape measures its container at the start
    this.cy = cytoscape({
      container: this.box,
      boxSelectionEnabled: true,
      userZoomingEnabled: false,
      maxZoom: 4,
      minZoom: 0.05,
    });
    this.listen();
    keyboard(this, data.words);
    this.unwatch = watched(this.root, () => this.colour());
    this.resized = new ResizeObserver(() => this.cy.resize());
    this.resized.observe(this.box);
  }

  show(component) {
    this.component = component;
    const { data } = component;
    this.places = places.get(data.key) ?? places.set(data.key, new Map()).get(data.key);
    this.seq = Math.max(this.seq, data.heard);
    if (data.version !== this.version) {
      this.version = data.version;
      this.replace(data);
      legend(this.legend, data.looks);
    }
    // What was clicked since Python last heard of it is not taken back by what it then knew.
    if (data.heard >= this.seq) this.choose(data.selected);
    this.fill(data.height);
  }

  // On a narrow screen it is as high as it is wide, so that one can scroll past it.
  fill(height) {
    this.box.style.height = `${Math.min(height, Math.max(this.root.clientWidth, 320))}px`;
  }

  replace(data) {
    const { cy } = this;
    const wanted = new Map(data.nodes.map((node) => [node.id, node]));
    const between = new Map(data.edges.map((edge) => [edge.id, edge]));
    this.quiet = true;
    cy.batch(() => {
      cy.edges().filter((edge) => !between.has(edge.id())).remove();
      cy.nodes().filter((node) => !wanted.has(node.id())).remove();
      for (const node of wanted.values()) {
        const known = cy.getElementById(node.id);
        if (known.empty()) cy.add({ group: "nodes", data: node, position: { ...this.places.get(node.id) } });
        else known.data(node);
      }
      for (const edge of between.values()) {
        const known = cy.getElementById(edge.id);
        if (known.empty()) cy.add({ group: "edges", data: edge });
        else known.data(edge);
      }
    });
    this.colour();
    this.quiet = false;
    const fresh = cy.nodes().filter((node) => !this.places.has(node.id()));
    if (fresh.nonempty()) this.arrange(fresh);
    else if (!this.fitted && cy.nodes().nonempty()) cy.fit(undefined, 30);
    this.fitted = true;
    cy.nodes().forEach((node) => (node.data("pinned") ? node.lock() : node.unlock()));
    this.box.dataset.nodes = cy.nodes().length;
  }

  arrange(fresh) {
    arrange(this.cy, fresh, this.places);
    this.keep();
    this.box.dataset.arranged = Number(this.box.dataset.arranged ?? 0) + 1;
  }

  again() {
    this.arrange(this.cy.nodes().filter((node) => !node.locked()));
  }

  keep() {
    this.cy.nodes().forEach((node) => void this.places.set(node.id(), { ...node.position() }));
  }

  colour() {
    this.theme = theme(this.root);
    this.cy.style(stylesheet(this.theme));
  }

  choose(ids) {
    const wanted = new Set(ids);
    this.quiet = true;
    this.cy.batch(() => {
      this.cy.elements().forEach((one) => {
        if (one.selected() !== wanted.has(one.id())) one[one.selected() ? "unselect" : "select"]();
      });
    });
    this.quiet = false;
    this.mark();
  }

  mark() {
    const { cy } = this;
    cy.batch(() => {
      cy.edges().removeClass("near");
      cy.nodes(":selected").connectedEdges().addClass("near");
    });
  }

  tell() {
    // A click unselects some and selects others: they are told of together. What is to be expanded is told
    // with its number, since a trigger that comes with a state may be lost between two runs.
    clearTimeout(this.telling);
    this.telling = setTimeout(() => {
      this.mark();
      this.seq += 1;
      const ids = this.cy.elements(":selected").map((one) => one.id());
      this.component.setStateValue("touch", { ids, seq: this.seq, expand: this.wanted, expanded: this.expanded });
    }, 20);
  }

  expand(node) {
    this.expanded = this.seq + 1;
    this.wanted = node.id();
    this.tell();
  }

  listen() {
    const { cy } = this;
    cy.on("select unselect", () => this.quiet || this.tell());
    cy.on("dbltap", "node", (event) => this.expand(event.target));
    cy.on("dragfree", "node", (event) => void this.places.set(event.target.id(), { ...event.target.position() }));
    // Cytoscape remembers where it stands on the page; what is drawn above it may have come or gone since.
    for (const kind of ["pointerdown", "pointerenter", "wheel"]) {
      const look = () => cy.renderer().invalidateContainerClientCoordsCache();
      this.box.addEventListener(kind, look, { capture: true, passive: true });
    }
    // The wheel turns the page until one has gone into the graph.
    this.box.addEventListener("pointerdown", () => cy.userZoomingEnabled(true));
    // Not before: cytoscape takes the focus away when a button goes down.
    this.box.addEventListener("pointerup", () => this.box.focus({ preventScroll: true }));
    this.box.addEventListener("pointerleave", () => cy.userZoomingEnabled(false));
  }

  close() {
    clearTimeout(this.telling);
    this.keep();
    this.unwatch();
    this.resized.disconnect();
    this.cy.destroy();
    this.root.remove();
  }
}
