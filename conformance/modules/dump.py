"""Dumps which parameters belong to which kind of module, for every model class that transformers maps automatically.

    dump.py names OUT.json              names of this generation's parameters, in the model and on disk
    dump.py table OUT.json NAMES.json…  the table, which also knows where the names of the other generation end up

Models stand on the meta device, with the config's defaults, with a few variants of it (attention without a low-rank query, gated
feed-forward, biases, …), and with the embeddings tied and separate. No weight is read. `write.py` runs this once per generation.
"""

import contextlib
import copy
import gc
import importlib
import json
import re
import signal
import sys

import torch
import transformers
from torch import nn
from transformers import AutoConfig
from transformers.modeling_utils import PreTrainedModel
from transformers.models.auto import modeling_auto
from transformers.pytorch_utils import Conv1D

V4 = transformers.__version__.startswith("4.")
TASKS = [
    "CAUSAL_LM",
    "IMAGE_TEXT_TO_TEXT",
    "VISION_2_SEQ",
    "MULTIMODAL_LM",
    "SEQ_TO_SEQ_CAUSAL_LM",
    "SPEECH_SEQ_2_SEQ",
    "SEQUENCE_CLASSIFICATION",
    "TOKEN_CLASSIFICATION",
    "",
]
SECONDS = 40
EXPERTS = re.compile(r"^(num_|n_|moe_num_)?(local_|routed_)?experts$|^(n_routed_experts|num_moe_experts|moe_num_experts)$")
PER_TOKEN = re.compile(r"experts_per_tok|moe_topk|moe_k$|moe_top_k|^top_k$|topk_group$|^n_group$|num_experts_per_token")
LAYERS = ["num_hidden_layers", "n_layer", "n_layers", "num_layers"]


def classes():
    """[(task, model type, class name)], the tasks that are trained most first."""
    found, seen = [], set()
    for task in TASKS:
        mapping = getattr(modeling_auto, f"MODEL_{'FOR_' if task else ''}{task + '_' if task else ''}MAPPING_NAMES", {})
        for kind, names in mapping.items():
            for name in names if isinstance(names, (tuple, list)) else (names,):
                if (kind, name) not in seen:
                    seen.add((kind, name))
                    found.append((task.lower() or "model", kind, name))
    return found


def find_class(kind, name):
    if hasattr(transformers, name):
        return getattr(transformers, name)
    module = modeling_auto.model_type_to_module_name(kind)
    return getattr(importlib.import_module(f"transformers.models.{module}"), name)


@contextlib.contextmanager
def limit(seconds):
    def stop(*_):
        raise TimeoutError(f"took longer than {seconds} s")

    signal.signal(signal.SIGALRM, stop)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)


@contextlib.contextmanager
def empty():
    """Models without values: on the meta device, uninitialized; bfloat16, so that what insists on float32 shows."""
    before = torch.get_default_dtype()
    if V4:
        from transformers.modeling_utils import no_init_weights
    else:
        from transformers.initialization import no_init_weights
    torch.set_default_dtype(torch.bfloat16)
    try:
        with torch.device("meta"), no_init_weights():
            yield
    finally:
        torch.set_default_dtype(before)


def parts(config):
    """The config and the configs inside it."""
    found = [config]
    for key in getattr(config, "sub_configs", None) or {}:
        inner = getattr(config, key, None)
        if inner is not None and hasattr(inner, "to_dict"):
            found += parts(inner)
    return found


def member(config, key, default=None):
    """A member of a config; the default also where every layer has its own, which transformers refuses to give as the config's."""
    try:
        return getattr(config, key, default)
    except Exception as error:
        if "PerLayer" not in type(error).__name__:
            raise
        return default


def completed(config):
    """What some configs have no default for, although their models need it."""
    for part in parts(config):
        heads = member(part, "num_attention_heads")
        if heads and member(part, "num_key_value_heads", 0) is None:
            part.num_key_value_heads = heads
        if heads and member(part, "hidden_size") and member(part, "head_dim", 0) is None:
            part.head_dim = part.hidden_size // heads
        for name in ("pad_token_id", "vocab_size"):
            if getattr(part, name, None) is None:
                with contextlib.suppress(Exception):
                    setattr(part, name, {"pad_token_id": 0, "vocab_size": 64}[name])
    return config


def config_of(kind, tied):
    config = completed(AutoConfig.for_model(kind))
    for part in parts(config):
        for key, value in list(vars(part).items()):
            if EXPERTS.match(key) and type(value) is int and value > 4:
                setattr(part, key, 4)
            if PER_TOKEN.search(key) and type(value) is int and value > 2:
                setattr(part, key, 1 if "group" in key else 2)
            if key.endswith("n_group") or key.endswith("topk_group"):
                setattr(part, key, 1)
    if tied is not None:
        for part in parts(config):
            part.tie_word_embeddings = tied
    return config


