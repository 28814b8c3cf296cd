"""How every process reaches Temporal: one converter, one namespace."""

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

DATA_CONVERTER = pydantic_data_converter


async def connect(address: str, namespace: str, *, api_key: str = "") -> Client:
    """A client with the product's data converter. Raises RuntimeError from the SDK when the server cannot be reached."""
    return await Client.connect(
        address, namespace=namespace, data_converter=DATA_CONVERTER, api_key=api_key or None, tls=bool(api_key)
    )
