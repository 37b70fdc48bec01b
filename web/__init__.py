"""The inbound HTTP: health, metrics, and whatever else is asked of Earshot from outside of Slack."""
