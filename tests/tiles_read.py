"""A second reading of vector tiles: the messages of the specification, read by protobuf."""

from dataclasses import dataclass
from typing import Any

import pytest
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

KIND = descriptor_pb2.FieldDescriptorProto
MESSAGES = {
    "Tile": [("layers", 3, "repeated", "Layer")],
    "Layer": [
        ("version", 15, "optional", KIND.TYPE_UINT32),
        ("name", 1, "optional", KIND.TYPE_STRING),
        ("features", 2, "repeated", "Feature"),
        ("keys", 3, "repeated", KIND.TYPE_STRING),
        ("values", 4, "repeated", "Value"),
        ("extent", 5, "optional", KIND.TYPE_UINT32),
    ],
    "Feature": [
        ("id", 1, "optional", KIND.TYPE_UINT64),
        ("tags", 2, "packed", KIND.TYPE_UINT32),
        ("type", 3, "optional", KIND.TYPE_UINT32),
        ("geometry", 4, "packed", KIND.TYPE_UINT32),
    ],
    "Value": [
        ("string_value", 1, "optional", KIND.TYPE_STRING),
        ("float_value", 2, "optional", KIND.TYPE_FLOAT),
        ("double_value", 3, "optional", KIND.TYPE_DOUBLE),
        ("int_value", 4, "optional", KIND.TYPE_INT64),
        ("uint_value", 5, "optional", KIND.TYPE_UINT64),
        ("sint_value", 6, "optional", KIND.TYPE_SINT64),
        ("bool_value", 7, "optional", KIND.TYPE_BOOL),
    ],
}


@dataclass
class Feature:
    """One feature as it stands in the tile: parts are lists of vertices, y downwards."""

    id: int
    kind: int
    attributes: dict[str, Any]
    parts: list[list[tuple[int, int]]]


@dataclass
class Layer:
    name: str
    version: int
    extent: int
    features: list[Feature]


def _tile_message():
    file = descriptor_pb2.FileDescriptorProto(name="tile.proto", package="seen", syntax="proto2")
    for name, fields in MESSAGES.items():
        message = file.message_type.add(name=name)
        for field, number, label, kind in fields:
            added = message.field.add(name=field, number=number)
            repeated = label in ("repeated", "packed")
            added.label = KIND.LABEL_REPEATED if repeated else KIND.LABEL_OPTIONAL
            added.options.packed = label == "packed"
            if isinstance(kind, str):
                added.type, added.type_name = KIND.TYPE_MESSAGE, f".seen.{kind}"
            else:
                added.type = kind
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("seen.Tile"))


def _parts(stream):
    """Follow the pen: MoveTo starts a part, ClosePath ends a ring without moving."""
    numbers, parts, x, y = iter(stream), [], 0, 0
    for command in numbers:
        what, times = command & 7, command >> 3
        assert what in (1, 2, 7)
        if what == 1:
            parts.append([])
        for _ in range(times if what != 7 else 0):
            across, up = (int(n) >> 1 ^ -(int(n) & 1) for n in (next(numbers), next(numbers)))
            x, y = x + across, y + up
            parts[-1].append((x, y))
    return parts


def _layer(layer):
    values = [getattr(each, each.ListFields()[0][0].name) for each in layer.values]
    features = [
        Feature(
            each.id,
            each.type,
            {
                layer.keys[key]: values[value]
                for key, value in zip(each.tags[::2], each.tags[1::2], strict=True)
            },
            _parts(each.geometry),
        )
        for each in layer.features
    ]
    return Layer(layer.name, layer.version, layer.extent, features)


@pytest.fixture(scope="session")
def decode():
    """Read a tile: ``decode(bytes)`` gives its one layer, or None."""
    message = _tile_message()

    def read(tile):
        layers = message.FromString(tile).layers
        assert len(layers) <= 1
        return _layer(layers[0]) if layers else None

    return read
