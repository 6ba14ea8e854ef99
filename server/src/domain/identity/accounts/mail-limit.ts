import { TooManyAttemptsError } from '../identity.errors.ts';
import type { Attempts } from './attempts.ts';

export type MailLimit = ReturnType<typeof createMailLimit>;

/** Nobody’s mailbox is filled through us. */
const limit = { max: 6, windowSeconds: 3600 };

export function createMailLimit({ attempts }: { attempts: Attempts }) {
  /** Call before a mail is asked for by somebody unknown. Throws TOO_MANY_ATTEMPTS, whether anybody has the address or not. */
  return async function mailLimit(email: string): Promise<void> {
    const { allowed, retryAfterMs } = await attempts.take('mail', email, limit);
    if (!allowed) throw new TooManyAttemptsError('mail', retryAfterMs);
  };
}
