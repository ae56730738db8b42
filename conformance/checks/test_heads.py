"""Heads that the base lacks: what PEFT trains for another task loads, with its class, as the unmerged model, in both generations of transformers."""

import json
from pathlib import Path

import pytest
import torch
import transformers
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, save_file

import families

WIDE = dict(hidden_size=40, intermediate_size=72, num_hidden_layers=2, num_attention_heads=4, vocab_size=101, pad_token_id=2)
DECODER = WIDE | dict(num_key_value_heads=2, max_position_embeddings=64, bos_token_id=0, eos_token_id=1)
ENCODER = WIDE | dict(max_position_embeddings=64)
GPT2 = dict(n_embd=40, n_layer=2, n_head=4, vocab_size=101, n_positions=64, bos_token_id=0, eos_token_id=1, pad_token_id=2)
DISTILBERT = dict(dim=40, hidden_dim=72, n_layers=2, n_heads=4, vocab_size=101, max_position_embeddings=64)
IDS = torch.arange(3, 99).reshape(2, 48)
POOLED = ["pooler", "classifier"]

# name: (class of the base, configuration class, options, layers that an adapter trains)
BASES = {
    "llama": ("LlamaForCausalLM", "LlamaConfig", DECODER | {"tie_word_embeddings": False}, ["q_proj", "down_proj"]),
    "qwen2": ("Qwen2ForCausalLM", "Qwen2Config", DECODER | {"tie_word_embeddings": True}, ["q_proj", "down_proj"]),
    "gpt2": ("GPT2LMHeadModel", "GPT2Config", GPT2, ["c_attn"]),
    "bert": ("BertForMaskedLM", "BertConfig", ENCODER, ["query", "dense"]),
    "bert-pretraining": ("BertForPreTraining", "BertConfig", ENCODER, ["query", "dense"]),
    "roberta": ("RobertaForMaskedLM", "RobertaConfig", ENCODER | {"max_position_embeddings": 66}, ["query"]),
    "distilbert": ("DistilBertForMaskedLM", "DistilBertConfig", DISTILBERT, ["q_lin", "ffn.lin1"]),
    "llama-body": ("LlamaModel", "LlamaConfig", DECODER | {"tie_word_embeddings": False}, ["q_proj", "down_proj"]),
    "qwen2-body": ("Qwen2Model", "Qwen2Config", DECODER | {"tie_word_embeddings": True}, ["q_proj", "lm_head"]),
    "gpt2-body": ("GPT2Model", "GPT2Config", GPT2, ["c_attn"]),
    "bert-body": ("BertModel", "BertConfig", ENCODER, ["query", "dense"]),
    "roberta-body": ("RobertaModel", "RobertaConfig", ENCODER | {"max_position_embeddings": 66}, ["query"]),
}
# (base, task, further modules that are saved whole)
CASES = [
    ("llama", "SEQ_CLS", []),
    ("llama", "TOKEN_CLS", []),
    ("qwen2", "SEQ_CLS", []),
    ("qwen2", "TOKEN_CLS", []),
    ("gpt2", "SEQ_CLS", []),
    ("gpt2", "TOKEN_CLS", []),
    ("gpt2", "QUESTION_ANS", []),
    ("bert", "SEQ_CLS", POOLED),
    ("bert", "TOKEN_CLS", []),
    ("bert", "QUESTION_ANS", []),
    ("bert-pretraining", "SEQ_CLS", []),
    ("bert-pretraining", "QUESTION_ANS", []),
    ("roberta", "SEQ_CLS", []),
    ("roberta", "TOKEN_CLS", []),
    ("distilbert", "SEQ_CLS", ["pre_classifier", "classifier"]),
    ("distilbert", "QUESTION_ANS", []),
    ("llama-body", "SEQ_CLS", []),
    ("llama-body", "TOKEN_CLS", []),
    ("llama-body", "QUESTION_ANS", []),
    ("llama-body", "CAUSAL_LM", ["lm_head"]),
    ("qwen2-body", "CAUSAL_LM", []),
    ("gpt2-body", "TOKEN_CLS", []),
    ("gpt2-body", "CAUSAL_LM", []),
    ("bert-body", "SEQ_CLS", ["classifier"]),
    ("bert-body", "TOKEN_CLS", []),
    ("roberta-body", "SEQ_CLS", []),
]
AUTO = {
    "SEQ_CLS": transformers.AutoModelForSequenceClassification,
    "TOKEN_CLS": transformers.AutoModelForTokenClassification,
    "QUESTION_ANS": transformers.AutoModelForQuestionAnswering,
    "CAUSAL_LM": transformers.AutoModelForCausalLM,
}
LABELLED = ("SEQ_CLS", "TOKEN_CLS")


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    """base(name) → its folder, written once, in float32: what is compared is the head, not rounding."""
    made = {}

    def make(name):
        if name not in made:
            torch.manual_seed(31)
            model_class, config_class, options, _ = BASES[name]
            made[name] = tmp_path_factory.mktemp(name)
            getattr(transformers, model_class)(getattr(transformers, config_class)(**options)).save_pretrained(made[name])
        return made[name]

    return make


