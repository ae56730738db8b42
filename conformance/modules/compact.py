"""Turns what dump.py found into the table that Ingot reads: patterns instead of names, each text once."""

from dump import TASKS, pattern

TRAINED = {task.lower() for task in TASKS if task}


def generation(dump, texts):
    """One transformers generation; `texts` numbers the strings that all generations share."""
    classes, bodies = {}, {}
    for name, entry in sorted(wanted(dump["classes"]).items()):
        known = {
            "type": entry["type"],
            "prefix": entry["prefix"],
            "modules": texts.numbers(groups(entry["kinds"])),
            "skips": entry["skips"],
        }
        optional = {
            "tied": entry["skips_tied"] if entry["skips_tied"] != entry["skips"] else None,
            "tie": entry["tie"] or None,
            "float32": entry["fp32"],
            "float32Strict": entry["strict"],
            "float32Own": texts.numbers(entry["float32"]),
            "ignored": entry["ignored"],
            "nested": entry["nested"],
            "renames": texts.numbers(renames(entry["loads"], entry["kinds"])),
        }
        classes[name] = known | {key: value for key, value in optional.items() if value}
        for task, kind in entry["tasks"]:
            if task == "model":
                bodies.setdefault(kind, name)
    return {
        "transformers": dump["transformers"],
        "classes": classes,
        "bodies": bodies,
        "notBuilt": sorted(set(dump["failed"]) - set(dump["classes"])),
    }


def wanted(classes):
    """Classes that people train adapters on, and the bodies of their types and of the models inside them."""
    trained = {name for name, entry in classes.items() if any(task in TRAINED for task, _ in entry["tasks"])}
    types = {kind for name in trained for _, kind in classes[name]["tasks"]}
    types |= {kind for name in trained for _, kind in classes[name]["nested"].values()}
    bodies = {name for name, entry in classes.items() if any(task == "model" and kind in types for task, kind in entry["tasks"])}
    return {name: classes[name] for name in trained | bodies}


class Texts:
    """Strings by number, so that what many classes share is written once."""

    def __init__(self):
        self.order = {}

    def numbers(self, strings):
        return [self.order.setdefault(text, len(self.order)) for text in sorted(strings)]

    def all(self):
        return list(self.order)


def groups(kinds):
    """`L model.layers.{n}.mlp down_proj gate_proj up_proj`: a kind, a parent, its children. Parameters of kind O with their own name."""
    by_pattern = {}
    for name, kind in kinds.items():
        by_pattern.setdefault(pattern(name), set()).add(kind)
    places = {}
    for name, kind in kinds.items():
        shown = pattern(name) if len(by_pattern[pattern(name)]) == 1 else name  # 0 a Linear, 1 an Embedding: keep the numbers
        module = shown if kind == "O" else shown.removesuffix(".weight")
        parent, _, child = module.rpartition(".")
        places.setdefault((kind, parent), set()).add(child)
    return [" ".join([kind, parent or "-", *sorted(children)]) for (kind, parent), children in places.items()]


def renames(loads, kinds):
    """`language_model.model>model.language_model`: the longest beginning that fits, at dots, is replaced; `-` and `*` as in dump.py."""
    pairs = {}
    for source, target in loads.items():
        pairs.setdefault(pattern(source), set()).add(target if target in "-*" else pattern(target))
    wanted = {source: next(iter(targets)) for source, targets in pairs.items() if len(targets) == 1}
    wanted |= {k: v if v in "-*" else pattern(v) for k, v in loads.items() if len(pairs[pattern(k)]) > 1}
    same = {pattern(name): pattern(name) for name in kinds if pattern(name) not in wanted}
    rules, clashes = {}, set()
    for source, target in wanted.items():
        left, right = shortened(source, target)
        if rules.setdefault(left, right) != right:
            clashes.add(left)
    for left in clashes:
        del rules[left]
    for source, target in {**wanted, **same}.items():
        if applied(rules, source) != target:
            rules[source] = target
    for source, target in {**wanted, **same}.items():
        assert applied(rules, source) == target, (source, target, applied(rules, source))
    return [f"{left}>{right}" for left, right in rules.items()]


def shortened(source, target):
    if target in "-*":
        return source, target
    left, right = source.split("."), target.split(".")
    while len(left) > 1 and len(right) > 1 and left[-1] == right[-1]:
        left.pop()
        right.pop()
    if left[-1] == right[-1]:  # a beginning that was added: language_model.x for x
        return (source, target) if len(left) == 1 else (".".join(left), ".".join(right))
    return ".".join(left), ".".join(right)


def applied(rules, name):
    parts = name.split(".")
    for count in range(len(parts), 0, -1):
        head = ".".join(parts[:count])
        if head in rules:
            target = rules[head]
            return target if target in "-*" else ".".join([target, *parts[count:]])
    return name
