"""Every view function of the bot over generated arguments; one that is missing here fails the tests."""

from tests.bot.generated.answered import ANSWERS
from tests.bot.generated.drawn import Drawn
from tests.bot.generated.posted import MESSAGES
from tests.bot.generated.windows import WINDOWS

VIEWS: dict[str, Drawn] = MESSAGES | ANSWERS | WINDOWS
