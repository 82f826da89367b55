"""What the measures need beside the app."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from scripts import postgis as server


@contextmanager
def postgis() -> Iterator[str]:
    """Yield the URL of a PostGIS: the one that is named or running, else one of our own; or ""."""
    named = os.environ.get("SAFEGROUND_TEST_POSTGIS", "")
    if named or server.NOTE.exists():
        yield named or server.start()
        return
    try:
        url = server.start()
    except SystemExit as missing:
        print(missing, file=sys.stderr)
        yield ""
        return
    try:
        yield url
    finally:
        server.stop()
