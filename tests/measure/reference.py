"""The tables of run folders by a plain reading with pandas, to compare ours with: prints them as JSON.

Usage: reference.py CAMPAIGN   (a folder of run folders in the artifact's layout)
"""
import json
import pathlib
import re
import sys

import pandas


def rounds(cell, clients):
    """Start and end by round (rows) and client (columns)."""
    logs = [
        pandas.read_csv(cell / f"client{n:03d}.txt", sep=" ", header=None, names=["id", "start", "end", "latency"])
        for n in range(1, clients + 1)
    ]
    for log in logs:
        assert (log.end - log.start == log.latency).all()
    start = pandas.concat([log.start for log in logs], axis=1)
    end = pandas.concat([log.end for log in logs], axis=1)
    assert not start.isna().any(axis=None), f"{cell}: clients differ in rounds"
    return start, end


def makespan(cell, clients):
    start, end = rounds(cell, clients)
    return float((end.max(axis=1) - start.min(axis=1)).mean())


def cpu(cell, clients):
    busy = pandas.read_csv(cell / "cpu.txt", sep=" ", header=None)[0]
    return float(busy.mean() * 10 / clients)


def numbered(folder, pattern):
    found = {int(re.search(r"\d+", path.name).group()): path for path in folder.glob(pattern)}
    return sorted(found.items())


tables = {}


def put(table, row, column, value):
    tables.setdefault(table, {}).setdefault(str(row), {}).setdefault(str(column), []).append(value)


for run in sorted(pathlib.Path(sys.argv[1]).iterdir()):
    kind, *middle, _ = run.name.split("_") if run.is_dir() else [""] * 2
    runtime = "_".join(middle)
    if kind == "time":
        for clients, cell in numbered(run, "con_*"):
            put("time", runtime, clients, makespan(cell, clients))
            put("cpu", runtime, clients, cpu(cell, clients))
    if kind == "mem":
        for path in run.glob("result_*.txt"):
            memory, density = map(int, re.findall(r"\d+", path.name))
            pss = pandas.read_csv(path, sep=r"\s+").PSS
            put(f"mem_{runtime}", memory, density, float(pss.sum() / density))
    if kind == "density":
        for density, folder in numbered(run, "density_*"):
            for clients, cell in numbered(folder, "con_*"):
                put(f"density_{runtime}", density, clients, makespan(cell, clients))

# repeats of a cell count alike
for rows in tables.values():
    for row in rows.values():
        for column, values in row.items():
            row[column] = sum(values) / len(values)
print(json.dumps(tables))
