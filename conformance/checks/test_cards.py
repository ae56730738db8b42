"""Model cards, as huggingface_hub reads them."""

import json
import shutil

import pytest
from huggingface_hub import ModelCard

AWKWARD = ["plain", "it's: \"quoted\" #1", "ünï ‮код — {x: [1]} & *a", "- ? | > %"]


@pytest.fixture
def named(demo, tmp_path):
    """named(folder, base model, front matter) → the demo's adapter under that folder's name."""

    def copy(name, base_model, front):
        folder = tmp_path / name
        shutil.copytree(demo / "jargon-lora-ends", folder)
        config = json.loads((folder / "adapter_config.json").read_text())
        (folder / "adapter_config.json").write_text(json.dumps({**config, "base_model_name_or_path": base_model}))
        (folder / "README.md").write_text(f"---\n{front}---\n# An adapter\n")
        return folder

    return copy


@pytest.mark.parametrize("name", AWKWARD)
def test_the_hub_reads_the_card_whatever_things_are_called(name, named, merge, demo):
    adapter = named(name, "acme/base-7b", "license: other\nlicense_name: our-terms\nlicense_link: https://example.org/terms\n")
    out = merge(demo / "base-nf4", adapter)
    card = ModelCard.load(out / "README.md", ignore_metadata_errors=False)
    data = card.data
    assert (data.base_model, data.library_name, data.pipeline_tag) == ("acme/base-7b", "transformers", "text-generation")
    assert (data.license, data.license_name, data.license_link) == ("other", "our-terms", "https://example.org/terms")
    assert {"ingot", "merged", "llama"} <= set(data.tags) and all(isinstance(tag, str) for tag in data.tags)
    report = json.loads((out / "report.json").read_text())
    measured = {result.dataset_name.split(":")[0]: result for result in data.eval_results}
    assert set(measured) == {row["set"] for row in report["perplexities"]} != set()
    for row in report["perplexities"]:
        assert measured[row["set"]].metric_type == "perplexity"
        assert measured[row["set"]].metric_value == pytest.approx(row["merged"], rel=1e-5)
        assert measured[row["set"]].dataset_revision == row["sha256"]
    assert "](report.html)" in card.text and (out / "report.html").is_file()
    assert report["tying"]["reason"].split(",")[0] in card.text


@pytest.mark.parametrize("base_model", ["/home/ann/base", "C:\\models\\base", "a: b", "\n---\nlicense: mit", "", "x/" + "y" * 500])
def test_a_base_that_is_no_repository_does_not_break_the_card(base_model, named, merge, demo):
    out = merge(demo / "base-nf4", named("adapter", base_model, "tags: []\n"))
    data = ModelCard.load(out / "README.md", ignore_metadata_errors=False).data
    assert data.license is None
    assert data.base_model in (None, base_model)
