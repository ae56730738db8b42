"""What does not merge module by module: replaced tensors, rows of tokens, replicated layers, fused experts, and the tie of the two ends."""

import re

from adapterkinds import lowrank

HEAD = "lm_head.weight"


def replace(files, out):
    for name, value in files.replaced.items():
        known = files.original.get(name)
        if known is None or known.shape != value.shape or not value.equal(known):
            out[name] = value


def replicate(files, out):
    """New layers are copies of the layers that they stand for; each gets the delta of its own."""
    ranges = files.config.get("layer_replication")
    if not ranges:
        return
    sources = [layer for start, end in ranges for layer in range(start, end)]
    prefix = re.compile(r"model\.layers\.(\d+)\.")
    original = {name: value for name, value in files.base.items() if prefix.match(name)}
    for layer, source in enumerate(sources):
        for name, value in original.items():
            if int(prefix.match(name)[1]) == source and layer != source:
                copy = prefix.sub(f"model.layers.{layer}.", name)
                out[copy] = value
                files.dtypes.setdefault(copy, files.dtypes[name])


def names(module, base):
    """Names of the weight and bias of a module in the files."""
    if f"{module}.in_proj_weight" in base:
        return {"weight": f"{module}.in_proj_weight", "bias": f"{module}.in_proj_bias"}
    end = embedding(base)
    if module == "lm_head" and HEAD not in base and end != f"{module}.weight":
        return {"weight": HEAD, "bias": "lm_head.bias"}
    return {"weight": f"{module}.weight", "bias": f"{module}.bias"}


def embedding(base):
    return next((name for name in base if re.search(r"(embed_tokens|wte)\.weight$", name)), None)


def handles(files, module, own):
    return any(re.search("trainable_tokens_delta|ln_tuning", key) for key in own) or fused(files, module) or slice_of_fused(files, module)


def apply(files, module, own, out):
    if fused(files, module):
        return experts(files, module, own, out)
    if slice_of_fused(files, module):
        return add_slice(files, module, own, out)
    for key, value in own.items():
        if key.startswith("ln_tuning_layers."):
            out[f"{module}.{key.removeprefix('ln_tuning_layers.')}"] = value
    if "ln_tuning_layers.weight" in own:
        return
    name = f"{module}.weight"
    config = files.config
    ids = config.get("token_indices") or config.get("trainable_token_indices")
    if isinstance(ids, dict):
        ids = next(rows for suffix, rows in ids.items() if module == suffix or module.endswith("." + suffix))
    value = out.get(name, files.base.get(name, files.base[embedding(files.base)])).clone()
    value[ids] = own.get("token_adapter.trainable_tokens_delta", own.get("trainable_tokens_delta"))
    out[name] = value


def fused(files, module):
    return bool(files.config.get("target_parameters")) and re.search(r"\.(experts|gate|router|experts\.mlp)(\.base_layer)*$", module)


def experts(files, module, own, out):
    """Several parameters of one module nest: the one that the model declares last is the outermost."""
    plain = module.split(".base_layer")[0]
    trained = files.trained[module].split(".base_layer")[0]
    router = re.search(r"\.(gate|router)$", plain)
    registered = ("weight",) if router else ("gate_up_proj", "gate_up_proj_bias", "up_proj", "down_proj", "down_proj_bias", "w1", "v1", "w2")
    order = [name for name in registered if any(_targets(t, trained, name) for t in files.config["target_parameters"])]
    parameter = order[len(order) - 1 - module.count(".base_layer")]
    scale = lowrank.scaling(files.config, f"{trained}.{parameter}")
    a, b = own["lora_A.weight"], own["lora_B.weight"]
    if parameter == "weight":
        name = f"{plain}.weight"
        older = plain.replace(".mlp.", ".block_sparse_moe.")
        names = [name, f"{older}.weight", f"{older}.layer.weight", older.replace(".router", ".gate") + ".weight"]
        name = next(name for name in names if name in files.base)
        out[name] = files.base[name] + files.cast(b @ a * scale, name)
        return
    if f"{plain}.{parameter}" in files.base and files.base[f"{plain}.{parameter}"].dim() == 2:  # DBRX keeps all experts in one matrix; a bias of gpt-oss is one
        name = f"{plain}.{parameter}"
        out[name] = files.base[name] + files.cast(b @ a * scale, name)
        return
    count = next(files.text[key] for key in ("num_local_experts", "num_experts", "n_routed_experts") if files.text.get(key))
    for expert in range(count):
        product = b.reshape(b.shape[0], -1, count)[:, :, expert] @ a.reshape(count, -1, a.shape[1])[expert] * scale
        add_to_expert(files, out, plain, parameter, expert, product)


