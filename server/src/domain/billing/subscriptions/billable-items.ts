import type { BillableItemKind } from '@sightline/db/client';
import { proration } from './periods.ts';
import type { Standing, Terms } from './state-machine.ts';

export type NewItem = {
  uniqueKey: string;
  kind: BillableItemKind;
  planVersionId: string;
  /** Credits are below zero. */
  amountMinor: bigint;
  currency: string;
  periodStartsAt: Date;
  periodEndsAt: Date;
};

type Step = { subscriptionId: string; revision: number; before: Standing | null; after: Standing; at: Date };

/**
 * What a step of a subscription costs: the price of a period that begins, and for a plan that changes within one the rest
 * of both. Trials cost nothing, and neither does an end; what costs nothing is no item.
 */
export function itemsOf({ subscriptionId, revision, before, after, at }: Step): NewItem[] {
  const { state, version, periodStartsAt, periodEndsAt } = after;
  if (state === 'TRIALING' || state === 'CANCELED') return [];
  const item = (kind: BillableItemKind, { id, currency }: Terms, key: string, amountMinor: bigint): NewItem => ({
    ...{ kind, planVersionId: id, currency, amountMinor, periodEndsAt, uniqueKey: `${subscriptionId}:${key}` },
    periodStartsAt: kind === 'SUBSCRIPTION' ? periodStartsAt : at,
  });
  const isBegin = before?.periodStartsAt.getTime() !== periodStartsAt.getTime();
  if (isBegin) {
    return [item('SUBSCRIPTION', version, periodStartsAt.toISOString(), BigInt(version.priceMinor))].filter(isMoney);
  }
  if (before.version.id === version.id) return [];
  const { creditMinor, chargeMinor } = proration(
    before.version,
    version,
    { startsAt: periodStartsAt, endsAt: periodEndsAt },
    at,
  );
  return [
    item('PRORATION_CREDIT', before.version, `credit:${revision}`, -creditMinor),
    item('PRORATION_CHARGE', version, `charge:${revision}`, chargeMinor),
  ].filter(isMoney);
}

const isMoney = ({ amountMinor }: NewItem) => amountMinor !== 0n;
