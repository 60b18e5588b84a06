from django.apps import AppConfig


class DraftingConfig(AppConfig):
    name = "gongjian.apps.drafting"
    label = "drafting"
