import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Admission } from './admission.ts';
import type { BodyBudget } from './body-budget.ts';
import type { Callers } from './callers.ts';

type Deps = { callers: Callers; admission: Admission; budget: BodyBudget; bodyBytesMax: number };
/** As it stands in a request's address, which nobody has looked at yet. */
export type Named = { model?: unknown; version?: unknown };

/**
 * What every route that takes a picture has in common: who may, whether anybody has time for it, and how much of it at
 * once. `modelOf`: whose picture it is.
 */
export const pictureRoute = (
  { callers, admission, budget, bodyBytesMax }: Deps,
  modelOf: (request: FastifyRequest) => Named,
) => ({
  method: 'POST' as const,
  // Base64 takes four bytes for three; a picture at the limit must fit in every form.
  bodyLimit: Math.ceil((bodyBytesMax * 4) / 3) + 1_024,
  async onRequest(request: FastifyRequest, reply: FastifyReply): Promise<void> {
    await callers.requireInference(request);
    const { model, version } = modelOf(request);
    await admission.admit(request, reply, model, version);
  },
  preParsing: async (request: FastifyRequest, reply: FastifyReply) =>
    budget.admit(request, reply, callers.tenantOf(request)),
  serializerCompiler: asItIs,
});

/** Answers have the types of their schemas already: looking at each number of them again takes longer than writing it. */
export const asItIs = () => (answer: unknown) => JSON.stringify(answer);

/** For routes that take the model from the query. */
export const namedInQuery = ({ query }: FastifyRequest): Named => ({ model: (query as Named).model });
