"""The demo firm behind every door."""

from tests.support.fixtures import demo_folder, fresh, friday, working

__all__ = ["demo_folder", "fresh", "friday", "working"]
