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
# those of ./ingot validate
FLAGS = (
    "-Xms16m -Xmn8m -Xmx1g -XX:+UseSerialGC -XX:Tier4InvocationThreshold=50000 -XX:Tier4MinInvocationThreshold=6000"
    " -XX:Tier4CompileThreshold=150000 -XX:Tier4BackEdgeThreshold=400000"
    " --enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow"
)
NAMES = {"ingot": "Ingot", "sdpa": "transformers, sdpa", "eager": "transformers, eager", "three": THREE}
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
    parser.add_argument("--run", choices=NAMES, help="run this one command once, add the run to those in --results and write the page again")
    options = parser.parse_args()
    if options.run and not options.results:
        parser.error("--run adds to the runs in --results FILE")
    work = Path(options.work or Path(tempfile.gettempdir(), "ingot-bench"))
    result = opened(options)
    for shape in options.shape or VOCABULARIES:
        runs = result["runs"].setdefault(shape, {})
        for name, run in measured(made(shape, work), options):
            runs.setdefault(name, []).append(run)
            print(shape, name, run, file=sys.stderr, flush=True)
        written(result, options)
    return 0 if all(difference(rows(runs)) <= LIMIT for runs in result["runs"].values() if comparable(runs)) else 1


def opened(options):
    """What --run adds to, or nothing yet."""
    file = Path(options.results) if options.run else None
    if file and file.exists():
        return json.loads(file.read_text())
    command = ["bench/forward-vs-transformers", *(() if options.run else sys.argv[1:])]
    return dict(machine=machine(), command=shlex.join(command), apart=bool(options.run), threads=options.threads,
                bound_mb=round(bound_mb(options.threads), 1), runs={})


def written(result, options):
    if not options.run:
        print(page(result), flush=True)
    if options.results:
        Path(options.results).write_text(json.dumps(result, indent=1) + "\n")
        if any(comparable(runs) for runs in result["runs"].values()):
            Path(options.results).with_suffix(".md").write_text(page(result))


def comparable(runs):
    return NAMES["ingot"] in runs and NAMES["sdpa"] in runs


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


def measured(folder, options):
    java = [os.environ["JAVA"], *FLAGS.split(), "-cp", os.environ["INGOT_BENCH_CLASSES"], "dev.ingot.bench.ForwardSpeed", folder, options.threads]
    peer = [sys.executable, HERE / "transformers_perplexity.py", folder]
    commands = {
        "ingot": java,
        "sdpa": [*peer, "sdpa", options.threads],
        "eager": [*peer, "eager", options.threads],
        "three": [*java, "three"],
    }
    left_out = {"eager": options.no_eager, "three": options.no_three}
    names = [options.run] if options.run else [name for name in commands if not left_out.get(name)]
    with tempfile.TemporaryDirectory() as scratch:
        for _ in range(1 if options.run else options.repeat):
            for name in names:
                log = Path(scratch, "log")
                run = timed(commands[name], log)
                line = next(line for line in log.read_text().splitlines() if line.startswith("{"))
                yield NAMES[name], run | json.loads(line) | dict(load=round(os.getloadavg()[0], 1))


def rows(runs):
    return {name: summary(each, 3 if name == THREE else 1) for name, each in runs.items()}


def difference(rows):
    theirs = rows["transformers, sdpa"]["perplexity"]
    return max(abs(rows[name]["perplexity"] / theirs - 1) for name in rows if name.startswith("Ingot"))


def summary(runs, models):
    best = min(run["forward_s"] for run in runs)
    return dict(perplexity=runs[0]["perplexity"], tokens_per_s=round(models * runs[0]["tokens"] / best, 1), best_s=best, times=len(runs),
                process_s=min(run["seconds"] for run in runs), peak_mb=max(run["peak_mb"] for run in runs) * 1.048576)


def page(result):
    there = result["machine"]
    how = (
        "Each line is the best of that many runs, begun one by one while the machine did nothing else."
        if result["apart"]
        else "Whole processes in turn; each line is the best of that many runs."
    )
    command = f"{result['command']} --run ... --shape ... for each run" if result["apart"] else result["command"]
    lines = [
        "# validate's forward pass beside transformers",
        "",
        "Perplexity of 4 windows of 1024 random tokens by a Llama of SmolLM2-135M's shape (30 layers, hidden 576, random weights in bfloat16), with its"
        f" vocabulary of 49,152 and with one of 256,000, in float32, on {result['threads']} threads. {how} Tokens per second count the forward pass, torch"
        " being loaded: Ingot's has the reading of the weights in it, transformers' begins with a loaded model. Three models: base, unmerged and merged at"
        " once, as the judge runs them, tokens of all three. Memory is the peak of the whole process (VmHWM), mapped files included: about 85 MB of it are"
        " pages of libtorch and of the JVM, which other processes share.",
        f"{there['cpu']}, {there['cores']} cores, {there['memory_gb']} GB, {there['date']}. Command: `{command}`",
        "",
        "| shape | command | runs | tokens/s | forward | whole process | peak memory |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for shape, runs in result["runs"].items():
        for name, row in rows(runs).items():
            lines.append(f"| {shape} | {name} | {row['times']} | {row['tokens_per_s']:.0f} | {row['best_s']:.1f} s | {row['process_s']:.1f} s"
                         f" | {row['peak_mb']:.0f} MB |")
    lines.append("")
    for shape, runs in result["runs"].items():
        if comparable(runs):
            lines.append(judged(shape, rows(runs), result["bound_mb"]))
    return "\n".join([*lines, ""])


def judged(shape, rows, bound):
    theirs = max(rows[name]["tokens_per_s"] for name in rows if name.startswith("transformers"))
    ratio = rows["Ingot"]["tokens_per_s"] / theirs
    three = f" With three models {rows[THREE]['tokens_per_s'] / theirs:.2f} x per model, at most {rows[THREE]['peak_mb']:.0f} MB." if THREE in rows else ""
    peak = rows["Ingot"]["peak_mb"]
    return (
        f"- {shape}: {ratio:.2f} x transformers' best; the goal, 1.0, is {'met' if ratio >= 1 else 'missed'}.{three}"
        f" Peak memory {peak:.0f} MB; the goal, a layer, activations and {FREE_MB} MB, together {bound:.0f} MB, is"
        f" {'met' if peak <= bound else 'missed'}. Perplexities differ by {difference(rows):.1e}."
    )


if __name__ == "__main__":
    sys.exit(main())
