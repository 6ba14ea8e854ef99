import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { SignedInHere } from '../domain/identity/accounts/by-password.ts';
import { InputInvalidError } from '../errors/request-errors.ts';
import type { Clock } from '../ports.ts';
import type { Services } from '../services.ts';
import type { ClientAddress } from './client-address.ts';
import { cookieNames, cookieOf, sessionCookies, toldOf } from './cookies.ts';
import type { Csrf } from './csrf.ts';
import { originOf } from './origin-of.ts';

type Deps = {
  services: Pick<Services, 'providers' | 'secondFactor'>;
  csrf: Csrf;
  clientAddress: ClientAddress;
  clock: Clock;
};

const secret = z.string().min(1).max(200);
const withCode = z.strictObject({ ticket: secret, code: z.string().min(1).max(64) });
/** One line, as PostgreSQL can store it. */
const deviceName = z
  .string()
  .max(100)
  .regex(/^[^\p{Cc}]*$/u);
const withIdentity = z.strictObject({ code: secret, verifier: secret, deviceName: deviceName.nullish() });

/** `POST /session` for web pages whose people come with a second factor or an identity: the tokens are in cookies only. */
export const registerIdentitySession = ({ services, csrf, clientAddress, clock }: Deps) =>
  function register(app: FastifyInstance): void {
    const asked = (request: FastifyRequest) => ({
      origin: originOf(request, clientAddress),
      deviceToken: cookieOf(request.headers, cookieNames.device),
    });

    function keep(reply: FastifyReply, signedIn: SignedInHere) {
      void reply.header('set-cookie', sessionCookies(signedIn, clock.now()));
      return toldOf(signedIn, csrf.tokenFor(signedIn.viewer.signInId ?? ''), clock.now());
    }

    app.post('/session/second-factor', async (request, reply) => {
      csrf.requireOwnOrigin(request);
      const parsed = withCode.safeParse(request.body);
      if (!parsed.success) throw new InputInvalidError('body', 'Send {"ticket": "…", "code": "…"}.');
      const { origin, deviceToken } = asked(request);
      return keep(reply, await services.secondFactor.signIn({ ...parsed.data, deviceToken }, origin));
    });

    app.post('/session/identity', async (request, reply) => {
      csrf.requireOwnOrigin(request);
      const parsed = withIdentity.safeParse(request.body);
      if (!parsed.success) throw new InputInvalidError('body', 'Send {"code": "…", "verifier": "…"}.');
      const { origin, deviceToken } = asked(request);
      const { deviceName: name = null, ...proof } = parsed.data;
      const outcome = await services.providers.signIn({ ...proof, deviceName: name, deviceToken, kind: 'WEB' }, origin);
      if ('pendingEmail' in outcome) return reply.status(202).send({ linkPending: { email: outcome.pendingEmail } });
      if ('ticket' in outcome) return { secondFactor: { ticket: outcome.ticket, expiresAt: outcome.expiresAt } };
      return keep(reply, outcome);
    });
  };
