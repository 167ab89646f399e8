"""Exports of some dozens of invented rows with a platform's own headers, for a first score from them."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Mapping
from pathlib import Path

from formats_at_hand import FIXTURES, write_export

_START = dt.datetime(2025, 6, 1, 9, 30)


def write_fixture(format_: str, folder: Path) -> Path:
    """The export made by hand for a format, under its platform's name for it; a report holds a whole month."""
    [fixture] = (one for one in FIXTURES if one.format == format_)
    return write_export(fixture, folder)


def write_zendesk(path: Path, count: int = 60) -> Path:
    """Tickets of June, each day some, of Mia, Tom and 李娜."""
    return _write(path, "zendesk-tickets", ",", [_ticket(number) for number in range(count)])


def write_amazon_orders(path: Path, count: int = 50) -> Path:
    """Orders of June."""
    rows = [
        {
            "amazon-order-id": f"111-0000001-{number:07}", "order-status": "Shipped", "fulfillment-channel": "Merchant",
            "purchase-date": f"{_day(number):%Y-%m-%dT%H:%M:%S}+00:00", "sales-channel": "Amazon.com",
            "last-updated-date": f"{_day(number):%Y-%m-%dT%H:%M:%S}+00:00", "quantity": "1", "currency": "USD",
        } for number in range(count)
    ]  # fmt: skip
    return _write(path, "amazon-orders", "\t", rows)


def write_amazon_returns(path: Path, count: int = 3) -> Path:
    """Return requests of June, for some of these orders."""
    rows = [
        {
            "Order ID": f"111-0000001-{number:07}", "Amazon RMA ID": f"DR{number}RRMA", "In policy": "Y",
            "Order date": f"{_day(number):%d-%b-%Y}", "Return request date": f"{_day(number + 5):%d-%b-%Y}",
            "Return Reason": "CR-DEFECTIVE", "A-to-Z Claim": "N",
        } for number in range(count)
    ]  # fmt: skip
    return _write(path, "amazon-returns", "\t", rows)


def _ticket(number: int) -> dict[str, str]:
    created = _day(number)
    solved = created + dt.timedelta(hours=number % 40)
    return {
        "Id": str(1000 + number), "Assignee": ("Mia", "Tom", "李娜")[number % 3], "Status": "Closed",
        "Created at": f"{created:%Y-%m-%d %H:%M}", "Updated at": f"{solved:%Y-%m-%d %H:%M}",
        "Solved at": f"{solved:%Y-%m-%d %H:%M}", "Satisfaction Score": "Bad" if number % 17 == 0 else "Good",
        "Reopens": str(int(number % 11 == 0)), "Replies": "2",
        "First reply time in minutes": str(5 + 40 * (number % 40)),
    }  # fmt: skip


def _day(number: int) -> dt.datetime:
    return _START + dt.timedelta(hours=11 * number)


def _write(path: Path, format_: str, separator: str, rows: Iterable[Mapping[str, str]]) -> Path:
    [fixture] = (one for one in FIXTURES if one.format == format_)
    headers = fixture.content.splitlines()[0].split(separator)
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, headers, delimiter=separator, restval="")
    writer.writeheader()
    writer.writerows(rows)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.getvalue(), encoding="utf-8", newline="")
    return path
