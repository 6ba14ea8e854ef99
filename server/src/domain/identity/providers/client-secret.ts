import { SignJWT, importPKCS8 } from 'jose';
import { ClientSecretPost, None } from 'openid-client';
import type { ClientAuth } from 'openid-client';
import type { IdentityProvider } from '../../../identity-providers.ts';
import type { Clock } from '../../../ports.ts';

/** How we prove to an issuer who we are. */
export async function clientAuthentication(provider: IdentityProvider, clock: Clock): Promise<ClientAuth> {
  if (provider.kind === 'oauth2' && provider.clientAuthentication === 'basic') {
    return provider.clientSecret === undefined ? None() : basic(provider.clientId, provider.clientSecret);
  }
  const secret = await clientSecret(provider, clock);
  return secret === undefined ? None() : ClientSecretPost(secret);
}

/**
 * HTTP Basic, with as little escaped as forms need: openid-client's own escapes dashes as well, which servers that do not
 * unescape take for another secret.
 */
function basic(clientId: string, password: string): ClientAuth {
  const escaped = (text: string) => new URLSearchParams({ '': text }).toString().slice(1);
  const credentials = Buffer.from(`${escaped(clientId)}:${escaped(password)}`).toString('base64');
  return (_server, _client, _body, headers) => headers.set('authorization', `Basic ${credentials}`);
}

/** Apple's secret is a token of five minutes that we sign. */
async function clientSecret(provider: IdentityProvider, clock: Clock): Promise<string | undefined> {
  if (provider.kind !== 'oidc' || !provider.clientKey) return provider.clientSecret;
  const { teamId, keyId, privateKey } = provider.clientKey;
  const now = Math.floor(clock.now().getTime() / 1000);
  return new SignJWT({})
    .setProtectedHeader({ alg: 'ES256', kid: keyId })
    .setIssuer(teamId)
    .setSubject(provider.clientId)
    .setAudience(provider.issuer)
    .setIssuedAt(now)
    .setExpirationTime(now + 300)
    .sign(await importPKCS8(privateKey, 'ES256'));
}
