"""Large files on their way in, and the rejected rows on their way out.

``POST /uploads?name=...`` takes the bytes of one file as they come, up to a limit, into a private
file that only its sender can name. A page of another site cannot send one: it would need a header
that browsers let no foreign page set.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from api.door import Who
from domain.errors import Invalid, NotFound, NotPermitted
from domain.people import Actor, Permission
from exchange import templates, uploads
from exchange.uploads import Upload

HEADER = "x-safeground-upload"
BLOCK = 1 << 20
PRIVATE = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
TEMPLATES: dict[str, Callable[[], str]] = {
    "missing-touches.csv": templates.touches_csv,
    "missing-touches-how-to.txt": templates.touches_about,
}


def upload_routes(folder: Path, who: Who, max_bytes: int) -> list[Route]:
    """Serve uploads, rejected rows and templates to whoever may import.

    ``folder`` is private (0700); ``who`` names the signed-in person or raises.
    """
    desk = _Desk(folder, who, max_bytes)
    return [
        Route("/uploads", desk.send, methods=["POST"]),
        Route("/uploads/{token}", desk.drop, methods=["DELETE"]),
        Route("/batches/{token}/rejects.csv", desk.rejects, methods=["GET"]),
        Route("/templates/{name}", desk.template, methods=["GET"]),
    ]


@dataclass(frozen=True)
class _Desk:
    """Where files are handed in and rejected rows out."""

    folder: Path
    who: Who
    max_bytes: int

    async def send(self, request: Request) -> Response:
        _refuse_forged(request, "Send files from the import page.")
        actor = await run_in_threadpool(_importer, self.who, request)
        _check_size(request.headers.get("content-length"), self.max_bytes)
        name = uploads.check_name(request.query_params.get("name", ""))
        upload = await run_in_threadpool(uploads.begin, self.folder, actor)
        size = 0  # stays so where the sending breaks off, or is refused
        try:
            size = await _receive(request, uploads.path_for(upload, name), self.max_bytes)
        finally:
            if not size:
                upload.destroy()
        return JSONResponse({"token": upload.token, "name": name, "size": size}, headers=PRIVATE)

    def drop(self, request: Request) -> Response:
        _refuse_forged(request, "Remove files from the import page.")
        self._claimed(request).destroy()
        return Response(status_code=204, headers=PRIVATE)

    def rejects(self, request: Request) -> Response:
        refuse_foreign(request)
        upload = self._claimed(request)
        if not upload.rejects.is_file():
            raise NotFound("The rejected rows were fetched before, or are not kept any more.")
        return FileResponse(
            upload.rejects,
            media_type="text/csv",
            filename="rejected-rows.csv",
            headers=PRIVATE,
            background=BackgroundTask(_forget, upload),
        )

    def template(self, request: Request) -> Response:
        _importer(self.who, request)
        name = request.path_params["name"]
        if name not in TEMPLATES:
            raise NotFound("There is no such template.")
        headers = PRIVATE | {"Content-Disposition": f'attachment; filename="{name}"'}
        return PlainTextResponse(TEMPLATES[name](), headers=headers)

    def _claimed(self, request: Request) -> Upload:
        actor = _importer(self.who, request)
        return uploads.claimed(self.folder, actor, request.path_params["token"])


def _refuse_forged(request: Request, instead: str) -> None:
    """Refuse what another site's page, or no page of ours, began; ``instead`` says what to do."""
    refuse_foreign(request)
    if request.headers.get(HEADER) != "1":
        raise NotPermitted(instead)


def refuse_foreign(request: Request) -> None:
    """Refuse what another site's page began."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    host = request.headers.get("host")
    if site not in (None, "same-origin", "none") or (
        origin is not None and origin.partition("://")[2] != host
    ):
        raise NotPermitted("This was sent from another site. Open Safeground and do it there.")


def _importer(who: Who, request: Request) -> Actor:
    actor = who(request)
    actor.must(Permission.IMPORT)
    return actor


def _check_size(claimed: str | None, most: int) -> None:
    if claimed is not None and (not claimed.isdigit() or int(claimed) > most):
        raise Invalid(f"The file is too large: {most >> 20:,} MB is the most.")


async def _receive(request: Request, path: Path, most: int) -> int:
    """Write the body as it comes; what is sent beyond the limit is not read."""
    size, waiting = 0, bytearray()
    with path.open("xb") as file:
        path.chmod(0o600)
        async for part in request.stream():
            size += len(part)
            if size > most:
                raise Invalid(f"The file is too large: {most >> 20:,} MB is the most.")
            waiting += part
            if len(waiting) >= BLOCK:
                await run_in_threadpool(file.write, bytes(waiting))
                waiting.clear()
        file.write(waiting)
    if not size:
        raise Invalid("The file is empty.")
    return size


def _forget(upload: Upload) -> None:
    """Rejected rows are given out once; the file that was sent is another matter."""
    upload.rejects.unlink(missing_ok=True)
    if not any(upload.folder.glob("file*")):
        upload.destroy()
