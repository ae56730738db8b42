"""Runs `ingot merge`, `cp` of its output and PEFT as whole processes in turn, and writes down what they took.

This process stays small on purpose: a child's peak memory counts from what its parent had when it forked.
"""

import argparse
import json
import os
import platform
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
SHAPES = ["0.1B", "1B", "3B"]
PEAK_MB = 300


def main():
    options = arguments()
    work = Path(options.work or Path(tempfile.gettempdir(), "ingot-bench"))
    command = "bench/merge-vs-peft " + shlex.join(sys.argv[1:])
    results = {"machine": machine(), "command": command.strip(), "repeat": options.repeat, "shapes": {}}
    for shape in options.shape or SHAPES[1:]:
        results["shapes"][shape] = compared(made(shape, work), work / "out", options)
        print(page(results), flush=True)
    if options.results:
        file = Path(options.results)
        file.write_text(json.dumps(results, indent=1) + "\n")
        file.with_suffix(".md").write_text(page(results))


def arguments():
    parser = argparse.ArgumentParser(description="ingot merge beside PEFT and cp of its output: wall time and peak memory of whole processes")
    parser.add_argument("--shape", action="append", choices=SHAPES, help="may be given again; default: 1B and 3B")
    parser.add_argument("--repeat", type=int, default=5, help="runs of each, in turn; default 5")
    parser.add_argument("--results", help="JSON file to write, with a page beside it")
    parser.add_argument("--work", help="folder for checkpoints, on a disk with 25 GB free; default: the system's temporary folder")
    parser.add_argument("--no-peft", action="store_true", help="leave PEFT out")
    return parser.parse_args()


def made(shape, work):
    """The checkpoint of this shape; made aside and renamed, so that a killed run leaves nothing half made in place."""
    folder, aside = work / shape, work / f"{shape}.part"
    if not folder.exists():
        shutil.rmtree(aside, ignore_errors=True)
        subprocess.run([sys.executable, HERE / "shapes.py", shape, aside], check=True)
        aside.rename(folder)
    return folder


def compared(folder, out, options):
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    base, adapter, ours = folder / "base", folder / "adapter", out / "ingot"
    merge = [os.environ["INGOT"], "merge", "--base", base, "--adapter", adapter, "--validate", "off"]
    commands = {
        "ingot": [*merge, "--out", ours],
        "cp": ["cp", "-r", ours, out / "cp"],
        "ingot --provenance": [*merge, "--provenance", "--out", out / "ingot --provenance"],
        "PEFT": [sys.executable, HERE / "peft_merge.py", base, adapter, out / "PEFT"],
    }
    if options.no_peft:
        del commands["PEFT"]
    runs = {name: [] for name in commands}
    for _ in range(options.repeat):
        warm(base)
        warm(adapter)
        for name, command in commands.items():
            fresh(out / name)
            runs[name].append(timed(command, out / f"{name}.log"))
            if name in ("cp", "ingot --provenance"):
                shutil.rmtree(out / name)
    result = {name: summary(taken) for name, taken in runs.items()}
    result["output_bytes"] = sum(file.stat().st_size for file in ours.iterdir() if file.is_file())
    if not options.no_peft:
        result["agreement"] = agreement(ours, out / "PEFT")
    shutil.rmtree(out)
    return result


def agreement(ours, theirs):
    text = subprocess.run(
        [sys.executable, HERE / "agreement.py", ours, theirs], check=True, capture_output=True, text=True
    ).stdout.split()
    return {"equal": float(text[0]), "largest_step": int(text[1])}


def warm(folder):
    """Reads every input into the page cache."""
    for file in folder.iterdir():
        with open(file, "rb") as content:
            while content.read(1 << 24):
                pass


def fresh(folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.sync()  # else one pays for writing back what the other wrote


def timed(command, log):
    """Seconds and megabytes of one whole process, its children included."""
    with open(log, "wb") as output:
        start = time.monotonic()
        process = subprocess.Popen([str(part) for part in command], stdout=output, stderr=output, stdin=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.monotonic() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(map(str, command))}\nended with {process.returncode}:\n{log.read_text()[-4000:]}")
    scale = 1 << 20 if sys.platform == "darwin" else 1 << 10
    run = {"seconds": round(seconds, 3), "peak_mb": round(usage.ru_maxrss / scale, 1)}
    for line in log.read_text().splitlines():
        if line.startswith("without imports: "):
            run["seconds_without_imports"] = float(line.split(": ")[1])
    return run


def summary(runs):
    seconds = [run["seconds"] for run in runs]
    return {
        "best_s": min(seconds),
        "median_s": round(statistics.median(seconds), 3),
        "peak_mb": max(run["peak_mb"] for run in runs),
        "runs": runs,
    }


def page(results):
    there = results["machine"]
    lines = [
        "# `ingot merge --validate off` beside PEFT and `cp` of its output",
        "",
        f"NF4 with double quantization, r=16 on every linear layer. Whole processes in turn, {results['repeat']} runs of each, warm page cache, files"
        " synced to the disk between runs and not within them.",
        f"{there['cpu']}, {there['cores']} cores, {there['memory_gb']} GB, {there['date']}. Command: `{results['command']}`",
        "",
        *rows(results["shapes"]),
        "",
        *(line for shape, result in results["shapes"].items() for line in verdicts(shape, result)),
    ]
    return "\n".join([*lines, ""])


def rows(shapes):
    """The table of all commands, as lines."""
    lines = ["| shape | output | command | best | median | worst | peak memory |", "|---|---|---|---|---|---|---|"]
    for shape, result in shapes.items():
        size = f"{result['output_bytes'] / 1e9:.1f} GB"
        for name, row in result.items():
            if isinstance(row, dict) and "runs" in row:
                worst = max(run["seconds"] for run in row["runs"])
                lines.append(
                    f"| {shape} | {size} | {name} | {row['best_s']:.2f} s | {row['median_s']:.2f} s | {worst:.2f} s | {row['peak_mb']:.0f} MB |"
                )
    return lines


def verdicts(shape, result):
    ours, cp = result["ingot"], result["cp"]
    times = ours["best_s"] / cp["best_s"]
    goal = f"; the goal, at most 4 x cp, is {'met' if times <= 4 else 'missed'}" if shape == "3B" else ""
    yield (
        f"- {shape}: {times:.2f} x cp{goal}. Peak memory {ours['peak_mb']:.0f} MB; the goal, {PEAK_MB} MB, is"
        f" {'met' if ours['peak_mb'] <= PEAK_MB else 'missed'}."
        f" SHA-256 of everything (`--provenance`) takes {result['ingot --provenance']['best_s'] - ours['best_s']:+.2f} s."
    )
    if "PEFT" in result:
        faster, same = result["PEFT"]["best_s"] / ours["best_s"], result["agreement"]
        goal = f"; the goal, 5 x, is {'met' if faster >= 5 else 'missed'}" if shape == "1B" else ""
        yield (
            f"- {shape}: {faster:.1f} x faster than PEFT{goal}, {result['PEFT']['peak_mb'] / ours['peak_mb']:.0f} x less memory;"
            f" {same['equal']:.4%} of the values are equal, the others at most {same['largest_step']} step apart."
        )


def machine():
    cpu = platform.processor() or platform.machine()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        cpu = next(line.split(": ")[1] for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        pass  # not Linux: the generic name does
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9
    return {"cpu": cpu, "cores": os.cpu_count(), "memory_gb": round(memory), "date": time.strftime("%Y-%m-%d")}


if __name__ == "__main__":
    main()
