import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { QuotaLeases } from '../domain/billing/quotas/quota-leases.service.ts';
import { InputInvalidError } from '../errors/request-errors.ts';
import { serviceOnly } from './service-only.ts';

type Deps = { quotaLeases: Pick<QuotaLeases, 'take' | 'giveBack'>; serviceToken: string };

const units = z.int32().min(1);
const asked = z.object({
  organizationId: z.uuid(),
  lease: z.uuid(),
  holder: z.string().min(1).max(100),
  wants: z.array(units).max(5_000),
  ahead: z.int32().min(0).default(0),
});
const returned = z.object({ lease: z.uuid(), kept: z.int32().min(0) });

/**
 * What sidecars need of hard quotas: `POST /internal/quota` takes a part for calls that wait, `…/return` gives back what
 * was not used of one.
 */
export const registerQuota =
  ({ quotaLeases, serviceToken }: Deps) =>
  (app: FastifyInstance): void => {
    const onRequest = serviceOnly(serviceToken);
    app.post('/internal/quota', { onRequest }, async (request) => {
      const body = parse(asked, request.body);
      const answer = await quotaLeases.take(body);
      return { lease: body.lease, ...answer };
    });
    app.post('/internal/quota/return', { onRequest }, async (request) => {
      const { lease, kept } = parse(returned, request.body);
      await quotaLeases.giveBack(lease, kept);
      return {};
    });
  };

function parse<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new InputInvalidError(issue?.path.join('.') ?? 'body', issue?.message ?? 'This is no request for a quota.');
}
