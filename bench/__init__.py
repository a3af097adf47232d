"""Benchmarks: the desk and the hub beside what people use today. Never run as tests; see `python -m bench`."""
