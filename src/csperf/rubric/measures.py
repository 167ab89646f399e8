"""How each number is computed: the entries of `measures.yaml`, as data an engine can carry out.

A measure is an aggregate kind plus SQL expressions over one canonical table, a ratio of two such
aggregates, arithmetic over other measures, or a constant. It is never a Python function over rows.
"""

from __future__ import annotations

import ast
import datetime as dt
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from csperf.tables.contract import Contract
from csperf.tables.kinds import EVERYONE

Text = str | dict[str, str]
"""Words for people: one string, or one per language (`{zh-CN: …, en: …}`)."""

SIMPLE_KINDS = ("rate", "count", "sum", "mean", "median", "min", "max")
_ALL_KINDS = "rate, count, sum, mean, median, p90, min, max"
_BELONGS_TO = {
    "weighted_by": ("mean",), "distinct": ("rate", "count"), "per": ("mean",), "zero_if": ("mean",), "trim": ("mean",),
}  # fmt: skip
"""Key of a term → the kinds it says something to."""
_FRACTIONAL = ("number", "share", "seconds")
PERCENTILE = re.compile(r"p(\d{1,2}(?:\.\d+)?)")
NAME = re.compile(r"[a-z][a-z0-9_]*")
"""What measures and dimensions can be called."""
LARGEST = 10**12
"""The largest number that a measure can state."""
WEEKDAY = "weekday"
"""The day of the week of an aggregate's time, monday to sunday, as what its rows can be split by."""
_MOST_DAYS = 3660


def _check_days(text: str) -> str:
    if len(text) > len("9999d") or int(text[:-1]) > _MOST_DAYS:
        raise ValueError(f"{text} is more than {_MOST_DAYS} days")
    return text


Days = Annotated[str, Field(pattern=r"^[1-9]\d*d$"), AfterValidator(_check_days)]
"""A number of days, such as 60d."""


class Share(BaseModel):
    """A rate with a denominator of its own: rows where `of` is true ÷ rows where `over` is true."""

    model_config = ConfigDict(extra="forbid", defer_build=True)
    of: str = Field(description="SQL condition: the rows that count as hits")
    over: str = Field(description="SQL condition: the rows in the denominator")


def _accept_percentile(value: Any) -> Any:
    """Fold `p90: expr` into `percentile: {90: expr}`, so that any percentile is one field."""
    if not isinstance(value, Mapping):
        return value
    written = {key: entry for key, entry in value.items() if isinstance(key, str) and PERCENTILE.fullmatch(key)}
    if not written or not isinstance(value.get("percentile", {}), Mapping):
        return value
    rest = {key: entry for key, entry in value.items() if key not in written}
    return {**rest, "percentile": {**value.get("percentile", {}), **written}}


class Term(BaseModel):
    """One aggregate over one canonical table, per agent."""

    model_config = ConfigDict(extra="forbid", defer_build=True)
    from_: str | None = Field(None, alias="from", description="canonical table")
    at: str | None = Field(None, description="the time column that decides the period; each table has a default")
    agent: str | None = Field(
        None, description="the column that says who is credited, default agent_id; everyone: the shop's value for all"
    )
    where: str | None = Field(None, description="SQL condition: rows that count at all")
    window: Days | None = Field(None, description="days that end with the period, such as 60d")
    optional: list[str] | None = Field(
        None, description="columns that an export may lack; they then count as empty in every row"
    )
    rate: str | Share | None = Field(
        None, description="share of rows where the condition is true, among those where it is not null"
    )
    count: Literal[True] | None = Field(None, description="number of rows")
    sum: str | None = None
    mean: str | None = None
    median: str | None = None
    min: str | None = None
    max: str | None = None
    percentile: dict[str, str] | None = Field(None, description="written as p90: expression")
    weighted_by: str | None = Field(None, description="weights of a mean, such as the number of ratings behind a rate")
    distinct: str | None = Field(
        None, description="of a rate or count: a column, such as order_id, of which each value counts once"
    )
    per: str | None = Field(
        None, description="of a mean: a column, such as review_id; first the mean within each, then that of all"
    )
    zero_if: str | None = Field(None, description="with per: SQL condition; where a row of it is true, all of it is 0")
    trim: str | None = Field(
        None, pattern=r"^\d+(\.\d+)?%$", description="with per: the share cut off at each end, such as 10%"
    )

    def kinds(self) -> list[str]:
        """The aggregate kinds this entry names; exactly one is right."""
        return [kind for kind in (*SIMPLE_KINDS, "percentile") if getattr(self, kind) is not None]


