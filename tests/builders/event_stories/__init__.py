"""How every event of the catalogue comes about: small stories, told through the commands that record it, one file per part."""
