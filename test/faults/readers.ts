import { Client } from '@sightline/core';
import { patienceMs } from '../harness/until.ts';
import { follow } from '../realtime/live.ts';

/** Somebody who must miss nothing: what arrived, in order, over as many connections as it took. */
export type Reader = AsyncDisposable & {
  readonly name: string;
  readonly seqs: number[];
  /** Resolves once that many events arrived; fails when none comes for a minute. */
  until(count: number): Promise<void>;
};

type Options = { url: string; token: string };

/** Nothing but the protocol: connects, reads, and connects again with the number of the last event it has. */
export function startBareReader({ url, token }: Options, transport: 'ws' | 'sse', start = 0): Reader {
  return startReader(`bare ${transport}`, async (receive, last, signal) => {
    while (!signal.aborted) {
      const after = String(last() || start);
      await using reading = follow({ url }, { token, transport, after });
      signal.addEventListener('abort', () => void reading[Symbol.asyncDispose](), { once: true });
      try {
        for (let answer = await reading.next(); answer; answer = await reading.next()) {
          const item = answer.data?.eventFeed;
          if (item?.__typename !== 'Event') throw new Error(`Not an event: ${JSON.stringify(answer)}`);
          receive(item.seq);
        }
      } catch (error) {
        if (error instanceof Error && error.message.startsWith('Not an event')) throw error;
        // The server is gone: come back.
      }
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
  });
}

/** The client people use, with its own idea of coming back. */
export function startClientReader({ url, token }: Options): Reader {
  return startReader('client', async (receive, _last, signal) => {
    const client = new Client({ baseUrl: url, token, reconnect: { nextDelayMs: () => 30 } });
    try {
      for await (const item of client.events.subscribe({ after: '0', signal })) {
        if (item.kind === 'gap') throw new Error('There is no gap in this feed.');
        receive(item.event.seq);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      client.close();
    }
  });
}

type Read = (receive: (seq: number) => void, last: () => number, signal: AbortSignal) => Promise<void>;

function startReader(name: string, read: Read): Reader {
  const seqs: number[] = [];
  const stop = new AbortController();
  let wake = () => {};
  let failure: unknown;
  const receive = (seq: number) => {
    seqs.push(seq);
    wake();
  };
  const reading = read(receive, () => seqs.at(-1) ?? 0, stop.signal).catch((error: unknown) => {
    failure = error;
    wake();
  });
  return {
    name,
    seqs,
    async until(count) {
      while (seqs.length < count) {
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        const silence = setTimeout(() => {
          failure = new Error(`${name}: silence after ${seqs.length} events, waiting for ${count}`);
          resolve();
        }, patienceMs);
        await promise;
        clearTimeout(silence);
        if (failure) throw failure;
      }
    },
    async [Symbol.asyncDispose]() {
      stop.abort();
      await reading;
    },
  };
}
