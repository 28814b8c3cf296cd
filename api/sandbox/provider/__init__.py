"""A payment provider for development and demonstrations: Stripe's wire protocol on loopback, test cards, no real money.

Run it as `python -m api.sandbox.provider`. It shares no state and no code path with the product, which reaches it
through the real SDK.
"""
