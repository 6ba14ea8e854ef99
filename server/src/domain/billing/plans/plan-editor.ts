import type { PlanPrice, PlanVersion, Prisma, PrismaClient } from '@sightline/db/client';
import type { AuditLog } from '../../audit/audit-log.ts';
import { nobodysChain } from '../../audit/audit-chain.ts';
import type { Outbox } from '../../outbox/outbox.ts';
import { lockOrganization } from '../subscriptions/subscription-steps.ts';
import { PlanValueError } from './plan-values.ts';
import type { PlanChanges } from './plan-values.ts';

type Deps = { db: PrismaClient; audit: AuditLog; outbox: Outbox; now(): Date; requestId: string };
type Tx = Prisma.TransactionClient;
type Version = PlanVersion & { prices: PlanPrice[] };

/** Nobody of any organization: whoever may run commands on the server. */
const operator = { organizationId: null, userId: null, apiKeyId: null } as const;

/** What the operator does with plans. Versions are only added: who has subscribed keeps theirs, unless everybody is moved. */
export function createPlanEditor({ db, audit, outbox, now, requestId }: Deps) {
  const record = (
    tx: Tx,
    action: string,
    act: { targetType: string; targetId: string; before?: unknown; after: unknown },
  ) => audit.record(tx, operator, { action, requestId, ...act });
  const tellAll = (tx: Tx) => outbox.addPrisma(tx, 'plans.changed', { organizationId: nobodysChain });

  async function newestOf(tx: Tx, code: string): Promise<Version> {
    // Two who edit at once become two versions, one after the other.
    await tx.$queryRaw`select 1 from "Plan" where "code" = ${code} for no key update`;
    const newest = await tx.planVersion.findFirst({
      where: { planCode: code },
      orderBy: { number: 'desc' },
      include: { prices: true },
    });
    if (!newest) throw new PlanValueError(`There is no plan ${code}.`);
    return newest;
  }

  /** A version like `model` but for `changes`. */
  async function addVersion(
    tx: Tx,
    planCode: string,
    number: number,
    model: Version,
    changes: PlanChanges,
  ): Promise<Version> {
    const { id: _id, createdAt: _createdAt, prices, ...columns } = model;
    const version = await tx.planVersion.create({
      data: { ...columns, ...changes.version, planCode, number, createdAt: now() },
    });
    const meters = new Set([...prices.map(({ meter }) => meter), ...changes.prices.keys()]);
    const rows = [...meters].map((meter) => {
      const {
        included = 0n,
        unitAmountMinor,
        perUnits = 1,
      } = {
        ...prices.find((price) => price.meter === meter),
        ...changes.prices.get(meter),
      };
      if (unitAmountMinor === undefined) throw new PlanValueError(`Say what it costs: price.${meter}=50/1000.`);
      return { planVersionId: version.id, meter, included, unitAmountMinor, perUnits };
    });
    await tx.planPrice.createMany({ data: rows });
    return { ...version, prices: rows };
  }

  /** Moves one subscription to the new terms, from now on; its price from the next period on. */
  async function move(tx: Tx, id: string, organizationId: string, to: Version): Promise<boolean> {
    await lockOrganization(tx, organizationId);
    const row = await tx.subscription.findFirst({
      where: { id, state: { not: 'CANCELED' }, version: { planCode: to.planCode } },
    });
    if (!row || row.planVersionId === to.id) return false;
    const revision = row.revision + 1;
    await tx.subscription.update({ where: { id }, data: { planVersionId: to.id, revision } });
    await tx.subscriptionChange.create({
      data: {
        ...{ organizationId, subscriptionId: id, revision, at: now(), event: 'termsChanged' },
        ...{ fromState: row.state, toState: row.state, fromVersionId: row.planVersionId, toVersionId: to.id },
      },
    });
    await tx.organization.update({ where: { id: organizationId }, data: { planVersionId: to.id } });
    await outbox.addPrisma(tx, 'access.changed', { organizationId });
    return true;
  }

  return {
    /** Every plan with its newest version, the smallest first. */
    async list(): Promise<
      { code: string; name: string; isPublic: boolean; version: Version; subscriptions: number }[]
    > {
      const plans = await db.plan.findMany({
        orderBy: [{ rank: 'asc' }, { code: 'asc' }],
        include: { versions: { orderBy: { number: 'desc' }, include: { prices: true } } },
      });
      const counts = await db.subscription.groupBy({
        by: ['planVersionId'],
        where: { state: { not: 'CANCELED' } },
        _count: true,
      });
      return plans.flatMap(({ versions, ...plan }) => {
        const [version] = versions;
        if (!version) return [];
        const ids = new Set(versions.map(({ id }) => id));
        const subscriptions = counts.reduce((sum, each) => (ids.has(each.planVersionId) ? sum + each._count : sum), 0);
        return [{ ...plan, version, subscriptions }];
      });
    },

    /**
     * Adds a version. It is for whoever subscribes from now on, and at once for everybody on `free`; with `everyone` also
     * for all who have subscribed. Gives its number, and how many were moved. Throws PlanValueError.
     */
    async set(
      code: string,
      changes: PlanChanges,
      { everyone }: { everyone: boolean },
    ): Promise<{ number: number; moved: number }> {
      const version = await db.$transaction(async (tx) => {
        const before = await newestOf(tx, code);
        const after = await addVersion(tx, code, before.number + 1, before, changes);
        if (everyone && (after.currency !== before.currency || after.interval !== before.interval)) {
          throw new PlanValueError('Currency and interval are for new subscriptions only: leave out --everyone.');
        }
        await tellAll(tx);
        await record(tx, 'plans set', { targetType: 'PlanVersion', targetId: after.id, before, after });
        return after;
      });
      let moved = 0;
      if (everyone) {
        const subscribed = await db.subscription.findMany({
          where: { state: { not: 'CANCELED' }, version: { planCode: code } },
          select: { id: true, organizationId: true },
          orderBy: { id: 'asc' },
        });
        for (const { id, organizationId } of subscribed) {
          if (await db.$transaction((tx) => move(tx, id, organizationId, version))) moved += 1;
        }
      }
      return { number: version.number, moved };
    },

    /** Makes a plan like another but for `changes`. It is sold from now on. Throws PlanValueError. */
    async add(
      code: string,
      { name, like, rank }: { name: string; like: string; rank: number },
      changes: PlanChanges,
    ): Promise<void> {
      if (!/^[a-z][a-z0-9-]{0,39}$/.test(code))
        throw new PlanValueError('A plan’s code is lower case, such as “team-2”.');
      await db.$transaction(async (tx) => {
        const model = await newestOf(tx, like);
        if (await tx.plan.findUnique({ where: { code } })) throw new PlanValueError(`There is a plan ${code}.`);
        await tx.plan.create({ data: { code, name, rank } });
        const after = await addVersion(tx, code, 1, model, changes);
        await record(tx, 'plans add', {
          targetType: 'PlanVersion',
          targetId: after.id,
          after: { name, rank, ...after },
        });
      });
    },

    /** Sells a plan, or no longer. Who has it keeps it. Throws PlanValueError. */
    async sell(code: string, isPublic: boolean): Promise<void> {
      await db.$transaction(async (tx) => {
        const { id } = await newestOf(tx, code);
        if (code === 'free')
          throw new PlanValueError('free is what there is without a subscription: it is always there.');
        const before = await tx.plan.findUniqueOrThrow({ where: { code } });
        await tx.plan.update({ where: { code }, data: { isPublic } });
        await record(tx, 'plans sell', {
          targetType: 'PlanVersion',
          targetId: id,
          before,
          after: { ...before, isPublic },
        });
      });
    },

    /** Agrees a limit with one organization, before its plan's; undefined takes it back. Throws PlanValueError. */
    async limit(organizationId: string, name: string, value: bigint | null | undefined, reason: string): Promise<void> {
      await db.$transaction(async (tx) => {
        await lockOrganization(tx, organizationId);
        if (!(await tx.organization.findUnique({ where: { id: organizationId }, select: { id: true } }))) {
          throw new PlanValueError(`There is no organization ${organizationId}.`);
        }
        const where = { organizationId_name: { organizationId, name } };
        const before = await tx.organizationLimit.findUnique({ where });
        if (value === undefined) await tx.organizationLimit.deleteMany({ where: { organizationId, name } });
        else {
          const data = { value, reason, createdAt: now() };
          await tx.organizationLimit.upsert({ where, create: { organizationId, name, ...data }, update: data });
        }
        await outbox.addPrisma(tx, 'access.changed', { organizationId });
        const after = value === undefined ? undefined : { name, value, reason };
        await record(tx, 'plans limit', { targetType: 'Organization', targetId: organizationId, before, after });
      });
    },
  };
}
