/** Keeps what was used last, bounded by number and by summed size. */
export function createLru<Value>(most: { entries: number; size: number }) {
  const entries = new Map<string, { value: Value; size: number }>();
  let size = 0;

  return {
    get(key: string): Value | undefined {
      const entry = entries.get(key);
      if (!entry) return undefined;
      entries.delete(key); // a Map keeps insertion order: first is what was used longest ago
      entries.set(key, entry);
      return entry.value;
    },

    set(key: string, value: Value, entrySize: number): void {
      size += entrySize - (entries.get(key)?.size ?? 0);
      entries.delete(key);
      entries.set(key, { value, size: entrySize });
      for (const [oldKey, old] of entries) {
        if (entries.size <= most.entries && size <= most.size) return;
        entries.delete(oldKey);
        size -= old.size;
      }
    },
  };
}
