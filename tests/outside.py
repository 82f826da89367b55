"""A guard inside a server's process: each attempt to reach another host is written to a file."""

import json
import os
from pathlib import Path

HOOK = """
import ipaddress
import os
import sys

SOCKETS = ("socket.connect", "socket.sendto", "socket.sendmsg")
NAMES = ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr")
FILE = {file}


def is_here(host):
    if host is None or host in ("", b"", "localhost", b"localhost"):
        return True
    try:
        address = ipaddress.ip_address(host.decode() if isinstance(host, bytes) else host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def watch(event, told):
    if event in SOCKETS and isinstance(told[1], tuple):
        host = told[1][0]
    elif event in NAMES:
        host = told[0]
    else:
        return
    if not is_here(host):
        with open(FILE, "a") as attempts:
            print(os.getpid(), event, host, file=attempts)


sys.addaudithook(watch)
"""


def guarded(env: dict[str, str], folder: Path) -> tuple[dict[str, str], Path]:
    """Return ``env`` so that Python started with it, and its children, note what they ask outside.

    Attempts are seen as Python's own audit events, from the first line on, whatever library
    makes them. The file that is returned holds one line for each; it is there from the start.
    """
    attempts = folder / "attempts"
    attempts.touch()
    (folder / "sitecustomize.py").write_text(HOOK.format(file=json.dumps(str(attempts))))
    first = [str(folder), *filter(None, [env.get("PYTHONPATH", os.environ.get("PYTHONPATH", ""))])]
    return {**env, "PYTHONPATH": os.pathsep.join(first)}, attempts
