"""All cases of all types, by name."""

from adapterkinds import experts, lora, names, several, types

CASES = lora.CASES | experts.CASES | types.CASES | several.CASES | names.CASES
