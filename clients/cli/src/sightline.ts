#!/usr/bin/env node
import { AuthenticationError, Client } from '@sightline/core';
import type { Viewer } from '@sightline/core';
import { OAuthRefusedError, discover, signInByBrowser, signInByDevice } from '@sightline/desktop';
import { defaults } from './defaults.ts';
import { explainError } from './explain-error.ts';
import { readApiKey } from './sign-in/api-key.ts';
import { openSignIns, signInsPath } from './sign-in/stored-sign-ins.ts';
import type { SignIns, StoredSignIn } from './sign-in/stored-sign-ins.ts';
import { readSightlineArguments, sightlineUsage } from './sightline-arguments.ts';
import type { SightlineArguments } from './sightline-arguments.ts';
import { UserMistake } from './user-mistake.ts';

type Task = { url: string; way: SightlineArguments['way']; signIns: SignIns; signal: AbortSignal };

const say = (line: string) => void process.stdout.write(`${line}\n`);
const signInAgain = 'Sign in with: npm run sightline -- login';

/** A client that speaks for a sign-in that was kept, and keeps the tokens it is given. */
function clientOf({ url, signIns }: Pick<Task, 'url' | 'signIns'>, signIn: StoredSignIn): Client {
  if (signIn.kind === 'key') return new Client({ baseUrl: url, apiKey: signIn.key });
  const { token, refreshToken } = signIn;
  return new Client({
    baseUrl: url,
    token,
    refreshToken: refreshToken ?? undefined,
    onTokens: (tokens) => signIns.renew(url, tokens),
  });
}

async function login({ url, way, signIns, signal }: Task): Promise<void> {
  const signIn = await signInBy(way, url, signal);
  // Not kept yet: tokens that are changed on the way belong to nobody's file.
  await using client = clientOf({ url, signIns }, signIn);
  const viewer = await client.auth.viewer({ signal });
  if (!viewer) throw new UserMistake(`${url} does not take it.`);
  signIns.keep(url, signIn);
  say(`signed in as ${nameOf(viewer)} at ${url}`);
}

async function signInBy(way: Task['way'], url: string, signal: AbortSignal): Promise<StoredSignIn> {
  if (way === 'key') return { kind: 'key', key: await readApiKey(process.stdin) };
  const server = await discover(url, { clientId: 'sightline-cli', signal });
  const tokens =
    way === 'device'
      ? await signInByDevice({
          server,
          signal,
          onCode: ({ userCode, address }) => say(`Open ${address} on any device and type ${userCode}`),
        })
      : await signInByBrowser({
          server,
          signal,
          onAddress: (address) => say(`Open this in your browser:\n${address}`),
        });
  return { kind: 'tokens', ...tokens };
}

async function whoami(task: Task): Promise<void> {
  const signIn = task.signIns.find(task.url);
  if (!signIn) throw new UserMistake(`You are not signed in at ${task.url}. ${signInAgain}`);
  await using client = clientOf(task, signIn);
  const viewer = await client.auth.viewer({ signal: task.signal });
  if (!viewer) throw new UserMistake(`You are no longer signed in at ${task.url}. ${signInAgain}`);
  say(`${nameOf(viewer)} at ${task.url}${signIn.kind === 'key' ? ', by an API key' : ''}`);
}

/** Forgets the sign-in here in any case: whoever wants to be out must not depend on a server. */
async function logout(task: Task): Promise<void> {
  const { url, signIns, signal } = task;
  const signIn = signIns.find(url);
  if (!signIn) throw new UserMistake(`You are not signed in at ${url}.`);
  try {
    await using client = clientOf(task, signIn);
    if (signIn.kind === 'tokens') await client.auth.signOut({ signal });
  } catch (error) {
    // Over already, which is what was wanted.
    if (!(error instanceof AuthenticationError)) throw error;
  } finally {
    signIns.forget(url);
  }
  say(signIn.kind === 'key' ? `forgot the API key of ${url}; it still works elsewhere` : `signed out at ${url}`);
}

const nameOf = ({ user, organization }: Viewer) => `${user.name} <${user.email}> of ${organization.name}`;

/** One line for whoever sits in front of it; null for a bug. */
function explain(error: unknown, url: string): string | null {
  if (error instanceof OAuthRefusedError) {
    if (error.error === 'access_denied') return 'It was not let in.';
    if (error.error === 'expired_token') return 'It was not let in in time. Try again.';
    return `${url} refused: ${error.message}`;
  }
  if (error instanceof AuthenticationError) return `${url} does not take what you signed in with. ${signInAgain}`;
  return explainError(error, { url, email: '' });
}

/** The command. The result is the exit code. */
async function main(args: string[]): Promise<number> {
  const stop = new AbortController();
  process.once('SIGINT', () => {
    stop.abort();
    process.once('SIGINT', () => process.exit(130));
  });
  let url: string = defaults.url;
  try {
    const { command, url: given, way } = readSightlineArguments(args);
    if (command === null) {
      process.stdout.write(sightlineUsage);
      return 0;
    }
    const signIns = openSignIns(signInsPath(process.env));
    url = given ?? signIns.current() ?? defaults.url;
    await { login, whoami, logout }[command]({ url, way, signIns, signal: stop.signal });
    return 0;
  } catch (error) {
    if (stop.signal.aborted) return 130;
    const explanation = explain(error, url);
    if (explanation === null) throw error;
    process.stderr.write(`${explanation}\n`);
    return 1;
  }
}

process.exitCode = await main(process.argv.slice(2));
