import { z } from 'zod';
import { PaymentFailedError } from '../../../errors/payment-errors.ts';
import { builder } from '../../../graphql/builder.ts';
import { page } from '../../../graphql/page.ts';
import { UserError } from '../../../graphql/user-error.ts';
import { InvoiceNode } from '../invoices/invoice.graphql.ts';
import { InvoiceChangeRefusedError } from '../invoices/invoices.errors.ts';
import { paymentsVisibleTo } from '../invoices/invoices.policy.ts';
import type { BillingDetails } from './payments.service.ts';

const PaymentStateEnum = builder.enumType('PaymentState', {
  values: ['PENDING', 'SUCCEEDED', 'FAILED', 'REFUNDED'] as const,
});
const PaymentProviderEnum = builder.enumType('PaymentProvider', {
  values: { MANUAL: { description: 'Noted by hand, as for transfers.' }, STRIPE: {} },
});

builder.prismaObject('Payment', {
  description: 'One try to pay a bill.',
  fields: (t) => ({
    provider: t.expose('provider', { type: PaymentProviderEnum }),
    state: t.expose('state', { type: PaymentStateEnum }),
    amountMinor: t.expose('amountMinor', { type: 'BigInt', description: 'In the smallest unit of the currency.' }),
    currency: t.exposeString('currency'),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    invoiceNumber: t.string({
      nullable: true,
      select: { invoice: { select: { number: true } } },
      resolve: ({ invoice }) => invoice?.number ?? null,
    }),
  }),
});

builder.queryField('payments', (t) =>
  t.withAuth({ can: 'billing:read' }).prismaConnection(
    {
      type: 'Payment',
      cursor: 'id',
      ...page,
      description: 'Payments of the organization, newest first.',
      resolve: (query, _root, _args, { db, viewer }) =>
        db.payment.findMany({ ...query, where: paymentsVisibleTo(viewer), orderBy: { id: 'desc' } }),
    },
    { name: 'PaymentConnection' },
    { name: 'PaymentEdge' },
  ),
);

const PaymentPagePayload = builder.objectRef<{ url: string | null }>('PaymentPagePayload').implement({
  fields: (t) => ({
    url: t.exposeString('url', {
      nullable: true,
      description: 'A page of the payment provider; null where bills are paid by transfer.',
    }),
  }),
});

const returnTo = z.string().min(1).max(500);

const StartCheckoutInput = builder.inputType('StartCheckoutInput', {
  fields: (t) => ({
    invoiceId: t.globalID({ required: true, for: InvoiceNode }),
    returnTo: t.string({
      required: true,
      description: 'The page of the product to come back to, as a path.',
      validate: returnTo,
    }),
  }),
});

builder.mutationField('startCheckout', (t) =>
  t.withAuth({ can: 'billing:write' }).field({
    type: PaymentPagePayload,
    description: 'A page on which a bill is paid. The way to pay is kept for the next ones.',
    args: { input: t.arg({ type: StartCheckoutInput, required: true }) },
    errors: { types: [InvoiceChangeRefusedError, PaymentFailedError] },
    resolve: async (_root, { input }, { services, viewer, requestId }) => ({
      url: await services.payments.checkout(
        viewer,
        { invoiceId: input.invoiceId.id, returnTo: input.returnTo },
        requestId,
      ),
    }),
  }),
);

const OpenBillingPortalInput = builder.inputType('OpenBillingPortalInput', {
  fields: (t) => ({ returnTo: t.string({ required: true, validate: returnTo }) }),
});

builder.mutationField('openBillingPortal', (t) =>
  t.withAuth({ can: 'billing:write' }).field({
    type: PaymentPagePayload,
    description: 'A page on which ways to pay are changed. Needs a fresh proof of who asks.',
    args: { input: t.arg({ type: OpenBillingPortalInput, required: true }) },
    errors: { types: [PaymentFailedError] },
    resolve: async (_root, { input }, { services, viewer, requestId }) => ({
      url: await services.payments.portal(viewer, input, requestId),
    }),
  }),
);

const BillingDetailsType = builder.objectRef<BillingDetails>('BillingDetails').implement({
  description: 'What the next bills say about the buyer, as it was set.',
  fields: (t) => ({
    name: t.exposeString('name', { nullable: true, description: 'Null: the organization’s.' }),
    address: t.exposeString('address', { nullable: true, description: 'One or more lines.' }),
    country: t.exposeString('country', { nullable: true }),
    taxNumber: t.exposeString('taxNumber', { nullable: true }),
  }),
});

builder.prismaObjectFields('Organization', (t) => ({
  billingDetails: t.field({
    type: BillingDetailsType,
    nullable: true,
    select: { id: true },
    description: 'What `setBillingDetails` set; null for whoever may not see bills.',
    resolve: ({ id }, _args, { services, viewer }) => (viewer ? services.payments.detailsOf(viewer, id) : null),
  }),
}));

const detail = (most: number) => z.string().trim().min(1).max(most);
const SetBillingDetailsInput = builder.inputType('SetBillingDetailsInput', {
  description: 'What is left out is no longer on bills.',
  fields: (t) => ({
    name: t.string({ description: 'Of whoever pays; left out: the organization’s.', validate: detail(200) }),
    address: t.string({ description: 'One or more lines.', validate: detail(500) }),
    country: t.string({ validate: detail(100) }),
    taxNumber: t.string({ validate: detail(50) }),
  }),
});

const SetBillingDetailsPayload = builder.objectRef<{ isSet: true }>('SetBillingDetailsPayload').implement({
  fields: (t) => ({ isSet: t.exposeBoolean('isSet') }),
});

builder.mutationField('setBillingDetails', (t) =>
  t.withAuth({ can: 'billing:write' }).field({
    type: SetBillingDetailsPayload,
    description: 'What the next bills say about the buyer. Bills that are issued stay as they are.',
    args: { input: t.arg({ type: SetBillingDetailsInput, required: true }) },
    resolve: async (_root, { input }, { services, viewer, requestId }) => {
      const { name = null, address = null, country = null, taxNumber = null } = input;
      await services.payments.setDetails(viewer, { name, address, country, taxNumber }, requestId);
      return { isSet: true as const };
    },
  }),
);

builder.objectType(PaymentFailedError, { name: 'PaymentFailedError', interfaces: [UserError] });
