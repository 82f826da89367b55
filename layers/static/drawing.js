/* Drawing a point, a line, an arrow, an area or words, or moving the corners of one that is there.
 *
 * Geoman does the geometry; the buttons, the words and what is told are ours. What was drawn
 * stays, and can be changed, until the server clears it by a new turn.
 */
"use strict";

Safeground.makers.drawing = (() => {
  const TOOLS = {
    point: {
      shape: "Marker",
      label: "Mark a point",
      hint: "Press where it is.",
      icon: '<circle cx="10" cy="10" r="4" fill="currentColor"/>',
    },
    line: {
      shape: "Line",
      label: "Draw a line",
      hint: "Press along the line. Press the last corner again to finish.",
      icon: '<path d="M3 16L8 7l5 5 4-8" fill="none" stroke="currentColor" stroke-width="2"/>',
    },
    arrow: {
      shape: "Line",
      label: "Draw an arrow",
      hint: "Press from its beginning to its end. Press the last corner again to finish.",
      icon:
        '<path d="M4 16L15 5M8 4h8v8" fill="none" stroke="currentColor" stroke-width="2" ' +
        'stroke-linejoin="round"/>',
    },
    words: {
      shape: "Marker",
      label: "Write on the map",
      hint: "Press where your words are to stand.",
      icon: '<path d="M4 5h12M10 5v11" fill="none" stroke="currentColor" stroke-width="2"/>',
    },
    area: {
      shape: "Polygon",
      label: "Draw an area",
      hint: "Press at each corner. Press the first corner again to finish.",
      icon:
        '<path d="M4 5l11-2 2 9-8 5-6-4z" fill="currentColor" fill-opacity=".2" ' +
        'stroke="currentColor" stroke-width="2" stroke-linejoin="round"/>',
    },
  };
  const INK = { color: "#1d4f5c", weight: 3, fillColor: "#1d4f5c", fillOpacity: 0.12 };
  const PIN = L.divIcon({
    className: "sg-pin",
    html:
      '<svg width="30" height="40" viewBox="0 0 30 40" aria-hidden="true">' +
      '<path d="M15 39C15 39 2 22 2 14a13 13 0 0 1 26 0c0 8-13 25-13 25z"/>' +
      '<circle cx="15" cy="14" r="5"/></svg>',
    iconSize: [30, 40],
    iconAnchor: [15, 39],
  });

  class Drawing {
    constructor(map, item) {
      this.map = map;
      this.item = item;
      this.drawn = null;
      this.bar = this.toolbar();
      this.hint = L.DomUtil.create("div", "sg-hint", map.getContainer());
      this.hint.setAttribute("role", "status");
      L.DomEvent.disableClickPropagation(this.hint);
      this.created = (event) => this.keep(event.layer);
      this.escaped = (event) => event.key === "Escape" && this.tool && this.stop();
      map.on("pm:create", this.created);
      document.addEventListener("keydown", this.escaped);
      Safeground.setBusy(() => Boolean(this.tool));
      map.pm.setGlobalOptions({
        snappable: false,
        allowSelfIntersection: false,
        tooltips: false,
        continueDrawing: false,
        markerStyle: { icon: PIN },
        templineStyle: INK,
        hintlineStyle: { ...INK, dashArray: "5 6" },
        pathOptions: INK,
      });
      if (item.geometry) this.load(item.geometry);
      this.say();
    }

    toolbar() {
      const bar = new (L.Control.extend({
        options: { position: "topleft" },
        onAdd: () => {
          const box = L.DomUtil.create("div", "leaflet-bar");
          this.buttons = Object.fromEntries(
            this.item.tools.map((name) => {
              const { label, icon } = TOOLS[name];
              const sign = `<svg width="20" height="20" viewBox="0 0 20 20">${icon}</svg>`;
              return [name, Safeground.button(box, "sg-draw", label, sign, () => this.begin(name))];
            }),
          );
          return box;
        },
      }))();
      return bar.addTo(this.map);
    }

    begin(name) {
      const again = this.tool === name;
      this.stop();
      if (again) return;
      this.clear();
      this.tool = name;
      this.map.pm.enableDraw(TOOLS[name].shape);
      this.say();
    }

    stop() {
      this.tool = null;
      this.map.pm.disableDraw();
      this.say();
    }

    load(geometry) {
      const layer = L.geoJSON(geometry, {
        style: INK,
        pointToLayer: (_feature, latlng) => L.marker(latlng, { icon: PIN, pane: "pins" }),
      }).getLayers()[0];
      this.edit(layer.addTo(this.map));
    }

    keep(layer) {
      this.with = this.tool;
      this.edit(layer);
      setTimeout(() => this.stop()); // the press that ended the drawing is still on its way
      this.report();
    }

    edit(layer) {
      this.drawn = layer;
      layer.pm.enable({ allowSelfIntersection: false, snappable: false });
      layer.on("pm:edit", () => this.report());
    }

    report() {
      this.say();
      const { geometry } = this.drawn.toGeoJSON(7);
      Safeground.tell(this.map, "drawn", { geometry, turn: this.item.turn, tool: this.with ?? "" });
    }

    clear() {
      this.drawn?.pm.disable();
      this.drawn?.remove();
      this.drawn = null;
    }

    discard() {
      this.clear();
      this.say();
      Safeground.tell(this.map, "cleared", { turn: this.item.turn });
    }

    /* The words and buttons under the map for what can be done now. */
    say() {
      for (const [name, made] of Object.entries(this.buttons)) {
        made.setAttribute("aria-pressed", String(this.tool === name));
      }
      this.map.getContainer().classList.toggle("sg-drawing", Boolean(this.tool));
      this.hint.hidden = !this.tool && !this.drawn;
      this.hint.style.display = this.hint.hidden ? "none" : "";
      this.hint.replaceChildren();
      if (this.tool) this.whileDrawing();
      else if (this.drawn) this.afterDrawing();
    }

    whileDrawing() {
      this.hint.append(TOOLS[this.tool].hint);
      if (TOOLS[this.tool].shape !== "Marker") {
        this.offer("Finish", () => this.active()._finishShape());
        this.offer("Undo", () => this.active()._removeLastVertex());
      }
      this.offer("Cancel", () => this.stop());
    }

    afterDrawing() {
      this.hint.append("Drag a corner to change it.");
      this.offer("Remove", () => this.discard());
    }

    active() {
      return this.map.pm.Draw[TOOLS[this.tool].shape];
    }

    offer(text, act) {
      const made = this.hint.appendChild(document.createElement("button"));
      made.type = "button";
      made.textContent = text;
      L.DomEvent.on(made, "click", (event) => {
        L.DomEvent.stop(event); // the map would take it: the button is gone by then
        act();
      });
    }

    remove() {
      this.stop();
      this.clear();
      this.map.off("pm:create", this.created);
      document.removeEventListener("keydown", this.escaped);
      Safeground.setBusy(() => false);
      this.bar.remove();
      this.hint.remove();
    }
  }

  return (map, item) => {
    const drawing = new Drawing(map, item);
    return { remove: () => drawing.remove() };
  };
})();
