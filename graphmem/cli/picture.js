"use strict";
(() => {
  // Pointing at a node, or at a passage below, shows the ways to the passages that go over it.
  const all = [...document.querySelectorAll("[data-hits]")];
  const hits = (one) => one.dataset.hits.split(" ").filter(Boolean);
  let pinned = null;
  const follow = (chosen) => {
    const ranks = chosen ? hits(chosen) : [];
    document.body.classList.toggle("following", chosen !== null);
    for (const one of all) one.classList.toggle("on", one === chosen || hits(one).some((rank) => ranks.includes(rank)));
  };
  for (const one of all) {
    if (one.tagName === "path") continue;
    one.addEventListener("mouseenter", () => follow(one));
    one.addEventListener("mouseleave", () => follow(pinned));
    one.addEventListener("focus", () => follow(one));
    one.addEventListener("blur", () => follow(pinned));
    one.addEventListener("click", () => {
      pinned = one === pinned ? null : one;
      follow(pinned);
    });
  }
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    pinned = null;
    follow(null);
  });
})();
