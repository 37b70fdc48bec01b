"""The only place that speaks Slack: messages out, clicks and commands in."""