def trained(base, task, adapter, targets, saved):
    """Writes an adapter with random values, and gives the unmerged model: what of it is random and not saved is in neither."""
    torch.manual_seed(7)
    labels = {"num_labels": 3} if task in LABELLED else {}
    model = AUTO[task].from_pretrained(base, dtype=torch.float32, **labels)
    options = {"modules_to_save": saved} if saved else {}
    whole = get_peft_model(model, LoraConfig(r=3, lora_alpha=5, task_type=task, target_modules=targets, **options))
    for value in whole.parameters():
        if value.requires_grad:
            value.data += torch.randn_like(value) * 0.1
    whole.save_pretrained(adapter)
    return PeftModel.from_pretrained(AUTO[task].from_pretrained(base, dtype=torch.float32, **labels), adapter).eval()


@torch.no_grad()
def answers(model):
    out = model(input_ids=IDS, attention_mask=torch.ones_like(IDS))
    return torch.stack([out.start_logits, out.end_logits]) if "start_logits" in out else out.logits


@pytest.mark.parametrize("name, task, saved", CASES, ids=lambda value: value if isinstance(value, str) else "")
def test_a_saved_head_comes_with_its_class(name, task, saved, base, merge, open_older, tmp_path):
    unmerged = trained(base(name), task, tmp_path / "adapter", BASES[name][3], saved)
    out = merge(base(name), tmp_path / "adapter")
    model, info = AUTO[task].from_pretrained(out, dtype=torch.float32, output_loading_info=True)
    assert {kind: names for kind, names in info.items() if names} == {}
    assert type(model).__name__ == type(unmerged.base_model.model).__name__
    assert type(model).__name__ == json.loads(Path(out, "config.json").read_text())["architectures"][0]
    want = answers(unmerged)
    assert torch.allclose(answers(model.eval()), want, atol=1e-5)
    left, older = open_older().loading(out, IDS)
    assert left == {}
    assert torch.allclose(older, want[0] if task == "QUESTION_ANS" else want, atol=1e-4)


def test_a_pooler_that_nobody_saved_is_refused(base, refuse, tmp_path):
    trained(base("bert"), "SEQ_CLS", tmp_path / "adapter", ["query"], [])
    message = refuse(base("bert"), tmp_path / "adapter")
    assert "adapter.head-missing" in message and "bert.pooler.dense.weight" in message


def test_a_body_that_transformers_never_loaded_is_refused(base, refuse, tmp_path):
    trained(base("llama"), "QUESTION_ANS", tmp_path / "adapter", ["q_proj"], [])
    assert "adapter.random-body" in refuse(base("llama"), tmp_path / "adapter")


def test_an_output_embedding_that_the_base_lacks_and_nobody_saved_is_refused(base, refuse, tmp_path):
    trained(base("llama-body"), "CAUSAL_LM", tmp_path / "adapter", ["q_proj", "lm_head"], [])
    message = refuse(base("llama-body"), tmp_path / "adapter")
    assert "adapter.head-missing" in message and "modules_to_save" in message


def test_a_projector_that_the_base_lacks_goes_to_its_place(merge, tmp_path):
    whole = families.write("qwen3-vl", tmp_path / "base", torch.float32)
    model = families.load(whole)
    targets = families.FAMILIES["qwen3-vl"][3]
    peft = get_peft_model(model, LoraConfig(r=3, target_modules=targets, modules_to_save=["merger"], task_type="CAUSAL_LM"))
    for value in peft.parameters():
        if value.requires_grad:
            value.data += torch.randn_like(value) * 0.1
    peft.save_pretrained(tmp_path / "adapter")
    file = Path(whole, "model.safetensors")
    tensors = load_file(file)
    projector = {key for key in tensors if ".merger.linear" in key}
    save_file({key: value for key, value in tensors.items() if key not in projector}, file, {"format": "pt"})
    out = merge(whole, tmp_path / "adapter")
    loaded, info = families.model_class(out).from_pretrained(out, dtype=torch.float32, output_loading_info=True)
    assert projector and {kind: names for kind, names in info.items() if names} == {}
    want = peft.merge_and_unload().state_dict()
    assert all(torch.equal(want[key], loaded.state_dict()[key]) for key in projector)
