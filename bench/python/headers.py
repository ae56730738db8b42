"""Times `ingot explain`, and a merge that is refused for its last layer, on the headers of a 70B model. See bench/headers."""

import json
import os
import platform
import resource
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HIDDEN, WIDE, LAYERS, VOCABULARY, HEADS, SHARDS, RANK = 8192, 28672, 80, 128256, 1024, 30, 64
MODULES = {
    "self_attn.q_proj": (HIDDEN, HIDDEN), "self_attn.k_proj": (HEADS, HIDDEN), "self_attn.v_proj": (HEADS, HIDDEN),
    "self_attn.o_proj": (HIDDEN, HIDDEN), "mlp.gate_proj": (WIDE, HIDDEN), "mlp.up_proj": (WIDE, HIDDEN), "mlp.down_proj": (HIDDEN, WIDE),
}  # fmt: skip
CONFIG = dict(
    architectures=["LlamaForCausalLM"], model_type="llama", hidden_size=HIDDEN, intermediate_size=WIDE, num_hidden_layers=LAYERS,
    num_attention_heads=64, num_key_value_heads=8, head_dim=128, vocab_size=VOCABULARY, dtype="bfloat16", tie_word_embeddings=False,
    rms_norm_eps=1e-5, hidden_act="silu", max_position_embeddings=8192,
)  # fmt: skip
LORA = dict(peft_type="LORA", r=RANK, lora_alpha=2 * RANK, task_type="CAUSAL_LM", target_modules=[name.split(".")[1] for name in MODULES])


def sparse(file, tensors):
    header, at = {"__metadata__": {"format": "pt"}}, 0
    for name, shape in tensors.items():
        count = 2
        for size in shape:
            count *= size
        header[name] = {"dtype": "BF16", "shape": list(shape), "data_offsets": [at, at + count]}
        at += count
    text = json.dumps(header, separators=(",", ":")).encode()
    with open(file, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text)
        out.truncate(8 + len(text) + at)
    return at


def base(folder):
    folder.mkdir()
    tensors = {"model.embed_tokens.weight": (VOCABULARY, HIDDEN)}
    for layer in range(LAYERS):
        tensors |= {f"model.layers.{layer}.{name}.weight": shape for name, shape in MODULES.items()}
        tensors |= {f"model.layers.{layer}.{name}.weight": (HIDDEN,) for name in ("input_layernorm", "post_attention_layernorm")}
    tensors |= {"model.norm.weight": (HIDDEN,), "lm_head.weight": (VOCABULARY, HIDDEN)}
    names, total, where = list(tensors), 0, {}
    for i in range(SHARDS):
        file = f"model-{i + 1:05d}-of-{SHARDS:05d}.safetensors"
        part = names[i * len(names) // SHARDS : (i + 1) * len(names) // SHARDS]
        total += sparse(folder / file, {name: tensors[name] for name in part})
        where |= dict.fromkeys(part, file)
    (folder / "model.safetensors.index.json").write_text(json.dumps({"metadata": {"total_size": total}, "weight_map": where}))
    (folder / "config.json").write_text(json.dumps(CONFIG))


def adapter(folder, width):
    """With an input of another width in the last layer where it is to be refused."""
    folder.mkdir()
    tensors = {}
    for layer in range(LAYERS):
        for name, (rows, columns) in MODULES.items():
            wrong = layer == LAYERS - 1 and name == "self_attn.q_proj"
            lead = f"base_model.model.model.layers.{layer}.{name}."
            tensors |= {lead + "lora_A.weight": (RANK, width if wrong else columns), lead + "lora_B.weight": (rows, RANK)}
    sparse(folder / "adapter_model.safetensors", tensors)
    (folder / "adapter_config.json").write_text(json.dumps(LORA))


def timed(command, expected):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.monotonic()
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    wall = time.monotonic() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode == expected, done.stdout + done.stderr
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, after.ru_maxrss / 1024


def main(runs, page):
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        base(root / "base")
        adapter(root / "right", HIDDEN)
        adapter(root / "wrong", HIDDEN + 1)
        ingot = os.environ["INGOT"]
        cases = {
            "`ingot explain`, 1120 tensors of the adapter": ([ingot, "explain", "--base", root / "base", "--adapter", root / "right"], 0),
            "`ingot merge`, refused for the last layer's shape": (
                [ingot, "merge", "--base", root / "base", "--adapter", root / "wrong", "--out", root / "out"], 3,
            ),  # fmt: skip
        }
        load = os.getloadavg()[0]
        lines = [
            "# Headers of a 70B model\n",
            f"`bench/headers {runs}`: 30 sparse shards of a 70B-shaped base, LoRA of rank 64 on every linear layer; best of {runs} whole processes."
            f" {os.cpu_count()} cores with a load of {load:.1f} when it began, {platform.system()} {platform.machine()}. The wish is 2 s.\n",
            "| command | wall, s | CPU, s | resident, MB |",
            "|---|---|---|---|",
        ]
        for name, (command, expected) in cases.items():
            found = [timed(command, expected) for _ in range(runs)]
            lines.append(f"| {name} | {min(f[0] for f in found):.2f} | {min(f[1] for f in found):.2f} | {max(f[2] for f in found):.0f} |")
        text = "\n".join(lines) + "\n"
        print(text)
        page.write_text(text)


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
