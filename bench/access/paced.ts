import { Agent, request } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { LoadRequest } from '../lib/load.ts';

type Pace = {
  connections: number;
  /** Of all connections together. */
  perSecond: number;
  seconds: number;
};

/**
 * Asks at a steady pace, whatever the answers take, over connections that stay open: milliseconds of each answer, sorted.
 * As fast as possible would measure how long the queue is, not what a request costs. Rejects if one fails.
 */
export async function askAtPace(
  url: string,
  { method, headers, body }: LoadRequest,
  { connections, perSecond, seconds }: Pace,
): Promise<number[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
  const askOnce = () =>
    new Promise<number>((resolve, reject) => {
      const startedAt = performance.now();
      const outgoing = request(url, { method, agent, headers: { ...headers, ...length } }, (response) => {
        response.resume();
        if (response.statusCode === 200) response.once('end', () => resolve(performance.now() - startedAt));
        else reject(new Error(`${url} answered ${response.statusCode}`));
      });
      outgoing.once('error', reject);
      outgoing.end(body);
    });
  try {
    const each = Array.from({ length: connections }, async (_, index) => {
      const times: number[] = [];
      const everyMs = (1_000 * connections) / perSecond;
      const startedAt = performance.now() + (everyMs * index) / connections;
      for (let at = startedAt; at < startedAt + seconds * 1_000; at += everyMs) {
        await delay(Math.max(0, at - performance.now()));
        times.push(await askOnce());
      }
      return times;
    });
    return (await Promise.all(each)).flat().sort((a, b) => a - b);
  } finally {
    agent.destroy();
  }
}

export const percentile = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
