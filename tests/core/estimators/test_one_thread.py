import threading

import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits

from ospo_core.estimators.one_thread import one_thread


def threads():
    """Of every linear algebra library in the process."""
    return [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]


def test_the_limit_is_put_back():
    """Also after an error, and where one is inside another."""
    with threadpool_limits(2, "blas"):
        try:
            with one_thread(), one_thread():
                inside = threads()
                raise ArithmeticError
        except ArithmeticError:
            after = threads()

    assert set(inside) == {1}
    assert set(after) == {2}


def test_another_thread_may_plan_meanwhile():
    """Whoever leaves last, the setting is as it was before."""
    entered, leave = threading.Event(), threading.Event()

    @one_thread()
    def other():
        entered.set()
        leave.wait(10)

    with threadpool_limits(2, "blas"):
        before = threads()
    thread = threading.Thread(target=other)
    with one_thread():
        thread.start()
        assert entered.wait(10)
    leave.set()
    thread.join()

    with threadpool_limits(2, "blas"):
        assert threads() == before


def test_products_are_the_same():
    """One thread more or less changes no bit that matters."""
    matrix = np.random.default_rng(0).normal(size=(200, 200))

    with one_thread():
        alone = matrix @ matrix.T

    np.testing.assert_allclose(alone, matrix @ matrix.T, rtol=1e-12)
