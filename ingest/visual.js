"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  let pinned = null;

  // What a fact was read from: its evidence, and in it the words of those who take part.
  const clear = () => all(".evidence").forEach((one) => one.classList.remove("evidence", "part", "said"));
  const mark = (fact) => {
    clear();
    if (!fact) return;
    const spans = fact.dataset.spans.split(" ").filter(Boolean).map((span) => span.split("-").map(Number));
    const [evidence, ...parts] = spans;
    const within = (at, span) => span[0] <= at && at < span[1];
    for (const piece of all(".text [data-at]", fact.closest(".sentence"))) {
      const at = Number(piece.dataset.at);
      const part = parts.findIndex((span) => within(at, span));
      if (part < 0 && !within(at, evidence)) continue;
      piece.classList.add("evidence");
      piece.classList.toggle("part", part >= 0);
      piece.classList.toggle("said", part === 0 && fact.dataset.subject === "said");
    }
  };
  const pin = (fact) => {
    if (pinned) pinned.setAttribute("aria-pressed", "false");
    pinned = fact === pinned ? null : fact;
    if (pinned) pinned.setAttribute("aria-pressed", "true");
    mark(pinned);
  };
  for (const fact of all(".facts button")) {
    fact.addEventListener("mouseenter", () => mark(fact));
    fact.addEventListener("mouseleave", () => mark(pinned));
    fact.addEventListener("focus", () => mark(fact));
    fact.addEventListener("blur", () => mark(pinned));
    fact.addEventListener("click", () => pin(fact));
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (pinned) pin(pinned);
    clear();
    all(".found").forEach((one) => one.classList.remove("found"));
  });

  // Filters: names by their label, and what else is shown.
  const filter = () => {
    const hidden = new Set(all("[data-filter]").filter((box) => !box.checked).map((box) => box.dataset.filter));
    for (const one of all("[data-label]")) one.classList.toggle("off", hidden.has(one.dataset.label));
    for (const box of all("[data-without]")) document.body.classList.toggle(box.dataset.without, !box.checked);
  };
  all("legend ~ label input").forEach((box) => box.addEventListener("change", filter));
  filter(); // a browser keeps the boxes over a reload

  // An event of the timeline leads to its fact; a name to its mentions, one after the other.
  const smooth = matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth";
  const show = (target) => target.scrollIntoView({ block: "center", behavior: smooth });
  for (const link of all(".timeline a")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const fact = document.getElementById(link.hash.slice(1));
      if (fact !== pinned) pin(fact);
      fact.focus({ preventScroll: true });
      show(fact.closest(".sentence"));
    });
  }
  for (const link of all(".names a")) {
    const places = link.dataset.places.split(" ");
    let next = 0;
    link.addEventListener("click", (event) => {
      event.preventDefault();
      all(".found").forEach((one) => one.classList.remove("found"));
      all(`[data-names~="${link.dataset.name}"]`).forEach((one) => one.classList.add("found"));
      show(document.getElementById(places[next]));
      next = (next + 1) % places.length;
    });
  }
})();
