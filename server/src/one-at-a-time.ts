/** Runs work of one key in the order it came, one after the other; `waitingMax` bounds who waits for one key. */
export function createOneAtATime({ waitingMax, refuse }: { waitingMax: number; refuse(): Error }) {
  const lines = new Map<string, { last: Promise<unknown>; count: number }>();

  return async function oneAtATime<Result>(key: string, work: () => Promise<Result>): Promise<Result> {
    const line = lines.get(key) ?? { last: Promise.resolve(), count: 0 };
    if (line.count >= waitingMax) throw refuse();
    line.count += 1;
    lines.set(key, line);
    const turn = line.last.then(work, work);
    line.last = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      line.count -= 1;
      if (line.count === 0) lines.delete(key);
    }
  };
}
