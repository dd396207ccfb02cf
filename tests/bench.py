"""`make bench`: speed beside something named, measured in the same run. Nothing here is asserted."""

from __future__ import annotations

from tests import bench_business_time, bench_console, bench_webhook

if __name__ == "__main__":
    bench_business_time.run()
    bench_webhook.run()
    bench_console.run()
