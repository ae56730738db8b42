"""Stands a model of any class on the meta device, for what is inside it: also where its config's defaults, or this environment, do not allow that."""

import contextlib
import functools
import sys
from types import SimpleNamespace

from dump import build, completed, config_of, fewer_layers, find_class, parts
from torch import nn
from transformers import AutoConfig

ROPE = {"rope_type": "default", "rope_theta": 1e4}
# What a config lacks by default, or has in a way that its model refuses: {model type: {member, with those that lead to it: value}}.
NEEDED = {
    "autoformer": {"prediction_length": 4, "context_length": 4},
    "aya_vision": {"vision_config.num_attention_heads": 16},
    "beit": {"out_indices": [3, 5, 7, 11]},
    "chameleon": {"vocabulary_map": {"<image>": 1}},
    "cohere_compass": {"text_config.rope_parameters": {"full_attention": ROPE, "sliding_attention": ROPE}},
    "cohere_compass_text": {"rope_parameters": {"full_attention": ROPE, "sliding_attention": ROPE}},
    "dbrx": {"attn_config.rope_theta": 1e4},
    "deepseek_ocr2": {"text_config.mlp_layer_types": ["dense"] * 80},
    "diffusion_gemma": {"text_config.num_experts": 4, "text_config.top_k_experts": 2, "text_config.moe_intermediate_size": 64},
    "dots1": {"n_routed_experts": 4, "n_shared_experts": 1},
    "emu3": {"vocabulary_map": {"<image>": 1}},
    "granite4_vision": {"deepstack_layer_map": [[-2, 0]], "downsample_rate": "1/2"},
    "informer": {"prediction_length": 4, "context_length": 4},
    "lfm2_moe": {"layer_types": ["full_attention"] * 80},
    "moonshine_streaming": {"num_key_value_heads": 8},
    "perception_lm": {"vision_config.model_args": {"embed_dim": 64}},
    "qwen3_omni_moe": {"talker_config.text_config.shared_expert_intermediate_size": 64, "talker_config.spatial_merge_size": 2},
    "hiera": {"decoder_hidden_size": 512, "decoder_depth": 2, "decoder_num_heads": 16},
    "t5gemma2_encoder": {"text_config.dropout_rate": 0.0},
    "reformer": {"is_decoder": True},
    "t5gemma": {"is_encoder_decoder": False},
    "time_series_transformer": {"prediction_length": 4, "context_length": 4},
    "timm_backbone": {"backbone": "none"},
}  # fmt: skip


# Classes that do not stand here, and why the table can do without them.
LEFT_OUT = {
    "Gemma4AssistantForCausalLM": "no config of defaults is allowed, a drafter that is not trained by adapters",
    "Gemma4UnifiedAssistantForCausalLM": "no config of defaults is allowed, a drafter that is not trained by adapters",
    "HiggsAudioV2TokenizerModel": "needs torchaudio, holds models without rules of their own",
    "LayoutLMv2ForQuestionAnswering": "needs detectron2, its visual part is no model of transformers",
    "LayoutLMv2ForSequenceClassification": "needs detectron2, its visual part is no model of transformers",
    "LayoutLMv2ForTokenClassification": "needs detectron2, its visual part is no model of transformers",
    "LayoutLMv2Model": "needs detectron2, its visual part is no model of transformers",
    "PPOCRV5ServerDetForObjectDetection": "convolutions whose sizes have no defaults",
    "PPOCRV6MediumDetForObjectDetection": "convolutions whose sizes have no defaults",
    "PPOCRV6MediumDetModel": "convolutions whose sizes have no defaults",
    "PerceiverForImageClassificationConvProcessing": "holds no model but its own body",
    "PerceiverForImageClassificationFourier": "holds no model but its own body",
    "Sapiens2ForImageMatting": "its head has no defaults",
    "Sapiens2ForNormalEstimation": "its head has no defaults",
    "Sapiens2ForPointmapEstimation": "its head has no defaults",
    "Sapiens2ForPoseEstimation": "its head has no defaults",
    "Sapiens2ForSemanticSegmentation": "its head has no defaults",
    "VoxtralRealtimeTextModel": "not exported by transformers, stands inside VoxtralRealtimeForConditionalGeneration",
}


def small(kind, name):
    """The model with two layers, or with all where its config does not allow that; the error of the last try where none stands."""
    errors = []
    for config in configs(kind, name):
        try:
            with stand_ins():
                return build(kind, name, config())
        except Exception as e:  # a config that has no attribute for all of its layers, or none that can be set
            errors.append(e)
    raise errors[-1]


def configs(kind, name):
    """Ways to a config, those first that change least of its defaults."""
    defaults = [
        lambda: fewer_layers(config_of(kind, None), 2),
        lambda: config_of(kind, None),
        lambda: AutoConfig.for_model(kind),
    ]
    own = [lambda: fewer_layers(completed(find_class(kind, name).config_class()), 2)]
    return defaults + own + [functools.partial(needed, kind, config) for config in own + defaults]


def needed(kind, default):
    config = default()
    for path, value in NEEDED.get(kind, {}).items():
        *above, last = path.split(".")
        setattr(functools.reduce(getattr, above, config), last, value)
    for part in parts(config):
        for member, value in list(vars(part).items()):
            if isinstance(value, tuple):
                setattr(part, member, list(value))
    return config


@contextlib.contextmanager
def stand_ins():
    """Packages that only forward passes and losses need are taken as there; a network of timm, which holds no model of transformers, as empty."""
    timm = SimpleNamespace(create_model=empty_network, __version__="none")
    changed = []

    def change(module, name, value):
        if hasattr(module, name) or name == "timm":
            changed.append((module, name, getattr(module, name, None)))
            setattr(module, name, value)

    for path in ("timm_wrapper.modeling_timm_wrapper", "timm_backbone.modeling_timm_backbone"):
        __import__(f"transformers.models.{path}")
    for path, module in list(sys.modules.items()):
        if path.startswith("transformers.") and "requires_backends" in vars(module):
            change(module, "requires_backends", lambda *_: None)
        if path.rpartition(".")[2] in ("modeling_timm_wrapper", "modeling_timm_backbone"):
            change(module, "timm", timm)
    try:
        yield
    finally:
        for module, name, value in changed:
            setattr(module, name, value)


def empty_network(*_, **__):
    network = nn.Identity()
    network.num_features = 8
    stages = [{"module": f"stage{index}", "num_chs": 8, "reduction": 2, "index": index} for index in range(5)]
    network.feature_info = SimpleNamespace(
        info=stages,
        out_indices=[1, 2, 3, 4],
        channels=lambda *_: [8] * 4,
        get_dicts=lambda *_: stages,
        module_name=lambda *_: [stage["module"] for stage in stages[1:]],
    )
    network.return_layers = {}
    return network
