import { expect, test } from "vitest";
import type { AutomationDetail } from "../generated/automations";
import type { Catalogue } from "../graph/types";
import { makeSession } from "./session";

const detail = { id: "aut_1", name: "Lead", status: "draft", version: 1, published_version: 0, drawing: { nodes: [], edges: [], limits: { max_days: 4 } } } as unknown as AutomationDetail;

test("a limit that is typed letter by letter is undone at once, and apart from the other", () => {
  const session = makeSession(detail, { actions: [], events: [], nodes: {}, limits: {} } as unknown as Catalogue);
  session.dispatch({ kind: "set_limits", limits: { max_days: 40 } });
  session.dispatch({ kind: "set_limits", limits: { max_days: 400 } });
  session.dispatch({ kind: "set_limits", limits: { max_days: 400, max_steps: 20 } });

  session.undo();
  expect(session.get().drawing.limits).toEqual({ max_days: 400 });
  session.undo();
  expect(session.get().drawing.limits).toEqual({ max_days: 4 });
});
