"""Writes the members of adapter_config.json that PEFT knows: checkpoint/src/main/resources/dev/ingot/checkpoint/adapter/members.json

    conformance/.venv/bin/python conformance/members/write.py

The fields of each type's config class, and what every class has once. What of them changes a merge is Ingot's to know; a member that is not here
is one that this PEFT drops with a warning.
"""

import dataclasses
import json
from pathlib import Path

import peft
from peft.mapping import PEFT_TYPE_TO_CONFIG_MAPPING

TARGET = Path(__file__).resolve().parents[2] / "checkpoint/src/main/resources/dev/ingot/checkpoint/adapter/members.json"
COMMAND = "python conformance/members/write.py (environment of conformance/requirements.lock)"


def members():
    """Names of fields by peft_type, in order."""
    classes = PEFT_TYPE_TO_CONFIG_MAPPING.items()
    return {str(getattr(kind, "value", kind)): sorted(field.name for field in dataclasses.fields(known)) for kind, known in sorted(classes)}


def document():
    types = members()
    everywhere = sorted(set.intersection(*map(set, types.values())))
    own = {kind: [name for name in names if name not in everywhere] for kind, names in types.items()}
    return {"writtenBy": COMMAND, "peft": peft.__version__, "every": everywhere, "types": own}


def text(table):
    """JSON with a line for each type."""
    lines = ",\n".join(f"  {json.dumps(kind)}: {json.dumps(names)}" for kind, names in table["types"].items())
    head = "".join(f" {json.dumps(key)}: {json.dumps(table[key])},\n" for key in ("writtenBy", "peft", "every"))
    return "{\n" + head + ' "types": {\n' + lines + "\n }\n}\n"


if __name__ == "__main__":
    TARGET.write_text(text(document()))
