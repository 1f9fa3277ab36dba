"""Real HTTP servers on this machine that speak what vLLM and Text Embeddings Inference document, and ones that do not.

The model behind all of them counts letters: the score of a text is the share of the letter e in it.
"""

import json
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

MODEL = "letters"
REVISION = "5f1b8d2"


def share_of_e(text: str) -> float:
    return text.lower().count("e") / (1 + len(text))


def embedding(text: str) -> list[float]:
    return [1.0, *(float(text.lower().count(chr(97 + i))) for i in range(26))]


def vllm_list(kind: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    numbered = [{"index": index, **row} for index, row in enumerate(rows)]
    # Rows come in an order of their own: the index counts, not the place.
    usage = {"prompt_tokens": 3 * len(rows), "total_tokens": 3 * len(rows)}
    return {"id": kind, "object": "list", "created": 1, "model": MODEL, "data": numbered[::-1], "usage": usage}


def classify(body: dict[str, Any]) -> Any:
    probabilities = [[1 - share_of_e(text), share_of_e(text)] for text in body["input"]]
    return vllm_list("classify-1", [{"label": "LABEL_0", "probs": row, "num_classes": 2} for row in probabilities])


def score(body: dict[str, Any]) -> Any:
    texts = [first + second for first, second in zip(body["text_1"], body["text_2"], strict=True)]
    return vllm_list("score-1", [{"object": "score", "score": share_of_e(text)} for text in texts])


def pooling(body: dict[str, Any]) -> Any:
    per_token = {"token_classify": lambda value: [[0.0], [value]], "classify": lambda value: [value]}[body["task"]]
    return vllm_list("pool-1", [{"object": "pooling", "data": per_token(share_of_e(text))} for text in body["input"]])


def predict(body: dict[str, Any]) -> Any:
    shares = [share_of_e("".join(texts)) for texts in body["inputs"]]
    both = [[{"score": share, "label": "good"}, {"score": 1 - share, "label": "bad"}] for share in shares]
    return [sorted(labels, key=lambda label: -label["score"]) for labels in both]


def embed(body: dict[str, Any]) -> Any:
    assert all(body["inputs"]), "`inputs` cannot be empty"
    return [embedding(text) for text in body["inputs"]]


def plain(body: dict[str, Any]) -> Any:
    pairs = zip(body["prompts"], body["responses"], strict=True)
    return {"scores": [share_of_e(prompt + response) for prompt, response in pairs]}


ROUTES: dict[str, Callable[[dict[str, Any]], Any]] = {
    "/classify": classify, "/score": score, "/pooling": pooling, "/predict": predict, "/embed": embed, "/plain": plain,
    "/info": lambda _: {"model_id": MODEL, "model_sha": REVISION, "max_client_batch_size": 32, "version": "1.7.1"},
}  # fmt: skip


class Scorer(ThreadingHTTPServer):
    """Keeps every request (path, headers, body), and how many were in the making at one time."""

    daemon_threads = True

    def __init__(self, answer: Callable[["Scorer", str, dict[str, Any]], tuple[int, dict[str, str], bytes]]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.answer = answer
        self.requests: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.lock = threading.Lock()
        self.busy = 0
        self.busiest = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away in the middle is what several tests are about."""


class _Handler(BaseHTTPRequestHandler):
    server: Scorer

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self._answer(body)

    def do_GET(self) -> None:
        self._answer({})

    def _answer(self, body: dict[str, Any]) -> None:
        with self.server.lock:
            self.server.busy += 1
            self.server.busiest = max(self.server.busiest, self.server.busy)
            self.server.requests.append((self.path, dict(self.headers), body))
        status, headers, content = self.server.answer(self.server, self.path, body)
        with self.server.lock:
            self.server.busy -= 1
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", "Content-Length": str(len(content)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Nothing on the screen."""


def as_documented(server: Scorer, path: str, body: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
    return 200, {}, json.dumps(ROUTES[path](body)).encode()


@contextmanager
def serving(answer: Callable[..., Any] = as_documented) -> Iterator[Scorer]:
    with Scorer(answer) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


@contextmanager
def raw_server(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that reads a request, up to 1 MB, and then does as it likes with the socket, once per connection."""
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=_accept, args=(listener, talk), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        # On Linux closing does not wake a thread that waits to accept; shutting down does.
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def _accept(listener: socket.socket, talk: Callable[[socket.socket], None]) -> None:
    try:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=_converse, args=(connection, talk), daemon=True).start()
    except OSError:
        return


def _converse(connection: socket.socket, talk: Callable[[socket.socket], None]) -> None:
    try:
        with connection:
            _read_request(connection)
            talk(connection)
    except OSError:
        return


def _read_request(connection: socket.socket) -> None:
    """What is left unread when a socket is closed would reach the client as a reset."""
    head, _, body = connection.recv(65536).partition(b"\r\n\r\n")
    length = int(re.search(rb"(?i)content-length: (\d+)", head)[1])  # pyright: ignore[reportOptionalSubscript]
    while len(body) < min(length, 1_000_000):
        body += connection.recv(65536)
