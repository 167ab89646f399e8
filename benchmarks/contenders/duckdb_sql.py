"""The seven measures as one would write them in DuckDB: types guessed by the reader, nothing checked."""

import csv
import sys

import duckdb

P90 = ", quantile_cont(first_reply_seconds, 0.9) as first_reply_p90"

answer = duckdb.execute(
    f"""
    select
        agent_id,
        count(*) as ticket_count,
        avg(first_reply_seconds) as first_reply,
        avg(handling_seconds) as handling,
        avg(cast(rating >= 4 as integer)) as csat,
        avg(cast(escalated as integer)) as escalation_rate,
        avg(cast(reopen_count > 0 as integer)) as reopen_rate,
        avg(cast(status in ('solved', 'closed') as integer)) as completion_rate
        {P90 if "--with-p90" in sys.argv else ""}
    from read_csv(?)
    where created_at >= '2025-06-01' and created_at < '2025-07-01'
    group by agent_id
    order by agent_id
    """,
    [sys.argv[1]],
)
output = csv.writer(sys.stdout)
output.writerow(column[0] for column in answer.description)
output.writerows(answer.fetchall())
