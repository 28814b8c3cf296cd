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

/// The middle of a port, from the card's left edge.
export function portX(index: number, count: number, width: number): number {
  return ((index + 0.5) * width) / count;
}

export function snapped({ x, y }: Point): Point {
  return { x: Math.round(x / GRID) * GRID, y: Math.round(y / GRID) * GRID };
}
