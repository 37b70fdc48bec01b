"""Business rules, pure: who may do what, what deserves an alert, when an answer is due, and what the KPIs are."""
