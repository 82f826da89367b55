/* The National Grid where there is no base map: thin lines and the names of its squares.
 *
 * The server tells where the corners of 50 km lie and what the squares of 100 km are called. What
 * lies between is found on parabolas through three corners each way, right to a few metres.
 */
"use strict";

(() => {
  const GROUND = "#f3f1ec";
  const LEVELS = [
    { size: 100000, figures: 0, weight: 1.4, colour: "#b9b3a8" },
    { size: 10000, figures: 1, weight: 0.9, colour: "#cfcac0" },
    { size: 1000, figures: 2, weight: 0.7, colour: "#dcd8d0" },
  ];
  const LINES_FROM = 40; // pixels: closer lines are a grey haze
  const NAMES_FROM = 60;
  const STEPS = 8; // straight pieces of one line within the window

  /* Weights of three neighbouring corners for a position between 0 and 2. */
  const weights = (at) => [((at - 1) * (at - 2)) / 2, at * (2 - at), (at * (at - 1)) / 2];

  function grid(spec) {
    const { step, first, corners } = spec;
    const [rows, columns] = [corners.length, corners[0].length];
    const start = (at, count) => Math.min(Math.max(Math.round(at) - 1, 0), count - 3);
    const most = { east: spec.most[0], north: spec.most[1] };

    /* Degrees (latitude first) of a point in metres. */
    function degrees(east, north) {
      const [x, y] = [(east - first) / step, north / step];
      const [left, low] = [start(x, columns), start(y, rows)];
      const [across, up] = [weights(x - left), weights(y - low)];
      const sum = [0, 0];
      for (let row = 0; row < 3; row += 1) {
        for (let column = 0; column < 3; column += 1) {
          const share = up[row] * across[column];
          const [lat, lng] = corners[low + row][left + column];
          sum[0] += share * lat;
          sum[1] += share * lng;
        }
      }
      return sum;
    }

    /* Metres of a point in degrees, by a few steps of Newton's method from the middle. */
    function metres({ lat, lng }) {
      let [east, north] = [most.east / 2, most.north / 2];
      for (let turn = 0; turn < 6; turn += 1) {
        const [a, b] = degrees(east, north);
        const [ae, be] = degrees(east + 100, north);
        const [an, bn] = degrees(east, north + 100);
        const [j11, j12, j21, j22] = [ae - a, an - a, be - b, bn - b];
        const whole = j11 * j22 - j12 * j21;
        east += (100 * ((lat - a) * j22 - (lng - b) * j12)) / whole;
        north += (100 * ((lng - b) * j11 - (lat - a) * j21)) / whole;
        east = Math.min(Math.max(east, 0), most.east);
        north = Math.min(Math.max(north, 0), most.north);
      }
      return [east, north];
    }
    return { degrees, metres, most };
  }

  /* What of the grid the window shows, in metres. */
  function reach(map, { metres }) {
    const box = map.getBounds().pad(0.1);
    const [west, east, middle] = [box.getWest(), box.getEast(), box.getCenter().lng];
    const spots = [box.getSouth(), box.getCenter().lat, box.getNorth()].flatMap((lat) =>
      [west, middle, east].map((lng) => metres({ lat, lng })),
    );
    const [easts, norths] = [spots.map((at) => at[0]), spots.map((at) => at[1])];
    return {
      east: [Math.min(...easts), Math.max(...easts)],
      north: [Math.min(...norths), Math.max(...norths)],
    };
  }

  const pixels = (map, size) => {
    const { lat } = map.getCenter();
    const metre = (156543.034 * Math.cos((lat * Math.PI) / 180)) / 2 ** map.getZoom();
    return size / metre;
  };
  const along = ([from, to]) =>
    Array.from({ length: STEPS + 1 }, (_, at) => from + ((to - from) * at) / STEPS);
  const multiples = ([from, to], size) => {
    const found = [];
    for (let at = Math.ceil(from / size) * size; at <= to; at += size) found.push(at);
    return found;
  };

  function lines(seen, level, known) {
    const upright = multiples(seen.east, level.size).map((east) =>
      along(seen.north).map((north) => known.degrees(east, north)),
    );
    const flat = multiples(seen.north, level.size).map((north) =>
      along(seen.east).map((east) => known.degrees(east, north)),
    );
    return [...upright, ...flat];
  }

  /* "NZ", "NZ 24" or "NZ 2742": the letters, and a figure or two each way. */
  function title(spec, level, east, north) {
    const [column, row] = [Math.floor(east / 100000), Math.floor(north / 100000)];
    const letters = spec.letters[row]?.[column] ?? "";
    const part = (at) =>
      String(Math.floor((at % 100000) / level.size)).padStart(level.figures, "0");
    return level.figures ? `${letters} ${part(east)}${part(north)}` : letters;
  }

  function names(seen, level, known, spec) {
    const half = level.size / 2;
    const from = ([low, high]) => [low - level.size, high];
    const inside = (at, most) => at >= 0 && at + half < most;
    const made = [];
    for (const east of multiples(from(seen.east), level.size)) {
      for (const north of multiples(from(seen.north), level.size)) {
        if (!inside(east, known.most.east) || !inside(north, known.most.north)) continue;
        const icon = L.divIcon({ className: `sg-square sg-square-${level.figures}`, iconSize: null });
        icon.options.html = L.DomUtil.create("span");
        icon.options.html.textContent = title(spec, level, east, north);
        const at = known.degrees(east + half, north + half);
        made.push(L.marker(at, { icon, pane: "ground", interactive: false, keyboard: false }));
      }
    }
    return made;
  }

  /* Draw the grid anew whenever the map has moved. */
  Safeground.graticule = (map, spec) => {
    map.getContainer().style.background = GROUND;
    const known = grid(spec);
    const shown = L.layerGroup().addTo(map);
    const renderer = L.canvas({ pane: "ground", padding: 0.3 });
    function draw() {
      shown.clearLayers();
      const seen = reach(map, known);
      const fine = LEVELS.filter((level) => pixels(map, level.size) >= LINES_FROM);
      for (const level of fine.slice(-2).reverse()) {
        const { colour: color, weight } = level;
        const style = { color, weight, renderer, interactive: false, pane: "ground" };
        shown.addLayer(L.polyline(lines(seen, level, known), style));
      }
      const named = LEVELS.filter((level) => pixels(map, level.size) >= NAMES_FROM).at(-1);
      if (named) names(seen, named, known, spec).forEach((each) => shown.addLayer(each));
    }
    map.on("moveend", draw);
    map.whenReady(draw);
  };
})();
