"""Writes what transformers' config classes say of members that a config.json leaves out: the table that `ingot validate` compares configs by.

    python conformance/configs/write.py --generation 4 > 4.json      with transformers 4.57
    python conformance/configs/write.py 4.json                       with transformers 5; writes the table

Types of language models, and of the models inside of them, alone. By type, parts that are kept apart:

    names     a class's other names of its members: both spellings set one member
    class     what the class says, whatever the other members are
    instance  what an instance of defaults has besides: derived from other members, so that it is not true of every model of the type
    layers    how an instance derives a list with an entry per layer, found by trying: left out where no rule explains what came out, and not true
              of a config that has one of the members in `unless`
    inner     the types of the models inside, by the member that has their config, where that does not say
    flat      the member that takes what a config without it says at its top, as the first releases wrote it
    converted values that the class replaces while it reads them, by member

A member of which both generations know another default has the newer one's; a member that only the older knows stays.
"""

import argparse
import ast
import inspect
import json
import pathlib
import sys
import textwrap
import warnings

import transformers
from transformers import CONFIG_MAPPING, PretrainedConfig
from transformers.models.auto import modeling_auto

TABLE = (
    pathlib.Path(__file__).parents[2]
    / "validate-service/src/main/resources/dev/ingot/validate/structure/config-defaults.json"
)
MAPPINGS = (
    "MODEL_FOR_CAUSAL_LM_MAPPING_NAMES",
    "MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING_NAMES",
    "MODEL_FOR_SEQ_TO_SEQ_CAUSAL_LM_MAPPING_NAMES",
    "MODEL_FOR_SEQUENCE_CLASSIFICATION_MAPPING_NAMES",
    "MODEL_FOR_MULTIMODAL_LM_MAPPING_NAMES",
)
ROPE = ("rope_parameters", "rope_scaling")
PER_LAYER = ("layer_types", "mlp_layer_types", "no_rope_layers")
# members, also of older releases, that say where a list changes: at every nth layer, or at one
EVERY = ("sliding_window_pattern", "full_attention_interval", "no_rope_layer_interval")
FROM = ("first_k_dense_replace", "num_dense_layers")
DEPTHS = (7, 12, 29)
ACTIVATIONS = ("gelu", "gelu_new", "gelu_fast", "gelu_pytorch_tanh", "quick_gelu", "silu", "relu")


def model_types():
    names = set()
    for mapping in MAPPINGS:
        names |= set(getattr(modeling_auto, mapping, {}))
    return sorted(names & set(CONFIG_MAPPING.keys()))


def class_values(cls):
    """What the class says: attributes (transformers 5) or parameters of its constructor (4)."""
    if transformers.__version__.startswith("4."):
        found = inspect.signature(cls.__init__).parameters.values()
        return {one.name: one.default for one in found if one.default is not inspect.Parameter.empty}
    return {name: getattr(cls, name) for name in dir(cls) if not name.startswith("_") and is_plain(getattr(cls, name, ...))}


def is_plain(value):
    return value is None or isinstance(value, (bool, int, float, str, list))


def names_of(cls, common):
    """Common names are methods and settings of every config."""
    return {usual: own for usual, own in cls.attribute_map.items() if usual not in common and usual != own}


def entry(config, own, common):
    cls = type(config)
    said = class_values(cls)
    names = names_of(cls, common)
    of_class = {name: said[name] for name in own if name in said}
    instance = {name: value for name, value in own.items() if name not in said or json.dumps(said[name], default=str) != json.dumps(value, default=str)}
    found = {"names": names, "class": of_class, "instance": instance, "layers": layers(cls, own)}
    inner = {name: getattr(config, name).model_type for name in config.to_dict() if isinstance(attribute(config, name), PretrainedConfig)}
    more = {"inner": inner, "flat": flat(cls, inner), "converted": converted(cls, own)}
    return found | {part: value for part, value in more.items() if value}


def attribute(config, name):
    """Some have members that they refuse to give: what differs by layer."""
    try:
        return getattr(config, name, None)
    except Exception:
        return None


def flat(cls, inner):
    """Found by trying."""
    if "text_config" not in inner:
        return None
    try:
        return "text_config" if getattr(cls(hidden_size=1536).text_config, "hidden_size", None) == 1536 else None
    except Exception:  # a class that does not take it
        return None


def converted(cls, own):
    """Found by trying the names of activations that files have."""
    found = {}
    for member in (name for name, value in own.items() if name.startswith("hidden_act") and isinstance(value, str)):
        for value in ACTIVATIONS:
            try:
                read = getattr(cls(**{member: value}), member)
            except Exception:  # a class that does not take it
                continue
            if read != value:
                found.setdefault(member, {})[value] = read
    return found


def layers(cls, own):
    rules = {}
    for member in PER_LAYER:
        rule = rule_of(cls, member) if member in own else None
        if rule:
            rules[member] = rule
    return rules


def listed(cls, member, depth, **options):
    try:
        values = getattr(cls(num_hidden_layers=depth, **options), member, None)
    except Exception:  # a class that does not take these together
        return None
    return values if isinstance(values, list) and len(values) == depth else None


