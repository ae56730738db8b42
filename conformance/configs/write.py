"""Writes the defaults of transformers' config classes that `ingot validate` reads: what a config.json that leaves a member out means by it.

    python conformance/configs/write.py --generation 4 > 4.json      with transformers 4.57
    python conformance/configs/write.py 4.json                       with transformers 5; writes the table

Types of language models, and of the models inside of them, alone. A member of which both generations know another default has the newer one's; a
member that only the older knows stays.
"""

import argparse
import json
import pathlib
import sys
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


def model_types():
    names = set()
    for mapping in MAPPINGS:
        names |= set(getattr(modeling_auto, mapping, {}))
    return sorted(names & set(CONFIG_MAPPING.keys()))


def add(config, model_type, common, into):
    """The defaults of one config, and of those inside it."""
    own = {}
    for name, value in config.items():
        if isinstance(value, dict) and name not in ROPE:
            if "model_type" in value:
                add(value, value["model_type"], common, into)
        elif name not in common and name != "model_type":
            own[name] = value
    into.setdefault(model_type, own)


def defaults():
    common = set(PretrainedConfig().to_dict()) - {"tie_word_embeddings"}
    into = {}
    for model_type in model_types():
        try:
            config = CONFIG_MAPPING[model_type]().to_dict()
        except Exception as refused:  # a composite that has no default
            print(f"no default for {model_type}: {type(refused).__name__}", file=sys.stderr)
            continue
        add(config, config.get("model_type", model_type), common, into)
    return into


def main():
    warnings.filterwarnings("ignore")
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
        members = {**older.get(model_type, {}), **found.get(model_type, {})}
        lines.append(json.dumps(model_type) + ":" + json.dumps(members, default=str, sort_keys=True, separators=(",", ":")))
    TABLE.parent.mkdir(parents=True, exist_ok=True)
    TABLE.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"{len(lines)} types, transformers {transformers.__version__}", file=sys.stderr)


if __name__ == "__main__":
    main()
