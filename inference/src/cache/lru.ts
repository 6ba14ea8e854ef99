export type Lru<Value> = ReturnType<typeof createLru<Value>>;

type Limits = { entriesMax: number; bytesMax: number };

/** What was used last, within a number of entries and of bytes; what was not used for longest goes first. */
export function createLru<Value>({ entriesMax, bytesMax }: Limits) {
  // Map keeps the order of insertion: the first key is the one that was not used for longest.
  const entries = new Map<string, { value: Value; bytes: number }>();
  let heldBytes = 0;

  function remove(key: string): void {
    heldBytes -= entries.get(key)?.bytes ?? 0;
    entries.delete(key);
  }

  return {
    get(key: string): Value | undefined {
      const entry = entries.get(key);
      if (!entry) return undefined;
      entries.delete(key);
      entries.set(key, entry);
      return entry.value;
    },
    /** `bytes` is what the caller reckons that the entry takes. One that is larger than all the room is not kept. */
    set(key: string, value: Value, bytes: number): void {
      remove(key);
      if (bytes > bytesMax) return;
      entries.set(key, { value, bytes });
      heldBytes += bytes;
      for (const oldest of entries.keys()) {
        if (entries.size <= entriesMax && heldBytes <= bytesMax) break;
        remove(oldest);
      }
    },
    get size() {
      return entries.size;
    },
    get heldBytes() {
      return heldBytes;
    },
  };
}
