# Generated from specs/okx.yaml by "make gen" (python -m generator). Do not edit.
"""Contains methods for accessing the API"""
