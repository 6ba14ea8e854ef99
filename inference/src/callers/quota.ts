import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { SidecarError } from '../errors.ts';
import type { Caller } from '../http/callers.ts';
import type { Logger } from '../logger.ts';
import type { RecordUsage } from '../usage/usage.ts';
import { countMax } from '../usage/usage-record.ts';
import type { Forget } from './introspection.ts';

/** What was taken of a quota for one call. */
export type Taken = {
  /** The call failed after all: it costs nothing. */
  giveBack(): void;
};

export type Quota = AsyncDisposable & {
  /**
   * Refuses what cannot be paid from the quota before its work is done. Throws QUOTA_EXCEEDED, and SERVICE_UNAVAILABLE
   * where nobody can say.
   */
  requireRoom(caller: Caller, units: number): Promise<void> | undefined;
  /**
   * Takes the units of a call whose answer is known, all of them or none; null where there is nothing to count. Throws the
   * same.
   */
  take(caller: Caller, units: number): Promise<Taken> | null;
  forget: Forget;
};

const answerSchema = z.union([
  z.object({ isMetered: z.literal(false) }),
  z.object({
    isMetered: z.literal(true),
    granted: z.int().min(0),
    left: z.int().min(0),
    limit: z.int().min(0),
    resetsAt: z.iso.datetime({ offset: true }),
    resetsInMs: z.number().min(0),
  }),
]);
type Answer = z.output<typeof answerSchema>;
type Level = Extract<Answer, { isMetered: true }> & { knownUntil: number };

type Lease = { id: string; granted: number; left: number };
type Waiter = { units: number; promise: PromiseWithResolvers<Taken> };

/** How one organization stands. */
type Account = {
  /** Parts of the quota that nobody has used yet, oldest first. */
  leases: Lease[];
  waiters: Waiter[];
  asking: Promise<void> | null;
  /** What the server said last; null before, and after something changed. */
  level: Level | null;
  /** Until then the server is not asked whether there is a quota. */
  freeUntil: number;
  /** Units that calls took since the server gave something. */
  usedSince: number;
  grantedAt: number;
  /** Counts changes of the plan, so that an answer from before one is not remembered. */
  generation: number;
};

type Deps = {
  serverUrl: string;
  serviceToken: string;
  fetch: typeof globalThis.fetch;
  /** Milliseconds of a clock that only goes forward. */
  elapsed?: () => number;
  log: Pick<Logger, 'warn'>;
};

/** What the server said of a quota is good for this long, also when nobody tells us that it changed. */
const knowMs = 1_000;
/** What is not used for this long goes back: somebody else may need it. */
const holdMs = 1_000;
const timeoutMs = 5_000;
const batchMax = 5_000;
const aheadMax = 100_000;
/** An organization that nobody calls for takes no memory: so many are remembered at most. */
const accountsMax = 5_000;
const returnTries = 4;

/** Where nobody is billed. */
export const noQuota: Quota = {
  requireRoom: () => undefined,
  take: () => null,
  forget() {},
  async [Symbol.asyncDispose]() {},
};

/**
 * Hard quotas, counted by the server: this side takes parts ahead, as large as what was used in the last second, and gives
 * back what it did not need. Near the limit the server gives exactly as much as waits, so that over all sidecars exactly as
 * much passes as there is.
 */
