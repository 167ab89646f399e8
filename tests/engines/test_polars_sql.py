import polars as pl
import pytest

from csperf.engines.polars_sql import check_sql
from csperf.rubric.sql import FUNCTIONS, find_compared_words, find_forbidden
from csperf.tables import TABLES
from csperf.tables.contract import compile_table

TICKETS = compile_table(TABLES["tickets"])

CALLS = {
    "abs": "abs(rating)",
    "ceil": "ceil(handling_seconds)",
    "coalesce": "coalesce(rating, 3)",
    "concat": "concat(status, 'x')",
    "ends_with": "ends_with(status, 'd')",
    "floor": "floor(handling_seconds)",
    "greatest": "greatest(rating, 3)",
    "least": "least(rating, 3)",
    "left": "left(status, 2)",
    "length": "length(status)",
    "lower": "lower(status)",
    "ltrim": "ltrim(status)",
    "nullif": "nullif(rating, 1)",
    "replace": "replace(status, 'o', 'a')",
    "right": "right(status, 2)",
    "round": "round(handling_seconds, 1)",
    "rtrim": "rtrim(status)",
    "starts_with": "starts_with(status, 'o')",
    "strpos": "strpos(status, 'o')",
    "substr": "substr(status, 1, 2)",
    "trim": "trim(status)",
    "try_cast": "try_cast(status as int)",
    "upper": "upper(status)",
}


@pytest.mark.parametrize(
    ("sql", "type_"),
    [
        ("rating >= 4 and not is_bot", "boolean"),
        ("status in ('solved', 'closed')", "boolean"),
        ("escalated", "boolean"),
        ("resolved_at is null", "boolean"),
        ("category like '%退款%'", "boolean"),
        ("rating", "number"),
        ("handling_seconds / 60", "number"),
        ("resolution_hours", "number"),
        ("case when escalated then 1 else 0 end", "number"),
        ("resolved_at - created_at", "duration"),
        ("status", "text"),
        ("created_at", "time"),
    ],
)
def test_type(sql: str, type_: str) -> None:
    facts = check_sql(sql, TICKETS)
    assert (facts.type, facts.error) == (type_, None)


def test_names_stand_once_in_order() -> None:
    assert check_sql("rating >= 4 or rating < reply_count", TICKETS).names == ("rating", "reply_count")


def test_unknown_columns_are_named_and_nothing_else_is_said() -> None:
    facts = check_sql("ratng >= 4", TICKETS)
    assert facts.names == ("ratng",)
    assert facts.error is None


@pytest.mark.parametrize(
    "sql",
    ["rating >=", "rating >= 4 or", "", "rating = 'good'", "status > 3", "escalated and rating", "true", "1",
     "sum(rating)", "created_at > '2025-06-01'", "select rating", "rating; rating", "nonsense(rating)", "*"],
)  # fmt: skip
def test_error_is_one_plain_line(sql: str) -> None:
    error = check_sql(sql, TICKETS).error
    assert error
    assert "\n" not in error
    assert "polars" not in error.lower()


@pytest.mark.parametrize(
    "sql",
    ["rating > avg(rating)", "count(*) > 1", "row_number() over (order by rating)", "created_at < now()",
     "created_at < current_date", "rating in (select 1)", "status::int", "cast(status as int)", "Max(rating)",
     "unnest(rating)"],
)  # fmt: skip
def test_forbidden(sql: str) -> None:
    assert find_forbidden(sql)


@pytest.mark.parametrize(
    "sql",
    [
        "status = 'select avg(x)'",
        "rating in (1, 2)",
        "(rating > 1) and (rating < 3)",
        '"max" > 1',
        "case when (escalated) then 1 else (0) end",
    ],
)
def test_allowed(sql: str) -> None:
    assert find_forbidden(sql) is None


def test_every_allowed_function_is_tried() -> None:
    assert set(CALLS) == set(FUNCTIONS)


@pytest.mark.parametrize("sql", CALLS.values(), ids=CALLS)
def test_allowed_functions_look_at_one_row(sql: str) -> None:
    rows = pl.DataFrame({"rating": [1, 5, None, 3], "handling_seconds": [1.25, 9.0, -3.5, None],
                         "status": ["open", None, " solved ", "12"]})  # fmt: skip
    whole = rows.select(pl.sql_expr(sql).alias("x"))
    one_by_one = pl.concat([rows[index].select(pl.sql_expr(sql).alias("x")) for index in range(rows.height)])
    assert find_forbidden(sql) is None
    assert check_sql(sql, TICKETS).error is None
    assert whole.equals(one_by_one)


def test_compared_words() -> None:
    sql = "status = 'open' or kind in ('a', 'it''s') and channel <> 'x' or rating in (1, 2)"
    assert set(find_compared_words(sql)) == {
        ("status", "open"), ("kind", "a"), ("kind", "it''s"), ("channel", "x")
    }  # fmt: skip
