// The timeline: vis-timeline with our items. Texts of documents are only ever set as text, never as HTML.
import { DataSet, Timeline, moment } from "vis-timeline/standalone";
import { Routines } from "./timeline/routines.js";

const drawn = new WeakMap(); // an axis for each place in the page, kept between runs
const FIRST = new Date("0001-01-02T00:00:00Z");
const LAST = new Date("9999-12-30T00:00:00Z");
const REST = 500; // ms without a move after which the window is told
const WIDE = 110; // pixels from which on a stretch of time is a bar with its text inside, not a dot beside it
const HEIGHTS = { minHeight: 180, maxHeight: 440 };

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function text(item) {
  const made = element("span", { className: "text", textContent: item.text });
  made.title = item.title;
  return made;
}

class Axis {
  constructor(root, data) {
    this.items = new DataSet();
    this.groups = new DataSet();
    this.texts = new Map(); // what each item was last given as, to see what changed
    this.words = data.words;
    this.box = element("div", { className: "axis", tabIndex: 0 });
    this.box.setAttribute("role", "application");
    this.box.setAttribute("aria-label", data.words.axis);
    this.hint = element("p", { className: "hint" });
    this.routines = new Routines(data.words);
    this.marks = this.legend();
    const whole = element("div", { className: "timeline" }, this.bar(), this.box, this.routines.box, this.marks, this.hint);
    root.append(whole);
    this.timeline = new Timeline(this.box, this.items, this.options());
    this.timeline.on("select", ({ items }) => this.tell("selected", items.length ? this.keyOf(items[0]) : ""));
    this.timeline.on("rangechanged", ({ byUser }) => this.ranged(byUser));
    this.timeline.on("changed", () => this.recur()); // also while it is dragged, and when it has another width
    this.box.addEventListener("keydown", (event) => this.pressed(event));
    this.whole = whole;
  }

  options() {
    return {
      ...HEIGHTS, min: FIRST, max: LAST, zoomMin: 60_000, zoomMax: 4000 * 366 * 86_400_000,
      moment: (date) => moment(date).utc(), // all dates are in UTC
      verticalScroll: true, zoomKey: "ctrlKey", stack: true, orientation: "top", snap: null, showCurrentTime: true,
      margin: { item: { horizontal: 6, vertical: 6 }, axis: 8 },
      editable: { add: false, remove: false, updateGroup: false, updateTime: true, overrideItems: false },
      tooltipOnItemUpdateTime: { template: (item) => `${day(item.start)}${item.end ? " – " + day(item.end) : ""}` },
      // Every zoom tells the year.
      format: { majorLabels: { minute: "ddd D MMMM YYYY", hour: "ddd D MMMM YYYY", weekday: "MMMM YYYY", day: "MMMM YYYY" } },
      template: (item) => (item ? text(item) : ""),
      groupTemplate: (group) => element("span", { textContent: group ? group.name : "" }),
      onMove: (item, done) => this.moved(item, done),
    };
  }

  bar() {
    const bar = element("div", { className: "bar" });
    bar.setAttribute("role", "toolbar");
    bar.setAttribute("aria-label", this.words.bar);
    for (const [name, sign] of [["earlier", "←"], ["later", "→"], ["closer", "+"], ["farther", "−"], ["fit", "Show all"]]) {
      const button = element("button", { type: "button", textContent: sign, title: this.words[name] });
      button.setAttribute("aria-label", this.words[name]);
      button.onclick = () => this[name]();
      bar.append(button);
    }
    return bar;
  }

  legend() {
    const list = element("ul", { className: "legend" });
    list.setAttribute("aria-label", this.words.legend);
    for (const name of ["event", "fact", "episode", "vague", "open", "done", "rule", "other", "missed"]) {
      list.append(element("li", { className: `of-${name}` }, element("span", { className: `mark ${name}` }), this.words[name]));
    }
    return list;
  }

  earlier() { this.move(-0.4); }
  later() { this.move(0.4); }
  closer() { this.timeline.zoomIn(0.5, { animation: false }); this.rested(); }
  farther() { this.timeline.zoomOut(0.5, { animation: false }); this.rested(); }
  fit() { this.show(this.extent); this.rested(); }

  move(share) {
    const { start, end } = this.timeline.getWindow();
    const by = (end - start) * share;
    this.timeline.setWindow(start.getTime() + by, end.getTime() + by, { animation: false });
    this.rested();
  }

  pressed(event) {
    const rows = { ArrowUp: -60, ArrowDown: 60 }[event.key];
    const panel = rows && this.box.querySelector(".vis-vertical-scroll");
    if (panel) {
      event.preventDefault();
      panel.scrollTop += rows;
    }
    const done = { ArrowLeft: "earlier", ArrowRight: "later", "+": "closer", "=": "closer", "-": "farther", 0: "fit" };
    if (done[event.key] && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      this[done[event.key]]();
    }
  }

  // What the browser tells the page.

  tell(name, value) { this.component.setTriggerValue(name, value); }

  keyOf(id) { return this.items.get(id)?.key ?? ""; }

  moved(item, done) {
    done(item);
    this.texts.delete(item.id); // whatever the page says next is drawn, also that nothing changed
    const begin = item.openBegin ? null : new Date(item.start).toISOString();
    const end = item.openEnd ? null : new Date(item.end ?? +new Date(item.start) + item.long).toISOString();
    this.tell("moved", { key: item.key, begin, end });
  }

  ranged(byUser) {
    this.shape();
    if (byUser) this.rested();
  }

