import type { NewJob } from '../../ports/job-queue.ts';

/** Topic of a message in the outbox that becomes a job. Its id is that of the job. */
export const jobTopic = 'job';

/** What such a message holds. */
export type JobMessage = {
  /** Whose it is, by which the database lets them write it. */
  organizationId: string | null;
  name: string;
  data: Record<string, unknown>;
  key?: string;
  /** ISO 8601. */
  startAfter?: string;
};

export function jobOf(id: string, { organizationId, name, data, key, startAfter }: JobMessage): NewJob {
  return {
    ...{ id, name, key },
    data: { ...data, organizationId },
    startAfter: startAfter === undefined ? undefined : new Date(startAfter),
  };
}

/** A message as text. PostgreSQL stores neither U+0000 nor half a character: each becomes U+FFFD, and fails nobody's request. */
export function textOf(message: JobMessage): string {
  return JSON.stringify(message).replaceAll(/\\(?:(u0000|ud[89a-f][\da-f]{2})|.)/g, (escape, odd) =>
    odd === undefined ? escape : '\\ufffd',
  );
}
