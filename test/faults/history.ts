/** What was asked, what was acknowledged and what each reader saw, while things broke. */
export type History = {
  /** Asked for, by an id of the asker's own. */
  sent(id: string): void;
  /** The answer arrived: from here on it must not be lost. */
  acked(id: string): void;
  /** A reader got it, in this order. */
  seen(reader: string, id: string): void;
  readonly sentIds: ReadonlySet<string>;
  readonly ackedIds: ReadonlySet<string>;
  readonly readers: ReadonlyMap<string, readonly string[]>;
};

export type Verdict = { lost: number; duplicated: number; reordered: number; details: string[] };

export function createHistory(): History {
  const sentIds = new Set<string>();
  const ackedIds = new Set<string>();
  const readers = new Map<string, string[]>();
  return {
    sent: (id) => void sentIds.add(id),
    acked: (id) => void ackedIds.add(id),
    seen(reader, id) {
      const list = readers.get(reader);
      if (list) list.push(id);
      else readers.set(reader, [id]);
    },
    sentIds,
    ackedIds,
    readers,
  };
}

/**
 * Compares a history with what is stored, in its order, once everything is quiet. What was acknowledged has to be stored,
 * once; what is stored has to reach every reader, once and in the order of the store. What was sent and never acknowledged
 * may be there or not, but not twice.
 */
export function check(history: History, stored: readonly string[]): Verdict {
  const details: string[] = [];
  const say = (text: string) => void (details.length < 20 && details.push(text));
  const positions = new Map<string, number>();
  let [lost, duplicated, reordered] = [0, 0, 0];
  for (const [index, id] of stored.entries()) {
    if (positions.has(id)) {
      duplicated++;
      say(`stored twice: ${id}`);
    } else {
      positions.set(id, index);
    }
  }
  for (const id of history.ackedIds) {
    if (positions.has(id)) continue;
    lost++;
    say(`acknowledged and not stored: ${id}`);
  }
  for (const [reader, ids] of history.readers) {
    const had = new Set<string>();
    let last = -1;
    for (const id of ids) {
      const at = positions.get(id);
      if (had.has(id)) {
        duplicated++;
        say(`${reader} got ${id} twice`);
        continue;
      }
      had.add(id);
      if (at === undefined) {
        // Told and gone: whoever believed it was lied to.
        lost++;
        say(`${reader} got ${id}, which is not stored`);
      } else if (at < last) {
        reordered++;
        say(`${reader} got ${id} after a later one`);
      } else {
        last = at;
      }
    }
    for (const id of positions.keys()) {
      if (had.has(id)) continue;
      lost++;
      say(`${reader} never got ${id}`);
    }
  }
  return { lost, duplicated, reordered, details };
}
