"""What is planned to go wrong: the next calls of a method, one fault each."""

import threading
from collections import defaultdict
from dataclasses import dataclass, field


@dataclass(frozen=True)
class RateLimited:
    """429 with Retry-After; nothing is done."""

    seconds: int = 1


@dataclass(frozen=True)
class Fails:
    """An HTTP status of a server in trouble; `done` says that it did what was asked before."""

    status: int = 500
    done: bool = False


@dataclass(frozen=True)
class HangsUp:
    """The connection ends without an answer; `done` as above."""

    done: bool = False


@dataclass(frozen=True)
class Slow:
    """The call is done and answered, only later."""

    seconds: float


@dataclass(frozen=True)
class Errors:
    """200 with `ok: false` and this code; nothing is done."""

    code: str


Fault = RateLimited | Fails | HangsUp | Slow | Errors


@dataclass
class Plan:
    """Used up from the front, for each method by itself. `always` stays until it is taken out."""

    next: dict[str, list[Fault]] = field(default_factory=lambda: defaultdict(list))
    always: dict[str, Fault] = field(default_factory=dict[str, Fault])
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, method: str, fault: Fault, *, times: int = 1) -> None:
        """The next `times` calls of the method, after what is planned for it already."""
        with self.lock:
            self.next[method] += [fault] * times

    def take(self, method: str) -> Fault | None:
        """The fault of this call."""
        with self.lock:
            planned = self.next.get(method)
            return planned.pop(0) if planned else self.always.get(method)
