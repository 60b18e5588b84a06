from typing import Any

from django.db import migrations, models


def fill(apps: Any, _editor: Any) -> None:
    """Note which duties are parts."""
    rows = apps.get_model("campaigns", "Responsibility").objects.filter(org__isnull=False)
    others = rows.exclude(org=models.F("item__org")) | rows.filter(item__org__isnull=True)
    ids = list(others.values_list("pk", flat=True))
    for n in range(0, len(ids), 500):
        rows.filter(pk__in=ids[n : n + 500]).update(is_part=True)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_rejoin'),
        ('campaigns', '0005_sparse_indexes'),
    ]

    operations = [
        migrations.AddField(
            model_name='responsibility',
            name='is_part',
            field=models.BooleanField(default=False),
        ),
        migrations.AddIndex(
            model_name='responsibility',
            index=models.Index(condition=models.Q(('is_part', True)), fields=['campaign', 'org', 'item'], name='responsibility_part'),
        ),
        migrations.AddIndex(
            model_name="responsibility",
            index=models.Index(
                condition=models.Q(("group_id__isnull", False)),
                fields=["campaign", "group_id", "item"],
                name="responsibility_group",
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
