"""Cells as people write them, turned into values: times, quantities, services, regions, outcomes, categories."""
