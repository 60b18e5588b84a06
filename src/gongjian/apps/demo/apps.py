from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "gongjian.apps.demo"
    label = "demo"
