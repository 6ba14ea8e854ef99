import { useEffect, useMemo, useReducer, useRef } from 'react';
import type { Event, EventFilter, FeedItem, SightlineError } from '@sightline/core';
import type { HookClient } from './hook-client.ts';
import { useProvided } from './provider.ts';

export type StreamOptions = {
  /** How many items are kept, the newest; 100 unless given. */
  limit?: number | undefined;
  /** Nothing is opened while this is false; what was read stays, unless somebody else signs in. */
  enabled?: boolean | undefined;
  /** Milliseconds between two renders while items come without a pause; each frame of the screen unless given. */
  flushMs?: number | undefined;
};

export type Streamed<T> = {
  /** In the order in which they came, oldest first. */
  readonly items: readonly T[];
  /** `idle` while nothing is opened, `open` while items may come, `ended` once the stream is over, `failed` with an `error`. */
  readonly state: 'idle' | 'open' | 'ended' | 'failed';
  readonly error: SightlineError | null;
};

type Step<T> =
  | { kind: 'opened' }
  | { kind: 'left'; keeps: boolean }
  | { kind: 'items'; items: readonly T[]; limit: number }
  | { kind: 'over'; error: SightlineError | null };

function step<T>(now: Streamed<T>, next: Step<T>): Streamed<T> {
  if (next.kind === 'opened') return { items: [], state: 'open', error: null };
  if (next.kind === 'left') return { items: next.keeps ? now.items : [], state: 'idle', error: null };
  if (next.kind === 'over') return { ...now, state: next.error ? 'failed' : 'ended', error: next.error };
  return { ...now, items: next.limit > 0 ? [...now.items, ...next.items].slice(-next.limit) : [] };
}

/**
 * Items of any stream while the component is there: `useStream(['usage'], (client, signal) => client.usage.live(signal))`.
 * Another key opens another stream. Leaving the page unsubscribes on the server.
 */
export function useStream<T, C extends HookClient = HookClient>(
  key: readonly unknown[],
  open: (client: C, signal: AbortSignal) => AsyncIterable<T>,
  { limit = 100, enabled = true, flushMs = 0 }: StreamOptions = {},
): Streamed<T> {
  const { client, viewers } = useProvided();
  const [streamed, dispatch] = useReducer(step<T>, { items: [], state: 'idle', error: null });
  const latest = useRef({ open, limit, flushMs });
  latest.current = { open, limit, flushMs };
  const hash = JSON.stringify(key);
  /** For whom the items were read. */
  const reader = useRef({ client, viewers, hash });
  useEffect(() => {
    const { current: before } = reader;
    reader.current = { client, viewers, hash };
    if (!enabled) {
      const keeps = before.client === client && before.viewers === viewers && before.hash === hash;
      return dispatch({ kind: 'left', keeps });
    }
    const leaving = new AbortController();
    const { signal } = leaving;
    dispatch({ kind: 'opened' });
    void follow(latest.current.open(client as C, signal), signal, {
      limits: () => latest.current,
      onItems: (items) => dispatch({ kind: 'items', items, limit: latest.current.limit }),
      onOver: (error) => dispatch({ kind: 'over', error }),
    });
    return () => leaving.abort();
  }, [client, viewers, hash, enabled]);
  return streamed;
}

type Told<T> = {
  limits(): { limit: number; flushMs: number };
  onItems(items: readonly T[]): void;
  onOver(error: SightlineError | null): void;
};

/** So often a page that nobody sees is told: it has no frames, and goes on reading. */
const hiddenFlushMs = 250;

/** Calls once, before the next frame that is drawn after so many milliseconds, or without one where the page is hidden. */
function beforeFrame(call: () => void, afterMs: number): void {
  const hasFrames = typeof requestAnimationFrame === 'function' && !document.hidden;
  if (!hasFrames) return void setTimeout(call, Math.max(afterMs, hiddenFlushMs));
  let isCalled = false;
  const once = () => {
    if (!isCalled) call();
    isCalled = true;
  };
  const ask = () => {
    requestAnimationFrame(once);
    // A page that is hidden meanwhile gets no frame.
    setTimeout(once, hiddenFlushMs);
  };
  if (afterMs > 0) setTimeout(ask, afterMs);
  else ask();
}

/** Tells items in bunches, one a frame at most, of what is kept: a burst of a thousand is drawn once. */
async function follow<T>(
  items: AsyncIterable<T>,
  signal: AbortSignal,
  { limits, onItems, onOver }: Told<T>,
): Promise<void> {
  let waiting: T[] = [];
  let toldAt = -Infinity;
  const flush = () => {
    const bunch = waiting;
    waiting = [];
    if (signal.aborted || bunch.length === 0) return;
    toldAt = performance.now();
    onItems(bunch);
  };
  const end = (error: SightlineError | null) => {
    flush();
    if (!signal.aborted) onOver(error);
  };
  try {
    for await (const item of items) {
      if (signal.aborted) return;
      const { limit, flushMs } = limits();
      if (waiting.length === 0) beforeFrame(flush, Math.max(0, toldAt + flushMs - performance.now()));
      waiting.push(item);
      // More than is kept need not wait; cut seldom, so that it costs nothing.
      if (waiting.length > 2 * limit + 100) waiting = waiting.slice(-Math.max(1, limit));
    }
    end(null);
  } catch (error) {
    end(error as SightlineError);
  }
}

export type UseEventsOptions = StreamOptions & {
  /** The cursor to begin behind; `'0'` for everything kept. New events only unless given. */
  after?: string | undefined;
  filter?: EventFilter | undefined;
};

/** `connecting` until the server was reached once, `resuming` while a lost connection comes back: nothing is lost meanwhile. */
export type FeedConnection = 'connecting' | 'live' | 'resuming';

export type FollowedEvents = Omit<Streamed<FeedItem>, 'items'> & {
  /** Gaps included: history that was removed before it was read. */
  readonly items: readonly FeedItem[];
  /** The events alone. */
  readonly events: readonly Event[];
  /** Where the last item is; give it as `after` to go on from here another time. */
  readonly cursor: string | null;
  /** What `state` does not tell while it is `open`: whether events can come just now. */
  readonly connection: FeedConnection;
  /** How often a lost connection came back. */
  readonly resumed: number;
};

type Reached = Pick<FollowedEvents, 'connection' | 'resumed'>;
const unreached: Reached = { connection: 'connecting', resumed: 0 };

function reach(now: Reached, isOpen: boolean | 'anew'): Reached {
  if (isOpen === 'anew') return unreached;
  if (!isOpen) return now.connection === 'live' ? { ...now, connection: 'resuming' } : now;
  return { connection: 'live', resumed: now.resumed + Number(now.connection === 'resuming') };
}

/** The feed while the component is there, over lost connections and renewed sign-ins, each event once. */
export function useEvents({ after, filter, ...options }: UseEventsOptions = {}): FollowedEvents {
  const [reached, tell] = useReducer(reach, unreached);
  const streamed = useStream<FeedItem>(
    ['events', after ?? null, filter ?? null],
    (client, signal) => {
      tell('anew');
      const onConnection = (isOpen: boolean) => {
        if (!signal.aborted) tell(isOpen);
      };
      return client.events.subscribe({ after, filter, signal, onConnection });
    },
    options,
  );
  const { items } = streamed;
  const events = useMemo(() => {
    const all: Event[] = [];
    for (const item of items) if (item.kind === 'event') all.push(item.event);
    return all;
  }, [items]);
  return { ...streamed, ...reached, events, cursor: items.at(-1)?.cursor ?? after ?? null };
}
