"""What a model makes of its config.json, and a base of random numbers, in whichever transformers runs."""

import torch


def reads(model):
    """What a loaded model turns by, on texts of several lengths, and whether its ends are one."""
    turned = {}
    for name, module in model.named_modules():
        if name.endswith(("rotary_emb", "rotary_emb_local")):
            kinds = sorted(set(getattr(module, "layer_types", None) or ()))
            for more in [[kind] for kind in kinds] or [[]]:
                for length in (8, 50, 90):
                    cosines = [each.flatten().tolist() for each in module(torch.zeros(1, 1, 40), torch.arange(length)[None], *more)]
                    turned[" ".join([name, *more, str(length)])] = [round(value, 5) for each in cosines for value in each]
    head = model.get_output_embeddings()
    return {"turned": turned, "tied": head is not None and head.weight is model.get_input_embeddings().weight}


def write(transformers, model_class, config_class, options, folder, seed):
    """A base in 16 bits, by the transformers that runs."""
    torch.manual_seed(seed)
    model = getattr(transformers, model_class)(getattr(transformers, config_class)(**options))
    for name, value in model.named_parameters():
        if value.dim() > 1:
            torch.nn.init.normal_(value, std=0.08)
        else:
            value.data += torch.randn_like(value) * 0.05
    model.to(torch.bfloat16).save_pretrained(folder)
