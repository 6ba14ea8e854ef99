import type { BillableItem, Invoice, InvoiceKind, Prisma } from '@sightline/db/client';
import { sqlOf } from '../../../transaction.ts';
import type { Period } from '../billing-periods.ts';
import { currentOf, lockOrganization } from '../subscriptions/subscription-steps.ts';
import { usageSums } from '../usage/sums.ts';
import { itemLine, itemsThatFit, lateLine } from './invoice-lines.ts';
import type { Billed, NewLine } from './invoice-lines.ts';
import { billedUsageSql, nextNumberSql } from './invoices.queries.ts';
import { taxOf } from './money.ts';
import { planNames, usageBySegment } from './usage-by-segment.ts';
import type { ForPeriod } from './usage-by-segment.ts';

export type Tx = Prisma.TransactionClient;

/** One side of a bill. Lines of an address are separated by line breaks. */
export type Party = { name: string; address: string | null; country: string | null; taxNumber: string | null };

const dayMs = 86_400_000;
const dueDays = 14;
/** Sidecars keep what they could not report; a bill looks for it this far back. */
const lateDays = 400;

type Draft = {
  organizationId: string;
  uniqueKey: string;
  period: Period;
  currency: string;
  lines: NewLine[];
  items: BillableItem[];
  now: Date;
};

export type InvoiceIssuer = ReturnType<typeof createInvoiceIssuer>;

/** The only writer of bills. Every bill is issued behind its organization's lock, and takes its number last. */
export function createInvoiceIssuer({ seller }: { seller: Party }) {
  async function insert(tx: Tx, draft: Draft): Promise<Invoice> {
    const { organizationId, uniqueKey, period, currency, now } = draft;
    const organization = await tx.organization.findUniqueOrThrow({ where: { id: organizationId } });
    const account = await tx.billingAccount.findUnique({ where: { organizationId } });
    const names = await planNames(tx, draft.items);
    const otherMinor = draft.lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
    const { taken } = itemsThatFit(draft.items, otherMinor);
    const lines = [
      ...taken.map(({ item, rest }) =>
        itemLine({ ...item, amountMinor: item.amountMinor - rest }, names.get(item.planVersionId) ?? ''),
      ),
      ...draft.lines,
    ];
    const subtotalMinor = lines.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
    const taxBasisPoints = account?.taxBasisPoints ?? 0;
    const taxMinor = taxOf(subtotalMinor, taxBasisPoints);
    const totalMinor = subtotalMinor + taxMinor;
    const { name, address, country, taxNumber } = account ?? {};
    const buyer: Party = {
      name: name ?? organization.name,
      ...{ address: address ?? null, country: country ?? null, taxNumber: taxNumber ?? null },
    };
    const invoice = await tx.invoice.create({
      data: {
        ...{ organizationId, uniqueKey, currency, seller, buyer, subtotalMinor, taxBasisPoints, taxMinor, totalMinor },
        ...(await takeNumber(tx, organization, 'INVOICE', now)),
        state: totalMinor === 0n ? 'PAID' : 'OPEN',
        ...{ issuedAt: now, dueAt: new Date(now.getTime() + dueDays * dayMs) },
        ...{ periodStartsAt: period.startsAt, periodEndsAt: period.endsAt },
        lines: { create: lines.map((line, index) => ({ ...line, position: index + 1, organizationId })) },
      },
    });
    for (const { item, rest } of taken) await settleItem(tx, item, rest, invoice.id);
    return invoice;
  }

  return {
    seller,

    /**
     * The bill for a period that is over: its usage on the terms that were in force hour by hour, what came late for hours
     * billed before, and all that waits to be billed, such as the price of the next period. Asked again, the same one.
     * `isFree`: what was used costs nothing, as in a trial; then there may be nothing to bill (null).
     */
    async issueInvoice(tx: Tx, asked: ForPeriod & { isFree?: boolean }, now: Date): Promise<Invoice | null> {
      const { organizationId, period, subscriptionId, isFree = false } = asked;
      await lockOrganization(tx, organizationId);
      const uniqueKey = `${subscriptionId}:${period.startsAt.toISOString()}`;
      const before = await tx.invoice.findUnique({ where: { uniqueKey } });
      if (before) return before;
      const { currency } = (
        await tx.subscription.findUniqueOrThrow({ where: { id: subscriptionId }, include: { version: true } })
      ).version;
      const late = await lateLines(tx, organizationId, currency, now);
      const used = isFree ? [] : await usageBySegment(tx, asked);
      const lines = [...used.flatMap((segment) => segment.lines), ...late];
      const items = await openItems(tx, organizationId, currency);
      if (isFree && lines.length === 0 && itemsThatFit(items, 0n).taken.length === 0) return null;
      return insert(tx, { organizationId, uniqueKey, period, currency, lines, items, now });
    },

    /**
     * Bills what was reported after the last bill there was: of subscriptions that ended and never came back, and in a
     * currency that the current one is not in. Not before a day after a bill, so that what trickles in is on one. Once:
     * behind the lock, it bills by what hours have grown.
     */
    async issueLate(tx: Tx, organizationId: string, now: Date): Promise<Invoice[]> {
      await lockOrganization(tx, organizationId);
      const bills = await lateBills(tx, organizationId, now);
      const invoices: Invoice[] = [];
      for (const { currency, lines, at } of bills) {
        if (now < at) continue;
        const period = {
          startsAt: new Date(Math.min(...lines.map(({ periodStartsAt }) => periodStartsAt.getTime()))),
          endsAt: new Date(Math.max(...lines.map(({ periodEndsAt }) => periodEndsAt.getTime()))),
        };
        const items = await openItems(tx, organizationId, currency);
        const uniqueKey = `late:${organizationId}:${currency}:${now.toISOString()}`;
        invoices.push(await insert(tx, { organizationId, uniqueKey, period, currency, lines, items, now }));
      }
      return invoices;
    },

    /** When `issueLate` has something to do, as known now; null: nothing. */
    async lateAt(tx: Tx, organizationId: string, now: Date): Promise<Date | null> {
      const times = (await lateBills(tx, organizationId, now)).map(({ at }) => at.getTime());
      return times.length === 0 ? null : new Date(Math.min(...times));
    },

    /**
     * Bills what waits, where it comes to more than nothing: the price of a first period, and of a larger plan. What comes
     * back waits for the next bill.
     */
    async issueItems(tx: Tx, organizationId: string, now: Date): Promise<Invoice[]> {
      await lockOrganization(tx, organizationId);
      const waiting = await openItems(tx, organizationId);
      const invoices: Invoice[] = [];
      for (const currency of new Set(waiting.map((item) => item.currency))) {
        const items = waiting.filter((item) => item.currency === currency);
        const [first] = items;
        if (!first || items.reduce((sum, { amountMinor }) => sum + amountMinor, 0n) <= 0n) continue;
        const period = {
          startsAt: new Date(Math.min(...items.map(({ periodStartsAt }) => periodStartsAt.getTime()))),
          endsAt: new Date(Math.max(...items.map(({ periodEndsAt }) => periodEndsAt.getTime()))),
        };
        const uniqueKey = `items:${first.uniqueKey}`;
        invoices.push(await insert(tx, { organizationId, uniqueKey, period, currency, lines: [], items, now }));
      }
      return invoices;
    },
  };
}

