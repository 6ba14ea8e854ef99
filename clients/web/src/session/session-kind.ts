import { ConfigurationError, createSocket, liveWithFallback, openSse, sendByFetch } from '@sightline/core';
import type { Auth, ClientOptions, Replacements } from '@sightline/core';
import { createCookieAuth } from './auth.ts';
import type { CookieAuth } from './auth.ts';
import { createCookies } from './cookies.ts';
import type { Cookies } from './cookies.ts';

/** Where a page's sign-in is: in cookies that no script can read, or in tokens that the page keeps itself. */
export type SessionKind = 'cookies' | 'token';

export type AuthOf<S extends SessionKind> = S extends 'token' ? Auth : CookieAuth;

export type WebOptions<S extends SessionKind = SessionKind> = Omit<ClientOptions, 'apiKey' | 'allowApiKeyInBrowser'> & {
  /** `cookies` unless given: the sign-in lasts over reloads, and scripts cannot steal it. */
  session?: S | undefined;
};

/** The options of the core for a page. Throws ConfigurationError. */
export function optionsOf({ session = 'cookies', ...given }: WebOptions, changed: () => void): ClientOptions {
  if (session === 'cookies' && (given.token || given.refreshToken))
    throw new ConfigurationError('A token needs `session: "token"`.');
  const options = { ...given, baseUrl: given.baseUrl ?? globalThis.location?.origin };
  const own = [options.baseUrl, options.inferenceUrl].map(originOf);
  const send = options.fetch ?? ((...request) => fetch(...request));
  /** Cookies go to our own servers alone: storages that links lead to refuse requests with any. Who has tokens needs none. */
  const sendHere: typeof fetch = (input, init) => {
    const isOurs = session === 'cookies' && own.includes(originOf(String(input)));
    return send(input, { ...init, credentials: isOurs ? 'include' : 'omit' });
  };
  return {
    transport: {
      send: sendByFetch(sendHere),
      openLive(deps) {
        // Some networks let no WebSocket through.
        const live = liveWithFallback(createSocket(deps), openSse({ ...deps, fetch: sendHere }));
        return {
          subscribe: live.subscribe,
          reset() {
            live.reset();
            changed();
          },
        };
      },
    },
    ...options,
  };
}

/** What of the core is another for cookies. */
export function replacementsOf<S extends SessionKind>({ session }: WebOptions<S>): Replacements<AuthOf<S>> {
  if (session === 'token') return {};
  let cookies: Cookies;
  return {
    credentials: (deps) => (cookies = createCookies(deps)),
    auth: (parts) => createCookieAuth(parts, cookies) as AuthOf<S>,
  };
}

const originOf = (url: string | undefined): string | null => (url && URL.canParse(url) ? new URL(url).origin : null);
