"""Runs validate's forward pass and transformers as whole processes in turn, and writes down what they took."""

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from merge_vs_peft import HERE, machine, timed

HIDDEN, INNER, KEYS, HEADS = 576, 1536, 192, 9
TOKENS, WINDOW = 4096, 1024
FREE_MB, LIMIT = 300, 1e-4
THREE = "Ingot, three models"
FLAGS = "-Xms32m -Xmn24m -Xmx1g -XX:+UseSerialGC --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"
VOCABULARIES = {"135M": 49152, "135M-256k": 256000}


def main():
    parser = argparse.ArgumentParser(description="validate's forward pass beside transformers: tokens per second and peak memory")
    parser.add_argument("--shape", action="append", choices=VOCABULARIES, help="may be given again; default: both")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--repeat", type=int, default=3, help="runs of each, in turn; default 3")
    parser.add_argument("--results", help="JSON file to write, with a page beside it")
    parser.add_argument("--work", help="folder for checkpoints; default: the system's temporary folder")
    parser.add_argument("--no-eager", action="store_true", help="leave out the slower of transformers' two ways of attention")
    parser.add_argument("--no-three", action="store_true", help="leave out the run of three models at once")
    options = parser.parse_args()
    work = Path(options.work or Path(tempfile.gettempdir(), "ingot-bench"))
    result = dict(machine=machine(), command=shlex.join(["bench/forward-vs-transformers", *sys.argv[1:]]), threads=options.threads,
                  repeat=options.repeat, bound_mb=round(bound_mb(options.threads), 1), shapes={})
    for shape in options.shape or VOCABULARIES:
        result["shapes"][shape] = compared(made(shape, work), options)
        result["load"] = round(os.getloadavg()[1], 1)
        print(page(result), flush=True)
        if options.results:
            Path(options.results).write_text(json.dumps(result, indent=1) + "\n")
            Path(options.results).with_suffix(".md").write_text(page(result))
    return 0 if all(row["difference"] <= LIMIT for row in result["shapes"].values()) else 1


def bound_mb(threads):
    """A decoder layer in float32, what passes through it, and 300 MB.

    What passes: the stream of every token before and behind a block, and on each thread one window in the block: normed, queries, keys, values, what
    they become when turned, mixed and projected (ten arrays as wide as the stream), and the scores of 128 positions twice.
    """
    layer = 2 * HIDDEN * HIDDEN + 2 * HIDDEN * KEYS + 3 * HIDDEN * INNER + 2 * HIDDEN
    streams = 2 * TOKENS * HIDDEN
    window = 10 * WINDOW * HIDDEN + 2 * HEADS * 128 * WINDOW
    return 4 * (layer + streams + threads * window) / 1e6 + FREE_MB


def made(shape, work):
    folder, aside = work / f"forward-{shape}", work / f"forward-{shape}.part"
    if not folder.exists():
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir(parents=True)
        subprocess.run([sys.executable, HERE / "forward_shapes.py", shape, aside], check=True)
        aside.rename(folder)
    return folder


def compared(folder, options):
    java = [os.environ["JAVA"], *FLAGS.split(), "-cp", os.environ["INGOT_BENCH_CLASSES"], "dev.ingot.bench.ForwardSpeed", folder, options.threads]
    peer = [sys.executable, HERE / "transformers_perplexity.py", folder]
    commands = {
        "Ingot": java,
        "transformers, sdpa": [*peer, "sdpa", options.threads],
        "transformers, eager": [*peer, "eager", options.threads],
        THREE: [*java, "three"],
    }
    for name in ("transformers, eager" if options.no_eager else "", THREE if options.no_three else ""):
        commands.pop(name, None)
    runs = {name: [] for name in commands}
    with tempfile.TemporaryDirectory() as scratch:
        for _ in range(options.repeat):
            for name, command in commands.items():
                log = Path(scratch, "log")
                run = timed(command, log)
                line = next(line for line in log.read_text().splitlines() if line.startswith("{"))
                runs[name].append(run | json.loads(line))
                print(folder.name, name, runs[name][-1], file=sys.stderr, flush=True)
    return judged(runs)


def judged(runs):
    rows = {name: summary(each, 3 if name == THREE else 1) for name, each in runs.items()}
    theirs = rows["transformers, sdpa"]["perplexity"]
    difference = max(abs(rows[name]["perplexity"] / theirs - 1) for name in rows if name.startswith("Ingot"))
    return dict(rows=rows, difference=difference)


def summary(runs, models):
    best = min(run["forward_s"] for run in runs)
    return dict(perplexity=runs[0]["perplexity"], tokens_per_s=round(models * runs[0]["tokens"] / best, 1), best_s=best,
                process_s=min(run["seconds"] for run in runs), peak_mb=max(run["peak_mb"] for run in runs) * 1.048576, runs=runs)


def page(result):
    there = result["machine"]
    lines = [
        "# validate's forward pass beside transformers",
        "",
        "Perplexity of 4 windows of 1024 random tokens by a Llama of SmolLM2-135M's shape (30 layers, hidden 576, random weights in bfloat16), with its"
        " vocabulary of 49,152 and with one of 256,000, in float32. Whole processes in turn, the best of"
        f" {result['repeat']} on {result['threads']} threads each. Tokens per second count the forward pass: Ingot's has the reading of the weights in it,"
        " transformers' begins with a loaded model. Three models: base, unmerged and merged at once, as the judge runs them, tokens of all three.",
        f"{there['cpu']}, {there['cores']} cores, {there['memory_gb']} GB, {there['date']}; load average {result['load']}, others' work included."
        f" Command: `{result['command']}`",
        "",
        "| shape | command | tokens/s | forward | whole process | peak memory |",
        "|---|---|---:|---:|---:|---:|",
    ]
    for shape, compared in result["shapes"].items():
        for name, row in compared["rows"].items():
            lines.append(f"| {shape} | {name} | {row['tokens_per_s']:.0f} | {row['best_s']:.1f} s | {row['process_s']:.1f} s | {row['peak_mb']:.0f} MB |")
    lines.append("")
    for shape, compared in result["shapes"].items():
        rows = compared["rows"]
        theirs = max(rows[name]["tokens_per_s"] for name in rows if name.startswith("transformers"))
        ratio = rows["Ingot"]["tokens_per_s"] / theirs
        three = f" With three models {rows[THREE]['tokens_per_s'] / theirs:.2f} x per model." if THREE in rows else ""
        peak = rows["Ingot"]["peak_mb"]
        lines.append(
            f"- {shape}: {ratio:.2f} x transformers' best; the goal, 1.0, is {'met' if ratio >= 1 else 'missed'}.{three}"
            f" Peak memory {peak:.0f} MB; the goal, a layer, activations and {FREE_MB} MB, together {result['bound_mb']:.0f} MB, is"
            f" {'met' if peak <= result['bound_mb'] else 'missed'}. Perplexities differ by {compared['difference']:.1e}."
        )
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    sys.exit(main())
