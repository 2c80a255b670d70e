"""Times in turn: A B C, A B C, ... in one process, so that a busy machine is busy for all of them."""

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass
class Taken:
    """What one contestant took, round by round, and what it answered last."""

    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    answer: object = None

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)

    def ratio(self, base: "Taken") -> float:
        """The median, over the rounds, of this one's time to the base's in the same round: what slows a round slows both."""
        return statistics.median(a / b for a, b in zip(self.seconds, base.seconds, strict=True))

    def processor_ratio(self, base: "Taken") -> float:
        """The same of processor seconds, all threads together, which other programs on the machine disturb less."""
        return statistics.median(a / b for a, b in zip(self.processor, base.processor, strict=True))


def in_turn(contestants: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, Taken]:
    """So many rounds of all contestants, each round in the reverse order of the last, after one that is not measured."""
    taken = {name: Taken(answer=work()) for name, work in contestants.items()}
    for turn in range(rounds):
        for name in list(contestants)[:: -1 if turn % 2 else 1]:
            gc.collect()
            wall, processor = time.perf_counter(), time.process_time()
            taken[name].answer = contestants[name]()
            taken[name].seconds.append(time.perf_counter() - wall)
            taken[name].processor.append(time.process_time() - processor)
    return taken
