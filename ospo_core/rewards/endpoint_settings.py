"""The settings of a remote scorer: where the server is, what it speaks, how hard it may be asked.

Knows no network: whether the address behind the name is allowed is checked when it is connected to.
"""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, field_validator, model_validator

from ospo_core.rewards.settings import RewardSettings

ContractName = Literal["vllm-classify", "vllm-score", "vllm-pooling", "tei-predict", "tei-embed", "json"]

TOKEN_PREFIX = "OSPO_ENDPOINT_"
"""Only variables of this beginning are sent anywhere: whoever writes settings cannot ask for the others."""

_OPTIONS: dict[str, set[str]] = {
    "vllm-classify": {"template", "class_index", "activation"},
    "vllm-score": {"activation"},
    "vllm-pooling": {"template", "class_index", "activation", "last_token"},
    "tei-predict": {"template", "label", "activation"},
    "tei-embed": {"template", "reference"},
    "json": set(),
}
"""The settings that mean something to one contract only, by contract."""


class EndpointSettings(RewardSettings):
    """Where the server is, what it speaks, and how hard it may be asked."""

    url: str = Field(max_length=2000, description="http(s) address of the server; of the scorer itself for json")
    contract: ContractName = Field(description="what the server speaks")
    model: str | None = Field(None, min_length=1, max_length=500, description="model by the server's name for it")
    revision: str | None = Field(None, min_length=1, max_length=500, description="the model's revision, for the record")
    template: str | None = Field(None, max_length=20_000, description="one text of {prompt} and {response}")
    class_index: int | None = Field(None, ge=0, le=100_000, description="vLLM: the class that is the reward")
    label: str | None = Field(None, max_length=500, description="tei-predict: the label that is the reward")
    activation: bool | None = Field(None, description="probabilities (true) or raw logits (false)")
    last_token: bool = Field(False, description="vllm-pooling: the reward is the last token's")
    reference: str | None = Field(None, max_length=100_000, description="tei-embed: the answer to be close to")
    token_variable: str | None = Field(
        None,
        max_length=100,
        pattern=rf"^{TOKEN_PREFIX}[A-Z0-9_]+$",
        description=f"environment variable that holds the bearer token; begins with {TOKEN_PREFIX}",
    )
    allow_private: bool = Field(False, description="the server may be on this machine or a private network")
    batch_size: int = Field(32, ge=1, le=4096, description="most inputs of one request")
    concurrency: int = Field(4, ge=1, le=64, description="most requests at one time")
    retries: int = Field(3, ge=0, le=10, description="further attempts after status 429, 502, 503 or 504")
    deadline_seconds: float = Field(60.0, gt=0, le=3600, description="longest time for a request with its retries")
    max_reply_bytes: int = Field(2_000_000, ge=1000, le=100_000_000, description="largest answer, decompressed")

    @field_validator("url")
    @classmethod
    def _plain_url(cls, url: str) -> str:
        # Checked before it is split: urlsplit silently drops line breaks and tabs.
        if not re.fullmatch(r"https?://[A-Za-z0-9.:_\[\]-]+(/[A-Za-z0-9._~/%-]*)?", url):
            raise ValueError(
                "must be http(s)://host[:port][/path] in plain letters, without user, password, query or fragment; "
                "a token goes into an environment variable named by token_variable"
            )
        if not _has_host_and_port(url):
            raise ValueError("has no host, or a port that is none")
        return url.rstrip("/")

    @field_validator("template")
    @classmethod
    def _uses_the_response(cls, template: str | None) -> str | None:
        if template is not None and "{response}" not in template:
            raise ValueError("must contain {response}: every response would get the same score")
        return template

    @model_validator(mode="after")
    def _fits_the_contract(self) -> EndpointSettings:
        foreign = set().union(*_OPTIONS.values()) - _OPTIONS[self.contract]
        fields = type(self).model_fields
        unused = [name for name, value in self if name in foreign and value != fields[name].default]
        if unused:
            raise ValueError(f"contract {self.contract} has no use for {', '.join(unused)}; leave it out")
        return self._complete()

    def _complete(self) -> EndpointSettings:
        if self.contract.startswith("vllm") and self.model is None:
            raise ValueError(f"model is required by contract {self.contract}")
        if self.contract == "tei-embed" and not (self.reference or "").strip():
            raise ValueError("reference is required by contract tei-embed")
        if self.contract == "tei-embed" and self.batch_size < 2:
            raise ValueError("batch_size must be 2 or more: the reference is in every batch of contract tei-embed")
        return self


def _has_host_and_port(url: str) -> bool:
    try:
        split = urlsplit(url)
        return bool(split.hostname) and split.port != 0
    except ValueError:
        return False
