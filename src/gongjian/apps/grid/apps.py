from django.apps import AppConfig


class GridConfig(AppConfig):
    name = "gongjian.apps.grid"
    label = "grid"
