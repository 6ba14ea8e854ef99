import { ConfigurationError, SightlineError, createHttp } from '@sightline/core';
import type { Credentials, Parts } from '@sightline/core';
import { createAsk } from './ask.ts';

/** Who is signed in on this page's browser. The tokens are in cookies that no script can read. */
export type Cookies = Credentials & {
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

/** Credentials of a page: nothing is asked before the first call, and then once for all who wait. */
export function createCookies({ settings, onChange }: Deps): Cookies {
  // What `x-csrf-token` says, or undefined until the server was asked.
  let csrfToken: string | null | undefined;
  // By the clock of the wall, as browsers count cookies: others stand still while a machine sleeps.
  let goodUntilMs = Infinity;
  /** How often somebody else was signed in, and how often cookies were changed for others. */
  let viewers = 0;
  let renewals = 0;
  /** How often we were told who is signed in: an answer to what was asked before the last time is out of date. */
  let tellings = 0;
  let looking: Promise<void> | null = null;
  let renewing: Promise<void> | null = null;

  const csrf = async (): Promise<Record<string, string>> => (csrfToken ? { 'x-csrf-token': csrfToken } : {});
  const asIs = { value: null, header: csrf, renew: async () => false };
  const ask = createAsk({ settings, http: createHttp({ settings, credentials: asIs }) });

  function take(told: Told | null): void {
    const next = told?.csrfToken ?? null;
    const isOther = csrfToken !== undefined && csrfToken !== next;
    tellings++;
    csrfToken = next;
    goodUntilMs = Date.now() + (told?.expiresInSeconds ?? Infinity) * 1000 * usableShare;
    if (!isOther) return;
    viewers++;
    onChange();
  }

  async function hear(method: string, path: string): Promise<void> {
    const before = tellings;
    let told: Told | null = null;
    try {
      told = (await ask(method, path)).body as Told;
    } catch (error) {
      if (!(error instanceof SightlineError && error.code.startsWith('REFRESH_TOKEN_'))) throw error;
      settings.logger.info('the sign-in is over', { code: error.code, requestId: error.requestId });
    }
    if (before === tellings) take(told);
  }

  const look = () => (looking ??= hear('GET', '').finally(() => (looking = null)));

  async function renewNow(): Promise<void> {
    try {
      await hear('POST', '/refresh');
      renewals++;
    } catch (error) {
      // The cookies are those of somebody else, who signed in in another tab.
      if (!(error instanceof SightlineError && error.code === 'CSRF_REFUSED')) throw error;
      await look();
    }
  }

  const renewOnce = () => (renewing ??= renewNow().finally(() => (renewing = null)));
  const valueNow = () => (csrfToken === null ? null : `${viewers}.${renewals}`);
  const viewerOf = (value: string | null) => parseInt(value!);

  return {
    get value() {
      return valueNow();
    },
    async header(override) {
      if (override !== undefined) return { authorization: `Bearer ${override}` };
      if (csrfToken === undefined) await look();
      if (csrfToken && Date.now() >= goodUntilMs) await renewOnce();
      return csrf();
    },
    async renew(refused) {
      if (valueNow() === refused) await (csrfToken ? renewOnce() : look());
      const now = valueNow();
      return now !== refused && viewerOf(now) === viewerOf(refused);
    },
    replace: () => take(null),
    expectTokens() {
      throw new ConfigurationError('No tokens are kept here: use `auth`.');
    },
    look,
    take,
  };
}
