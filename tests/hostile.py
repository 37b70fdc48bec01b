"""What strangers write to break a chat bot."""

PINGS = [
    "<!channel>", "<!here>", "<!everyone>", "<!here|here>", "<@U0123456789>", "<@W0123456789|boss>",
    "<!subteam^S0123456789>", "<!subteam^S0123456789|@admins>", "<#C0123456789>", "<#C0123456789|general>",
    "< !channel >", "<<!channel>>", "<!channel", "!channel>", "<\n!channel>", "<\u200b!channel>",
    "@channel @here @everyone",
    "&lt;!channel&gt;", "&amp;lt;!channel&amp;gt;", "&#60;!channel&#62;", "&LT;!channel&GT;",
    "\\<!channel\\>", "＜!channel＞",
    "<!date^1392734382^Posted {date_num}|never>", "<!date^0^^https://evil.example^x|y>", "<!unknown|fallback>",
]  # fmt: skip

LINKS = [
    "<https://evil.example>", "<https://evil.example|https://bank.example>", "<mailto:a@evil.example|write us>",
    "<tel:123|call>", "<javascript:alert(1)|x>", "<slack://open?team=T1>", "https://evil.example/<!here>",
    "http://evil.example?a=1&b=2", "ftp://evil.example", "[a](https://evil.example)", "evil.example/login",
    "https://bank.example@evil.example", "<https://evil.example|a|b>", "file:///etc/passwd",
]  # fmt: skip

FORMATS = [
    "*bold*", "_italic_", "~strike~", "`code`", "```block```", "``````", "> quote", ">>> quote\neverything",
    "* item\n* item", "1. one", "*_~`all`~_*", ":smile: :rotating_light: :+1::skin-tone-2:", "&",
    "&&&&", "<", ">", "<>",
    "# heading", "---", "| a | b |", "*", "_", "`", "\\*", "'; DROP TABLE mentions; --", "{{7*7}} ${7*7} %s %n",
]  # fmt: skip

HIDDEN = [
    "\u202egnp.exe", "\u2066hidden\u2069", "\u061cx\u200e\u200f",
    "zero\u200bwidth\u2060joiner\ufeff", "soft\u00adhyphen",
    "null\x00byte", "bell\x07 esc\x1b[31mred", "\x85next\x0bline\x0cfeed",
    "line\u2028sep\u2029para", "\ud800 lone surrogate",
    "tag\U000e0068\U000e0069", "\u3164", "\uffa0\u115f", "\u2800\u2800", "", " ", "\n\n\n\n", "\t\t", "\r\rover",
    "Z" + "\u0335\u0322\u0489" * 60, "\u0301" * 300, "\u200d" * 500, "\ufdfd" * 80,
    "👩‍👩‍👧‍👦🏴󠁧󠁢󠁥󠁮󠁧󠁿" * 50, "مرحبا <!here> שלום",
]  # fmt: skip

HUGE = [
    "A" * 100_000,
    "<!channel>" * 5_000,
    "&" * 50_000,
    "\n" * 20_000 + "x",
    "a\n" * 10_000,
    "😀" * 20_000,
    "* " * 9_000,
]

HOSTILE = PINGS + LINKS + FORMATS + HIDDEN + HUGE
