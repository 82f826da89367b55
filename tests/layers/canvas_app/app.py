"""A server with one page and its map, for the browser test beside it."""

import os
from pathlib import Path

import geopandas as gpd
import numpy as np
import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.assets import asset_routes
from api.basemap import basemap_routes
from geo import tiling

HERE = Path(__file__).parent
TOWN = Path(os.environ["CANVAS_TOWN"])
ASSETS = Path(os.environ["CANVAS_ASSETS"])

# one record in the middle and a hundred on a lattice east of it, six months in turn
EAST = -0.99 + 0.004 + 0.0004 * (np.arange(100) % 10)
NORTH = 54.8 + 0.0003 * (np.arange(100) // 10)
RECORDS = gpd.GeoDataFrame(
    {
        "kind": "incident",
        "month": [6, *(np.arange(100) % 6 + 1)],
        "what": ["<b>in the middle</b>", *(f"number {n}" for n in range(1, 101))],
    },
    geometry=gpd.points_from_xy([-0.9925, *EAST], [54.8, *NORTH]),
    index=np.arange(1000, 1101),
    crs=4326,
).to_crs(3857)


def tile(request: Request) -> Response:
    at = (request.path_params["z"], request.path_params["x"], request.path_params["y"])
    month = int(request.query_params.get("month", 1))
    body = tiling.encode("incidents", RECORDS[RECORDS["month"] >= month], *at)
    return Response(body, media_type="application/vnd.mapbox-vector-tile")


app = st.App(
    Path(__file__).with_name("page.py"),
    routes=[
        *asset_routes(ASSETS),
        *basemap_routes(lambda: TOWN, lambda _request: None),
        Route("/tiles/incidents/{z:int}/{x:int}/{y:int}.mvt", tile),
    ],
)
