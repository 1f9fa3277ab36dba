"""The audit log in a real browser, before a real service with named users: an admin has it, a member does not."""

import re

import pytest
from playwright.sync_api import Page, expect

from backend.users.__main__ import main
from tests.api.conftest import body
from tests.e2e.conftest import Site

pytestmark = [pytest.mark.e2e, pytest.mark.slow]

ROWS = "[class*=st-key-act_row_]"
OVERFLOW = "() => document.querySelector('[data-testid=stMain]').scrollWidth - innerWidth"


@pytest.fixture(scope="module")
def users(tmp_path_factory):
    """The file of users."""
    return tmp_path_factory.mktemp("users") / "users"


@pytest.fixture(scope="module")
def site(users, tmp_path_factory):
    """Service and screen, where everybody signs in. The file has one user before they start."""
    main(["--file", str(users), "add", "zoe", "--role", "viewer"])
    site = Site(tmp_path_factory.mktemp("audit"), OSPO_USERS_FILE=str(users), OSPO_SIGN_IN="1")
    yield site
    site.close()


@pytest.fixture
def tokens(users, capsys):
    """Of ada, an admin, and of max and mia, members; new ones for every test."""
    capsys.readouterr()
    found = {}
    for name, role in {"ada": "admin", "max": "member", "mia": "member"}.items():
        main(["--file", str(users), "remove", name])
        capsys.readouterr()
        main(["--file", str(users), "add", name, "--role", role])
        found[name] = capsys.readouterr().out.strip()
    return found


def as_(name, tokens):
    """Headers of whoever this is."""
    return {"Authorization": f"Bearer {tokens[name]}", "Prefer": "wait"}


@pytest.fixture
def made(site, tokens):
    """A result of max's, which mia may not delete; its id."""
    answer = site.api.post("/v1/attributions", json=body(prompt="How much?"), headers=as_("max", tokens))
    site.api.delete(f"/v1/results/{answer.json()['id']}", headers=as_("mia", tokens))
    return answer.json()["id"]


def sign_in(page: Page, token: str) -> None:
    """And wait for what is behind the door."""
    page.get_by_label("Token").fill(token)
    page.get_by_label("Token").press("Enter")
    page.get_by_role("button", name="Sign out").wait_for()


def test_an_admin_reads_filters_follows_and_keeps_the_log(visit, tokens, made):
    """From a link to the log, past the door: the refusal stands out, the result is a click away, the file is whole."""
    page = (visited := visit("/audit?action=delete_result")).page
    sign_in(page, tokens["ada"])
    expect(page.get_by_role("link", name="Audit")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_contain_text("that match")
    expect(page.locator(ROWS).first).to_contain_text(re.compile("mia.*delete a result.*refused"))

    page.locator(ROWS).first.get_by_role("button", name="its acts").click()
    expect(page).to_have_url(re.compile(f"/audit.object={made}"))
    expect(page.locator(ROWS)).to_have_count(2)
    expect(page.get_by_label("Object, by its id")).to_have_value(made)
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    lines = download.value.path().read_text("utf-8").splitlines()

    page.go_back()
    expect(page).to_have_url(re.compile(r"/audit.action=delete_result$"))
    expect(page.locator(ROWS).first).to_contain_text("delete a result")

    page.get_by_role("link", name=f"explanation {made[:8]}").first.click()
    expect(page).to_have_url(re.compile(f"result={made}"))
    expect(page.get_by_role("option").first).to_be_visible()

    assert (len(lines), download.value.suggested_filename) == (3, "audit.csv")
    assert visited.noise == []


def test_a_member_has_no_such_page(visit, tokens, made):
    """Neither in the navigation nor at its address."""
    page = visit("/audit").page
    sign_in(page, tokens["max"])
    expect(page.get_by_text("max, member")).to_be_visible()
    expect(page.get_by_role("link", name="Health")).to_be_visible()

    assert page.get_by_role("link", name="Audit").count() == 0
    assert page.locator(ROWS).count() == 0


def test_a_filter_is_chosen_with_the_keyboard(visit, tokens, made):
    """A person is typed, and stands in the address."""
    page = visit("/audit").page
    sign_in(page, tokens["ada"])
    person = page.get_by_label("Person")

    person.focus()
    person.press_sequentially("mia")
    person.press("Enter")

    expect(page).to_have_url(re.compile("/audit.user=mia"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("by mia")
    expect(page.locator(ROWS).first).to_contain_text("mia")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 760, 390])
def test_nothing_sticks_out(site, visit, tokens, made, width, scheme):
    """At every width the page fits."""
    job = site.api.post("/v1/jobs", json={"run": {"preset": "toy"}}, headers=as_("max", tokens)).json()["id"]
    gone = site.api.post("/v1/attributions", json=body(prompt=f"{width}"), headers=as_("max", tokens)).json()["id"]
    site.api.delete(f"/v1/results/{gone}", headers=as_("ada", tokens))
    site.api.get(f"/v1/results/{made}/export", headers=as_("ada", tokens))
    page = visit("/audit", width=width, color_scheme=scheme).page
    sign_in(page, tokens["ada"])
    expect(page.locator(ROWS).first).to_be_visible()
    expect(page.get_by_role("link", name=f"training run {job[:8]}")).to_be_visible()

    assert page.evaluate(OVERFLOW) <= 0
