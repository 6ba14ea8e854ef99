import { availableParallelism } from 'node:os';
import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import { hash, verify } from '@node-rs/argon2';
import type { Algorithm } from '@node-rs/argon2';
import { verify as verifyBcrypt } from '@node-rs/bcrypt';
import { createSlots } from './accounts/slots.ts';

export type PasswordHasher = ReturnType<typeof createPasswordHasher>;

type Options = {
  /** Hashes at the same time; each holds 19 MiB and one thread of Node's pool. */
  maxConcurrent?: number;
  /** Hashes that wait for their turn: more are refused, not queued. */
  maxWaiting?: number;
  /** Called for each hash that is made or checked, decoys included. */
  onEvaluation?: () => void;
};

// OWASP's minimum for argon2id: 19 MiB, two passes, one lane. About 11 ms on one core.
const parameters = { algorithm: 2 satisfies Algorithm.Argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 };
const current = `$argon2id$v=19$m=${parameters.memoryCost},t=${parameters.timeCost},p=${parameters.parallelism}$`;

/** Hashes a password with argon2id into a PHC string that carries its own salt and parameters. */
export function hashPassword(password: string): Promise<string> {
  return hash(normalized(password), parameters);
}

/** Makes and checks hashes, few at a time: unbounded sign-ins would be unbounded memory. */
export function createPasswordHasher({
  maxConcurrent = Math.min(4, Math.max(2, availableParallelism())),
  maxWaiting = 1_000,
  onEvaluation = () => {},
}: Options = {}) {
  const inSlot = createSlots({ max: maxConcurrent, maxWaiting, what: 'Checking passwords' });
  /** What a check costs on this machine when it is quiet, in milliseconds. */
  let quietMs = Infinity;
  const decoy = hashPassword('a password nobody has');
  // Whoever awaits it hears of a failure; until then nobody has to.
  decoy.catch(() => {});

  const withSlot = <T>(work: () => Promise<T>) =>
    inSlot(() => {
      onEvaluation();
      return work();
    });

  async function verifyArgon2(phc: string, password: string): Promise<boolean> {
    const startedAt = performance.now();
    const matches = await verify(phc, normalized(password));
    // The least ever measured, forgotten slowly: machines are moved.
    quietMs = Math.min(performance.now() - startedAt, quietMs * 1.01);
    return matches;
  }

  return {
    /** A new hash. Throws SERVICE_UNAVAILABLE when too many wait. */
    hash: (password: string) => withSlot(() => hashPassword(password)),

    /**
     * Checks a password. `stored` null means there is no such user or they have none: a decoy is verified all the same, so
     * that an unknown address costs as much time as a wrong password. Throws SERVICE_UNAVAILABLE when too many wait.
     */
    async verify(stored: string | null, password: string): Promise<boolean> {
      const phc = stored ?? (await decoy);
      const matches = await withSlot(() =>
        isBcrypt(phc) ? verifyBcrypt(normalized(password), phc) : verifyArgon2(phc, password),
      );
      return matches && stored !== null;
    },

    /** Waits as long as a check takes, without the work of one: for those who may not try any more. */
    async wait(): Promise<void> {
      if (quietMs === Infinity) return;
      const until = performance.now() + quietMs;
      const wholeMs = Math.floor(quietMs) - 1;
      if (wholeMs > 0) await delay(wholeMs);
      while (performance.now() < until) await turn();
    },
  };
}

/** Whether a hash that was just proved right should be made anew, because we hash better now. */
export function isOutdated(stored: string): boolean {
  return !stored.startsWith(current);
}

const isBcrypt = (stored: string) => /^\$2[abxy]\$/.test(stored);

/** The same password typed on another keyboard may come in other code points (NIST 800-63B asks for NFKC). */
const normalized = (password: string) => password.normalize('NFKC');
