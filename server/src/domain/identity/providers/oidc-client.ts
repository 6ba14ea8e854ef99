import {
  Configuration,
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  customFetch,
  discovery,
  enableNonRepudiationChecks,
  fetchUserInfo,
} from 'openid-client';
import type { IDToken, ServerMetadata } from 'openid-client';
import type { IdentityProvider } from '../../../identity-providers.ts';
import type { Clock } from '../../../ports.ts';
import type { SafeFetch } from '../../../ports/safe-fetch.ts';
import { clientAuthentication } from './client-secret.ts';
import type { IdentityClient, ProvedIdentity } from './identity-client.ts';
import { issuerFetch } from './issuer-fetch.ts';
import { IdentityRefusedError } from './providers.errors.ts';

type Deps = { provider: IdentityProvider & { kind: 'oidc' }; safeFetch: SafeFetch; clock: Clock };
type Claims = { email?: unknown; email_verified?: unknown; name?: unknown };

/** How long what an issuer says of itself is believed before it is read again. */
const metadataMs = 10 * 60_000;
/** Between the issuer's clock and ours. */
const skewSeconds = 300;

/** A browser must be told nothing that runs, and this is where it is told. */
const isPage = (url: URL, issuer: URL) => url.protocol === 'https:' || url.protocol === issuer.protocol;

/** Signing in at an issuer that speaks OpenID Connect: code flow with PKCE, state and nonce, signatures always checked. */
export function createOidcClient({ provider, safeFetch, clock }: Deps): IdentityClient {
  const { name, clientId, scopes, trustEmails } = provider;
  const issuer = new URL(provider.issuer);
  const fetch = issuerFetch(safeFetch);
  // Whoever configured an address without TLS meant it; elsewhere nothing leads to one.
  const isInsecure = issuer.protocol === 'http:';
  let known: { metadata: ServerMetadata; until: number } | null = null;

  async function metadataOf(): Promise<ServerMetadata> {
    const now = clock.now().getTime();
    if (known && now < known.until) return known.metadata;
    const execute = isInsecure ? [allowInsecureRequests] : [];
    const found = await discovery(issuer, clientId, undefined, undefined, { [customFetch]: fetch, execute });
    const metadata = found.serverMetadata();
    // Compared letter by letter: a template for many issuers, or a name that only looks alike, is not the one configured.
    if (metadata.issuer !== provider.issuer) throw new IdentityRefusedError('metadata of another issuer');
    known = { metadata, until: now + metadataMs };
    return metadata;
  }

  /** A new one for each answer: keys are read anew, so one that was withdrawn signs nothing, and a new one counts at once. */
  async function configure(): Promise<Configuration> {
    const metadata = await metadataOf();
    const config = new Configuration(metadata, clientId, {}, await clientAuthentication(provider, clock));
    config[customFetch] = fetch;
    if (isInsecure) allowInsecureRequests(config);
    enableNonRepudiationChecks(config);
    return config;
  }

  function requireForUs({ iss, azp, iat, nonce }: IDToken, expectedNonce: string): void {
    const now = clock.now().getTime() / 1000;
    if (iss !== provider.issuer) throw new IdentityRefusedError('iss of another issuer');
    if (azp !== undefined && azp !== clientId) throw new IdentityRefusedError('azp of another client');
    if (Math.abs(now - iat) > skewSeconds) throw new IdentityRefusedError('iat too far from now');
    if (nonce !== expectedNonce) throw new IdentityRefusedError('nonce of another visit');
  }

  return {
    name,
    title: provider.title ?? name,

    async authorizationUrl(redirectUri, { state, nonce, pkceVerifier }) {
      const url = buildAuthorizationUrl(await configure(), {
        redirect_uri: redirectUri,
        scope: scopes.join(' '),
        state,
        nonce,
        code_challenge: await calculatePKCECodeChallenge(pkceVerifier),
        code_challenge_method: 'S256',
        ...(provider.responseMode === 'form_post' && { response_mode: 'form_post' }),
      });
      if (!isPage(url, issuer)) throw new IdentityRefusedError('its authorization endpoint is no page');
      return url;
    },

    async identify(redirectUri, parameters, { state, nonce, pkceVerifier }) {
      const config = await configure();
      const url = new URL(redirectUri);
      url.search = parameters.toString();
      const tokens = await authorizationCodeGrant(config, url, {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: pkceVerifier,
        idTokenExpected: true,
      });
      const claims = tokens.claims();
      if (!claims) throw new IdentityRefusedError('no ID token');
      requireForUs(claims, nonce);
      const asked = claims['email'] === undefined && config.serverMetadata().userinfo_endpoint !== undefined;
      const about = asked ? await fetchUserInfo(config, tokens.access_token, claims.sub) : claims;
      const { email, email_verified: verified, name: said = nameIn(parameters) } = about as Claims;
      return identityOf(claims.sub, { email, email_verified: verified, name: said });
    },
  };

  function identityOf(subject: string, { email, email_verified: verified, name: said }: Claims): ProvedIdentity {
    const address = typeof email === 'string' && email !== '' ? email : null;
    // Apple writes it as text. Of all other texts, such as "false", none says yes.
    const isVerified = verified === true || verified === 'true';
    return {
      issuer: provider.issuer,
      subject,
      email: address,
      isEmailVerified: address !== null && trustEmails && isVerified,
      name: typeof said === 'string' ? said : null,
    };
  }
}

/** Apple tells a name once, beside the answer and unsigned: good enough for what others see, and for nothing else. */
function nameIn(parameters: URLSearchParams): string | null {
  try {
    const { name } = JSON.parse(parameters.get('user') ?? '') as { name?: { firstName?: unknown; lastName?: unknown } };
    const words = [name?.firstName, name?.lastName].filter((word) => typeof word === 'string');
    return words.join(' ').trim() || null;
  } catch {
    return null;
  }
}
