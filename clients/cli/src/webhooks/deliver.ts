import { setTimeout as delay } from 'node:timers/promises';
import { defaultBackoff, webhooks } from '@sightline/core';
import type { Backoff } from '@sightline/core';

export type Delivery = {
  /** The answer's status; null where nobody answered. */
  status: number | null;
  attempts: number;
  ms: number;
  /** Null where it was taken. */
  problem: string | null;
};

type Deps = { url: string; secret: string; signal: AbortSignal; backoff?: Backoff };

const attemptsMax = 5;
const timeoutMs = 10_000;

/** Sends one signed message until it is taken, five times at most; every time with the same id. Throws when the signal aborts. */
export async function deliver(
  { id, body }: { id: string; body: string },
  { url, secret, signal, backoff = defaultBackoff }: Deps,
): Promise<Delivery> {
  const startedAt = performance.now();
  for (let attempts = 1; ; attempts += 1) {
    const { status, problem } = await post(url, body, { ...(await webhooks.sign(body, secret, { id })) }, signal);
    if (problem === null || !mayPassLater(status) || attempts === attemptsMax)
      return { status, attempts, ms: Math.round(performance.now() - startedAt), problem };
    await delay(backoff(attempts - 1), undefined, { signal });
  }
}

const mayPassLater = (status: number | null) =>
  status === null || status === 408 || status === 409 || status === 429 || status >= 500;

async function post(url: string, body: string, headers: Record<string, string>, signal: AbortSignal) {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json', 'user-agent': 'sightline-cli' },
      body,
      // Whoever was allowed is who was named, and nobody they send us on to.
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    await response.body?.cancel();
    return { status: response.status, problem: response.ok ? null : `HTTP ${response.status}` };
  } catch (error) {
    signal.throwIfAborted();
    const cause = (error as { cause?: unknown }).cause ?? error;
    return { status: null, problem: cause instanceof Error ? cause.message : String(cause) };
  }
}
