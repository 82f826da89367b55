"""Files as they arrive: what each truly is, by its bytes, and safe unpacking.

Everything here is hostile until it is known. A file is told by what it begins with, never by its
name alone, and nothing reaches a parser that could follow it to another file or host.
"""

import codecs
import hashlib
import stat
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from domain.errors import Invalid

BLOCK = 1 << 20
MOST_UNPACKED = 4 << 30
MOST_RATIO = 200
MOST_MEMBERS = 10_000
ALWAYS_FINE = 10 << 20  # a small file may be packed as tightly as it likes
NESTED = frozenset({".zip", ".kmz", ".xlsx", ".7z", ".rar", ".gz", ".bz2", ".xz", ".tar", ".tgz"})
SHAPEFILE = (".shp", ".shx", ".dbf", ".prj", ".cpg")
SINGLE = (".csv", ".txt", ".tsv", ".geojson", ".json", ".gpkg", ".kml", ".fgb")
PACKED = {"zip", "kmz"}


@dataclass(frozen=True)
class Fingerprint:
    """What one reading of all bytes told: the digest, the size, and whether it is UTF-8."""

    sha256: str
    size: int
    utf8: bool


def fingerprint(path: Path) -> Fingerprint:
    """Read a file once, block by block."""
    digest, utf8, size = hashlib.sha256(), True, 0
    decoder = codecs.getincrementaldecoder("utf-8")()
    for block in _blocks(path):
        digest.update(block)
        size += len(block)
        utf8 = utf8 and _decodes(decoder, block)
    utf8 = utf8 and _decodes(decoder, b"", final=True)
    return Fingerprint(digest.hexdigest(), size, utf8)


def fingerprint_all(paths: list[Path]) -> Fingerprint:
    """Fingerprint a layer that is several files (a Shapefile) as one."""
    if len(paths) == 1:
        return fingerprint(paths[0])
    each = [fingerprint(path) for path in paths]
    together = hashlib.sha256("".join(one.sha256 for one in each).encode()).hexdigest()
    return Fingerprint(together, sum(one.size for one in each), utf8=False)


def kind_of(path: Path) -> str:
    """Tell what a file is: csv, xlsx, geojson, gpkg, shapefile, kml, kmz, flatgeobuf or zip.

    Raises
    ------
    Invalid
        It is none that we read; the message says which we do.
    """
    head = _head(path)
    if head.startswith(b"PK\x03\x04"):
        return _kind_of_zip(path)
    if head.startswith(b"SQLite format 3\0"):
        return "gpkg"
    if head.startswith(b"fgb\x03"):
        return "flatgeobuf"
    if head.startswith(b"\x00\x00\x27\x0a"):
        return "shapefile"
    return _kind_of_text(path, head)


def resolve(path: Path) -> Path:
    """Find the file that is meant: the file itself, or the one Shapefile of a folder."""
    if path.is_dir():
        found = sorted(each for each in path.iterdir() if each.suffix.lower() == ".shp")
        if len(found) != 1:
            raise Invalid(
                f"That folder holds {len(found)} Shapefiles. Name the .shp file you mean."
            )
        return found[0]
    if path.suffix.lower() in SHAPEFILE[1:]:
        path = _sibling(path, ".shp") or path
    if not path.is_file():
        raise Invalid("There is no such file.")
    return path.resolve()


def parts_of(path: Path) -> list[Path]:
    """Return the files that make one layer: all parts of a Shapefile, otherwise the file itself."""
    if path.suffix.lower() != ".shp":
        return [path]
    return [part for suffix in SHAPEFILE if (part := _sibling(path, suffix)) is not None]


def unpack(path: Path, folder: Path) -> Path:
    """Unpack the one data file of a zip into ``folder`` (private, empty) and return its path.

    Raises
    ------
    Invalid
        It holds no data file or several, another archive, a path that leads out of it, a link,
        or more than it claims.
    """
    with _opened_zip(path) as archive:
        wanted = _one_layer(_safe_members(archive))
        room = MOST_UNPACKED
        for member in wanted:
            target = folder / f"layer{PurePosixPath(member.filename).suffix.lower()}"
            room -= _copy(archive, member, target, room)
    return next(
        (part for part in folder.iterdir() if part.suffix == ".shp"),
        folder / f"layer{PurePosixPath(wanted[0].filename).suffix.lower()}",
    )


def check_zip(path: Path) -> None:
    """Refuse an archive (XLSX too) that unpacks to far more than it is, or hides others."""
    with _opened_zip(path) as archive:
        _safe_members(archive, nested=False)


