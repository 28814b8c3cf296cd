"""The builder and the product speak of the same kinds, ports and answers."""

from api.web.builder_types import TARGET, typescript


def test_the_builders_words_are_the_products():
    assert TARGET.read_text() == typescript(), "run `python -m api.web.builder_types`"
