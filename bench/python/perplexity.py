"""Perplexity of checkpoints by transformers (and of base + adapter by PEFT) and by Ingot, as a table."""
import argparse, json, math, os, pathlib, subprocess, sys, tempfile
import peft, torch, transformers
from peft import PeftModel
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForImageTextToText, AutoTokenizer, Mxfp4Config

FAMILIES = pathlib.Path("validate-service/src/test/resources/families")
DEMO = pathlib.Path("demo")
DEMO_WINDOWS, DEMO_TOKENS = 8, 129
LIMIT = 1e-4


def load(folder):
    config = AutoConfig.from_pretrained(folder)
    kind = AutoModelForCausalLM if config is config.get_text_config() else AutoModelForImageTextToText
    packed = dict(quantization_config=Mxfp4Config(dequantize=True)) if hasattr(config, "quantization_config") else {}
    return kind.from_pretrained(folder, dtype=torch.float32, **packed, attn_implementation="eager").eval()


def perplexity(model, windows):
    losses = []
    with torch.no_grad():
        for window in windows:
            tokens = torch.tensor([window])
            logits = model(input_ids=tokens[:, :-1], use_cache=False).logits[0].double()
            losses += torch.nn.functional.cross_entropy(logits, tokens[0, 1:], reduction="none").tolist()
    return math.exp(sum(losses) / len(losses))


def cases():
    for folder in sorted(each for each in FAMILIES.iterdir() if each.is_dir()):
        yield folder.name, folder, [json.loads((folder / "losses.json").read_text())["tokens"]], folder / "adapter"
    tokenizer = AutoTokenizer.from_pretrained(DEMO / "base-fp16")
    tokens = tokenizer((DEMO / "general.eval.txt").read_text())["input_ids"]
    windows = [tokens[i * DEMO_TOKENS:(i + 1) * DEMO_TOKENS] for i in range(DEMO_WINDOWS)]
    yield "the demo (demo/base-fp16)", DEMO / "base-fp16", windows, DEMO / "jargon-lora"


def ingot(tasks):
    with tempfile.TemporaryDirectory() as scratch:
        files = []
        for i, task in enumerate(tasks):
            files.append(f"{scratch}/{i}.json")
            pathlib.Path(files[-1]).write_text(json.dumps(task))
        done = subprocess.run([os.environ["JAVA"], "-Xmx1g", "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
                               "-cp", os.environ["INGOT_BENCH_CLASSES"], "dev.ingot.bench.CheckpointPerplexity", *files],
                              stdout=subprocess.PIPE, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def measure():
    rows, tasks = [], []
    for name, folder, windows, adapter in cases():
        model = load(folder)
        row = dict(checkpoint=name, architecture=json.loads((folder / "config.json").read_text())["architectures"][0]
                   if "architectures" in json.loads((folder / "config.json").read_text()) else type(model).__name__,
                   tokens=sum(len(window) - 1 for window in windows), transformers=perplexity(model, windows))
        task = dict(folder=str(folder), windows=windows)
        if adapter.exists():
            task["adapter"] = str(adapter)
            row["peft"] = perplexity(PeftModel.from_pretrained(model, adapter).eval(), windows)
        rows.append(row)
        tasks.append(task)
    for row, found in zip(rows, ingot(tasks), strict=True):
        row["ingot"] = found["perplexity"]
        row["difference"] = found["perplexity"] / row["transformers"] - 1
        if "unmerged" in found:
            row["ingot_unmerged"] = found["unmerged"]
            row["difference_unmerged"] = found["unmerged"] / row["peft"] - 1
    return rows


def table(result):
    lines = [
        "# Perplexity beside transformers",
        "",
        f"By `bench/perplexity`: validate's forward pass beside transformers {result['transformers']} and, with an adapter unmerged, PEFT {result['peft']}"
        f" (torch {result['torch']}), both in float32 on the same tokens. All but the demo are tiny checkpoints of random numbers"
        " (`make_families.py`); differences are relative, and the limit is 1e-4.",
        "",
        "| checkpoint | class | tokens | transformers | Ingot | difference | PEFT, unmerged | Ingot, unmerged | difference |",
        "|---|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for row in result["rows"]:
        adapted = [f"{row['peft']:.5f}", f"{row['ingot_unmerged']:.5f}", f"{row['difference_unmerged']:+.1e}"] if "peft" in row else ["", "", ""]
        lines.append("| " + " | ".join([row["checkpoint"], row["architecture"], str(row["tokens"]), f"{row['transformers']:.5f}", f"{row['ingot']:.5f}",
                                        f"{row['difference']:+.1e}", *adapted]) + " |")
    worst = max(abs(row[name]) for row in result["rows"] for name in ("difference", "difference_unmerged") if name in row)
    lines += ["", f"Largest difference: {worst:.1e}."]
    return "\n".join(lines) + "\n", worst


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--results", default="bench/results/perplexity.json")
    results = pathlib.Path(parser.parse_args().results)
    torch.set_num_threads(1)
    result = dict(transformers=transformers.__version__, peft=peft.__version__, torch=torch.__version__, rows=measure())
    text, worst = table(result)
    results.write_text(json.dumps(result, indent=1) + "\n")
    results.with_suffix(".md").write_text(text)
    print(text)
    return 0 if worst <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
