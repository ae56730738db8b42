"""Every type but LoRA on one module, in float64. Each function gives the merged weight [out, in] and the bias."""

import math

import torch

from adapterkinds import lowrank, randomness


def adalora(files, place, own):
    config = files.config
    alpha = config["lora_alpha"] if config["lora_alpha"] > 0 else config["r"]
    delta = own["lora_B"] @ (own["lora_A"] * own["lora_E"])
    return place.weight + delta * alpha / (config["init_r"] + 1e-5), place.bias


def _alpha_over_rank(files, place):
    rank = lowrank.pattern(files.config, "rank_pattern", place.module, files.config["r"])
    return lowrank.pattern(files.config, "alpha_pattern", place.module, files.config["alpha"]) / rank


def _tucker(t, b, a):
    return torch.einsum("ijkl,jq,ip->pqkl", t, b, a)


def loha(files, place, own):
    def factor(number):
        a, b, t = own[f"hada_w{number}_a"], own[f"hada_w{number}_b"], own.get(f"hada_t{number}")
        return a @ b if t is None else _tucker(t, b, a).flatten(1)

    return place.weight + factor(1) * factor(2) * _alpha_over_rank(files, place), place.bias


def lokr(files, place, own):
    first = own["lokr_w1"] if "lokr_w1" in own else own["lokr_w1_a"] @ own["lokr_w1_b"]
    if "lokr_w2" in own:
        second = own["lokr_w2"]
    elif "lokr_t2" in own:
        second = _tucker(own["lokr_t2"], own["lokr_w2_b"], own["lokr_w2_a"])
    else:
        second = own["lokr_w2_a"] @ own["lokr_w2_b"]
    first = first.reshape(*first.shape, *[1] * (second.dim() - 2))
    return place.weight + torch.kron(first.contiguous(), second.contiguous()).flatten(1) * _alpha_over_rank(files, place), place.bias


def hira(files, place, own):
    if "hira_embedding_A" in own:
        factor = (own["hira_embedding_B"] @ own["hira_embedding_A"]).T
    else:
        factor = own["hira_B"].flatten(1) @ own["hira_A"].flatten(1)
    return place.weight + files.cast(place.weight * files.cast(factor, place.name), place.name), place.bias


def glora(files, place, own):
    cast = lambda value: files.cast(value, place.name)  # noqa: E731

    def part(name):
        parts = {key.removeprefix(f"glora_{name}."): value for key, value in own.items() if key.startswith(f"glora_{name}.")}
        return cast(parts["Xd"] @ parts["Xu"] if "Xd" in parts else parts.get("X", parts.get("zeros")))

    weight = place.weight + cast(cast(place.weight * part("A")) + part("B"))
    if place.bias is None:
        return weight, None
    return weight, place.bias + cast(cast(cast(place.bias * part("D")) + part("E")) + cast(place.weight @ part("C")).squeeze(-1))


def delora(files, place, own):
    a, b = own["delora_A"], own["delora_B"]
    norms = a.norm(dim=1).clamp(min=1e-4) * b.norm(dim=0).clamp(min=1e-4)
    delta = (b * (own["delora_lambda"] / (a.shape[0] * norms))) @ a
    return place.weight + files.cast(delta * own["delora_w_norm"], place.name), place.bias


def gralora(files, place, own):
    a, b = own["gralora_A"], own["gralora_B"]
    count, rank = files.config["gralora_k"], a.shape[2]
    share = rank // count
    rows = [
        torch.cat([(a[n][:, j * share : (j + 1) * share] @ b[j][n * share : (n + 1) * share]).T for n in range(count)], dim=1)
        for j in range(count)
    ]
    delta = torch.cat(rows)
    if "gralora_A_general.weight" in own:
        delta = delta + own["gralora_B_general.weight"] @ own["gralora_A_general.weight"]
    return place.weight + delta * files.config["alpha"] / (rank + files.config["hybrid_r"]), place.bias


def deft(files, place, own):
    config, p = files.config, own["deft_P"]
    if config["decomposition_method"] == "qr":
        left = right = torch.linalg.qr(p)[0]
    else:
        left, right = p, p.relu()
    scale = config["alpha"] / config["r"] if config.get("alpha") else 1
    inner = -(right.T @ place.weight) + (0 if config["para"] else own["deft_R"] * scale)
    return place.weight + files.cast(left @ inner, place.name), place.bias


