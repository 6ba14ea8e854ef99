import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { bearerOf } from '../domain/identity/authenticate.ts';
import { UnauthenticatedError } from '../errors/request-errors.ts';

/** A hook for routes that answer to our own processes alone. Throws UNAUTHENTICATED before a body is read. */
export function serviceOnly(serviceToken: string) {
  const expected = digest(serviceToken);
  return async function requireService(request: FastifyRequest): Promise<void> {
    const given = bearerOf(request.headers.authorization);
    if (!given || !timingSafeEqual(digest(given), expected)) {
      throw new UnauthenticatedError({ reason: 'not the service token' });
    }
  };
}

const digest = (text: string) => createHash('sha256').update(text).digest();
