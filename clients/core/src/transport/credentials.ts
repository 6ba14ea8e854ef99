import { SightlineError } from '../errors/sightline-error.ts';

/** Tokens of a sign-in. Keep both to go on later: `new Client({ token, refreshToken })`. */
export type Tokens = {
  /** The access token; it is over within the hour. */
  token: string;
  /** What the next access token is asked for with. Each use gives a new one, and the one before soon ends. */
  refreshToken: string | null;
};

/** Who this client speaks for: a sign-in's tokens, an API key, or nobody. */
export type Credentials = {
  readonly value: string | null;
  /** The header to send, with a token that is still good where one can be had; `override` is a token for one call. */
  header(override?: string): Promise<Record<string, string>>;
  /** Gets other tokens after `refused` was not taken. False where that is of no use: what was asked for one person is not repeated for another. */
  renew(refused: string | null): Promise<boolean>;
  /** Speaks for somebody else from now on; sockets that are open are told through `onChange`. */
  replace(tokens: Tokens | null): void;
  /** Throws ConfigurationError where tokens are not kept. Asked before a server makes any that would then be lost. */
  expectTokens?(): void;
};

/** Whether the server did not take the credential, or took it for that of somebody else: it did nothing then. */
export const isOfCredential = (error: unknown): error is SightlineError =>
  error instanceof SightlineError && /^(UNAUTHENTICATED|CSRF_REFUSED)$/.test(error.code);

type Deps = {
  onChange(): void;
  /** Asks the server. Null where the sign-in is over; rejects where the server cannot be asked. */
  refresh(refreshToken: string): Promise<Tokens | null>;
  /** Told of tokens that took the place of others. */
  onTokens(tokens: Tokens): void;
};

/** A token is changed for another once this share of its life is over: clocks differ, and answers take time. */
const usableShare = 0.9;

export function createCredentials(initial: Tokens | null, { onChange, refresh, onTokens }: Deps): Credentials {
  let current = initial;
  // How old a token is that somebody kept, nobody knows: it is used until the server says no.
  let goodUntilMs = Infinity;
  let renewing: Promise<void> | null = null;

  async function renewNow(refreshToken: string): Promise<void> {
    const before = current;
    const tokens = await refresh(refreshToken);
    // Somebody signed in or out meanwhile.
    if (current !== before) return;
    current = tokens ?? (before && { ...before, refreshToken: null });
    goodUntilMs = tokens ? goodUntil(tokens.token) : Infinity;
    if (tokens) onTokens(tokens);
  }

  /** One question at a time: all who wait get the same tokens. */
  async function renewOnce(): Promise<void> {
    const refreshToken = current?.refreshToken;
    if (!refreshToken) return;
    renewing ??= renewNow(refreshToken).finally(() => (renewing = null));
    await renewing;
  }

  return {
    get value() {
      return current?.token ?? null;
    },
    async header(override) {
      if (override === undefined && performance.now() >= goodUntilMs) await renewOnce();
      const token = override ?? current?.token;
      return token ? { authorization: `Bearer ${token}` } : {};
    },
    async renew(refused) {
      if (current?.token !== refused) return current !== null;
      await renewOnce();
      return current !== null && current.token !== refused;
    },
    replace(next) {
      if (next?.token === current?.token) return;
      current = next;
      goodUntilMs = next?.refreshToken ? goodUntil(next.token) : Infinity;
      onChange();
    },
  };
}

/** When a token that has just been made had better be changed, by this machine's own clock; Infinity where it does not say. */
function goodUntil(token: string): number {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    const { iat, exp } = JSON.parse(atob(payload)) as { iat: unknown; exp: unknown };
    if (typeof iat !== 'number' || typeof exp !== 'number') return Infinity;
    return performance.now() + (exp - iat) * 1000 * usableShare;
  } catch {
    return Infinity;
  }
}
