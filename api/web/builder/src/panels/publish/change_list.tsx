/// What differs between two drawings, as a list: a sign and a word for each, never a colour alone.
import type { ReactNode } from "react";
import type { ChangesOut, FieldChangeOut, NodeChangeOut } from "../../generated/automations";
import { Icon } from "../../icon";
import type { WayNaming } from "./names";
import { SIGNS, type ChangeKind } from "./signs";
import { fieldWords, isEmpty, valueWords, type Naming } from "./words";

export function ChangeList({ changes, name, way, onSelect }: { changes: ChangesOut; name: Naming; way: WayNaming; onSelect?: (node_id: string) => void }): ReactNode {
  if (isEmpty(changes)) return <p className="text-sm text-muted">Nothing differs.</p>;
  return (
    <ul className="divide-y divide-line">
      {changes.nodes.map((change) => (
        <li key={`${change.change} ${change.node_id}`} className="py-2">
          <NodeLine change={change} name={name} onSelect={onSelect} />
        </li>
      ))}
      {changes.edges.length > 0 && (
        <li className="py-2">
          <details open={!changes.nodes.length}>
            <summary className="cursor-pointer text-sm text-muted">{changes.edges.length === 1 ? "1 line is different" : `${changes.edges.length} lines are different`}</summary>
            <ul className="mt-1 space-y-1.5">
              {changes.edges.map((edge) => (
                <li key={`${edge.change} ${edge.source} ${edge.port} ${edge.target}`} className="flex items-start gap-2 text-sm">
                  <Sign change={edge.change as ChangeKind} />
                  <span className="flex min-w-0 grow flex-wrap items-center gap-x-1.5">
                    {name(edge.source)}
                    <Icon name="arrow-right" className="size-3 text-muted" />
                    {name(edge.target)}
                    {edge.port !== "ok" && <span className="text-muted">by “{way(edge.source, edge.port)}”</span>}
                  </span>
                </li>
              ))}
            </ul>
          </details>
        </li>
      )}
      {changes.limits.length > 0 && (
        <li className="py-2">
          <div className="flex items-start gap-2 text-sm">
            <Sign change="changed" />
            <span className="font-medium">Limits of the whole automation</span>
          </div>
          <Fields fields={changes.limits} />
        </li>
      )}
    </ul>
  );
}

function NodeLine({ change, name, onSelect }: { change: NodeChangeOut; name: Naming; onSelect: ((node_id: string) => void) | undefined }): ReactNode {
  const words = change.label || name(change.node_id);
  return (
    <>
      <div className="flex items-start gap-2 text-sm">
        <Sign change={change.change as ChangeKind} />
        {onSelect && change.change !== "removed" ? (
          <button type="button" className="link-quiet min-w-0 cursor-pointer text-start font-medium wrap-anywhere" onClick={() => onSelect(change.node_id)}>
            {words}
          </button>
        ) : (
          <span className="min-w-0 font-medium wrap-anywhere">{words}</span>
        )}
      </div>
      <Fields fields={change.fields} />
    </>
  );
}

function Fields({ fields }: { fields: readonly FieldChangeOut[] }): ReactNode {
  if (!fields.length) return null;
  return (
    <dl className="ms-7 mt-1 space-y-1 text-sm">
      {fields.map(({ field, before, after }) => (
        <div key={field}>
          <dt className="text-xs text-muted">{fieldWords(field)}</dt>
          <dd className="flex flex-wrap items-baseline gap-x-2 wrap-anywhere">
            <del className="decoration-error/60">{valueWords(before)}</del>
            <Icon name="arrow-right" className="size-3 self-center text-muted" />
            <ins className="no-underline">{valueWords(after)}</ins>
          </dd>
        </div>
      ))}
    </dl>
  );
}

function Sign({ change }: { change: ChangeKind }): ReactNode {
  const { icon, tone, word } = SIGNS[change];
  return (
    <span className={`tone tone-${tone} w-24 shrink-0`}>
      <Icon name={icon} className="size-3.5" />
      {word}
    </span>
  );
}
