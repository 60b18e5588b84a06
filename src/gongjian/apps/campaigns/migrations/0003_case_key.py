import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('campaigns', '0002_registers'),
    ]

    operations = [
        migrations.AlterField(
            model_name='casekey',
            name='item',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='case_key', serialize=False, to='campaigns.item'),
        ),
    ]
