import { InputInvalidError } from '../../errors/request-errors.ts';
import type { Box } from '../../ports.ts';

export type CapturedEvent = {
  type: 'OBJECT_ENTERED' | 'OBJECT_UPDATED' | 'OBJECT_LEFT';
  /** By the device's clock. */
  occurredAt: Date;
  /** From 0. */
  frameIndex: number;
  /** From 1, within the capture. */
  trackNumber: number;
  label: string;
  /** 0 to 1 */
  confidence: number;
  /** Fractions of the frame. */
  box: Box;
};

export type CapturedUse = {
  /** Made by the device: however often it is told, it counts once. */
  id: string;
  task: string;
  /** `name@version` */
  model: string;
  count: number;
  /** By the device's clock. */
  at: Date;
};

/** What one capture added; events in the order in which they happened. */
export type CapturePart = {
  captureId: string;
  sourceId: string;
  startedAt: Date;
  events: readonly CapturedEvent[];
  isLast: boolean;
};

export type CaptureBatch = {
  deviceId: string;
  /** From 1 on, one more each time, whatever it is about. */
  seq: number;
  capture: CapturePart | null;
  usage: readonly CapturedUse[];
};

/** As it was asked for: what belongs to a capture may be missing. */
export type AskedBatch = Omit<CaptureBatch, 'capture'> & {
  captureId: string | null;
  sourceId: string | null;
  startedAt: Date | null;
  events: readonly CapturedEvent[];
  isLast: boolean;
};

/** How far a device's clock may be ahead of ours, in milliseconds. */
const aheadMsMax = 5 * 60_000;

/** Earlier than any device: its clock was never set. */
const earliest = new Date('2000-01-01T00:00:00Z');

/**
 * Puts a batch together. Throws INPUT_INVALID where something is missing, or the device's clock cannot be right for what it saw. What
 * it used counts whatever its clock says: a wrong one would be a way not to pay.
 */
export function readCaptureBatch(asked: AskedBatch, now: Date): CaptureBatch {
  const { deviceId, seq, usage, captureId, sourceId, startedAt, events, isLast } = asked;
  if (captureId === null) {
    if (events.length > 0 || isLast || sourceId !== null || startedAt !== null)
      throw new InputInvalidError('captureId', 'What was captured names its capture.');
    return { deviceId, seq, usage, capture: null };
  }
  if (sourceId === null) throw new InputInvalidError('sourceId', 'A capture names its source.');
  if (startedAt === null) throw new InputInvalidError('startedAt', 'A capture says when it began.');
  requireTime('startedAt', startedAt, now);
  events.forEach(({ occurredAt }, index) => requireTime(`events.${index}.occurredAt`, occurredAt, now));
  const whole = events.map((event) => ({ ...event, box: withinFrame(event.box) }));
  return { deviceId, seq, usage, capture: { captureId, sourceId, startedAt, events: whole, isLast } };
}

function requireTime(field: string, at: Date, now: Date): void {
  if (at.getTime() > now.getTime() + aheadMsMax)
    throw new InputInvalidError(field, 'This lies in the future: look at the clock of the device.');
  if (at < earliest) throw new InputInvalidError(field, 'This lies too far back: look at the clock of the device.');
}

/** A box begins in the frame; what of it lies outside is cut off. */
function withinFrame({ x, y, width, height }: Box): Box {
  return { x, y, width: Math.min(width, 1 - x), height: Math.min(height, 1 - y) };
}
