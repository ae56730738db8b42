"""All cases of all types, by name."""

from adapterkinds import experts, heads, lora, several, types

CASES = lora.CASES | heads.CASES | experts.CASES | types.CASES | several.CASES
