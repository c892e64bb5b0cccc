// The graph by keyboard: Tab goes into it, arrows walk to the nearest node, Enter selects, E expands.

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export function keyboard(canvas, words) {
  const { box, cy } = canvas;
  box.tabIndex = 0;
  box.setAttribute("role", "application");
  box.setAttribute("aria-label", words.canvas);
  let at = null;
  const go = (node) => {
    cy.nodes().removeClass("focused");
    at = node?.nonempty() ? node : null;
    if (!at) return;
    at.addClass("focused");
    const { x, y } = at.renderedPosition();
    if (x < 0 || y < 0 || x > cy.width() || y > cy.height()) cy.center(at);
    canvas.said.textContent = `${at.data("title")}. ${at.selected() ? words.selected : ""}`;
  };
  const choose = (add) => {
    if (!add) cy.elements(":selected").difference(at).unselect();
    at[add && at.selected() ? "unselect" : "select"]();
  };
  box.addEventListener("keydown", (event) => {
    if (at?.removed()) at = null;
    if (ARROWS[event.key]) go(at ? nearest(cy, at, ARROWS[event.key]) : first(cy));
    else if ((event.key === "Enter" || event.key === " ") && at) choose(event.shiftKey);
    else if (event.key.toLowerCase() === "e" && at && !event.ctrlKey && !event.metaKey) canvas.expand(at);
    else if (event.key === "Escape") cy.elements(":selected").unselect();
    else return;
    event.preventDefault();
  });
  box.addEventListener("blur", () => go(null));
}

function first(cy) {
  const chosen = cy.nodes(":selected");
  return chosen.nonempty() ? chosen[0] : cy.nodes()[0];
}

// The nearest node within a quarter turn of a direction; the same one, if there is none.
function nearest(cy, from, [dx, dy]) {
  const { x, y } = from.position();
  let best = from;
  let least = Infinity;
  cy.nodes().forEach((node) => {
    const [ahead, aside] = [
      (node.position("x") - x) * dx + (node.position("y") - y) * dy,
      Math.abs((node.position("x") - x) * dy) + Math.abs((node.position("y") - y) * dx),
    ];
    if (ahead > 0 && aside <= ahead && ahead + aside < least) [best, least] = [node, ahead + aside];
  });
  return best;
}
