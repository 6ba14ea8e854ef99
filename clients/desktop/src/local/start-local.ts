import { setTimeout as delay } from 'node:timers/promises';
import { ConfigurationError } from '@sightline/core';
import type { Backoff, Send } from '@sightline/core';
import { newDeferred } from '../deferred.ts';
import { SidecarMissingError, goneError } from './local-errors.ts';
import { isLoopbackUrl } from './record.ts';
import { answers, linkTo, startLink } from './start-link.ts';
import type { HowToStart, Link } from './start-link.ts';

/** `failed`: it did not get ready so often that it is left alone until `restart`. */
export type LocalState = 'starting' | 'ready' | 'restarting' | 'failed' | 'stopped';

export type LocalOptions = HowToStart & {
  /** A sidecar that runs already, on this machine: nothing is started, and nothing ended. Needs `token`. */
  url?: string | undefined;
  token?: string | undefined;
  /** Told of every change, with what the sidecar said where it went wrong. */
  onState?: ((state: LocalState, why: string | null) => void) | undefined;
  /** Milliseconds before start number 0, 1, 2 … since it last ran for a minute; from 250 ms up to 10 s unless given. */
  backoff?: Backoff | undefined;
  /** How often it is asked whether it is well, in milliseconds; 5 000 unless given. It has twice as long to say so. */
  healthMs?: number | undefined;
};

/** A sidecar on this machine, watched. */
export type Local = AsyncDisposable & {
  /** Waits while it comes up. Rejects with ConnectionError where it does not run. */
  send: Send;
  readonly state: LocalState;
  /** What went wrong last; null where nothing did. */
  readonly why: string | null;
  /** The sidecar's process; null where there is none of ours. */
  readonly pid: number | null;
  /** Resolves once it can be asked. Rejects with ConnectionError where it never will, and with the signal's reason. */
  ready(signal?: AbortSignal): Promise<void>;
  /** Ends the process, if any, and starts another: also one that was given up. */
  restart(): void;
};

/** So often in a row it may fail to get ready. */
const failuresMax = 5;
/** After this long without trouble it counts as well again. */
const wellMs = 60_000;
const missesMax = 3;
const graceMs = 5_000;
const leastMs = 250;
const mostMs = 10_000;

const backoffDefault: Backoff = (attempt) =>
  Math.min(mostMs, leastMs * 2 ** Math.min(attempt, 10)) * (0.5 + Math.random() / 2);

/** Finds or starts a sidecar and keeps it running until disposed. Throws ConfigurationError; `why` says that there is none to start. */
export function startLocal(options: LocalOptions): Local {
  const { url, token, onState = () => {}, backoff = backoffDefault, healthMs = 5_000 } = options;
  if (url !== undefined && (!isLoopbackUrl(url) || !token))
    throw new ConfigurationError('local.url must be an http address of this machine, with its local.token.');
  const stopping = new AbortController();
  let restarting = new AbortController();
  let state: LocalState = 'starting';
  let why: string | null = null;
  let link: Link | null = null;
  let changed = newDeferred<void>();

  function become(next: LocalState, reason: string | null): void {
    [state, why] = [next, reason];
    const { resolve } = changed;
    changed = newDeferred<void>();
    resolve();
    onState(state, why);
  }

  /** One life of a sidecar. Resolves with why it is over. `told`: whether it was ready, and since when. */
  async function live(told: Told): Promise<string> {
    const over = new AbortController();
    const asked = AbortSignal.any([stopping.signal, restarting.signal]);
    let opened: Link | null = null;
    try {
      opened = url !== undefined && token ? linkTo(url, token) : await startLink(options, asked);
      const ended = Promise.race([opened.over, abortOf(asked).then(() => 'it was asked to')]);
      void ended.then(() => over.abort());
      await becomesReady(opened.send, 2 * healthMs, over.signal);
      if (over.signal.aborted) return await opened.explain(await ended);
      told.readyAt = performance.now();
      link = opened;
      become('ready', null);
      const reason = await Promise.race([ended, missesHealth(opened.send, healthMs, over.signal)]);
      link = null;
      return await opened.explain(reason);
    } catch (error) {
      told.isMissing = error instanceof SidecarMissingError;
      return error instanceof Error ? error.message : String(error);
    } finally {
      over.abort();
      link = null;
      // The one before has gone when the next one starts.
      await opened?.close(restarting.signal.aborted || stopping.signal.aborted ? graceMs : 0);
    }
  }

  async function run(): Promise<void> {
    let failures = 0;
    let attempt = 0;
    while (!stopping.signal.aborted) {
      const told: Told = { readyAt: null, isMissing: false };
      const reason = await live(told);
      if (stopping.signal.aborted) break;
      const wasWell = told.readyAt !== null && performance.now() - told.readyAt > wellMs;
      failures = told.readyAt === null ? failures + 1 : 0;
      if (restarting.signal.aborted || wasWell) [failures, attempt] = [0, 0];
      const isGivenUp = failures >= failuresMax || told.isMissing;
      become(isGivenUp ? 'failed' : 'restarting', reason);
      if (!restarting.signal.aborted) {
        const asked = AbortSignal.any([stopping.signal, restarting.signal]);
        await (isGivenUp ? abortOf(asked) : pause(backoff(attempt), asked));
        if (isGivenUp) [failures, attempt] = [0, -1];
      }
      attempt += 1;
      restarting = new AbortController();
      if (isGivenUp && !stopping.signal.aborted) become('starting', null);
    }
    become('stopped', null);
  }
  const running = run();

  async function ready(signal?: AbortSignal): Promise<Link> {
    for (;;) {
      signal?.throwIfAborted();
      if (link) return link;
      if (state === 'failed' || state === 'stopped') throw goneError(why);
      await Promise.race([changed.promise, ...(signal ? [abortOf(signal)] : [])]);
    }
  }

  return {
    send: async (request, signal) => (link ?? (await ready(signal))).send(request, signal),
    get state() {
      return state;
    },
    get why() {
      return why;
    },
    get pid() {
      return link?.pid ?? null;
    },
    async ready(signal) {
      await ready(signal);
    },
    restart: () => restarting.abort(),
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await running;
    },
  };
}

type Told = { readyAt: number | null; isMissing: boolean };

/** Resolves once it says that it is ready, or the signal aborts. */
async function becomesReady(send: Send, answerMs: number, signal: AbortSignal): Promise<void> {
  for (let pauseMs = 20; !signal.aborted; pauseMs = Math.min(pauseMs * 1.5, 1_000)) {
    if (await answers(send, '/health/ready', AbortSignal.any([signal, AbortSignal.timeout(answerMs)]))) return;
    await pause(pauseMs, signal);
  }
}

/** Resolves with why, once it has not answered so often in a row. */
async function missesHealth(send: Send, healthMs: number, signal: AbortSignal): Promise<string> {
  for (let missed = 0; missed < missesMax && !signal.aborted;) {
    await pause(healthMs, signal);
    const isWell = await answers(send, '/health/live', AbortSignal.any([signal, AbortSignal.timeout(2 * healthMs)]));
    missed = isWell ? 0 : missed + 1;
  }
  return 'it does not answer any more';
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {});
}

/** Resolves when the signal aborts. */
function abortOf(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
