import type { Answer } from '../../harness/answer.ts';
import { graphql } from '../../harness/graphql.ts';
import { password, signUp } from '../../harness/people.ts';

export type OpenSignIn = { email: string; token: string; refreshToken: string };

/** A sign-in of `email`; of somebody new unless given. */
export async function openSignIn(server: { url: string }, email?: string): Promise<OpenSignIn> {
  const who = email ?? (await signUp(server)).email;
  const answer = await graphql(
    server,
    'mutation ($input: SignInInput!) { signIn(input: $input) { ... on SignInPayload { token refreshToken } } }',
    { input: { email: who, password } },
  );
  return { email: who, ...answer.expectData().signIn };
}

/** What a refresh token gets: tokens, or a code. */
export async function refresh(server: { url: string }, refreshToken: string): Promise<Answer> {
  const answer = await graphql(
    server,
    `
      mutation ($input: RefreshTokenInput!) {
        refreshToken(input: $input) {
          ... on RefreshTokenPayload {
            token
            refreshToken
            expiresAt
          }
          ... on UserError {
            code
          }
        }
      }
    `,
    { input: { refreshToken } },
  );
  return answer.expectData().refreshToken;
}

/** Whose a token is; null when it is nobody's. */
export async function worksAs(server: { url: string }, token: string): Promise<string | null> {
  const answer = await graphql(server, '{ viewer { user { email } } }', {}, { token });
  if (answer.errors.length === 0) return answer.data.viewer.user.email;
  answer.expectCode('UNAUTHENTICATED');
  return null;
}

/** Sends a form, as programs do. */
export async function form(server: { url: string }, path: string, fields: Record<string, string>) {
  const response = await fetch(server.url + path, { method: 'POST', body: new URLSearchParams(fields) });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Answer };
}

export type Browser = ReturnType<typeof createBrowser>;

/** A browser as far as cookies, redirects that are not followed, and the origin of its page go. */
export function createBrowser({ url }: { url: string }) {
  const cookies = new Map<string, string>();
  const cookieHeader = () => [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');

  async function send(method: string, path: string, body: string | undefined, headers: Record<string, string>) {
    const response = await fetch(url + path, {
      method,
      headers: {
        ...(cookies.size > 0 && { cookie: cookieHeader() }),
        ...(method !== 'GET' && { origin: url }),
        ...headers,
      },
      redirect: 'manual',
      ...(body !== undefined && { body }),
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (/Max-Age=0(;|$)/.test(line)) cookies.delete(name);
      else cookies.set(name, value);
    }
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      location: response.headers.get('location') ?? '',
    };
  }

  return {
    cookies,
    cookieHeader,
    get: (path: string) => send('GET', path, undefined, {}),
    post: (path: string, fields: Record<string, string>, headers: Record<string, string> = {}) =>
      send('POST', path, String(new URLSearchParams(fields)), {
        'content-type': 'application/x-www-form-urlencoded',
        ...headers,
      }),
    json: (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) =>
      send(method, path, body === undefined ? undefined : JSON.stringify(body), {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      }),
  };
}

/** The hidden fields of a page's form, as a browser would send them. */
export function fieldsOf(page: string): Record<string, string> {
  const unescape = (text: string) =>
    text
      .replaceAll('&quot;', '"')
      .replaceAll('&#39;', "'")
      .replaceAll('&lt;', '<')
      .replaceAll('&gt;', '>')
      .replaceAll('&amp;', '&');
  const found = page.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g);
  return Object.fromEntries([...found].map(([, name = '', value = '']) => [name, unescape(value)]));
}
