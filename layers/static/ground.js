/* The base map: vector tiles of a local file, painted in one calm palette.
 *
 * Three schemes of layer names are known: our invented town's (also that of Protomaps' tiles, as
 * far as the names agree) and Ordnance Survey's Open Zoomstack. Names lie in a pane of their own
 * above shaded areas, so that a choropleth does not hide where it is.
 */
"use strict";

(() => {
  const P = protomapsL;
  const INK = {
    sea: "#ccdde5",
    land: "#f6f4f0",
    beach: "#f1e9d3",
    water: "#bfd5e0",
    stream: "#aecad8",
    built: "#efebe5",
    centre: "#ebe4da",
    shops: "#efe3da",
    works: "#e8e6e6",
    field: "#f3f2e8",
    park: "#d9e7cf",
    sport: "#d0e2c8",
    wood: "#c6d9bd",
    quiet: "#dde5d4",
    civic: "#f2ead6",
    health: "#f3e2df",
    paved: "#e9e6e1",
    building: "#ddd6cc",
    building_edge: "#cbc2b6",
    building_civic: "#d3c7b7",
    rail: "#96948f",
    great: "#f5d9a6",
    great_edge: "#cf9f57",
    big: "#faeac2",
    big_edge: "#d3b980",
    street: "#ffffff",
    street_edge: "#cdc6bb",
    path: "#a99e8e",
    name: "#33312d",
    quarter: "#5c574f",
    street_name: "#4f4a43",
    green_name: "#41653c",
    water_name: "#38677f",
    poi: "#5e5850",
    halo: "#fbfaf8",
  };
  const FONT = '"Source Sans 3", sans-serif';

  const grow = (stops) => P.exp(1.5, stops);
  const area = (dataLayer, fill, extra = {}) => ({
    dataLayer,
    symbolizer: new P.PolygonSymbolizer({ fill, ...(extra.edge ?? {}) }),
    ...extra,
  });
  const kindIs =
    (...kinds) =>
    (_zoom, feature) =>
      kinds.includes(feature.props.kind);
  const from = (feature) => Number(feature.props.min_zoom ?? 0);

  /* Lines with an edge: all edges first, then all fillings, the greatest road on top. */
  function roads(dataLayer, classes) {
    const line = (each, edge) => ({
      dataLayer,
      minzoom: edge ? each.edge_from : each.from,
      filter: each.filter,
      symbolizer: new P.LineSymbolizer({
        color: edge ? each.edge : each.fill,
        width: (zoom) => grow(each.width)(zoom) + (edge ? (zoom < 15 ? 1.4 : 2) : 0),
        lineCap: each.dash ? "butt" : "round",
        lineJoin: "round",
        dash: each.dash,
      }),
    });
    const edged = classes.filter((each) => each.edge);
    return [...edged.map((each) => line(each, true)), ...classes.map((each) => line(each, false))];
  }

  function road(filter, first, fill, edge, width, more = {}) {
    return { filter, from: first, fill, edge, edge_from: first, width, ...more };
  }

  /* A railway: a dark line with light sleepers on it. */
  function railway(dataLayer, filter) {
    const width = grow([[10, 0.8], [14, 2.2], [18, 5]]);
    const inner = grow([[10, 0], [13, 0.6], [14, 1.1], [18, 3]]);
    return [
      { dataLayer, filter, symbolizer: new P.LineSymbolizer({ color: INK.rail, width }) },
      {
        dataLayer,
        filter,
        minzoom: 13,
        symbolizer: new P.LineSymbolizer({ color: INK.land, width: inner, dash: [9, 9] }),
      },
    ];
  }

  const plate = (property) =>
    new Safeground.lettering.Plate({
      property,
      font: `600 11px ${FONT}`,
      fill: INK.street_name,
      ground: "#fffdf8",
      edge: INK.great_edge,
    });

  const text = (property, fill, size, more = {}) => ({
    labelProps: [property],
    fill,
    stroke: INK.halo,
    width: 1.6,
    fontFamily: FONT,
    fontWeight: 600,
    fontSize: size,
    lineHeight: 1.25,
    ...more,
  });
  const centred = (...args) => new P.CenteredTextSymbolizer(text(...args));
  const along = (property, fill, size, style) =>
    new Safeground.lettering.Along({
      property,
      fill,
      size: typeof size === "function" ? size : () => size,
      style,
      font: FONT,
      halo: INK.halo,
    });

  /* A dot with a name under it. */
  function spot(property, fill) {
    return new P.GroupSymbolizer([
      new P.CircleSymbolizer({ radius: 2.6, fill, stroke: INK.halo, width: 1.4 }),
      new P.OffsetTextSymbolizer({
        ...text(property, fill, 12, { fontWeight: 400, maxLineChars: 16 }),
        offsetY: 6,
        placements: [5],
        justify: 2,
      }),
    ]);
  }

  const GROUND = {
    residential: INK.built,
    town_centre: INK.centre,
    retail: INK.shops,
    commercial: INK.shops,
    industrial: INK.works,
    farmland: INK.field,
    park: INK.park,
    playing_field: INK.park,
    recreation_ground: INK.park,
    pitch: INK.sport,
    golf: INK.park,
    golf_course: INK.park,
    woodland: INK.wood,
    wood: INK.wood,
    forest: INK.wood,
    nature_reserve: INK.wood,
    cemetery: INK.quiet,
    allotments: INK.quiet,
    grass: INK.park,
    play_area: INK.sport,
    playground: INK.sport,
    school: INK.civic,
    college: INK.civic,
    university: INK.civic,
    hospital: INK.health,
    square: INK.paved,
    pedestrian: INK.paved,
    car_park: INK.paved,
    railway_land: INK.paved,
    railway: INK.paved,
    caravan_site: INK.quiet,
    beach: INK.beach,
  };

  const SMALL = grow([[13, 0.9], [14, 2], [15, 3.6], [16, 6.5], [17, 10], [18, 17]]);
  const widths = (scale) => [12, 13, 14, 15, 16, 17, 18].map((zoom) => [zoom, SMALL(zoom) * scale]);
  const GREAT = [[9, 1.2], [11, 2.2], [13, 4], [15, 7.5], [16, 11], [18, 25]];
  const BIG = [[10, 1.1], [12, 2], [14, 4], [15, 6], [16, 9.5], [18, 22]];
  const MAIN = [[11, 1], [13, 2.4], [15, 5], [16, 8], [18, 20]];
  const PATH = [[14, 0.7], [16, 1.3], [18, 2.4]];

  const TOWN_ROADS = [
    road(kindIs("footpath", "path"), 15, INK.path, null, PATH, { dash: [3, 3] }),
    road(kindIs("cycle"), 15, "#86a08a", null, PATH, { dash: [6, 3] }),
    road(kindIs("service", "other"), 15, INK.street, INK.street_edge, widths(0.55)),
    road(kindIs("pedestrian"), 14, "#f7f1e8", INK.street_edge, widths(0.8)),
    road(kindIs("residential", "minor_road"), 12, INK.street, INK.street_edge, widths(1), {
      edge_from: 14,
    }),
    road(kindIs("main", "medium_road"), 11, INK.street, INK.street_edge, MAIN),
    road(kindIs("b_road"), 10, INK.big, INK.big_edge, BIG),
    road(kindIs("a_road", "major_road"), 9, INK.great, INK.great_edge, GREAT),
    road(kindIs("ring", "highway"), 8, INK.great, INK.great_edge, GREAT),
  ];

  const LOUD = { ring: 1, highway: 1, a_road: 1, major_road: 1, b_road: 1, main: 1 };
  const named = (first, ...kinds) => ({
    dataLayer: "roads",
    minzoom: first,
    filter: (_zoom, feature) => Boolean(feature.props.name) && kinds.includes(feature.props.kind),
    symbolizer: along(
      "name",
      INK.street_name,
      (zoom, feature) => (LOUD[feature?.props.kind] ? 13 : 12) + (zoom > 16 ? 1 : 0),
    ),
  });
  const placed = (kind, symbolizer, last) => ({
    dataLayer: "places",
    maxzoom: last,
    filter: (zoom, feature) => feature.props.kind === kind && zoom >= from(feature),
    symbolizer,
  });
  const GREEN = ["park", "play_area"];

  const town = {
    background: INK.sea,
    paint: [
      area("earth", INK.land, { filter: (_zoom, feature) => feature.props.kind !== "beach" }),
      area("earth", INK.beach, { filter: kindIs("beach") }),
      area("landuse", (_zoom, feature) => GROUND[feature?.props.kind] ?? INK.built),
      area("water", INK.water, { filter: (_zoom, feature) => feature.geomType === 3 }),
      {
        dataLayer: "water",
        minzoom: 12,
        filter: (_zoom, feature) => feature.geomType === 2,
        symbolizer: new P.LineSymbolizer({
          color: INK.stream,
          width: grow([[12, 0.8], [16, 2.4], [18, 5]]),
          lineCap: "round",
          lineJoin: "round",
        }),
      },
      area("buildings", (_zoom, feature) =>
        feature?.props.kind === "civic" ? INK.building_civic : INK.building, {
        minzoom: 14,
        edge: { stroke: INK.building_edge, width: (zoom, _feature) => (zoom < 16 ? 0.4 : 0.8) },
      }),
      ...railway("rail"),
      ...roads("roads", TOWN_ROADS),
    ],
    names: [
      placed("town", centred("name", INK.name, (zoom) => (zoom < 13 ? 19 : 22), {
        fontWeight: 700,
      }), 14),
      placed("village", centred("name", INK.name, 14)),
      placed("suburb", centred("name", INK.quarter, 12, {
        textTransform: "uppercase",
        letterSpacing: 1.1,
      }), 16),
      placed("water", centred("name", INK.water_name, (zoom) => (zoom < 13 ? 13 : 14), {
        fontWeight: 400,
        fontStyle: "italic",
      })),
      placed("locality", centred("name", INK.green_name, 12.5, {
        fontWeight: 400,
        fontStyle: "italic",
        maxLineChars: 18,
      })),
      {
        dataLayer: "roads",
        minzoom: 12,
        filter: (_zoom, feature) => Boolean(feature.props.ref) && from(feature) <= _zoom,
        symbolizer: plate("ref"),
      },
      named(14, "ring", "a_road", "b_road", "main", "highway", "major_road", "medium_road"),
      named(15, "residential", "pedestrian", "minor_road"),
      named(17, "service", "cycle", "footpath"),
      {
        dataLayer: "pois",
        filter: (zoom, feature) =>
          zoom >= Math.max(15, from(feature)) && GREEN.includes(feature.props.kind),
        symbolizer: spot("name", INK.green_name),
      },
      {
        dataLayer: "pois",
        filter: (zoom, feature) =>
          zoom >= Math.max(14, from(feature)) &&
          Boolean(feature.props.name) &&
          !GREEN.includes(feature.props.kind),
        symbolizer: spot("name", INK.poi),
      },
      {
        dataLayer: "water",
        minzoom: 14,
        filter: (_zoom, feature) => feature.geomType === 2 && Boolean(feature.props.name),
        symbolizer: along("name", INK.water_name, 12.5, "italic"),
      },
    ],
  };

  const typeIs =
    (...types) =>
    (_zoom, feature) =>
      types.includes(feature.props.type);
  const OS_ROADS = [
    road(typeIs("Restricted"), 14, INK.street, INK.street_edge, widths(0.55)),
    road(typeIs("Local"), 12, INK.street, INK.street_edge, widths(1), { edge_from: 14 }),
    road(typeIs("Minor"), 11, INK.street, INK.street_edge, MAIN),
    road(typeIs("B Road"), 10, INK.big, INK.big_edge, BIG),
    road(typeIs("A Road"), 9, INK.great, INK.great_edge, GREAT),
    road(typeIs("Primary"), 7, INK.great, INK.great_edge, GREAT),
    road(typeIs("Motorway"), 5, "#bcd0dc", "#7f9db0", GREAT),
  ];
  // releases differ in what they call a name
  const OS_NAME = ["name1", "name"];
  const settled = (first, last, symbolizer, ...types) => ({
    dataLayer: "names",
    minzoom: first,
    maxzoom: last,
    filter: typeIs(...types),
    symbolizer,
  });
  const os = (fill, size, more = {}) => centred("name1", fill, size, { labelProps: OS_NAME, ...more });
  const slant = { fontWeight: 400, fontStyle: "italic" };

  const zoomstack = {
    background: INK.land,
    paint: [
      area("sea", INK.sea),
      area("national_parks", INK.field, { maxzoom: 12 }),
      area("foreshore", INK.beach),
      area("urban_areas", INK.built),
      area("greenspaces", INK.park),
      area("woodland", INK.wood),
      area("sites", (_zoom, feature) =>
        feature?.props.type === "Medical Care" ? INK.health : INK.civic),
      area("surfacewater", INK.water),
      {
        dataLayer: "waterlines",
        filter: (_zoom, feature) => !["MHW", "MLW"].includes(feature.props.type),
        symbolizer: new P.LineSymbolizer({ color: INK.stream, width: grow([[9, 0.5], [16, 2.4]]) }),
      },
      ...["buildings", "local_buildings", "district_buildings"].map((layer) =>
        area(layer, INK.building, {
          minzoom: 12,
          edge: { stroke: INK.building_edge, width: (zoom, _feature) => (zoom < 15 ? 0.3 : 0.7) },
        }),
      ),
      ...railway("rail"),
      ...roads("roads", OS_ROADS),
    ],
    names: [
      settled(5, 15, os(INK.name, 19, { fontWeight: 700 }), "Capital", "City"),
      settled(8, 15, os(INK.name, 16), "Town"),
      settled(11, 16, os(INK.quarter, 12, { textTransform: "uppercase" }), "Suburban Area"),
      settled(11, 16, os(INK.name, 13), "Village"),
      settled(13, 17, os(INK.quarter, 12.5), "Hamlet", "Small Settlements"),
      settled(12, 18, os(INK.water_name, 12.5, slant), "Water"),
      settled(13, 18, os(INK.green_name, 12.5, slant), "Greenspace", "Woodland"),
      settled(14, 18, os(INK.poi, 12, slant), "Sites", "Landform", "Landcover"),
      ...["railwaystations", "railway_stations"].map((dataLayer) => ({
        dataLayer,
        minzoom: 13,
        symbolizer: spot("name", INK.poi),
      })),
      { dataLayer: "roads", minzoom: 11, symbolizer: plate("number") },
      { dataLayer: "roads", minzoom: 15, symbolizer: along("name", INK.street_name, 12) },
    ],
  };

  /* Put a local file of tiles under everything else. */
  Safeground.ground = (map, spec) => {
    map.getContainer().style.background = INK.sea;
    const bounds = L.latLngBounds(spec.bounds).pad(0.25); // a name may reach over the edge
    const shared = { url: spec.url, bounds, maxDataZoom: spec.zooms[1] };
    const credit = { attribution: spec.attribution };
    if (!spec.vector) {
      const [minZoom, maxNativeZoom] = spec.zooms;
      const options = { pane: "ground", minZoom, maxNativeZoom, maxZoom: 22, bounds: spec.bounds };
      L.tileLayer(spec.url, { ...options, ...credit }).addTo(map);
      return;
    }
    const scheme = spec.scheme === "zoomstack" ? zoomstack : town;
    map.getContainer().style.background = scheme.background;
    const ground = P.leafletLayer({
      ...shared,
      ...credit,
      pane: "ground",
      paintRules: scheme.paint,
      backgroundColor: scheme.background,
    });
    const names = P.leafletLayer({
      ...shared,
      attribution: "",
      pane: "names",
      labelRules: scheme.names,
      tasks: [Safeground.fonts],
    });
    names.views = ground.views; // one reading of the tiles serves both
    ground.addTo(map);
    names.addTo(map);
  };
})();
