import type { Prisma, PrismaClient } from '@sightline/db/client';
import type { Clock } from '../../../ports.ts';
import type { Sql } from '../../../transaction.ts';
import type { Viewer } from '../../identity/viewer.ts';
import type { SignalReader } from '../../outbox/signal-reader.ts';
import type { Entitlements } from '../entitlements.ts';
import { createConsumerNames } from './consumer-names.ts';
import { createCosts } from './costs.service.ts';
import { createUsageLive } from './usage-live.ts';
import { createUsageReports } from './usage-reports.service.ts';

type Deps = {
  db: PrismaClient;
  /** Behind the second fence, as `db` is. */
  pool: Sql;
  clock: Clock;
  entitlements: Pick<Entitlements, 'of'>;
  signals: SignalReader;
  sourcesVisibleTo(viewer: Viewer): Prisma.SourceWhereInput;
};

/** What people are shown of what they use. */
export function createUsage({ db, sourcesVisibleTo, ...deps }: Deps) {
  return {
    usageReports: createUsageReports({ ...deps, namesOf: createConsumerNames({ db, sourcesVisibleTo }) }),
    usageLive: createUsageLive(deps),
    costs: createCosts({ ...deps, db }),
  };
}
