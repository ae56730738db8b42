"""Writes how transformers renames a checkpoint's tensors: checkpoint/src/main/resources/dev/ingot/checkpoint/names/renames.json

    conformance/.venv/bin/python conformance/names/write.py TRANSFORMERS-4.57-FOLDER

Three things stand in it. `rules`: transformers' own table by model type or class name, each rule as the regular expression that it
compiles to and the text that takes the match's place. `classes`: for every model class its base_model_prefix and the models inside it,
which is what rules are scoped by; models stand on the meta device with two layers and the config's defaults, or what `standing.py` knows that
they lack: a class that still does not stand ends the script. `older`: what transformers 4.57 has as _checkpoint_conversion_mapping. Takes some
ten minutes.
"""

import gc
import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TARGET = HERE.parents[1] / "checkpoint/src/main/resources/dev/ingot/checkpoint/names/renames.json"
COMMAND = "python conformance/names/write.py (environment of conformance/requirements.lock, transformers of requirements-4.57.lock)"
sys.path.insert(0, str(HERE.parent / "modules"))


def rule(transform):
    """One rule: what is looked for, what takes its place, and what becomes of the values where that is more than a name."""
    entry = {"find": transform.compiled_sources.pattern.replace("(?P<", "(?<"), "to": transform.target_patterns}
    kind = type(transform).__name__
    if kind == "WeightConverter":
        entry["values"] = [type(operation).__name__ for operation in transform.operations]
    elif kind == "GroupWeightRename":
        entry["guarded"] = True
    elif hasattr(transform, "offset"):
        entry["offset"] = transform.offset
    return entry


def rules():
    from transformers.conversion_mapping import _build_checkpoint_conversion_mapping

    groups = {}
    for name, transforms in sorted(_build_checkpoint_conversion_mapping().items()):
        entry = [rule(transform) for transform in transforms]
        groups.setdefault(json.dumps(entry), ([], entry))[0].append(name)
    return [{"of": names, "rules": entry} for names, entry in groups.values()]


def model_classes():
    """{class name: model type} of everything that transformers maps automatically."""
    from transformers.models.auto import modeling_auto

    found = {}
    for attribute in sorted(vars(modeling_auto)):
        if attribute.startswith("MODEL_") and attribute.endswith("MAPPING_NAMES"):
            for kind, names in getattr(modeling_auto, attribute).items():
                for name in names if isinstance(names, (tuple, list)) else (names,):
                    found.setdefault(name, kind)
    return found


def inner_configs(config, path=()):
    """{id of a config inside the config: names of the members that lead to it}."""
    found = {}
    for key in getattr(config, "sub_configs", None) or {}:
        inner = getattr(config, key, None)
        if inner is not None:
            found[id(inner)] = ".".join((*path, key))
            found |= inner_configs(inner, (*path, key))
    return found


def models_inside(model, known):
    """[path, class, model type, member of the config that describes it] of every model inside one, where that could matter."""
    from transformers.modeling_utils import PreTrainedModel

    configs = inner_configs(model.config)
    return [
        [path, type(part).__name__, part.config.model_type or "", configs.get(id(part.config), "")]
        for path, part in model.named_modules()
        if path
        and isinstance(part, PreTrainedModel)
        and (type(part).__name__ in known or part.config.model_type in known or id(part.config) in configs)
    ]


def classes(known):
    import standing

    found, failed = {}, []
    for count, (name, kind) in enumerate(sorted(model_classes().items())):
        if name in standing.LEFT_OUT:
            continue
        try:
            model = standing.small(kind, name)
            found[name] = [kind, model.base_model_prefix, models_inside(model, known)]
            del model
        except Exception as e:  # collected: all of them are wanted at once
            failed.append(f"{name}: {type(e).__name__}: {e}"[:300])
        if count % 50 == 0:
            print(count, name, len(failed), flush=True)
            gc.collect()
    if failed:
        raise SystemExit("\n  ".join(["Without these, rules for the models inside them are lost (NEEDED or LEFT_OUT in standing.py):", *failed]))
    return found


def bodies():
    """{model type: class that AutoModel makes of it}."""
    from transformers.models.auto.modeling_auto import MODEL_MAPPING_NAMES

    return {kind: name if isinstance(name, str) else name[0] for kind, name in MODEL_MAPPING_NAMES.items()}


def older():
    """{class: {pattern: replacement}} of transformers 4."""
    from transformers.modeling_utils import VLMS

    found = {}
    for name, kind in model_classes().items():
        try:
            from dump import find_class

            mapping = getattr(find_class(kind, name), "_checkpoint_conversion_mapping", None)
        except Exception:  # a class that needs a package which is not there
            continue
        if mapping and any(part in name.lower() for part in VLMS):
            found[name] = dict(mapping)
    return dict(sorted(found.items()))


def older_of(folder):
    path = os.pathsep.join([folder, *filter(None, [os.environ.get("PYTHONPATH", "")])])
    environment = {**os.environ, "PYTHONPATH": path, "HF_HUB_OFFLINE": "1"}
    ran = subprocess.run([sys.executable, __file__, "--older"], env=environment, check=True, stdout=subprocess.PIPE)
    return json.loads(ran.stdout.splitlines()[-1])


def main(folder):
    import transformers

    table = rules()
    known = {name for group in table for name in group["of"]}
    document = {
        "writtenBy": COMMAND,
        "transformers": transformers.__version__,
        "rules": table,
        "bodies": bodies(),
        "older": older_of(folder),
        "classes": classes(known),
    }
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    TARGET.write_text(text.replace('},{"of"', '},\n{"of"').replace(']],"', ']],\n"').replace('[]],"', '[]],\n"') + "\n")


if __name__ == "__main__":
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    if sys.argv[1] == "--older":
        print(json.dumps(older()))
    else:
        main(sys.argv[1])
