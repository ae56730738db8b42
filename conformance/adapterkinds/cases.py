"""All cases of all types, by name."""

from adapterkinds import experts, heads, lora, types

CASES = lora.CASES | heads.CASES | experts.CASES | types.CASES
