import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Authenticate } from '../domain/identity/authenticate.ts';
import {
  CredentialsInvalidError,
  EmailNotVerifiedError,
  TooManyAttemptsError,
} from '../domain/identity/identity.errors.ts';
import type { IdentityService } from '../domain/identity/identity.service.ts';
import type { AuthorizationCodesService } from '../domain/identity/tokens/authorization-codes.service.ts';
import type { DeviceGrantsService } from '../domain/identity/tokens/device-grants.service.ts';
import { clientName, isLoopbackRedirect } from '../domain/identity/tokens/oauth-clients.ts';
import { requireFreshProof } from '../domain/identity/step-up.ts';
import type { Viewer } from '../domain/identity/viewer.ts';
import { StepUpRequiredError } from '../domain/identity/identity.errors.ts';
import { describeError } from '../errors/describe.ts';
import { NotFoundError, RequestRefusedError, UnauthenticatedError } from '../errors/request-errors.ts';
import { pageWords } from '../messages/oauth-pages.ts';
import type { Clock } from '../ports.ts';
import type { ClientAddress } from './client-address.ts';
import { cookieNames, cookieOf, sessionCookies } from './cookies.ts';
import { csrfHeader } from './csrf.ts';
import type { Csrf } from './csrf.ts';
import { fieldOf, readForms } from './forms.ts';
import { html, pageOf } from './html.ts';
import type { Html } from './html.ts';
import { localeOf } from './locale.ts';
import { originOf } from './origin-of.ts';

type Deps = {
  authenticate: Authenticate;
  identity: Pick<IdentityService, 'signIn'>;
  codes: AuthorizationCodesService;
  devices: DeviceGrantsService;
  csrf: Csrf;
  clientAddress: ClientAddress;
  clock: Clock;
  publicUrl(): string;
};

/** No script, no frame, and forms that go to us or, by way of us, to the program that asks. */
const pagePolicy =
  "default-src 'none'; form-action 'self' http://127.0.0.1:* http://[::1]:*; base-uri 'none'; frame-ancestors 'none'";