def rule_of(cls, member):
    plain = [listed(cls, member, depth) for depth in DEPTHS]
    if None in plain:
        return None
    rule = next((rule for rule in cycles(plain[-1]) if all(follow(rule, len(values)) == values for values in plain)), None)
    if rule is None:
        return None
    known = list(dict.fromkeys(plain[-1]))
    steps = [({"every": one}, rule["cycle"][-1]) for one in EVERY] + [({"from": one}, plain[-1][-1]) for one in FROM]
    for by, then in steps:
        by |= {"then": then, "else": next((one for one in known if one != then), None)}
        if all(listed(cls, member, 29, **{next(iter(by.values())): n}) == stepped(by, n, 29) for n in (3, 5)):
            rule["by"] = by
    above = {"window": "max_window_layers", "then": "sliding_attention", "else": "full_attention"}
    window = dict(use_sliding_window=True, sliding_window=16)
    if all(listed(cls, member, 29, max_window_layers=n, **window) == stepped(above, n, 29) for n in (3, 5)):
        rule["by"] = above
    understood = {*rule.get("by", {}).values(), member, "num_hidden_layers"} | ({*window} if rule.get("by") is above else set())
    rule["unless"] = sorted(asked(cls, member) - understood)
    return rule


def asked(cls, member):
    """The members that a class looks at when it derives another: by its source, followed through variables."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(getattr(cls, "__post_init__", cls.__init__))))
    assigned, guards = {}, {}
    for node in ast.walk(tree):
        for child in ast.iter_child_nodes(node):
            guards[child] = node
        if isinstance(node, ast.Assign) or isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "append":
            for target in getattr(node, "targets", None) or [node.func.value]:
                assigned.setdefault(getattr(target, "attr", getattr(target, "id", "")), []).append(node)
    found, seen, left = set(), set(), [member]
    while left:
        name = left.pop()
        for node in assigned.get(name, []) if name not in seen else []:
            while node in guards:
                parts = [node.test] if isinstance(node, ast.If) else [node] if isinstance(node, (ast.Assign, ast.Expr)) else []
                for part in (one for each in parts for one in ast.walk(each)):
                    if isinstance(part, ast.Attribute) and getattr(part.value, "id", "") == "self":
                        found.add(part.attr)
                        left.append(part.attr)
                    elif isinstance(part, ast.Call) and getattr(getattr(part.func, "value", None), "id", "") == "kwargs" and part.args:
                        found.add(part.args[0].value)
                    elif isinstance(part, ast.Name):
                        left.append(part.id)
                node = guards[node]
        seen.add(name)
    return {name for name in found if not name.startswith("_")}


def stepped(by, n, depth):
    hit = (lambda i: (i + 1) % n == 0) if "every" in by else (lambda i: i >= n)
    return [by["then"] if hit(i) else by["else"] for i in range(depth)]


def cycles(values):
    """Rules that may explain a list, the simplest first: a few layers of their own, then a cycle, then perhaps a last one of its own."""
    for last in ({}, {"last": values[-1]}):
        for first in range(6):
            for length in range(1, 8):
                rule = {"first": values[:first], "cycle": values[first : first + length], **last}
                if follow(rule, len(values)) == values:
                    yield rule


def follow(rule, depth):
    first, cycle = rule["first"], rule["cycle"]
    values = [first[i] if i < len(first) else cycle[(i - len(first)) % len(cycle)] for i in range(depth)]
    return values[:-1] + [rule["last"]] if "last" in rule else values


def add(config, common, into):
    """The defaults of one config, and of those inside it."""
    own = {}
    for name, value in config.to_dict().items():
        if isinstance(value, dict) and name not in ROPE:
            inner = getattr(config, name, None)
            if value.get("model_type") == config.model_type:
                continue  # transformers 4 calls some parts as the whole, whose members are others
            if "model_type" in value and isinstance(inner, PretrainedConfig):
                add(type(inner)() if value["model_type"] not in into else inner, common, into)
        elif name not in common and name != "model_type":
            own[name] = value
    into.setdefault(config.model_type, entry(config, own, common))


def defaults():
    common = set(PretrainedConfig().to_dict()) - {"tie_word_embeddings"}
    into = {}
    for model_type in model_types():
        try:
            add(CONFIG_MAPPING[model_type](), common, into)
        except Exception as refused:  # a composite that has no default
            print(f"no default for {model_type}: {type(refused).__name__}", file=sys.stderr)
    return into


def together(older, newer):
    """One type's parts in both generations."""
    if not newer or not older:
        return newer or older
    both = {part: {**older[part], **newer[part]} for part in ("names", "class", "instance", "layers")}
    fixed = set(newer["class"]) - set(newer["instance"])
    both["instance"] = {name: value for name, value in both["instance"].items() if name not in fixed}
    return newer | both


def main():
    warnings.filterwarnings("ignore")
    transformers.logging.set_verbosity_error()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("older", nargs="?", help="what --generation 4 wrote")
    parser.add_argument("--generation", choices=["4"], help="write this generation's defaults to stdout, and no table")
    given = parser.parse_args()
    found = defaults()
    if given.generation:
        json.dump(found, sys.stdout, default=str)
        return
    older = json.load(open(given.older)) if given.older else {}
    lines = []
    for model_type in sorted(set(found) | set(older)):
        members = together(older.get(model_type), found.get(model_type))
        lines.append(json.dumps(model_type) + ":" + json.dumps(members, default=str, sort_keys=True, separators=(",", ":")))
    TABLE.parent.mkdir(parents=True, exist_ok=True)
    TABLE.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"{len(lines)} types, transformers {transformers.__version__}", file=sys.stderr)


if __name__ == "__main__":
    main()
