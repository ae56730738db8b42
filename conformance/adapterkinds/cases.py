"""All cases of all types, by name."""

from adapterkinds import lora

CASES = lora.CASES
