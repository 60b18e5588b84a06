from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "gongjian.apps.ledger"
    label = "ledger"
