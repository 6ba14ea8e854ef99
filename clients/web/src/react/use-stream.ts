import { useEffect, useMemo, useReducer, useRef } from 'react';
import type { Event, EventFilter, FeedItem, SightlineError } from '@sightline/core';
import type { HookClient } from './hook-client.ts';
import { useProvided } from './provider.ts';

export type StreamOptions = {
  /** How many items are kept, the newest; 100 unless given. */
  limit?: number | undefined;
  /** Nothing is opened while this is false; what was read stays, unless somebody else signs in. */
  enabled?: boolean | undefined;
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
  { limit = 100, enabled = true }: StreamOptions = {},
): Streamed<T> {
  const { client, viewers } = useProvided();
  const [streamed, dispatch] = useReducer(step<T>, { items: [], state: 'idle', error: null });
  const latest = useRef({ open, limit });
  latest.current = { open, limit };
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
      onItems: (items) => dispatch({ kind: 'items', items, limit: latest.current.limit }),
      onOver: (error) => dispatch({ kind: 'over', error }),
    });
    return () => leaving.abort();
  }, [client, viewers, hash, enabled]);
  return streamed;
}

type Told<T> = { onItems(items: readonly T[]): void; onOver(error: SightlineError | null): void };

/** Tells items in bunches: a burst of a thousand is drawn once. */
async function follow<T>(items: AsyncIterable<T>, signal: AbortSignal, { onItems, onOver }: Told<T>): Promise<void> {
  let waiting: T[] = [];
  const flush = () => {
    const bunch = waiting;
    waiting = [];
    if (!signal.aborted && bunch.length > 0) onItems(bunch);
  };
  const end = (error: SightlineError | null) => {
    flush();
    if (!signal.aborted) onOver(error);
  };
  try {
    for await (const item of items) {
      if (signal.aborted) return;
      // Not by animation frames: a page in the background has none, and goes on reading.
      if (waiting.length === 0) setTimeout(flush, 0);
      waiting.push(item);
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

export type FollowedEvents = Omit<Streamed<FeedItem>, 'items'> & {
  /** Gaps included: history that was removed before it was read. */
  readonly items: readonly FeedItem[];
  /** The events alone. */
  readonly events: readonly Event[];
  /** Where the last item is; give it as `after` to go on from here another time. */
  readonly cursor: string | null;
};

/** The feed while the component is there, over lost connections and renewed sign-ins, each event once. */
export function useEvents({ after, filter, ...options }: UseEventsOptions = {}): FollowedEvents {
  const streamed = useStream<FeedItem>(
    ['events', after ?? null, filter ?? null],
    (client, signal) => client.events.subscribe({ after, filter, signal }),
    options,
  );
  const { items } = streamed;
  const events = useMemo(() => items.flatMap((item) => (item.kind === 'event' ? [item.event] : [])), [items]);
  return { ...streamed, events, cursor: items.at(-1)?.cursor ?? after ?? null };
}