PercentileTerm = Annotated[Term, BeforeValidator(_accept_percentile)]


class Ratio(BaseModel):
    """One aggregate divided by another, across tables if need be."""

    model_config = ConfigDict(extra="forbid", defer_build=True)
    of: PercentileTerm
    to: PercentileTerm


class MeasureEntry(Term):
    """One entry of measures.yaml."""

    title: Text = Field(description="what people call it")
    definition: Text = Field(description="one paragraph: what it is and what it leaves out")
    source: str = Field(description="where the definition comes from")
    unit: str | None = Field(None, description='"%", s, min, h, d, /h, /d, or a label such as 元; default % for rates')
    better: Literal["higher", "lower"] | None = Field(None, description="which way is better")
    matures: Days | None = Field(None, description="days after the period until the value is final, such as 7d")
    constant: Decimal | None = Field(
        None, ge=-LARGEST, le=LARGEST, decimal_places=9,
        description="a number that the scheme states, such as a baseline",
    )  # fmt: skip
    ratio: Ratio | None = None
    derived: str | None = Field(None, description="arithmetic over other measures: + - * / ( )")

    @model_validator(mode="before")
    @classmethod
    def _percentile(cls, value: Any) -> Any:
        return _accept_percentile(value)

    def kinds(self) -> list[str]:
        """The kinds this entry names, `ratio`, `derived` and `constant` included."""
        whole = ("ratio", "derived", "constant")
        return [*super().kinds(), *(kind for kind in whole if getattr(self, kind) is not None)]


@dataclass(frozen=True)
class LeftOut:
    """Rows that an aggregate does not see: those with any of the ids, on any of the days.

    ids: (column, values) of each column that is looked at; empty: whatever a row is of. days: the first and the
    last one, by the aggregate's time; None: at any time.
    """

    ids: tuple[tuple[str, tuple[str, ...]], ...] = ()
    days: tuple[dt.date, dt.date] | None = None


@dataclass(frozen=True)
class Aggregate:
    """What an engine computes: one number per agent over the facts of one table.

    `kind` is rate, count, sum, mean, weighted_mean, percentile, min or max. `value` is a condition
    for a rate and a numeric expression otherwise. `percentile` is a share (median: 1/2), read by
    linear interpolation between neighbours, as spreadsheets do (PERCENTILE.INC).

    agent: the column that says who is credited, or EVERYONE.
    distinct: the column of which each value counts once (rates: a hit if any of its rows is one).
    per: the column whose values (reviews, say) are each reduced to their mean before the mean of all;
    zero_if makes such a mean 0 where any row fails, trim (a share) cuts means off at each end.
    optional: columns that are empty in every row where the source lacks them.
    paired: the other term of a ratio over the same rows; a row that lacks its value there counts nowhere.
    sources: the workspace's sources whose rows it sees; None: all that fill the table.
    split_by: a column, or WEEKDAY, by whose values the rows of each agent are told apart; no entry says it.
    left_out: rows that it does not see, as they are exempted; no entry says it.
    sums_cases: a sum of whole numbers of things. is_shared: a row can count for several agents.
    Rows without a value of `distinct`, `per` or `split_by` count nowhere.
    """

    table: str
    kind: str
    at: str
    agent: str = "agent_id"
    where: str | None = None
    window_days: int | None = None
    value: str | None = None
    over: str | None = None
    weight: str | None = None
    percentile: Fraction | None = None
    distinct: str | None = None
    per: str | None = None
    zero_if: str | None = None
    trim: Fraction = Fraction(0)
    optional: tuple[str, ...] = ()
    paired: Aggregate | None = None
    sources: tuple[str, ...] | None = None
    split_by: str | None = None
    left_out: tuple[LeftOut, ...] = ()
    sums_cases: bool = field(default=False, compare=False)
    is_shared: bool = field(default=False, compare=False)

    @property
    def is_of_cases(self) -> bool:
        """Whether its value is a number of cases, such as tickets or ratings, and not of minutes or 元."""
        return self.kind == "count" or self.sums_cases

    @property
    def counts_again(self) -> bool:
        """Whether one thing, such as an order, can count for several agents, and so more than once for a team."""
        return self.is_shared or self.distinct is not None or self.per is not None

    def expressions(self) -> list[tuple[str, str]]:
        """(role, SQL) of every expression; the roles are where, value, over, weight and zero_if."""
        roles = ("where", "value", "over", "weight", "zero_if")
        return [(role, sql) for role in roles if (sql := getattr(self, role)) is not None]


