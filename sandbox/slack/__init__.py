"""A Slack on 127.0.0.1 for trying and testing: Web API, Socket Mode and a browser page, wire-compatible with slack_sdk.

workspace = Workspace(manifest=manifest)
mia = workspace.add_user("mia", "Mia Park")
workspace.add_channel("alerts", members=[mia])
slack = Slack(workspace)
app.add_routes(slack.routes())  # then set workspace.origin, and await slack.close() at the end
workspace.faults.add("lost_ack", target="chat.postMessage", times=1)
"""

from sandbox.slack.delivery import Timing
from sandbox.slack.limits import Limits
from sandbox.slack.server import Slack
from sandbox.slack.workspace import Channel, Message, User, Workspace

__all__ = ["Channel", "Limits", "Message", "Slack", "Timing", "User", "Workspace"]
