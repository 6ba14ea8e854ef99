import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { UsageService } from '../domain/billing/usage.service.ts';
import type { Authenticate } from '../domain/identity/authenticate.ts';
import type { Viewer } from '../domain/identity/viewer.ts';
import { perMinuteOf } from '../domain/identity/keys/key-limits.ts';
import { KeyAddressRefusedError } from '../domain/identity/keys/keys.errors.ts';
import { InputInvalidError, UnauthenticatedError } from '../errors/request-errors.ts';
import { serviceOnly } from './service-only.ts';

/** Who runs the installation. */
export type Operators = { isOperator(viewer: Viewer): Promise<boolean> };

type Deps = {
  authenticate: Authenticate;
  usage: Pick<UsageService, 'allowanceOf'>;
  operators: Operators;
  serviceToken: string;
};

const body = z.object({ token: z.string().max(4_000), address: z.string().max(64).nullish() });

/** Tells the sidecar whose a caller's token is. After RFC 7662: an unknown token is an answer, not an error. */
export function registerIntrospect(app: FastifyInstance, { authenticate, usage, operators, serviceToken }: Deps): void {
  app.post('/internal/introspect', { onRequest: serviceOnly(serviceToken) }, async (request) => {
    const parsed = body.safeParse(request.body);
    if (!parsed.success) throw new InputInvalidError('token', 'Send {"token": "…"}.');
    try {
      const { viewer, expiresAt } = await authenticate(parsed.data.token, parsed.data.address ?? null);
      const { organizationId, permissions, apiKeyId, signInId, keyLimits } = viewer;
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
        hardQuota: allowance.hasHardQuota,
        isOperator: await operators.isOperator(viewer),
        limits: {
          organization: allowance.perMinute,
          key: least(allowance.perMinuteKey, perMinuteOf(keyLimits, 'inference')),
        },
      };
    } catch (error) {
      if (error instanceof UnauthenticatedError) return { active: false };
      // The key is good, and whoever has it may know why it does not work from there.
      if (error instanceof KeyAddressRefusedError) return { active: false, reason: error.code };
      throw error;
    }
  });
}

/** The smaller of two limits, of which null is none. */
function least(one: number | null, other: number | null): number | null {
  return one === null || other === null ? (one ?? other) : Math.min(one, other);
}
