"""Writes tickets of June 2025 with Chinese text, the same rows in GBK and in UTF-8: what run.py --gbk compares.

Polars reads UTF-8 only, so csperf copies a GBK file first; the two show what that costs.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

ENCODINGS = ("gbk", "utf-8")
HEADER = (
    "ticket_id,agent_id,created_at,resolved_at,first_reply_seconds,handling_seconds,status,reopen_count,"
    "escalated,rating,买家留言\n"
)
AGENTS = 200
BATCH = 20_000
REMARKS = (
    "商品有质量问题，已补发", "物流停滞三天，催促后更新", "尺码偏小，申请换货", "发票抬头开错，重开电子发票",
    "少发一件配件，次日补寄", "咨询保修期，已说明条款",
)  # fmt: skip
"""What stands in a column that nobody scores, as in any export."""


def write_tickets(folder: Path, size: int) -> None:
    """Write gbk.csv, of at least `size` bytes, and utf-8.csv; each row has an id of its own."""
    bodies = list(make_bodies())
    numbers = range(size // sum(len(f"T0123456789,{row}".encode("gbk")) for row in bodies) + 1)
    for encoding in ENCODINGS:
        encoded = [row.encode(encoding) for row in bodies]
        with (folder / f"{encoding}.csv").open("wb") as file:
            file.write(HEADER.encode(encoding))
            rows = enumerate(row for _ in numbers for row in encoded)
            while batch := b"".join(b"T%010d,%b" % row for row in islice(rows, BATCH)):
                file.write(batch)


def make_bodies() -> Iterator[str]:
    """An hour of rows, one for each second, without their ids."""
    draw = random.Random(20250601)
    for second in range(3600):
        day, hour = draw.randint(1, 30), draw.randint(0, 22)
        times = (f"2025-06-{day:02} {hour + late:02}:{second // 60:02}:{second % 60:02}" for late in (0, 1))
        cells = (
            f"客服{draw.randrange(AGENTS):03}", *times, draw.randrange(3600), 60 + draw.randrange(7200),
            "closed", draw.randrange(2), "false", draw.randint(1, 5), draw.choice(REMARKS),
        )  # fmt: skip
        yield ",".join(map(str, cells)) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gb", type=float, default=2, help="size of the file in GBK; default 2")
    parser.add_argument("folder", type=Path, metavar="FOLDER")
    arguments = parser.parse_args()
    write_tickets(arguments.folder, int(arguments.gb * 1e9))


if __name__ == "__main__":
    main()
