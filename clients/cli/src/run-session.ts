import { isFinal } from '@sightline/core';
import type { Client, Event, Session, Source, StartSession } from '@sightline/core';
import type { Screen } from './screen.ts';

export type SessionRun = {
  session: Session;
  gapCount: number;
  seconds: number;
  /** Milliseconds from asking for the session to its first event of any kind, and to the first object. */
  firstEventMs: number | null;
  firstObjectMs: number | null;
};

type Deps = {
  client: Client;
  screen: Screen;
  signal: AbortSignal;
  onEvent: (event: Event, sinceStartMs: number) => void;
  /** What is left out has its default on the server. */
  input?: Omit<StartSession, 'sourceId'>;
};

// After a session's final state its last events are on the way; if they are not here by then, they are not coming.
const lastEventsWithinMs = 5_000;

/** Starts a session and tells of its events until it ends. When `signal` aborts, the session is stopped first. */
export async function runSession(
  { client, screen, signal, onEvent, input }: Deps,
  source: Source,
): Promise<SessionRun> {
  // From before the session exists: nothing it says can be missed.
  const after = (await client.events.lastCursor({ signal })) ?? '0';
  await using feed = client.events.subscribe({ after, filter: { sourceIds: [source.id] } });
  const firstItem = feed.next();
  // Looked at below; until then it must not count as unhandled.
  firstItem.catch(() => {});
  const startedAt = performance.now();
  const started = await client.sessions.start({ ...input, sourceId: source.id }, { signal });
  const stop = () => void client.sessions.stop(started.id).catch(() => feed.close());
  signal.addEventListener('abort', stop, { once: true });
  if (signal.aborted) stop();

  await using changes = client.sessions.watch(started.id);
  const run = { gapCount: 0, firstEventMs: null as number | null, firstObjectMs: null as number | null };
  const watching = (async () => {
    for await (const session of changes) {
      showProgress(screen, session);
      if (isFinal(session)) setTimeout(() => void feed.close(), lastEventsWithinMs).unref();
    }
  })();
  watching.catch(() => feed.close());
  try {
    for (let step = await firstItem; !step.done; step = await feed.next()) {
      const item = step.value;
      if (item.kind === 'gap') {
        run.gapCount += 1;
        continue;
      }
      if (item.event.session?.id !== started.id) continue;
      const sinceStartMs = performance.now() - startedAt;
      run.firstEventMs ??= sinceStartMs;
      if (item.event.label !== null) run.firstObjectMs ??= sinceStartMs;
      onEvent(item.event, sinceStartMs);
      if (item.event.type === 'SESSION_ENDED') break;
    }
    await watching;
  } finally {
    signal.removeEventListener('abort', stop);
    screen.progress(null);
  }
  const session = (await client.sessions.get(started.id)) ?? started;
  return { ...run, session, seconds: (performance.now() - startedAt) / 1000 };
}

function showProgress(screen: Screen, { state, framesRead, framesTotal, eventCount }: Session): void {
  const note = `frames, ${eventCount} events`;
  if (state === 'RUNNING')
    screen.progress({ label: 'watching', done: framesRead, total: framesTotal, unit: 'frames', note });
  else if (state === 'STOPPING')
    screen.progress({ label: 'stopping', done: framesRead, total: null, unit: 'frames', note });
  else if (state !== 'COMPLETED')
    screen.progress({ label: state.toLowerCase(), done: framesRead, total: null, unit: 'frames', note });
}
