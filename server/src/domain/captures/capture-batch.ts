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
  /** Of the same call, where our sidecar was asked as well. */
  callId?: string | null | undefined;
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
  /** What the device's clock said when it was sent. */
  sentAt: Date | null;
  captureId: string | null;
  sourceId: string | null;
  startedAt: Date | null;
  events: readonly CapturedEvent[];
  isLast: boolean;
};

/** Earlier than any device: its clock was never set. */
const earliest = new Date('2000-01-01T00:00:00Z');

/** By what times are told right. */
type Clocks = {
  /** The organization's time: nothing happened later. */
  now: Date;
  /** How far the device's clock is ahead of ours, in milliseconds. */
  aheadMs: number;
};

/**
 * Puts a batch together, its times as ours has them. Throws INPUT_INVALID where something is missing, or what was seen lies before any
 * device. What it used counts whatever its clock says: a wrong one would be a way not to pay.
 */
export function readCaptureBatch(asked: AskedBatch, clocks: Clocks): CaptureBatch {
  const { deviceId, seq, captureId, sourceId, startedAt, events, isLast } = asked;
  const usage = asked.usage.map((use) => ({ ...use, at: corrected(use.at, clocks) }));
  if (captureId === null) {
    if (events.length > 0 || isLast || sourceId !== null || startedAt !== null)
      throw new InputInvalidError('captureId', 'What was captured names its capture.');
    return { deviceId, seq, usage, capture: null };
  }
  if (sourceId === null) throw new InputInvalidError('sourceId', 'A capture names its source.');
  if (startedAt === null) throw new InputInvalidError('startedAt', 'A capture says when it began.');
  const times = pastTimes([startedAt, ...events.map(({ occurredAt }) => occurredAt)], clocks);
  const [began = startedAt, ...happened] = times;
  requireTime('startedAt', began);
  const whole = events.map((event, index) => {
    const occurredAt = happened[index] ?? event.occurredAt;
    requireTime(`events.${index}.occurredAt`, occurredAt);
    return { ...event, occurredAt, box: withinFrame(event.box) };
  });
  return { deviceId, seq, usage, capture: { captureId, sourceId, startedAt: began, events: whole, isLast } };
}

/**
 * Times in the order in which things happened, by our clock. What lies in the future still, because the device's clock was set right
 * in between, happened no later than what came after it, and no later than now.
 */
function pastTimes(times: readonly Date[], clocks: Clocks): Date[] {
  let latest = clocks.now;
  return times
    .map((at) => corrected(at, clocks))
    .toReversed()
    .map((at) => (at > clocks.now ? latest : (latest = at)))
    .toReversed();
}

const corrected = (at: Date, { aheadMs }: Clocks) => new Date(at.getTime() - aheadMs);

/** Longer than a batch is on its way. */
const underWayMsMax = 5 * 60_000;

/** How far a device's clock is ahead, in milliseconds. That it seems to be behind may be the time the batch was on its way. */
export function aheadMsOf(sentAt: Date | null, ours: Date): number {
  const aheadMs = sentAt === null ? 0 : sentAt.getTime() - ours.getTime();
  return aheadMs > 0 || aheadMs < -underWayMsMax ? aheadMs : 0;
}

function requireTime(field: string, at: Date): void {
  if (at < earliest) throw new InputInvalidError(field, 'This lies too far back: look at the clock of the device.');
}

/** A box begins in the frame; what of it lies outside is cut off. */
function withinFrame({ x, y, width, height }: Box): Box {
  return { x, y, width: Math.min(width, 1 - x), height: Math.min(height, 1 - y) };
}
