#!/usr/bin/env python3
"""Runs the program beside a plain copy of the same file, in turn, and prints ratios.

    benches/compare.py NEWSIEVE DUMP.jsonl [--rounds N] [--floors]

The copy is what polars takes to scan JSON lines and sink them to zstd Parquet (needs `pip install polars`). CPU is user and system
time of the child process; `busy` is CPU over wall and cores. --floors adds what single steps take on this machine by themselves.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time

COPY = """
import sys, polars
polars.scan_ndjson(sys.argv[1]).sink_parquet(sys.argv[2], compression="zstd", compression_level=3)
"""
READ = "import sys\nwith open(sys.argv[1], 'rb', buffering=0) as f:\n    while f.read(1 << 20): pass\n"
JSON = "import sys, polars\npolars.scan_ndjson(sys.argv[1]).select(polars.all().len()).collect(engine='streaming')\n"


def measure(command):
    """CPU seconds, wall seconds and peak bytes of a command."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    code = os.waitstatus_to_exitcode(status)
    if code not in (0, 3):
        sys.exit(f"{command[0]} ended with {code}: {process.stderr.read().decode()}")
    return usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss * 1024


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("newsieve")
    parser.add_argument("dump")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--floors", action="store_true")
    arguments = parser.parse_args()
    size = os.path.getsize(arguments.dump)
    print(f"{arguments.dump}: {size / 1e6:.1f} MB, {os.cpu_count()} cores, best of {arguments.rounds} rounds")
    print(f"{'':<34}{'CPU s':>8}{'CPU s/GB':>10}{'wall s':>8}{'busy':>7}{'peak MB':>9}{'ratio':>7}")
    best = {}
    with tempfile.TemporaryDirectory() as folder:
        target = os.path.join(folder, "copy.parquet")
        output = os.path.join(folder, "output")
        commands = {
            "polars: JSON lines to Parquet": [sys.executable, "-c", COPY, arguments.dump, target],
            "newsieve run": [arguments.newsieve, "run", arguments.dump, "-o", output, "-q"],
        }
        if arguments.floors:
            commands["floor: read"] = [sys.executable, "-c", READ, arguments.dump]
            commands["floor: polars reads JSON lines"] = [sys.executable, "-c", JSON, arguments.dump]
            commands["floor: zstd -3"] = ["zstd", "-3", "-q", "-f", arguments.dump, "-o", target]
        for _ in range(arguments.rounds):
            for name, command in commands.items():
                shutil.rmtree(output, ignore_errors=True)
                result = measure(command)
                best[name] = min(best.get(name, result), result)
    base = best["polars: JSON lines to Parquet"][0]
    for name, (cpu, wall, peak) in best.items():
        busy = cpu / wall / os.cpu_count()
        print(f"{name:<34}{cpu:>8.2f}{cpu / size * 1e9:>10.1f}{wall:>8.2f}{busy:>7.0%}{peak / 1e6:>9.0f}{cpu / base:>7.2f}")


if __name__ == "__main__":
    main()
