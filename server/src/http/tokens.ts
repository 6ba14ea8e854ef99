import type { FastifyInstance } from 'fastify';
import type { Authenticate } from '../domain/identity/authenticate.ts';
import type { Clock } from '../ports.ts';
import type { Services } from '../services.ts';
import type { ClientAddress } from './client-address.ts';
import type { Csrf } from './csrf.ts';
import { registerJwks } from './jwks.ts';
import { registerOauthPages } from './oauth-pages.ts';
import { registerOauth } from './oauth.ts';
import { registerSession } from './session.ts';

type Deps = {
  services: Pick<Services, 'tokens' | 'identity'>;
  authenticate: Authenticate;
  csrf: Csrf;
  clientAddress: ClientAddress;
  clock: Clock;
  publicUrl(): string;
};

/** Every route by which browsers and programs get, keep and lose tokens. */
export const registerTokens = ({ services, ...deps }: Deps) =>
  function register(app: FastifyInstance): void {
    const { tokens, identity } = services;
    const all = { ...deps, ...tokens, identity };
    registerJwks(app, all);
    registerOauth(app, all);
    registerOauthPages(app, all);
    registerSession(app, all);
  };
