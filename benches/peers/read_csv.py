"""One reading by Polars. In: a CSV file. Out: a line of JSON with its seconds, rows and the peak memory of this process."""

import json
import sys
import time

import polars as pl

started = time.perf_counter()
frame = pl.read_csv(sys.argv[1], infer_schema=False)
seconds = time.perf_counter() - started
with open("/proc/self/status") as status:
    peak = next(int(line.split()[1]) for line in status if line.startswith("VmHWM:"))
print(json.dumps({"seconds": seconds, "rows": frame.height, "peak_kb": peak}))
