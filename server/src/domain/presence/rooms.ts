import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { Pool } from 'pg';
import type { SignalReader } from '../outbox/signal-reader.ts';
import { presentSql } from './presence.queries.ts';

export type PresentPerson = {
  userId: string;
  name: string;
  since: Date;
  /** In a client's words, such as `typing`; null for nothing in particular. */
  activity: string | null;
};

export type Present = {
  sourceId: string | null;
  /** Who came first is first; the first hundred. */
  present: PresentPerson[];
  presentCount: number;
};

type Row = PresentPerson & { organizationId: string; sourceId: string | null; presentCount: number };
type Follower = { sourceId: string | null; onChange: (now: Present) => void; told: string };
type Room = { followers: Set<Follower>; listening: Promise<() => Promise<void>> };
type Seen = { now: Present; text: string };

type Deps = {
  pool: Pick<Pool, 'query'>;
  signals: SignalReader;
  /** How long a process that is not heard of is believed. */
  silentMs: number;
  /** A change is found at the latest after this long when nobody tells of it, as when a process is killed. */
  pollMs: number;
  log: Pick<Logger, 'warn'>;
};

const peopleMost = 100;
/** Between two reads: much that happens at once is read once. */
const restMs = 20;
const longestRestMs = 1_000;

/**
 * Follows who watches what, for everybody who asks in this process: one statement at a time for all organizations that are
 * followed, and rest after it by how long it took.
 */
export function createRooms({ pool, signals, silentMs, pollMs, log }: Deps) {
  const rooms = new Map<string, Room>();
  const due = new Set<string>();
  const closing = new AbortController();
  let reading: Promise<void> | null = null;

  function look(organizationIds: Iterable<string>): void {
    if (closing.signal.aborted) return;
    for (const id of organizationIds) if (rooms.has(id)) due.add(id);
    if (due.size > 0) reading ??= readAll().finally(() => (reading = null));
  }

  async function readAll(): Promise<void> {
    while (due.size > 0 && !closing.signal.aborted) {
      const startedMs = performance.now();
      try {
        await readDue();
      } catch (err) {
        // The next poll asks again.
        log.warn({ err }, 'who is present could not be read, trying again');
      }
      const pauseMs = Math.min(longestRestMs, Math.max(restMs, 4 * (performance.now() - startedMs)));
      await delay(pauseMs, undefined, { signal: closing.signal, ref: false }).catch(() => {});
    }
  }

  async function readDue(): Promise<void> {
    // Who comes while it is being read is told by the next one: this one may not know of them yet.
    const asked = [...due].flatMap((id) => [...(rooms.get(id)?.followers ?? [])].map((follower) => ({ id, follower })));
    due.clear();
    const organizationIds = [...new Set(asked.map(({ id }) => id))];
    if (organizationIds.length === 0) return;
    const { rows } = await pool.query<Row>({ ...presentSql, values: [organizationIds, silentMs, peopleMost] });
    const seen = bySource(rows);
    for (const { id, follower } of asked) {
      const { now, text } = seen.get(roomKey(id, follower.sourceId)) ?? nobodyIn(follower.sourceId);
      if (text === follower.told || !rooms.get(id)?.followers.has(follower)) continue;
      follower.told = text;
      follower.onChange(now);
    }
  }

  const poll = setInterval(() => look(rooms.keys()), pollMs);

  return {
    /** Calls `onChange` with who is there now, then on every change. Resolves once changes are heard; the result ends it. */
    async follow(organizationId: string, sourceId: string | null, onChange: Follower['onChange']) {
      const follower: Follower = { sourceId, onChange, told: '' };
      const room = rooms.get(organizationId) ?? {
        followers: new Set(),
        listening: signals.on('presence.changed', organizationId, () => look([organizationId])),
      };
      rooms.set(organizationId, room);
      room.followers.add(follower);
      const leave = async () => {
        room.followers.delete(follower);
        if (room.followers.size > 0 || rooms.get(organizationId) !== room) return;
        rooms.delete(organizationId);
        await (
          await room.listening
        )();
      };
      try {
        await room.listening;
      } catch (error) {
        // Nobody hears by it: who comes next tries again.
        room.followers.delete(follower);
        if (rooms.get(organizationId) === room) rooms.delete(organizationId);
        throw error;
      }
      look([organizationId]);
      return leave;
    },

    get size(): number {
      return rooms.size;
    },

    async close(): Promise<void> {
      clearInterval(poll);
      closing.abort();
      await reading;
      const ends = [...rooms.values()].map(({ listening }) => listening.then((end) => end()));
      rooms.clear();
      await Promise.allSettled(ends);
    },
  };
}

const roomKey = (organizationId: string, sourceId: string | null) => `${organizationId} ${sourceId ?? ''}`;

const asSeen = (now: Present): Seen => ({ now, text: JSON.stringify(now) });
const nobodyIn = (sourceId: string | null) => asSeen({ sourceId, present: [], presentCount: 0 });

function bySource(rows: readonly Row[]): Map<string, Seen> {
  const found = new Map<string, Present>();
  for (const { organizationId, sourceId, presentCount, ...person } of rows) {
    const key = roomKey(organizationId, sourceId);
    const known = found.get(key) ?? { sourceId, present: [], presentCount };
    known.present.push(person);
    found.set(key, known);
  }
  return new Map([...found].map(([key, now]) => [key, asSeen(now)]));
}
