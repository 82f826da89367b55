/* A slider through time: it puts the dates of a window of months into the addresses of the tiles.
 *
 * Nothing of it reaches the server but the tiles that are asked for. It moves by itself only when
 * the reader presses play, and stops at the end.
 */
"use strict";

(() => {
  const STEP = 1100; // milliseconds on one window while it plays
  const PLAY = "M6 3.5v13l11-6.5z";
  const PAUSE = "M5 3.5h3.5v13H5zM11.5 3.5H15v13h-3.5z";
  const SIGN =
    '<svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">' +
    '<path fill="currentColor"/></svg>';

  function element(tag, className, parent, about = {}) {
    const made = parent.appendChild(document.createElement(tag));
    made.className = className;
    Object.assign(made, about);
    return made;
  }

  function choice(parent, label, options) {
    const made = element("select", "", parent);
    made.setAttribute("aria-label", label);
    for (const [value, words] of options) element("option", "", made, { value, textContent: words });
    return made;
  }

  const Slider = L.Control.extend({
    options: { position: "bottomleft" },

    initialize(item) {
      this.item = item;
      this.timer = null;
    },

    onAdd() {
      const box = L.DomUtil.create("div", "sg-timeline");
      box.setAttribute("role", "group");
      box.setAttribute("aria-label", "Time slider");
      L.DomEvent.disableClickPropagation(box);
      L.DomEvent.disableScrollPropagation(box);
      this.button = element("button", "sg-play", box, { type: "button", innerHTML: SIGN });
      this.button.addEventListener("click", () => this.play(!this.timer));
      const middle = element("div", "sg-span", box);
      this.words = element("output", "", middle);
      this.range = element("input", "", middle, { type: "range", min: 0, step: 1 });
      this.range.setAttribute("aria-label", "Window of time");
      this.range.addEventListener("input", () => this.show());
      const kinds = element("div", "sg-kinds", box);
      const widths = this.item.widths.map((n) => [n, n === 1 ? "1 month" : `${n} months`]);
      this.width = choice(kinds, "Length of the window", [...widths, ["all", "From the start"]]);
      this.width.addEventListener("change", () => this.fit());
      this.sign(false);
      this.fit();
      return box;
    },

    /* Keep the end of the window where it was when its length changes. */
    fit() {
      const months = this.item.months.length;
      const before = this.end ?? months - 1;
      const first = this.width.value === "all" ? 0 : Number(this.width.value) - 1;
      this.first = Math.min(first, months - 1);
      this.range.max = months - 1 - this.first;
      this.range.value = Math.max(0, before - this.first);
      this.show();
    },

    show() {
      const { months } = this.item;
      this.end = this.first + Number(this.range.value);
      const from = months[this.width.value === "all" ? 0 : this.end - this.first];
      const to = months[this.end];
      this.words.textContent = from === to ? to.label : `${from.label} to ${to.label}`;
      this.range.setAttribute("aria-valuetext", this.words.textContent);
      Safeground.retime({ since: from.since, until: to.until });
    },

    play(going) {
      clearInterval(this.timer);
      this.timer = going ? setInterval(() => this.step(), STEP) : null;
      if (going && this.range.value === this.range.max) {
        this.range.value = 0;
        this.show();
      }
      this.sign(going);
    },

    step() {
      if (this.range.value === this.range.max) return this.play(false);
      this.range.value = Number(this.range.value) + 1;
      return this.show();
    },

    sign(going) {
      const words = going ? "Pause" : "Play through time";
      // the elements stay: a press on one that is taken away would count as one on the map
      this.button.querySelector("path").setAttribute("d", going ? PAUSE : PLAY);
      this.button.title = words;
      this.button.setAttribute("aria-label", words);
    },

    onRemove() {
      clearInterval(this.timer);
      Safeground.retime(null);
    },
  });

  Safeground.makers.timeline = (map, item) => {
    const slider = new Slider(item).addTo(map);
    return { remove: () => slider.remove() };
  };
})();
