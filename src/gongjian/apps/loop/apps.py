from django.apps import AppConfig


class LoopConfig(AppConfig):
    name = "gongjian.apps.loop"
    label = "loop"

    def ready(self) -> None:
        from gongjian.apps.campaigns.models import Item  # noqa: PLC0415  # after models
        from gongjian.apps.ledger.book import project  # noqa: PLC0415
        from gongjian.apps.loop.turns import project_turns  # noqa: PLC0415

        project(Item, project_turns)
