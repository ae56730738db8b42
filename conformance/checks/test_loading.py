"""A base that was quantized while loading: Ingot quantizes the same modules as transformers 4.57 and 5, to the same values."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import transformers
from safetensors.torch import load_file, save_file

HERE = Path(__file__).resolve().parents[1]
TEXT = dict(
    hidden_size=64,
    intermediate_size=128,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    head_dim=16,
    vocab_size=128,
    initializer_range=0.08,
    pad_token_id=0,
    bos_token_id=0,
    eos_token_id=1,
)
VISION = dict(
    hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4, image_size=32, patch_size=16, projection_dim=64
)
EXPERTS = dict(num_experts_per_tok=2, moe_intermediate_size=64)


def llava_next():
    text = {**TEXT, "model_type": "llama"}
    vision = {**VISION, "model_type": "clip_vision_model"}
    return transformers.LlavaNextConfig(text_config=text, vision_config=vision, image_token_index=5, tie_word_embeddings=False)


CASES = {
    "llama": ("LlamaForCausalLM", lambda: transformers.LlamaConfig(**TEXT)),
    "llava-next": ("LlavaNextForConditionalGeneration", llava_next),
    "gpt2": ("GPT2LMHeadModel", lambda: transformers.GPT2Config(n_embd=64, n_layer=2, n_head=4, vocab_size=128, n_positions=64)),
    "mixtral": ("MixtralForCausalLM", lambda: transformers.MixtralConfig(**TEXT, num_local_experts=4, num_experts_per_tok=2)),
    "qwen3-moe": ("Qwen3MoeForCausalLM", lambda: transformers.Qwen3MoeConfig(**TEXT, num_experts=4, **EXPERTS)),
    "gemma3": ("Gemma3ForCausalLM", lambda: transformers.Gemma3TextConfig(**TEXT)),
    "bert": (
        "BertForSequenceClassification",
        lambda: transformers.BertConfig(
            hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4, vocab_size=128, num_labels=64
        ),
    ),
}
NF4 = {"load_in_4bit": True, "bnb_4bit_quant_type": "nf4"}


class Loader:
    """loading.py under one transformers."""

    def __init__(self, paths):
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [*paths, os.environ.get("PYTHONPATH", "")]))}
        command = [sys.executable, HERE / "loading.py"]
        self.process = subprocess.Popen(command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, **request):
        print(json.dumps(request), file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        assert line, "transformers died; its error stands above"
        answer = json.loads(line)
        assert "error" not in answer, answer["error"]
        return answer


@pytest.fixture(scope="module")
def loaders():
    started = {4: Loader([os.environ["INGOT_TRANSFORMERS_4"]]), 5: Loader([])}
    yield started
    for loader in started.values():
        loader.process.stdin.close()
        loader.process.wait(timeout=30)


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """base(case, generation) → its folder, written once, with names that this generation reads."""
    made = {}

    def make(case, generation):
        if (case, generation) not in made:
            torch.manual_seed(3)
            name, config = CASES[case]
            folder = tmp_path_factory.mktemp(case)
            getattr(transformers, name)(config()).to(torch.bfloat16).save_pretrained(folder)
            if generation == 4:
                rename(folder / "model.safetensors", "vision_tower.", "vision_tower.vision_model.")
                config = json.loads((folder / "config.json").read_text())
                config |= {"num_experts": config[key] for key in ["num_local_experts"] if case == "qwen3-moe" and key in config}
                (folder / "config.json").write_text(json.dumps(config))
            made[case, generation] = folder
        return made[case, generation]

    return make


def rename(file, old, new):
    """Names as transformers 4 wrote and reads them: 5.23 leaves a level of CLIP out."""
    tensors = {name.replace(old, new): value for name, value in load_file(file).items()}
    save_file(tensors, file, {"format": "pt"})


@pytest.fixture
def held(base, loaders, tmp_path):
    """held(case, generation, config) → what loading.py found."""

    def hold(case, generation, config, dtype="bfloat16"):
        file = tmp_path / "config.json"
        version = {4: "4.57.6", 5: "5.23.0"}[generation]
        file.write_text(json.dumps({**config, "dtype": dtype, "transformers_version": version}))
        written = tmp_path / "written"
        command = [os.environ["INGOT"], "dequantize", "--base", base(case, generation), "--out", written, "--quantization-config", file]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr + done.stdout
        found = loaders[generation].ask(
            base=str(base(case, generation)), written=str(written), auto=CASES[case][0], config=config, dtype=dtype
        )
        assert found["version"].startswith(f"{generation}."), found["version"]
        return found

    return hold


@pytest.mark.parametrize("generation", [4, 5])
@pytest.mark.parametrize("case", CASES)
def test_the_same_modules_are_quantized_to_the_same_values(held, case, generation):
    found = held(case, generation, NF4)
    assert found["quantized"] == found["changed"]
    assert found["different"] == {}


@pytest.mark.parametrize("generation", [4, 5])
def test_with_double_quantization_few_values_differ(held, generation):
    """The CPU that this runs on rounds scales by another rule than the GPUs whose rule Ingot follows."""
    found = held("llama", generation, {**NF4, "bnb_4bit_use_double_quant": True})
    assert found["quantized"] == found["changed"]
    assert max(found["different"].values(), default=0) < 0.25


@pytest.mark.parametrize("generation", [4, 5])
@pytest.mark.parametrize(
    "case, keys",
    [
        ("llama", ["proj"]),
        ("llama", ["layers.1"]),
        ("llama", [r"model\.layers\.\d+\.mlp"]),
        ("llava-next", ["vision_tower", "multi_modal_projector"]),
    ],
)
def test_keys_of_skip_modules_mean_what_each_transformers_takes_them_for(held, case, keys, generation):
    found = held(case, generation, {**NF4, "llm_int8_skip_modules": keys})
    assert found["quantized"] == found["changed"]
    assert found["different"] == {}


@pytest.mark.parametrize("generation", [4, 5])
def test_8_bit_modules_are_the_same(held, generation):
    found = held("llama", generation, {"load_in_8bit": True}, "float16")
    assert found["quantized"] == found["changed"]
    assert max(found["different"].values(), default=0) < 1e-3
