import type { ObjectStorage } from '../../ports.ts';
import type { StorageRoom } from '../billing/storage-room.ts';
import type { NewEvent } from '../events/event-writer.ts';
import type { FrameMessage } from './run-events.ts';

export type Snapshot = { id: string; storageKey: string; byteSize: number };
/** By the index of their frame. */
export type Snapshots = ReadonlyMap<number, Snapshot>;

type Deps = { room: StorageRoom; storage: ObjectStorage };

/**
 * Keeps the pictures of these frames for which the plan has room. Bytes before rows: a crash in between leaves a file
 * nobody points to, never a row without its file.
 */
export async function keepSnapshots(
  { room, storage }: Deps,
  { organizationId, sessionId }: { organizationId: string; sessionId: string },
  frames: readonly FrameMessage[],
): Promise<Snapshots> {
  const kept: { index: number; bytes: Uint8Array }[] = [];
  for (const { index, snapshot } of frames) {
    if (snapshot && (await room.take(organizationId, snapshot.byteLength))) kept.push({ index, bytes: snapshot });
  }
  const stored = new Map<number, Snapshot>();
  await Promise.all(
    kept.map(async ({ index, bytes }) => {
      // The key is the frame's own, so that a second attempt overwrites what the first one left.
      const storageKey = `snapshots/${organizationId}/${sessionId}/${index}.jpg`;
      await storage.put(storageKey, bytes, 'image/jpeg');
      stored.set(index, { id: crypto.randomUUID(), storageKey, byteSize: bytes.byteLength });
    }),
  );
  return stored;
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
