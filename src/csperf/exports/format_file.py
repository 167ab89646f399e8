"""A format file: how a platform's export maps to a canonical table."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, field_validator, model_validator

from csperf.problems import ProblemsFound, suggest
from csperf.shipped import shipped
from csperf.tables import TABLES
from csperf.tables.contract import compile_table
from csperf.yaml_models import read_model
from csperf.yaml_source import read_yaml

_MEANT_FOR = {
    "date": ("time", "day"), "percent": ("share",), "unit": ("seconds",), "duration": ("seconds",),
    "sum": ("integer", "number"),
}  # fmt: skip
"""Setting of a column → the kinds of columns that it means something to."""


class ColumnRule(BaseModel):
    """How one canonical column is got from the export."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, defer_build=True)
    from_: list[str] | None = Field(None, alias="from", min_length=1, description="the header, or several it may have")
    join: list[str] | None = Field(
        None, min_length=1, description="columns joined by a space, such as a date and a time"
    )
    sum: list[str] | None = Field(
        None, min_length=2, description="columns of numbers added up, such as very satisfied and satisfied"
    )
    value: str | None = Field(None, description="the same value in every row")
    map: dict[str, str] | None = Field(None, description="the export's word → the canonical one")
    date: list[str] | None = Field(None, description="strftime form of times, or several")
    percent: Literal["with_sign", "share", "number"] | None = Field(
        None, description="98.5% is with_sign, 0.985 is share, 98.5 is number"
    )
    unit: Literal["s", "min", "h", "d"] | None = Field(None, description="unit of bare durations")
    duration: Literal["clock", "words"] | None = Field(None, description="clock: 00:01:23; words: 1分23秒")
    missing: list[str] | None = Field(None, description="what stands for no value in this column")

    @property
    def parts(self) -> list[str] | None:
        """The headers of the columns that it takes together, if it takes several."""
        return self.join or self.sum

    @property
    def headers(self) -> list[str] | None:
        """The headers the column may have; of columns taken together, the first."""
        return self.from_ or (self.parts[:1] if self.parts else None)

    @field_validator("from_", "date", mode="before", json_schema_input_type=str | list[str] | None)
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return [value] if isinstance(value, str) else value

    @field_validator("map", mode="before", json_schema_input_type=dict[str, str | bool | int | float] | None)
    @classmethod
    def _texts(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        words = {True: "true", False: "false"}
        return {
            str(key): words.get(word, str(word)) if isinstance(word, bool) else str(word) for key, word in value.items()
        }

    @field_validator("value", mode="before", json_schema_input_type=str | bool | int | float | None)
    @classmethod
    def _text(cls, value: Any) -> Any:
        return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)

    @model_validator(mode="after")
    def _one_origin(self) -> ColumnRule:
        said = [name for name in ("from_", "join", "sum", "value") if getattr(self, name) is not None]
        if len(said) != 1:
            raise ValueError("needs exactly one of from, join, sum, value")
        return self


class DropRows(BaseModel):
    """Rows that are no data, such as totals at the end."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, defer_build=True)
    column: str
    in_: list[str] = Field(alias="in")


class FormatFile(BaseModel):
    """The content of a format file."""

    model_config = ConfigDict(extra="forbid", defer_build=True)
    format: str
    table: str
    encoding: str = "auto"
    separator: Literal["auto", ",", "\t", ";", "|"] = "auto"
    sheet: str | None = None
    header_row: Literal["auto"] | int = "auto"
    zone: str | None = None
    columns: dict[str, ColumnRule]
    missing: list[str] = Field(default_factory=list)
    drop_rows: DropRows | None = None
    version: str | None = None

    @field_validator("columns", mode="before", json_schema_input_type=dict[str, ColumnRule | str | list[str]])
    @classmethod
    def _short_form(cls, columns: Any) -> Any:
        if not isinstance(columns, dict):
            return columns
        return {name: {"from": rule} if isinstance(rule, str | list) else rule for name, rule in columns.items()}

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, encoding: str) -> str:
        try:
            " ".encode("utf-8" if encoding == "auto" else encoding)
        except LookupError as error:
            known = "auto, utf-8, gb18030, utf-16, cp1252 or cp932"
            raise ValueError(f'unknown encoding "{encoding}"; write {known}') from error
        return encoding

    @field_validator("header_row", mode="before", json_schema_input_type=Literal["auto"] | PositiveInt)
    @classmethod
    def _row_number(cls, row: Any) -> Any:
        if row == "auto" or (isinstance(row, int) and row >= 1 and not isinstance(row, bool)):
            return row
        raise ValueError("not a row number; write a number from 1, or auto")

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str | None) -> str | None:
        if zone is not None:
            try:
                ZoneInfo(zone)
            except (KeyError, ValueError, OSError) as error:
                raise ValueError(f'unknown zone "{zone}"; write an IANA name such as Asia/Shanghai') from error
        return zone


def load_format(path: Path, shown: str | None = None) -> FormatFile:
    """Read a format file and check its table and columns; raises ProblemsFound with all that is wrong."""
    source = read_yaml(path, shown)
    content, problems = read_model(source, FormatFile, "format")
    if content is not None and content.table not in TABLES:
        problems.append(
            source.problem(
                ("table",),
                "format-unknown-table",
                f'unknown table "{content.table}"',
                hint=suggest(content.table, list(TABLES)),
            )
        )
    elif content is not None:
        contract = compile_table(TABLES[content.table])
        for name in content.columns:
            if name not in contract.columns:
                problems.append(
                    source.problem(
                        ("columns", name),
                        "format-unknown-column",
                        f'table "{content.table}" has no column "{name}"',
                        hint=suggest(name, list(contract.columns)),
                        key=True,
                    )
                )
                continue
            kind = contract.columns[name].kind
            for setting, kinds in _MEANT_FOR.items():
                if getattr(content.columns[name], setting) and kind not in kinds:
                    problems.append(
                        source.problem(
                            ("columns", name, setting),
                            "format-wrong-setting",
                            f'{setting} means nothing to column "{name}" of kind {kind}',
                            hint=f"{setting} is for columns of kind {' and '.join(kinds)}",
                            key=True,
                        )
                    )
    if problems or content is None:
        raise ProblemsFound(problems)
    return content


def list_formats(folder: Path) -> dict[str, Path]:
    """Format files by name: the workspace's own (`formats/`) first, then the shipped ones."""
    found: dict[str, Path] = {}
    for place in (folder / "formats", shipped("configs") / "exports"):
        for path in sorted(place.glob("*.yaml")):
            found.setdefault(path.stem, path)
    return found


def canonical_format(table: str) -> FormatFile:
    """The format of a plain file whose headers are the canonical names."""
    # Built without validation: nothing here comes from a person.
    rules = {name: ColumnRule.model_construct(from_=[name]) for name in compile_table(TABLES[table]).columns}
    return FormatFile.model_construct(format="canonical", table=table, columns=rules)
