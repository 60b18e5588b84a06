"""What orgs and people are told: the inbox. Outbox and channels come with delivery."""
