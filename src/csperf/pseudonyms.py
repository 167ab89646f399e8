"""Rankings for everybody's eyes: agents under pseudonyms, and nothing said that tells who they are."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
from collections.abc import Collection, Iterable
from dataclasses import replace
from pathlib import Path

from csperf.problems import Location, Problem, ProblemsFound
from csperf.scoring.cards import Agent, IndicatorScore, Scorecard, ScoreTable, Words
from csperf.workspace import Workspace, show_path

SAMPLE_KEY = hashlib.sha256(b"csperf sample shop").digest()
"""The key of the bundled sample, whose people are invented; it lies where nothing is written."""

_KEY_BYTES = 32
# No vowels, so that no word comes out; no digits, so that no spreadsheet takes it for a number.
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
_SHORTEST, _GROUP = 8, 4
# Parts that hold names or ids, or what a person wrote and may name anybody in.
PERSONAL_PARTS = {"agent", "agents", "approved_by", "names", "near", "reason", "requested_by", "who", "why"}
# What says when somebody was here, or what they are spared: colleagues know them by that.
_PERSONAL_CODES = {"note-short-presence", "on-full-period", "step-full-period"}
_PERSONAL_STARTS = ("absent-", "exempted-", "restored-", "rollup-", "step-restored-")


def open_key(workspace: Workspace) -> tuple[bytes, Path | None]:
    """(the workspace's key, its file where it was made just now); raises ProblemsFound for one that is no key."""
    if workspace.is_sample:
        return SAMPLE_KEY, None
    path = workspace.folder / workspace.content.anonymous_key
    if not path.exists():
        _make_key(path)
        return read_key(path), path
    return read_key(path), None


def read_key(path: Path) -> bytes:
    """The key in a file of hexadecimal digits; raises ProblemsFound for one that is too short, or none."""
    text = path.read_bytes().decode("ascii", "replace")
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) < _KEY_BYTES:
        message = f"this is no key: at least {2 * _KEY_BYTES} hexadecimal digits are needed"
        hint = "put back the copy that you kept; without one, delete the file: a new key makes new pseudonyms"
        raise ProblemsFound([Problem("key-invalid", message, Location(show_path(path)), hint=hint)])
    return key


def _make_key(path: Path) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(_KEY_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        with contextlib.suppress(OSError):
            path.unlink()
        raise


def name_agents(agent_ids: Collection[str], key: bytes) -> dict[str, str]:
    """agent_id → pseudonym, such as KXMT-QRPB; longer ones for those that would share one.

    The same for the same key and id, and not to be undone without the key.
    """
    whole = {agent_id: _spell(hmac.digest(key, agent_id.encode("utf-8"), "sha256")) for agent_id in agent_ids}
    return {agent_id: _group(_shorten(text, whole.values())) for agent_id, text in whole.items()}


def _spell(digest: bytes) -> str:
    rest, letters = int.from_bytes(digest), []
    for _ in range(len(digest)):
        rest, place = divmod(rest, len(_LETTERS))
        letters.append(_LETTERS[place])
    return "".join(letters)


def _shorten(text: str, others: Collection[str]) -> str:
    """As much of the start as no other has, and not less than the shortest."""
    return next(
        text[:length] for length in range(_SHORTEST, len(text) + 1)
        if not any(other != text and other.startswith(text[:length]) for other in others)
    )  # fmt: skip


def _group(text: str) -> str:
    return "-".join(text[place : place + _GROUP] for place in range(0, len(text), _GROUP))


def hide_people(table: ScoreTable, key: bytes) -> ScoreTable:
    """The ranking under pseudonyms, by rank and then by pseudonym.

    Left out is what tells who somebody is: names, teams, roles, presence, months, exemptions, files, and what names
    people. Who has no score is not ranked, and left out too.
    """
    pseudonyms = name_agents([card.agent.agent_id for card in table.cards], key)
    cards = [_hide_person(card, pseudonyms[card.agent.agent_id]) for card in table.cards if card.score is not None]
    return replace(
        table,
        cards=tuple(sorted(cards, key=lambda card: (card.rank is None, card.rank or 0, card.agent.agent_id))),
        sources=tuple(replace(source, files=()) for source in table.sources),
        variant_titles={},
        months=(),
        provisional=without_people(table.provisional),
        record=without_people(table.record),
        warnings=without_people(table.warnings),
    )


def _hide_person(card: Scorecard, pseudonym: str) -> Scorecard:
    return replace(
        card,
        agent=Agent(pseudonym, is_pseudonym=True),
        indicators=tuple(map(_hide_in_line, card.indicators)),
        notes=_without_person(card.notes),
        outcomes=tuple(replace(outcome, reason=_without_person(outcome.reason)) for outcome in card.outcomes),
        variant=None,
        exemptions=(),
        unexempted=None,
        months=(),
        original=None,
    )


def _hide_in_line(line: IndicatorScore) -> IndicatorScore:
    return replace(line, reason=_without_person(line.reason), steps=_without_person(line.steps))


def _without_person(sentences: Iterable[Words]) -> tuple[Words, ...]:
    kept = without_people(sentences)
    return tuple(
        said for said in kept if said.code not in _PERSONAL_CODES and not said.code.startswith(_PERSONAL_STARTS)
    )


def without_people(sentences: Iterable[Words]) -> tuple[Words, ...]:
    """The sentences that name nobody."""
    return tuple(said for said in sentences if not PERSONAL_PARTS & {part for part, _ in said.parts})
