"""What people do by hand: load, dequantize, save. usage: bnb_dequantize.py BASE OUT"""

import sys

import torch
from transformers import AutoModelForCausalLM

model = AutoModelForCausalLM.from_pretrained(sys.argv[1], dtype="auto", device_map="cpu")
with torch.no_grad():
    model = model.dequantize()
# save_pretrained refuses a model that was loaded quantized; these are what it asks
if hasattr(model.config, "quantization_config"):
    del model.config.quantization_config
model.hf_quantizer = None
model.is_quantized = False
if hasattr(model, "_weight_conversions"):  # transformers 5: how the file was read, bitsandbytes' part of which cannot be turned round
    del model._weight_conversions
model.save_pretrained(sys.argv[2])
