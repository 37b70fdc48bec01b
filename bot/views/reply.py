"""The form in which a public reply is written: the post, templates, the text, and exactly what will be sent."""

from collections.abc import Sequence

from slack_sdk.models.blocks import (
    Block,
    InputBlock,
    InteractiveElement,
    Option,
    OptionGroup,
    PlainTextInputElement,
    SectionBlock,
    StaticSelectElement,
)
from slack_sdk.models.views import View

from bot.escaping import link, units, web_url
from bot.views.elements import (
    SECTION_LIMIT,
    button,
    buttons,
    byline,
    escaped_exactly,
    exact_blocks,
    handle,
    inline,
    label,
    line,
    paragraphs,
    platform_name,
    quoted,
    said,
    small,
    when,
    words,
)
from bot.views.fields import typeable
from bot.views.modal import modal
from bot.views.refusal import refusal_words
from domain.mention import MentionId
from domain.reply import ReplyTemplate, Risk, RiskKind
from flows.drafting import Sheet

REPLY_FORM = "reply_form"
TEMPLATE, PREVIEW, OUTSIDE = "reply_template", "reply_preview", "reply_outside"
TEXT = "reply_text"
"""Begins the block id of the text; what follows is new for each text that we put there, as Slack keeps what was typed
into a block that it knows."""

LONGEST_TEXT = 3000
"""https://docs.slack.dev/reference/block-kit/block-elements/plain-text-input-element"""

_SHOWABLE = 9000
"""A text that grows longer than this by Slack's escaping cannot be shown in one message."""

_RISKS = {
    RiskKind.SWITCHING: "the author talks about switching",
    RiskKind.REACH: "many people follow the author",
    RiskKind.LEGAL: "it holds legal words",
    RiskKind.VALUE: "the customer is worth much to us",
    RiskKind.LINK: "it leads to a site that is not on our list",
}
_LANGUAGES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "nl": "Dutch"}
_GROUPS, _OPTIONS = 100, 100


def reply_view(sheet: Sheet, *, fill: str, previewed: bool = False) -> View:
    """Show the form. `fill` names the text's block anew whenever the text is not what was typed there."""
    platform = platform_name(sheet.file.case.platform)
    subject = _subject(sheet, sheet.template)
    blocks: list[Block] = [*_post(sheet), *_where(sheet, platform)]
    if sheet.trouble:
        blocks.append(line(f"⛔ {refusal_words(sheet.trouble)}"))
    blocks += [*_template_row(sheet, fill), _text_input(sheet, fill)]
    row: list[InteractiveElement] = [button("Preview", action_id=PREVIEW, value=subject)]
    if not sheet.permit.may_send:
        row += _open_outside(sheet, platform)
    blocks += buttons(row)
    blocks += _preview(sheet) if previewed else _promise(sheet)
    submit = ("Ask for approval" if sheet.risks else "Send") if sheet.permit.may_send else "Show for copying"
    view = modal(f"Reply on {platform}", blocks, callback_id=REPLY_FORM, subject=subject, submit=submit)
    view.notify_on_close = True
    return view


def copy_view(sheet: Sheet) -> View:
    """Show a text that a person takes to the platform herself."""
    platform = platform_name(sheet.file.case.platform)
    told = (
        f"Copy the text, open the post and answer there. Earshot finds your answer on {platform} and stops the clock."
    )
    row = _open_outside(sheet, platform)
    return modal(f"Reply on {platform}", [line(told), *_copyable(sheet.text), *buttons(row)])


def handed_in_words(sheet: Sheet) -> str:
    """Say what becomes of a reply that was handed in."""
    platform = platform_name(sheet.file.case.platform)
    if sheet.risks:
        reasons = "; ".join(risk_words(risk) for risk in sheet.risks)
        return f"✋ Your reply waits for an approval, because {reasons}. The request is in the card's thread."
    return f"📤 Your reply is on its way to {platform}. The card shows when it is public."


def risk_words(risk: Risk) -> str:
    """Say a risk with what makes it one."""
    detail = f"{risk.detail} followers" if risk.kind is RiskKind.REACH else risk.detail
    return f"{_RISKS[risk.kind]} ({inline(detail, limit=200)})"


def read_subject(subject: str) -> tuple[str, MentionId, str | None]:
    """Read case, post and template from a value or from private metadata."""
    case_id, mention_id, template = subject.split("|", 2)
    return case_id, MentionId(mention_id), template or None


def text_fault(text: str) -> str | None:
    """Say what is wrong with a text by itself, as far as Slack is concerned."""
    if not text.strip():
        return "Write a text."
    if len(escaped_exactly(text)) > _SHOWABLE:
        return "There are too many of the characters &, < and > in it to be shown exactly."
    return None


