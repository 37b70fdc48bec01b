"""A bot that logs at DEBUG writes no token, no post and nothing about a customer."""

from bot.views.card import CLAIM
from tests.command_line import earshot
from tests.stage import shown, stage, wait_for


def test_nothing_that_is_secret_or_personal_reaches_the_log(tmp_path):
    with stage(tmp_path) as made:
        made.secrets["EARSHOT_KEY"] = "canary-key-of-the-database"
        customers = tmp_path / "customers.csv"
        customers.write_text("id,name,email,phone,x,value\nc7,Nora Quince,nora@quince.example,+4915112345,noraq,2500\n")
        assert earshot("import", customers, "--config", made.config, secrets=made.secrets).code == 0
        with made.process("--log-level", "DEBUG") as bot:
            bot.await_event("leading")
            post = made.post("apricotcanary", author="noraq")
            card = made.card("apricotcanary")
            made.click("mia", card, CLAIM)
            wait_for(lambda: "*Claimed*" in shown(card))
            assert "Nora Quince" in made.type("mia", "/customer nora@quince.example")
            made.post("", author="lumora", text="replycanary, sorry", reply_to=post.id)
            wait_for(lambda: "*Answered*" in shown(card))
            made.sandbox.x_faults.add("revoked", times=3)
            made.sandbox.reddit_faults.add("malformed", times=3)
            made.sandbox.workspace.faults.add("internal_error", target="chat.postMessage", times=1)
            made.post("bananacanary", platform="reddit", title="titlecanary")
            bot.await_event("stream_failed")
            wait_for(lambda: made.cards("bananacanary"), seconds=90)
            made.type("gus", "/customer Nora")
            assert bot.interrupt()[0] == 0
        log = bot.log.read_text()
    assert '"event": "posted"' in log
    personal = ["canary", "Nora", "nora@", "Quince", "49151", "noraq", "by_banana"]
    leaks = [word for word in (*made.secrets.values(), *personal) if word.lower() in log.lower()]
    assert leaks == []
