"""Cases of LoRA on models of another class than the base: the head is new, and saved whole."""

from functools import partial

import transformers

from adapterkinds.lora import GPT2, LLAMA, LLAMA_16, lora
from adapterkinds.making import Case

BERT, ROBERTA = "bert-float32", "roberta-bfloat16"
TASKS = {"SEQ_CLS": "SequenceClassification", "TOKEN_CLS": "TokenClassification", "QUESTION_ANS": "QuestionAnswering"}


def load(task, folder):
    labels = {} if task == "QUESTION_ANS" else {"num_labels": 3}
    return getattr(transformers, f"AutoModelFor{TASKS[task]}").from_pretrained(folder, dtype="auto", **labels).eval()


def case(base, task, **options):
    return Case(base, lora(task_type=task, **options), load=partial(load, task))


CASES = {
    "heads-sequences": case(LLAMA_16, "SEQ_CLS"),
    "heads-tokens": case(LLAMA, "TOKEN_CLS"),
    "heads-tokens-conv1d-class": case(GPT2, "TOKEN_CLS", target_modules=["c_attn"]),
    "heads-questions": case(GPT2, "QUESTION_ANS", target_modules=["c_attn"]),
    "heads-pooled": case(BERT, "SEQ_CLS", target_modules=["query"], modules_to_save=["pooler", "classifier"]),
    "heads-questions-encoder": case(BERT, "QUESTION_ANS", target_modules=["query"]),
    "heads-on-a-body": case("llama-body-float32", "SEQ_CLS"),
    "heads-of-two-layers": case(ROBERTA, "SEQ_CLS", target_modules=["query"]),
}
