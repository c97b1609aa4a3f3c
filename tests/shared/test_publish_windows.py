"""How a batch is cut into windows that are confirmed one after the other."""

from hypothesis import given
from hypothesis import strategies as st

from shared.messaging.rabbitmq.publisher import WINDOW_BYTES, WINDOW_MESSAGES, windows
from shared.messaging.transport import OutgoingMessage

BODIES = {size: b"x" * size for size in (0, 1, 400_000, WINDOW_BYTES // 2, 2_000_000)}
SIZES = st.lists(st.tuples(st.integers(0, 5), st.sampled_from(sorted(BODIES))))


def message(number: int, size: int = 1) -> OutgoingMessage:
    return OutgoingMessage(str(number), "made.up", BODIES[size])


@given(SIZES)
def test_nothing_is_left_out_or_moved_and_no_id_stands_twice_in_a_window(
    sizes: list[tuple[int, int]],
):
    batch = [message(number, size) for number, size in sizes]

    cut = list(windows(batch))

    assert [m for window in cut for m in window] == batch
    for window in cut:
        assert len({m.message_id for m in window}) == len(window) > 0
        assert len(window) == 1 or sum(len(m.body) for m in window) <= WINDOW_BYTES


def test_a_window_is_as_large_as_it_may_be():
    assert [len(w) for w in windows([message(n) for n in range(WINDOW_MESSAGES + 1)])] == [500, 1]
    half = WINDOW_BYTES // 2
    assert [len(w) for w in windows([message(n, half) for n in range(5)])] == [2, 2, 1]
