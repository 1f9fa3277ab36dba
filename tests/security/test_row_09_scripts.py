"""Row 9: no text, name or tag is markup, in a report, on a map, on a page or in a list.

Maps are in tests/e2e/test_components_in_browser.py (`test_a_hundred_payloads_stay_text`), the pages and the list of
results in tests/e2e/test_pages_in_browser.py (`test_no_payload_runs_anywhere`), runs and the list of jobs in
tests/e2e/test_training_in_browser.py (`test_hostile_texts_run_nothing`): each beside its own page, with the payloads
of tests/e2e/payloads.py. Here is what has no page: reports as files, and the one place where text becomes markup.
"""

import ast
import base64
import hashlib
import re
from pathlib import Path

import pytest

from tests.api.conftest import RUBRIC, body
from tests.e2e.payloads import PAYLOADS

ROOT = Path(__file__).resolve().parents[2]
WAIT = {"Prefer": "wait"}
POLICY = "default-src 'none'; style-src '{style}'; script-src '{script}'; base-uri 'none'; form-action 'none'"
OUR_SCRIPTS = [["script", "data"], ["script", ""]]
"""The data block and the one script of a report, as the browser counts them: name and id."""
SCRIPTS = "() => [...document.querySelectorAll('script')].map(node => [node.localName, node.id])"


def digest(page, tag):
    """What a policy names the style or script of a page by."""
    return "sha256-" + base64.b64encode(hashlib.sha256(page.split(tag)[1].split("</")[0].encode()).digest()).decode()


def exported(client, given, route="/v1/attributions"):
    """The report of a run, as a file that is sent on."""
    run = client.post(route, json=given, headers=WAIT).json()
    assert run["state"] == "succeeded", run
    return client.get(f"/v1/results/{run['id']}/export", params={"format": "html"}).text


def hostile(start):
    """Twenty payloads as prompt, response, facts and tags."""
    some = list(PAYLOADS[start : start + 20])
    facts = [{"name": f"{number} {one[:50]}", "any_of": [one]} for number, one in enumerate(some)]
    reward = {"kind": "rubric", "settings": {"facts": facts}}
    return body(
        reward, prompt=" ".join(some), response=" ".join(some), tags=list(dict.fromkeys(one[:50] for one in some))
    )


@pytest.mark.e2e
@pytest.mark.slow
def test_no_payload_runs_in_an_exported_report(serve, chromium, tmp_path):
    """All of them, twenty a file, opened from disk: 0 dialogs, 0 scripts but our own, 0 requests."""
    client, noise, own = serve(per_client=100), [], set()
    page = chromium.new_page()
    page.on("dialog", lambda dialog: (noise.append("dialog"), dialog.dismiss()))
    page.on("pageerror", lambda error: noise.append(str(error)))
    page.on("request", lambda request: own.add(request.url.split("#")[0]))
    files = []
    for start in range(0, len(PAYLOADS), 20):
        files.append(tmp_path / f"{start}.html")
        files[-1].write_text(exported(client, hostile(start)), "utf-8")
        page.goto(files[-1].as_uri())
        page.locator(".tok:visible").first.hover()
        page.locator(".tok:visible").first.click()
        assert page.evaluate("typeof window.owned") == "undefined"
        assert page.evaluate(SCRIPTS) == OUR_SCRIPTS
        assert page.locator("img, iframe, object, embed, form, link, base, a[href], [onload], [onerror]").count() == 0
        assert "owned" in page.locator("body").inner_text()
    page.close()

    assert len(PAYLOADS) >= 100
    assert noise == []
    assert own == {file.as_uri() for file in files}


@pytest.mark.parametrize("route", ["/v1/attributions", "/v1/groups"])
def test_a_report_forbids_what_it_does_not_need(client, route):
    """The whole of its policy: nothing is fetched, and only the style and script that it has, by their hash, count."""
    given = body(RUBRIC)
    if_group = {key: value for key, value in given.items() if key != "response"} | {"responses": ["240 mg", "No."]}
    page = exported(client, if_group if route == "/v1/groups" else given, route)

    policies = [text.replace("&#39;", "'") for text in re.findall(r'Content-Security-Policy" content="(.*?)"', page)]

    assert policies == [POLICY.format(style=digest(page, "<style>"), script=digest(page, "<script>"))]


MARKUP = {"unsafe_allow_html", "unsafe_allow_javascript"}


def test_no_page_makes_markup_of_a_text():
    """Streamlit's switches for that are named nowhere in the screen; st.html is given what escaping.py made."""
    trees = [ast.parse(path.read_text("utf-8")) for path in (ROOT / "frontend").rglob("*.py")]
    words = [word.arg for tree in trees for word in ast.walk(tree) if isinstance(word, ast.keyword)]

    assert len(words) > 300
    assert [word for word in words if word in MARKUP] == []
