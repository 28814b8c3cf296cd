/// Nearer, farther, all of it; tidy up; a note.
import { useReactFlow, useStore } from "@xyflow/react";
import type { ReactNode } from "react";
import { Icon } from "../icon";
import { useBuilder } from "./context";

export function ViewControls(): ReactNode {
  const { commands } = useBuilder();
  const flow = useReactFlow();
  const zoom = useStore((state) => Math.round(state.transform[2] * 100));
  return (
    <div className="builder-controls" role="toolbar" aria-label="View">
      <Tool words="Zoom out" icon="minus" act={() => void flow.zoomOut()} />
      <span className="figures w-11 text-center text-xs text-muted max-sm:hidden" aria-live="off">
        {zoom} %
      </span>
      <Tool words="Zoom in" icon="plus" act={() => void flow.zoomIn()} />
      <Tool words="Show all (F)" icon="scan" act={commands.fit} />
      <span className="mx-0.5 h-5 w-px bg-base-300" />
      <Tool words="Tidy up (T)" icon="network" act={commands.tidy} />
      <Tool words="Add a note (N)" icon="sticky-note" act={() => commands.addNote()} />
    </div>
  );
}

function Tool({ words, icon, act }: { words: string; icon: string; act(): void }): ReactNode {
  return (
    <button type="button" className="btn btn-ghost btn-sm btn-square" aria-label={words} title={words} onClick={act}>
      <Icon name={icon} className="size-4" />
    </button>
  );
}
