import {
  Configuration,
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  customFetch,
  fetchProtectedResource,
} from 'openid-client';
import type { IdentityProvider } from '../../../identity-providers.ts';
import type { Clock } from '../../../ports.ts';
import type { SafeFetch } from '../../../ports/safe-fetch.ts';
import { clientAuthentication } from './client-secret.ts';
import type { IdentityClient } from './identity-client.ts';
import { issuerFetch } from './issuer-fetch.ts';
import { IdentityRefusedError } from './providers.errors.ts';

type Deps = { provider: IdentityProvider & { kind: 'oauth2' }; safeFetch: SafeFetch; clock: Clock };

/**
 * Signing in where there is OAuth 2 and no OpenID, as at X: code flow with PKCE and state, then the person is asked for
 * with the access token, at an address that is configured and that no answer can change.
 */
export function createOauth2Client({ provider, safeFetch, clock }: Deps): IdentityClient {
  const { name, issuer, clientId, scopes, endpoints, fields, trustEmails } = provider;
  const fetch = issuerFetch(safeFetch);
  const metadata = { issuer, authorization_endpoint: endpoints.authorization, token_endpoint: endpoints.token };

  async function configure(): Promise<Configuration> {
    const config = new Configuration(metadata, clientId, {}, await clientAuthentication(provider, clock));
    config[customFetch] = fetch;
    if (new URL(issuer).protocol === 'http:') allowInsecureRequests(config);
    return config;
  }

  return {
    name,
    title: provider.title ?? name,

    async authorizationUrl(redirectUri, { state, pkceVerifier }) {
      return buildAuthorizationUrl(await configure(), {
        redirect_uri: redirectUri,
        ...(scopes.length > 0 && { scope: scopes.join(' ') }),
        state,
        code_challenge: await calculatePKCECodeChallenge(pkceVerifier),
        code_challenge_method: 'S256',
      });
    },

    async identify(redirectUri, parameters, { state, pkceVerifier }) {
      const config = await configure();
      const url = new URL(redirectUri);
      url.search = parameters.toString();
      const tokens = await authorizationCodeGrant(config, url, {
        expectedState: state,
        pkceCodeVerifier: pkceVerifier,
      });
      const answer = await fetchProtectedResource(config, tokens.access_token, new URL(endpoints.user), 'GET');
      if (answer.status !== 200) throw new IdentityRefusedError(`the user’s address answers ${answer.status}`);
      const person: unknown = await answer.json();
      const subject = textAt(person, fields.subject);
      if (subject === null) throw new IdentityRefusedError('no subject');
      const email = textAt(person, fields.email);
      return {
        issuer,
        subject,
        email,
        isEmailVerified: email !== null && trustEmails,
        name: textAt(person, fields.name),
      };
    },
  };
}

/** The text, or the whole number as text, at that place; null for anything else. */
function textAt(value: unknown, path: readonly string[]): string | null {
  let found = value;
  for (const step of path) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return null;
    found = (found as Record<string, unknown>)[step];
  }
  if (typeof found === 'string') return found || null;
  return Number.isSafeInteger(found) ? String(found) : null;
}
