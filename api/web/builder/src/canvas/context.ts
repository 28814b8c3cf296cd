/// What the parts of the builder share.
import { createContext, useContext } from "react";
import type { Spot } from "../graph/insertions";
import type { Commands } from "./commands";
import type { PageData } from "./page_data";
import type { Saver } from "./saving";
import { useSession, type Session, type SessionState } from "./session";

/// What is open over the canvas; nothing of it keeps anybody from drawing on.
export type Popover =
  | { kind: "add"; spot: Spot; x: number; y: number }
  | { kind: "connect"; node_id: string }
  | { kind: "problems" }
  | { kind: "keys" }
  | null;

export interface Builder {
  session: Session;
  commands: Commands;
  saver: Saver;
  page: PageData;
  popover: Popover;
  setPopover(popover: Popover): void;
}

export const BuilderContext = createContext<Builder | null>(null);

export function useBuilder(): Builder {
  const builder = useContext(BuilderContext);
  if (!builder) throw new Error("outside the builder");
  return builder;
}

export function useBuilderState<T>(choose: (state: SessionState) => T): T {
  return useSession(useBuilder().session, choose);
}
