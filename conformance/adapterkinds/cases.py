"""All cases of all types, by name."""

from adapterkinds import experts, lora, several, types

CASES = lora.CASES | experts.CASES | types.CASES | several.CASES
