import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { UsageService } from '../domain/billing/usage.service.ts';
import type { Authenticate } from '../domain/identity/authenticate.ts';
import { InputInvalidError, UnauthenticatedError } from '../errors/request-errors.ts';
import { serviceOnly } from './service-only.ts';

type Deps = { authenticate: Authenticate; usage: Pick<UsageService, 'allowanceOf'>; serviceToken: string };

const body = z.object({ token: z.string().max(4_000), address: z.string().max(64).nullish() });

/** Tells the sidecar whose a caller's token is. After RFC 7662: an unknown token is an answer, not an error. */
export function registerIntrospect(app: FastifyInstance, { authenticate, usage, serviceToken }: Deps): void {
  app.post('/internal/introspect', { onRequest: serviceOnly(serviceToken) }, async (request) => {
    const parsed = body.safeParse(request.body);
    if (!parsed.success) throw new InputInvalidError('token', 'Send {"token": "…"}.');
    try {
      const { viewer, expiresAt } = await authenticate(parsed.data.token, parsed.data.address ?? null);
      const { organizationId, permissions, apiKeyId, signInId } = viewer;
      const allowance = await usage.allowanceOf(organizationId);
      if (!allowance) return { active: false };
      return {
        active: true,
        organizationId,
        permissions: [...permissions],
        expiresAt,
        credentialId: apiKeyId ?? signInId,
        apiKeyId,
        weight: allowance.weight,
        limits: { organization: allowance.perMinute, key: allowance.perMinuteKey },
      };
    } catch (error) {
      if (error instanceof UnauthenticatedError) return { active: false };
      throw error;
    }
  });
}
