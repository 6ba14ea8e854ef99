import type { ObjectStorage } from '../../ports.ts';
import type { StorageRoom } from '../billing/storage-room.ts';
import type { NewEvent } from '../events/event-writer.ts';
import type { Sql } from '../../transaction.ts';
import type { FrameMessage } from './run-events.ts';
import { namedSnapshots } from './sessions.queries.ts';

export type Snapshot = { id: string; storageKey: string; byteSize: number };
/** By the index of their frame. */
export type Snapshots = ReadonlyMap<number, Snapshot>;

/** Whose pictures these are: of one attempt to run a session. */
export type PicturesOf = { organizationId: string; sessionId: string; attempt: number };
export type Kept = {
  snapshots: Snapshots;
  /** They are not recorded now: they take no room. What was stored stays for the same attempt to store again. */
  giveBack(): void;
  /** Nobody records them any more: removes what was stored, but for what a row names since. Never throws. */
  discard(): Promise<void>;
};

type Deps = { pool: Sql; room: StorageRoom; storage: Pick<ObjectStorage, 'put' | 'delete'> };

/**
 * Keeps the pictures of these frames for which the plan has room. Bytes before rows: a crash in between leaves a file
 * nobody points to, never a row without its file. The attempt is part of the key: one that is over, and stores late, changes
 * nothing of what a later one recorded.
 */
export async function keepSnapshots(
  { pool, room, storage }: Deps,
  { organizationId, sessionId, attempt }: PicturesOf,
  frames: readonly FrameMessage[],
): Promise<Kept> {
  const taken: (() => void)[] = [];
  const giveBack = () => taken.splice(0).forEach((each) => each());
  const snapshots = new Map<number, Snapshot>();
  const keys: string[] = [];

  async function keep({ index, bytes }: { index: number; bytes: Uint8Array }): Promise<void> {
    const storageKey = `snapshots/${organizationId}/${sessionId}/${index}-${attempt}.jpg`;
    keys.push(storageKey);
    await storage.put(storageKey, bytes, 'image/jpeg');
    snapshots.set(index, { id: crypto.randomUUID(), storageKey, byteSize: bytes.byteLength });
  }

  try {
    const fitting: { index: number; bytes: Uint8Array }[] = [];
    for (const { index, snapshot } of frames) {
      const giveOneBack = snapshot && (await room.take(organizationId, snapshot.byteLength));
      if (!giveOneBack) continue;
      taken.push(giveOneBack);
      fitting.push({ index, bytes: snapshot });
    }
    await Promise.all(fitting.map(keep));
  } catch (error) {
    giveBack();
    throw error;
  }
  return {
    snapshots,
    giveBack,
    async discard() {
      giveBack();
      if (keys.length === 0) return;
      const named = await pool.query<{ key: string }>({ ...namedSnapshots, values: [keys] }).catch(() => null);
      if (!named) return;
      const kept = new Set(named.rows.map(({ key }) => key));
      await Promise.allSettled(keys.filter((key) => !kept.has(key)).map((key) => storage.delete(key)));
    },
  };
}

/** The last word of the frames on each track: where it is now, or that it left. */
export function openTracksAfter(events: readonly NewEvent[]) {
  const last = new Map(events.map((event) => [event.trackNumber, event]));
  return [...last.values()].map(({ type, trackNumber, label, confidence, box, occurredAt }) => ({
    trackNumber,
    label,
    confidence,
    boxX: box?.x,
    boxY: box?.y,
    boxWidth: box?.width,
    boxHeight: box?.height,
    seenAt: occurredAt,
    isOpen: type !== 'OBJECT_LEFT',
  }));
}
