"""What the reasons of one alert cost, on our own written posts: `python -m tests.benchmarks.bench_reasons`."""

import time

import numpy as np

from crm.triage import reason_to_alert
from nlp import examples, reasons
from tests import builders

ALERTS = 200


def main():
    classify, explain = reasons.build()
    readings = [example.reading for example in examples.written()]
    post, brand = builders.mention(), builders.brand()
    alerts = [
        (reading, calling)
        for reading, said in zip(readings, classify(readings), strict=True)
        if (calling := reason_to_alert(post, said, brand=brand))
    ][:ALERTS]
    explain(*alerts[0])
    told, taken, computed = 0, [], []
    for reading, calling in alerts:
        start, started = time.monotonic(), time.process_time()
        told += bool(explain(reading, calling))
        taken.append((time.monotonic() - start) * 1000)
        computed.append((time.process_time() - started) * 1000)
    words = [len(reading.text.split()) for reading, _ in alerts]
    print(f"alerts with words that stand out  {told / len(alerts):6.0%} of {len(alerts)}")
    for name, values in (("words", words), ("ms by the clock", taken), ("ms of all cores", computed)):
        p50, p95 = np.percentile(values, (50, 95))
        print(f"{name}, p50 / p95".ljust(32), f"{p50:8.1f} / {p95:.1f}")


if __name__ == "__main__":
    main()
