from typing import Any

import django.db.models.deletion
from django.db import migrations, models

# A later change of this table's columns on SQLite makes it anew: the triggers must then be made again.
SQLITE = (
    """CREATE VIRTUAL TABLE campaigns_itemgrams USING fts5(
        grams, content='campaigns_itemtext', content_rowid='id', detail='none',
        tokenize="unicode61 remove_diacritics 0")""",
    """CREATE TRIGGER campaigns_itemtext_made AFTER INSERT ON campaigns_itemtext BEGIN
        INSERT INTO campaigns_itemgrams (rowid, grams) VALUES (new.id, new.grams); END""",
    """CREATE TRIGGER campaigns_itemtext_gone AFTER DELETE ON campaigns_itemtext BEGIN
        INSERT INTO campaigns_itemgrams (campaigns_itemgrams, rowid, grams)
        VALUES ('delete', old.id, old.grams); END""",
    """CREATE TRIGGER campaigns_itemtext_changed AFTER UPDATE ON campaigns_itemtext BEGIN
        INSERT INTO campaigns_itemgrams (campaigns_itemgrams, rowid, grams)
        VALUES ('delete', old.id, old.grams);
        INSERT INTO campaigns_itemgrams (rowid, grams) VALUES (new.id, new.grams); END""",
)
POSTGRESQL = (
    """ALTER TABLE campaigns_itemtext ADD COLUMN lexemes tsvector
        GENERATED ALWAYS AS (array_to_tsvector(string_to_array(grams, ' '))) STORED""",
    "CREATE INDEX itemtext_lexemes ON campaigns_itemtext USING gin (lexemes)",
)
CHUNK = 1000


def make_index(_apps: Any, editor: Any) -> None:
    for statement in SQLITE if editor.connection.vendor == "sqlite" else POSTGRESQL:
        editor.execute(statement)


def drop_index(_apps: Any, editor: Any) -> None:
    if editor.connection.vendor == "sqlite":
        for name in ("made", "gone", "changed"):
            editor.execute(f"DROP TRIGGER campaigns_itemtext_{name}")
        editor.execute("DROP TABLE campaigns_itemgrams")


def fill(apps: Any, _editor: Any) -> None:
    """Write the texts of the items that are there."""
    from gongjian.apps.campaigns.searching import indexed, text_of
    from gongjian.playbooks.load import load_text

    Item, ItemText = (apps.get_model("campaigns", n) for n in ("Item", "ItemText"))
    versions = apps.get_model("campaigns", "PlaybookVersion").objects.filter(in_force=True)
    for version in versions:
        playbook = load_text(version.text)
        rows = Item.objects.filter(campaign=version.campaign_id).select_related("register")
        made = []
        for item in rows.iterator(chunk_size=CHUNK):
            text = text_of(playbook.register(item.register.key), item.code, item.title, item.fields)
            grams = indexed(item.register_id, text)
            known = {"campaign_id": item.campaign_id, "item": item, "code": item.code}
            made.append(ItemText(text=text, grams=grams, **known))
            if len(made) == CHUNK:
                ItemText.objects.bulk_create(made)
                made = []
        ItemText.objects.bulk_create(made)


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_rejoin'),
        ('campaigns', '0003_case_key'),
        ('papers', '0002_scan'),
    ]

    operations = [
        migrations.CreateModel(
            name='ItemText',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=32)),
                ('text', models.TextField()),
                ('grams', models.TextField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.AddIndex(
            model_name='item',
            index=models.Index(fields=['campaign', 'register', 'code'], name='item_register'),
        ),
        migrations.AddIndex(
            model_name='item',
            index=models.Index(fields=['campaign', 'register', 'due', 'code'], name='item_register_due'),
        ),
        migrations.AddIndex(
            model_name='item',
            index=models.Index(fields=['campaign', 'register', 'state', 'due', 'code'], name='item_register_state'),
        ),
        migrations.AddIndex(
            model_name='item',
            index=models.Index(fields=['campaign', 'register', 'light', 'code'], name='item_register_light'),
        ),
        migrations.AddIndex(
            model_name='item',
            index=models.Index(fields=['campaign', 'register', 'org', 'code'], name='item_register_org'),
        ),
        migrations.AddField(
            model_name='itemtext',
            name='campaign',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='campaigns.campaign'),
        ),
        migrations.AddField(
            model_name='itemtext',
            name='item',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='text', to='campaigns.item'),
        ),
        migrations.RunPython(make_index, drop_index),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
