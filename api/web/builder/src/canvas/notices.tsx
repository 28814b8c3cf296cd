/// What is said in passing: to eyes for some seconds, to screen readers always.
import { useEffect, useState, type ReactNode } from "react";
import { useBuilderState } from "./context";

const SHOWN_FOR = 5000;

export function Notices(): ReactNode {
  const notice = useBuilderState((state) => state.notice);
  const [isShown, setIsShown] = useState(false);
  useEffect(() => {
    if (!notice.at || notice.isSpokenOnly) return undefined;
    setIsShown(true);
    const timer = setTimeout(() => setIsShown(false), SHOWN_FOR);
    return () => clearTimeout(timer);
  }, [notice]);
  return (
    <>
      <p className="sr-only" role="status" aria-live="polite" data-spoken="">
        {/* Two equal sentences in a row are two. */}
        {notice.text}
        {notice.at % 2 ? "\u00a0" : ""}
      </p>
      {isShown && !notice.isSpokenOnly && (
        <p className="pointer-events-none absolute bottom-6 left-1/2 z-20 max-w-[calc(100%-2rem)] -translate-x-1/2 rounded-field bg-neutral px-4 py-2 text-sm text-neutral-content shadow-lg" aria-hidden="true">
          {notice.text}
        </p>
      )}
    </>
  );
}
