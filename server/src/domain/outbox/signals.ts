/**
 * Messages from code to code, told after the transaction that caused them has committed.
 * They carry ids, never rows: every reader reads again, under its own policy. The one exception is a hint, which a reader of
 * the same organization may take for the page it would read.
 * Numbers of the feed are decimal text, because JSON has no 64-bit integers.
 */
export type Signals = {
  /** The organization's feed has events up to `lastSeq`. The hint is what it has from `fromSeq` on, for who need not read it then. */
  'feed.grown': { organizationId: string; lastSeq: string; hint?: { fromSeq: string; events: JsonRow[] } };
  'session.queued': { organizationId: string; sessionId: string };
  'session.changed': { organizationId: string; sessionId: string };
  'session.stop-requested': { organizationId: string; sessionId: string };
  'signin.revoked': { organizationId: string; signInId: string };
  'apikey.revoked': { organizationId: string; apiKeyId: string };
  /** A member left, a role or the plan changed: what was remembered of the organization's callers is out of date. */
  'access.changed': { organizationId: string };
  /** A plan itself changed, for whoever has it. The organization is all zeros. */
  'plans.changed': { organizationId: string };
  /** An operator changed a feature flag. The organization is all zeros. */
  'flags.changed': { organizationId: string };
  /** Usage was recorded, or a quota taken: what is left is out of date. */
  'usage.recorded': { organizationId: string };
  /** Somebody of the organization has something new to read. */
  'notification.added': { organizationId: string };
  /** Somebody began or ended to watch, or does something while they do. */
  'presence.changed': { organizationId: string };
  /** Somebody moved the clock of this sandbox. */
  'clock.moved': { organizationId: string };
  /** Jobs were added to the queue. Told by the relay itself, to all workers and for no organization. */
  'jobs.added': Record<never, never>;
};

/** A row as JSON has it: times and large numbers are text. */
export type JsonRow = Readonly<Record<string, string | number | null>>;

export type Topic = keyof Signals;

/** Where a signal is heard: by everyone, or by those who care about one organization only. */
export function channelOf(topic: string, organizationId: string | null): string {
  return organizationId === null ? topic : `${topic}:${organizationId}`;
}
