"""What the checks share: Ingot as a command, and the older transformers as a process."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch
import transformers

import families
import merges

HERE = Path(__file__).resolve().parents[1]
transformers.logging.set_verbosity_error()
transformers.utils.logging.disable_progress_bar()
torch.set_num_threads(min(4, os.cpu_count() or 1))


@pytest.fixture(scope="session")
def demo():
    return HERE.parent / "demo"


@pytest.fixture(scope="session")
def merge(tmp_path_factory):
    """merge(base, adapter, *flags) → the folder that Ingot wrote."""

    def run(base, adapter, *flags):
        out = tmp_path_factory.mktemp("merged") / Path(adapter).name
        command = [os.environ["INGOT"], "merge", "--base", base, "--adapter", adapter, "--out", out, *flags]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, f"exit {done.returncode}\n{done.stderr}{done.stdout}"
        return out

    return run


@pytest.fixture(scope="session")
def refuse(tmp_path_factory):
    """refuse(base, adapter, *flags) → what Ingot says when it refuses, with the code."""

    def run(base, adapter, *flags):
        out = tmp_path_factory.mktemp("refused") / "out"
        command = [os.environ["INGOT"], "merge", "--base", base, "--adapter", adapter, "--out", out, *flags]
        done = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=600)
        assert done.returncode == 3, f"exit {done.returncode}\n{done.stderr}{done.stdout}"
        assert not out.exists()
        return done.stderr + done.stdout

    return run


@pytest.fixture(scope="session")
def made(tmp_path_factory):
    """made(family, dtype) → folders of a base, an adapter that PEFT saved for it, and what its merge_and_unload makes of both."""
    known = {}

    def make(family, dtype=torch.bfloat16):
        if (family, dtype) not in known:
            folder = tmp_path_factory.mktemp(family)
            base = families.write(family, folder / "base", dtype)
            merges.adapter(family, base, folder / "adapter", dtype)
            known[family, dtype] = base, folder / "adapter", merges.merge(base, folder / "adapter", folder / "merged", dtype, autocast=False)
        return known[family, dtype]

    return make


class Older:
    """transformers 4.57 in a process of its own; loading() gives what was left over and the logits."""

    def __init__(self, scratch):
        paths = [os.environ["INGOT_TRANSFORMERS_4"], os.environ.get("PYTHONPATH", "")]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
        self.scratch = scratch
        self.process = subprocess.Popen(
            [sys.executable, HERE / "older.py"], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def loading(self, folder, ids):
        save = self.scratch / "logits.pt"
        answer = self.ask({"folder": str(folder), "ids": ids.tolist(), "save": str(save)})
        return answer["left"], torch.load(save)

    def quantize(self, folder, out, options):
        """Writes what bitsandbytes makes of a base with these options while 4.57 loads it."""
        self.ask({"folder": str(folder), "save": str(out), "quantize": options})
        return out

    def ask(self, request):
        print(json.dumps(request), file=self.process.stdin, flush=True)
        line = self.process.stdout.readline()
        assert line, "transformers 4.57 could not load the checkpoint; its error stands above"
        answer = json.loads(line)
        assert answer["version"].startswith("4.57"), answer
        return answer

    def close(self):
        self.process.stdin.close()
        self.process.wait(timeout=30)


@pytest.fixture(scope="session")
def open_older(tmp_path_factory):
    """Starts the older transformers; again, if the last one died of a checkpoint."""
    started = []

    def get():
        if not started or started[-1].process.poll() is not None:
            started.append(Older(tmp_path_factory.mktemp("older")))
        return started[-1]

    yield get
    for older in started:
        older.close()


@pytest.fixture
def older(open_older):
    return open_older()


def pytest_addoption(parser):
    parser.addoption("--all", action="store_true", help="the slow checks too, which only repeat others on more models")


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: runs with --all only")


def pytest_collection_modifyitems(config, items):
    if not config.getoption("--all"):
        for item in items:
            if item.get_closest_marker("slow"):
                item.add_marker(pytest.mark.skip(reason="slow: --all runs it"))
