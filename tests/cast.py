"""The people of our tests, seeds and manual: a two-person studio and its three clients."""

STUDIO = "Atelier Nord"
OWNER = ("Mara Lindqvist", "mara@atelier-nord.example")
MEMBER = ("Jonas Weber", "jonas@atelier-nord.example")
ADA = ("Ada Byron", "ada@byron-mills.example", "Byron Mills")
"""Signs slowly."""
GRACE = ("Grace Okafor", "grace@okafor.example", "Okafor & Daughters")
"""Pays late."""
TOMAS = ("Tomás Rey", "tomas@reyvinos.example", "Rey Vinos")
"""Disputes."""
