import { randomUUID } from 'node:crypto';
import type { CapturedEvent } from '@sightline/core';
import type { Account } from './account.ts';
import { ConsentMissingError } from './consent.ts';
import type { Consent } from './consent.ts';

/** What is seen of one source without a break. It goes on without a network. */
export type Capture = AsyncDisposable & {
  readonly id: string;
  /** Aborts when it is over: ended here, by the person who takes consent back, by somebody elsewhere, or because the server refuses it. */
  readonly signal: AbortSignal;
  /** Keeps events; they are on the disk when it resolves. Throws ConsentMissingError, SpoolFullError. */
  add(...events: CapturedEvent[]): Promise<void>;
  /** Nothing more comes. */
  end(): Promise<void>;
};

type Deps = { account: Account; consent: Consent; sourceId: string };

export function startCapture({ account: { spool, captures, wake }, consent, sourceId }: Deps): Capture {
  const facts = { captureId: randomUUID(), sourceId, startedAt: new Date().toISOString() };
  const over = new AbortController();
  let ending: Promise<void> | null = null;

  async function end(): Promise<void> {
    over.abort();
    captures.delete(facts.captureId);
    await spool.addSeen(facts, [], true);
    wake();
  }

  const capture: Capture = {
    id: facts.captureId,
    signal: over.signal,
    async add(...events) {
      if (consent.signal.aborted) throw new ConsentMissingError();
      over.signal.throwIfAborted();
      await spool.addSeen(facts, events, false);
      wake();
    },
    end: () => (ending ??= end()),
    [Symbol.asyncDispose]: () => capture.end(),
  };
  consent.signal.addEventListener('abort', () => void capture.end().catch(() => {}), { once: true });
  captures.set(facts.captureId, capture);
  return capture;
}
