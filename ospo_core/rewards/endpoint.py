"""A score given by a server: vLLM, Text Embeddings Inference, or any that speaks a small JSON form.

Knows neither HTTP nor what each server answers (`http_transport`, `*_contracts`): it cuts a call into batches, keeps
a bounded number of them on the way, and puts the scores back in order. What the server computes is the server's
affair: the specification holds what was asked for and, where the server tells, was checked to be served.
"""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

import numpy as np

from ospo_core.errors import RewardError, SettingsError
from ospo_core.models.metering import count_forward_tokens
from ospo_core.models.sign_of_life import show_life
from ospo_core.rewards.breaker import breaker_of
from ospo_core.rewards.breaking_transport import BreakingTransport
from ospo_core.rewards.deadline import Deadline
from ospo_core.rewards.endpoint_contracts import EMPTY_TEXT, Contract, JsonContract, Pair, TextTemplate
from ospo_core.rewards.endpoint_settings import EndpointSettings
from ospo_core.rewards.extras import needing
from ospo_core.rewards.kind import RewardKind
from ospo_core.rewards.reward import RewardSpec
from ospo_core.rewards.tei_contracts import TeiEmbed, TeiPredict
from ospo_core.rewards.transport import Reply, Transport
from ospo_core.rewards.vllm_contracts import VllmClassify, VllmPooling, VllmScore
from ospo_core.shapes import Scores

BOTH_TEXTS = "{prompt}\n\n{response}"


class EndpointReward:
    """A server's score of a (prompt, response) pair. Each distinct pair of a call is sent once."""

    def __init__(self, *, settings: EndpointSettings, contract: Contract, transport: Transport) -> None:
        self._settings, self._contract, self._transport = settings, contract, transport
        self._identified = False
        # The variable's name decides no number; everything else might.
        printed = settings.model_dump(mode="json", exclude={"token_variable"})
        template = None if contract.template is None else contract.template.template
        empty_text = None if settings.contract == "json" else EMPTY_TEXT
        self._spec = RewardSpec(kind="endpoint", settings=printed | {"template": template, "empty_text": empty_text})

    @property
    def spec(self) -> RewardSpec:
        """Every setting but the token's; the template as it is used, and what is sent for an empty text."""
        return self._spec

    def score(self, prompts: Sequence[str], responses: Sequence[str]) -> Scores:
        """One number a pair. Raises: RewardError: the server did not give them all; names the response if it can."""
        wanted = list(zip(prompts, responses, strict=True))
        pairs = list(dict.fromkeys(wanted))
        if not pairs:
            return np.empty(0, dtype=np.float64)
        self._identify()
        try:
            found = dict(zip(pairs, self._scores(pairs), strict=True))
        except RewardError as error:
            raise self._explained(error, pairs, wanted) from None
        return np.array([found[pair] for pair in wanted], dtype=np.float64)

    def _scores(self, pairs: Sequence[Pair]) -> list[float]:
        """Batches side by side; the first error ends the waiting of all the others."""
        size = self._settings.batch_size - self._contract.spare_inputs
        starts = range(0, len(pairs), size)
        called_off = threading.Event()
        with ThreadPoolExecutor(min(self._settings.concurrency, len(starts)), "endpoint") as pool:
            try:
                asked = [pool.submit(self._batch, start, pairs[start : start + size], called_off) for start in starts]
                answered = []
                for batch in as_completed(asked):
                    answered.append(batch.result())
                    show_life()
            finally:
                called_off.set()
        # Here and not in a batch's thread, where no meter is open.
        count_forward_tokens(sum(tokens for _, _, tokens in answered))
        return [score for _, scores, _ in sorted(answered) for score in scores]

    def _batch(self, start: int, pairs: Sequence[Pair], called_off: threading.Event) -> tuple[int, list[float], int]:
        deadline = Deadline(self._settings.deadline_seconds, called_off)
        reply = self._transport.ask(self._contract.path, self._contract.body(pairs), deadline)
        try:
            return start, self._contract.scores(reply.document, len(pairs)), _forward_tokens(reply)
        except RewardError as error:
            raise RewardError(self._said(error), index=None if error.index is None else start + error.index) from None

    def _identify(self) -> None:
        """Ask a TEI server once which model it serves: its scores do not say."""
        expected = {"model_id": self._settings.model, "model_sha": self._settings.revision}
        named = {name: value for name, value in expected.items() if value is not None}
        if self._identified or not named or not self._settings.contract.startswith("tei"):
            return
        deadline = Deadline(self._settings.deadline_seconds, threading.Event())
        document = self._transport.ask("/info", None, deadline).document
        served = document if isinstance(document, dict) else {}
        for name, value in named.items():
            if served.get(name) != value:
                raise RewardError(
                    self._said(f"the server's {name} is not the one in the settings; check model and revision")
                )
        self._identified = True

    def _explained(self, error: RewardError, pairs: Sequence[Pair], wanted: Sequence[Pair]) -> RewardError:
        if error.index is None:
            return error
        index = wanted.index(pairs[error.index])
        text = wanted[index][1]
        return RewardError(f"{error}: response {index} ({len(text):,} characters)", index=index, text=text)

    def _said(self, what: object) -> str:
        return f"{self._settings.url}{self._contract.path}: {what}"


