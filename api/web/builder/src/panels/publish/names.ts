/// What a step is called where its sign does not stand beside it.
import { lookOf, objectOf } from "../../graph/looks";
import type { Catalogue, DrawnNode } from "../../graph/types";

export function shortName(node: DrawnNode, catalogue: Catalogue): string {
  return objectOf(node, catalogue) || lookOf(node, catalogue).verb;
}
