"""Packs that a job made, handed to whoever asked for them."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api.door import Who
from api.uploads import refuse_foreign
from domain import pack_files
from store.database import Store


def pack_routes(store: Store, who: Who) -> list[Route]:
    """Return the route ``/pack-files/JOB``: one's own file, for as long as it is kept."""

    def fetch(request: Request) -> Response:
        refuse_foreign(request)
        actor = who(request)
        with store.reading() as session:
            found = pack_files.of_job(session, actor, int(request.path_params["job"]))
            headers = {
                "Content-Disposition": f'attachment; filename="{found.name}"',
                "Cache-Control": "private, no-store",
                "X-Content-Type-Options": "nosniff",
            }
            return Response(found.content, media_type="application/zip", headers=headers)

    return [Route("/pack-files/{job:int}", fetch)]
