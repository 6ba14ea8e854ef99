import type { Sql } from '../../../transaction.ts';
import { readLimits } from '../limits.ts';
import type { Limits } from '../limits.ts';

/** What organizations may do, as the database knows it at this moment. What is asked on every request: `entitlements`. */
export function createPlansService({ pool }: { pool: Sql }) {
  return {
    async limitsOf(organizationId: string): Promise<Limits> {
      const limits = await readLimits(pool, organizationId);
      if (!limits) throw new Error(`The organization ${organizationId} has no limits.`);
      return limits;
    },
  };
}
