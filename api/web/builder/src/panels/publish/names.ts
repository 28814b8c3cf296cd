/// What a step is called where its sign does not stand beside it.
import { lookOf, objectOf } from "../../graph/looks";
import { portWords, sentence } from "../../graph/ports";
import type { Catalogue, DrawnNode } from "../../graph/types";

export function shortName(node: DrawnNode, catalogue: Catalogue): string {
  return objectOf(node, catalogue) || lookOf(node, catalogue).verb;
}

/// A way out of a step in words.
export type WayNaming = (node_id: string, port: string) => string;

/// Of the steps given; of any other the port's own name. Where one is given twice, the last counts.
export function waysOf(nodes: readonly DrawnNode[]): WayNaming {
  const known = new Map(nodes.map((node) => [node.id, node]));
  return (node_id, port) => {
    const node = known.get(node_id);
    return node ? portWords(node, port) : sentence(port);
  };
}
