"""The shell of a report: one file with its one style and its one script, and nothing fetched from anywhere.

The content security policy names both by their hash and forbids all else, so that a script or style smuggled in by a
text under study could not run even if it were not escaped; and all of it is escaped.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from ospo_core.report import numbers, palette


def render(template: str, *, title: str, data: Mapping[str, Any], **content: Any) -> str:
    """A whole HTML document from a template of this package; `data` is what its script reads, as JSON."""
    style, script = _asset("report.css"), _asset("report.js")
    style = palette.css_variables() + style
    return (
        _environment()
        .get_template(template)
        .render(
            title=title,
            style=Markup(style),
            script=Markup(script),
            policy=_policy(style, script),
            data=json_block(data),
            **content,
        )
    )


def json_block(data: Mapping[str, Any]) -> Markup:
    """JSON that cannot close its script element nor break a line of JavaScript."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def verbatim(text: str) -> Markup:
    """Escaped so that a parser reads exactly this text: it would turn a bare carriage return into a line feed."""
    return Markup(str(escape(text)).replace("\r", "&#13;"))


def _policy(style: str, script: str) -> str:
    return (
        f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


@cache
def _asset(name: str) -> str:
    return files("ospo_core.report").joinpath(name).read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("ospo_core.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "verbatim": verbatim,
        "signed": numbers.signed,
        "plain": numbers.plain,
        "advantage": numbers.advantage,
        "percent": numbers.percent,
        "short": numbers.short,
        "as_sentence": numbers.as_sentence,
        "count": numbers.count,
    }
    return environment
