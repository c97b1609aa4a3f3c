"""What died is started again, after pauses that grow and begin anew once it ran for a while."""

from deploy.local.supervision import LONGEST_PAUSE, STEADY_SECONDS, Supervisor, last_line


class Mortal:
    """A part that dies when told."""

    name = "mortal"

    def __init__(self) -> None:
        self.alive = False
        self.launched = 0

    def launch(self) -> None:
        self.alive = True
        self.launched += 1

    def last_words(self) -> str:
        return "why"

    def end(self) -> None:
        self.alive = False


class World:
    """A supervisor with a clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 0.0
        self.said: list[tuple[str, float, str]] = []
        self.part = Mortal()
        self.supervisor = Supervisor(
            lambda *words: self.said.append(words), clock=lambda: self.now, first_pause=1.0
        )
        self.supervisor.start(self.part)

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        self.supervisor.look()


def test_a_part_that_dies_is_said_once_and_started_after_its_pause() -> None:
    world = World()
    world.part.alive = False
    world.pass_time(0)
    world.pass_time(0.9)
    assert (world.part.launched, world.said) == (1, [("mortal", 1.0, "why")])

    world.pass_time(0.2)

    assert world.part.launched == 2
    assert len(world.said) == 1


def test_the_pauses_grow_to_a_limit_and_begin_anew_after_a_steady_run() -> None:
    world = World()
    for _ in range(7):
        world.part.alive = False
        world.pass_time(0)
        world.pass_time(LONGEST_PAUSE)
    assert [pause for _, pause, _ in world.said] == [1, 2, 4, 8, 16, 30, 30]

    world.pass_time(STEADY_SECONDS + 1)
    world.part.alive = False
    world.pass_time(0)

    assert world.said[-1][1] == 1.0


def test_the_last_words_are_the_last_line_with_anything_in_it() -> None:
    assert last_line("one\ntwo\n\n  \n") == "two"
    assert last_line("") == "—"
