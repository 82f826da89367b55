"""A private PostGIS server for tests and trials: ``start`` prints its URL, ``stop`` ends it.

It runs Debian's own PostgreSQL with the PostGIS package, on a free port of localhost, with its
files in a folder of its own, and keeps nothing safe: never for real records.
"""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

HOUSE = Path(__file__).resolve().parents[1]
NOTE = HOUSE / "var" / "postgis.txt"  # where the folder and the URL of a running server stand
SAY = "PostGIS is not installed. Run: sudo apt-get install postgresql postgresql-{0}-postgis-3"


def binaries() -> Path:
    """Return the newest PostgreSQL that has PostGIS, or end with what to install."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        share = Path("/usr/share/postgresql") / folder.parent.name / "extension"
        if (folder / "initdb").exists() and (share / "postgis.control").exists():
            return folder
    sys.exit(SAY.format("15"))


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run(*command: str | Path) -> None:
    """Run a server program, as the postgres user where we are root (it refuses root)."""
    user = None if os.geteuid() else pwd.getpwnam("postgres").pw_name
    subprocess.run([*map(str, command)], check=True, user=user, stdout=subprocess.DEVNULL, cwd="/")


def start() -> str:
    """Start a server unless one runs, and return its URL."""
    if NOTE.exists():
        _folder, url = NOTE.read_text().split()
        if answers(url):
            return url
    programs, port = binaries(), free_port()
    folder = Path(tempfile.mkdtemp(prefix="safeground-postgis-"))
    if not os.geteuid():
        shutil.chown(folder, "postgres")
    run(programs / "initdb", "-D", folder / "data", "-U", "safeground", "-A", "trust", "-E", "UTF8")
    options = (
        f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
        " -c fsync=off -c full_page_writes=off -c synchronous_commit=off"
        " -c shared_buffers=256MB -c max_wal_size=4GB"
    )
    log = folder / "log"
    run(programs / "pg_ctl", "-D", folder / "data", "-l", log, "-o", options, "-w", "start")
    url = f"postgresql://safeground@127.0.0.1:{port}/postgres"
    NOTE.parent.mkdir(parents=True, exist_ok=True)
    NOTE.write_text(f"{folder} {url}")
    return url


def answers(url: str) -> bool:
    """Say whether something listens at ``url``."""
    host, port = url.rsplit("@", 1)[1].split("/", 1)[0].split(":")
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex((host, int(port))) == 0


def stop() -> None:
    """Stop the server and remove its files."""
    if NOTE.exists():
        folder = Path(NOTE.read_text().split()[0])
        run(binaries() / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop")
        shutil.rmtree(folder)
        NOTE.unlink()


if __name__ == "__main__":
    if sys.argv[1:] == ["stop"]:
        stop()
    else:
        print(start())
