/* The map's own script: panes, controls, what is shown, and what is told to the server.
 *
 * `Safeground.begin` runs once for a map; `Safeground.show` runs whenever the server changes what
 * is on it and touches only what differs. `Safeground.tell` is the one way back: streamlit-folium
 * is asked to return nothing of its own, so that panning and zooming never reach the server.
 * Text from the server is put into the page as text, never as markup.
 */
"use strict";

var Safeground = (() => {
  const PANES = { ground: 200, areas: 320, names: 340, tiles: 360, shapes: 420, pins: 620 };
  const WIDER = "U+0100-02BA, U+02BD-02C5, U+02C7-02CC, U+02CE-02D7, U+02DD-02FF, U+1E00-1EFF";
  const FONTS = {
    "400": {},
    "400-italic": { style: "italic" },
    "600": {},
    "700": {},
    "400-ext": { unicodeRange: WIDER },
    "600-ext": { unicodeRange: WIDER },
  };
  const HERE = document.currentScript.src;
  const kept = new Map();
  const makers = {};
  const chosen = { layer: null, id: null };
  let start = null;
  let lastTold = 0;
  let lastWent = null;
  let span = null;
  let busy = () => false;

  /* Load the faces that canvas text needs: a canvas does not wait for the style sheet. */
  const fonts = Promise.all(
    Object.entries(FONTS).map(([name, about]) => {
      const from = new URL(`../fonts/source-sans-3-${name}.woff2`, HERE);
      const weight = name.slice(0, 3);
      const face = new FontFace("Source Sans 3", `url("${from}")`, { weight, ...about });
      document.fonts.add(face);
      if (about.unicodeRange) return null; // fetched when a letter asks for it
      return face.load().catch(() => null); // text in another face is better than none
    }),
  );

  /* Set the map up: panes in order, controls, keyboard, and a size that follows the window. */
  function begin(map, options) {
    start = { center: map.getCenter(), zoom: map.getZoom() };
    for (const [name, depth] of Object.entries(PANES)) {
      map.createPane(name).style.zIndex = depth;
    }
    map.getPane("names").style.pointerEvents = "none";
    map.attributionControl.setPrefix(false);
    L.control.zoom({ zoomInTitle: "Zoom in", zoomOutTitle: "Zoom out" }).addTo(map);
    bar(map, "sg-home", "Show the whole area", HOUSE, () => map.setView(start.center, start.zoom));
    bar(map, "sg-share", "Share or save this view", ARROW, () => tell(map, "viewed", {}));
    L.control.scale({ maxWidth: 120 }).addTo(map);

    const container = map.getContainer();
    container.setAttribute("role", "region");
    container.setAttribute("aria-label", options.label);
    new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(container);

    remember(map, options.remember);
    const near = () => container.classList.toggle("sg-far", map.getZoom() < options.letters_from);
    map.on("zoomend", near);
    near();
    map.on("click", (event) => pressed(map, event));
    map.on("mousemove", (event) => hovered(map, event));
    map.on("mouseout", () => tips(map, null));
  }

  /* Put the view of this tab back when the page is opened again, where the server asks for it. */
  function remember(map, name) {
    if (!name) return;
    const key = `safeground.view.${name}`;
    try {
      const [lat, lng, zoom] = JSON.parse(sessionStorage.getItem(key));
      map.setView([lat, lng], zoom, { animate: false });
    } catch {
      sessionStorage.removeItem(key);
    }
    map.on("moveend", () => {
      const { lat, lng } = map.getCenter();
      sessionStorage.setItem(key, JSON.stringify([lat, lng, map.getZoom()]));
    });
  }

  const HOUSE =
    '<svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">' +
    '<path d="M3 9.5L10 3.5l7 6M5 8.5V16h3.8v-4.5h2.4V16H15V8.5" fill="none" ' +
    'stroke="currentColor" stroke-width="1.8" stroke-linejoin="round"/></svg>';
  const ARROW =
    '<svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">' +
    '<path d="M10 12V3.5M6.500 6.500L10 3l3.500 3.500M4 10v6h12v-6" fill="none" ' +
    'stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"/></svg>';

  /* One button in a bar of its own, at the left edge. */
  function bar(map, className, label, sign, act) {
    const Bar = L.Control.extend({
      options: { position: "topleft" },
      onAdd() {
        const box = L.DomUtil.create("div", "leaflet-bar");
        button(box, className, label, sign, act);
        return box;
      },
    });
    map.addControl(new Bar());
  }

  /* A button of the kind that Leaflet's bars hold, with a name that a screen reader says. */
  function button(bar, className, label, sign, act) {
    const made = L.DomUtil.create("a", className, bar);
    made.href = "#";
    made.title = label;
    made.setAttribute("role", "button");
    made.setAttribute("aria-label", label);
    made.innerHTML = sign;
    L.DomEvent.disableClickPropagation(made);
    L.DomEvent.on(made, "click", (event) => {
      L.DomEvent.preventDefault(event);
      act();
    });
    return made;
  }

  /* Show exactly `items`: what is the same stays, what is new comes, what is absent goes. */
  function show(map, items) {
    const wanted = new Set();
    for (const item of items) {
      if (item.kind === "go") go(map, item);
      else if (item.kind === "chosen") choose(item.layer, item.id);
      else wanted.add(keep(map, item));
    }
    if (!items.some((item) => item.kind === "chosen")) choose(null, null);
    for (const [key, held] of kept) {
      if (wanted.has(key)) continue;
      held.remove();
      kept.delete(key);
    }
    Safeground.live?.follow(map, items);
  }

  /* Draw one item anew, as it is by now; the keyboard stays where it was. */
  function renew(map, item) {
    const held = kept.get(`${item.kind}:${item.name}`);
    if (!held || held.mark === item.mark) return;
    const name = document.activeElement?.getAttribute("aria-label");
    keep(map, item);
    if (!name || document.activeElement !== document.body) return;
    document.querySelector(`[aria-label="${CSS.escape(name)}"]`)?.focus();
  }

  function keep(map, item) {
    const key = `${item.kind}:${item.name}`;
    const held = kept.get(key);
    if (held && held.mark === item.mark) return key;
    const maker = makers[item.kind];
    if (held && !maker.overlaps) held.remove();
    const made = maker(map, item);
    made.mark = item.mark;
    made.choose?.(chosen.layer === item.name ? chosen.id : null);
    if (span) made.retime?.(span);
    if (held && maker.overlaps) made.replaces(held);
    kept.delete(key);
    kept.set(key, made);
    return key;
  }

  function choose(layer, id) {
    chosen.layer = layer;
    chosen.id = id;
    for (const [key, held] of kept) {
      held.choose?.(key.slice(key.indexOf(":") + 1) === layer ? id : null);
    }
  }

  /* Narrow what is tiled to a span of days, or to none again: the slider's work. */
  function retime(asked) {
    span = asked;
    for (const held of kept.values()) held.retime?.(span);
  }

  /* Move to a place once for each mark; the same order again leaves the reader where they are. */
  function go(map, item) {
    if (item.mark === lastWent) return;
    lastWent = item.mark;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const bounds = L.latLngBounds(item.bounds);
    map.fitBounds(bounds, { maxZoom: item.zoom, padding: [48, 48], animate: !still });
  }

  /* A press on the ground: what a tiled layer has there, or else the bare spot. */
  function pressed(map, event) {
    if (busy()) return;
    const found = under(event.latlng);
    if (!found) return tell(map, "spot", { lat: event.latlng.lat, lng: event.latlng.lng });
    if (found.id === null) return map.setView(found.latlng ?? event.latlng, map.getZoom() + 2);
    tell(map, "picked", { layer: found.layer, id: found.id, ...point(event.latlng) });
  }

  function under(latlng) {
    for (const held of [...kept.values()].reverse()) {
      const found = held.find?.(latlng);
      if (found) return found;
    }
    return null;
  }

  let tip = null;
  function hovered(map, event) {
    const overShape = event.originalEvent.target.closest?.(".leaflet-interactive");
    tips(map, busy() || overShape ? null : under(event.latlng), event.latlng);
  }

  function tips(map, found, latlng) {
    map.getContainer().classList.toggle("sg-pick", Boolean(found));
    if (tip) tip.remove();
    tip = null;
    if (!found?.tip?.length) return;
    tip = L.tooltip({ direction: "top", offset: [0, -8], className: "sg-tip" })
      .setLatLng(found.latlng ?? latlng)
      .setContent(lines(found.tip))
      .addTo(map);
  }

  /* Lines of text as an element, the first one strong; markup in them stays text. */
  function lines(texts) {
    const box = document.createElement("div");
    texts.forEach((text, index) => {
      const line = box.appendChild(document.createElement(index ? "div" : "strong"));
      line.textContent = text;
    });
    return box;
  }

  function point({ lat, lng }) {
    return { lat, lng };
  }

  /* Tell the server one thing that the reader did; `at` sets two equal acts apart. */
  function tell(map, kind, detail) {
    lastTold = Math.max(Date.now(), lastTold + 1);
    const view = { ...point(map.getCenter()), zoom: map.getZoom() };
    window.Streamlit?.setComponentValue({ kind, at: lastTold, view, ...detail });
  }

  return {
    begin,
    show,
    renew,
    tell,
    under,
    pressed,
    lines,
    point,
    retime,
    button,
    makers,
    fonts,
    isBusy: () => busy(),
    setBusy: (asked) => (busy = asked),
  };
})();