@dataclass(frozen=True)
class Measure:
    """A catalogue entry made ready: one aggregate, two of a ratio, arithmetic over other measures, or a constant.

    matures_days: how long after the period its value may still change.
    """

    name: str
    kind: str
    title: Text
    definition: Text
    source: str
    unit: str
    better: Literal["higher", "lower"] | None
    terms: tuple[Aggregate, ...] = ()
    formula: str | None = None
    parts: tuple[str, ...] = ()
    constant: Fraction | None = None
    matures_days: int = 0

    @property
    def is_per_head(self) -> bool:
        """Whether it grows with the people behind it: a count or sum of rows that are somebody's."""
        return self.kind in ("count", "sum") and self.terms[0].agent != EVERYONE

    @property
    def is_volume(self) -> bool:
        """Whether it also grows with the days that somebody was here, so that it can be prorated: not over a window."""
        return self.is_per_head and self.terms[0].window_days is None

    @property
    def is_of_cases(self) -> bool:
        """Whether one more case adds 1 below, and 1 above if it is a hit: a rate, or a ratio of numbers of things."""
        return self.kind == "rate" or (self.kind == "ratio" and all(term.is_of_cases for term in self.terms))

    @property
    def is_poolable(self) -> bool:
        """Whether Σ numerators ÷ Σ denominators of a team is a value that one of its members can be given.

        A team's count or sum is not, as it grows with the team; nor are percentiles and arithmetic, nor
        what two of the team would add twice.
        """
        return self.has_poolable_kind and not any(term.counts_again for term in self.terms)

    @property
    def has_poolable_kind(self) -> bool:
        """Whether it is a kind of measure whose numerators and denominators add up."""
        kinds = {term.kind for term in self.terms}
        wanted = {"count", "sum"} if self.kind == "ratio" else {"rate", "mean", "weighted_mean"}
        return bool(kinds) and kinds <= wanted


def build_measure(name: str, entry: MeasureEntry, contracts: Mapping[str, Contract]) -> Measure:
    """An entry → a Measure. `contracts` gives each table's default time and agent column.

    Raises ValueError with a sentence for people when the entry does not say exactly one kind,
    or says something that its kind does not know.
    """
    kinds = entry.kinds()
    if len(kinds) != 1:
        said = " and ".join(kinds) if kinds else "none"
        raise ValueError(f"a measure needs exactly one of {_ALL_KINDS}, ratio, derived, constant; found {said}")
    kind = kinds[0]
    terms: tuple[Aggregate, ...] = ()
    parts: tuple[str, ...] = ()
    if kind in ("derived", "constant"):
        what = "a derived measure is arithmetic over others" if kind == "derived" else "a constant is a number"
        keys = ["from", "at", "agent", "where", "window", "optional", *_BELONGS_TO]
        if kind == "constant":
            keys.append("matures")
        if idle := [key for key in keys if getattr(entry, "from_" if key == "from" else key) is not None]:
            raise ValueError(f"{what} and has no {' or '.join(idle)} of its own")
        parts = formula_names(entry.derived) if entry.derived is not None else ()
    elif kind == "ratio":
        assert entry.ratio
        _check_belonging(entry, kind)
        of, to = (_build_aggregate(_inherit(part, entry), contracts) for part in (entry.ratio.of, entry.ratio.to))
        for term in (of, to):
            if term.kind in {"percentile", "min", "max"}:
                raise ValueError(f"a ratio divides counts, sums, rates or means; {term.kind} cannot be pooled")
        terms = (_pair(of, to), _pair(to, of))
    else:
        terms = (_build_aggregate(entry, contracts),)
    default_unit = "%" if kind == "rate" else ""
    return Measure(
        name=name, kind=kind, title=entry.title, definition=entry.definition, source=entry.source,
        unit=entry.unit if entry.unit is not None else default_unit, better=entry.better,
        terms=terms, formula=entry.derived, parts=parts,
        constant=None if entry.constant is None else Fraction(entry.constant),
        matures_days=int(entry.matures[:-1]) if entry.matures else 0,
    )  # fmt: skip