def osf(files, place, own):
    wanted = lowrank.pattern(files.config, "rank_pattern", place.module, files.config["effective_rank"])
    smallest = min(place.weight.shape)
    wanted = 0.5 if wanted is None else wanted
    rank = int(wanted * smallest) if isinstance(wanted, float) and wanted < 1 else int(wanted)
    u, s, vh = (part.double() for part in torch.linalg.svd(place.weight.float(), full_matrices=False))  # PEFT rounds the parts of this one
    cast = lambda value: files.cast(value, place.name)  # noqa: E731
    u, s, vh = cast(u[:, rank:]), cast(s[rank:]), cast(vh[rank:])
    part = {key.removeprefix("osf_svd_params."): value for key, value in own.items()}
    return place.weight + (part["U_low"] * part["S_low"]) @ part["V_low"] - (u * s) @ vh, place.bias


def peanut(files, place, own):
    activation = {"relu": torch.relu, "gelu": torch.nn.functional.gelu}[files.config["act_fn"]]
    value = activation(place.weight.T @ own["peanut_A.weight"].T)
    depth = sum("peanut_encoders" in key for key in own)
    passed = []
    for layer in range(depth):
        passed.append(value)
        value = activation(value @ own[f"peanut_encoders.{layer}.weight"].T)
    for layer in range(depth):
        value = activation(value @ own[f"peanut_decoders.{layer}.weight"].T) + passed.pop()
    delta = (value @ own["peanut_B.weight"].T * files.config["scaling"]).T
    return place.weight + files.cast(delta, place.name), place.bias


def beft(files, place, own):
    return place.weight, place.bias + own["beft_bias"].flatten()


def _widest(files):
    shapes = [files.base[f"{module}.weight"].shape for module in files.modules]
    shapes = [tuple(shape)[::-1] if files.transposed(module) else tuple(shape) for module, shape in zip(files.modules, shapes)]
    return max(out for out, _ in shapes), max(width for _, width in shapes)


def vera(files, place, own):
    rank, out, width = files.config["r"], *_widest(files)
    if "vera_A" in files.shared:
        a, b = files.shared["vera_A"], files.shared["vera_B"]
    else:
        draws = randomness.Draws(files.config["projection_prng_key"])
        a, b = (files.cast(draws.kaiming(shape), place.name) for shape in ((rank, width), (out, rank)))
    return place.weight + _scaled(place, a, b, own["vera_lambda_d"], own["vera_lambda_b"]), place.bias


def _scaled(place, a, b, inner, outer):
    out, width = place.weight.shape
    return (outer[:, None] * b[:out]) @ (inner[:, None] * a[:, :width])


def pvera(files, place, own):
    rank, out, width = files.config["r"], *_widest(files)
    if "pvera_A" in files.shared:
        a, b = files.shared["pvera_A"], files.shared["pvera_B"]
    else:
        draws = randomness.Draws(files.config["projection_prng_key"])
        a, b = (files.cast(draws.kaiming(shape), place.name) for shape in ((2 * rank, width), (out, rank)))
    return place.weight + _scaled(place, a[:rank], b, own["pvera_lambda_d"][:rank], own["pvera_lambda_b"]), place.bias


def vblora(files, place, own):
    bank = files.shared["vblora_vector_bank"]

    def vectors(name):
        if f"vblora_logits_{name}" in own:
            best, indices = own[f"vblora_logits_{name}"].topk(files.config["topk"], dim=-1)
            weights = best.softmax(dim=-1)
        else:
            indices, weights = own[f"vblora_logits_{name}_topk_indices"].long(), own[f"vblora_logits_{name}_topk_weights"]
            weights = torch.cat([weights, 1 - weights.sum(dim=-1, keepdim=True)], dim=-1)
        return (weights[..., None] * bank[indices]).sum(dim=-2)

    out, width = place.weight.shape
    rank = files.config["r"]
    return place.weight + vectors("B").permute(0, 2, 1).reshape(out, rank) @ vectors("A").reshape(rank, width), place.bias


