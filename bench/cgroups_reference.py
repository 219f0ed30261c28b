"""Times control groups as `rund-lab run cgroups` does with one thread: one container after another, a group in each folder.

    python3 bench/cgroups_reference.py CONTAINERS FOLDER...

Prints a JSON object: median microseconds of a container's mkdir, rename and rmdir calls, and the total in milliseconds of
each phase. The folders are groups that exist, one in each hierarchy; rename is left out where the kernel refuses it (v2).
"""

import json
import os
import statistics
import sys
import time


def timed(work, containers):
    durations = []
    started = time.monotonic_ns()
    for container in range(containers):
        before = time.monotonic_ns()
        work(container)
        durations.append(time.monotonic_ns() - before)
    total = time.monotonic_ns() - started
    return {"median_us": statistics.median(durations) / 1000, "total_ms": total / 1e6}


def main():
    containers, folders = int(sys.argv[1]), sys.argv[2:]

    def paths(prefix, container):
        return [f"{folder}/{prefix}{container:05d}" for folder in folders]

    def mkdir(container):
        for path in paths("r", container):
            os.mkdir(path)

    def rename(container):
        for path, new in zip(paths("r", container), paths("s", container)):
            os.rename(path, new)

    def rmdir(prefix):
        def work(container):
            for path in paths(prefix, container):
                os.rmdir(path)

        return work

    result = {"mkdir": timed(mkdir, containers)}
    try:
        result["rename"] = timed(rename, containers)
        prefix = "s"
    except PermissionError:
        prefix = "r"
    result["rmdir"] = timed(rmdir(prefix), containers)
    print(json.dumps(result))


main()
