import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AuthorizationCodesService } from '../domain/identity/tokens/authorization-codes.service.ts';
import type { DeviceGrantsService } from '../domain/identity/tokens/device-grants.service.ts';
import { GrantError } from '../domain/identity/tokens/grant.errors.ts';
import type { RefreshService } from '../domain/identity/tokens/refresh.service.ts';
import { RefreshTokenInvalidError, RefreshTokenReusedError } from '../domain/identity/tokens/tokens.errors.ts';
import type { SignedIn } from '../domain/identity/sign-ins.service.ts';
import { describeError } from '../errors/describe.ts';
import { InputInvalidError } from '../errors/request-errors.ts';
import { retryHeaders } from '../errors/to-rest-error.ts';
import type { Clock } from '../ports.ts';
import type { ClientAddress } from './client-address.ts';
import { fieldOf, readForms } from './forms.ts';
import { localeOf } from './locale.ts';
import { originOf } from './origin-of.ts';

type Deps = {
  devices: DeviceGrantsService;
  codes: AuthorizationCodesService;
  refresh: RefreshService;
  clientAddress: ClientAddress;
  clock: Clock;
  /** Where callers reach this server, without a slash at the end. Never what a request says. */
  publicUrl(): string;
};

const deviceGrantType = 'urn:ietf:params:oauth:grant-type:device_code';

/** What programs of ours ask: RFC 6749, 7636 and 8628, described as RFC 8414 says. */
export function registerOauth(app: FastifyInstance, deps: Deps): void {
  const { devices, codes, refresh, clientAddress, clock, publicUrl } = deps;

  app.get('/.well-known/oauth-authorization-server', async () => ({
    issuer: publicUrl(),
    jwks_uri: `${publicUrl()}/.well-known/jwks.json`,
    authorization_endpoint: `${publicUrl()}/oauth/authorize`,
    token_endpoint: `${publicUrl()}/oauth/token`,
    device_authorization_endpoint: `${publicUrl()}/oauth/device`,
    response_types_supported: ['code'],
    grant_types_supported: ['authorization_code', 'refresh_token', deviceGrantType],
    code_challenge_methods_supported: ['S256'],
    token_endpoint_auth_methods_supported: ['none'],
    authorization_response_iss_parameter_supported: true,
  }));

  void app.register(async (forms) => {
    readForms(forms);
    forms.setErrorHandler((error, request, reply) => answerError(error, request, reply));

    forms.post('/oauth/device', async (request) => {
      const [clientId, deviceName] = [fieldOf(request.body, 'client_id'), fieldOf(request.body, 'device_name')];
      const begun = await devices.begin({ clientId: clientId ?? '', deviceName }, originOf(request, clientAddress));
      const verificationUri = `${publicUrl()}/oauth/device/verify`;
      return {
        device_code: begun.deviceCode,
        user_code: begun.userCode,
        verification_uri: verificationUri,
        verification_uri_complete: `${verificationUri}?user_code=${begun.userCode}`,
        expires_in: begun.expiresInSeconds,
        interval: begun.intervalSeconds,
      };
    });

    forms.post('/oauth/token', async (request) => {
      const field = (name: string) => fieldOf(request.body, name) ?? '';
      const origin = originOf(request, clientAddress);
      switch (field('grant_type')) {
        case 'authorization_code': {
          const made = { code: field('code'), clientId: field('client_id'), redirectUri: field('redirect_uri') };
          return tokens(await codes.redeem({ ...made, codeVerifier: field('code_verifier') }, origin), clock.now());
        }
        case 'refresh_token':
          return tokens(await refresh.refresh(field('refresh_token'), origin), clock.now());
        case deviceGrantType: {
          const code = { deviceCode: field('device_code'), clientId: field('client_id') };
          return tokens(await devices.redeem(code, origin), clock.now());
        }
        default:
          throw new GrantError('UNSUPPORTED_GRANT_TYPE');
      }
    });
  });
}

function tokens({ token, refreshToken, expiresAt }: SignedIn, now: Date) {
  return {
    access_token: token,
    token_type: 'Bearer',
    expires_in: Math.max(0, Math.floor((expiresAt.getTime() - now.getTime()) / 1000)),
    refresh_token: refreshToken,
  };
}

/** `{error, error_description}` of RFC 6749, 5.2, with what all our refusals say beside it, in the caller's language. */
function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply) {
  const locale = localeOf(request.headers);
  const { code, message, status, ours, hint, retryable, retryAfterMs, docs } = describeError(error, locale);
  if (ours) throw error;
  return reply
    .status(status === 401 ? 400 : status)
    .headers({ ...retryHeaders(retryAfterMs), 'content-language': locale.toLowerCase() })
    .send({
      ...{ error: oauthName(error, code), error_description: message, code, requestId: request.id, hint, retryable },
      ...(retryAfterMs !== null && { retryAfterMs }),
      docs,
    });
}

/** The words of the specifications, for whoever does not know ours. */
function oauthName(error: unknown, code: string): string {
  if (error instanceof GrantError) return code.toLowerCase();
  if (error instanceof RefreshTokenInvalidError || error instanceof RefreshTokenReusedError) return 'invalid_grant';
  if (error instanceof InputInvalidError && error.field === 'client_id') return 'invalid_client';
  return code === 'TOO_MANY_ATTEMPTS' ? 'slow_down' : 'invalid_request';
}
