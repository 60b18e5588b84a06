from django.apps import AppConfig


class LoopConfig(AppConfig):
    name = "gongjian.apps.loop"
    label = "loop"
