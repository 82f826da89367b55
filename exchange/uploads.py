"""Files on their way in: a private folder, a random name, and one owner each."""

import re
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from domain.errors import Invalid, NotFound, TooMany
from domain.people import Actor

TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")
SUFFIX = re.compile(r"\.[a-z0-9]{2,8}")
REJECTS = "rejects.csv"
MOST_WAITING = 5


@dataclass(frozen=True)
class Upload:
    """A folder of one upload, that only its owner can name."""

    folder: Path

    @property
    def token(self) -> str:
        """The random name."""
        return self.folder.name

    @property
    def owner(self) -> str:
        """The number of the person who sent it; empty where nobody did."""
        note = self.folder / "owner"
        return note.read_text(encoding="ascii") if note.is_file() else ""

    @property
    def file(self) -> Path:
        """The file that was sent."""
        found = next(self.folder.glob("file*"), None)
        if found is None:
            raise NotFound("That file is not there any more. Please send it again.")
        return found

    @property
    def rejects(self) -> Path:
        """Where the rejected rows are kept until they are fetched."""
        return self.folder / REJECTS

    def destroy(self) -> None:
        """Delete all of it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def drop_file(self) -> None:
        """Delete what was sent, and keep the rejected rows."""
        for each in self.folder.glob("file*"):
            each.unlink()


def empty(folder: Path, keep: frozenset[str] = frozenset()) -> None:
    """Delete whatever an earlier run left behind, but the uploads in ``keep``; called at start."""
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    for each in folder.iterdir():
        if each.name not in keep:
            shutil.rmtree(each)


def begin(folder: Path, actor: Actor) -> Upload:
    """Make the private folder of one upload, bound to ``actor``.

    Raises
    ------
    TooMany
        So many files of this person lie there already that have not been taken in.
    """
    if len(_waiting(folder, actor)) >= MOST_WAITING:
        raise TooMany("You sent several files that were not imported. Import or remove them first.")
    folder.mkdir(parents=True, mode=0o700, exist_ok=True)
    private = folder / secrets.token_urlsafe(32)
    private.mkdir(mode=0o700)
    (private / "owner").write_text(str(actor.id), encoding="ascii")
    return Upload(private)


def _waiting(folder: Path, actor: Actor) -> list[Upload]:
    every = [Upload(each.parent) for each in folder.glob("*/file*")] if folder.is_dir() else []
    return [each for each in every if each.owner == str(actor.id)]


def path_for(upload: Upload, name: str) -> Path:
    """Return where the bytes go: our own name, with the file's kind where it has a plain one."""
    suffix = Path(name).suffix.lower()
    return upload.folder / ("file" + (suffix if SUFFIX.fullmatch(suffix) else ""))


def claimed(folder: Path, actor: Actor, token: str) -> Upload:
    """Return one's own upload.

    Raises
    ------
    NotFound
        There is none of that name, or it is someone else's.
    """
    upload = Upload(folder / token)
    if TOKEN.fullmatch(token) is None or not upload.folder.is_dir():
        raise NotFound("That file is not there any more. Please send it again.")
    if actor.id is None or upload.owner != str(actor.id):
        raise NotFound("That file is not there any more. Please send it again.")
    return upload


def check_name(name: str) -> str:
    """Return the file's own name, cut to a line; it is shown, never used as a path."""
    bare = " ".join(re.split(r"[\\/]", name)[-1].split())[:200]
    if not bare.isprintable():
        raise Invalid("The file's name holds signs that cannot be shown.")
    return bare or "file"