def refuse_document_types(path: Path) -> None:
    """Refuse an XLSX whose XML declares a document type: that is how entities get in."""
    with _opened_zip(path) as archive:
        for member in archive.infolist():
            if member.filename.lower().endswith((".xml", ".rels", ".vml")):
                with archive.open(member) as part:
                    _refuse_document_type(part)


def _refuse_document_type(part: IO[bytes]) -> None:
    tail = b""
    while block := part.read(BLOCK):
        searched = (tail + block).replace(b"\0", b"")  # UTF-16 hides nothing
        if b"<!DOCTYPE" in searched or b"<!ENTITY" in searched:
            raise Invalid("The file declares XML entities, so it was not opened.")
        tail = searched[-16:]


def _blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


def _decodes(decoder: codecs.IncrementalDecoder, block: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(block, final)
    except UnicodeDecodeError:
        return False
    return True


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        head = file.read(4096)
    if not head:
        raise Invalid("The file is empty.")
    return head


def _kind_of_zip(path: Path) -> str:
    with _opened_zip(path) as archive:
        names = set(archive.namelist())
    if "xl/workbook.xml" in names:
        return "xlsx"
    if any(name.lower().endswith(".kml") for name in names):
        return "kmz"
    return "zip"


def _kind_of_text(path: Path, head: bytes) -> str:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"{"):
        return "geojson"
    if text.startswith(b"<"):
        return "kml"
    if path.suffix.lower() in (".csv", ".txt", ".tsv", ""):
        return "csv"
    raise Invalid(
        "That kind of file is not read here. Use CSV, XLSX, GeoJSON, GeoPackage, Shapefile "
        "(also zipped), KML or FlatGeobuf."
    )


def _sibling(path: Path, suffix: str) -> Path | None:
    return next(
        (each for each in (path.with_suffix(suffix), path.with_suffix(suffix.upper()))
         if each.is_file()),
        None,
    )  # fmt: skip


def _opened_zip(path: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise Invalid("The zip file is damaged. Please make it again.") from error


def _safe_members(archive: zipfile.ZipFile, *, nested: bool = True) -> list[zipfile.ZipInfo]:
    members = [each for each in archive.infolist() if not each.is_dir()]
    if len(members) > MOST_MEMBERS:
        raise Invalid("The zip file holds too many files.")
    for each in members:
        _check_member(each, nested=nested)
    unpacked = sum(each.file_size for each in members)
    packed = sum(each.compress_size for each in members)
    if unpacked > MOST_UNPACKED or unpacked > ALWAYS_FINE + MOST_RATIO * packed:
        raise Invalid("The file unpacks to far more than its size allows, so it was not opened.")
    return members


def _check_member(member: zipfile.ZipInfo, *, nested: bool) -> None:
    name = PurePosixPath(member.filename.replace("\\", "/"))
    if name.is_absolute() or ".." in name.parts or ":" in member.filename:
        raise Invalid("The zip file holds a path that leads out of it, so it was not opened.")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise Invalid("The zip file holds a link, so it was not opened.")
    if member.flag_bits & 1:
        raise Invalid("The zip file is locked with a password. Please unlock it first.")
    if nested and name.suffix.lower() in NESTED:
        raise Invalid("The zip file holds another archive. Please unpack it first.")


def _one_layer(members: list[zipfile.ZipInfo]) -> list[zipfile.ZipInfo]:
    """Choose the parts of the one Shapefile, or the one other data file, of an archive."""
    named = [(PurePosixPath(each.filename), each) for each in members]
    named = [pair for pair in named if not pair[0].name.startswith(".")]  # a Mac leaves such files
    found = [path for path, _each in named if path.suffix.lower() in (".shp", *SINGLE)]
    if len(found) != 1:
        raise Invalid(
            f"The zip file holds {len(found)} files that can be read here. "
            "Please unpack it and choose one."
        )
    if found[0].suffix.lower() != ".shp":
        return [each for path, each in named if path == found[0]]
    stem = found[0].with_suffix("")
    return [
        each
        for path, each in named
        if path.with_suffix("") == stem and path.suffix.lower() in SHAPEFILE
    ]


def _copy(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, room: int) -> int:
    """Write one member; what its header claims is not believed, the bytes are counted."""
    written = 0
    try:
        with archive.open(member) as packed, target.open("xb") as out:
            while block := packed.read(BLOCK):
                written += len(block)
                if written > min(room, member.file_size):
                    raise Invalid("The zip file holds more than it claims, so it was not opened.")
                out.write(block)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, OSError) as error:
        raise Invalid("The zip file is damaged. Please make it again.") from error
    return written
