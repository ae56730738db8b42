"""The merged tensors that are checked in, against the float64 formulas: whoever changes a fixture or a formula has to change both."""

import json
from pathlib import Path

import pytest
from adapterkinds import agreement, formulas, making
from safetensors.torch import load_file

FIXTURES = Path(__file__).resolve().parents[2] / "checkpoint/src/test/resources/fixtures/peft"
MANIFEST = json.loads((FIXTURES / "manifest.json").read_text())


@pytest.mark.parametrize("name", MANIFEST["cases"])
def test_the_formula_gives_what_is_checked_in(name):
    case = MANIFEST["cases"][name]
    base = FIXTURES / "bases" / case["base"]
    exact, tied = formulas.merged([FIXTURES / "adapters" / folder for folder in case["adapters"]], base, case.get("weights"))
    values = load_file(FIXTURES / "merged" / f"{name}.safetensors")
    agreement.require(name, values, exact, making.content(base), case.get("ulps", 1), case.get("share", agreement.FEW))
    assert tied == case["tied"]


@pytest.mark.parametrize("name", MANIFEST["cases"])
def test_merging_changes_something_and_keeps_finite(name):
    case = MANIFEST["cases"][name]
    before = making.content(FIXTURES / "bases" / case["base"])
    after = load_file(FIXTURES / "merged" / f"{name}.safetensors")
    assert making.changed(after, before).keys() == after.keys()
    assert all(value.isfinite().all() for value in after.values())


def test_every_folder_belongs_to_a_case():
    named = {folder for case in MANIFEST["cases"].values() for folder in case["adapters"]}
    assert named == {folder.name for folder in (FIXTURES / "adapters").iterdir()}
    assert MANIFEST["refused"].keys() == {folder.name for folder in (FIXTURES / "refused").iterdir()}
    cases = [*MANIFEST["cases"].values(), *MANIFEST["refused"].values()]
    assert {case["base"] for case in cases} == {folder.name for folder in (FIXTURES / "bases").iterdir()}
