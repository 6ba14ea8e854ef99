import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { z } from 'zod';

/** Null when the part works, else what is wrong in a sentence. */
export type Check = () => string | null;

const readinessSchema = z
  .object({
    status: z.enum(['ready', 'not ready']),
    parts: z.record(z.string(), z.object({ ok: z.boolean(), problem: z.string().optional() })),
  })
  .meta({ id: 'Readiness' });

/** `/health/live`: the process answers. `/health/ready`: every part of it that a picture needs works. */
export function registerHealth(app: FastifyInstance, checks: Record<string, Check>): void {
  const routes = app.withTypeProvider<ZodTypeProvider>();
  routes.route({
    method: 'GET',
    url: '/health/live',
    schema: {
      summary: 'Is the process alive',
      tags: ['Health'],
      response: { 200: z.object({ status: z.literal('live') }) },
    },
    handler: async () => ({ status: 'live' as const }),
  });
  routes.route({
    method: 'GET',
    url: '/health/ready',
    schema: {
      summary: 'Can it look at pictures',
      tags: ['Health'],
      response: { 200: readinessSchema, 503: readinessSchema },
    },
    handler: async (_request, reply) => {
      const parts = Object.fromEntries(
        Object.entries(checks).map(([name, check]) => {
          const problem = check();
          return [name, problem === null ? { ok: true } : { ok: false, problem }];
        }),
      );
      const isReady = Object.values(parts).every(({ ok }) => ok);
      return reply.code(isReady ? 200 : 503).send({ status: isReady ? 'ready' : 'not ready', parts });
    },
  });
}
