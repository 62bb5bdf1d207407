"""Rows on their way from a worker to the master."""

from __future__ import annotations

import itertools

from load.runtime.clock_offset import Clock
from load.runtime.mailbox import Inbox, Outbox


def exchange(seq, conversation=1, **more):
    return {"seq": seq, "conversation": conversation, "sent": 100.0, "received": 100.5, **more}


def heard(inbox, *parcels):
    talks, seqs = itertools.count(10), itertools.count(50)
    lines = [line for parcel in parcels for line in inbox.take(parcel["first"], parcel["lines"])]
    return [inbox.renumbered(item, talks, seqs) for item in lines]


def test_rows_get_the_numbers_of_the_evidence_and_the_time_of_the_master():
    outbox, inbox = Outbox(), Inbox("2", offset=1.25)
    outbox.write("conversation", id=1, line="x")
    outbox.write("exchange", **exchange(1))
    outbox.write("exchange", **exchange(2, repeats=1))
    talk, first, second = heard(inbox, outbox.parcel())
    assert talk["id"] == first["conversation"] == 10
    assert (first["seq"], second["seq"], second["repeats"]) == (50, 51, 50)
    assert (first["sent"], first["received"]) == (101.25, 101.75)
    assert first["worker"] == "2"


def test_what_did_not_arrive_is_said():
    outbox, inbox = Outbox(), Inbox("1")
    parcels = []
    for seq in range(1, 7):
        outbox.write("exchange", **exchange(seq))
        if seq % 2 == 0:
            parcels.append(outbox.parcel())
    heard(inbox, parcels[0], parcels[2])
    inbox.sent = outbox.requests
    assert inbox.gap == "its lines 2 to 3 never came; it sent 6 requests, and 4 are recorded"


def test_a_parcel_that_comes_twice_counts_once():
    outbox, inbox = Outbox(), Inbox("1")
    outbox.write("exchange", **exchange(1))
    parcel = outbox.parcel()
    assert len(heard(inbox, parcel, parcel)) == 1
    inbox.sent = 1
    assert inbox.gap is None


def test_a_worker_that_never_says_goodbye_leaves_a_gap():
    assert "fell silent" in (Inbox("1").gap or "")


def test_bodies_that_are_no_text_survive_the_way():
    outbox, inbox = Outbox(), Inbox("1")
    outbox.write("exchange", **exchange(1, body="\udcff"))
    assert heard(inbox, outbox.parcel())[0]["body"] == "\udcff"


def test_clocks_are_compared_by_what_is_possible():
    clock = Clock()
    assert not clock.known
    for asked, told, answered in ((10.0, 15.0, 10.4), (20.0, 25.3, 20.4)):
        clock.pinged(asked, told, answered)
    assert (round(clock.least, 3), round(clock.most, 3)) == (4.9, 5.0)
    assert round(clock.offset, 3) == 4.95


def test_a_difference_that_may_be_none_is_none():
    clock = Clock()
    clock.pinged(10.0, 10.1, 10.4)
    assert clock.offset == 0.0


def test_answers_that_contradict_each_other_widen_what_is_possible():
    clock = Clock()
    clock.pinged(10.0, 15.0, 10.1)
    clock.pinged(20.0, 21.0, 20.1)
    assert clock.torn
    assert clock.least < 1.0 <= 5.0 <= clock.most
