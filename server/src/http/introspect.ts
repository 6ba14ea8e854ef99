import { createHash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Authenticate } from '../domain/identity/authenticate.ts';
import { bearerOf } from '../domain/identity/authenticate.ts';
import { InputInvalidError, UnauthenticatedError } from '../errors/request-errors.ts';

type Deps = { authenticate: Authenticate; serviceToken: string };

const body = z.object({ token: z.string().max(500) });

/** Tells the sidecar whose a caller's token is. After RFC 7662: an unknown token is an answer, not an error. */
export function registerIntrospect(app: FastifyInstance, { authenticate, serviceToken }: Deps): void {
  const expected = digest(serviceToken);

  app.post('/internal/introspect', async (request) => {
    const given = bearerOf(request.headers.authorization);
    if (!given || !timingSafeEqual(digest(given), expected))
      throw new UnauthenticatedError({ reason: 'not the service token' });
    const parsed = body.safeParse(request.body);
    if (!parsed.success) throw new InputInvalidError('token', 'Send {"token": "…"}.');
    try {
      const { viewer, expiresAt } = await authenticate(parsed.data.token);
      const { organizationId, permissions } = viewer;
      return { active: true, organizationId, permissions: [...permissions], expiresAt };
    } catch (error) {
      if (error instanceof UnauthenticatedError) return { active: false };
      throw error;
    }
  });
}

const digest = (text: string) => createHash('sha256').update(text).digest();
