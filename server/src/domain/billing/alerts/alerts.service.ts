import type { Prisma } from '@sightline/db/client';
import type { Database } from '@sightline/db/database';
import { withinTransaction } from '@sightline/db/one-transaction';
import type { Logger } from 'pino';
import type { OrganizationClock } from '../../../organization-clock.ts';
import { sqlOf } from '../../../transaction.ts';
import type { MailQueue } from '../../mail/mail-queue.ts';
import type { Notice, Reader } from '../../notifications/notifications.service.ts';
import type { Outbox } from '../../outbox/outbox.ts';
import type { SignalReader } from '../../outbox/signal-reader.ts';
import type { QuotaLevel, QuotaOf } from '../quotas/quota-levels.ts';
import { addAlertSql, nextOrganizationsSql } from './alerts.queries.ts';

type Deps = {
  system: Database;
  quotaOf: QuotaOf;
  /** Tells members in the product; gives whom. */
  notify(tx: Prisma.TransactionClient, notice: Notice): Promise<Reader[]>;
  mail: Pick<MailQueue, 'add' | 'kick'>;
  outbox: Pick<Outbox, 'kick'>;
  signals: SignalReader;
  clock: OrganizationClock;
  log: Pick<Logger, 'warn'>;
  /** How often somebody goes round, for what the bus lost. */
  roundMs?: number;
};

/** In percent of a quota, from the smallest. */
const thresholds = [50, 75, 100] as const;
const perRound = 50;
const nilUuid = '00000000-0000-0000-0000-000000000000';
/** Organizations of which is remembered what they were told. */
const rememberedMax = 10_000;

/**
 * Tells organizations when they have used half, three quarters and all of a quota: once each in a billing period, however
 * many processes notice, because whoever writes the row is the one who tells, in the same transaction.
 */
export async function startAlerts({
  system,
  quotaOf,
  notify,
  mail,
  outbox,
  signals,
  clock,
  log,
  roundMs = 10_000,
}: Deps) {
  const checking = new Map<string, { again: boolean; done: Promise<void> }>();
  /** What is known to be told, so that most looks cost no statement; the database decides. */
  const told = new Map<string, string>();
  let after = nilUuid;
  let isStopped = false;

  function reachedBy({ used, limit }: QuotaLevel): number[] {
    return limit === 0 ? [] : thresholds.filter((percent) => used * 100 >= limit * percent);
  }

  async function tellOne(tx: Prisma.TransactionClient, organizationId: string, level: QuotaLevel, percent: number) {
    const { meter, used, limit, periodStartsAt, resetsAt } = level;
    const values = [organizationId, meter, periodStartsAt, percent, clock.nowOf(organizationId)];
    const { rows } = await sqlOf(tx).query({ ...addAlertSql, values });
    if (rows.length === 0) return;
    const facts = { meter, percent, used, limit, resetsAt: resetsAt.toISOString() };
    const readers = await notify(tx, {
      ...{ organizationId, kind: 'usage.threshold', values: facts, permission: 'billing:read' },
    });
    const { name: organization } = await tx.organization.findUniqueOrThrow({ where: { id: organizationId } });
    for (const { userId, email, name, locale } of readers) {
      const filled = { name, organization, percent, used, limit, date: resetsAt.toISOString().slice(0, 10) };
      await mail.add(tx, { to: email, userId, template: 'usage-alert', locale, values: filled });
    }
  }

  async function checkNow(organizationId: string): Promise<void> {
    for (const level of await quotaOf(organizationId)) {
      const reached = reachedBy(level);
      const state = `${level.periodStartsAt.getTime()} ${level.meter} ${level.limit} ${reached.join(' ')}`;
      if (reached.length === 0 || told.get(organizationId) === state) continue;
      await system.prisma.$transaction(async (tx) => {
        for (const percent of reached) await tellOne(tx, organizationId, level, percent);
      });
      told.delete(organizationId);
      told.set(organizationId, state);
      if (told.size > rememberedMax) told.delete(told.keys().next().value ?? '');
      outbox.kick();
      mail.kick();
    }
  }

  /** One look at a time for each organization; what changes meanwhile is looked at once more. */
  function check(organizationId: string): Promise<void> {
    const running = checking.get(organizationId);
    if (running) {
      running.again = true;
      return running.done;
    }
    const entry = { again: false, done: Promise.resolve() };
    // What tells us may be a request that runs in a transaction of its own.
    entry.done = withinTransaction(null, async () => {
      do {
        entry.again = false;
        await checkNow(organizationId);
      } while (entry.again && !isStopped);
    })
      .catch((err: unknown) => log.warn({ err, organizationId }, 'an alert could not be sent, trying again later'))
      .finally(() => checking.delete(organizationId));
    checking.set(organizationId, entry);
    return entry.done;
  }

  async function goRound(): Promise<void> {
    const { rows } = await system.pool.query<{ id: string }>({ ...nextOrganizationsSql, values: [after, perRound] });
    after = rows.length < perRound ? nilUuid : (rows.at(-1)?.id ?? nilUuid);
    for (const { id } of rows) if (!isStopped) await check(id);
  }

  const stopListening = await signals.on('usage.recorded', null, ({ organizationId }) => void check(organizationId));
  let rounding: Promise<void> | null = null;
  const timer = setInterval(() => {
    rounding ??= goRound()
      .catch((err: unknown) => log.warn({ err }, 'alerts could not be looked for, trying again'))
      .finally(() => (rounding = null));
  }, roundMs);

  return {
    async [Symbol.asyncDispose]() {
      isStopped = true;
      clearInterval(timer);
      await stopListening();
      await rounding;
      await Promise.all([...checking.values()].map(({ done }) => done));
    },
  };
}
