"""The front door: ``streamlit run app.py``, or any ASGI server (``uvicorn app:app``).

Pages, plain pages, tiles and health in one process. Everything that differs between
installations is read here and handed on.
"""

import gc
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from streamlit import config

from api.assets import asset_routes
from api.basemap import basemap_routes
from api.door import door
from api.health import health_routes
from api.live import live_routes
from api.packs import pack_routes
from api.prompt import Prompt
from api.tiles import tiles_ahead
from api.uploads import upload_routes
from cli.house import duty
from domain import case_data, code_editing, preferences
from domain.concern_keys import settled
from domain.concern_submitting import Intake
from domain.errors import SafegroundError, busy
from domain.sessions import SignInRules
from exchange.work import Worker, sweep
from layers import basemap, warming
from screens import desk, frame
from settings import Settings
from store import migrate
from store.database import Store, connect
from web.door import broken, refuse
from web.gate import Gate
from web.report_desk import Reporting
from web.report_draft import Drafts
from web.routes import web_routes

# An ASGI server started elsewhere may miss .streamlit/config.toml.
for option in ("browser.gatherUsageStats", "runner.postScriptGC", "runner.magicEnabled"):
    config.set_option(option, False)  # noqa: FBT003

settings = Settings()
code_editing.settle(settings.codes, settings.var / "codes")
case_data.use(settings.var)
store = Store(connect(settings.database), busy)
rules = SignInRules(
    idle=timedelta(minutes=settings.idle_minutes),
    absolute=timedelta(hours=settings.session_hours),
    demo=settings.sample,
)
intake = Intake(settled(settings.concern_key.get_secret_value(), settings.var))
reporting = Reporting(intake, settings.var / "help", settings.leave_for, settings.proxies)
who = door(store)
desk.furnish(desk.House(
    store=store, sample=settings.sample, uploads=settings.uploads, keys=intake.keys,
    streets=settings.street_file, mail=bool(settings.mail_host),
))  # fmt: skip


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[dict[str, Any] | None]:
    """Bring the database up to date and start the worker; give both back at the end."""
    migrate.upgrade(store.engine)
    sweep(store, settings.uploads)
    worker = Worker([sys.executable, "-m", "cli.main", "work", "--parent", str(os.getpid())])
    worker.start()
    warming.begin(store)
    gc.freeze()  # what is imported by now stays, so no full collection has to go through it again
    with duty(store, settings):
        yield None
    worker.stop()
    store.close()


def basemap_file() -> Path | None:
    """Return the tile file that the operator's base map names, if it names one."""
    with store.reading() as session:
        return basemap.local_file(basemap.installed(preferences.read(session).base_map))


def may_have_ground(request: Request) -> None:
    """Let those who are signed in have the base map, and those who are reporting a place."""
    if Drafts(intake.keys, settings.secure_cookies).read(request) is None:
        who(request)


app = st.App(
    Path(__file__).with_name("screens") / "shell.py",
    lifespan=lifespan,
    routes=[
        *health_routes(store, settings.assets),
        *asset_routes(settings.assets),
        *basemap_routes(basemap_file, may_have_ground),
        *live_routes(store),
        *upload_routes(settings.uploads, who, settings.upload_megabytes << 20),
        *pack_routes(store, who),
        *web_routes(
            store, rules=rules, secure=settings.secure_cookies, sample=settings.sample,
            reporting=reporting,
        ),
    ],
    middleware=[
        Middleware(Prompt),
        Middleware(Gate, store=store, local_only=settings.sample),
        tiles_ahead(store, {SafegroundError: refuse}),
    ],
    exception_handlers={SafegroundError: refuse, Exception: broken},
    on_script_error=frame.failed,
)  # fmt: skip
