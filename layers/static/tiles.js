/* Many features, as vector tiles drawn on canvas: points with their symbols, lines and areas.
 *
 * Each canvas is wider than its tile, so that a symbol at an edge is drawn whole by the tile that
 * holds it; lines and areas are cut at the edge, for their neighbour draws the rest. A feature
 * answers to a press by its `id`; one with `n` stands for that many, answers to none and is
 * opened by zooming in.
 */
"use strict";

(() => {
  const SIZE = 256;
  const MARGIN = 24;
  const REACH = 4;
  const CELL = 64;
  const CROWD = 60; // points in a tile, above which they are gathered
  const FEW = 3;
  const [POINT, LINE] = [1, 2];

  const Tiles = L.GridLayer.extend({
    initialize(item) {
      L.GridLayer.prototype.initialize.call(this, {
        pane: item.pane,
        minZoom: item.zooms[0],
        maxZoom: item.zooms[1],
        updateWhenZooming: false,
        keepBuffer: 1,
      });
      this.item = item;
      this.source = new protomapsL.ZxySource(item.url, false);
      this.chosenId = null;
    },

    createTile(coords, done) {
      const box = L.DomUtil.create("div", "sg-tile");
      const canvas = box.appendChild(document.createElement("canvas"));
      canvas.style.cssText = `position:absolute;left:${-MARGIN}px;top:${-MARGIN}px`;
      Promise.all([this.source.get(coords, SIZE), Safeground.fonts]).then(
        ([layers]) => {
          const features = (layers.get(this.item.source) ?? []).filter(isHere);
          box.features = this.item.declutter ? gathered(features) : features;
          this.paint(box);
          done(null, box);
        },
        (error) => done(error, box),
      );
      return box;
    },

    paint(box) {
      const canvas = box.firstChild;
      const side = SIZE + 2 * MARGIN;
      const sharp = window.devicePixelRatio || 1;
      canvas.width = canvas.height = side * sharp;
      canvas.style.width = canvas.style.height = `${side}px`;
      const ctx = canvas.getContext("2d");
      ctx.setTransform(sharp, 0, 0, sharp, MARGIN * sharp, MARGIN * sharp);
      ctx.lineJoin = "round";
      const points = box.features.filter((each) => each.geomType === POINT);
      const others = box.features.filter((each) => each.geomType !== POINT);
      ctx.save();
      ctx.beginPath();
      ctx.rect(0, 0, SIZE, SIZE);
      ctx.clip();
      for (const each of others) this.drawShape(ctx, each);
      ctx.restore();
      for (const each of points) this.drawPoint(ctx, each);
    },

    look(feature) {
      return this.item.looks[feature.props[this.item.by]] ?? this.item.looks[this.item.otherwise];
    },

    fade(feature) {
      return feature.props.fade ?? 1;
    },

    drawShape(ctx, feature) {
      const look = this.look(feature);
      const isChosen = idOf(feature) !== null && idOf(feature) === this.chosenId;
      ctx.beginPath();
      for (const part of feature.geom) {
        part.forEach((at, index) => (index ? ctx.lineTo(at.x, at.y) : ctx.moveTo(at.x, at.y)));
      }
      ctx.globalAlpha = look.fill * this.fade(feature);
      ctx.fillStyle = look.colour;
      if (feature.geomType !== LINE) ctx.fill("evenodd");
      ctx.globalAlpha = this.fade(feature);
      ctx.strokeStyle = look.colour;
      ctx.lineWidth = look.weight + (isChosen ? 2 : 0);
      ctx.setLineDash(look.dash ? look.dash.split(" ").map(Number) : []);
      if (ctx.lineWidth) ctx.stroke();
    },

    drawPoint(ctx, feature) {
      const many = feature.props.n > 1 ? Number(feature.props.n) : 0;
      const look = many ? this.item.many : this.look(feature);
      for (const [at] of feature.geom) {
        ctx.save();
        ctx.translate(at.x, at.y);
        ctx.globalAlpha = this.fade(feature);
        if (many) this.drawMany(ctx, look, many);
        else this.drawSymbol(ctx, look, idOf(feature) === this.chosenId);
        ctx.restore();
      }
    },

    drawSymbol(ctx, look, isChosen) {
      const zoomedOut = this._map && this._map.getContainer().classList.contains("sg-far");
      const scale = ((zoomedOut ? 0.55 : 1) * look.size) / 26;
      ctx.scale(scale, scale);
      const path = new Path2D(look.path);
      ctx.lineWidth = isChosen ? 7 : 3;
      ctx.strokeStyle = isChosen ? "#1d1b19" : "#ffffff";
      ctx.stroke(path);
      ctx.fillStyle = look.colour;
      ctx.fill(path);
      if (!look.letter || zoomedOut) return;
      write(ctx, look.letter, look.ink, 13, look.drop);
    },

    drawMany(ctx, look, many) {
      const radius = radiusOf(many);
      ctx.beginPath();
      ctx.arc(0, 0, radius, 0, 2 * Math.PI);
      ctx.fillStyle = look.colour;
      ctx.globalAlpha *= 0.82;
      ctx.fill();
      ctx.globalAlpha = 1;
      ctx.strokeStyle = "#ffffff";
      ctx.lineWidth = 1.5;
      ctx.stroke();
      const text = many < 1000 ? String(many) : `${Math.round(many / 100) / 10}k`;
      write(ctx, text, look.ink, radius > 13 ? 12.5 : 11.5, 4);
    },

    /* The feature under a place on the map, nearest point first, then what covers it. */
    find(latlng) {
      if (!this._map || !this.item.press) return null;
      const zoom = this._tileZoom;
      if (zoom === undefined) return null;
      const at = this._map.project(latlng, zoom);
      const near = this.nearest(at);
      return near ?? this.covering(at);
    },

    nearest(at) {
      let best = null;
      let least = Infinity;
      for (const { coords, el } of Object.values(this._tiles)) {
        const [x, y] = [at.x - coords.x * SIZE, at.y - coords.y * SIZE];
        const outside = Math.max(-x, x - SIZE, -y, y - SIZE) > MARGIN;
        if (coords.z !== this._tileZoom || outside) continue;
        for (const feature of el.features ?? []) {
          if (feature.geomType !== POINT) continue;
          const look = this.look(feature);
          const size = feature.props.n > 1 ? radiusOf(feature.props.n) : look.size / 2;
          for (const [spot] of feature.geom) {
            const far = Math.hypot(spot.x - x, spot.y - y);
            if (far > size + REACH || far >= least) continue;
            least = far;
            best = this.answer(feature, [spot.x + coords.x * SIZE, spot.y + coords.y * SIZE]);
          }
        }
      }
      return best;
    },

    covering(at) {
      for (const { coords, el } of Object.values(this._tiles)) {
        const [x, y] = [at.x - coords.x * SIZE, at.y - coords.y * SIZE];
        if (coords.z !== this._tileZoom || x < 0 || y < 0 || x >= SIZE || y >= SIZE) continue;
        const found = [...(el.features ?? [])].reverse().find((each) => touches(each, x, y));
        if (found) return this.answer(found, null);
      }
      return null;
    },

    answer(feature, pixel) {
      const tip = this.item.tip.map((name) => feature.props[name]).filter((text) => text ?? false);
      const many = feature.props.n !== undefined;
      return {
        layer: this.item.name,
        id: many ? null : idOf(feature),
        tip: tip.length || !many ? tip.map(String) : [`${feature.props.n} here. Press to zoom in.`],
        latlng: pixel && this._map.unproject(pixel, this._tileZoom),
      };
    },
  });

  /* A point beyond the edge is its neighbour's to draw and to count; the tile holds it as well. */
  function isHere(feature) {
    if (feature.geomType !== POINT) return true;
    const [at] = feature.geom[0];
    return at.x >= 0 && at.y >= 0 && at.x < SIZE && at.y < SIZE;
  }

  /* Points of a crowded tile gathered by cell into one that stands for `n`; a few stay apart. */
  function gathered(features) {
    const points = features.filter((each) => each.geomType === POINT);
    if (points.length <= CROWD) return features;
    const cells = new Map();
    for (const each of points) {
      const [at] = each.geom[0];
      const cell = `${Math.floor(at.x / CELL)} ${Math.floor(at.y / CELL)}`;
      if (!cells.has(cell)) cells.set(cell, []);
      cells.get(cell).push(each);
    }
    const kept = features.filter((each) => each.geomType !== POINT);
    for (const group of cells.values()) kept.push(...(group.length > FEW ? [sum(group)] : group));
    return kept;
  }

  function sum(group) {
    let [n, x, y] = [0, 0, 0];
    for (const each of group) {
      const weight = Number(each.props.n ?? 1);
      n += weight;
      x += weight * each.geom[0][0].x;
      y += weight * each.geom[0][0].y;
    }
    return { geomType: POINT, geom: [[{ x: x / n, y: y / n }]], props: { n } };
  }

  function radiusOf(many) {
    return Math.min(22, 7.5 + 1.9 * Math.log2(many));
  }

  function idOf(feature) {
    const id = feature.props.id ?? feature.id;
    return id === undefined || id === null ? null : String(id);
  }

  function write(ctx, text, ink, size, drop) {
    ctx.font = `700 ${size}px "Source Sans 3", sans-serif`;
    ctx.textAlign = "center";
    ctx.fillStyle = ink;
    ctx.fillText(text, 0, drop);
  }

  function touches(feature, x, y) {
    if (feature.geomType === POINT) return false;
    const at = { x, y };
    if (feature.geomType === LINE) return protomapsL.pointMinDistToLines(at, feature.geom) < REACH;
    return inside(feature.geom, x, y);
  }

  function inside(rings, x, y) {
    let within = false;
    for (const ring of rings) {
      for (let i = 0, j = ring.length - 1; i < ring.length; j = i++) {
        const [a, b] = [ring[i], ring[j]];
        if (a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) {
          within = !within;
        }
      }
    }
    return within;
  }

  Safeground.makers.tiles = (map, item) => {
    let layer = new Tiles(item).addTo(map);
    let asked = item.url;
    const choose = (id) => {
      if (layer.chosenId === id) return;
      layer.chosenId = id;
      for (const { el } of Object.values(layer._tiles)) if (el.features) layer.paint(el);
    };
    return {
      remove: () => layer.remove(),
      find: (latlng) => layer.find(latlng),
      choose,
      replaces: (old) => follows(layer, () => old.remove()),
      retime(span) {
        const url = spanned(item.url, span);
        if (url === asked) return;
        const old = layer;
        asked = url;
        layer = new Tiles({ ...item, url }).addTo(map);
        choose(old.chosenId);
        follows(layer, () => old.remove());
      },
    };
  };
  // the old picture stays until the new one is whole, so that a filter does not blink
  Safeground.makers.tiles.overlaps = true;

  function follows(layer, drop) {
    let gone = false;
    const once = () => {
      if (!gone) drop();
      gone = true;
    };
    layer.once("load", once);
    setTimeout(once, 4000);
  }

  /* The address of the tiles with the days of a span in it; the path holds {z} and stays. */
  function spanned(url, span) {
    if (!span) return url;
    const [path, query] = url.split("?");
    const asked = new URLSearchParams(query);
    asked.set("since", span.since);
    asked.set("until", span.until);
    return `${path}?${asked}`;
  }
})();
