"""The formats that a plan is read from."""
