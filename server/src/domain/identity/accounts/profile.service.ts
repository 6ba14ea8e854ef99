import type { Locale, PrismaClient } from '@sightline/db/client';
import { InputInvalidError } from '../../../errors/request-errors.ts';
import type { AuditLog } from '../../audit/audit-log.ts';
import type { Viewer } from '../viewer.ts';
import { requirePerson } from './require-person.ts';

export type ProfileService = ReturnType<typeof createProfileService>;
type Deps = { db: PrismaClient; audit: AuditLog };

export type Profile = {
  email: string;
  name: string;
  locale: Locale;
  timeZone: string;
  emailVerified: boolean;
  hasPassword: boolean;
};

/** What is left out stays as it is. */
export type ProfileChange = { name?: string; locale?: Locale; timeZone?: string };

/** What a person is told and may change about themselves. */
export function createProfileService({ db, audit }: Deps) {
  return {
    /** The viewer's own; null for a key, which speaks for somebody without being them. */
    async find({ userId, signInId }: Viewer): Promise<Profile | null> {
      if (signInId === null) return null;
      const user = await db.user.findUniqueOrThrow({ where: { id: userId } });
      const { email, name, locale, timeZone, emailVerifiedAt, passwordHash } = user;
      return { email, name, locale, timeZone, emailVerified: emailVerifiedAt !== null, hasPassword: !!passwordHash };
    },

    /** The viewer as they are afterwards. Throws UNAUTHENTICATED for keys, INPUT_INVALID for an unknown time zone. */
    async update(viewer: Viewer, change: ProfileChange, requestId: string): Promise<Viewer> {
      const { userId } = requirePerson(viewer);
      requireTimeZone(change.timeZone, 'input.timeZone');
      return db.$transaction(async (tx) => {
        const where = { id: userId };
        const select = { name: true, locale: true, timeZone: true };
        const before = await tx.user.findUniqueOrThrow({ where, select });
        const after = await tx.user.update({ where, data: change, select });
        const act = { action: 'updateProfile', targetType: 'User', targetId: userId, requestId };
        await audit.record(tx, viewer, { ...act, before, after });
        return { ...viewer, locale: after.locale };
      });
    },
  };
}

/** Throws INPUT_INVALID unless it is left out or a name of the IANA database. */
export function requireTimeZone(timeZone: string | undefined, field: string): void {
  if (timeZone === undefined) return;
  try {
    if (!/^[A-Za-z]/.test(timeZone)) throw new RangeError('an offset is not a zone: it knows no summer');
    new Intl.DateTimeFormat('en', { timeZone });
  } catch {
    throw new InputInvalidError(field, 'This is not the name of a time zone, such as Europe/Madrid.');
  }
}
