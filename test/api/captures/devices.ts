import { randomUUID } from 'node:crypto';
import { Client } from '@sightline/core';
import type { CapturedEvent, CapturedUse, RecordCapture } from '@sightline/core';
import type { Person } from '../../harness/people.ts';

/** A program that numbers its batches. */
export type Device = { deviceId: string; seq: number };

export const newDevice = (): Device => ({ deviceId: randomUUID(), seq: 0 });

export const clientOf = ({ url }: { url: string }, { token }: Pick<Person, 'token'>) =>
  new Client({ baseUrl: url, token });

export const eventOf = (frameIndex: number, at: Date, label = 'person'): CapturedEvent => ({
  type: 'OBJECT_ENTERED',
  occurredAt: new Date(at.getTime() + frameIndex * 1_000).toISOString(),
  ...{ frameIndex, trackNumber: frameIndex + 1, label, confidence: 0.5 },
  box: { x: 0.25, y: 0.25, width: 0.5, height: 0.5 },
});

export const useOf = (at: Date, id = randomUUID()): CapturedUse => ({
  ...{ id, task: 'detection', model: 'tiny@1', at: at.toISOString() },
});

type Capture = { captureId: string; sourceId: string; startedAt: string };

export const newCapture = (sourceId: string, startedAt: Date): Capture => ({
  ...{ captureId: randomUUID(), sourceId, startedAt: startedAt.toISOString() },
});

/** The next batch of a device. */
export function batchOf(device: Device, parts: Partial<RecordCapture>): RecordCapture {
  device.seq += 1;
  return { deviceId: device.deviceId, seq: device.seq, ...parts };
}
