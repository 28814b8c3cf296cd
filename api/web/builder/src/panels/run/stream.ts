/// What happens to a run, as it happens: a stream, or questions again and again where streams are refused.
import { get } from "../../api";
import { makeStore, type Store } from "../../canvas/store";
import type { RunNow, StepRow } from "./facts";

export interface Watched {
  run: RunNow;
  steps: StepRow[];
  /// Whether what is shown is up to date; false while the connection is lost.
  isConnected: boolean;
}

const ASK_EVERY_MS = 5000;

export function watch(run: RunNow, steps: StepRow[]): Store<Watched> {
  const store = makeStore<Watched>({ run, steps, isConnected: true });
  if (!run.finished_at) follow(store);
  return store;
}

function follow(store: Store<Watched>): void {
  const source = new EventSource(`/api/v1/automation_runs/${store.get().run.id}/stream`);
  const heard = <T>(name: string, take: (data: T) => void): void => {
    source.addEventListener(name, (event) => take(JSON.parse((event as MessageEvent<string>).data) as T));
  };
  heard<StepRow>("step", (step) => store.set(({ steps }) => ({ steps: merged(steps, step), isConnected: true })));
  heard<RunNow>("run", (run) => store.set({ run, isConnected: true }));
  heard("over", () => source.close());
  source.addEventListener("open", () => store.set({ isConnected: true }));
  source.addEventListener("error", () => {
    store.set({ isConnected: false });
    // The browser tries again by itself, except after an answer that is no stream: too many watch already.
    if (source.readyState === EventSource.CLOSED) ask(store);
  });
  addEventListener("pagehide", () => source.close());
}

function ask(store: Store<Watched>): void {
  setTimeout(() => {
    get<RunNow & { steps: StepRow[] }>(`/automation_runs/${store.get().run.id}`)
      .then(({ steps, ...run }) => store.set({ run, steps, isConnected: true }))
      .catch(() => store.set({ isConnected: false }))
      .finally(() => {
        if (!store.get().run.finished_at) ask(store);
      });
  }, ASK_EVERY_MS);
}

/// The steps with one of them as it is now; a new one comes last, as it began last.
export function merged(steps: readonly StepRow[], now: StepRow): StepRow[] {
  const isSame = (one: StepRow): boolean => one.node_path === now.node_path && one.iteration === now.iteration;
  return steps.some(isSame) ? steps.map((one) => (isSame(one) ? now : one)) : [...steps, now];
}
