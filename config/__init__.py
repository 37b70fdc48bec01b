"""Settings: one TOML file and the secrets of the environment, as typed values."""
