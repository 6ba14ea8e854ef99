import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Bus } from '../../ports.ts';
import type { Entitlements } from './entitlements.ts';
import { requireLiveConnections } from './plan-limits.ts';

type Deps = {
  entitlements: Entitlements;
  bus: Pick<Bus, 'publish' | 'subscribe'>;
  log: Pick<Logger, 'warn'>;
  /** How often a process says what it has open, beside at once when that changed. */
  everyMs?: number;
};
/** What one process has open, by organization. */
type Told = { process: string; open: [organizationId: string, count: number][] };

const channel = 'connections.open';

/**
 * Sockets and streams that are open for each organization, over all processes. Exact in each of them; of the others a
 * process knows what they last said, so that connections which open on several at the same moment may be a few too many.
 * Nothing is kept anywhere: what a killed process had open is forgotten after three rounds.
 */
export async function startLiveConnections({ entitlements, bus, log, everyMs = 1_000 }: Deps) {
  const self = randomUUID();
  const own = new Map<string, number>();
  const others = new Map<string, { open: Map<string, number>; forgetAt: number }>();
  let telling: NodeJS.Immediate | null = null;

  function hear(message: string): void {
    const { process, open } = JSON.parse(message) as Told;
    if (process === self) return;
    others.set(process, { open: new Map(open), forgetAt: performance.now() + 3 * everyMs });
  }

  function tell(): void {
    telling = null;
    const message: Told = { process: self, open: [...own] };
    void bus.publish(channel, JSON.stringify(message)).catch((err: unknown) => log.warn({ err }, 'nobody was told'));
  }

  function change(organizationId: string, by: number): void {
    const count = (own.get(organizationId) ?? 0) + by;
    if (count > 0) own.set(organizationId, count);
    else own.delete(organizationId);
    // A thousand that open in one turn are told of once.
    telling ??= setImmediate(tell);
  }

  function elsewhere(organizationId: string): number {
    let count = 0;
    for (const [process, { open, forgetAt }] of others) {
      if (forgetAt < performance.now()) others.delete(process);
      else count += open.get(organizationId) ?? 0;
    }
    return count;
  }

  const unsubscribe = await bus.subscribe(channel, hear);
  // Also with nothing open: whoever heard of some before has to hear that they are gone.
  const timer = setInterval(tell, everyMs);

  return {
    /** Counts one until the result is called. Throws PLAN_LIMIT_REACHED. */
    async open(organizationId: string): Promise<() => void> {
      const limits = await entitlements.of(organizationId);
      const count = (own.get(organizationId) ?? 0) + elsewhere(organizationId) + 1;
      if (limits) requireLiveConnections(limits, count);
      change(organizationId, 1);
      let isOpen = true;
      return () => {
        if (isOpen) change(organizationId, -1);
        isOpen = false;
      };
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      if (telling) clearImmediate(telling);
      await unsubscribe();
    },
  };
}
