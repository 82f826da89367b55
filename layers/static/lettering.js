/* Lettering of the base map: names that follow their line, and road numbers on plates. */
"use strict";

Safeground.lettering = (() => {
  const SHARPEST = 0.5; // radians that a name may turn from one letter to the next
  const BEND = 1.5; // and from its first letter to its last
  const APART = 340; // pixels between two mentions of one name

  /* Where a line is after so many pixels, and in which direction it goes. */
  class Path {
    constructor(points) {
      this.points = points;
      this.sums = [0];
      for (let i = 1; i < points.length; i++) {
        const [a, b] = [points[i - 1], points[i]];
        this.sums.push(this.sums[i - 1] + Math.hypot(b.x - a.x, b.y - a.y));
      }
      this.length = this.sums[this.sums.length - 1];
    }

    at(distance) {
      let i = 1;
      while (i < this.sums.length - 1 && this.sums[i] < distance) i++;
      const [a, b] = [this.points[i - 1], this.points[i]];
      const share = (distance - this.sums[i - 1]) / (this.sums[i] - this.sums[i - 1] || 1);
      return { x: a.x + share * (b.x - a.x), y: a.y + share * (b.y - a.y) };
    }
  }

  /* A name along a line, letter by letter, read from left to right. */
  class Along {
    constructor({ property, fill, halo, size, font, style = "" }) {
      Object.assign(this, { property, fill, halo, size, font, style });
    }

    place(layout, geom, feature) {
      const name = feature.props[this.property];
      if (!name) return undefined;
      const size = this.size(layout.zoom, feature);
      const font = `${this.style} ${size}px ${this.font}`;
      layout.scratch.font = font;
      const steps = [...name].map((letter, index) => {
        const before = layout.scratch.measureText(name.slice(0, index)).width;
        const wide = layout.scratch.measureText(letter).width;
        return { letter, middle: before + wide / 2, wide };
      });
      const width = layout.scratch.measureText(name).width;
      const labels = geom.flatMap((points) => this.mentions(points, steps, width, size, font));
      for (const each of labels) {
        each.deduplicationKey = name;
        each.deduplicationDistance = APART;
      }
      return labels.length ? labels : undefined;
    }

    mentions(points, steps, width, size, font) {
      const path = new Path(points);
      const room = path.length - width - size;
      if (room < 0) return [];
      const times = Math.max(1, Math.floor(path.length / (width + APART)));
      const found = [];
      for (let i = 0; i < times; i++) {
        const middle = ((i + 0.5) * path.length) / times;
        const letters = this.fit(path, middle - width / 2, steps, width, Math.min(room / 2, 60));
        if (letters) found.push(this.label(letters, size, font));
      }
      return found;
    }

    /* Letters from `start` on, or a little before or after it where the line bends too much. */
    fit(path, start, steps, width, slack) {
      for (const shift of [0, -0.5, 0.5, -1, 1]) {
        const from = start + shift * slack;
        if (from < 0 || from + width > path.length) continue;
        const letters = this.letters(path, from, steps, width);
        if (letters) return letters;
      }
      return null;
    }

    letters(path, from, steps, width) {
      const forward = path.at(from).x <= path.at(from + width).x;
      const along = (distance) => path.at(forward ? from + distance : from + width - distance);
      let [least, most, last] = [Infinity, -Infinity, null];
      const letters = [];
      for (const { letter, middle, wide } of steps) {
        const [a, b] = [along(middle - wide / 2 - 1), along(middle + wide / 2 + 1)];
        let turn = Math.atan2(b.y - a.y, b.x - a.x);
        if (last !== null) turn = last + Math.atan2(Math.sin(turn - last), Math.cos(turn - last));
        if (last !== null && Math.abs(turn - last) > SHARPEST) return null;
        [least, most, last] = [Math.min(least, turn), Math.max(most, turn), turn];
        if (most - least > BEND) return null;
        letters.push({ letter, ...along(middle), turn });
      }
      return letters;
    }

    label(letters, size, font) {
      const [anchor] = letters;
      const half = size * 0.6;
      const bboxes = letters
        .filter((_each, index) => index % 2 === 0 || index === letters.length - 1)
        .map(({ x, y }) => ({ minX: x - half, minY: y - half, maxX: x + half, maxY: y + half }));
      const draw = (ctx) => {
        ctx.globalAlpha = 1;
        Object.assign(ctx, { font, textAlign: "center", lineJoin: "round", lineWidth: 3.2 });
        Object.assign(ctx, { strokeStyle: this.halo, fillStyle: this.fill });
        for (const write of ["strokeText", "fillText"]) {
          for (const { letter, x, y, turn } of letters) {
            ctx.save();
            ctx.translate(x - anchor.x, y - anchor.y);
            ctx.rotate(turn);
            ctx[write](letter, 0, size * 0.34);
            ctx.restore();
          }
        }
      };
      return { anchor: new Point(anchor.x, anchor.y), bboxes, draw };
    }
  }

  /* What the labeller asks of an anchor, and no more. */
  class Point {
    constructor(x, y) {
      this.x = x;
      this.y = y;
    }

    dist(other) {
      return Math.hypot(this.x - other.x, this.y - other.y);
    }
  }

  /* The number of a road, in a plate on the middle of its line. */
  class Plate {
    constructor({ property, font, fill, ground, edge }) {
      Object.assign(this, { property, font, fill, ground, edge });
    }

    place(layout, geom, feature) {
      const text = feature.props[this.property];
      const line = geom.reduce((a, b) => (b.length > a.length ? b : a));
      if (!text || line.length < 2) return undefined;
      const path = new Path(line);
      const { x, y } = path.at(path.length / 2);
      layout.scratch.font = this.font;
      const [w, h] = [layout.scratch.measureText(text).width / 2 + 5, 8.5];
      const label = {
        anchor: new Point(x, y),
        bboxes: [{ minX: x - w, minY: y - h, maxX: x + w, maxY: y + h }],
        draw: (ctx) => this.draw(ctx, text, w, h),
        deduplicationKey: `plate ${text}`,
        deduplicationDistance: 420,
      };
      return [label];
    }

    draw(ctx, text, w, h) {
      ctx.globalAlpha = 1;
      ctx.beginPath();
      ctx.roundRect(-w, -h, 2 * w, 2 * h, 3);
      Object.assign(ctx, { fillStyle: this.ground, strokeStyle: this.edge, lineWidth: 1 });
      ctx.fill();
      ctx.stroke();
      Object.assign(ctx, { font: this.font, textAlign: "center", fillStyle: this.fill });
      ctx.fillText(text, 0, 4);
    }
  }

  return { Along, Plate };
})();
