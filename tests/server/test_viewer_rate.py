"""The token bucket of a viewer: a burst at once, a steady rate in the long run."""

from server.rooms import BURST, RATE, Rate


def test_a_burst_is_allowed_and_then_the_rate() -> None:
    now = [100.0]
    rate = Rate(clock=lambda: now[0])
    assert sum(rate.allows() for _ in range(200)) == BURST
    now[0] += 1.0
    assert sum(rate.allows() for _ in range(200)) == RATE
    now[0] += 3600.0
    assert sum(rate.allows() for _ in range(200)) == BURST
