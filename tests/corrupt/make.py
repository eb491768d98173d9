"""Writes checksums.parquet, whose pages carry CRC-32 checksums (Rust's writer makes none). pyarrow 26.0.1."""

import datetime

import pyarrow as pa
import pyarrow.parquet as pq

first = datetime.date(2018, 1, 1)
rows = [(name, first + datetime.timedelta(days=day)) for name in ("AAA", "BBB", "CCC") for day in range(120)]
table = pa.table({
    "ticker": [name for name, _ in rows],
    "date": pa.array([date for _, date in rows], pa.date32()),
    "close": [100.0 + 0.37 * n for n in range(len(rows))],
    "volume": pa.array([1000 + 7919 * n % 500 for n in range(len(rows))], pa.int64()),
})
pq.write_table(table, "checksums.parquet", compression="snappy", data_page_size=512, write_page_checksum=True)
