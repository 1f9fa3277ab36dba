"""With named users all see all results; what one made is stopped by him or an admin, and deleted by an admin alone."""

import pytest

from tests.api.conftest import body, until

TOY = {"run": {"preset": "toy", "steps": 6, "save_every": 2}}
SHARED = "0123456789abcdefghijklmnopqrstuvwxyz-ABC"


def _made(client, **other):
    answer = client.post("/v1/attributions", json=body(**other), headers={"Prefer": "wait"})
    assert answer.status_code == 200
    return answer.json()["id"]


def test_a_result_carries_the_name_of_who_made_it(team):
    """For everybody who sees it."""
    made = _made(team.max)

    assert team.vera.get(f"/v1/attributions/{made}").json()["made_by"] == "max"
    assert [item["made_by"] for item in team.mia.get("/v1/results").json()["items"]] == ["max"]


def test_a_result_is_seen_by_all_and_deleted_by_an_admin_alone(team):
    """One trust domain for reading; what others may have linked to does not go without an admin, nor by its maker."""
    made = _made(team.max)
    seen = [client.get(f"/v1/results/{made}/view").status_code for client in (team.vera, team.mia, team.ada)]

    by_others = [client.delete(f"/v1/results/{made}").status_code for client in (team.vera, team.mia, team.max)]
    by_admin = team.ada.delete(f"/v1/results/{made}").status_code

    assert seen == [200, 200, 200]
    assert (by_others, by_admin) == ([403, 403, 403], 204)


def test_a_run_is_stopped_by_its_maker_or_an_admin(team, gate):
    """It is his work that would be lost."""
    run = team.max.post("/v1/attributions", json=body(gate.reward())).json()["id"]
    gate.reached()

    by_others = [client.delete(f"/v1/attributions/{run}") for client in (team.vera, team.mia)]
    state = team.vera.get(f"/v1/attributions/{run}").json()["state"]
    by_owner = team.max.delete(f"/v1/attributions/{run}").json()["state"]

    assert [answer.status_code for answer in by_others] == [403, 403]
    assert by_others[1].json()["detail"] == "only whoever made it, or an admin, may do this"
    assert (state, by_owner) == ("running", "cancelling")


@pytest.mark.parametrize("name", ["vera", "mia"])
def test_nobody_gives_up_the_run_of_another_by_holding_its_stream(team, gate, name):
    """A stream with `hold` ends its run when it is closed: a GET that would be a DELETE."""
    run = team.max.post("/v1/attributions", json=body(gate.reward())).json()["id"]
    gate.reached()

    with getattr(team, name).stream("GET", f"/v1/attributions/{run}/events?hold=true") as refused:
        status = refused.status_code
    with getattr(team, name).stream("GET", f"/v1/attributions/{run}/events") as watched:
        seen = watched.status_code
    gate.open()
    until(lambda: team.max.get(f"/v1/attributions/{run}").json()["state"] == "succeeded")

    assert (status, seen) == (403, 200)


def test_a_stored_answer_stays_with_who_made_it(team):
    """Asking the same again makes nobody its maker."""
    made = _made(team.max)
    again = team.mia.post("/v1/attributions", json=body())

    assert (again.json()["id"], again.json()["made_by"]) == (made, "max")


@pytest.mark.parametrize("path", ["/cancel", "/resume"])
def test_a_job_is_in_the_hands_of_who_made_it_and_of_admins(team, path):
    """Stopping and going on."""
    job = team.max.post("/v1/jobs", json=TOY).json()
    team.max.post(f"/v1/jobs/{job['id']}/cancel")
    address = f"/v1/jobs/{job['id']}{path}"

    by_others = [client.post(address).status_code for client in (team.vera, team.mia)]
    by_owner = team.max.post(address).status_code

    assert job["made_by"] == "max"
    assert (by_others, by_owner) == ([403, 403], 200)


def test_an_admin_ends_and_deletes_the_job_of_another(team):
    """Somebody must be able to; its maker may not delete it."""
    job = team.max.post("/v1/jobs", json=TOY).json()["id"]

    ended = team.ada.post(f"/v1/jobs/{job}/cancel").status_code
    by_owner, by_admin = (client.delete(f"/v1/jobs/{job}").status_code for client in (team.max, team.ada))

    assert (ended, by_owner, by_admin) == (200, 403, 204)


def test_jobs_without_a_name_are_an_admins_once_there_are_names(serve, add, users_file):
    """They were made before; who made them is not known."""
    before = serve(token=SHARED, data_dir=users_file.parent / "one")
    before.headers["Authorization"] = f"Bearer {SHARED}"
    job = before.post("/v1/jobs", json=TOY).json()["id"]
    max_token, ada_token = add("max"), add("ada", "admin")
    after = serve(users_file=users_file, data_dir=users_file.parent / "two")

    by_member = after.post(f"/v1/jobs/{job}/cancel", headers={"Authorization": f"Bearer {max_token}"})
    by_admin = after.post(f"/v1/jobs/{job}/cancel", headers={"Authorization": f"Bearer {ada_token}"})

    assert (by_member.status_code, by_admin.status_code) == (403, 200)


def test_whoever_shares_a_token_shares_what_was_made_with_it(serve):
    """One trust domain: nobody can be told from another."""
    client = serve(token=SHARED, token_role="member")
    client.headers["Authorization"] = f"Bearer {SHARED}"
    job = client.post("/v1/jobs", json=TOY).json()

    assert job["made_by"] is None
    assert client.post(f"/v1/jobs/{job['id']}/cancel").status_code == 200


def test_tags_are_everybodys(team):
    """Labels of a shared shelf: a member may set those of another's result, a viewer may not."""
    made = _made(team.max)

    by_member = team.mia.put(f"/v1/results/{made}/tags", json={"tags": ["good"]})
    by_viewer = team.vera.put(f"/v1/results/{made}/tags", json={"tags": []})

    assert (by_member.status_code, by_viewer.status_code) == (200, 403)
