"""The secrets, read from the environment or a `.env` file and from nowhere else."""

from pathlib import Path

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Secrets(BaseSettings):
    """Every secret by the name of its environment variable; an empty one counts as absent."""

    model_config = SettingsConfigDict(env_file_encoding="utf-8", extra="ignore", env_ignore_empty=True)

    slack_bot_token: SecretStr | None = None
    slack_app_token: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    x_bearer_token: SecretStr | None = None
    x_api_key: SecretStr | None = None
    x_api_secret: SecretStr | None = None
    x_access_token: SecretStr | None = None
    x_access_secret: SecretStr | None = None
    reddit_client_id: SecretStr | None = None
    reddit_client_secret: SecretStr | None = None
    reddit_refresh_token: SecretStr | None = None
    earshot_key: SecretStr | None = None

    def value(self, name: str) -> str | None:
        """Return the bare secret named like its environment variable, or None."""
        secret: SecretStr | None = getattr(self, name.lower())
        return secret.get_secret_value().strip() if secret else None


def load_secrets(env_file: Path | None) -> Secrets:
    """Read the environment, and below it `env_file` where that exists."""
    return Secrets(_env_file=env_file)  # type: ignore[call-arg]  # pydantic-settings takes it beside the fields
