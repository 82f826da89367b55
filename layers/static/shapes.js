/* Points, lines and areas with a shape, a letter and a colour; and a pin.
 *
 * A look is what layers/symbols.py says of it. Every line and area carries its symbol on a point
 * inside it, so that it can be told, found and reached by keyboard at any zoom.
 */
"use strict";

(() => {
  const REACHABLE = 80; // more stops than this on the way through the map help nobody

  function symbol(look, size) {
    const letter = look.letter
      ? `<text y="${look.drop}" fill="${look.ink}">${look.letter}</text>`
      : "";
    return (
      `<svg width="${size}" height="${size}" viewBox="-13 -13 26 26" aria-hidden="true">` +
      `<path class="sg-halo" d="${look.path}"/>` +
      `<path d="${look.path}" fill="${look.colour}"/>${letter}</svg>`
    );
  }

  /* Where an arrow begins: its symbol would hide its head. */
  const start = ({ geometry }, inside) =>
    geometry.type === "LineString" ? geometry.coordinates[0] : inside;

  function marker(map, item, feature, look, tell) {
    const { tip, at: inside, fade, sketch } = feature.properties;
    const at = sketch === "arrow" ? start(feature, inside) : inside;
    const icon = L.divIcon({
      className: "sg-symbol",
      html: symbol(look, look.size),
      iconSize: [Math.max(24, look.size), Math.max(24, look.size)],
    });
    const made = L.marker([at[1], at[0]], {
      icon,
      pane: "pins",
      alt: tip.join(", "),
      opacity: fade,
      interactive: item.press,
      keyboard: item.press && item.data.features.length <= REACHABLE,
      riseOnHover: true,
    });
    made.on("add", () => {
      const element = made.getElement();
      if (!made.options.keyboard) element.setAttribute("role", "img");
      element.setAttribute("aria-label", tip.join(", ") || item.name);
    });
    if (!item.press) return made;
    made.on("click", tell);
    made.on("keydown", (event) => {
      if (![" ", "Enter"].includes(event.originalEvent.key)) return;
      L.DomEvent.preventDefault(event.originalEvent);
      tell(event);
    });
    return made;
  }

  function strokes(look, fade, isChosen) {
    return {
      color: look.colour,
      weight: look.weight + (isChosen ? 2 : 0),
      opacity: fade,
      dashArray: look.dash || null,
      fillColor: look.colour,
      fillOpacity: Math.min(0.9, look.fill * fade + (isChosen ? 0.12 : 0)),
    };
  }

  /* Strike an area through: the stroke is drawn, and the fill is a pattern of its colour. */
  function hatched(path, look) {
    const svg = path.ownerSVGElement;
    const name = `sg-hatch-${look.colour.slice(1)}`;
    if (!svg.querySelector(`#${name}`)) {
      const made = document.createElementNS(svg.namespaceURI, "defs");
      made.innerHTML =
        `<pattern id="${name}" width="8" height="8" patternUnits="userSpaceOnUse" ` +
        `patternTransform="rotate(45)"><path d="M0 0V8" stroke="${look.colour}" ` +
        'stroke-width="3"/></pattern>';
      svg.prepend(made);
    }
    path.style.fill = `url("#${name}")`;
  }

  function outline(item, feature, look) {
    const made = L.geoJSON(feature, {
      pane: item.pane,
      renderer: L.svg({ pane: item.pane, padding: 0.4 }),
      interactive: item.press,
      style: strokes(look, feature.properties.fade, false),
    });
    if (look.hatch) {
      made.on("add", () => made.eachLayer((part) => hatched(part.getElement(), look)));
    }
    return made;
  }

  /* The head of an arrow, at the end of its line and in the direction of its last piece. */
  function head(map, item, feature, look) {
    const corners = feature.geometry.coordinates;
    const [from, to] = corners.slice(-2).map(([lng, lat]) => map.project([lat, lng], 18));
    const angle = (Math.atan2(to.y - from.y, to.x - from.x) * 180) / Math.PI;
    const [lng, lat] = corners.at(-1);
    const icon = L.divIcon({
      className: "sg-head",
      html:
        '<svg width="28" height="28" viewBox="-14 -14 28 28" aria-hidden="true">' +
        `<path d="M4 0L-10 8L-6 0L-10 -8Z" fill="${look.colour}" stroke="#ffffff" ` +
        `stroke-width="1.5" transform="rotate(${angle.toFixed(1)})"/></svg>`,
      iconSize: [28, 28],
    });
    return L.marker([lat, lng], { icon, pane: "pins", interactive: false, keyboard: false,
      opacity: feature.properties.fade });
  }

  /* Words that stand on the map beside their point, put there as text. */
  function words(feature, look) {
    const { tip, at, fade } = feature.properties;
    const html = document.createElement("span");
    html.textContent = tip[0] ?? "";
    html.style.borderColor = look.colour;
    html.setAttribute("aria-hidden", "true"); // the point beside it says the same
    const icon = L.divIcon({ className: "sg-words", html, iconSize: null });
    return L.marker([at[1], at[0]], { icon, pane: "pins", interactive: false, keyboard: false,
      opacity: fade });
  }

  function one(map, item, feature) {
    const look = item.looks[feature.properties.look];
    const parts = L.featureGroup([], { pane: item.pane });
    const tell = (event) => {
      if (Safeground.isBusy()) return undefined;
      L.DomEvent.stopPropagation(event);
      const onGround = !event.target.getLatLng; // a line or area: a point drawn on it goes first
      if (onGround && Safeground.under(event.latlng)?.latlng) return Safeground.pressed(map, event);
      const spot = event.latlng ?? event.target.getLatLng();
      return Safeground.tell(map, "picked", {
        layer: item.name,
        id: feature.id,
        ...Safeground.point(spot),
      });
    };
    if (feature.geometry.type !== "Point") {
      const line = outline(item, feature, look);
      if (item.press) line.on("click", tell);
      parts.addLayer(line);
    }
    const { sketch } = feature.properties;
    if (sketch === "arrow" && feature.geometry.type === "LineString") {
      parts.addLayer(head(map, item, feature, look));
    }
    if (sketch === "words") parts.addLayer(words(feature, look));
    if (look.path) parts.addLayer(marker(map, item, feature, look, tell));
    if (feature.properties.tip.length) {
      parts.eachLayer((part) =>
        part.bindTooltip(() => Safeground.lines(feature.properties.tip), {
          className: "sg-tip",
          direction: "top",
          sticky: !part.getLatLng,
          offset: [0, -8],
        }),
      );
    }
    return {
      layer: parts,
      mark(isChosen) {
        parts.eachLayer((part) => {
          part.setStyle?.(strokes(look, feature.properties.fade, isChosen));
          part.getElement?.()?.classList.toggle("sg-chosen", isChosen);
          part.setZIndexOffset?.(isChosen ? 1000 : 0);
        });
      },
    };
  }

  Safeground.makers.shapes = (map, item) => {
    const made = new Map(item.data.features.map((each) => [each.id, one(map, item, each)]));
    const group = L.layerGroup([...made.values()].map((each) => each.layer)).addTo(map);
    let marked = null;
    return {
      remove: () => group.remove(),
      choose(id) {
        made.get(marked)?.mark(false);
        made.get(id)?.mark(true);
        marked = id;
      },
    };
  };

  Safeground.makers.pin = (map, item) => {
    const icon = L.divIcon({
      className: "sg-pin",
      html:
        '<svg width="30" height="40" viewBox="0 0 30 40" aria-hidden="true">' +
        '<path d="M15 39C15 39 2 22 2 14a13 13 0 0 1 26 0c0 8-13 25-13 25z"/>' +
        '<circle cx="15" cy="14" r="5"/></svg>',
      iconSize: [30, 40],
      iconAnchor: [15, 39],
    });
    const pin = L.marker(item.at, { icon, pane: "pins", alt: item.label, interactive: false });
    pin.addTo(map);
    return { remove: () => pin.remove() };
  };
})();
