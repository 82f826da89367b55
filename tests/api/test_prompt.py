"""What is answered leaves at once, also where the server's socket did not name its protocol."""

import asyncio
import socket
import threading
import urllib.request
from concurrent.futures import ThreadPoolExecutor

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

    with ThreadPoolExecutor(1) as apart:  # another test of this process may have left a loop here
        for kind in ("http", "lifespan"):
            apart.submit(asyncio.run, Prompt(app)({"type": kind}, receive, None)).result()
    assert asked == ["http", "lifespan"]