/** Pages on which people let in programs and devices. They work in any browser, without scripts. */
export function registerOauthPages(app: FastifyInstance, deps: Deps): void {
  const { authenticate, identity, codes, devices, csrf, clientAddress, clock, publicUrl } = deps;

  const localeFor = (reply: FastifyReply) => localeOf(reply.request.headers);
  const wordsFor = (reply: FastifyReply) => pageWords[localeFor(reply)];

  const show = (reply: FastifyReply, title: string, body: Html, status = 200) =>
    reply
      .status(status)
      .headers({
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': pagePolicy,
        // With `no-referrer` browsers call the origin of a form `null`, and our own forms would be refused.
        'referrer-policy': 'same-origin',
        'content-language': localeFor(reply).toLowerCase(),
        vary: 'accept-language',
      })
      .send(pageOf(title, body, localeFor(reply)));

  /** Who looks at the page, if they proved themselves lately: what they decide here cannot be undone by waiting. */
  async function viewerOf(request: FastifyRequest): Promise<Viewer | null> {
    const access = cookieOf(request.headers, cookieNames.access);
    if (access === null) return null;
    try {
      const { viewer } = await authenticate(access, originOf(request, clientAddress).address);
      requireFreshProof(viewer, clock.now());
      return viewer;
    } catch (error) {
      if (error instanceof UnauthenticatedError || error instanceof StepUpRequiredError) return null;
      throw error;
    }
  }

  /** The viewer of a form that was sent from a page of ours. Throws UNAUTHENTICATED, CSRF_REFUSED, ORIGIN_REFUSED. */
  async function requireViewer(request: FastifyRequest): Promise<Viewer> {
    const viewer = await viewerOf(request);
    if (!viewer) throw new UnauthenticatedError({ reason: 'no fresh sign-in' });
    const token = fieldOf(request.body, 'csrf') ?? '';
    csrf.requireCsrf({ headers: { ...request.headers, [csrfHeader]: token } }, viewer.signInId ?? '');
    return viewer;
  }

  const csrfField = ({ signInId }: Viewer) =>
    html`<input type="hidden" name="csrf" value="${csrf.tokenFor(signInId ?? '')}" />`;

  const signInForm = (reply: FastifyReply, returnTo: string, problem: string | null = null, status = 200) => {
    const words = wordsFor(reply);
    return show(
      reply,
      words.signIn,
      html`${problem === null ? '' : html`<p role="alert">${problem}</p>`}
        <form method="post" action="/oauth/sign-in">
          <input type="hidden" name="return_to" value="${returnTo}" />
          <p>
            <label>${words.email} <input name="email" type="email" autocomplete="username" required /></label>
          </p>
          <p>
            <label
              >${words.password} <input name="password" type="password" autocomplete="current-password" required
            /></label>
          </p>
          <button>${words.signIn}</button>
        </form>`,
      status,
    );
  };

  const queryOf = ({ url }: FastifyRequest) => new URL(url, 'http://here').searchParams;

  void app.register(async (pages) => {
    readForms(pages);

    pages.post('/oauth/sign-in', async (request, reply) => {
      csrf.requireOwnOrigin(request);
      const field = (name: string) => fieldOf(request.body, name) ?? '';
      const returnTo = field('return_to');
      // An address as the page itself wrote it: what is longer or not ASCII cannot be in a header.
      if (!/^\/oauth\/(authorize|device\/verify)(\?[\x21-\x7e]{0,4000})?$/.test(returnTo)) {
        throw new RequestRefusedError('BAD_REQUEST', 'This form leads nowhere.');
      }
      const deviceToken = cookieOf(request.headers, cookieNames.device);
      const input = { email: field('email').slice(0, 254), password: field('password').slice(0, 129), deviceToken };
      try {
        const outcome = await identity.signIn({ ...input, kind: 'WEB' }, originOf(request, clientAddress));
        if ('ticket' in outcome) {
          return await signInForm(reply, returnTo, wordsFor(reply).secondFactor, 401);
        }
        return reply.header('set-cookie', sessionCookies(outcome, clock.now())).redirect(returnTo, 303);
      } catch (error) {
        const isExpected =
          error instanceof CredentialsInvalidError ||
          error instanceof EmailNotVerifiedError ||
          error instanceof TooManyAttemptsError;
        if (!isExpected) throw error;
        return signInForm(reply, returnTo, describeError(error, localeFor(reply)).message, 401);
      }
    });

    pages.get('/oauth/authorize', async (request, reply) => {
      const asked = requestOf(queryOf(request));
      const problem = problemOf(asked);
      if (problem) return reply.redirect(answerUrl(asked, { error: problem }, publicUrl()), 303);
      const viewer = await viewerOf(request);
      if (!viewer) return signInForm(reply, request.url);
      const words = wordsFor(reply);
      const hidden = [...asked.all].map(
        ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
      );
      return show(
        reply,
        words.program,
        html`<p><strong>${clientName(asked.clientId) ?? ''}</strong> ${words.wants}</p>
          <p>${words.onlyStarted}</p>
          <form method="post" action="/oauth/authorize">
            ${hidden.reduce((all, one) => html`${all}${one}`, csrfField(viewer))}
            <button name="decision" value="allow">${words.allow}</button>
            <button name="decision" value="deny">${words.deny}</button>
          </form>`,
      );
    });

    pages.post('/oauth/authorize', async (request, reply) => {
      const viewer = await requireViewer(request);
      const asked = requestOf(request.body as URLSearchParams);
      const problem = problemOf(asked) ?? (fieldOf(request.body, 'decision') === 'allow' ? null : 'access_denied');
      if (problem) return reply.redirect(answerUrl(asked, { error: problem }, publicUrl()), 303);
      const code = await codes.issue(viewer, asked, request.id);
      return reply.redirect(answerUrl(asked, { code }, publicUrl()), 303);
    });

    pages.get('/oauth/device/verify', async (request, reply) => {
      const viewer = await viewerOf(request);
      if (!viewer) return signInForm(reply, request.url);
      const words = wordsFor(reply);
      const userCode = queryOf(request).get('user_code')?.slice(0, 40);
      const device = userCode ? await devices.find(viewer, userCode) : null;
      const problem = userCode && !device ? html`<p role="alert">${words.noDevice}</p>` : html``;
      if (!userCode || !device) {
        const form = html`${problem}
          <form method="get" action="/oauth/device/verify">
            <p>
              <label>${words.code} <input name="user_code" autocomplete="off" required /></label>
            </p>
            <button>${words.goOn}</button>
          </form>`;
        return show(reply, words.device, form, problem.text === '' ? 200 : 404);
      }
      const { clientName: client, deviceName, address, place } = device;
      return show(
        reply,
        words.device,
        html`<dl>
            <dt>${words.programTerm}</dt>
            <dd>${client}</dd>
            <dt>${words.deviceTerm}</dt>
            <dd>${deviceName ?? words.saysNothing}</dd>
            <dt>${words.addressTerm}</dt>
            <dd>${address ?? words.unknown}</dd>
            <dt>${words.placeTerm}</dt>
            <dd>${place ?? words.unknown}</dd>
          </dl>
          <p>${words.onlyYours} ${userCode}.</p>
          <form method="post" action="/oauth/device/verify">
            ${csrfField(viewer)}<input type="hidden" name="user_code" value="${userCode}" />
            <button name="decision" value="allow">${words.allow}</button>
            <button name="decision" value="deny">${words.deny}</button>
          </form>`,
      );
    });

    pages.post('/oauth/device/verify', async (request, reply) => {
      const viewer = await requireViewer(request);
      const words = wordsFor(reply);
      const decision = fieldOf(request.body, 'decision') === 'allow' ? 'APPROVED' : 'DENIED';
      try {
        await devices.decide(viewer, fieldOf(request.body, 'user_code') ?? '', decision, request.id);
      } catch (error) {
        if (!(error instanceof NotFoundError)) throw error;
        return show(reply, words.device, html`<p role="alert">${words.noDevice}</p>`, 404);
      }
      const outcome = decision === 'APPROVED' ? words.letIn : words.notLetIn;
      return show(reply, words.device, html`<p>${outcome}</p>`);
    });
  });
}

