"""The container of .xls files, looked at before it is read: sectors that lead in circles would be followed for ever."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

MAGIC = b"\xd0\xcf\x11\xe0"
_LAST_SECTOR = 0xFFFFFFFA
_IN_HEADER = 109


def is_sound(content: bytes) -> bool:
    """Whether every chain of sectors in a compound file comes to an end."""
    try:
        shift, mini, more = (struct.unpack_from("<H", content, 30)[0], *struct.unpack_from("<I4xI", content, 60))
        size = {9: 512, 12: 4096}[shift]

        def read(sector: int) -> tuple[int, ...]:
            return struct.unpack_from(f"<{size // 4}I", content, (sector + 1) * size)

        parts = [one for one in struct.unpack_from(f"<{_IN_HEADER}I", content, 76) if one < _LAST_SECTOR]
        for _ in range(len(content) // size):
            if more >= _LAST_SECTOR:
                break
            *listed, more = read(more)
            parts += [one for one in listed if one < _LAST_SECTOR]
        table = [entry for part in parts for entry in read(part)]
        if more < _LAST_SECTOR or _has_circle(table):
            return False
        return not _has_circle([entry for part in _follow(table, mini) for entry in read(part)])
    except (struct.error, KeyError, IndexError):
        return False


def _follow(table: Sequence[int], start: int) -> Iterator[int]:
    """The sectors of one chain."""
    while start < _LAST_SECTOR:
        yield start
        start = table[start]


def _has_circle(table: Sequence[int]) -> bool:
    """Whether some chain meets itself; table[n] is the sector after n."""
    ended: set[int] = set()
    for start in range(len(table)):
        chain: set[int] = set()
        sector = start
        while sector < len(table) and sector not in ended:
            if sector in chain:
                return True
            chain.add(sector)
            sector = table[sector]
        ended |= chain
    return False
