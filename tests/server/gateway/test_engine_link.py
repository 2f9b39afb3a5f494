"""Where sessions are played, and what an engine is told of who is here."""

from collections import Counter

from server.gateway.audience import Audience
from server.gateway.engine_link import Uplink, place_of
from server.pipe.bus import Attend, Create, Presence
from tests.server.gateway.test_audience import Seen


class Heard(Uplink):
    """An engine's line that keeps what was sent, and refuses it while `full`."""

    def __init__(self) -> None:
        super().__init__()
        self.news: list[object] = []
        self.full = False

    def send(self, up: object) -> bool:
        if not self.full:
            self.news.append(up)
        return not self.full


def test_sessions_are_spread_over_the_engines_and_stay_where_they_are() -> None:
    places = [place_of(f"lecture{number}", 4) for number in range(400)]
    assert places == [place_of(f"lecture{number}", 4) for number in range(400)]
    assert set(Counter(places)) == {0, 1, 2, 3}
    assert min(Counter(places).values()) > 60
    assert place_of("lecture2", 1) == 0


def test_who_comes_is_told_once_in_order_and_who_goes_with_the_beat() -> None:
    room, line, ada, emmy = Audience("r", "lecture2"), Heard(), Seen(1, seat="z"), Seen(2, seat="a")
    room.enter(ada.viewer)
    room.enter(emmy.viewer)
    assert line.tell(room)
    assert line.news == [
        Create("r", "lecture2"),
        Presence("r", ("a", "z")),
        Attend("r", "z", "", True),
        Attend("r", "a", "", True),
    ]
    line.news.clear()
    assert line.tell(room)
    room.leave(ada.viewer, 1.0)
    assert line.tell(room)
    assert line.news == []
    line.tell(room, departures=True)
    assert line.news == [Attend("r", "z", "", False)]


def test_what_a_full_pipe_refuses_is_told_again() -> None:
    room, line, ada, emmy = Audience("r", None), Heard(), Seen(1, seat="ada"), Seen(2, seat="emmy")
    line.tell(room)
    line.full = True
    room.enter(ada.viewer)
    room.enter(emmy.viewer)
    line.tell(room)
    room.leave(emmy.viewer, 1.0)
    line.full = False
    line.news.clear()
    line.tell(room)
    assert line.news == [Attend("r", "ada", "", True)], "who has gone again was never here"


def test_an_uplink_without_an_engine_takes_nothing() -> None:
    line = Uplink()
    assert not line.tell(Audience("r", None))
    assert (line.frame().ready, line.frame().generation) == (False, 0)
