/// The address of an automation that another system starts, and the secret that signs what it sends.
import type { ReactNode } from "react";
import { Icon } from "../../icon";

export function WebhookDoor(): ReactNode {
  return (
    <p className="mb-4 flex items-start gap-1.5 text-sm text-muted">
      <Icon name="webhook" className="mt-0.5 size-4" />
      The address and its secret are shown once the automation is published.
    </p>
  );
}
