"""Runs the four analyses of the recorded data with pandas: one read_csv per file, as in the artifact's scripts.

Written for comparison: time (makespan), cpu, memory and density tables of every run folder below the folders given.
Prints the number of cells, so that nothing is left out unnoticed.
"""

import glob
import os
import sys

import pandas as pd


def makespan(cell, clients):
    frames = []
    for client in range(1, clients + 1):
        frame = pd.read_csv(f"{cell}/client{client:03d}.txt", sep=r"\s+", header=None, names=["pod", "start", "end", "latency"])
        frame["round"] = range(len(frame))
        frames.append(frame)
    rounds = pd.concat(frames, ignore_index=True).groupby("round")
    latency = pd.concat(frames, ignore_index=True)["latency"].quantile([i / 100 for i in range(101)])
    return (rounds["end"].max() - rounds["start"].min()).mean(), latency


def cells(folder):
    return [(cell, int(cell[-3:])) for cell in sorted(glob.glob(f"{folder}/con_*"))]


def analyse(folder):
    count = 0
    for run in sorted(glob.glob(f"{folder}/time_*")):
        for cell, clients in cells(run):
            makespan(cell, clients)
            pd.read_csv(f"{cell}/cpu.txt", sep=r"\s+", header=None)[0].mean() * 10 / clients
            count += 2
    for run in sorted(glob.glob(f"{folder}/density_*")):
        for background in sorted(glob.glob(f"{run}/density_*")):
            for cell, clients in cells(background):
                makespan(cell, clients)
                count += 1
    for run in sorted(glob.glob(f"{folder}/mem_*")):
        for snapshot in sorted(glob.glob(f"{run}/result_*.txt")):
            density = int(os.path.basename(snapshot)[:-4].split("_")[-1])
            pd.read_csv(snapshot, sep=r"\s+")["PSS"].sum() / density
            count += 1
    return count


print(sum(analyse(folder) for folder in sys.argv[1:]), "cells")
