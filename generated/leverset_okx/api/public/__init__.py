# Generated from specs/okx.yaml by "make gen" (python -m generator). Do not edit.
"""Contains endpoint functions for accessing the API"""
