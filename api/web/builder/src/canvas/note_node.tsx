/// A note stuck on the canvas, and the frame around a body.
import { NodeResizer, type NodeProps } from "@xyflow/react";
import { memo, useContext, type ReactNode } from "react";
import { Icon } from "../icon";
import { BuilderContext } from "./context";
import type { BodyNode as BodyElement, NoteNode as NoteElement } from "./flow_elements";

export const NoteNode = memo(function NoteNode({ id, data, selected }: NodeProps<NoteElement>): ReactNode {
  const commands = useContext(BuilderContext)?.commands;
  const { note } = data;
  if (!commands) return <div className="note whitespace-pre-wrap">{note.text}</div>;
  return (
    <div className="note" data-note={id} data-selected={selected || undefined}>
      <NodeResizer
        isVisible={selected}
        minWidth={128}
        minHeight={80}
        onResizeEnd={(_, { x, y, width, height }) => commands.changeNote(id, { x, y, width, height })}
      />
      <textarea
        className="nodrag nowheel"
        aria-label="Note"
        placeholder="Write a note …"
        defaultValue={note.text}
        key={note.text}
        onBlur={(event) => event.target.value !== note.text && commands.changeNote(id, { text: event.target.value })}
        onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
      />
      <button type="button" className="nodrag" aria-label="Remove the note" onClick={() => commands.removeNote(id)}>
        <Icon name="x" className="size-3.5" />
      </button>
    </div>
  );
});

export const BodyNode = memo(function BodyNode({ data }: NodeProps<BodyElement>): ReactNode {
  return (
    <div className="body-frame" aria-hidden="true">
      <span>{data.words}</span>
    </div>
  );
});
