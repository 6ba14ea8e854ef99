import type { Database } from '@sightline/db/database';
import type { Logger } from 'pino';
import type { OrganizationClock } from '../../../organization-clock.ts';
import type { Sql, SqlPool } from '../../../transaction.ts';
import type { MailQueue } from '../../mail/mail-queue.ts';
import type { NotificationsService } from '../../notifications/notifications.service.ts';
import type { Outbox } from '../../outbox/outbox.ts';
import type { SignalReader } from '../../outbox/signal-reader.ts';
import { startAlerts } from '../alerts/alerts.service.ts';
import type { Entitlements } from '../entitlements.ts';
import { startQuotaLeases } from './quota-leases.service.ts';
import { createQuotaOf } from './quota-levels.ts';

type Deps = {
  system: Database;
  /** Also while a request runs in one transaction. */
  pool: Sql & SqlPool;
  entitlements: Pick<Entitlements, 'of'>;
  notifications: Pick<NotificationsService, 'add'>;
  mail: Pick<MailQueue, 'add' | 'kick'>;
  outbox: Pick<Outbox, 'kick'>;
  signals: SignalReader;
  clock: OrganizationClock;
  log: Pick<Logger, 'warn'>;
};

/** Quotas: how much is left, parts of them for sidecars, and who is told when they come to their end. */
export async function startQuotas({ pool, entitlements, notifications, clock, log, ...deps }: Deps) {
  await using opening = new AsyncDisposableStack();
  const quotaOf = createQuotaOf({ pool, entitlements, clock });
  const quotaLeases = opening.use(startQuotaLeases({ pool, clock, log }));
  opening.use(await startAlerts({ ...deps, quotaOf, notify: notifications.add, clock, log }));
  const open = opening.move();
  return { services: { quotaLeases, quotaOf }, [Symbol.asyncDispose]: () => open.disposeAsync() };
}
