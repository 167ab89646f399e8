"""Whom a row counts for: the agent it names, those who served its order, their team or shop, or everyone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from csperf.engines.base import Units
from csperf.engines.polars_facts import SOURCE
from csperf.exports.reader import RawTable
from csperf.tables.kinds import EVERYONE

KEY = "_key"
SERVED_ORDER, SERVED_BY = "order_id", "agent_id"
"""The columns of order_agents: a row that lacks an agent counts for those who served its order."""


@dataclass(frozen=True)
class Credit:
    """How the rows of a source find whom they count for.

    units: agent (None: nobody) → what its rows are counted under (None: nothing); absent: the agent itself.
    served: the pairs of order and agent, for a source that does not say itself who served.
    """

    table: RawTable
    units: Units | None = None
    served: pl.DataFrame | None = None

    def find_agents(self, rows: pl.LazyFrame, agent: str) -> pl.LazyFrame:
        """The rows with KEY, the agent each counts for; null: nobody. A row of several agents comes once for each."""
        if agent == EVERYONE:
            return rows.with_columns(pl.lit(EVERYONE).alias(KEY))
        if (served := self._served_for(agent)) is not None:
            rows = self._join(rows, served.select(SERVED_ORDER, pl.col(SERVED_BY).alias(KEY)))
            return rows.with_columns(self._by_order(pl.col(KEY), self._own(agent)).alias(KEY))
        return rows.with_columns(self._own(agent).alias(KEY))

    def find_units(self, rows: pl.LazyFrame, agent: str) -> pl.LazyFrame:
        """The rows with KEY, the unit each counts under; null: none. A row of two agents of a unit comes once."""
        units = self.units
        if units is None or agent == EVERYONE:
            return self.find_agents(rows, agent)
        own = of_nobody = pl.lit(units(None), pl.String)
        if self.table.has(agent):
            names = rows.select(pl.col(agent).unique()).collect(engine="streaming").to_series().drop_nulls()
            key = pl.col(agent).replace_strict(names, _map(names, units))
            own = pl.when(pl.col(agent).is_null()).then(of_nobody).otherwise(key)
        if (served := self._served_for(agent)) is not None:
            names = served[SERVED_BY].unique()
            key = pl.col(SERVED_BY).replace_strict(names, _map(names, units))
            pairs = served.select(SERVED_ORDER, key.alias(KEY), pl.lit(True).alias("_served")).unique()
            key = pl.when(pl.col("_served").is_null()).then(of_nobody).otherwise(pl.col(KEY))
            return self._join(rows, pairs).with_columns(self._by_order(key, own).alias(KEY))
        return rows.with_columns(own.alias(KEY))

    def is_nobodys(self, agents: Sequence[str]) -> pl.Expr:
        """Whether a row names no agent in any of these columns, nor an order that somebody is known to have served."""
        is_named = [pl.lit(not agents)]
        for agent in agents:
            is_own = self._own(agent).is_not_null()
            if (served := self._served_for(agent)) is not None:
                order = pl.col(self.table.contract.agents_by or "")
                is_served = order.is_in(served[SERVED_ORDER].unique().implode()).fill_null(False)
                is_own = self._by_order(is_served, is_own)
            is_named.append(is_own)
        return ~pl.any_horizontal(is_named)

    def _own(self, agent: str) -> pl.Expr:
        """The agent that a row itself names."""
        return pl.col(agent) if self.table.has(agent) else pl.lit(None, pl.String)

    def _by_order(self, by_order: pl.Expr, own: pl.Expr) -> pl.Expr:
        """What a row's order says where its source names no agent, else what the row says itself."""
        if self.table.agentless == self.table.sources:
            return by_order
        names = [source.name for source in self.table.agentless]
        return pl.when(pl.col(SOURCE).is_in(names)).then(by_order).otherwise(own)

    def _served_for(self, agent: str) -> pl.DataFrame | None:
        """The pairs of order and agent where they, and no column, say whose a row is."""
        return self.served if agent == self.table.contract.agent and self.table.is_credited_by_order else None

    def _join(self, rows: pl.LazyFrame, pairs: pl.DataFrame) -> pl.LazyFrame:
        order = pl.col(self.table.contract.agents_by or "")
        rows = rows.with_columns(self._by_order(order, pl.lit(None, pl.String)).alias("_order"))
        return rows.join(pairs.lazy(), left_on="_order", right_on=SERVED_ORDER, how="left")


def _map(names: pl.Series, units: Units) -> pl.Series:
    return pl.Series([units(name) for name in names], dtype=pl.String)
