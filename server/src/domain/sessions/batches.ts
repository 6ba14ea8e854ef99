/**
 * Groups what has already arrived while the consumer was busy, at most `size` items at a time, in order.
 * A slow consumer gets bigger groups instead of a longer queue; the source waits once a group is full.
 * An error of the source is thrown after the items that came before it. Leaving early ends the source.
 */
export async function* batches<T>(source: AsyncIterable<T>, size: number): AsyncGenerator<T[], void, undefined> {
  const iterator = source[Symbol.asyncIterator]();
  let pending = iterator.next();
  // The rejection is read below; without this it would count as unhandled while the consumer is busy.
  pending.catch(() => {});
  let group: T[] = [];
  let isDone = false;
  try {
    while (!isDone) {
      // Only the first item of a group is worth waiting for.
      const step = group.length === 0 ? await pending : await Promise.race([pending, nothingYet()]);
      if (step !== null && !step.done) {
        group.push(step.value);
        pending = iterator.next();
        pending.catch(() => {});
      }
      isDone = step?.done ?? false;
      if (group.length > 0 && (step === null || isDone || group.length === size)) {
        yield group;
        group = [];
      }
    }
  } catch (error) {
    if (group.length > 0) yield group;
    throw error;
  } finally {
    await iterator.return?.();
  }
}

/** Resolves after everything that is already settled. */
const nothingYet = () => new Promise<null>((resolve) => setImmediate(() => resolve(null)));
