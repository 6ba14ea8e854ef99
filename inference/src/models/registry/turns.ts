import { SidecarError } from '../../errors.ts';

/** Somebody who asks this often for the same model has lost count. */
const waitingMax = 16;

/** One change of a model after the other. */
export function createTurns(name: string) {
  let last: Promise<unknown> = Promise.resolve();
  let count = 0;
  return {
    /** At once where nobody else is at it. Throws QUEUE_FULL, and what `work` throws. */
    async take<Value>(work: () => Promise<Value>): Promise<Value> {
      if (count >= waitingMax) throw new SidecarError('QUEUE_FULL', `Too many changes of ${name} wait already.`);
      const first = count++ === 0 ? work() : last.then(work);
      const turn = first.finally(() => count--);
      last = turn.catch(() => undefined);
      return turn;
    },
    get isIdle() {
      return count === 0;
    },
    async idle(): Promise<void> {
      while (count > 0) await last;
    },
  };
}
