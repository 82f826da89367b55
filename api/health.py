"""``/healthz``: whether database, migrations and assets are right."""

from collections.abc import Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from api.assets import missing_assets
from store import database, migrate
from store.database import Store


def health_routes(store: Store, assets: Path) -> list[Route]:
    """Serve ``/healthz``: 200 and ``ok`` for each part, or 503 and what is wrong."""

    def health(_request: Request) -> JSONResponse:
        parts = {name: check() for name, check in _checks(store, assets).items()}
        well = all(said == "ok" for said in parts.values())
        return JSONResponse(
            {"status": "ok" if well else "wrong", **parts},
            status_code=200 if well else 503,
            headers={"Cache-Control": "no-store"},
        )

    return [Route("/healthz", health)]


def _checks(store: Store, assets: Path) -> dict[str, Callable[[], str]]:
    return {
        "database": lambda: "ok" if database.alive(store.engine) else "does not answer",
        "migrations": lambda: _migrations(store),
        "assets": lambda: "missing: run make run again" if missing_assets(assets) else "ok",
    }


def _migrations(store: Store) -> str:
    if not database.alive(store.engine):
        return "unknown"
    return "ok" if migrate.is_current(store.engine) else "behind: run safeground db upgrade"
