"""A hub on this machine that answers as the real one was measured to: the tree with digests, small files itself, large ones by redirect to another host name."""

import hashlib
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

COMMIT = "0123456789abcdef0123456789abcdef01234567"
API = re.compile(r"/api/models/([^/]+/[^/]+)/(revision|tree)/([^/?]+)")
FILE = re.compile(r"/([^/]+/[^/]+)/resolve/([^/]+)/([^?]+)")


class Hub:
    """Serves folders as repositories; `requests` lists (host, method, path, authorization) of all that came."""

    def __init__(self, repositories, token):
        self.repositories = {name: Path(folder) for name, folder in repositories.items()}
        self.token = token
        self.requests = []
        hub = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                hub.answer(self)

            do_HEAD = do_GET

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self.blobs = f"localhost:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def answer(self, request):
        host, authorization = request.headers["Host"], request.headers.get("Authorization")
        self.requests.append((host, request.command, request.path, authorization))
        if host == self.blobs:
            return self._content(request, self.repositories["/".join(request.path.split("/")[1:3])] / request.path.split("/", 3)[3], {})
        if authorization != f"Bearer {self.token}":
            return _send(request, 401, b"", {"X-Error-Code": "RepoNotFound"})
        if api := API.match(request.path):
            return self._api(request, *api.groups())
        if file := FILE.match(request.path):
            return self._file(request, *file.groups())
        return _send(request, 404, b"", {"X-Error-Code": "RepoNotFound"})

    def _api(self, request, repository, what, revision):
        if repository not in self.repositories:
            return _send(request, 404, b"", {"X-Error-Code": "RepoNotFound"})
        if revision not in ("main", COMMIT):
            return _send(request, 404, b"", {"X-Error-Code": "RevisionNotFound"})
        if what == "revision":
            return _json(request, {"id": repository, "sha": COMMIT})
        root = self.repositories[repository]
        files = sorted(path for path in root.rglob("*") if path.is_file())
        return _json(request, [_listed(path, path.relative_to(root).as_posix()) for path in files])

    def _file(self, request, repository, revision, name):
        path = self.repositories.get(repository, Path("/nowhere")) / name
        headers = {"X-Repo-Commit": COMMIT}
        if revision not in ("main", COMMIT) or not path.is_file():
            return _send(request, 404, b"", {**headers, "X-Error-Code": "EntryNotFound"})
        if not _is_large(name):
            return self._content(request, path, {**headers, "ETag": f'"{_git(path.read_bytes())}"'})
        size = path.stat().st_size
        linked = {"X-Linked-Etag": f'"{_sha256(path)}"', "X-Linked-Size": str(size)}
        location = f"http://{self.blobs}/{repository}/{name}"
        return _send(request, 302, b"", {**headers, **linked, "Location": location})

    def _content(self, request, path, headers):
        content = path.read_bytes()
        asked = re.match(r"bytes=(\d+)-(\d*)", request.headers.get("Range", ""))
        if not asked:
            return _send(request, 200, content, headers)
        first, last = int(asked[1]), min(int(asked[2] or len(content) - 1), len(content) - 1)
        range_ = {"Content-Range": f"bytes {first}-{last}/{len(content)}"}
        return _send(request, 206, content[first : last + 1], {**headers, **range_})


def _listed(path, name):
    content = path.read_bytes()
    entry = {"type": "file", "path": name, "size": len(content), "oid": _git(content)}
    if _is_large(name):
        entry["lfs"] = {"oid": _sha256(path), "size": len(content), "pointerSize": 130}
    return entry


def _is_large(name):
    return name.endswith((".safetensors", "tokenizer.json"))


def _sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _git(content):
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def _json(request, value):
    _send(request, 200, json.dumps(value).encode(), {"Content-Type": "application/json"})


def _send(request, status, content, headers):
    request.send_response(status)
    for name, value in {**headers, "Content-Length": str(len(content))}.items():
        request.send_header(name, value)
    request.end_headers()
    if request.command != "HEAD":
        request.wfile.write(content)
