import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { UsageService } from '../domain/billing/usage.service.ts';
import { InputInvalidError } from '../errors/request-errors.ts';
import { serviceOnly } from './service-only.ts';

type Deps = { usage: Pick<UsageService, 'record'>; serviceToken: string };

/** A thousand records with long names. */
const bodyLimit = 1024 * 1024;

const text = (max: number) => z.string().min(1).max(max);
const body = z.object({
  records: z
    .array(
      z.object({
        id: z.uuid(),
        organizationId: z.uuid(),
        apiKeyId: z.uuid().nullable(),
        task: text(64),
        model: text(200),
        count: z.int32().min(1),
        at: z.iso.datetime(),
        callId: z.uuid().nullable().default(null),
      }),
    )
    .max(1_000),
});

/** Takes what sidecars say that organizations used. They ask again until it is confirmed; each id counts once. */
export function registerUsage(app: FastifyInstance, { usage, serviceToken }: Deps): void {
  app.post('/internal/usage', { onRequest: serviceOnly(serviceToken), bodyLimit }, async (request) => {
    const parsed = body.safeParse(request.body);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw new InputInvalidError(issue?.path.join('.') ?? 'records', issue?.message ?? 'These are no usage records.');
    }
    return { recorded: await usage.record(parsed.data.records) };
  });
}
