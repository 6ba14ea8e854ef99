import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Logger } from '../logger.ts';
import type { Forget } from './introspection.ts';

type Deps = {
  serverUrl: string;
  serviceToken: string;
  fetch: typeof globalThis.fetch;
  forget: Forget;
  log: Pick<Logger, 'info' | 'warn'>;
};

/** A line of the stream. Without an id it only says that the connection lives. */
const lineSchema = z.object({ ended: z.string().min(1).optional() });

/** Instead of an id: of anybody. */
const everybody = '*';
/** The server says something every 5 s. */
const silenceMs = 15_000;
const connectMs = 5_000;
const retryMsMax = 5_000;
/**
 * Failures in a row that are worth no word: a server that starts beside us takes some seconds, one that restarts a
 * moment.
 */
const quietFailures = { atFirst: 7, later: 4 };
const lineBytesMax = 10_000;

/**
 * Follows `GET /internal/revocations`, so that what ends at the server ends here at once. What is lost while there is no
 * connection costs the seconds for which answers are remembered, and nothing else.
 */
export function followRevocations({ serverUrl, serviceToken, fetch, forget, log }: Deps): AsyncDisposable {
  const stop = new AbortController();
  let isOut = false;
  let failureCount = 0;
  let wasConnected = false;

  async function follow(): Promise<void> {
    const connection = new AbortController();
    const signal = AbortSignal.any([stop.signal, connection.signal]);
    const giveUp = () => connection.abort(new Error('The server fell silent.'));
    let deadline = setTimeout(giveUp, connectMs);
    try {
      const response = await fetch(`${serverUrl}/internal/revocations`, {
        headers: { authorization: `Bearer ${serviceToken}`, accept: 'application/x-ndjson' },
        signal,
        redirect: 'error',
      });
      if (!response.ok || !response.body) throw new Error(`The server answered ${response.status}.`);
      // Whatever ended before this moment, nobody told us of.
      forget(null);
      failureCount = 0;
      wasConnected = true;
      if (isOut) log.info('told of revoked keys again');
      isOut = false;
      await read(response.body, () => {
        clearTimeout(deadline);
        deadline = setTimeout(giveUp, silenceMs);
      });
    } finally {
      clearTimeout(deadline);
      connection.abort();
    }
  }

  async function read(body: AsyncIterable<Uint8Array>, onSign: () => void): Promise<void> {
    const decoder = new TextDecoder();
    let rest = '';
    for await (const piece of body) {
      onSign();
      const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > lineBytesMax) throw new Error('A line is longer than any that the server sends.');
      for (const line of lines) {
        const { ended } = lineSchema.parse(JSON.parse(line));
        if (ended !== undefined) forget(ended === everybody ? null : ended);
      }
    }
    throw new Error('The server ended the stream.');
  }

  async function followForEver(): Promise<void> {
    while (!stop.signal.aborted) {
      try {
        await follow();
      } catch (error) {
        if (stop.signal.aborted) return;
        const isWorthAWord = failureCount >= (wasConnected ? quietFailures.later : quietFailures.atFirst);
        if (isWorthAWord && !isOut) {
          log.warn({ err: error }, 'not told of revoked keys; they work for some seconds more');
          isOut = true;
        }
      }
      // Sidecars that lost the same server must not come back in step.
      const waitMs = Math.min(retryMsMax, 100 * 2 ** Math.min(failureCount++, 10)) * (0.5 + Math.random() / 2);
      await delay(waitMs, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  }

  const following = followForEver();
  return {
    async [Symbol.asyncDispose]() {
      stop.abort(new DOMException('The sidecar is shutting down.', 'AbortError'));
      await following;
    },
  };
}
