# Generated from specs/bitget.yaml by "make gen" (python -m generator). Do not edit.
"""Contains endpoint functions for accessing the API"""