def _inherit(part: Term, whole: MeasureEntry) -> Term:
    """A term of a ratio with what it leaves unsaid taken from the whole measure."""
    unsaid = {
        name: getattr(whole, name)
        for name in ("from_", "at", "agent", "where", "window", "optional")
        if getattr(part, name) is None
    }
    if part.from_ is not None and whole.from_ not in (None, part.from_):
        unsaid = {name: value for name, value in unsaid.items() if name == "window"}
    return part.model_copy(update=unsaid)


def _pair(term: Aggregate, other: Aggregate) -> Aggregate:
    """A term of a ratio that leaves out rows in which the other's value is missing, where both are over the same rows.

    Counted below but unknown above, such a row would pass for a zero.
    """
    same = ("table", "at", "agent", "window_days")
    if any(getattr(term, name) != getattr(other, name) for name in same):
        return term
    if not {term.kind, other.kind} <= {"count", "sum"}:
        return term
    if other.value in (None, term.value) and other.distinct in (None, term.distinct):
        return term  # it lacks nothing that this term does not lack itself
    return replace(term, paired=other, optional=tuple(dict.fromkeys([*term.optional, *other.optional])))


def _sums_cases(sql: str, contract: Contract) -> bool:
    """Whether an expression adds up whole numbers of things: such columns, or what is rounded to a whole number."""
    if re.search(r"[/.]", sql):
        return False
    unrounded = re.sub(r"\bround\([^(),]*\)", "", sql)
    is_fractional = any(
        name in contract.derived or (name in contract.columns and contract.columns[name].kind in _FRACTIONAL)
        for name in re.findall(r"\w+", unrounded)
    )
    counts = (name for name, column in contract.columns.items() if column.kind == "integer")
    return not is_fractional and not {*counts}.isdisjoint(re.findall(r"\w+", sql))


def _check_belonging(term: Term, kind: str) -> None:
    """Raises ValueError for a key that its kind does not know, or that lacks the key it goes with."""
    for key, kinds in _BELONGS_TO.items():
        if getattr(term, key) is not None and kind not in kinds:
            raise ValueError(f"{key} belongs to a {' or '.join(kinds)}")
    for key in ("zero_if", "trim"):
        if getattr(term, key) is not None and term.per is None:
            raise ValueError(f'{key} needs "per": of what each is one')


