import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Authenticate } from '../domain/identity/authenticate.ts';
import type { SignedIn } from '../domain/identity/sign-ins.service.ts';
import { InputInvalidError, NotFoundError, UnauthenticatedError } from '../errors/request-errors.ts';
import { decodeGlobalId } from '../graphql/global-id.ts';
import type { Clock } from '../ports.ts';
import type { Services } from '../services.ts';
import type { ClientAddress } from './client-address.ts';
import { cookieNames, cookieOf, sessionCookies, toldOf } from './cookies.ts';
import type { Csrf } from './csrf.ts';
import { originOf } from './origin-of.ts';

type Deps = {
  services: Pick<Services, 'organizations' | 'invitations'>;
  authenticate: Authenticate;
  csrf: Csrf;
  clientAddress: ClientAddress;
  clock: Clock;
};

const text = z.string().min(1).max(200);
const elsewhere = z.strictObject({ organizationId: text });
const invited = z.strictObject({ token: text });

/** `switchOrganization` and `acceptInvitation` for web pages: the tokens are in cookies only. */
export const registerOrganizationSession = ({ services, authenticate, csrf, clientAddress, clock }: Deps) =>
  function register(app: FastifyInstance): void {
    async function asked(request: FastifyRequest) {
      const origin = originOf(request, clientAddress);
      const access = cookieOf(request.headers, cookieNames.access);
      if (access === null) throw new UnauthenticatedError({ reason: 'no cookie' });
      const { viewer } = await authenticate(access, origin.address);
      csrf.requireCsrf(request, viewer.signInId ?? '');
      return { viewer, origin };
    }

    function keep(reply: FastifyReply, signedIn: SignedIn) {
      void reply.header('set-cookie', sessionCookies(signedIn, clock.now()));
      return toldOf(signedIn, csrf.tokenFor(signedIn.viewer.signInId ?? ''), clock.now());
    }

    const how = { keepsTokens: false };

    app.post('/session/organization', async (request, reply) => {
      const { viewer, origin } = await asked(request);
      const parsed = elsewhere.safeParse(request.body);
      if (!parsed.success) throw new InputInvalidError('body', 'Send {"organizationId": "…"}.');
      const { typename, id } = decodeGlobalId(parsed.data.organizationId);
      if (typename !== 'Organization') throw new NotFoundError('Organization', id);
      return keep(reply, await services.organizations.switchTo(viewer, id, origin, how));
    });

    app.post('/session/invitation', async (request, reply) => {
      const { viewer, origin } = await asked(request);
      const parsed = invited.safeParse(request.body);
      if (!parsed.success) throw new InputInvalidError('body', 'Send {"token": "…"}.');
      return keep(reply, await services.invitations.accept(viewer, parsed.data.token, origin, how));
    });
  };
