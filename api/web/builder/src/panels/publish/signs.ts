/// A sign, a colour and a word for what became of something.
export const SIGNS = {
  added: { icon: "circle-plus", tone: "success", word: "New" },
  changed: { icon: "pencil", tone: "warning", word: "Changed" },
  removed: { icon: "circle-minus", tone: "error", word: "Removed" },
} as const;

export type ChangeKind = keyof typeof SIGNS;
