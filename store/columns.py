"""Column types that speak our language: shapely geometries in metres and aware instants.

PostgreSQL keeps a PostGIS geometry with its own index. SQLite keeps WKB and a bounding box beside
it, indexed by the R*Tree that every SQLite carries, so the embedded store needs no extension.
"""

from datetime import UTC, datetime
from typing import Any

import shapely
from geoalchemy2 import Geometry
from geoalchemy2.shape import from_shape, to_shape
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Boolean, DateTime, Dialect, Float, LargeBinary, TypeDecorator, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from geo.space import BNG, Box


class Geometry27700(TypeDecorator[BaseGeometry]):
    """Takes and gives shapely geometries in British National Grid; another kind is refused."""

    impl = LargeBinary
    cache_ok = True
    spatial_index = False  # read by GeoAlchemy2; the index is written in the migration
    use_N_D_index = False  # noqa: N815
    management = False

    def __init__(self, kind: str = "GEOMETRY") -> None:
        self.kind = kind
        super().__init__()

    def load_dialect_impl(self, dialect: Dialect | None) -> Any:
        if dialect is not None and dialect.name == "postgresql":
            return dialect.type_descriptor(Geometry(self.kind, srid=BNG, spatial_index=False))
        return LargeBinary()

    def process_bind_param(self, value: BaseGeometry | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if self.kind not in ("GEOMETRY", value.geom_type.upper()):
            raise ValueError(f"expected a {self.kind.lower()}, not a {value.geom_type.lower()}")
        return from_shape(value, srid=BNG) if dialect.name == "postgresql" else to_wkb(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> BaseGeometry | None:
        if value is None:
            return None
        return to_shape(value) if dialect.name == "postgresql" else shapely.from_wkb(value)


def to_wkb(geometry: BaseGeometry) -> bytes:
    """Return the little-endian, two-dimensional WKB that the store keeps on SQLite."""
    return bytes(shapely.to_wkb(geometry, output_dimension=2, byte_order=1))


class UTCDateTime(TypeDecorator[datetime]):
    """An aware instant, kept in UTC; SQLite would otherwise hand it back naive."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError("an instant without a time zone")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        instant: datetime = value
        return instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)


class bbox_intersects(FunctionElement[bool]):  # noqa: N801 - reads as SQL where it is used
    """True where the bounding box of a geometry touches ``box``; answered by the index.

    The database narrows and shapely decides: no other spatial SQL is sent down.
    """

    type = Boolean()
    inherit_cache = True

    def __init__(self, column: Any, box: Box) -> None:
        super().__init__(column, *(bindparam(None, edge, Float) for edge in box))

    def self_group(self, against: Any = None) -> Any:
        return self  # the "= 1" that SQLite would get here costs it the index


@compiles(bbox_intersects, "postgresql")
def _postgis(element: bbox_intersects, compiler: SQLCompiler, **kw: Any) -> str:
    column, *edges = (compiler.process(clause, **kw) for clause in element.clauses)
    return f"{column} && ST_MakeEnvelope({', '.join(edges)}, {BNG})"


@compiles(bbox_intersects, "sqlite")
def _rtree(element: bbox_intersects, compiler: SQLCompiler, **kw: Any) -> str:
    column, *edges = element.clauses
    mapped = getattr(column.table, "element", column.table)
    row = compiler.process(column.table.c.id, **kw)
    min_x, min_y, max_x, max_y = (compiler.process(edge, **kw) for edge in edges)
    tree = f"{mapped.name}_{column.name}_rtree"
    return (  # the names are our own, from the mapping
        f"{row} IN (SELECT id FROM {tree} WHERE max_x >= {min_x}"  # noqa: S608
        f" AND min_x <= {max_x} AND max_y >= {min_y} AND min_y <= {max_y})"
    )
