/// The panels beside the canvas, each loaded when it is first opened. One that is not there is not offered.
import { Component, lazy, Suspense, type ComponentType, type ReactNode } from "react";
import type { PanelName, PanelProps } from "../panels/panel";

type Module = { default: ComponentType<PanelProps> };

const found = import.meta.glob<Module>("../panels/*/index.tsx");
const shown: Partial<Record<PanelName, ComponentType<PanelProps>>> = {};
for (const [path, load] of Object.entries(found)) shown[path.split("/").at(-2) as PanelName] = lazy(load);

export const hasPanel = (name: PanelName): boolean => name in shown;

export function Panel({ name, ...props }: PanelProps & { name: PanelName }): ReactNode {
  const Shown = shown[name];
  if (!Shown) return null;
  return (
    <Guard key={name}>
      <Suspense fallback={<Loading />}>
        <Shown {...props} />
      </Suspense>
    </Guard>
  );
}

function Loading(): ReactNode {
  return (
    <div className="space-y-3 p-5" role="status" aria-label="Loading">
      {[60, 100, 85, 45].map((width) => (
        <div key={width} className="skeleton h-8 rounded-field" style={{ width: `${width}%` }} />
      ))}
    </div>
  );
}

class Guard extends Component<{ children: ReactNode }, { isBroken: boolean }> {
  override state = { isBroken: false };

  static getDerivedStateFromError(): { isBroken: boolean } {
    return { isBroken: true };
  }

  override render(): ReactNode {
    if (!this.state.isBroken) return this.props.children;
    return (
      <div className="p-5" role="alert">
        <p className="font-semibold">This panel could not be shown.</p>
        <p className="mt-1 text-sm text-muted">Your drawing is safe. Try again; if it stays so, reload the page.</p>
        <button type="button" className="btn btn-sm mt-3 border-base-300 bg-base-100" onClick={() => this.setState({ isBroken: false })}>
          Try again
        </button>
      </div>
    );
  }
}
