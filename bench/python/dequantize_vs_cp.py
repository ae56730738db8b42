"""Runs `ingot dequantize`, `cp` and the peer as whole processes in turn, and writes down what they took.

This process stays small on purpose: a child's peak memory counts from what its parent had when it forked.
"""

import argparse
import importlib.util
import json
import os
import shlex
import shutil
import sys
import tempfile
from pathlib import Path

from merge_vs_peft import HERE, fresh, machine, made, rows, summary, timed, warm

GOALS = {"1B": ("at most cp + 1.2 s", lambda ingot, cp: ingot <= cp + 1.2), "3B": ("at most 2 x cp", lambda ingot, cp: ingot <= 2 * cp)}
PEAK_MB = 256


def main():
    options = arguments()
    work = Path(options.work or Path(tempfile.gettempdir(), "ingot-bench"))
    command = "bench/dequantize-vs-cp " + shlex.join(sys.argv[1:])
    results = {"machine": machine(), "command": command.strip(), "repeat": options.repeat, "shapes": {}}
    for shape in options.shape or list(GOALS):
        results["shapes"][shape] = compared(made(shape, work), work / "out", options)
        print(page(results), flush=True)
    if options.results:
        file = Path(options.results)
        file.write_text(json.dumps(results, indent=1) + "\n")
        file.with_suffix(".md").write_text(page(results))


def arguments():
    parser = argparse.ArgumentParser(description="ingot dequantize beside cp of its output: wall time and peak memory of whole processes")
    parser.add_argument("--shape", action="append", choices=["0.1B", *GOALS], help="may be given again; default: 1B and 3B")
    parser.add_argument("--repeat", type=int, default=5, help="runs of each, in turn; default 5")
    parser.add_argument("--results", help="JSON file to write, with a page beside it")
    parser.add_argument("--work", help="folder for checkpoints, on a disk with 20 GB free; default: the system's temporary folder")
    parser.add_argument("--no-peer", action="store_true", help="leave transformers with bitsandbytes out")
    return parser.parse_args()


def compared(folder, out, options):
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    base, ours, copy = folder / "base", out / "ingot", out / "cp"
    commands = {
        "ingot": ([os.environ["INGOT"], "dequantize", "--base", base, "--out", ours], ours),
        "cp": (["cp", "-r", ours, copy], copy),
    }
    runs = {name: [] for name in commands}
    for _ in range(options.repeat):
        warm(base)
        for name, (command, result) in commands.items():
            fresh(result)
            runs[name].append(timed(command, out / f"{name}.log"))
    result = {name: summary(taken) for name, taken in runs.items()}
    result["output_bytes"] = sum(file.stat().st_size for file in ours.iterdir())
    shutil.rmtree(copy)
    if not options.no_peer and all(importlib.util.find_spec(name) for name in ("torch", "transformers", "bitsandbytes")):
        fresh(out / "peer")
        taken = [timed([sys.executable, HERE / "bnb_dequantize.py", base, out / "peer"], out / "peer.log")]
        result["transformers and bitsandbytes"] = summary(taken)
    shutil.rmtree(out)
    return result


def page(results):
    there = results["machine"]
    lines = [
        "# `ingot dequantize` beside `cp` of its output",
        "",
        f"Whole processes in turn, {results['repeat']} runs of each, warm page cache, files synced to the disk between runs and not within them.",
        f"{there['cpu']}, {there['cores']} cores, {there['memory_gb']} GB, {there['date']}. Command: `{results['command']}`",
        "",
        *rows(results["shapes"]),
    ]
    verdicts = [verdict(shape, result) for shape, result in results["shapes"].items()]
    return "\n".join([*lines, "", *verdicts, ""])


def verdict(shape, result):
    ingot, cp = result["ingot"]["best_s"], result["cp"]["best_s"]
    reached = f"- {shape}: cp {ingot - cp:+.2f} s, {ingot / cp:.2f} x cp"
    if shape in GOALS:
        goal, holds = GOALS[shape]
        reached += f"; the goal, {goal}, is {'met' if holds(ingot, cp) else 'missed'}"
    peak = result["ingot"]["peak_mb"]
    return (
        f"{reached}."
        f" Peak memory {peak:.0f} MB; the goal, {PEAK_MB} MB, is {'met' if peak <= PEAK_MB else 'missed'}."
    )


if __name__ == "__main__":
    main()