/** What waits to be billed, the oldest first. */
function openItems(tx: Tx, organizationId: string, currency?: string): Promise<BillableItem[]> {
  return tx.billableItem.findMany({
    where: { organizationId, invoiceId: null, ...(currency !== undefined && { currency }) },
    orderBy: [{ createdAt: 'asc' }, { uniqueKey: 'asc' }],
  });
}

/** An item is on one bill. A credit that was too large for it is split, and its rest waits as an item of its own. */
async function settleItem(tx: Tx, item: BillableItem, rest: bigint, invoiceId: string): Promise<void> {
  const { id, uniqueKey, amountMinor, ...same } = item;
  await tx.billableItem.update({ where: { id }, data: { invoiceId, amountMinor: amountMinor - rest } });
  if (rest === 0n) return;
  await tx.billableItem.create({ data: { ...same, uniqueKey: `${uniqueKey}:rest`, amountMinor: rest } });
}

type BilledRow = Record<'quantity' | 'amountMinor' | 'included' | 'unitAmountMinor', string> &
  Pick<Billed, 'meter' | 'perUnits' | 'startsAt' | 'endsAt'>;

async function lateLines(tx: Tx, organizationId: string, currency: string, now: Date): Promise<NewLine[]> {
  const sql = sqlOf(tx);
  const values = [organizationId, new Date(now.getTime() - lateDays * dayMs), currency];
  const { rows } = await sql.query<BilledRow>({ ...billedUsageSql, values });
  const lines: NewLine[] = [];
  for (const row of rows) {
    const { meter, startsAt: from, endsAt: to } = row;
    const [sum] = await usageSums(sql, { organizationId, meter, from, to, groupBy: 'NONE' });
    const billed: Billed = {
      ...row,
      ...{ quantity: BigInt(row.quantity), amountMinor: BigInt(row.amountMinor), included: BigInt(row.included) },
      unitAmountMinor: Number(row.unitAmountMinor),
    };
    const line = lateLine(billed, sum?.quantity ?? 0n);
    if (line) lines.push(line);
  }
  return lines;
}

/** What no period that is to come will bill, and when to. */
async function lateBills(tx: Tx, organizationId: string, now: Date) {
  const current = await currentOf(tx, organizationId);
  const last = await tx.invoice.groupBy({
    where: { organizationId, kind: 'INVOICE', ...(current && { currency: { not: current.version.currency } }) },
    by: ['currency'],
    _max: { issuedAt: true },
    orderBy: { currency: 'asc' },
  });
  const bills: { currency: string; lines: NewLine[]; at: Date }[] = [];
  for (const { currency, _max } of last) {
    const lines = await lateLines(tx, organizationId, currency, now);
    const at = new Date((_max.issuedAt?.getTime() ?? 0) + dayMs);
    // Units that cost nothing are no bill by themselves.
    if (lines.some(({ amountMinor }) => amountMinor > 0n)) bills.push({ currency, lines, at });
  }
  return bills;
}

const prefixes: Readonly<Record<InvoiceKind, string>> = { INVOICE: 'INV', CREDIT_NOTE: 'CN' };

/**
 * The next number without a gap, by year. Bills of a sandbox are no bills, and count for themselves. Held until the commit:
 * take it after all other locks.
 */
export async function takeNumber(
  tx: Tx,
  organization: { id: string; isSandbox: boolean },
  kind: InvoiceKind,
  now: Date,
): Promise<{ kind: InvoiceKind; series: string; seriesNumber: bigint; number: string }> {
  const owner = organization.isSandbox ? `TEST-${organization.id.slice(-12)}-` : '';
  const series = `${owner}${prefixes[kind]}-${now.getUTCFullYear()}`;
  const { rows } = await sqlOf(tx).query<{ number: string }>({ ...nextNumberSql, values: [series] });
  const seriesNumber = BigInt(rows[0]!.number);
  return { kind, series, seriesNumber, number: `${series}-${seriesNumber.toString().padStart(6, '0')}` };
}
