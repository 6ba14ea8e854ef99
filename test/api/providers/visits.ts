import assert from 'node:assert/strict';
import type { Answer } from '../../harness/answer.ts';
import type { FakeIssuer } from '../../harness/fake-issuer.ts';
import { graphql } from '../../harness/graphql.ts';

type Server = { url: string };
type Options = { token?: string | null };
export type Visit = { url: string; verifier: string };

export const returnTo = '/signed-in';

/** What the page is told that begins. */
export async function begin(
  server: Server,
  provider: string,
  input: object = {},
  options: Options = {},
): Promise<Answer> {
  const name = options.token ? 'startIdentityLink' : 'startIdentitySignIn';
  const type = `${name[0]?.toUpperCase()}${name.slice(1)}`;
  const query = `mutation ($input: ${type}Input!) { ${name}(input: $input) {
    ... on ${type}Payload { url verifier } ... on UserError { code }
  } }`;
  const answer = await graphql(server, query, { input: { provider, returnTo, ...input } }, options);
  return answer.expectData()[name];
}

export type Landed = { status: number; code: string | null; error: string | null; page: string };

/** The browser follows the issuer's answer to us, and lands on the page that asked. */
export async function land(server: Server, url: URL | string, form: URLSearchParams | null = null): Promise<Landed> {
  const response = await fetch(url, {
    redirect: 'manual',
    ...(form && { method: 'POST', body: form, headers: { origin: 'null' } }),
  });
  const text = await response.text();
  const location = response.headers.get('location');
  if (location === null) {
    const error = (JSON.parse(text) as { error: { code: string } }).error.code;
    return { status: response.status, code: null, error, page: '' };
  }
  assert.equal(response.status, 303);
  assert.equal(response.headers.get('referrer-policy'), 'no-referrer');
  const target = new URL(location);
  const fragment = new URLSearchParams(target.hash.slice(1));
  assert.equal(target.origin, new URL(server.url).origin);
  return { status: 303, code: fragment.get('code'), error: fragment.get('error'), page: target.pathname };
}

/** From the button to the page: the code it gets, and the verifier it kept. */
export async function visit(server: Server, issuer: FakeIssuer, provider = 'fake', options: Options = {}) {
  const begun = (await begin(server, provider, {}, options)) as Visit;
  assert.ok(begun.url, JSON.stringify(begun));
  const back = await issuer.browse(begun.url);
  return { verifier: begun.verifier, back, ...(await land(server, back.url, back.form)) };
}

export async function signInWith(server: Server, code: string | null, verifier: string): Promise<Answer> {
  const query = `mutation ($input: SignInWithIdentityInput!) { signInWithIdentity(input: $input) {
    __typename
    ... on SignInWithIdentityPayload {
      token refreshToken deviceToken
      viewer { role profile { email name emailVerified hasPassword } identities { id provider email } organization { name } }
    }
    ... on SecondFactorRequired { ticket }
    ... on IdentityLinkPending { email }
    ... on UserError { code }
  } }`;
  return (await graphql(server, query, { input: { code: code ?? '', verifier } })).expectData().signInWithIdentity;
}

/** All of it. */
export async function signInAt(server: Server, issuer: FakeIssuer, provider = 'fake'): Promise<Answer> {
  const { code, verifier } = await visit(server, issuer, provider);
  return signInWith(server, code, verifier);
}

/** The providers of a server under test: several names for one issuer, so that nothing learned by one helps another. */
export function providersAt(issuer: FakeIssuer, names: string[], more: object = {}): Record<string, string> {
  const { url, clientId, clientSecret } = issuer;
  return {
    IDENTITY_PROVIDERS: JSON.stringify(names.map((name) => ({ name, issuer: url, clientId, clientSecret, ...more }))),
    OUTBOUND_HOSTS: issuer.host,
  };
}

export const callbacksOf = (server: Server, names: string[]) =>
  names.map((name) => `${server.url}/identity/callback/${name}`);
