"""Times the preparation of root file systems with containerd's own client, one at a time, as `rund-lab run rootfs` measures it.

    python3 bench/snapshots_reference.py SOCKET SNAPSHOTTER PARENT COUNT

Prints a JSON object: the median milliseconds of `ctr snapshots prepare` (`prepare_ms`), of `ctr snapshots ls`, which starts the
same program and lists the snapshots on the same socket (`list_ms`), and of their difference (`median_ms`). The two run in turn,
so that other work on the machine affects both alike. Every snapshot is removed at once.
"""

import json
import os
import statistics
import sys
import time


def timed(words):
    quiet = [(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)]
    before = time.monotonic_ns()
    pid = os.posix_spawnp(words[0], words, os.environ, file_actions=quiet)
    _, status = os.waitpid(pid, 0)
    after = time.monotonic_ns()
    if status != 0:
        sys.exit(f"failed: {' '.join(words)}")
    return (after - before) / 1e6


def main():
    socket, snapshotter, parent, count = sys.argv[1:]
    snapshots = ["ctr", "-a", socket, "-n", "k8s.io", "snapshots", "--snapshotter", snapshotter]
    prepare, listed = [], []
    for item in range(int(count)):
        key = f"{parent}-reference-{item}"
        listed.append(timed([*snapshots, "ls"]))
        prepare.append(timed([*snapshots, "prepare", key, parent]))
        timed([*snapshots, "remove", key])
    result = {"prepare_ms": statistics.median(prepare), "list_ms": statistics.median(listed)}
    result["median_ms"] = statistics.median(a - b for a, b in zip(prepare, listed))
    print(json.dumps(result))


main()
