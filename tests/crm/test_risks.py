from dataclasses import replace

import pytest

from crm.risks import risks_of
from domain.case import CustomerSummary
from domain.reply import ReplyPolicy, RiskKind
from tests.bot import files
from tests.builders import guess, predictions

ALL = ReplyPolicy(approve=frozenset(RiskKind), sites=("lumora.example",))


def file(*, switching="none", unsure=False, **changes):
    said = predictions("negative", switching, unsure=unsure)
    return files.file(files.seen(predictions=said), author=files.jane(followers=100), **changes)


def kinds(text, one=None, policy=ALL):
    return [risk.kind.value for risk in risks_of(text, one or file(), policy)]


def test_a_plain_answer_to_a_plain_complaint_is_not_risky():
    assert kinds("Sorry, we look into it.") == []


@pytest.mark.parametrize(
    ("label", "unsure", "risky"),
    [("leaving", False, True), ("considering_joining", False, True), ("leaving", True, False), ("none", False, False)],
)
def test_a_sure_switching_intent_is_a_risk(label, unsure, risky):
    assert kinds("Sorry.", file(switching=label, unsure=unsure)) == (["switching"] if risky else [])


def test_a_correction_by_a_person_counts():
    said = predictions("negative", "leaving")
    corrected = replace(said, items=(guess("switching", "none", by="U0MIA"),))
    assert kinds("Sorry.", files.file(files.seen(predictions=corrected), author=files.jane(followers=0))) == []


@pytest.mark.parametrize(("followers", "risky"), [(9_999, False), (10_000, True), (None, False)])
def test_reach_counts_from_its_figure_on(followers, risky):
    one = replace(file(), author=files.jane(followers=followers))
    assert kinds("Sorry.", one) == (["reach"] if risky else [])


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("You get a REFUND tomorrow.", "refund"),
        ("Under gdpr we may not.", "GDPR"),
        ("It is about data  protection.", "data protection"),
        ("Ask your lawyer; we guarantee nothing.", "lawyer, guarantee"),
        ("We pursue every issue.", None),
        ("Refundable tickets suede shoes", None),
        ("Eine Erstattung ist möglich", "Erstattung"),
    ],
)
def test_legal_words_count_whole_and_in_any_case(text, found):
    risks = risks_of(text, file(), ALL)
    assert [risk.detail for risk in risks] == ([found] if found else [])


def test_the_settings_may_name_other_legal_words():
    policy = replace(ALL, legal_words=("voucher",))
    assert kinds("A refund or a Voucher!", policy=policy) == ["legal"]
    assert kinds("A refund!", policy=policy) == []


def test_a_customer_of_high_value_is_a_risk():
    one = file(customer=CustomerSummary("c", "supplied", "high", 0))
    assert kinds("Sorry.", one) == ["value"]


@pytest.mark.parametrize(
    ("text", "site"),
    [
        ("See https://lumora.example/help and help.lumora.example/x", None),
        ("See https://www.lumora.example", None),
        ("See https://evil.example/lumora.example", "evil.example"),
        ("See https://lumora.example@evil.example", "evil.example"),
        ("See notlumora.example/x", "notlumora.example"),
        ("See www.evil.example", "evil.example"),
        ("at 10.30 or 3.5 stars. Sorry.", None),
    ],
)
def test_a_link_to_a_site_that_the_settings_do_not_name_is_a_risk(text, site):
    risks = risks_of(text, file(), ALL)
    assert [risk.detail for risk in risks] == ([site] if site else [])


def test_only_what_the_settings_ask_about_is_a_risk():
    assert kinds("A refund: https://evil.example", policy=ReplyPolicy(approve=frozenset())) == []
