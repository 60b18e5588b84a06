from django.apps import AppConfig


class CockpitConfig(AppConfig):
    name = "gongjian.apps.cockpit"
    label = "cockpit"
