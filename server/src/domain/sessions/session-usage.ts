import type { Session } from '@sightline/db/client';
import type { Act } from '../billing/ledger.ts';
import { actId } from '../billing/ledger.ts';

export type SessionUsage = {
  acts: Act[];
  /** Up to when the seconds are in `acts`, or were before. */
  meteredUntil: Date | null;
};

/** `INT` of the ledger; more seconds at once are those of a sandbox whose clock jumped by a lifetime. */
const countMax = 2 ** 31 - 1;

/**
 * What a session used since it was last metered: `frameCount` frames from the next one on, and whole seconds. At its end a
 * begun second is one. Seconds in which nobody ran it, as after a crash, are not in it: `meteredUntil` is null then.
 */
export function sessionUsage(session: Session, frameCount: number, now: Date, isEnd: boolean): SessionUsage {
  const act = (meter: Act['meter'], begin: string, count: number): Act => ({
    // Each frame and each second is recorded once, so where the act begins is what makes it one.
    id: actId('session', session.id, meter, begin),
    organizationId: session.organizationId,
    meter,
    count,
    task: session.pipelines.join('+'),
    model: session.model ?? '',
    apiKeyId: null,
    sourceId: session.sourceId,
    sessionId: session.id,
    at: now.toISOString(),
  });
  const frames = frameCount > 0 ? [act('FRAMES', String(session.framesRead), frameCount)] : [];
  if (!session.meteredUntil) return { acts: frames, meteredUntil: null };
  const begin = session.meteredUntil.getTime();
  const passed = Math.max(0, now.getTime() - begin) / 1_000;
  const seconds = Math.min(countMax, isEnd ? Math.ceil(passed) : Math.floor(passed));
  if (seconds === 0) return { acts: frames, meteredUntil: session.meteredUntil };
  return {
    acts: [...frames, act('SESSION_SECONDS', `${session.attemptCount}:${begin}`, seconds)],
    meteredUntil: new Date(begin + seconds * 1_000),
  };
}
