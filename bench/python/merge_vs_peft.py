"""Runs both mergers as whole processes in turn, and writes down what they took.

This process stays small on purpose: a child's peak memory counts from what its parent had when it forked.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main():
    options = arguments()
    work = Path(options.work or Path(tempfile.gettempdir(), "ingot-bench"))
    results = {"machine": machine(), "repeat": options.repeat, "shapes": {}}
    for shape in options.shape or ["0.1B", "1B"]:
        folder = made(shape, work)
        results["shapes"][shape] = compared(folder, work / "out", options.repeat)
        print(table(shape, results["shapes"][shape]), flush=True)
    peaks = [result["ingot"]["peak_mb"] for result in results["shapes"].values()]
    if len(peaks) > 1:
        print(f"peak memory of ingot, largest over smallest shape: {max(peaks) / min(peaks):.2f}")
    if options.results:
        Path(options.results).write_text(json.dumps(results, indent=1) + "\n")


def arguments():
    parser = argparse.ArgumentParser(description="ingot merge beside PEFT, wall time and peak memory of whole processes")
    parser.add_argument("--shape", action="append", choices=["0.1B", "1B"], help="may be given twice; default: both")
    parser.add_argument("--repeat", type=int, default=3, help="runs of each, in turn; default 3")
    parser.add_argument("--results", help="JSON file to write")
    parser.add_argument("--work", help="folder for checkpoints, on a disk with 10 GB free; default: the system's temporary folder")
    return parser.parse_args()


def made(shape, work):
    """The checkpoint of this shape; made aside and renamed, so that a killed run leaves nothing half made in place."""
    folder, aside = work / shape, work / f"{shape}.part"
    if not folder.exists():
        shutil.rmtree(aside, ignore_errors=True)
        subprocess.run([sys.executable, HERE / "shapes.py", shape, aside], check=True)
        aside.rename(folder)
    return folder


def compared(folder, out, repeat):
    base, adapter = folder / "base", folder / "adapter"
    commands = {
        "ingot": [os.environ["INGOT"], "merge", "--base", base, "--adapter", adapter, "--validate", "off", "--out"],
        "peft": [sys.executable, HERE / "peft_merge.py", base, adapter],
    }
    runs = {name: [] for name in commands}
    for _ in range(repeat):
        for name, command in commands.items():
            shutil.rmtree(out / name, ignore_errors=True)
            (out / name).parent.mkdir(parents=True, exist_ok=True)
            os.sync()  # else one pays for writing back what the other wrote
            runs[name].append(timed([*command, out / name], out / f"{name}.log"))
    text = subprocess.run(
        [sys.executable, HERE / "agreement.py", out / "ingot", out / "peft"], check=True, capture_output=True, text=True
    ).stdout.split()
    shutil.rmtree(out)
    result = {name: summary(taken) for name, taken in runs.items()}
    result["agreement"] = {"equal": float(text[0]), "largest_step": int(text[1])}
    return result


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


def table(shape, result):
    ingot, peft = result["ingot"], result["peft"]
    lines = [f"{shape:<8}{'best':>10}{'median':>10}{'peak memory':>15}"]
    for name, row in (("ingot", ingot), ("PEFT", peft)):
        lines.append(f"  {name:<6}{row['best_s']:>8.2f} s{row['median_s']:>8.2f} s{row['peak_mb']:>12.0f} MB")
    times = [peft[key] / ingot[key] for key in ("best_s", "median_s", "peak_mb")]
    lines.append(f"  ratio {times[0]:>8.1f} x{times[1]:>8.1f} x{times[2]:>12.1f} x")
    same = result["agreement"]
    lines.append(f"  {same['equal']:.4%} of the values are equal, the others at most {same['largest_step']} step apart")
    return "\n".join(lines)


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
