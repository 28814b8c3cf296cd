/// How large a step is drawn, and where its ports are. The cards are made to fit these; nothing is measured.
import { portsOf, type Port } from "./ports";
import type { DrawnNode, Point } from "./types";

export const GRID = 16;
export const CARD_HEIGHT = 64;
export const PORTS_HEIGHT = 32;
const WIDTH = 256;
const PORT_WIDTH = 96;

export interface Size {
  width: number;
  height: number;
}

export function sizeOf(node: DrawnNode): Size {
  const ports = portsOf(node);
  return { width: Math.max(WIDTH, ports.length * PORT_WIDTH), height: CARD_HEIGHT + (isLabelled(ports) ? PORTS_HEIGHT : 0) };
}

/// A single usual way out needs no name.
export function isLabelled(ports: Port[]): boolean {
  return ports.length > 1 || ports.some((port) => port.kind !== "usual");
}

/// The middle of every port, from the card's left edge. A usual way out stands in the middle, so that lines run straight down;
/// its error port stands to the right.
export function portXs(ports: Port[], width: number): number[] {
  if (ports.length === 2 && ports[0]?.kind === "usual" && ports[1]?.kind === "error") return [width / 2, (width * 5) / 6];
  return ports.map((_, index) => ((index + 0.5) * width) / ports.length);
}

export function snapped({ x, y }: Point): Point {
  return { x: Math.round(x / GRID) * GRID, y: Math.round(y / GRID) * GRID };
}
