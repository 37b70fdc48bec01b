"""The fuzzer's own test on what hypothesis draws; the fuzzer itself runs a minute in CI."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.query_target import TOKENS, texts_of, try_one


@settings(max_examples=1_000, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=80))
def test_nothing_crashes_and_nothing_is_slow(data):
    try_one(data)


def test_the_fuzzer_reaches_queries_that_can_be_read():
    places = [TOKENS.index(token) for token in ("lumora", "NEAR/2", "cancel*", "vidora")]
    assert texts_of(bytes([1, *places[:3], places[0]]))[0] == "lumora NEAR/2"
    assert try_one(bytes([1, *places[:3], *places[:3]]))
