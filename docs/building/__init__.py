"""The documentation site: the pages of `docs/`, and what is drawn from the code, staged and built.

python -m docs.building      stage into build/docs, and build build/site with Zensical, strictly
"""
