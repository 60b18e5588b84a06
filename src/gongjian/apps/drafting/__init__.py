"""Drafts (草稿) read out of papers, corrected and confirmed by a person."""
