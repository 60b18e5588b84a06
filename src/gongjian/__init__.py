"""Gongjian (攻坚): software for running time-bound delivery campaigns."""
