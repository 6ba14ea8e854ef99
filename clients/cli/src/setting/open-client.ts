import type { Client, ClientOptions, ReconnectPolicy, WebSocketClass } from '@sightline/core';
import type { Env } from '../command/context.ts';
import type { SignIn, SignIns } from '../sign-in/sign-ins.ts';
import { NotSignedIn, UserMistake } from '../user-mistake.ts';
import { isLoopback } from './settings.ts';
import type { Settings } from './settings.ts';

type Deps = {
  settings: Settings;
  signIns: SignIns;
  env: Env;
  /** The live connection is lost and did not come back at once; every ten seconds at most. */
  onLost?: () => void;
};

/** What somebody is signed in with at the server that is meant: a key of the environment, or what was kept. Null for nobody. */
export async function findSignIn({ settings, signIns, env }: Deps): Promise<SignIn | null> {
  const key = env['SIGHTLINE_API_KEY'];
  if (!key) return signIns.find(settings.url);
  // The file came with a repository: it must not say who gets a key of this machine.
  if (settings.urlFrom === 'project' && !isLoopback(settings.url))
    throw new UserMistake(
      `${settings.project?.path} names ${settings.url}, which SIGHTLINE_API_KEY would be sent to. Set SIGHTLINE_URL as well, if that is right.`,
    );
  return { kind: 'key', key };
}

/** A client that speaks for a sign-in, and keeps the tokens it is given. */
export async function clientOf(
  { settings, signIns, onLost }: Pick<Deps, 'settings' | 'signIns' | 'onLost'>,
  signIn: SignIn,
): Promise<Client> {
  // Loaded here: help and wrong arguments come without the SDK.
  const { Client, defaultReconnectPolicy } = await import('@sightline/core');
  const { url, inferenceUrl } = settings;
  const options: ClientOptions = {
    baseUrl: url,
    inferenceUrl: inferenceUrl ?? undefined,
    webSocket: await webSocketOf(),
    reconnect: telling(defaultReconnectPolicy, onLost),
  };
  if (signIn.kind === 'key') return new Client({ ...options, apiKey: signIn.key });
  const { token, refreshToken } = signIn;
  return new Client({
    ...options,
    token,
    refreshToken: refreshToken ?? undefined,
    onTokens: (tokens) => signIns.renew(url, tokens),
  });
}

function telling({ nextDelayMs }: ReconnectPolicy, onLost: () => void = () => {}): ReconnectPolicy {
  let toldAtMs = Number.NEGATIVE_INFINITY;
  return {
    nextDelayMs(lost) {
      // Several streams lose the same connection; a first failure is often over before anybody has read of it.
      if (lost.attempt > 0 && performance.now() - toldAtMs > 10_000) {
        toldAtMs = performance.now();
        onLost();
      }
      return nextDelayMs(lost);
    },
  };
}

/** Throws NotSignedIn. */
export async function signedInClient(deps: Deps): Promise<Client> {
  const signIn = await findSignIn(deps);
  if (!signIn) throw new NotSignedIn(`You are not signed in at ${deps.settings.url}. Sign in with: sightline login`);
  return clientOf(deps, signIn);
}

/** The runtime's own, or where there is none, as in Node 20, that of `ws`. */
export async function webSocketOf(): Promise<WebSocketClass> {
  const own = (globalThis as { WebSocket?: WebSocketClass }).WebSocket;
  return own ?? ((await import('ws')).WebSocket as unknown as WebSocketClass);
}
