from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "gongjian.apps.campaigns"
    label = "campaigns"

    def ready(self) -> None:
        from gongjian.apps.campaigns import jobs  # noqa: PLC0415  # after models
        from gongjian.apps.campaigns.models import Adoption, Item  # noqa: PLC0415
        from gongjian.apps.campaigns.standing import project_items  # noqa: PLC0415
        from gongjian.apps.ledger.book import project  # noqa: PLC0415

        project(Item, project_items)
        project(Adoption, jobs.start)
