import Stripe from 'stripe';
import { z } from 'zod';
import { PaymentFailedError, WebhookRefusedError } from '../errors/payment-errors.ts';
import { ServiceUnavailableError } from '../errors/request-errors.ts';
import type { Payable, PaymentChange, Payments } from '../ports/payments.ts';

type Options = {
  secretKey: string;
  webhookSecret: string;
  /** Another address of the API, such as a fake one in tests. */
  apiUrl: string | null;
};

const timeoutMs = 20_000;
/** An event that was signed longer ago is somebody's copy. Stripe signs again whenever it sends again. */
const toleranceSeconds = 300;

const uuid = z.uuid();
/** What we need of a payment intent, and of a charge that was made for one. */
const intent = z.object({
  id: z.string().min(1).max(255),
  amount: z.int().min(0),
  currency: z.string().length(3),
  metadata: z.object({ invoiceId: uuid, organizationId: uuid }),
});
const charge = intent.omit({ id: true }).extend({ payment_intent: z.string().min(1).max(255), refunded: z.boolean() });

const intentStates = {
  'payment_intent.processing': 'PENDING',
  'payment_intent.succeeded': 'SUCCEEDED',
  'payment_intent.payment_failed': 'FAILED',
} as const;

/** Stripe, by its own SDK. It moves money and keeps cards; sums, dates and states of bills are ours. */
export function createStripePayments({ secretKey, webhookSecret, apiUrl }: Options): Payments {
  const address = apiUrl === null ? null : new URL(apiUrl);
  const stripe = new Stripe(secretKey, {
    ...{ timeout: timeoutMs, maxNetworkRetries: 2, telemetry: false },
    ...(address && {
      host: address.hostname,
      port: address.port || (address.protocol === 'https:' ? '443' : '80'),
      protocol: address.protocol === 'http:' ? 'http' : 'https',
    }),
  });
  const metadataOf = ({ id: invoiceId, organizationId }: Payable) => ({ invoiceId, organizationId });

  return {
    kind: 'STRIPE',

    customer: ({ organizationId, name, customerId }) =>
      asked(async () => {
        if (customerId !== null) return customerId;
        // Asked by two at once, it is one customer.
        const idempotencyKey = `customer-${organizationId}`;
        return (await stripe.customers.create({ name, metadata: { organizationId } }, { idempotencyKey })).id;
      }),

    checkout: ({ customerId, invoice, returnTo }) =>
      asked(async () => {
        const { number, amountMinor, currency } = invoice;
        const session = await stripe.checkout.sessions.create({
          ...{ mode: 'payment', customer: customerId, client_reference_id: invoice.organizationId },
          ...{ success_url: returnTo, cancel_url: returnTo },
          line_items: [
            {
              quantity: 1,
              price_data: {
                ...{ currency: currency.toLowerCase(), unit_amount: Number(amountMinor) },
                product_data: { name: `Invoice ${number}` },
              },
            },
          ],
          payment_intent_data: { metadata: metadataOf(invoice), setup_future_usage: 'off_session' },
        });
        return session.url;
      }),

    portal: ({ customerId, returnTo }) =>
      asked(
        async () => (await stripe.billingPortal.sessions.create({ customer: customerId, return_url: returnTo })).url,
      ),

    async charge({ customerId, invoice, attempt }) {
      const methods = await asked(() => stripe.customers.listPaymentMethods(customerId, { limit: 1 }));
      const [method] = methods.data;
      if (!method) return null;
      const { id, amountMinor, currency } = invoice;
      try {
        const made = await stripe.paymentIntents.create(
          {
            ...{ amount: Number(amountMinor), currency: currency.toLowerCase(), customer: customerId },
            ...{ payment_method: method.id, off_session: true, confirm: true },
            ...{ description: `Invoice ${invoice.number}`, metadata: metadataOf(invoice) },
          },
          { idempotencyKey: `invoice-${id}-${attempt}` },
        );
        const state = made.status === 'succeeded' ? 'SUCCEEDED' : made.status === 'processing' ? 'PENDING' : 'FAILED';
        return changeOf(made, made.id, state);
      } catch (error) {
        const declined = error instanceof Stripe.errors.StripeCardError ? error.payment_intent : undefined;
        const parsed = intent.safeParse(declined);
        if (!parsed.success) throw told(error);
        return changeOf(parsed.data, parsed.data.id, 'FAILED');
      }
    },

    verify(rawBody, signature, now) {
      let event: Stripe.Event;
      try {
        event = stripe.webhooks.constructEvent(
          ...[rawBody, signature ?? '', webhookSecret, toleranceSeconds, undefined, now.getTime()],
        );
      } catch (error) {
        throw new WebhookRefusedError({}, error);
      }
      const { id, type, created } = event;
      return { id, type, happenedAt: new Date(created * 1_000), change: readChange(type, event.data.object) };
    },
  };
}

/** Null for what is none of ours, such as a payment that somebody made by hand there. */
function readChange(type: string, object: unknown): PaymentChange | null {
  if (type === 'charge.refunded') {
    const { data } = charge.safeParse(object);
    return data?.refunded ? changeOf(data, data.payment_intent, 'REFUNDED') : null;
  }
  const state = Object.hasOwn(intentStates, type) ? intentStates[type as keyof typeof intentStates] : null;
  const { data } = intent.safeParse(object);
  return state && data ? changeOf(data, data.id, state) : null;
}

type Money = { amount: number; currency: string; metadata: Record<string, string> };

function changeOf({ amount, currency, metadata }: Money, id: string, state: PaymentChange['state']): PaymentChange {
  const { invoiceId = '', organizationId = '' } = metadata;
  return {
    ...{ providerPaymentId: id, invoiceId, organizationId, state },
    ...{ amountMinor: BigInt(amount), currency: currency.toUpperCase() },
  };
}

async function asked<Result>(ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask();
  } catch (error) {
    throw told(error);
  }
}

/** What a caller may hear of it: words about their own card, and nothing of our account there. */
function told(error: unknown): Error {
  if (error instanceof Stripe.errors.StripeCardError) {
    return new PaymentFailedError(error.message || 'The card was refused.', { code: error.code }, error);
  }
  if (error instanceof Stripe.errors.StripeInvalidRequestError) {
    return new PaymentFailedError('The payment provider refused this payment.', { code: error.code }, error);
  }
  return new ServiceUnavailableError('The payment provider', error);
}
