"""What people run today: load, dequantize, merge_and_unload, save_pretrained.

usage: peft_merge.py BASE ADAPTER OUT
"""

import sys
import time

from peft import PeftModel
from transformers import AutoModelForCausalLM

start = time.monotonic()
base, adapter, out = sys.argv[1:]
model = AutoModelForCausalLM.from_pretrained(base, dtype="auto").dequantize()
merged = PeftModel.from_pretrained(model, adapter).merge_and_unload()
merged.save_pretrained(out, save_original_format=False)
print(f"without imports: {time.monotonic() - start:.3f}")