def randlora(files, place, own):
    config = files.config
    a, b = (files.cast(value, place.name) for value in _randlora_bases(files))
    out, width = place.weight.shape
    small, large = min(out, width), max(out, width)
    lambdas, gamma = own["randlora_lambda"], own["randlora_gamma"][:, :small]
    scaled = (lambdas[:, :, None] * a[:, :, :small] * gamma).flatten(0, 1)
    delta = b[:large, : lambdas.shape[1]].flatten(1) @ scaled
    delta = (delta if width == small else delta.T) * config["randlora_alpha"] / config["r"]
    return place.weight + files.cast(delta, place.name), place.bias


def _randlora_bases(files):
    if "randlora_A" in files.shared:
        return files.shared["randlora_A"], files.shared["randlora_B"]
    draws, rank = randomness.Draws(files.config["projection_prng_key"]), files.config["r"]
    large, small = max(_widest(files)), min(_widest(files))
    if files.config["sparse"] or files.config["very_sparse"]:
        odds = 1 / (2 * (math.sqrt(small) if files.config["very_sparse"] else 3))
        drawn = (draws.unit(shape) for shape in ((rank, 1, small), (large, math.ceil(small / rank), rank)))
        signs = [(unit > 1 - odds).double() - (unit < odds).double() for unit in drawn]
        return tuple(value / value.std() for value in signs)
    a = draws.kaiming_in_bfloat16((rank, 1, small))
    b = torch.cat([draws.kaiming_in_bfloat16((large, 1, rank)) for _ in range(math.ceil(small / rank))], dim=1)
    return tuple((value / value.std()).double() for value in (a, b))


ORDER = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]


