/// Text with places for values, `Hi {{ trigger.contact.name | first_name }}`, in pieces and back, letter for letter.

export interface Place {
  kind: "place";
  path: string;
  filters: { name: string; argument: string | null }[];
  /// As it stands in the text, so that what is not touched stays as it was written.
  source: string;
}

export type Piece = { kind: "text"; text: string } | Place;

const PLACE = /\{\{([^{}]{1,400})\}\}/g;
const ARGUMENT = String.raw`(?:'[^']*'|"[^"]*"|[\w.-]+)`;
const INSIDE = new RegExp(String.raw`^\s*([\w.-]+)\s*((?:\|\s*[a-z_]+\s*(?::\s*${ARGUMENT}\s*)?)*)$`);
const FILTER = new RegExp(String.raw`\|\s*([a-z_]+)\s*(?::\s*(${ARGUMENT}))?\s*`, "g");

/// The filters that a place can be given, with what they do in words. `argument` says what stands behind the colon.
export const FILTERS: readonly { name: string; label: string; types: readonly string[]; argument?: string }[] = [
  { name: "first_name", label: "First name only", types: ["string"] },
  { name: "date", label: "As a date", types: ["string"] },
  { name: "datetime", label: "As date and time", types: ["string"] },
  { name: "time", label: "As a time", types: ["string"] },
  { name: "money", label: "As an amount of money", types: ["number", "object"], argument: "currency" },
  { name: "number", label: "With thousands separators", types: ["number"] },
  { name: "upper", label: "In capitals", types: ["string"] },
  { name: "lower", label: "In small letters", types: ["string"] },
  { name: "title", label: "Each Word Capitalised", types: ["string"] },
  { name: "truncate", label: "Shortened", types: ["string"], argument: "length" },
];

export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(PLACE)) {
    const place = placeOf(match[0]);
    if (!place) continue;
    if (match.index > end) pieces.push({ kind: "text", text: text.slice(end, match.index) });
    pieces.push(place);
    end = match.index + match[0].length;
  }
  if (end < text.length) pieces.push({ kind: "text", text: text.slice(end) });
  return pieces;
}

export function textOf(pieces: Piece[]): string {
  return pieces.map((piece) => (piece.kind === "text" ? piece.text : piece.source)).join("");
}

/// The place that a source such as `{{ path | filter }}` is; null when it is none.
export function placeOf(source: string): Place | null {
  const match = INSIDE.exec(source.replace(/^\{\{|\}\}$/g, ""));
  const path = match?.[1];
  if (!path || path.split(".").some((segment) => !/^[\w-]+$/.test(segment))) return null;
  const filters = [...(match[2] ?? "").matchAll(FILTER)].map((found) => ({ name: found[1] ?? "", argument: found[2] ?? null }));
  return { kind: "place", path, filters, source };
}

export function madePlace(path: string, filters: Place["filters"] = []): Place {
  const said = filters.map(({ name, argument }) => ` | ${name}${argument === null ? "" : `:${argument}`}`).join("");
  return { kind: "place", path, filters, source: `{{ ${path}${said} }}` };
}

/// What is shown when the value is missing; null when the text says nothing about it.
export function fallbackOf(place: Place): string | null {
  const argument = place.filters.find(({ name }) => name === "default")?.argument;
  if (argument === undefined) return null;
  return (argument ?? "").replace(/^(['"])(.*)\1$/, "$2");
}

/// The place with another format and fallback. A fallback cannot hold single quotes and double quotes at once: then the double ones go.
export function formatted(place: Place, filter: string, argument: string, fallback: string | null): Place {
  const kept = place.filters.filter(({ name }) => name !== "default" && !FILTERS.some((known) => known.name === name));
  const chosen = filter ? [{ name: filter, argument: argument || null }] : [];
  const usual = fallback === null ? [] : [{ name: "default", argument: quoted(fallback) }];
  return madePlace(place.path, [...kept, ...chosen, ...usual]);
}

function quoted(text: string): string {
  const clean = text.replaceAll(/[{}]/g, "");
  return clean.includes("'") ? `"${clean.replaceAll('"', "")}"` : `'${clean}'`;
}
