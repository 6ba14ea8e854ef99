import type { Locale, Role } from '@sightline/db/client';
import type { Sql } from '../../../transaction.ts';
import { TooManyAttemptsError } from '../identity.errors.ts';
import { isOutdated } from '../passwords.ts';
import type { PasswordHasher } from '../passwords.ts';
import { hashSecret } from '../tokens.ts';
import type { Origin } from '../viewer.ts';
import { findPasswordSql, upgradePasswordSql } from './accounts.queries.ts';
import { networkOf } from './attempts.ts';
import type { Attempt, AttemptLimit, Attempts } from './attempts.ts';
import { normalizeEmail } from './normalize-email.ts';

export type PasswordCheck = ReturnType<typeof createPasswordCheck>;
type Deps = { pool: Sql; attempts: Attempts; hasher: PasswordHasher };

type Asked = ({ email: string } | { userId: string }) & {
  password: string;
  origin: Origin;
  /** Token of a device; null when it has none. */
  knownDevice: string | null;
};

/** Whose password was right. */
export type Proved = {
  userId: string;
  email: string;
  name: string;
  locale: Locale;
  emailVerifiedAt: Date | null;
  /** Since when it is theirs: whoever lets them in must see, holding the user's row, that it still is. */
  passwordChangedAt: Date;
  /** Where they act; null for who belongs nowhere. */
  organizationId: string | null;
  role: Role | null;
};

type Row = Omit<Proved, 'userId'> & { id: string; passwordHash: string | null; knownDeviceId: string | null };

const minutes = 15;
/** Together 20 guesses for an account: strangers can use up theirs, and never those of the owner's devices. */
const ofStrangers: AttemptLimit = { max: 14, windowSeconds: minutes * 60 };
const ofKnownDevices: AttemptLimit = { max: 6, windowSeconds: minutes * 60 };
/** One password tried on many accounts. An office behind one address mistypes less often than that. */
const ofPlace: AttemptLimit = { max: 300, windowSeconds: minutes * 60 };

const noDevice = Buffer.alloc(32);

/** Checks passwords of people, however they are asked for: at most 20 wrong ones an account in 15 minutes. */
export function createPasswordCheck({ pool, attempts, hasher }: Deps) {
  async function find(asked: Asked): Promise<Row | null> {
    const device = asked.knownDevice === null ? noDevice : hashSecret(asked.knownDevice);
    const values = 'email' in asked ? [normalizeEmail(asked.email), null, device] : [null, asked.userId, device];
    const { rows } = await pool.query<Row>({ ...findPasswordSql, values });
    return rows[0] ?? null;
  }

  /** Takes the tries this costs, from all that count it, or throws TOO_MANY_ATTEMPTS as late as a wrong password would be. */
  async function take(counted: readonly [kind: string, subject: string, limit: AttemptLimit][]): Promise<Attempt[]> {
    const taken: Attempt[] = [];
    for (const [kind, subject, limit] of counted) {
      const attempt = await attempts.take(kind, subject, limit);
      if (!attempt.allowed) {
        await Promise.all([hasher.wait(), ...taken.map(({ giveBack }) => giveBack())]);
        throw new TooManyAttemptsError(kind, attempt.retryAfterMs);
      }
      taken.push(attempt);
    }
    return taken;
  }

  async function upgrade(userId: string, stored: string, password: string): Promise<void> {
    await pool.query({ ...upgradePasswordSql, values: [userId, stored, await hasher.hash(password)] });
  }

  return {
    /**
     * Whose password this is; null for a wrong one, an unknown address, and a person without a password, all in the same
     * time. `userId` is for those who are signed in already and prove themselves again. Throws TOO_MANY_ATTEMPTS, for
     * known and unknown addresses alike.
     */
    async check(asked: Asked): Promise<Proved | null> {
      const row = await find(asked);
      // Counted by address whether anybody has it, so that being held off tells nothing.
      const email = row?.email ?? ('email' in asked ? normalizeEmail(asked.email) : asked.userId);
      const isKnown = 'userId' in asked || (row?.knownDeviceId ?? null) !== null;
      const taken = await take(
        isKnown
          ? [['password-known', email, ofKnownDevices]]
          : [
              ['password', email, ofStrangers],
              ['password-place', networkOf(asked.origin.address), ofPlace],
            ],
      );
      const isRight = await hasher.verify(row?.passwordHash ?? null, asked.password);
      if (!isRight || !row) return null;
      // Who knows the password guessed nothing: programs may sign in as often as they like.
      await Promise.all(taken.map(({ giveBack }) => giveBack()));
      if (row.passwordHash !== null && isOutdated(row.passwordHash)) {
        await upgrade(row.id, row.passwordHash, asked.password);
      }
      const { id: userId, passwordHash: _hash, knownDeviceId: _device, ...person } = row;
      return { userId, ...person };
    },
  };
}
