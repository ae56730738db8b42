"""Adapters of every kind that PEFT can merge, made by PEFT on tiny bases, with what merging them gives."""
