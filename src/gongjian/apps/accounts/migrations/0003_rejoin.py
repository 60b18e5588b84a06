from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_organisation'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='orggroupmember',
            name='groupmember_once',
        ),
        migrations.AddConstraint(
            model_name='orggroupmember',
            constraint=models.UniqueConstraint(fields=('group', 'org', 'since'), name='groupmember_stay'),
        ),
    ]
