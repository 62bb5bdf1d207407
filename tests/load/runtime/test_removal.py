"""What a process under load created is removed within its limits, also what no answer told of."""

from __future__ import annotations

import time

import attrs
import gevent
import pytest

from contracts.core.exchange import Response
from contracts.evidence.recorder import Recorder
from contracts.request.api import RequestFactory
from load.runtime.removal import remove
from load.runtime.run import LoadRun, Sent
from tests.contracts.laws.state.notebook import CONTRACT, Notebooks, deployment, principals


class Server:
    """Notebooks over a wire: some answers are lost, some requests refused."""

    def __init__(self) -> None:
        self.notebooks = Notebooks()
        self.lost = False
        self.refuse = 0
        self.now = self.most = 0

    def send(self, request):
        begun = time.time()
        self.now += 1
        self.most = max(self.most, self.now)
        gevent.sleep(0.005)
        self.now -= 1
        if self.refuse:
            self.refuse -= 1
            return Sent(Response(429, (("Retry-After", "0"),), "", 0), None, begun, time.time())
        response = self.notebooks.answer(request).response
        return Sent(None, "cut off", begun, time.time()) if self.lost else Sent(response, None, begun, time.time())


@pytest.fixture
def server():
    return Server()


def started(place=""):
    return LoadRun(CONTRACT, attrs.evolve(deployment(), writes=True), "quick", Recorder(None), 1.0, place)


def create(run, server, count=1, *, lost=False):
    server.lost = lost
    for _ in range(count):
        number, tag = run.open("load/visit")
        api = RequestFactory(CONTRACT, run.deployment, CONTRACT.operation("addNotebook"), principals()[0], tag)
        run.ask(api.ask(body={"title": f"{tag}-1"}), server.send, number)
    server.lost = False


def test_all_is_removed_several_at_once(server):
    run = started()
    create(run, server, 12)
    remove(run, server.send)
    assert server.notebooks.notebooks == {}
    assert run.left_behind == []
    assert server.most > 1


def test_a_run_that_created_nothing_asks_nothing(server):
    remove(started(), server.send)
    assert server.notebooks.asked == []


def test_a_refused_removal_is_sent_again_and_says_what_it_repeats(server):
    run = started()
    create(run, server)
    server.refuse = 1
    remove(run, server.send)
    assert server.notebooks.notebooks == {}
    refused, again = [each for each in run.exchanges.values() if each.request.verb == "DELETE"]
    assert (refused.status, again.retry_of, again.retry_status) == (429, refused.seq, 429)


def test_what_was_created_by_a_request_whose_answer_was_lost_is_removed(server):
    run = started()
    create(run, server, lost=True)
    remove(run, server.send)
    assert server.notebooks.notebooks == {}


def test_what_another_process_made_is_removed_only_if_that_is_gone(server):
    one, other = started("1-"), started("2-")
    create(one, server, lost=True)
    create(other, server, lost=True)
    remove(one, server.send)
    assert [each["title"].split("-")[1] for each in server.notebooks.notebooks.values()] == ["2"]
    remove(one, server.send, others=True)
    assert server.notebooks.notebooks == {}


def test_what_could_not_be_removed_in_time_is_told(server):
    run = started()
    create(run, server)
    with gevent.Timeout(0.01, False):
        remove(run, lambda _: gevent.sleep(60))
    assert [each.partition("/nb-")[0] for each in run.left_behind] == ["DELETE /notebooks"]
