"""Runs a command and tells what it took, as JSON: seconds of wall time and of processor time, kilobytes at the peak.

    python3 measure.py LOG COMMAND [ARGUMENT...]

Processor time is that of the process and of those that it started; the peak is that of the largest among them. What the
command says goes to LOG.
"""

import json
import os
import subprocess
import sys
import time

with open(sys.argv[1], "wb") as log:
    begin = time.perf_counter()
    process = subprocess.Popen(sys.argv[2:], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begin
scale = 1024 if sys.platform == "darwin" else 1
print(
    json.dumps(
        {
            "end": os.waitstatus_to_exitcode(status),
            "wall": wall,
            "processor": used.ru_utime + used.ru_stime,
            "peak": used.ru_maxrss // scale,
        }
    )
)
