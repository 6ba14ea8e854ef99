import type { Prisma } from '@sightline/db/client';
import { sqlOf } from '../../../transaction.ts';
import type { Period } from '../billing-periods.ts';
import { usageSums } from '../usage/sums.ts';
import { usageLine } from './invoice-lines.ts';
import type { NewLine } from './invoice-lines.ts';
import { includedIn, segmentsOf } from './segments.ts';
import type { Segment } from './segments.ts';

type Tx = Prisma.TransactionClient;

export type ForPeriod = { organizationId: string; period: Period; subscriptionId: string };

/** Hours on the same terms, with a line for each meter that has a price in them: that is how usage is billed. */
export type BilledSegment = Segment & { lines: NewLine[] };

/** What was used in a period, as a bill of it would say now: each hour on the terms that were in force then. */
export async function usageBySegment(
  tx: Tx,
  { organizationId, period, subscriptionId }: ForPeriod,
): Promise<BilledSegment[]> {
  const changes = await tx.subscriptionChange.findMany({
    where: { subscriptionId, at: { lt: period.endsAt } },
    orderBy: { revision: 'asc' },
  });
  const billed: BilledSegment[] = [];
  for (const segment of segmentsOf(changes, period)) {
    const { planVersionId, startsAt: from, endsAt: to } = segment;
    const prices = await tx.planPrice.findMany({ where: { planVersionId }, orderBy: { meter: 'asc' } });
    if (prices.length === 0) {
      billed.push({ ...segment, lines: [] });
      continue;
    }
    const sums = await usageSums(sqlOf(tx), { organizationId, from, to, groupBy: 'NONE' });
    const planName = (await planNames(tx, [{ planVersionId }])).get(planVersionId) ?? '';
    const lines = prices.map((price) => {
      const quantity = sums.find(({ meter }) => meter === price.meter)?.quantity ?? 0n;
      const terms = { ...price, included: includedIn(price.included, segment, period) };
      return usageLine(terms, quantity, segment, planName);
    });
    billed.push({ ...segment, lines });
  }
  return billed;
}

/** Names of plans by the ids of their versions. */
export async function planNames(tx: Tx, of: readonly { planVersionId: string }[]): Promise<Map<string, string>> {
  const ids = [...new Set(of.map(({ planVersionId }) => planVersionId))];
  const versions = await tx.planVersion.findMany({ where: { id: { in: ids } }, include: { plan: true } });
  return new Map(versions.map(({ id, plan }) => [id, plan.name]));
}