def _post(sheet: Sheet) -> list[Block]:
    post = sheet.post
    facts = [when(post.posted_at), link(post.url, "open post")]
    author = said(byline(post.author), limit=300, empty="(unknown author)")
    return [quoted(post.text, limit=1500, lines=15), small(author, words(" · ".join(facts)))]


def _where(sheet: Sheet, platform: str) -> list[Block]:
    reason = inline(sheet.permit.reason, limit=400)
    if not sheet.permit.may_send:
        return [line(f"🔒 *It cannot be sent from here.* {reason}")]
    account = f" as *{inline(handle(sheet.file.case.platform, sheet.account))}*" if sheet.account else ""
    return [small(words(f"Goes to {platform}{account}. {reason}"))]


def _template_row(sheet: Sheet, fill: str) -> list[Block]:
    """Offer the templates, those in the post's language first."""
    if not sheet.templates:
        return []
    groups: dict[str, list[ReplyTemplate]] = {}
    language = sheet.post.language or "en"
    for template in sorted(sheet.templates, key=lambda t: (t.language != language, t.language, t.purpose)):
        name = _LANGUAGES.get(template.language, template.language)
        groups.setdefault(f"{name} · {template.purpose}", []).append(template)
    shown = {title: some[:_OPTIONS] for title, some in list(groups.items())[:_GROUPS]}
    options = {
        t.id: Option(text=label(t.title, limit=75), value=_subject(sheet, t.id))
        for some in shown.values()
        for t in some
    }
    picker = StaticSelectElement(
        placeholder=label("Start from a template"),
        action_id=TEMPLATE,
        option_groups=[
            OptionGroup(label=label(title, limit=75), options=[options[t.id] for t in some])
            for title, some in shown.items()
        ],
        initial_option=options.get(sheet.template or ""),
    )
    (row,) = buttons([picker])
    row.block_id = f"{TEMPLATE}_{fill}"
    return [row]


def _text_input(sheet: Sheet, fill: str) -> InputBlock:
    field = PlainTextInputElement(
        action_id=TEXT,
        multiline=True,
        max_length=LONGEST_TEXT,
        initial_value=typeable(sheet.text, limit=LONGEST_TEXT) or None,
        placeholder=label("What everybody will read"),
    )
    return InputBlock(block_id=f"{TEXT}_{fill}", label=label("Your reply"), element=field)


def _promise(sheet: Sheet) -> list[Block]:
    lines = [f"⚠️ {inline(fault, limit=400)}" for fault in sheet.faults if sheet.text]
    return [*paragraphs(lines), small(words(_what_follows(sheet)))]


def _preview(sheet: Sheet) -> list[Block]:
    """Show the text exactly as it would be sent, how long it is, and what speaks against it."""
    counted = f"{sheet.length:,} of {sheet.limit:,}" if sheet.limit else f"{len(sheet.text):,}"
    blocks: list[Block] = [line(f"*Exactly this* ({counted} characters):"), *exact_blocks(sheet.text)]
    lines = [f"⚠️ {inline(fault, limit=400)}" for fault in sheet.faults]
    lines += [f"✋ An approval is needed: {risk_words(risk)}." for risk in sheet.risks if sheet.permit.may_send]
    return [*blocks, *paragraphs(lines), small(words(_what_follows(sheet)))]


def _what_follows(sheet: Sheet) -> str:
    if not sheet.permit.may_send:
        return "You answer on the platform yourself; here you can prepare the text."
    if sheet.risks:
        return "Somebody else must approve it; then it is sent as it is, without another click."
    return "It is sent at once, and can be seen by everybody."


def _open_outside(sheet: Sheet, platform: str) -> list[InteractiveElement]:
    url = web_url(sheet.post.url)
    if url is None:
        return []
    element = button(f"Open on {platform}", action_id=OUTSIDE, value=_subject(sheet, None), style="primary")
    element.url = url
    return [element]


def _copyable(text: str) -> list[Block]:
    """Put a text into a block that Slack lets people copy from; one that would end it, or links, stands as it is."""
    code = f"```\n{escaped_exactly(text)}\n```"
    if "```" in text or "://" in text or units(code) > SECTION_LIMIT:
        return exact_blocks(text)
    return [SectionBlock(text=words(code))]


def _subject(sheet: Sheet, template: str | None) -> str:
    return f"{sheet.file.case.id}|{sheet.post.id}|{template or ''}"


def find_text(fields: Sequence[str]) -> str:
    """Return the block id of the text among those of a form."""
    return next((block for block in fields if block.startswith(f"{TEXT}_")), f"{TEXT}_")
