import { AsyncLocalStorage } from 'node:async_hooks';
import type { TenantScope } from '@sightline/db/tenant-pool';

/** One operation's; what it is for may become known only while it runs, as when somebody signs in. */
type Scope = { organizationId: string | null; clockOffsetMs?: number | undefined };

const scopes = new AsyncLocalStorage<Scope>();

/**
 * Runs `work`, and all it awaits, for an organization: the database shows its rows and nobody else's. Null: for none.
 * What others start meanwhile, such as a handler of a signal, must say for itself whom it works for. Who has just read how
 * far the organization's clock is ahead says that, too.
 */
export function withOrganization<Result>(
  organizationId: string | null,
  work: () => Result,
  clockOffsetMs?: number,
): Result {
  return scopes.run({ organizationId, clockOffsetMs }, work);
}

/** The organization at work; null outside of any. */
export const currentOrganization = (): string | null => scopes.getStore()?.organizationId ?? null;

/** How far the clock of the organization at work is ahead, as read with the viewer; undefined where nobody said. */
export const currentClockOffsetMs = (): number | undefined => scopes.getStore()?.clockOffsetMs;

/** From here on the operation that runs works for this organization: whoever just signed in there, or made it, asks. */
export function continueIn(organizationId: string | null, clockOffsetMs?: number): void {
  const scope = scopes.getStore();
  if (scope) Object.assign(scope, { organizationId, clockOffsetMs });
}

/** What the database asks. */
export const tenantScope: TenantScope = { organization: currentOrganization, within: withOrganization };
