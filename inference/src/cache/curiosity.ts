export type Curiosity = ReturnType<typeof createCuriosity>;

/** Of each tenant, to begin with and at most. */
const creditsMax = 32;
/** What one remembered answer earns: it pays to read eight pictures where one of them is known. */
const creditsPerHit = 8;
/** Enough to notice that pictures have begun to repeat themselves. */
const creditsPerSecond = 2;
const tenantsMax = 1_000;

type Account = { credits: number; at: number };

/**
 * Whether it is worth reading a picture that no engine has time for, because its answer may be remembered: as long as
 * that proved true often enough for its tenant. `now`: milliseconds.
 */
export function createCuriosity({ now }: { now(): number }) {
  const accounts = new Map<string, Account>();

  function accountOf(tenant: string): Account {
    const at = now();
    const known = accounts.get(tenant) ?? { credits: creditsMax, at };
    const earned = (Math.max(0, at - known.at) / 1_000) * creditsPerSecond;
    return { credits: Math.min(creditsMax, known.credits + earned), at };
  }

  function add(tenant: string, credits: number): void {
    const account = accountOf(tenant);
    account.credits = Math.min(creditsMax, account.credits + credits);
    // Whoever was not seen for longest is forgotten first, which does it no harm.
    accounts.delete(tenant);
    accounts.set(tenant, account);
    if (accounts.size > tenantsMax) accounts.delete(accounts.keys().next().value ?? '');
  }

  return {
    has: (tenant: string): boolean => accountOf(tenant).credits >= 1,
    /** A picture is read for this alone. */
    spend: (tenant: string): void => add(tenant, -1),
    /** An answer was remembered. */
    earn: (tenant: string): void => add(tenant, creditsPerHit),
  };
}
