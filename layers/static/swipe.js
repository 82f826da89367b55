/* Two results over one ground, with a line between them that the reader pulls.
 *
 * What is drawn in the pane "left" shows left of the line alone, and "right" right of it. The
 * item comes before the shapes that are drawn in those panes, so that the panes are there.
 */
"use strict";

(() => {
  const STEPS = 100;
  const DEPTH = 425;

  function pane(map, name) {
    const found = map.getPane(name) ?? map.createPane(name);
    found.style.zIndex = DEPTH;
    return found;
  }

  Safeground.makers.swipe = (map, item) => {
    const left = pane(map, "left");
    const right = pane(map, "right");
    const line = L.DomUtil.create("div", "sg-swipe-line", map.getContainer());
    const range = L.DomUtil.create("input", "sg-swipe", map.getContainer());
    Object.assign(range, { type: "range", min: 0, max: STEPS, step: 1, value: STEPS / 2 });
    range.setAttribute("aria-label", item.label);
    L.DomEvent.disableClickPropagation(range);
    L.DomEvent.on(range, "keydown", L.DomEvent.stopPropagation);

    function cut() {
      const size = map.getSize();
      const start = map.containerPointToLayerPoint([0, 0]);
      const end = map.containerPointToLayerPoint(size);
      const across = (size.x * range.value) / STEPS;
      const at = start.x + across;
      left.style.clip = `rect(${start.y}px, ${at}px, ${end.y}px, ${start.x}px)`;
      right.style.clip = `rect(${start.y}px, ${end.x}px, ${end.y}px, ${at}px)`;
      line.style.left = `${across}px`;
    }

    range.addEventListener("input", cut);
    map.on("move zoomend resize viewreset", cut);
    cut();
    return {
      remove() {
        map.off("move zoomend resize viewreset", cut);
        line.remove();
        range.remove();
        for (const each of [left, right]) each.style.clip = "";
      },
    };
  };
})();