def _build_aggregate(term: Term, contracts: Mapping[str, Contract]) -> Aggregate:
    kinds = term.kinds()
    if len(kinds) != 1:
        said = " and ".join(kinds) if kinds else "none"
        raise ValueError(f"needs exactly one of {_ALL_KINDS}; found {said}")
    kind = kinds[0]
    if term.from_ is None:
        raise ValueError('needs "from": the table it is computed from')
    _check_belonging(term, kind)
    trim = Fraction((term.trim or "0%")[:-1]) / 100
    if trim >= Fraction(1, 2):
        raise ValueError("trim cuts at both ends, so it must be less than 50%")
    value = over = None
    percentile = None
    if kind == "rate":
        value, over = (term.rate.of, term.rate.over) if isinstance(term.rate, Share) else (term.rate, None)
    elif kind == "median":
        kind, value, percentile = "percentile", term.median, Fraction(1, 2)
    elif kind == "percentile":
        assert term.percentile
        if len(term.percentile) != 1:
            raise ValueError("needs exactly one percentile")
        label, value = next(iter(term.percentile.items()))
        if not PERCENTILE.fullmatch(label):
            raise ValueError(f'"{label}" is not a percentile; write it like p90')
        percentile = Fraction(label.removeprefix("p")) / 100
    elif kind != "count":
        value = getattr(term, kind)
    contract = contracts.get(term.from_)
    agent = term.agent or (contract.agent if contract else "agent_id")
    return Aggregate(
        table=term.from_, kind="weighted_mean" if term.weighted_by else kind,
        at=term.at or (contract.at if contract else None) or "", agent=agent,
        where=term.where, window_days=int(term.window[:-1]) if term.window else None,
        value=value, over=over, weight=term.weighted_by, percentile=percentile,
        distinct=term.distinct, per=term.per, zero_if=term.zero_if, trim=trim,
        optional=tuple(term.optional or ()),
        sums_cases=kind == "sum" and value is not None and contract is not None and _sums_cases(value, contract),
        is_shared=contract is not None and contract.agents_by is not None and agent == contract.agent,
    )  # fmt: skip


_OPERATORS: dict[type[ast.operator], Callable[[Fraction, Fraction], Fraction | None]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul,
    ast.Div: lambda dividend, divisor: None if divisor == 0 else dividend / divisor,
}  # fmt: skip


def formula_names(formula: str) -> tuple[str, ...]:
    """The measures a `derived` formula names, as they appear; ValueError if it is not plain arithmetic."""
    names: list[str] = []
    for node in ast.walk(_parse_formula(formula)):
        if isinstance(node, ast.Name) and node.id not in names:
            names.append(node.id)
    if not names:
        raise ValueError("a derived measure must name at least one other measure")
    return tuple(names)


def with_parts(measures: Mapping[str, Measure], name: str) -> dict[str, Measure]:
    """A measure and all that it is worked out from, by name."""
    inner = [with_parts(measures, part) for part in measures[name].parts]
    return {name: measures[name], **{part: one for found in inner for part, one in found.items()}}


def evaluate_formula(formula: str, values: Mapping[str, Fraction | None]) -> Fraction | None:
    """The formula's exact value; None when a part is missing or a divisor is 0 (missing is not zero)."""

    def walk(node: ast.expr) -> Fraction | None:
        if isinstance(node, ast.Name):
            return values[node.id]
        if isinstance(node, ast.Constant):
            return Fraction(str(node.value))
        if isinstance(node, ast.UnaryOp):
            inner = walk(node.operand)
            return None if inner is None else -inner if isinstance(node.op, ast.USub) else inner
        assert isinstance(node, ast.BinOp)
        left, right = walk(node.left), walk(node.right)
        return None if left is None or right is None else _OPERATORS[type(node.op)](left, right)

    return walk(_parse_formula(formula).body)


def _parse_formula(formula: str) -> ast.Expression:
    try:
        tree = ast.parse(formula.strip(), mode="eval")
    except SyntaxError as error:
        raise ValueError(f'"{formula}" is not arithmetic over measures') from error
    for node in ast.walk(tree.body):
        allowed = isinstance(
            node,
            ast.Name
            | ast.BinOp
            | ast.UnaryOp
            | ast.Load
            | ast.Add
            | ast.Sub
            | ast.Mult
            | ast.Div
            | ast.USub
            | ast.UAdd,
        ) or (isinstance(node, ast.Constant) and type(node.value) in (int, float))
        if not allowed:
            raise ValueError(f'"{formula}": only measures, numbers, + - * / and brackets are allowed')
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and node.value > LARGEST:
            raise ValueError(f'"{formula}": a number cannot be more than {LARGEST}')
    return tree