def fewer_layers(config, count=4):
    for part in parts(config):
        for key in LAYERS:
            value = getattr(part, key, None)
            if type(value) is int and value > count:
                setattr(part, key, count)
                for name, entry in list(vars(part).items()):
                    if isinstance(entry, list) and len(entry) == value:
                        setattr(part, name, entry[:count])
    return config


def variants(config):
    """Functions that change one thing of a config, each with a name: what a released model may have set otherwise."""
    found = []

    def add(path, key, value):
        found.append((path, key, value))

    for index, part in enumerate(parts(config)):
        for key, value in list(vars(part).items()):
            if key.startswith("_") or key in ("return_dict", "output_hidden_states", "output_attentions", "use_cache", "torchscript"):
                continue
            if "rank" in key and type(value) is int:
                add(index, key, None)
            elif key == "feed_forward_proj":
                add(index, key, "gated-gelu")
            elif key in ("first_k_dense_replace", "moe_layer_start_index"):
                add(index, key, 0)
                add(index, key, 2)
            elif key in ("mlp_only_layers",):
                add(index, key, [0])
            elif key in ("decoder_sparse_step", "moe_layer_interval", "interleave_moe_layer_step"):
                add(index, key, 2)
            elif key == "word_embed_proj_dim" and value is not None:
                add(index, key, value // 2)
            elif type(value) is bool and key not in ("tie_word_embeddings", "is_encoder_decoder"):
                add(index, key, not value)
            elif value is None and re.search(r"shared_expert|lora_rank|embedding_size$", key):
                add(index, key, 1 if "expert" in key else 64)
            elif key == "embedding_size" and type(value) is int and value > 64:
                add(index, key, value // 2)
    return found


def changed(config, variant):
    index, key, value = variant
    config = copy.deepcopy(config)
    part = parts(config)[index]
    setattr(part, key, value)
    if key == "feed_forward_proj":
        part.dense_act_fn, part.is_gated_act = "gelu_new", True
    return config


def build(kind, name, config):
    with limit(SECONDS), empty():
        return find_class(kind, name)(config)


def module_kind(module):
    if isinstance(module, Conv1D):
        return "C"
    if type(module) is nn.Linear:
        return "L"
    return "S" if isinstance(module, nn.Linear) else "O"


def kinds(model):
    """{parameter of rank 2: L, S, C or O}; rank 3 counts where it holds what are matrices elsewhere."""
    found = {}
    for path, module in model.named_modules():
        kind = module_kind(module)
        for name, value in module.named_parameters(recurse=False, remove_duplicate=False) if not V4 else own(module):
            full = f"{path}.{name}" if path else name
            if value.dim() == 2:
                found[full] = kind if name == "weight" else "O"
    return found


def own(module):
    return [(name, value) for name, value in module._parameters.items() if value is not None]


def default_skips(model):
    if V4:
        from transformers.integrations.bitsandbytes import get_keys_to_not_convert
    else:
        from transformers.quantizers.base import get_keys_to_not_convert
    with torch.device("meta"):
        return sorted(set(get_keys_to_not_convert(model)))


def pattern(name):
    return ".".join("{n}" if part.isdigit() else part for part in name.split("."))


def skips(model):
    """Default skips; an index that stands alone is that of the last layer."""
    found = {}
    for name in default_skips(model):
        found.setdefault(pattern(name), []).append(name)
    return sorted(key if len(names) > 1 else key.replace("{n}", "{last}") for key, names in found.items())


def disk_names(model):
    """Names under which this generation saves the model."""
    state = {key: value for key, value in model.state_dict().items() if value.dim() in (2, 3)}
    if V4:
        reverse = {to: source for source, to in getattr(model, "_checkpoint_conversion_mapping", {}).items()}
        return sorted(reversed_name(key, reverse) for key in state)
    from transformers.core_model_loading import revert_weight_conversion

    return sorted(revert_weight_conversion(model, dict(state)))


def reversed_name(key, reverse):
    """As transformers 4 does it when it saves: the first pattern that fits."""
    for source, target in reverse.items():
        target = re.sub(r"\(.*\)", "", target.lstrip("^"))
        key, count = re.subn(source, target, key)
        if count:
            break
    return key


def loaded_as(model, names):
    """{name on disk: name in the model, or "-" for a part of something that is no matrix, or "*" for a rearranged matrix}."""
    return older(model, names) if V4 else newer(model, names)


def older(model, names):
    from transformers.modeling_utils import VLMS

    low = type(model).__name__.lower()
    mapping = getattr(model, "_checkpoint_conversion_mapping", None) if any(part in low for part in VLMS) else None
    found = {}
    for name in names:
        new = model._fix_state_dict_key_on_load(name)[0]
        for source, target in (mapping or {}).items():
            new, count = re.subn(source, target, new)
            if count:
                break
        found[name] = new
    return found


def newer(model, names):
    from transformers.conversion_mapping import get_model_conversion_mapping
    from transformers.core_model_loading import WeightConverter, WeightRenaming, rename_source_key

    rules = get_model_conversion_mapping(model)
    renamings = [rule for rule in rules if isinstance(rule, WeightRenaming)]
    converters = [rule for rule in rules if isinstance(rule, WeightConverter)]
    state = model.state_dict()
    kinds_of = kinds(model)
    found = {}
    for name in names:
        new, source = rename_source_key(name, renamings, converters, model.base_model_prefix, state)
        if new not in state and name in state:
            new, source = rename_source_key(name, [], [], model.base_model_prefix, state)
        if new not in state:
            continue
        if source is not None:
            found[name] = "*" if kinds_of.get(new, "O") in "LSC" else "-"
        else:
            found[name] = new if state[new].dim() == 2 else "-"
    return found


def nested(model):
    """Parts that are models of their own: {path: [name of their config, its model type]}."""
    found = {}
    for key in getattr(model.config, "sub_configs", None) or {}:
        inner = getattr(model.config, key, None)
        if inner is None:
            continue
        for path, module in model.named_modules():
            if path and isinstance(module, PreTrainedModel) and module.config is inner:
                found[path] = [key, inner.model_type]
                break
    return found


def describe(kind, name, effective, other_names):
    """Everything that the table says of one class."""
    model = build(kind, name, config_of(kind, None))
    tie = bool(getattr(model.config, "tie_word_embeddings", False))
    entry = {
        "type": kind,
        "prefix": model.base_model_prefix,
        "tie": tie,
        "fp32": sorted(model._keep_in_fp32_modules or []),
        "strict": sorted(model._keep_in_fp32_modules_strict or []),
        "ignored": sorted(model._keys_to_ignore_on_load_unexpected or []),
        "nested": nested(model),
        "float32": [] if V4 else sorted(pattern(k) for k, v in model.state_dict().items() if v.dtype == torch.float32),
    }
    found = {}
    loads = {}
    take(model, found)
    names = saved(model)
    loads.update(loaded_as(model, sorted(set(names) | set(other_names))))
    for tied, key in ((False, "skips"), (True, "skips_tied")):
        entry[key] = skips(build(kind, name, config_of(kind, tied)))
    for variant in effective:
        with contextlib.suppress(Exception):
            other = build(kind, name, changed(fewer_layers(config_of(kind, None)), variant))
            take(other, found)
            mine = saved(other)
            loads.update({k: v for k, v in loaded_as(other, mine).items() if k not in loads or loads[k] == "-"})
            names = sorted(set(names) | set(mine))
    entry["kinds"] = found
    return entry, names, {k: v for k, v in loads.items() if k != v}


def saved(model):
    try:
        return sorted(set(disk_names(model)) | set(kinds(model)))
    except Exception as e:  # some operations cannot be undone without values
        print("   no disk names:", type(model).__name__, short(e), flush=True)
        return sorted(kinds(model))


def take(model, found):
    for name, kind in kinds(model).items():
        before = found.get(name, kind)
        found[name] = kind if before == kind else "X"


def effective_variants(kind, name):
    """The variants that make other modules than the default has."""
    with contextlib.suppress(Exception):
        base = fewer_layers(config_of(kind, None))
        known = {pattern(key) for key in kinds(build(kind, name, base))}
        result = []
        for variant in variants(base):
            with contextlib.suppress(Exception):
                if {pattern(key) for key in kinds(build(kind, name, changed(base, variant)))} - known:
                    result.append(variant)
        return result
    return []


def short(error):
    return f"{type(error).__name__}: {error}".split("\n")[0][:160]


def main(mode, out, *others):
    other_names = {}
    for file in others:
        for name, names in json.load(open(file)).items():
            other_names.setdefault(name, set()).update(names)
    table, all_names, failed, effective = {}, {}, {}, {}
    for count, (task, kind, name) in enumerate(classes()):
        if name in table:
            table[name]["tasks"].append([task, kind])
            continue
        if kind not in effective:
            effective[kind] = effective_variants(kind, name)
        try:
            entry, names, loads = describe(kind, name, effective[kind], other_names.get(name, ()))
            entry["tasks"], entry["loads"] = [[task, kind]], loads
            table[name], all_names[name] = entry, names
        except Exception as e:
            failed[name] = [kind, short(e)]
        if count % 25 == 0:
            print(count, name, len(failed), flush=True)
        gc.collect(1)
    if mode == "names":
        json.dump(all_names, open(out, "w"))
    else:
        json.dump({"transformers": transformers.__version__, "classes": table, "failed": failed}, open(out, "w"))
    print("done", len(table), "failed", len(failed), flush=True)


if __name__ == "__main__":
    transformers.logging.set_verbosity_error()
    main(*sys.argv[1:])
