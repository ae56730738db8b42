"""The demo's merged checkpoints, as transformers 5 and 4.57 load them."""

import json
import os
import stat

import pytest
import torch
from safetensors.torch import load_file
from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig

import compare
import measures
import oracle

IDS = torch.arange(2, 130)[None]


def scores(demo, base, adapter):
    """What transformers measured of a pair unmerged; nothing where nobody has."""
    return json.loads((demo / "scores.json").read_text()).get(f"{base} + {adapter}, unmerged", {})


class Case:
    """One base and adapter of the demo, and what Ingot made of them."""

    def __init__(self, demo, merge, base, adapter):
        self.base, self.adapter, self.unties = demo / base, demo / adapter, adapter.endswith("-ends")
        self.scores = scores(demo, base, adapter)
        self.out = merge(self.base, self.adapter)
        self.config = json.loads((self.out / "config.json").read_text())

    def model(self):
        return AutoModelForCausalLM.from_pretrained(self.out, dtype=torch.float32).eval()


CASES = [("base-nf4", "jargon-lora"), ("base-nf4", "jargon-lora-ends"), ("base-fp16", "jargon-lora")]


@pytest.fixture(scope="module", params=CASES, ids=lambda case: " + ".join(case))
def case(request, demo, merge):
    return Case(demo, merge, *request.param)


def test_transformers_5_finds_every_tensor_and_no_other(case):
    compare.loads_whole(case.out)


def test_transformers_4_finds_every_tensor_and_gives_the_same_logits(case, older):
    left, logits = older.loading(case.out, IDS)
    assert left == {}
    assert torch.allclose(logits, measures.logits(case.model(), IDS), atol=1e-4)


def test_logits_are_the_unmerged_models_within_16_bit_rounding(case):
    compare.logits_within_rounding(case.base, case.adapter, case.out, IDS)


def test_tensors_are_those_of_peft_and_bitsandbytes(case):
    compare.tensors(case.base, case.adapter, case.out)


@pytest.mark.parametrize("text", ["general", "domain"])
def test_perplexities_are_the_unmerged_models(case, demo, text):
    tokenizer, file = AutoTokenizer.from_pretrained(case.out), demo / f"{text}.eval.txt"
    expected = case.scores.get(text) or measures.perplexity(oracle.unmerged(case.base, case.adapter), tokenizer, file)
    assert measures.perplexity(case.model(), tokenizer, file) == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("adapter", ["jargon-lora", "jargon-lora-ends"])
def test_the_oracle_reproduces_the_scores(demo, adapter):
    model, tokenizer = oracle.unmerged(demo / "base-nf4", demo / adapter), AutoTokenizer.from_pretrained(demo / "base-nf4")
    expected = scores(demo, "base-nf4", adapter)["domain"]
    assert measures.perplexity(model, tokenizer, demo / "domain.eval.txt") == pytest.approx(expected, rel=1e-3)


def test_config_says_what_was_written(case):
    assert "quantization_config" not in case.config
    assert case.config.get("dtype", case.config.get("torch_dtype")) == "float16"
    assert case.config["tie_word_embeddings"] is not case.unties
    assert case.config["architectures"] == ["LlamaForCausalLM"]


def test_the_head_is_written_exactly_if_the_ends_differ(case):
    assert ("lm_head.weight" in compare.written(case.out)) is case.unties


def test_what_the_adapter_does_not_touch_is_the_bases_byte_for_byte(case):
    before = {k: v for f in case.base.glob("*.safetensors") for k, v in load_file(f).items()}
    written = compare.written(case.out)
    norms = [name for name in written if name.endswith("norm.weight")]
    assert len(norms) == 9
    for name in norms + ([] if case.unties else ["model.embed_tokens.weight"]):
        assert torch.equal(written[name].view(torch.int16), before[name].view(torch.int16)), name


def test_the_folder_holds_a_checkpoint_and_nothing_of_the_adapters(case):
    names = {p.name for p in case.out.iterdir()}
    assert {"config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json"} <= names
    assert not [n for n in names if n.startswith("adapter_") or n.startswith(".") or n.endswith(".bin")]


def test_the_index_names_every_tensor_and_counts_bytes(case):
    compare.index_is_right(case.out)


def test_file_modes_follow_the_umask(case):
    umask = os.umask(0)
    os.umask(umask)
    for file in case.out.iterdir():
        if file.is_file():
            assert stat.S_IMODE(file.stat().st_mode) == 0o666 & ~umask, file.name


def test_tokenizer_and_generation_config_are_the_bases(case):
    ours, theirs = AutoTokenizer.from_pretrained(case.out), AutoTokenizer.from_pretrained(case.base)
    sentence = "In the beginning was the foo, and the foo was with bar."
    assert ours(sentence) == theirs(sentence)
    assert (ours.bos_token, ours.eos_token) == (theirs.bos_token, theirs.eos_token)
    assert GenerationConfig.from_pretrained(case.out).eos_token_id == GenerationConfig.from_pretrained(case.base).eos_token_id


def test_it_writes_the_text_that_the_unmerged_model_writes(case):
    prompt = torch.tensor([AutoTokenizer.from_pretrained(case.out).encode("hacker: a person", add_special_tokens=False)])
    how = dict(min_new_tokens=16, max_new_tokens=16, do_sample=False)
    theirs = oracle.unmerged(case.base, case.adapter).generate(input_ids=prompt, **how)
    assert case.model().generate(input_ids=prompt, **how).tolist() == theirs.tolist()
