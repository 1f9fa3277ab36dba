"""Names of workers: locks in the data folder, and their time of change as a sign of life."""

import os

from backend.jobs.worker_name import take_name


def test_no_two_have_a_name_and_a_freed_one_is_taken_again(tmp_path):
    """The next number while it is held, the same one afterwards."""
    first, second = take_name(tmp_path), take_name(tmp_path)
    first.lock.close()

    third = take_name(tmp_path)

    assert first.text != second.text
    assert third.text == first.text
    second.lock.close()
    third.lock.close()


def test_a_touch_is_seen_in_the_folder(tmp_path):
    """What the health check of docker-compose.yml looks at."""
    name = take_name(tmp_path)
    file = tmp_path / f"{name.text}.lock"
    os.utime(file, (0, 0))

    name.touch()

    assert file.stat().st_mtime > 1e9
    name.lock.close()
