"""The child process answers, and whatever happens to it, the next request is answered too."""

import os
import signal
import threading
import time

import pytest

from api.gateways.child import Child, ChildFailed, ChildTookTooLong


@pytest.fixture
def child():
    made = Child("tests.standins.echo_child")
    yield made
    made.close()


def test_it_answers_many_threads_each_with_their_own(child):
    answers = {}
    threads = [threading.Thread(target=lambda n=n: answers.update({n: child.ask(b"%d" % n, 10)})) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(answers[n].startswith(b"%d by" % n) for n in range(12))
    assert len({answer.split()[-1] for answer in answers.values()}) == 1


def test_what_it_raises_is_a_sentence_and_it_lives_on(child):
    before = child.ask(b"x", 10)
    with pytest.raises(ChildFailed, match=r"^it is not right$"):
        child.ask(b"fail", 10)
    assert child.ask(b"x", 10) == before


def test_a_hanging_request_is_given_up_and_not_tried_again(child):
    child.warm()
    started = time.monotonic()
    with pytest.raises(ChildTookTooLong):
        child.ask(b"hang", 0.5)
    assert time.monotonic() - started < 5
    assert child.ask(b"x", 10).startswith(b"x by")


def test_one_that_kills_it_is_tried_twice_and_given_up(child):
    with pytest.raises(ChildFailed, match="stopped twice"):
        child.ask(b"die", 10)
    assert child.ask(b"x", 10).startswith(b"x by")


def test_one_killed_between_requests_is_replaced(child):
    first = int(child.ask(b"x", 10).split()[-1])
    os.kill(first, signal.SIGKILL)
    assert int(child.ask(b"x", 10).split()[-1]) != first


def test_memory_is_capped(child):
    with pytest.raises(ChildFailed, match="MemoryError"):
        child.ask(b"hungry", 10)


def test_it_ends_when_its_parent_is_gone(child):
    child.warm()
    process = child._process
    process.stdin.close()
    assert process.wait(5) == 0


def test_one_that_cannot_start_says_so():
    child = Child("tests.standins.no_such_module")
    with pytest.raises(ChildFailed, match="did not start"):
        child.warm()
