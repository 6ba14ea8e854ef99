import { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

/** How often one that does not answer is asked whether it does again. */
const probeMs = 100;
const probeTimeoutMs = 1_000;

/** One server behind the balancer. */
export type Backend = {
  readonly url: URL;
  readonly agent: Agent;
  /** Gets requests from now on, while it answers. */
  putIn(): void;
  /** Gets no more. Resolves when what it was asked is answered, or after `deadlineMs`. Streams without an end are not waited for. */
  takeOut(deadlineMs: number): Promise<void>;
  /** Told by whoever could not reach it: it gets nothing until it answers again. */
  lost(): void;
  /** Counts a request; the result ends it, and may be called again. */
  begin(): () => void;
};

export type Backends = Disposable & {
  add(url: string): Backend;
  /** The next by turns that is in and answers. Waits for one up to `waitMs`; null when there was none. */
  next(waitMs: number, signal: AbortSignal): Promise<Backend | null>;
};

export function createBackends(): Backends {
  const all: Entry[] = [];
  const stop = new AbortController();
  let turn = 0;
  const waiting = new Set<() => void>();
  const wake = () => {
    for (const look of [...waiting]) look();
  };

  function find(): Backend | null {
    for (let step = 0; step < all.length; step += 1) {
      turn = (turn + 1) % all.length;
      if (all[turn]!.isUsable()) return all[turn]!.backend;
    }
    return null;
  }

  return {
    add(url) {
      const entry = createEntry(new URL(url), { wake, signal: stop.signal });
      all.push(entry);
      return entry.backend;
    },
    async next(waitMs, signal) {
      const now = find();
      if (now || signal.aborted) return now;
      const { promise, resolve } = Promise.withResolvers<Backend | null>();
      const look = () => {
        const found = find();
        if (found) resolve(found);
      };
      const giveUp = () => resolve(null);
      waiting.add(look);
      const timer = setTimeout(giveUp, waitMs);
      signal.addEventListener('abort', giveUp, { once: true });
      return await promise.finally(() => {
        waiting.delete(look);
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
      });
    },
    [Symbol.dispose]() {
      stop.abort();
      for (const { backend } of all) backend.agent.destroy();
    },
  };
}

type Entry = { backend: Backend; isUsable: () => boolean };

function createEntry(url: URL, { wake, signal }: { wake: () => void; signal: AbortSignal }): Entry {
  // Connections of its own, so that nobody but us decides when one that is kept may still be used.
  const agent = new Agent({ keepAlive: true, maxFreeSockets: 64 });
  let isIn = false;
  let isLost = false;
  let running = 0;
  let onIdle = () => {};

  async function probe(): Promise<void> {
    while (!signal.aborted && !(await answers(url, signal)))
      await delay(probeMs, undefined, { signal }).catch(() => {});
    isLost = false;
    wake();
  }

  return {
    isUsable: () => isIn && !isLost,
    backend: {
      url,
      agent,
      putIn() {
        isIn = true;
        wake();
      },
      async takeOut(deadlineMs) {
        isIn = false;
        if (running === 0) return;
        const { promise, resolve } = Promise.withResolvers<void>();
        onIdle = resolve;
        const timer = setTimeout(resolve, deadlineMs);
        await promise;
        clearTimeout(timer);
      },
      lost() {
        if (isLost) return;
        isLost = true;
        void probe();
      },
      begin() {
        running += 1;
        let isOver = false;
        return () => {
          if (isOver) return;
          isOver = true;
          running -= 1;
          if (running === 0) onIdle();
        };
      },
    },
  };
}

async function answers(url: URL, stopping: AbortSignal): Promise<boolean> {
  const signal = AbortSignal.any([stopping, AbortSignal.timeout(probeTimeoutMs)]);
  const response = await fetch(new URL('/health/live', url), { signal }).catch(() => null);
  await response?.body?.cancel();
  return response?.ok ?? false;
}
