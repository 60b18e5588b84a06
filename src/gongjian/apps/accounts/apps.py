from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "gongjian.apps.accounts"
    label = "accounts"

    def ready(self) -> None:
        from gongjian.apps.accounts.models import Org  # noqa: PLC0415  # after models
        from gongjian.apps.accounts.reach import project_orgs  # noqa: PLC0415
        from gongjian.apps.ledger.book import project  # noqa: PLC0415

        project(Org, project_orgs)
