import type { Prisma } from '@sightline/db/client';
import { builder } from '../../../graphql/builder.ts';
import { encodeGlobalId } from '../../../graphql/global-id.ts';
import { page } from '../../../graphql/page.ts';
import { UserError } from '../../../graphql/user-error.ts';
import { findVisible } from '../../../graphql/visible.ts';
import { MeterEnum } from '../plan.graphql.ts';
import { InvoiceChangeRefusedError } from './invoices.errors.ts';
import { balanceSelect, dueOf } from './invoice-balance.ts';
import { invoicesVisibleTo } from './invoices.policy.ts';
import type { Party } from './issue-invoice.ts';

const InvoiceKindEnum = builder.enumType('InvoiceKind', {
  values: {
    INVOICE: {},
    CREDIT_NOTE: { description: 'Takes back a bill, or a part of it: its amounts are below zero.' },
  },
});
const InvoiceStateEnum = builder.enumType('InvoiceState', {
  values: {
    OPEN: {},
    PAID: {},
    UNCOLLECTIBLE: { description: 'Nobody is expected to pay it.' },
    VOID: { description: 'Taken back whole, by credit notes.' },
  },
});

const InvoicePartyType = builder.objectRef<Party>('InvoiceParty').implement({
  description: 'One side of a bill, as it was when the bill was issued.',
  fields: (t) => ({
    name: t.exposeString('name'),
    address: t.exposeString('address', { nullable: true, description: 'One or more lines.' }),
    country: t.exposeString('country', { nullable: true }),
    taxNumber: t.exposeString('taxNumber', { nullable: true }),
  }),
});

builder.prismaObject('InvoiceLine', {
  description: 'Amounts are in the smallest unit of the currency.',
  fields: (t) => ({
    position: t.exposeInt('position'),
    description: t.exposeString('description'),
    meter: t.expose('meter', { type: MeterEnum, nullable: true, description: 'Null for what is no usage.' }),
    quantity: t.expose('quantity', { type: 'BigInt' }),
    included: t.expose('included', { type: 'BigInt', description: 'Of these, as many cost nothing.' }),
    unitAmountMinor: t.expose('unitAmountMinor', { type: 'BigInt', description: 'For `perUnits` units.' }),
    perUnits: t.exposeInt('perUnits'),
    amountMinor: t.expose('amountMinor', { type: 'BigInt' }),
    periodStartsAt: t.expose('periodStartsAt', { type: 'DateTime' }),
    periodEndsAt: t.expose('periodEndsAt', { type: 'DateTime', description: 'Exclusive.' }),
  }),
});

export const InvoiceNode = builder.prismaNode('Invoice', {
  id: { resolve: ({ id }) => id },
  nullable: true,
  findUnique: findVisible(invoicesVisibleTo),
  description: 'A bill or a credit note, as it was issued. Amounts are in the smallest unit of the currency.',
  fields: (t) => ({
    kind: t.expose('kind', { type: InvoiceKindEnum }),
    number: t.exposeString('number', { description: 'Without gaps in a year, such as `INV-2027-000042`.' }),
    state: t.expose('state', { type: InvoiceStateEnum }),
    issuedAt: t.expose('issuedAt', { type: 'DateTime' }),
    dueAt: t.expose('dueAt', { type: 'DateTime' }),
    periodStartsAt: t.expose('periodStartsAt', { type: 'DateTime' }),
    periodEndsAt: t.expose('periodEndsAt', { type: 'DateTime', description: 'Exclusive.' }),
    currency: t.exposeString('currency', { description: 'ISO 4217.' }),
    seller: t.field({ type: InvoicePartyType, resolve: ({ seller }) => partyOf(seller) }),
    buyer: t.field({ type: InvoicePartyType, resolve: ({ buyer }) => partyOf(buyer) }),
    subtotalMinor: t.expose('subtotalMinor', { type: 'BigInt' }),
    taxBasisPoints: t.exposeInt('taxBasisPoints', { description: 'Hundredths of a percent, such as 2100 for 21 %.' }),
    taxMinor: t.expose('taxMinor', { type: 'BigInt' }),
    totalMinor: t.expose('totalMinor', { type: 'BigInt' }),
    note: t.exposeString('note', { nullable: true, description: 'Why there is no tax, or a credit.' }),
    lines: t.relation('lines', {
      complexity: { field: 1, multiplier: 20 },
      query: () => ({ orderBy: { position: 'asc' } as const }),
    }),
    creditedNumber: t.string({
      nullable: true,
      description: 'The number of the bill that a credit note is for.',
      select: { creditedInvoice: { select: { number: true } } },
      resolve: ({ creditedInvoice }) => creditedInvoice?.number ?? null,
    }),
    creditedMinor: t.field({
      type: 'BigInt',
      description: 'How much of the bill credit notes have taken back, tax included.',
      select: { creditNotes: { select: { totalMinor: true } } },
      resolve: ({ creditNotes }) => creditNotes.reduce((sum, { totalMinor }) => sum - totalMinor, 0n),
    }),
    dueMinor: t.field({
      type: 'BigInt',
      description: 'What is still to be paid.',
      select: balanceSelect,
      resolve: dueOf,
    }),
    pdfPath: t.string({
      description: 'A page to keep, below the address of this API, for whoever may read bills. Always the same bytes.',
      resolve: ({ id }) => `/invoices/${encodeGlobalId('Invoice', id)}.pdf`,
    }),
    csvPath: t.string({ resolve: ({ id }) => `/invoices/${encodeGlobalId('Invoice', id)}.csv` }),
  }),
});

function partyOf(value: Prisma.JsonValue): Party {
  return value as unknown as Party;
}

builder.queryField('invoices', (t) =>
  t.withAuth({ can: 'billing:read' }).prismaConnection(
    {
      type: 'Invoice',
      cursor: 'id',
      ...page,
      description: 'Bills and credit notes of the organization, newest first.',
      args: { state: t.arg({ type: InvoiceStateEnum }) },
      resolve: (query, _root, { state }, { db, viewer }) =>
        db.invoice.findMany({
          ...query,
          where: { AND: [invoicesVisibleTo(viewer), state ? { state } : {}] },
          orderBy: { id: 'desc' },
        }),
    },
    { name: 'InvoiceConnection' },
    { name: 'InvoiceEdge' },
  ),
);

builder.queryField('invoice', (t) =>
  t.withAuth({ can: 'billing:read' }).prismaField({
    type: 'Invoice',
    nullable: true,
    args: { id: t.arg.globalID({ required: true, for: InvoiceNode }) },
    resolve: (query, _root, { id }, { db, viewer }) =>
      db.invoice.findFirst({
        ...query,
        where: { AND: [{ id: id.id }, invoicesVisibleTo(viewer)] },
      }),
  }),
);

builder.objectType(InvoiceChangeRefusedError, { name: 'InvoiceChangeRefusedError', interfaces: [UserError] });