def _forward_tokens(reply: Reply) -> int:
    """What the server says it processed: vLLM in the document, TEI in a header; 0 where it says nothing."""
    document = reply.document
    usage = document.get("usage") if isinstance(document, dict) else None
    said = usage.get("prompt_tokens") if isinstance(usage, dict) else reply.headers.get("x-compute-tokens")
    written = str(said)
    return int(written) if re.fullmatch(r"[0-9]{1,12}", written) else 0


def build_endpoint(settings: EndpointSettings, base_folder: Path | None) -> EndpointReward:
    """Ready to ask; nothing is sent yet. Raises: SettingsError: the token's variable is not set or unfit."""
    with needing("endpoint"):
        from ospo_core.rewards.http_transport import HttpTransport  # imports httpcore, an optional package
    transport = HttpTransport(
        url=settings.url,
        token=_token(settings.token_variable),
        allow_private=settings.allow_private,
        retries=settings.retries,
        max_reply_bytes=settings.max_reply_bytes,
    )
    breaking = BreakingTransport(
        url=settings.url, transport=transport, breaker=breaker_of(settings.url, settings.deadline_seconds)
    )
    return EndpointReward(settings=settings, contract=contract_of(settings), transport=breaking)


def contract_of(settings: EndpointSettings) -> Contract:
    """The contract that the settings name, with its options."""
    both = TextTemplate(settings.template or BOTH_TEXTS)
    vllm: dict[str, Any] = {"model": settings.model, "activation": settings.activation}
    match settings.contract:
        case "vllm-classify":
            return VllmClassify(template=both, class_index=settings.class_index, **vllm)
        case "vllm-score":
            return VllmScore(**vllm)
        case "vllm-pooling":
            return VllmPooling(template=both, class_index=settings.class_index, last_token=settings.last_token, **vllm)
        case "tei-predict":
            template = None if settings.template is None else TextTemplate(settings.template)
            return TeiPredict(template=template, label=settings.label, activation=settings.activation)
        case "tei-embed":
            template = TextTemplate(settings.template or "{response}")
            return TeiEmbed(template=template, reference=settings.reference or "")
        case "json":
            return JsonContract(model=settings.model)


def _token(variable: str | None) -> str | None:
    if variable is None:
        return None
    token = os.environ.get(variable, "").strip()
    if not re.fullmatch(r"[!-~]+", token):
        raise SettingsError(
            f"endpoint: token_variable: environment variable {variable} is not set, or holds no plain text; export it"
        )
    return token


ENDPOINT = RewardKind(
    name="endpoint",
    summary="what a server answers: vLLM, Text Embeddings Inference, or a plain JSON form",
    settings_model=EndpointSettings,
    build=build_endpoint,
)
