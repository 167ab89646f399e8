"""A format file: how a platform's export maps to a canonical table."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, PositiveInt, field_validator, model_validator

from csperf.problems import Problem, ProblemsFound, suggest
from csperf.shipped import shipped
from csperf.tables import TABLES
from csperf.tables.contract import compile_table
from csperf.workspace import AUTO, EncodingName, ZoneName, show_path
from csperf.yaml_models import read_model
from csperf.yaml_source import read_yaml

Dates = Literal["year-first", "month-first", "day-first"]
"""The order of numbers in dates such as 03/04/2025."""
CANONICAL = "canonical"
"""What the format of csperf's own headers is called; no file says it."""
OTHER = "other"
"""In place of a marketplace: all that are not named."""
ZONE = "{zone}"
"""In a header: the place of an IANA zone, which is that of the column's times."""
_MEANT_FOR = {
    "date": ("time", "day"), "percent": ("share",), "unit": ("seconds",), "duration": ("seconds",),
    "sum": ("integer", "number"), "between": ("seconds",), "file_name": ("day",),
}  # fmt: skip
"""Setting of a column → the kinds of columns that it means something to."""


class ColumnRule(BaseModel):
    """How one canonical column is got from the export."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, defer_build=True)
    from_: list[str] | None = Field(
        None, alias="from", min_length=1,
        description=f"the header, or several it may have; {ZONE} stands for the zone of the column's times",
    )  # fmt: skip
    join: list[str] | None = Field(
        None, min_length=1, description="columns joined by a space, such as a date and a time"
    )
    sum: list[str] | None = Field(
        None, min_length=2, description="columns of numbers added up, such as very satisfied and satisfied"
    )
    between: list[str] | None = Field(
        None, min_length=2, max_length=2, description="the seconds from one column's time to another's"
    )
    file_name: Literal["first_day", "last_day"] | None = Field(
        None, description="the first or last day of the period that the file's name gives"
    )
    value: str | None = Field(None, description="the same value in every row")
    map: dict[str, str] | None = Field(
        None, description="the export's word → the canonical one; a word that ends with * stands for its beginning"
    )
    date: list[str] | None = Field(
        None, description="strftime form of times, or several; excel, epoch and epoch_ms are such numbers"
    )
    percent: list[Literal["with_sign", "share", "number"]] | None = Field(
        None, description="98.5% is with_sign, 0.985 is share, 98.5 is number; the first that a cell fits"
    )
    unit: Literal["s", "min", "h", "d"] | None = Field(None, description="unit of bare durations")
    duration: list[Literal["clock", "hours_minutes", "words"]] | None = Field(
        None, description="clock: 00:01:23; hours_minutes: 36:20; words: 1分23秒; the first that a cell fits"
    )
    missing: list[str] | None = Field(
        None, description="what stands for no value in this column; with * at the end, what begins so"
    )

    @property
    def parts(self) -> list[str] | None:
        """The headers of the columns that it takes together, if it takes several."""
        return self.join or self.sum or self.between

    @property
    def headers(self) -> list[str] | None:
        """The headers the column may have; of columns taken together, the first."""
        return self.from_ or (self.parts[:1] if self.parts else None)

    @field_validator(
        "from_", "date", "percent", "duration", mode="before", json_schema_input_type=str | list[str] | None
    )
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
        origins = ("from_", "join", "sum", "between", "file_name", "value")
        if sum(getattr(self, name) is not None for name in origins) != 1:
            raise ValueError("needs exactly one of from, join, sum, between, file_name, value")
        return self


class DropRows(BaseModel):
    """Rows that are no data, such as totals at the end."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, defer_build=True)
    column: str = Field(description="the header of the column to look at")
    in_: list[str] | None = Field(None, alias="in", description="cells that mark such a row")
    contains: list[str] | None = Field(None, description="parts of a cell that mark such a row")
    empty: Literal[True] | None = Field(None, description="rows without a value in this column")

    @model_validator(mode="after")
    def _one_way(self) -> DropRows:
        if sum(way is not None for way in (self.in_, self.contains, self.empty)) != 1:
            raise ValueError("needs exactly one of in, contains, empty")
        return self


class Keep(BaseModel):
    """Which row to keep of those in one file whose cells under a header are the same."""

    model_config = ConfigDict(extra="forbid", defer_build=True)
    first: str | None = Field(None, description="keep the first of the rows with one value in this column")
    last: str | None = Field(None, description="keep the last of them")

    @model_validator(mode="after")
    def _one_way(self) -> Keep:
        if (self.first is None) == (self.last is None):
            raise ValueError("needs exactly one of first, last")
        return self


class ByMarketplace(BaseModel):
    """A setting that the marketplace decides; the source in csperf.yaml says which it is."""

    model_config = ConfigDict(extra="forbid", defer_build=True)
    marketplace: dict[str, Dates] = Field(description=f"country code → the order of dates there; {OTHER}: elsewhere")

    def find(self, code: str | None) -> Dates:
        """The order in one marketplace; raises ValueError where there is none, or one that is not known."""
        if code is None:
            raise ValueError("the format's dates depend on the marketplace, and this source names none")
        found = self.marketplace.get(code.upper()) or self.marketplace.get(OTHER)
        if found is None:
            raise ValueError(f'the format does not know marketplace "{code}"')
        return found

    @property
    def codes(self) -> list[str]:
        """The marketplaces it names."""
        return [code for code in self.marketplace if code != OTHER]


