"""Writes the table of modules that Ingot reads: checkpoint/src/main/resources/dev/ingot/checkpoint/loading/modules.json

    conformance/.venv/bin/python conformance/modules/write.py TRANSFORMERS-4.57-FOLDER

Each generation of transformers dumps its classes in a process of its own (dump.py), twice: the table of one says where the names that
the other writes end up. Takes about half an hour on two cores.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from compact import Texts, generation

HERE = Path(__file__).resolve().parent
TARGET = HERE.parents[1] / "checkpoint/src/main/resources/dev/ingot/checkpoint/loading/modules.json"
COMMAND = "python conformance/modules/write.py (environment of conformance/requirements.lock, transformers of requirements-4.57.lock)"


def dump(mode, older, folder, *names):
    """Runs both generations side by side and gives their files."""
    running, files = [], []
    for label, paths in (("4", [older]), ("5", [])):
        path = os.pathsep.join([*paths, *filter(None, [os.environ.get("PYTHONPATH", "")])])
        environment = {**os.environ, "PYTHONPATH": path, "HF_HUB_OFFLINE": "1"}
        out = Path(folder, f"{mode}-{label}.json")
        command = [sys.executable, HERE / "dump.py", mode, out, *names]
        running.append(subprocess.Popen(list(map(str, command)), env=environment))
        files.append(out)
    assert all(process.wait() == 0 for process in running)
    return files


def write(tables):
    texts = Texts()
    generations = [generation(json.loads(Path(file).read_text()), texts) for file in tables]
    document = {"writtenBy": COMMAND, "texts": texts.all(), "generations": generations}
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    lines = json.dumps(document, separators=(",", ":"), ensure_ascii=False)
    TARGET.write_text(lines.replace('},"', '},\n"') + "\n")


if __name__ == "__main__":
    if sys.argv[1] == "--tables":
        write(sys.argv[2:])
    else:
        with tempfile.TemporaryDirectory() as scratch:
            names = dump("names", sys.argv[1], scratch)
            write(dump("table", sys.argv[1], scratch, *names))
