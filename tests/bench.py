"""`make bench`: speed beside something named, measured in the same run. Nothing here is asserted."""

from __future__ import annotations

from tests import bench_business_time

if __name__ == "__main__":
    bench_business_time.run()
