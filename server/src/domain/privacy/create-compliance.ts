import type { PrismaClient } from '@sightline/db/client';
import type { OrganizationClock } from '../../organization-clock.ts';
import type { Sql } from '../../transaction.ts';
import { createAuditExport } from '../audit/audit-export.ts';
import { createRetention, startCaretaker } from '../retention/retention.ts';
import { createRetentionService } from '../retention/retention.service.ts';
import type { SecretBox } from '../secrets/secret-box.ts';
import { createSourceCredentials } from '../secrets/source-credentials.service.ts';
import { createPrivacyService } from './privacy.service.ts';
import type { PrivacyDeps } from './privacy.service.ts';

type Deps = PrivacyDeps & {
  db: PrismaClient;
  pool: Sql;
  secrets: SecretBox;
  clock: OrganizationClock;
  /** Whether this process does chores. */
  works: boolean;
};

/** The audit log's ways out, privacy, retention, and what opens sources; and the chores that go with them. */
export function createCompliance({ db, pool, secrets, works, ...deps }: Deps) {
  const { system, storage, audit, clock, log } = deps;
  const privacy = createPrivacyService({ ...deps, clock: clock.ours });
  const retention = createRetention({ pool: system.pool, storage, clock });
  const caretaker = startCaretaker({ chores: works ? [() => retention.applyToAll(), () => privacy.tidy()] : [], log });
  return {
    applyRetention: retention.applyTo,
    services: {
      privacy,
      auditExport: createAuditExport({ db, pool, audit }),
      retention: createRetentionService({ db, audit, clock }),
      sourceCredentials: createSourceCredentials({ db, secrets, audit, clock }),
    },
    [Symbol.asyncDispose]: () => caretaker[Symbol.asyncDispose](),
  };
}
