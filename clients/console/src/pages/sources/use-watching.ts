import { isFinal } from '@sightline/core';
import type { Session, SightlineError } from '@sightline/core';
import { useStream } from '@sightline/web/react';
import { useEffect, useRef } from 'react';
import { client } from '../../app/client.ts';
import { useAct, useRefresh } from '../../app/data.ts';

export type Watching = {
  /** The newest session as it is now; null where there never was one. */
  session: Session | null;
  /** As it will be once the server has answered what was pressed; null where there never was a session. */
  state: Session['state'] | null;
  isWatching: boolean;
  isBusy: boolean;
  error: SightlineError | null;
  start(): void;
  stop(): void;
};

/** The newest session of a source as it goes on, and how to start and stop one. What was pressed shows at once. */
export function useWatching(sourceId: string, newest: Session | null): Watching {
  const changes = [['sources'], ['source', sourceId]];
  const start = useAct(() => client.sessions.start({ sourceId }), { changes });
  const stop = useAct((id: string) => client.sessions.stop(id), { changes });
  const refresh = useRefresh();
  const last = newer(newest, start.data ?? null);
  const { items } = useStream<Session>(
    ['session', last?.id ?? null],
    (_client, signal) => client.sessions.watch(last?.id ?? '', { signal }),
    { limit: 1, enabled: last !== null && !isFinal(last) },
  );
  const told = items.at(-1);
  // What is told is of the session before for as long as the next one is not opened.
  const session = told && told.id === last?.id ? told : last;
  useEnd(session, () => refresh(changes));
  const state = start.isPending ? 'QUEUED' : stop.isPending ? 'STOPPING' : (session?.state ?? null);
  return {
    session,
    state,
    isWatching: start.isPending || (session !== null && !isFinal(session)),
    isBusy: start.isPending || stop.isPending,
    error: start.error ?? stop.error,
    start() {
      stop.reset();
      start.mutate();
    },
    stop() {
      start.reset();
      if (session) stop.mutate(session.id);
    },
  };
}

/** Calls once when a session that went on is over. */
function useEnd(session: Session | null, onEnd: () => void): void {
  const going = useRef<string | null>(null);
  const { id = null } = session ?? {};
  const isOver = session !== null && isFinal(session);
  useEffect(() => {
    if (!isOver) going.current = id;
    else if (going.current === id) {
      going.current = null;
      onEnd();
    }
  });
}

function newer(one: Session | null, other: Session | null): Session | null {
  if (!one || !other) return one ?? other;
  return one.createdAt > other.createdAt ? one : other;
}
