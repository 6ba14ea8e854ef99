import { createErrorHandler } from '../problems.ts';
import type { Told } from '../problems.ts';

/** The protocol's shape of a refusal. */
export const oipProblem = ({ message, ...told }: Told) => ({ error: message, ...told });

const answer = createErrorHandler(oipProblem);

/** The protocol's error is a text; clients of it read that. What all our refusals say stands beside it. */
export const answerOipError: typeof answer = function answerError(error, request, reply) {
  // Nobody reads the rest of a body that was refused for its size.
  if ((error as { code?: unknown }).code === 'BODY_TOO_LARGE') void reply.header('connection', 'close');
  return answer.call(this, error, request, reply);
};
