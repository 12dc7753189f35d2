"""Conditions that cannot hold together. Says so only when it is certain; knows no rule sets and no diagnostics."""

from dsl.reasoning.parts import Part
from dsl.reasoning.search import conflict, contradictory, implied

__all__ = ["Part", "conflict", "contradictory", "implied"]
