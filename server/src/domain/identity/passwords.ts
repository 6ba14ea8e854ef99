import { hash, verify } from '@node-rs/argon2';
import type { Algorithm } from '@node-rs/argon2';

// OWASP's minimum for argon2id: 19 MiB, two passes, one lane. About 11 ms on one core.
const parameters = { algorithm: 2 satisfies Algorithm.Argon2id, memoryCost: 19_456, timeCost: 2, parallelism: 1 };

const maxConcurrentHashes = 4;

/** Hashes a password with argon2id into a PHC string that carries its own salt and parameters. */
export function hashPassword(password: string): Promise<string> {
  return withSlot(() => hash(password, parameters));
}

/**
 * Checks a password. `phc` null means there is no such user: a decoy is verified all the same, so that
 * an unknown address costs as much time as a wrong password.
 */
export async function verifyPassword(phc: string | null, password: string): Promise<boolean> {
  const matches = await withSlot(async () => verify(phc ?? (await decoy()), password));
  return matches && phc !== null;
}

let decoyHash: Promise<string> | undefined;
const decoy = () => (decoyHash ??= hash('a password nobody has', parameters));

// Each hash holds 19 MiB, so unbounded sign-ins would be unbounded memory.
const waiting: (() => void)[] = [];
let running = 0;

async function withSlot<T>(work: () => Promise<T>): Promise<T> {
  if (running >= maxConcurrentHashes) await new Promise<void>((resolve) => waiting.push(resolve));
  else running += 1;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    // The slot is handed over, not freed, so that nobody can slip in between.
    if (next) next();
    else running -= 1;
  }
}
