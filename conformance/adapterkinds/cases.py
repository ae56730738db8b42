"""All cases of all types, by name."""

from adapterkinds import experts, heads, lora, names, several, types

CASES = lora.CASES | heads.CASES | experts.CASES | types.CASES | several.CASES | names.CASES
