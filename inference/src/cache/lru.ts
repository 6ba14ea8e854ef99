export type Lru<Value> = ReturnType<typeof createLru<Value>>;

type Limits = { entriesMax: number; bytesMax: number };
type Entry<Value> = { value: Value; bytes: number; owner: string };
type Holding = { keys: Set<string>; bytes: number };

/**
 * What was used last, within a number of entries and of bytes. When it is full, an owner of more than half of it gives
 * way first, then what was not used for longest: nobody can push out all that others keep.
 */
export function createLru<Value>({ entriesMax, bytesMax }: Limits) {
  // Maps and sets keep the order of insertion: the first key is the one that was not used for longest.
  const entries = new Map<string, Entry<Value>>();
  const holdings = new Map<string, Holding>();
  /** Owners of more than half: one by entries, one by bytes at most. */
  const greedy = new Set<string>();
  let heldBytes = 0;

  const hasMostEntries = ({ keys }: Holding) => keys.size > entriesMax / 2;
  const hasMostBytes = ({ bytes }: Holding) => bytes > bytesMax / 2;

  function weigh(owner: string, holding: Holding): void {
    if (hasMostEntries(holding) || hasMostBytes(holding)) greedy.add(owner);
    else greedy.delete(owner);
    if (holding.keys.size === 0) holdings.delete(owner);
  }

  function remove(key: string): void {
    const entry = entries.get(key);
    if (!entry) return;
    entries.delete(key);
    heldBytes -= entry.bytes;
    const holding = holdings.get(entry.owner);
    if (!holding) return;
    holding.keys.delete(key);
    holding.bytes -= entry.bytes;
    weigh(entry.owner, holding);
  }

  function add(key: string, entry: Entry<Value>): void {
    const holding = holdings.get(entry.owner) ?? { keys: new Set(), bytes: 0 };
    holdings.set(entry.owner, holding);
    entries.set(key, entry);
    heldBytes += entry.bytes;
    holding.keys.add(key);
    holding.bytes += entry.bytes;
    weigh(entry.owner, holding);
  }

  const areTooMany = () => entries.size > entriesMax;
  const areTooLarge = () => heldBytes > bytesMax;

  function nextToGo(): string {
    for (const owner of greedy) {
      const holding = holdings.get(owner);
      if (!holding) continue;
      const isInTheWay = (areTooMany() && hasMostEntries(holding)) || (areTooLarge() && hasMostBytes(holding));
      if (isInTheWay) return firstOf(holding.keys);
    }
    return firstOf(entries.keys());
  }

  return {
    get(key: string): Value | undefined {
      const entry = entries.get(key);
      if (!entry) return undefined;
      entries.delete(key);
      entries.set(key, entry);
      const keys = holdings.get(entry.owner)?.keys;
      keys?.delete(key);
      keys?.add(key);
      return entry.value;
    },
    /** `bytes` is what the caller reckons that the entry takes. One that is larger than all the room is not kept. */
    set(key: string, value: Value, bytes: number, owner = ''): void {
      remove(key);
      if (bytes > bytesMax || entriesMax === 0) return;
      add(key, { value, bytes, owner });
      while (areTooMany() || areTooLarge()) remove(nextToGo());
    },
    get size() {
      return entries.size;
    },
    get heldBytes() {
      return heldBytes;
    },
  };
}

function firstOf(keys: Iterable<string>): string {
  for (const key of keys) return key;
  throw new Error('Nothing can be too much where there is nothing.');
}
