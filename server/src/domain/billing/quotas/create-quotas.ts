import type { Logger } from 'pino';
import type { OrganizationClock } from '../../../organization-clock.ts';
import type { Sql, SqlPool } from '../../../transaction.ts';
import type { Entitlements } from '../entitlements.ts';
import { startQuotaLeases } from './quota-leases.service.ts';
import { createQuotaOf } from './quota-levels.ts';

type Deps = {
  pool: Sql & SqlPool;
  entitlements: Pick<Entitlements, 'of'>;
  clock: OrganizationClock;
  log: Pick<Logger, 'warn'>;
};

/** Quotas: how much is left, and parts of them for sidecars. */
export function createQuotas({ pool, entitlements, clock, log }: Deps) {
  const quotaLeases = startQuotaLeases({ pool, clock, log });
  return {
    services: { quotaLeases, quotaOf: createQuotaOf({ pool, entitlements, clock }) },
    [Symbol.asyncDispose]: () => quotaLeases[Symbol.asyncDispose](),
  };
}
