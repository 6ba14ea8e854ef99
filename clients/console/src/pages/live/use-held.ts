import { useRef } from 'react';

export type Held<T> = {
  /** What stood there when it was held, or all there is. */
  readonly shown: readonly T[];
  /** How many came since; `isMore` where some of those are no longer kept either. */
  readonly waiting: number;
  readonly isMore: boolean;
};

/** A list that grows at its end and loses its beginning, held as it was while `heldAs` says what it is held as; null lets it go. */
export function useHeld<T extends { readonly cursor: string }>(items: readonly T[], heldAs: string | null): Held<T> {
  const held = useRef<{ as: string; items: readonly T[] } | null>(null);
  if (heldAs === null) held.current = null;
  else if (held.current?.as !== heldAs) held.current = { as: heldAs, items };
  const shown = held.current?.items ?? items;
  return { shown, ...waitingBehind(items, shown.at(-1)?.cursor) };
}

/** How many items of a list in order are behind this cursor. */
export function waitingBehind(
  items: readonly { readonly cursor: string }[],
  cursor: string | undefined,
): Omit<Held<never>, 'shown'> {
  const seen = cursor === undefined ? -1 : Number(cursor);
  let [low, high] = [0, items.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (Number(items[middle]?.cursor) <= seen) low = middle + 1;
    else high = middle;
  }
  return { waiting: items.length - low, isMore: low === 0 && items.length > 0 && cursor !== undefined };
}
