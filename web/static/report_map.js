/* The map of a report, fetched only when somebody opens it: mark a spot, a route or an area.
 *
 * Everything comes from this server. The form sends the mark as degrees; the server converts it.
 */
"use strict";

(async () => {
  const section = document.getElementById("onmap");
  const about = JSON.parse(section.dataset.ground);
  const MOST = 30;
  const LEAST = { pin: 1, route: 2, area: 3 };
  const INK = { color: "#1d4f5c", weight: 5, fillOpacity: 0.2 };

  for (const href of about.styles) {
    document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href }));
  }
  for (const src of about.scripts) {
    await new Promise((done, failed) => {
      const script = Object.assign(document.createElement("script"), { src, onload: done });
      script.onerror = failed;
      document.head.append(script);
    });
  }

  const box = document.getElementById("reportmap");
  const map = L.map(box, { zoomControl: true, maxZoom: 19, zoomSnap: 0.5 });
  map.attributionControl.setPrefix(false);
  for (const [name, depth] of Object.entries({ ground: 200, names: 340 })) {
    map.createPane(name).style.zIndex = depth;
  }
  map.getPane("names").style.pointerEvents = "none";
  if (about.at) map.setView([about.at[1], about.at[0]], 17);
  else map.fitBounds(about.spec.bounds);
  Safeground.ground(map, about.spec);
  box.append(Object.assign(document.createElement("div"), { className: "aim" }));

  const drawn = L.layerGroup().addTo(map);
  const told = document.getElementById("marked");
  const use = document.getElementById("usemark");
  const kinds = [...document.querySelectorAll("input[name=draw]")];
  let points = [];

  const kind = () => kinds.find((each) => each.checked).value;
  const round = (number) => Math.round(number * 1e6) / 1e6;

  function add(at) {
    if (kind() === "pin") points = [at];
    else if (points.length < MOST) points.push(at);
    redraw();
  }

  function redraw() {
    drawn.clearLayers();
    if (points.length > 1) {
      const make = kind() === "area" ? L.polygon : L.polyline;
      make(points, INK).addTo(drawn);
    }
    for (const at of points) {
      L.circleMarker(at, { ...INK, radius: 8, fillOpacity: 1, color: "#ffffff", fillColor: INK.color, weight: 3 }).addTo(drawn);
    }
    const missing = LEAST[kind()] - points.length;
    use.disabled = missing > 0;
    told.textContent = say(missing);
  }

  function say(missing) {
    if (!points.length) return "Nothing is marked yet.";
    if (missing > 0) return `${points.length} marked. Mark ${missing} more.`;
    if (kind() === "pin") return "The spot is marked. Mark again to move it.";
    return `${points.length} points marked. You can mark more.`;
  }

  map.on("click", (event) => add(event.latlng));
  document.getElementById("middle").addEventListener("click", () => add(map.getCenter()));
  document.getElementById("undo").addEventListener("click", () => {
    points.pop();
    redraw();
  });
  for (const each of kinds) {
    each.addEventListener("change", () => {
      points = [];
      redraw();
    });
  }
  use.addEventListener("click", () => {
    const corners = points.map((at) => [round(at.lng), round(at.lat)]);
    document.getElementById("drawn").value = JSON.stringify({ kind: kind(), points: corners });
  });
  document.querySelector("main form button[type=submit]").addEventListener("click", () => {
    document.getElementById("drawn").value = "";
  });
  box.scrollIntoView({ block: "nearest" });
})();