def tinylora(files, place, own):
    layers = sorted(files.modules, key=lambda module: (int(module.split(".")[2]), ORDER.index(module.split(".")[-1])))
    groups = max(1, round(len(layers) * (1 - files.config["weight_tying"])))
    group = min(layers.index(place.module) // max(1, len(layers) // groups), groups - 1)
    mixed = torch.einsum("i,ijk->jk", files.shared[f"tinylora_v.{group}"], own["tinylora_P"])
    return place.weight + own["tinylora_B"] @ mixed @ own["tinylora_A"], place.bias


def fourierft(files, place, own):
    out, width = place.weight.shape
    spectrum = own["fourierft_spectrum"]
    places = randomness.Draws(files.config["random_loc_seed"]).first_of_permutation(out * width, len(spectrum))
    row, column = places // width, places % width
    wave = (torch.arange(out)[:, None, None] * row / out) + (torch.arange(width)[None, :, None] * column / width)
    delta = (spectrum * torch.cos(2 * math.pi * wave)).sum(dim=-1) * files.config["scaling"] / (out * width)
    return place.weight + delta, place.bias


def _skew(flat, size):
    matrix = torch.zeros(flat.shape[0], size, size, dtype=flat.dtype)
    rows, columns = torch.triu_indices(size, size, 1)
    matrix[:, rows, columns] = flat
    return matrix - matrix.transpose(1, 2)


def _cayley(skew, terms=None):
    eye = torch.eye(skew.shape[-1], dtype=skew.dtype).expand_as(skew)
    if terms is None:
        return (eye - skew) @ torch.linalg.inv(eye + skew)
    terms = 4 if terms == 3 else terms  # PEFT adds the cubic term of four for three
    power, total = eye, eye.clone()
    for exponent in range(1, terms):
        power = power @ skew
        total = total + power * (1 if exponent == terms - 1 and exponent > 1 else 2)
    return total


def oft(files, place, own):
    config, flat = files.config, own["oft_R.weight"]
    size = int((1 + math.sqrt(1 + 8 * flat.shape[1])) / 2)
    skew = _skew(flat, size)
    if config["coft"]:
        limit = config["eps"] / math.sqrt(skew.shape[0])
        norm = skew.norm(dim=(1, 2), keepdim=True)
        skew = torch.where(norm <= limit, skew, limit * skew / norm)
    rotation = _cayley(skew, config["num_cayley_neumann_terms"] if config["use_cayley_neumann"] else None)
    blocks = rotation.expand(place.weight.shape[1] // size, size, size)
    return place.weight @ torch.block_diag(*blocks).T, place.bias


def boft(files, place, own):
    raw = own["boft_R"]
    assert raw.shape[0] == 1, "more than one butterfly factor needs the permutations of BOFT"
    skew = (raw[0] - raw[0].transpose(1, 2)) / 2
    return place.weight @ torch.block_diag(*_cayley(skew)).T * own["boft_s"].flatten()[:, None], place.bias


def hra(files, place, own):
    vectors, weight = own["hra_u"], place.weight
    if files.config["apply_GS"]:
        basis = []
        for vector in vectors.T:
            for other in basis:
                vector = vector - (vector @ other) * other
            basis.append(vector / vector.norm())
        return weight - 2 * weight @ torch.stack(basis).T @ torch.stack(basis), place.bias
    for vector in (vectors / vectors.norm(dim=0)).T:
        weight = weight - 2 * torch.outer(weight @ vector, vector)
    return weight, place.bias


def road(files, place, own):
    out, group = place.weight.shape[0], files.config["group_size"]
    theta, alpha = own["road_theta"], own["road_alpha"]
    half = group // 2
    row = torch.arange(out)
    number, inside = row // group, row % group
    partner = torch.where(inside < half, row + half, row - half)
    if files.config["variant"] == "road_1":
        here = there = number * half + inside % half
    elif files.config["variant"] == "road_2":
        here = there = row
    else:
        here, there = number * 2 * group + inside, number * 2 * group + group + inside
    turn = torch.zeros(out, out, dtype=torch.float64)
    turn[row, row] = alpha[here] * theta[here].cos()
    turn[row, partner] = alpha[there] * theta[there].sin() * torch.where(inside < half, -1.0, 1.0)
    turn = files.cast(turn, place.name)
    return turn @ place.weight, None if place.bias is None else turn @ place.bias


def ia3(files, place, own):
    scale = own["ia3_l"]
    if scale.dim() == 2 and scale.shape[0] == 1:  # in front of the layer
        return place.weight * scale, place.bias
    return place.weight * scale.flatten()[:, None], None if place.bias is None else place.bias * scale.flatten()


def miss(files, place, own):
    block = next(iter(own.values()))
    out, width = place.weight.shape
    if block.dim() == 3:
        rank = block.shape[1]
        tiles = place.weight.reshape(out // rank, rank, width // rank, rank).transpose(1, 2)
        tiles = tiles + tiles @ block[:, None] + block[:, None]
        return tiles.transpose(1, 2).reshape(out, width), place.bias
    block = block.repeat(1, out // block.shape[1])
    return place.weight + block[torch.arange(width) % block.shape[0]].T, place.bias


def shira(files, place, own):
    rows, columns = own["shira_indices"].long()
    delta = torch.zeros_like(place.weight).index_put((rows, columns), own["shira_weight"], accumulate=True)
    return place.weight + delta, place.bias


def c3a(files, place, own):
    kernel = own["c3a_kernel"]
    size = kernel.shape[-1]
    turn = (torch.arange(size)[None, :] - torch.arange(size)[:, None]) % size
    blocks = kernel[:, :, turn].permute(0, 2, 1, 3).reshape(place.weight.shape)
    cast = files.cast(blocks, place.name)
    return place.weight + files.cast(cast / place.weight.shape[1], place.name), place.bias


def supertuning(files, place, own):
    config, values = files.config, own["supertuning_values"]
    indices = own.get("supertuning_indices")
    if indices is None:
        indices = place.weight.abs().flatten().topk(len(values), largest=config["select_top"]).indices
    sparse = torch.zeros(place.weight.numel(), dtype=torch.float64).index_add(0, indices.long(), files.cast(values, place.name))
    weight = place.weight + sparse.reshape(place.weight.shape)
    if "supertuning_lora_A.weight" in own:
        delta = own["supertuning_lora_B.weight"] @ own["supertuning_lora_A.weight"] * config["lora_alpha"] / config["r"]
        weight = files.cast(weight, place.name) + files.cast(delta, place.name)
    return weight, place.bias


BY_TYPE = {
    "ADALORA": adalora, "LOHA": loha, "LOKR": lokr, "HIRA": hira, "GLORA": glora, "DELORA": delora, "GRALORA": gralora, "DEFT": deft, "OSF": osf,
    "PEANUT": peanut, "BEFT": beft, "VERA": vera, "PVERA": pvera, "VBLORA": vblora, "RANDLORA": randlora, "TINYLORA": tinylora, "FOURIERFT": fourierft,
    "OFT": oft, "BOFT": boft, "HRA": hra, "ROAD": road, "IA3": ia3, "MISS": miss, "BONE": miss, "SHIRA": shira, "C3A": c3a, "SUPERTUNING": supertuning,
}  # fmt: skip
