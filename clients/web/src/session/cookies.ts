import { ConfigurationError, SightlineError, createHttp, errorOfRest } from '@sightline/core';
import type { Answer, CallOptions, Credentials, Parts } from '@sightline/core';

/** Who is signed in on this page's browser. The tokens are in cookies that no script can read. */
export type Cookies = Credentials & {
  /** One request to `/session` and what is below it, with what a page proves itself by. Throws what the server refused. */
  ask(method: string, path: string, options?: CallOptions, body?: object): Promise<Answer>;
  /** Asks who is signed in, which may have changed in another tab. */
  look(): Promise<void>;
  /** Takes what an answer of `/session` tells; null where nobody is signed in any more. */
  take(told: Told | null): void;
};

/** `csrfToken` is by sign-in, null for nobody; `expiresInSeconds` 0 has to be refreshed first. */
export type Told = { csrfToken: string | null; expiresInSeconds?: number };

type Deps = { settings: Parts['settings']; onChange(): void };

/** Cookies are refreshed once this share of their life is over: a browser drops them at its end, and would ask as nobody. */
const usableShare = 0.9;

const nobody: Credentials = {
  value: null,
  header: () => Promise.resolve({}),
  renew: () => Promise.resolve(false),
  replace: () => {},
};

/** Credentials of a page: nothing is asked before the first call, and then once for all who wait. */
export function createCookies({ settings, onChange }: Deps): Cookies {
  const http = createHttp({ settings, credentials: nobody });
  // What `x-csrf-token` says, or undefined until the server was asked.
  let csrfToken: string | null | undefined;
  let goodUntilMs = Infinity;
  /** How often the cookies were changed for others: sockets that were opened with those before are not used any more. */
  let generation = 0;
  let looking: Promise<void> | null = null;
  let renewing: Promise<void> | null = null;

  const csrf = (): Record<string, string> => (csrfToken ? { 'x-csrf-token': csrfToken } : {});

  const ask: Cookies['ask'] = (method, path, options = {}, body) =>
    http(
      {
        url: `${settings.baseUrl}/session${path}`,
        method,
        headers: { ...csrf(), ...(body && { 'content-type': 'application/json' }) },
        body: () => (body ? JSON.stringify(body) : null),
        repeatable: true,
        authorized: false,
      },
      options,
      (answer) => {
        if (!answer.ok) throw errorOfRest(answer.body, answer);
        return answer;
      },
    );

  function take(told: Told | null): void {
    const next = told?.csrfToken ?? null;
    const isOther = csrfToken !== undefined && csrfToken !== next;
    csrfToken = next;
    goodUntilMs = performance.now() + (told?.expiresInSeconds ?? Infinity) * 1000 * usableShare;
    if (!isOther) return;
    generation++;
    onChange();
  }

  async function lookNow(): Promise<void> {
    take((await ask('GET', '')).body as Told);
  }

  async function renewNow(): Promise<void> {
    try {
      take((await ask('POST', '/refresh')).body as Told);
      generation++;
    } catch (error) {
      if (!(error instanceof SightlineError && error.code.startsWith('REFRESH_TOKEN_'))) throw error;
      settings.logger.info('the sign-in is over', { code: error.code, requestId: error.requestId });
      take(null);
    }
  }

  const look = () => (looking ??= lookNow().finally(() => (looking = null)));
  const renewOnce = () => (renewing ??= renewNow().finally(() => (renewing = null)));
  const valueNow = () => (csrfToken === null ? null : String(generation));

  return {
    get value() {
      return valueNow();
    },
    async header(override) {
      if (override !== undefined) return { authorization: `Bearer ${override}` };
      if (csrfToken === undefined) await look();
      if (csrfToken && performance.now() >= goodUntilMs) await renewOnce();
      return csrf();
    },
    async renew(refused) {
      if (valueNow() === refused && csrfToken) await renewOnce();
      return csrfToken !== null && valueNow() !== refused;
    },
    replace(tokens) {
      if (tokens)
        throw new ConfigurationError('This client keeps no tokens: sign in and switch by `auth`, which sets cookies.');
      take(null);
    },
    ask,
    look,
    take,
  };
}
