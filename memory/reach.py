"""Knows whether the Chroma server answers, so that nobody waits for one that does not."""

import logging
import time
from collections.abc import Generator
from contextlib import contextmanager

import httpx

_log = logging.getLogger(__name__)

PAUSE = 30.0
"""Seconds that searches leave a server alone which did not answer; jobs ask it all the same."""
PATIENCE = 2.0


class VectorsBusy(Exception):
    """The vectors cannot be had now: another process has their folder open, or their server does not answer."""


class Reach:
    """One Chroma server as this process sees it. The log says once that it is gone, and once that it is back."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")
        self._away_since: float | None = None

    @property
    def away(self) -> bool:
        """Whether it failed so lately that a search does better without it."""
        return self._away_since is not None and time.monotonic() - self._away_since < PAUSE

    def probe(self) -> None:
        """Ask whether it is there; nothing of Chroma is loaded for this. Raises VectorsBusy."""
        with self.watching((httpx.HTTPError, httpx.InvalidURL)):
            answer = httpx.get(f"{self._url}/api/v2/heartbeat", timeout=PATIENCE)
            answer.raise_for_status()

    @contextmanager
    def watching(self, faults: tuple[type[Exception], ...]) -> Generator[None]:
        """Turns `faults` into VectorsBusy, with a sentence, and remembers how it ended."""
        try:
            yield
        except faults as error:
            told = f"The Chroma server at {self._url} does not answer"
            if self._away_since is None:
                _log.warning("%s (%s); search goes by words until it does", told, error)
            self._away_since = time.monotonic()
            raise VectorsBusy(f"{told}. Start it, or correct FRIDAY_CHROMA_URL.") from error
        if self._away_since is not None:
            _log.info("the Chroma server at %s answers again", self._url)
            self._away_since = None
