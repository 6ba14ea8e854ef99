import type { Event } from '@sightline/db/client';
import type { Grown } from '../outbox/outbox.ts';
import type { Signals } from '../outbox/signals.ts';

/** Longer messages are not worth their way: whoever wants to know reads the table. */
const mostBytes = 64 * 1024;

/** The signal as text, with the events in it if they are few enough: all of them, or none. */
export function hintMessage({ organizationId, firstSeq, lastSeq, events }: Grown): string | null {
  const signal: Signals['feed.grown'] = { organizationId, lastSeq, hint: { fromSeq: firstSeq, events } };
  const text = JSON.stringify(signal);
  return Buffer.byteLength(text) > mostBytes ? null : text;
}

/**
 * The events of a hint for whoever has everything up to `position`; null where they do not follow it without a hole, or
 * are not all of that feed: then the table is asked.
 */
export function eventsOfHint(
  { organizationId, lastSeq, hint }: Signals['feed.grown'],
  position: bigint,
): Event[] | null {
  if (!hint || BigInt(hint.fromSeq) !== position + 1n) return null;
  const events = (hint.events as unknown as HintedEvent[]).map(asEvent);
  const follows = events.every(
    (event, index) => event.seq === position + 1n + BigInt(index) && event.organizationId === organizationId,
  );
  return follows && events.at(-1)?.seq === BigInt(lastSeq) ? events : null;
}

type HintedEvent = Omit<Event, 'seq' | 'month' | 'occurredAt' | 'recordedAt'> & Record<Text, string>;
type Text = 'seq' | 'month' | 'occurredAt' | 'recordedAt';

function asEvent(hinted: HintedEvent): Event {
  const { seq, month, occurredAt, recordedAt, ...columns } = hinted;
  return {
    ...columns,
    seq: BigInt(seq),
    month: new Date(month),
    occurredAt: new Date(occurredAt),
    recordedAt: new Date(recordedAt),
  };
}
