"""A Slack workspace and social platforms on 127.0.0.1, for trying Earshot and for testing it."""