type Asked = { clientId: string; redirectUri: string; codeChallenge: string; state: string; all: Map<string, string> };

const names = ['response_type', 'client_id', 'redirect_uri', 'code_challenge', 'code_challenge_method', 'state'];

/** What a program asks for. Throws BAD_REQUEST where it cannot even be told no at its own address. */
function requestOf(query: URLSearchParams): Asked {
  const all = new Map(names.map((name) => [name, fieldOf(query, name) ?? '']));
  const of = (name: string) => all.get(name) ?? '';
  const asked = { clientId: of('client_id'), redirectUri: of('redirect_uri'), codeChallenge: of('code_challenge') };
  if (clientName(asked.clientId) === null) throw new RequestRefusedError('BAD_REQUEST', 'There is no such client.');
  if (!isLoopbackRedirect(asked.redirectUri)) {
    throw new RequestRefusedError(
      'BAD_REQUEST',
      'Codes go to http://127.0.0.1:<port>/… or http://[::1]:<port>/… only.',
    );
  }
  // It would come back in a header, and those have an end.
  if (of('state').length > 500) {
    throw new RequestRefusedError('BAD_REQUEST', 'The parameter state has more than 500 characters.');
  }
  return { ...asked, state: of('state'), all };
}

/** Why the program gets no code, in the words of RFC 6749, 4.1.2.1; null when nothing is wrong. */
function problemOf({ all, codeChallenge, state }: Asked): string | null {
  if (all.get('response_type') !== 'code') return 'unsupported_response_type';
  const isPkce = all.get('code_challenge_method') === 'S256' && /^[A-Za-z0-9_-]{43}$/.test(codeChallenge);
  return isPkce && state !== '' ? null : 'invalid_request';
}

function answerUrl({ redirectUri, state }: Asked, answer: Record<string, string>, issuer: string): string {
  const url = new URL(redirectUri);
  for (const [name, value] of Object.entries({ ...answer, state, iss: issuer })) url.searchParams.set(name, value);
  return url.href;
}
