/// The address at which other systems start the automation, how they prove to be genuine, and a sample of what they send.
import { useEffect, useState, type ReactNode } from "react";
import { Refusal, get, patch, post } from "../../api";
import type { Json } from "../../graph/types";
import { Icon } from "../../icon";
import { useStep } from "./step_context";

interface Door {
  url: string;
  proof: "signature" | "secret";
  header: string;
  capture_until: string | null;
  sample: Record<string, Json> | null;
  sampled_at: string | null;
  last_called_at: string | null;
  secret?: string;
}

const POLL_MS = 3000;

export function WebhookDoor(): ReactNode {
  const { automation_id, refreshSamples } = useStep();
  const [door, setDoor] = useState<Door | null>(null);
  const [secret, setSecret] = useState("");
  const [state, setState] = useState<"loading" | "closed" | "open" | "broken">("loading");
  const path = `/automations/${automation_id}/hook`;
  const isListening = Boolean(door?.capture_until && new Date(door.capture_until) > new Date());
  const take = (found: Door): void => {
    setDoor(found);
    setState("open");
    if (found.secret) setSecret(found.secret);
  };
  const fail = (error: unknown): void => setState(error instanceof Refusal && error.status === 404 ? "closed" : "broken");

  useEffect(() => {
    const ended = new AbortController();
    get<Door>(path, ended.signal)
      .then(take)
      .catch((error: unknown) => {
        if (!ended.signal.aborted) fail(error);
      });
    return () => ended.abort();
  }, [path]);
  useEffect(() => {
    if (!isListening) return;
    const sampled = door?.sampled_at;
    const timer = setInterval(() => {
      get<Door>(path)
        .then((found) => {
          setDoor(found);
          if (found.sampled_at !== sampled) refreshSamples();
        })
        .catch(() => undefined);
    }, POLL_MS);
    return () => clearInterval(timer);
  }, [isListening, path, door?.sampled_at]);

  if (state === "loading") return <div className="skeleton mb-4 h-24 w-full" role="status" aria-label="Loading the address" />;
  if (state === "broken" || !door)
    return (
      <div className="mb-4 rounded-box border border-line p-3 text-sm">
        <p className="mb-2">{state === "broken" ? "The address could not be loaded." : "This automation has no address yet."}</p>
        <button type="button" className="btn btn-sm btn-primary" onClick={() => void post<Door>(path).then(take).catch(fail)}>
          <Icon name="webhook" className="size-4" />
          {state === "broken" ? "Try again" : "Make an address"}
        </button>
      </div>
    );
  return (
    <div className="mb-4 space-y-3 rounded-box border border-line p-3 text-sm">
      <Copied label="Address" value={door.url} />
      <label className="block">
        <span className="mb-1 block text-xs text-muted">How callers prove to be genuine</span>
        <select className="select select-sm w-full" value={door.proof} onChange={(event) => void patch<Door>(path, { proof: event.target.value }).then(take).catch(fail)}>
          <option value="signature">They sign what they send</option>
          <option value="secret">They send the secret along</option>
        </select>
      </label>
      <p className="text-xs text-muted">
        In the header <code>{door.header}</code>
        {door.proof === "signature" ? ": t=seconds,v1=HMAC-SHA-256 of “t.body” with the secret." : ": the secret itself."}
      </p>
      {secret ? (
        <Copied label="Secret" value={secret} />
      ) : (
        <button type="button" className="btn btn-sm border-base-300 bg-base-100" onClick={() => void post<Door>(path).then(take).catch(fail)}>
          <Icon name="key-round" className="size-4" />
          Show the secret
        </button>
      )}
      {secret && (
        <button
          type="button"
          className="btn btn-ghost btn-xs font-normal"
          onClick={() => {
            if (confirm("Make another secret? The present one counts no more at once.")) void post<Door>(`${path}/secrets`).then(take).catch(fail);
          }}
        >
          <Icon name="refresh-cw" className="size-3.5" />
          Make another secret
        </button>
      )}
      <div className="border-t border-line pt-3" aria-live="polite">
        {isListening ? (
          <p className="flex items-center gap-2">
            <span className="loading loading-ring loading-sm" aria-hidden="true" />
            Send something to the address now. The next call is kept as a sample and starts nothing.
          </p>
        ) : (
          <button type="button" className="btn btn-sm border-base-300 bg-base-100" onClick={() => void post<Door>(`${path}/captures`).then(take).catch(fail)}>
            <Icon name="radio" className="size-4" />
            {door.sample ? "Take another sample" : "Take a sample call"}
          </button>
        )}
        {door.sample && (
          <details className="mt-2">
            <summary className="cursor-pointer text-xs text-muted">The sample call</summary>
            <pre className="mt-1 max-h-48 overflow-auto rounded-field bg-base-200/60 p-2 text-xs" tabIndex={0}>
              {JSON.stringify(door.sample["body"], null, 2)}
            </pre>
          </details>
        )}
      </div>
    </div>
  );
}

function Copied({ label, value }: { label: string; value: string }): ReactNode {
  const [isCopied, setCopied] = useState(false);
  return (
    <div>
      <span className="mb-1 block text-xs text-muted">{label}</span>
      <div className="flex gap-1.5">
        <input readOnly aria-label={label} className="input input-sm min-w-0 grow font-mono text-xs" value={value} onFocus={(event) => event.target.select()} />
        <button
          type="button"
          className="btn btn-sm btn-square border-base-300 bg-base-100"
          aria-label={`Copy ${label}`}
          onClick={() => {
            void navigator.clipboard?.writeText(value).then(() => setCopied(true));
          }}
        >
          <Icon name={isCopied ? "check" : "copy"} className="size-4" />
        </button>
      </div>
    </div>
  );
}
