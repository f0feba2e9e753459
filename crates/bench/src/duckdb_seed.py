"""The reference query in DuckDB: FILE THREADS. Prints the number of hits."""

import sys

import duckdb

file, threads = sys.argv[1:]
connection = duckdb.connect(config={"threads": int(threads)})
hits = connection.execute(
    r"""
    SELECT count(*)
    FROM read_json(
        ?,
        format = 'newline_delimited',
        columns = {
            event: 'STRUCT(code VARCHAR)',
            source: 'STRUCT(ip VARCHAR)',
            winlog: 'STRUCT(event_data STRUCT(LogonType VARCHAR, TargetUserName VARCHAR))'
        }
    )
    WHERE event.code = '4624'
      AND winlog.event_data.LogonType IN ('3', '10')
      AND source.ip IS NOT NULL
      AND source.ip NOT IN ('127.0.0.1', '::1')
      AND NOT regexp_matches(
          source.ip, '^(10\.|172\.(1[6-9]|2[0-9]|3[01])\.|192\.168\.|127\.|169\.254\.)'
      )
      AND NOT ends_with(winlog.event_data.TargetUserName, '$')
      AND winlog.event_data.TargetUserName NOT IN ('-', '')
    """,
    [file],
).fetchone()[0]
print(hits)
