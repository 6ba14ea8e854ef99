import type { FastifyInstance } from 'fastify';
import type { SigningKeys } from '../domain/identity/tokens/signing-keys.ts';

type Deps = { signingKeys: Pick<SigningKeys, 'published'> };

/** The public keys of our access tokens (RFC 7517). Keys are announced a day ahead, so minutes of caching do no harm. */
export function registerJwks(app: FastifyInstance, { signingKeys }: Deps): void {
  app.get('/.well-known/jwks.json', async (_request, reply) => {
    const keys = await signingKeys.published();
    void reply.headers({ 'cache-control': 'public, max-age=300', 'content-type': 'application/jwk-set+json' });
    return JSON.stringify({ keys });
  });
}
