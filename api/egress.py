"""Where addresses that people typed in may lead. One policy for calendars, automations and every test button."""

from dataclasses import replace

from api.gateways.egress import EgressPolicy
from models.settings import Settings


def egress_policy(settings: Settings, *, total_seconds: float | None = None, max_bytes: int | None = None) -> EgressPolicy:
    """The installation's policy; the operator alone can widen it, by THROUGHLINE_EGRESS_ALLOW.

    total_seconds, max_bytes: tighter caps of one use; they never loosen the policy's own.
    """
    policy = EgressPolicy(allowed_networks=tuple(settings.egress_allow))
    if total_seconds is not None:
        policy = replace(policy, total_seconds=total_seconds)
    if max_bytes is not None:
        policy = replace(policy, max_bytes=min(max_bytes, policy.max_bytes))
    return policy
