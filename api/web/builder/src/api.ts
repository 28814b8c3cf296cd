/// The product's own API, same origin, with the member's cookie.

/// An answer that is no success, with what the server says about it.
export class Refusal extends Error {
  constructor(
    readonly status: number,
    readonly title: string,
    readonly detail: string,
    /// The whole body, such as the problems of a drawing that cannot be published.
    readonly body: Record<string, unknown>,
  ) {
    super(detail || title);
  }
}

/// No answer at all.
export class Unreachable extends Error {
  constructor() {
    super("No connection to the server.");
  }
}

export const get = <T>(path: string, signal?: AbortSignal): Promise<T> => ask<T>("GET", path, undefined, signal);
export const post = <T>(path: string, body: unknown = {}, signal?: AbortSignal): Promise<T> => ask<T>("POST", path, body, signal);
export const patch = <T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> => ask<T>("PATCH", path, body, signal);
export const put = <T>(path: string, body: unknown, signal?: AbortSignal): Promise<T> => ask<T>("PUT", path, body, signal);
export const remove = (path: string, signal?: AbortSignal): Promise<void> => ask<void>("DELETE", path, undefined, signal);

/// path: below /api/v1, such as "/automations/aut_1". Rejects with Refusal, Unreachable, or the signal's AbortError.
async function ask<T>(method: string, path: string, body: unknown, signal?: AbortSignal): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const answer = await fetch(`/api/v1${path}`, {
    method,
    headers,
    credentials: "same-origin",
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  }).catch((error: unknown) => {
    throw error instanceof DOMException && error.name === "AbortError" ? error : new Unreachable();
  });
  const text = await answer.text();
  const said = parsed(text);
  if (!answer.ok) {
    const problem = (said ?? {}) as Record<string, unknown>;
    throw new Refusal(answer.status, String(problem["title"] ?? answer.statusText), String(problem["detail"] ?? ""), problem);
  }
  return said as T;
}

function parsed(text: string): unknown {
  try {
    return text ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}
