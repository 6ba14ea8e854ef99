import type { FastifyReply, FastifyRequest } from 'fastify';
import type { BodyBudget } from './body-budget.ts';
import type { Callers } from './callers.ts';

type Deps = { callers: Callers; budget: BodyBudget; bodyBytesMax: number };

/** What every route that takes a picture has in common: who may, and how much of it at once. */
export const pictureRoute = ({ callers, budget, bodyBytesMax }: Deps) => ({
  method: 'POST' as const,
  // Base64 takes four bytes for three; a picture at the limit must fit in every form.
  bodyLimit: Math.ceil((bodyBytesMax * 4) / 3) + 1_024,
  onRequest: async (request: FastifyRequest) => void (await callers.requireInference(request)),
  preParsing: async (request: FastifyRequest, reply: FastifyReply) =>
    budget.admit(request, reply, callers.tenantOf(request)),
  serializerCompiler: asItIs,
});

/** Answers have the types of their schemas already: looking at each number of them again takes longer than writing it. */
export const asItIs = () => (answer: unknown) => JSON.stringify(answer);
