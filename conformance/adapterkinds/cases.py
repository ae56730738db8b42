"""All cases of all types, by name."""

from adapterkinds import experts, lora, types

CASES = lora.CASES | experts.CASES | types.CASES
