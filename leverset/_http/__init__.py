"""HTTP for this library: one connection of ours, and what goes over it."""