export function createQuota({ serverUrl, serviceToken, fetch, elapsed = () => performance.now(), log }: Deps): Quota {
  const holder = randomUUID();
  const accounts = new Map<string, Account>();
  const returning = new Set<Promise<void>>();
  const sweeping = setInterval(sweep, holdMs).unref();

  function accountOf(organizationId: string): Account {
    const known = accounts.get(organizationId);
    if (known) return known;
    const account: Account = {
      ...{ leases: [], waiters: [], asking: null, level: null, freeUntil: 0 },
      ...{ usedSince: 0, grantedAt: elapsed(), generation: 0 },
    };
    accounts.set(organizationId, account);
    return account;
  }

  /** The account of a caller whose calls are counted; null for all others. */
  function counted(caller: Caller): { account: Account; organizationId: string } | null {
    if (caller.kind !== 'organization' || caller.hardQuota === false) return null;
    const { organizationId } = caller;
    const account = accountOf(organizationId);
    return account.freeUntil > elapsed() ? null : { account, organizationId };
  }

  async function post(path: string, body: object): Promise<unknown> {
    const response = await fetch(`${serverUrl}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${serviceToken}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(timeoutMs),
      redirect: 'error',
    });
    if (!response.ok) {
      await response.body?.cancel();
      // A server of an earlier version knows no quotas.
      if (response.status === 404) return { isMetered: false };
      throw new Error(`The server answered ${response.status}.`);
    }
    return response.json();
  }

  /** Serves those that wait from what is there already. */
  function serveHeld(account: Account): void {
    const { waiters } = account;
    for (;;) {
      const taken = waiters[0] && takeHeld(account, waiters[0].units);
      if (!taken) return;
      waiters.shift()?.promise.resolve(taken);
    }
  }

  /**
   * Asks for the calls that wait, and for some of those to come; for none at all only where somebody wants to know what is
   * left. Throws only then: who waits is told.
   */
  async function ask(organizationId: string, account: Account, isWanted: boolean): Promise<void> {
    // Calls that end in the same turn of the event loop share one question.
    await new Promise<void>((resolve) => setImmediate(resolve));
    serveHeld(account);
    if (account.waiters.length === 0 && !isWanted) return;
    const waiters = account.waiters.splice(0, batchMax);
    const lease = randomUUID();
    const { generation } = account;
    try {
      const wants = waiters.map(({ units }) => units);
      const body = { organizationId, lease, holder, wants, ahead: paceOf(account) };
      const answer = answerSchema.parse(await post('/internal/quota', body));
      if (!answer.isMetered) {
        if (generation === account.generation) account.freeUntil = elapsed() + knowMs;
        for (const { promise } of waiters) promise.resolve({ giveBack() {} });
        return;
      }
      const { granted } = answer;
      if (granted > 0) account.leases.push({ id: lease, granted, left: granted });
      [account.usedSince, account.grantedAt] = [0, elapsed()];
      account.level = { ...answer, knownUntil: generation === account.generation ? elapsed() + knowMs : 0 };
      for (const { units, promise } of waiters) {
        const taken = takeHeld(account, units);
        if (taken) promise.resolve(taken);
        else promise.reject(exceeded(answer));
      }
    } catch (cause) {
      const refusal = new SidecarError('SERVICE_UNAVAILABLE', 'Your quota cannot be checked right now. Try again.', {
        cause,
      });
      for (const { promise } of waiters) promise.reject(refusal);
      // The answer may have been lost, and not the question.
      settle({ id: lease, granted: 0, left: 0 });
      if (waiters.length === 0) throw refusal;
    }
  }

  /** One question at a time for each organization: what waits meanwhile shares the next. */
  function pump(organizationId: string, account: Account, isWanted = false): Promise<void> {
    account.asking ??= ask(organizationId, account, isWanted).finally(() => {
      account.asking = null;
      if (account.waiters.length > 0) pump(organizationId, account).catch(() => undefined);
    });
    return account.asking;
  }

  /** As much as was used in a second of late. */
  function paceOf({ usedSince, grantedAt }: Account): number {
    const seconds = Math.max(0.1, (elapsed() - grantedAt) / 1_000);
    return Math.min(aheadMax, Math.floor(usedSince / seconds));
  }

  const held = ({ leases }: Account): number => leases.reduce((sum, { left }) => sum + left, 0);

  function takeHeld(account: Account, units: number): Taken | null {
    if (held(account) < units) return null;
    const parts: { lease: Lease; units: number }[] = [];
    for (let missing = units; missing > 0;) {
      const lease = account.leases[0]!;
      const part = Math.min(missing, lease.left);
      lease.left -= part;
      missing -= part;
      parts.push({ lease, units: part });
      if (lease.left === 0) account.leases.shift();
    }
    account.usedSince += units;
    return {
      giveBack() {
        for (const part of parts.splice(0)) {
          part.lease.left += part.units;
          if (!account.leases.includes(part.lease)) account.leases.push(part.lease);
        }
      },
    };
  }

  /** Tells the server what was used of a lease: the rest is free again. */
  function settle({ id, granted, left }: Lease): void {
    const done: Promise<void> = settleNow(id, granted - left).finally(() => returning.delete(done));
    returning.add(done);
  }

  async function settleNow(lease: string, kept: number): Promise<void> {
    for (let round = 1; round <= returnTries; round++) {
      try {
        await post('/internal/quota/return', { lease, kept });
        return;
      } catch (err) {
        // What is never given back is found when the server compares its counters with the ledger.
        if (round === returnTries) log.warn({ err }, 'a part of a quota could not be given back');
        else await delay(100 * 2 ** round, undefined, { ref: false });
      }
    }
  }

  function giveBackAll(account: Account): void {
    for (const lease of account.leases.splice(0)) settle(lease);
  }

  function sweep(): void {
    const now = elapsed();
    for (const [organizationId, account] of accounts) {
      if (now - account.grantedAt >= holdMs) giveBackAll(account);
      const isIdle = account.leases.length === 0 && account.waiters.length === 0 && account.asking === null;
      if (isIdle && accounts.size > accountsMax) accounts.delete(organizationId);
    }
  }

  async function requireRoomOf(organizationId: string, account: Account, units: number): Promise<void> {
    if (held(account) >= units) return;
    if (account.level === null || account.level.knownUntil <= elapsed()) await pump(organizationId, account, true);
    if (account.freeUntil > elapsed() || account.level === null) return;
    if (account.level.left + held(account) < units) throw exceeded(account.level);
  }

  return {
    requireRoom(caller, units) {
      const { account, organizationId } = counted(caller) ?? {};
      if (!account || organizationId === undefined) return undefined;
      return requireRoomOf(organizationId, account, Math.min(units, countMax));
    },
    take(caller, count) {
      const { account, organizationId } = counted(caller) ?? {};
      if (!account || organizationId === undefined) return null;
      const units = Math.min(count, countMax);
      const now = account.waiters.length === 0 && account.asking === null ? takeHeld(account, units) : null;
      if (now) return Promise.resolve(now);
      const promise = Promise.withResolvers<Taken>();
      account.waiters.push({ units, promise });
      pump(organizationId, account).catch(() => undefined);
      return promise.promise;
    },
    forget(id) {
      for (const [organizationId, account] of accounts) {
        if (id !== null && id !== organizationId) continue;
        account.generation++;
        account.level = null;
        account.freeUntil = 0;
        giveBackAll(account);
      }
    },
    async [Symbol.asyncDispose]() {
      clearInterval(sweeping);
      for (const account of accounts.values()) giveBackAll(account);
      await Promise.race([Promise.all(returning), delay(timeoutMs, undefined, { ref: false })]);
    },
  };
}

/** What the whole organization may use in its billing period is used. */
function exceeded({ limit, left, resetsAt, resetsInMs }: Omit<Level, 'knownUntil'>): SidecarError {
  const text = `Your plan includes ${limit} predictions until ${resetsAt}, and ${left} are left.`;
  return new SidecarError('QUOTA_EXCEEDED', text, {
    details: { meter: 'PREDICTIONS', limit, remaining: left, resetsAt },
    retryAfterMs: resetsInMs,
  });
}

/** Records calls, and takes them from their quota first: what is refused was not recorded, and the other way round. */
export function paidFromQuota(quota: Quota, record: RecordUsage): RecordUsage {
  return function recordUsage(caller, call) {
    const taking = call.cached ? null : quota.take(caller, call.count);
    if (taking === null) return record(caller, call);
    return taking.then(({ giveBack }) =>
      record(caller, call).catch((error: unknown) => {
        giveBack();
        throw error;
      }),
    );
  };
}