  rested() {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => {
      const { start, end } = this.timeline.getWindow();
      this.tell("window", [start.toISOString(), end.toISOString()]);
    }, REST);
  }

  // The routines stand below the middle of the axis, right of the names of groups.
  recur() {
    const middle = this.box.querySelector(".vis-panel.vis-center")?.getBoundingClientRect();
    if (!middle?.width) return;
    const { start, end } = this.timeline.getWindow();
    const state = [+start, +end, middle.left - this.box.getBoundingClientRect().left, middle.width];
    if (`${state}` === this.drawnAs) return;
    this.drawnAs = `${state}`;
    this.routines.draw(...state);
  }

  // What the page tells the browser.

  update(component) {
    this.component = component;
    const { data } = component;
    this.hint.textContent = data.words.hint;
    this.routines.update(data.routines);
    this.marks.classList.toggle("recurring", data.routines.length > 0);
    this.drawnAs = "";
    if (data.version !== this.version) {
      this.version = data.version;
      this.redraw(data);
    } else if (this.texts.size !== this.items.length) {
      this.redraw(data);
    }
    if (data.jump !== this.jump) {
      this.jump = data.jump;
      const [begin, end] = data.window;
      this.show([begin ?? data.extent[0], end ?? data.extent[1]], !(begin && end));
    }
    this.timeline.setSelection(this.items.getIds({ filter: (item) => data.selected.includes(item.key) }));
    this.recur();
  }

  redraw(data) {
    this.extent = data.extent;
    const moments = data.items.flatMap((item) => [item.begin, item.end]).filter(Boolean).map((one) => +new Date(one));
    const [first, last] = [Math.min(...(moments.length ? moments : [Date.now()])), Math.max(...moments, Date.now())];
    const beyond = Math.max((last - first) * 0.05, 86_400_000);
    this.horizon = [Math.max(first - beyond, +FIRST), Math.min(last + beyond, +LAST)];
    const groupOf = new Map(data.items.map((item) => [item.key, []]));
    data.groups.forEach(({ keys }, n) => keys.forEach((key) => groupOf.get(key)?.push(n)));
    const rows = data.items.flatMap((item) => {
      const own = groupOf.get(item.key);
      return (data.groups.length ? own : [undefined]).map((group) => this.row(item, group));
    });
    const gone = new Set(this.items.getIds());
    rows.forEach((row) => gone.delete(row.id));
    this.items.remove([...gone]);
    gone.forEach((id) => this.texts.delete(id));
    const groups = data.groups.map(({ name, keys }, id) => ({ id, name, content: name, title: `${name} (${keys.length})` }));
    if (JSON.stringify(groups) !== this.grouped) {
      this.grouped = JSON.stringify(groups);
      this.groups = new DataSet(groups);
      this.timeline.setGroups(groups.length ? this.groups : null);
      // What scrolls is to be reached by keys.
      this.box.querySelectorAll(".vis-panel.vis-left").forEach((panel) => { panel.tabIndex = groups.length ? 0 : -1; });
    }
    this.items.update(rows.filter((row) => {
      const now = JSON.stringify(row);
      const changed = this.texts.get(row.id) !== now;
      this.texts.set(row.id, now);
      return changed;
    }));
    this.shape();
  }

  row(item, group) {
    const start = item.begin ? +new Date(item.begin) : this.horizon[0];
    const end = item.end ? +new Date(item.end) : this.horizon[1];
    const marks = [item.kind, item.vague && "vague", item.doubted && "doubted", item.draft && "draft",
      !item.begin && "open-begin", !item.end && "open-end"];
    return {
      id: `${item.key}@${group ?? ""}`, key: item.key, group, content: item.text, text: item.text, title: undefined,
      start, full: end, long: end - start, openBegin: !item.begin, openEnd: !item.end, className: marks.filter(Boolean).join(" "),
      editable: item.movable ? { updateTime: true, updateGroup: false, remove: false } : false, told: item.title,
    };
  }

  show([begin, end], margin = true) {
    if (!begin && !end) return;
    const [first, last] = [+new Date(begin ?? end), +new Date(end ?? begin)];
    const beyond = margin ? Math.max((last - first) * 0.05, 3_600_000) : 0;
    const share = Math.min(0.35, 190 / (this.box.clientWidth || 1)); // what is last has its text to the right
    const label = margin ? Math.max(beyond, ((last - first) * share) / (1 - share)) : 0;
    this.timeline.setWindow(first - beyond, Math.max(last + label, first + 60_000), { animation: false });
  }

  // Bars where the zoom leaves room for their text, dots with the text beside them where it does not.
  shape() {
    const { start, end } = this.timeline.getWindow();
    const pixel = (this.box.clientWidth || 1) / (end - start);
    const changed = [];
    this.items.forEach((item) => {
      const type = item.long * pixel >= WIDE || item.openBegin || item.openEnd ? "range" : "point";
      const end = type === "range" ? item.full : undefined;
      if (item.type !== type || item.end !== end) changed.push({ id: item.id, type, end });
    });
    if (changed.length) this.items.update(changed);
  }

  end() {
    clearTimeout(this.waiting);
    this.timeline.destroy();
    this.whole.remove();
  }
}

function day(date) {
  return new Date(date).toISOString().slice(0, 16).replace("T", " ");
}

export default function (component) {
  const root = component.parentElement;
  if (!drawn.has(root)) drawn.set(root, new Axis(root, component.data));
  drawn.get(root).update(component);
  return () => {
    drawn.get(root)?.end();
    drawn.delete(root);
  };
}