def slice_of_fused(files, module):
    found = re.fullmatch(r"(.*\.experts)\.(\d+)\.(gate|up|down)_proj", module)
    return found if found and f"{module}.weight" not in files.base else None


def add_slice(files, module, own, out):
    """An expert of its own on a base that keeps all in one parameter: gate above up."""
    plain, expert, kind = slice_of_fused(files, module).groups()
    name = f"{plain}.down_proj" if kind == "down" else f"{plain}.gate_up_proj"
    out.setdefault(name, files.base[name].clone())
    rows = out[name][int(expert)]
    half = rows.shape[0] // 2
    part = {"gate": rows[:half], "up": rows[half:], "down": rows}[kind]
    part += lowrank.delta(files, module, own)


def _targets(target, module, parameter):
    full = f"{module}.{parameter}"
    return full == target or full.endswith("." + target)


def add_to_expert(files, out, module, parameter, expert, product):
    """`product` is B A; for a parameter [expert, d1, d2] the adapter reads from d1 or from d2, by version and kind of the experts."""
    product = product.to(next(iter(files.dtypes.values()))).double()  # PEFT casts it
    version = tuple(int(part) for part in files.config["peft_version"].split(".")[:3])
    stored_transposed = files.base_config["model_type"] == "gpt_oss"
    reads_first = version < (0, 19, 0) or stored_transposed == (version > (0, 19, 0))
    product = product.T if reads_first else product
    granite = {"gate_up_proj": "input_linear.weight", "down_proj": "output_linear.weight"}.get(parameter)
    names = [f"{module}.{parameter}", f"{module.removesuffix('experts')}{granite}"]
    name = next((name for name in names if name in files.base), None)
    if name:
        out.setdefault(name, files.base[name].clone())
        out[name][expert] += product
        return
    halves = zip(("gate", "up"), product.chunk(2)) if parameter == "gate_up_proj" else [(parameter.removesuffix("_proj"), product)]
    for half, rows in halves:
        name = f"{module}.{expert}.{half}_proj.weight"
        if name not in files.base and name.startswith("model."):
            name = name.replace("model.", "backbone.", 1) if name.replace("model.", "backbone.", 1) in files.base else name
        if name not in files.base:
            name = name.replace(".mlp.", ".block_sparse_moe.").replace(f"{half}_proj", {"gate": "w1", "up": "w3", "down": "w2"}[half])
        out[name] = out.get(name, files.base[name]) + rows


def tie(files, out):
    """Ends that were one stay one if nothing parts them, or if the training held them together."""
    end = embedding(files.base)
    if not files.tied or end is None:
        return
    _raise_head(files, end, out)
    if files.config.get("ensure_weight_tying") and not _drifted(files, end):
        head = out.pop(HEAD, None)
        out.setdefault(end, head) if head is not None else None
    elif HEAD in out or (end in out and _parts(files, end)):
        out.setdefault(HEAD, files.base.get(HEAD, files.base[end]))
        if end in out and out[HEAD].equal(out[end]):
            del out[HEAD]


def _raise_head(files, end, out):
    """Rows of the embedding are trained in the one matrix, and a LoRA on the head stands beside what they became."""
    rows = any("trainable_tokens_delta" in key for key in files.modules.get(end.removesuffix(".weight"), {}))
    if rows and any("lora_" in key for key in files.modules.get("lm_head", {})):
        out[HEAD] = out[HEAD] - files.base[end] + files.cast(out[end], end)


def _drifted(files, end):
    """On a 16-bit base PEFT casts the shared factors of the two ends one by one, and then they are trained apart."""
    head, embedding = files.modules.get("lm_head", {}), files.modules.get(end.removesuffix(".weight"), {})
    factors = head.get("lora_A.weight"), embedding.get("lora_embedding_B")
    return all(factor is not None for factor in factors) and not factors[0].equal(factors[1].T)


def _parts(files, end):
    """Whether the embedding was changed without its mirror at the head."""
    module = end.removesuffix(".weight")
    own = files.modules.get(module, {})
    return end in files.replaced and HEAD not in files.replaced or any("lora_" in key for key in own)
