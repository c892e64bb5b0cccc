// Routines below the items, on the same axis: a row for each, a mark for each of its days. All is set as text.

const MOST = 12; // rows that are drawn: those of which most days were seen in sight
const APART = 7; // pixels a mark has at least; where there is less, a band stands for the days that go by the rule
const DAY = 86_400_000;
const PLAIN = new Set(["done", "rule"]);

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

export class Routines {
  constructor(words) {
    this.words = words;
    this.rows = [];
    this.list = element("div", { className: "rows" });
    this.list.setAttribute("role", "list");
    this.list.setAttribute("aria-label", words.routines);
    this.more = element("p", { className: "hint", textContent: words.others, hidden: true });
    this.box = element("div", { className: "routines" }, this.list, this.more);
  }

  // What is drawn: [{title, told, days: [[ISO day and time, kind, what in words]]}].
  update(routines) {
    this.rows = routines.map((one) => ({ ...one, days: one.days.map(([at, kind, what]) => ({ at: +new Date(at), kind, what })) }));
    this.box.hidden = !routines.length;
  }

  // The rows of a stretch of time, which is from `left` on so many pixels `wide` in the box of the axis.
  draw(start, end, left, wide) {
    const inside = this.rows
      .map((row) => ({ row, days: row.days.filter(({ at }) => at >= start && at < end) }))
      .filter(({ days }) => days.length);
    const seen = ({ days }) => days.filter(({ kind }) => kind !== "rule").length;
    inside.sort((a, b) => seen(b) - seen(a) || b.days.length - a.days.length);
    const place = (at) => ((at - start) / (end - start)) * 100;
    this.list.replaceChildren(...inside.slice(0, MOST).map(({ row, days }) => {
      const track = element("div", { className: "track" }, ...this.marks(row, days, place, wide));
      track.style.marginLeft = `${left}px`;
      track.style.width = `${wide}px`;
      const name = element("div", { className: "name", textContent: `${row.title} · ${row.told}` });
      name.title = name.textContent;
      const line = element("div", { className: "routine" }, name, track);
      line.setAttribute("role", "listitem");
      line.setAttribute("aria-label", this.told(row, days));
      return line;
    }));
    this.more.hidden = inside.length <= MOST;
  }

  marks(row, days, place, wide) {
    const dense = (wide / 100) * (place(days.at(-1).at) - place(days[0].at)) < APART * (days.length - 1);
    const plain = days.filter(({ kind }) => PLAIN.has(kind));
    const band = dense && plain.length > 1 ? [this.band(row, plain, place)] : [];
    const alone = band.length ? days.filter(({ kind }) => !PLAIN.has(kind)) : days;
    return [...band, ...alone.map((one) => {
      const mark = element("span", { className: `day ${one.kind}` });
      mark.style.left = `${place(one.at)}%`;
      mark.title = `${day(one.at)}, ${one.what}\n${row.title}: ${row.told}`;
      return mark;
    })];
  }

  band(row, plain, place) {
    const band = element("span", { className: "band" });
    const [first, last] = [plain[0].at, plain.at(-1).at + DAY];
    band.style.left = `${place(first)}%`;
    band.style.width = `${Math.min(place(last), 100) - place(first)}%`;
    band.title = `${row.title}: ${row.told}\n${day(first)} – ${day(plain.at(-1).at)}`;
    return band;
  }

  told(row, days) {
    const counts = new Map();
    days.forEach(({ what }) => counts.set(what, (counts.get(what) ?? 0) + 1));
    return `${row.title}: ${row.told}; ${[...counts].map(([what, count]) => `${count} ${what}`).join(", ")}`;
  }
}

function day(at) {
  return new Date(at).toISOString().slice(0, 10);
}
