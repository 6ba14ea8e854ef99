import type { FastifyInstance } from 'fastify';
import { RequestRefusedError } from '../errors/request-errors.ts';

/** Lets the routes of this scope take forms, and nothing else. Bodies become URLSearchParams. */
export function readForms(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, new URLSearchParams(String(body))),
  );
}

/** A field of a form; null where it is missing or empty. Throws BAD_REQUEST where it comes twice (RFC 6749, 3.1). */
export function fieldOf(form: unknown, name: string): string | null {
  if (!(form instanceof URLSearchParams)) return null;
  const values = form.getAll(name);
  if (values.length > 1) throw new RequestRefusedError('BAD_REQUEST', `The parameter ${name} comes more than once.`);
  return values[0] || null;
}
