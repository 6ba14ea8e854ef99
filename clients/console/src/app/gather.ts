/** More than anybody looks through by eye. */
export const gatheredMost = 1_000;

/** A whole list, for what is sorted or chosen from; the first `gatheredMost` of a longer one, which `isCut` says. */
export async function gather<T>(list: AsyncIterable<T>): Promise<{ items: readonly T[]; isCut: boolean }> {
  const items: T[] = [];
  for await (const item of list) {
    if (items.length === gatheredMost) return { items, isCut: true };
    items.push(item);
  }
  return { items, isCut: false };
}
