"""What does a journey start from? An empty platform of its own, in either mode."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.distributed_world import DistributedWorld
from tests.support.worlds import World


@pytest.fixture(params=["embedded", "distributed"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World | DistributedWorld]:
    """An empty platform in the June in which the plan of Bình Định was issued."""
    data = tmp_path / "var"
    settings = {"CCHC_SAMPLE": "0", "CCHC_CLOCK": "2023-06-19T09:00:00+07:00"}
    started: World | DistributedWorld
    if request.param == "embedded":
        started = World(data, **settings)
    else:
        started = DistributedWorld(data, request.getfixturevalue("servers"), **settings)
    with started:
        started.wait_ready()
        yield started
