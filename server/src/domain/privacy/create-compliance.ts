import type { PrismaClient } from '@sightline/db/client';
import type { Logger } from 'pino';
import type { OrganizationClock } from '../../organization-clock.ts';
import type { Sql } from '../../transaction.ts';
import { createAuditExport } from '../audit/audit-export.ts';
import { createMonths } from '../events/months/months.ts';
import type { Queue } from '../queue/queue.ts';
import { createLeftFiles } from '../retention/left-files.ts';
import { createRetention, startCaretaker } from '../retention/retention.ts';
import { createRetentionService } from '../retention/retention.service.ts';
import { createStoreJobs } from '../retention/store-jobs.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import { createSourceCredentials } from '../secrets/source-credentials.service.ts';
import { createPrivacyService } from './privacy.service.ts';
import type { PrivacyDeps } from './privacy.service.ts';

type Deps = PrivacyDeps & {
  db: PrismaClient;
  pool: Sql;
  secrets: SecretBox;
  clock: OrganizationClock;
  queue: Queue;
  log: Pick<Logger, 'info' | 'warn'>;
  /** Whether this process does chores. */
  works: boolean;
};

/** The audit log's ways out, privacy, retention, and what opens sources; and the chores that go with them. */
export function createCompliance({ db, pool, secrets, queue, works, ...deps }: Deps) {
  const { system, storage, audit, clock, log } = deps;
  const privacy = createPrivacyService({ ...deps, clock: clock.ours });
  const retention = createRetention({ pool: system.pool, storage, clock });
  const months = createMonths({ pool: system.pool, log });
  const leftFiles = createLeftFiles({ pool: system.pool, storage, clock: clock.ours });
  const jobs = { queue, months, retention, leftFiles, pool: system.pool };
  const store = createStoreJobs({ ...jobs, clock: clock.ours, log });
  const caretaker = startCaretaker({ chores: works ? [() => privacy.tidy()] : [], log });
  return {
    applyRetention: retention.applyTo,
    /** Before jobs are done. */
    start: () => store.start(),
    services: {
      privacy,
      auditExport: createAuditExport({ db, pool, audit }),
      retention: createRetentionService({ db, audit, clock }),
      sourceCredentials: createSourceCredentials({ db, secrets, audit, clock }),
    },
    [Symbol.asyncDispose]: () => caretaker[Symbol.asyncDispose](),
  };
}
