"""What is answered leaves at once, also where the server's socket did not name its protocol."""

import asyncio
import socket
import threading
import urllib.request

import uvicorn
from starlette.responses import PlainTextResponse

from api.prompt import Prompt


def serve(seen):
    """A server on a socket as Streamlit opens it, for one request."""
    listening = socket.socket(socket.AF_INET)
    listening.bind(("127.0.0.1", 0))
    listening.listen()

    async def app(scope, receive, send):
        connection = receive.__self__.transport.get_extra_info("socket")
        seen.append(connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        await PlainTextResponse("here")(scope, receive, send)

    config = uvicorn.Config(Prompt(app), log_level="error", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listening])))
    thread.start()
    try:
        port = listening.getsockname()[1]
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as answer:
            assert answer.read() == b"here"
    finally:
        server.should_exit = True
        thread.join()


def test_an_answer_does_not_wait_for_the_browser_to_acknowledge_its_headers():
    seen = []
    serve(seen)
    assert seen[0] != 0


def test_under_another_server_the_request_passes_untouched():
    asked = []

    async def app(scope, receive, send):
        asked.append(scope["type"])

    async def receive():
        return {"type": "http.request"}

    asyncio.run(Prompt(app)({"type": "http"}, receive, None))
    asyncio.run(Prompt(app)({"type": "lifespan"}, receive, None))
    assert asked == ["http", "lifespan"]
