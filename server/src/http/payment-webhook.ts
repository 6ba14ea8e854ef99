import type { FastifyInstance } from 'fastify';
import type { Services } from '../services.ts';

type Deps = { services: Pick<Services, 'payments'> };

/** The largest event that is read, in bytes. */
const bodyLimit = 512 * 1024;

/**
 * `POST /webhooks/stripe`: what the payment provider tells. It is signed over the bytes as they came, so they are not read as
 * anything before. Answers 200 once it is written down with what it does; for anything else they send it again.
 */
export const registerPaymentWebhook = ({ services }: Deps) =>
  function register(app: FastifyInstance): void {
    // A scope of its own: elsewhere bodies are parsed.
    void app.register(async (webhooks) => {
      webhooks.removeAllContentTypeParsers();
      webhooks.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit }, (_request, body, done) => done(null, body));
      webhooks.post('/webhooks/stripe', { bodyLimit }, async ({ body, headers }, reply) => {
        const signature = headers['stripe-signature'];
        const raw = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
        await services.payments.receive(raw, typeof signature === 'string' ? signature : undefined);
        return reply.send({ received: true });
      });
    });
  };
