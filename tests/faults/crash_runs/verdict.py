"""What is wrong with a platform: what was lost, what was doubled, what came in the wrong order?"""

from collections import Counter
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Verdict:
    """Sentences about what is wrong; none when all is well."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    out_of_order: list[str] = field(default_factory=list)

    def compare(self, kind: str, expected: Iterable[Hashable], found: Iterable[Hashable]) -> None:
        """What should be there and what is: bags of natural keys."""
        wanted, there = Counter(expected), Counter(found)
        self.lost += [f"{n} × {kind} {key}" for key, n in (wanted - there).items()]
        self.doubled += [f"{n} × {kind} {key}" for key, n in (there - wanted).items()]

    def once(self, kind: str, found: Iterable[Hashable]) -> None:
        """Nothing may be there twice."""
        seen = Counter(found)
        self.doubled += [f"{n - 1} × {kind} {key}" for key, n in seen.items() if n > 1]

    def without(self, known: "Verdict") -> "Verdict":
        """What was not wrong before."""
        return Verdict(
            [line for line in self.lost if line not in known.lost],
            [line for line in self.doubled if line not in known.doubled],
            [line for line in self.out_of_order if line not in known.out_of_order],
        )

    @property
    def all(self) -> list[str]:
        """Every sentence, with its kind before it."""
        return [
            *(f"lost: {line}" for line in self.lost),
            *(f"doubled: {line}" for line in self.doubled),
            *(f"out of order: {line}" for line in self.out_of_order),
        ]

    def __bool__(self) -> bool:
        return bool(self.lost or self.doubled or self.out_of_order)
