import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Authenticate } from '../domain/identity/authenticate.ts';
import type { IdentityService } from '../domain/identity/identity.service.ts';
import type { RefreshService } from '../domain/identity/tokens/refresh.service.ts';
import { RefreshTokenInvalidError } from '../domain/identity/tokens/tokens.errors.ts';
import { InputInvalidError, UnauthenticatedError } from '../errors/request-errors.ts';
import type { Clock } from '../ports.ts';
import type { ClientAddress } from './client-address.ts';
import { clearedCookies, cookieNames, cookieOf, sessionCookies, toldOf } from './cookies.ts';
import type { Csrf } from './csrf.ts';
import { originOf } from './origin-of.ts';

type Deps = {
  authenticate: Authenticate;
  identity: Pick<IdentityService, 'signIn' | 'signOut'>;
  refresh: RefreshService;
  csrf: Csrf;
  clientAddress: ClientAddress;
  clock: Clock;
};

const credentials = z.strictObject({
  email: z.string().max(254),
  password: z.string().max(128),
  deviceName: z.string().max(100).nullish(),
});

/**
 * Signing in for web pages: the tokens are in cookies that no script can read, and what a page is told is only the CSRF
 * token that it sends back as `x-csrf-token`.
 */
export function registerSession(app: FastifyInstance, deps: Deps): void {
  const { authenticate, identity, refresh, csrf, clientAddress, clock } = deps;

  /**
   * The sign-in that the cookies name, by whichever of the two still says so, and until when its access token is good:
   * null where that is over. Null for nobody.
   */
  async function signInOf(request: FastifyRequest): Promise<{ id: string; expiresAt: Date | null } | null> {
    const { headers } = request;
    const { address } = originOf(request, clientAddress);
    const access = cookieOf(headers, cookieNames.access);
    const byAccess = access === null ? null : await authenticate(access, address).catch(ignoreUnauthenticated);
    if (byAccess?.viewer.signInId) return { id: byAccess.viewer.signInId, expiresAt: byAccess.expiresAt };
    const refreshToken = cookieOf(headers, cookieNames.refresh);
    const owner = refreshToken === null ? null : await refresh.ownerOf(refreshToken);
    return owner && { id: owner.signInId, expiresAt: null };
  }

  app.post('/session', async (request, reply) => {
    csrf.requireOwnOrigin(request);
    const parsed = credentials.safeParse(request.body);
    if (!parsed.success) throw new InputInvalidError('body', 'Send {"email": "…", "password": "…"}.');
    const { email, password, deviceName = null } = parsed.data;
    const deviceToken = cookieOf(request.headers, cookieNames.device);
    const origin = originOf(request, clientAddress);
    const outcome = await identity.signIn({ email, password, deviceName, deviceToken, kind: 'WEB' }, origin);
    if ('ticket' in outcome) return { secondFactor: { ticket: outcome.ticket, expiresAt: outcome.expiresAt } };
    void reply.header('set-cookie', sessionCookies(outcome, clock.now()));
    return toldOf(outcome, csrf.tokenFor(outcome.viewer.signInId ?? ''), clock.now());
  });

  app.get('/session', async (request) => {
    csrf.requireOwnOrigin(request);
    const signIn = await signInOf(request);
    if (signIn === null) return { csrfToken: null };
    const now = clock.now();
    return toldOf({ expiresAt: signIn.expiresAt ?? now }, csrf.tokenFor(signIn.id), now);
  });

  app.post('/session/refresh', async (request, reply) => {
    const refreshToken = cookieOf(request.headers, cookieNames.refresh);
    const owner = refreshToken === null ? null : await refresh.ownerOf(refreshToken);
    // A token that was replaced long ago names no owner, and still has to end the sign-in: so it is tried, at our pages only.
    if (owner) csrf.requireCsrf(request, owner.signInId);
    else csrf.requireOwnOrigin(request);
    if (refreshToken === null) throw new RefreshTokenInvalidError({ reason: 'no cookie' });
    const signedIn = await refresh.refresh(refreshToken, originOf(request, clientAddress));
    void reply.header('set-cookie', sessionCookies(signedIn, clock.now()));
    return toldOf(signedIn, csrf.tokenFor(signedIn.viewer.signInId ?? ''), clock.now());
  });

  app.delete('/session', async (request, reply) => {
    const access = cookieOf(request.headers, cookieNames.access);
    if (access === null) throw new UnauthenticatedError({ reason: 'no cookie' });
    const { viewer } = await authenticate(access, originOf(request, clientAddress).address);
    csrf.requireCsrf(request, viewer.signInId ?? '');
    await identity.signOut(viewer, request.id);
    void reply.header('set-cookie', clearedCookies());
    return reply.status(204).send();
  });
}

function ignoreUnauthenticated(error: unknown): null {
  if (error instanceof UnauthenticatedError) return null;
  throw error;
}