class FormatFile(BaseModel):
    """The content of a format file."""

    model_config = ConfigDict(extra="forbid", defer_build=True)
    format: str = Field(description="the format's name")
    table: str = Field(description="the canonical table that it fills")
    title: dict[Literal["en", "zh-CN"], str] = Field(default_factory=dict, description="the export's name for people")
    note: dict[Literal["en", "zh-CN"], str] = Field(
        default_factory=dict, description="what to know of this export, such as what it cannot tell"
    )
    template: str | None = Field(None, description="why this is no finished format, but one to copy and complete")
    headers: list[str] = Field(
        default_factory=list, description="the export's headers as the platform writes them, to know it by"
    )
    encoding: EncodingName = Field(AUTO, description="auto, or a name such as utf-8, gb18030, utf-16, cp1252, cp932")
    separator: Literal["auto", ",", "\t", ";", "|"] = Field("auto", description="what stands between two cells")
    sheet: str | None = Field(None, description="Excel: which sheet; default: the only one")
    records: str | None = Field(
        None, description="JSON: the path to the list of records, such as data.items; * is every name at its place"
    )
    header_row: Literal["auto"] | int = Field(
        "auto", description="the header's row, counted from 1; auto: the first with every header that must be there"
    )
    header_rows: PositiveInt = Field(1, description="how many rows the header may take; the lowest filled cell names")
    zone: ZoneName | None = Field(None, description="IANA name, where the platform fixes the zone of its times")
    dates: Dates | ByMarketplace | None = Field(
        None, description="the order of numbers in dates of columns without date:"
    )
    columns: dict[str, ColumnRule] = Field(description="canonical column → where it comes from")
    missing: list[str] = Field(
        default_factory=list, description="cells that stand for no value; with * at the end, what begins so"
    )
    drop_rows: list[DropRows] = Field(default_factory=list, description="rows that are no data, such as totals")
    keep: Keep | None = Field(None, description="of rows with the same value, which one to keep")
    version: str | None = Field(
        None, description="the column of numbers whose greatest wins where a key stands in several rows"
    )

    @field_validator("columns", mode="before", json_schema_input_type=dict[str, ColumnRule | str | list[str]])
    @classmethod
    def _short_form(cls, columns: Any) -> Any:
        if not isinstance(columns, dict):
            return columns
        return {name: {"from": rule} if isinstance(rule, str | list) else rule for name, rule in columns.items()}

    @field_validator("drop_rows", mode="before", json_schema_input_type=list[DropRows] | DropRows)
    @classmethod
    def _one_or_many(cls, rules: Any) -> Any:
        return [rules] if isinstance(rules, dict) else rules

    @field_validator("header_row", mode="before", json_schema_input_type=Literal["auto"] | PositiveInt)
    @classmethod
    def _row_number(cls, row: Any) -> Any:
        if row == "auto" or (isinstance(row, int) and row >= 1 and not isinstance(row, bool)):
            return row
        raise ValueError("not a row number; write a number from 1, or auto")

    def for_source(
        self, zone: str | None, dates: Dates | None, marketplace: str | None, encoding: str | None = None
    ) -> FormatFile:
        """The format with what an entry of csperf.yaml says of its own files, which wins.

        Raises ValueError where the marketplace decides and there is none, or one that is not known.
        """
        order = dates or (self.dates.find(marketplace) if isinstance(self.dates, ByMarketplace) else self.dates)
        said = {"zone": zone or self.zone, "dates": order}
        return self.in_encoding(encoding).model_copy(update=said)

    def in_encoding(self, encoding: str | None) -> FormatFile:
        """The format of files in this encoding, where it says none itself."""
        return self.model_copy(update={"encoding": encoding}) if encoding and self.encoding == AUTO else self


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
            column, rule = contract.columns[name], content.columns[name]
            for setting, kinds in _MEANT_FOR.items():
                if (column.unit and setting in ("unit", "duration")) or (rule.between and setting == "date"):
                    continue
                if getattr(rule, setting) and column.kind not in kinds:
                    problems.append(
                        source.problem(
                            ("columns", name, setting),
                            "format-wrong-setting",
                            f'{setting} means nothing to column "{name}" of kind {column.kind}',
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


def load_formats(folder: Path) -> dict[str, FormatFile]:
    """All of them, by name."""
    return {name: load_format(path, show_path(path)) for name, path in list_formats(folder).items()}


def find_format(folder: Path, name: str) -> Path:
    """The file of a format that `load_formats` knows; raises ProblemsFound for another."""
    known = list_formats(folder)
    if name not in known:
        raise ProblemsFound([Problem("format-unknown", f'no format "{name}"', hint=suggest(name, list(known)))])
    return known[name]


def canonical_format(table: str) -> FormatFile:
    """The format of a plain file whose headers are the canonical names."""
    # Built without validation: nothing here comes from a person.
    rules = {name: ColumnRule.model_construct(from_=[name]) for name in compile_table(TABLES[table]).columns}
    return FormatFile.model_construct(format=CANONICAL, table=table, columns=rules)
