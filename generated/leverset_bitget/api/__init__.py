# Generated from specs/bitget.yaml by "make gen" (python -m generator). Do not edit.
"""Contains methods for accessing the API"""
