"""How every process reaches Temporal: one converter, one namespace."""

from temporalio.client import Client
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import CompositePayloadConverter, DataConverter

_ENCODINGS = tuple(PydanticPayloadConverter().converters.values())


class SharedPayloadConverter(CompositePayloadConverter):
    """Pydantic's converter with one cache of type adapters for the process.

    The SDK makes a converter for every workflow it runs; with a cache of its own, each would build the adapters of its
    payloads anew, which costs more than the rest of a short workflow.
    """

    def __init__(self) -> None:
        super().__init__(*_ENCODINGS)


DATA_CONVERTER = DataConverter(payload_converter_class=SharedPayloadConverter)


async def connect(address: str, namespace: str, *, api_key: str = "") -> Client:
    """A client with the product's data converter. Raises RuntimeError from the SDK when the server cannot be reached."""
    return await Client.connect(
        address, namespace=namespace, data_converter=DATA_CONVERTER, api_key=api_key or None, tls=bool(api_key)
    )
