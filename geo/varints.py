"""Numbers and fields as protobuf writes them (varints), a column of them at a time.

A varint may be padded with empty groups of seven bits, so a column of numbers can have one width.

Specification: https://protobuf.dev/programming-guides/encoding/
"""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Bytes = NDArray[np.uint8]
Ints = NDArray[np.integer[Any]]

LIMITS = 1 << np.array([7, 14, 21, 28])
"""From these numbers on a varint takes one byte more."""


def constant(rows: int, written: bytes) -> Bytes:
    """Return ``written`` in each of ``rows`` rows."""
    return np.frombuffer(written * rows, dtype=np.uint8).reshape(rows, len(written))


def padded(numbers: Ints, width: int) -> Bytes:
    """Write each number in ``width`` bytes; those along the last axis follow one another."""
    groups = np.empty((*numbers.shape, width), dtype=np.uint8)
    for at in range(width):
        more = 128 if at < width - 1 else 0
        groups[..., at] = numbers >> 7 * at & 127 | more
    return groups.reshape(*numbers.shape[:-1], numbers.shape[-1] * width)


def width(largest: ArrayLike) -> int:
    """Return how many bytes a varint of ``largest`` takes."""
    return max(1, -(-int(np.asarray(largest)).bit_length() // 7))


def zigzag(numbers: Ints) -> Ints:
    """Return signed numbers as protobuf counts them: 0, -1, 1, -2 and so on."""
    return numbers << 1 ^ numbers >> 63


def varint(number: int) -> bytes:
    """Return one number as a varint."""
    written = bytearray()
    while number > 127:
        written.append(number & 127 | 128)
        number >>= 7
    return bytes([*written, number])


def field(number: int, body: bytes) -> bytes:
    """Return a length-delimited field: its number, the length of its body, the body."""
    return bytes([number << 3 | 2]) + varint(len(body)) + body
