from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "gongjian.apps.campaigns"
    label = "campaigns"

    def ready(self) -> None:
        from gongjian.apps.campaigns import jobs  # noqa: PLC0415  # after models
        from gongjian.apps.campaigns.models import (  # noqa: PLC0415
            Adoption,
            Item,
            Responsibility,
        )
        from gongjian.apps.campaigns.standing import project_items, project_parts  # noqa: PLC0415
        from gongjian.apps.ledger.book import project  # noqa: PLC0415

        project(Item, project_items)
        project(Item, project_parts)
        project(Responsibility, project_parts)
        project(Adoption, jobs.start)
