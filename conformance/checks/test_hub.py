"""Models on a hub, and in the cache that huggingface_hub makes of them: the same checkpoint as from folders."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import hub
import tiny

TOKEN = "hf_of_this_test"
DOWNLOAD = "import sys; from huggingface_hub import snapshot_download; [print(snapshot_download(name)) for name in sys.argv[1:]]"


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    root = tmp_path_factory.mktemp("hub")
    base = tiny.base(root / "tiny", torch.bfloat16, tied=False, shard_size="100KB")
    return {"team-a/tiny": base, "team-a/lora": tiny.adapter(root / "lora", base)}


@pytest.fixture
def served(folders, tmp_path, monkeypatch):
    running = hub.Hub(folders, TOKEN)
    for name, value in {
        "HF_ENDPOINT": running.endpoint,
        "HF_TOKEN": TOKEN,
        "HF_HUB_CACHE": str(tmp_path / "theirs"),
        "HF_HUB_OFFLINE": "0",
        "HF_HUB_DISABLE_XET": "1",
        "INGOT_HUB_HOSTS": running.blobs,
        "INGOT_HUB_CACHE": str(tmp_path / "ours"),
    }.items():
        monkeypatch.setenv(name, value)
    yield running
    running.close()


def _weights(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*.safetensors")}


def test_a_cache_that_huggingface_hub_made_is_read(served, folders, merge):
    subprocess.run([sys.executable, "-c", DOWNLOAD, *folders], check=True, env=dict(os.environ), timeout=300)
    assert any(path.is_symlink() for path in (Path(os.environ["HF_HUB_CACHE"]) / "models--team-a--tiny").rglob("*.safetensors"))
    asked = len(served.requests)
    out = merge("team-a/tiny", "team-a/lora@main")
    assert _weights(out) == _weights(merge(*folders.values()))
    assert len(served.requests) == asked


def test_models_on_a_hub_are_merged_and_downloaded_once(served, folders, merge):
    out = merge("hf://team-a/tiny", "hf://team-a/lora@main")
    assert _weights(out) == _weights(merge(*folders.values()))
    report = (out / "report.json").read_text()
    assert f"hf://team-a/tiny@{hub.COMMIT}" in report and f"hf://team-a/lora@{hub.COMMIT}" in report
    assert TOKEN not in report
    for host, _, path, authorization in served.requests:
        assert (host == served.blobs) == (authorization is None), path
    before = len(served.requests)
    merge("hf://team-a/tiny", "hf://team-a/lora")
    assert all("/api/" in path for _, _, path, _ in served.requests[before:])
