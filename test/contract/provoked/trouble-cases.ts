import { cookieNames } from '@sightline/server/http/cookies';
import pg from 'pg';
import { password } from '../../harness/people.ts';
import { openSignIn } from '../../api/tokens/tokens.ts';
import { refreshBy } from './oauth-cases.ts';
import { answerOf, closeOf, inRest, json, onGraph, runOn } from './scene.ts';
import type { Case, Scene } from './scene.ts';

type Tell = Case['provoke'];

/** Whoever gets a place in this while a port fails. */
const whilePlacesFail = async <Result>({ faults }: Scene, work: () => Promise<Result>): Promise<Result> => {
  faults.places = true;
  try {
    return await work();
  } finally {
    faults.places = false;
  }
};

const signingIn = `mutation ($email: String!, $password: String!) {
  signIn(input: { email: $email, password: $password }) { __typename } }`;

/** A bug in a port: the one that knows places is asked whenever somebody signs in, or uses a new token. */
const broken: Record<string, Tell> = {
  ...Object.fromEntries(
    ['graphql', 'sse', 'websocket'].map((on): [string, Tell] => [
      on,
      (scene) => {
        const variables = { email: scene.owner.email, password };
        return whilePlacesFail(scene, () => runOn(scene, on, { query: signingIn, variables }));
      },
    ]),
  ),
  rest: (scene) =>
    whilePlacesFail(scene, () =>
      answerOf(scene, { path: '/session', ...json({ email: scene.owner.email, password }) }),
    ),
  close: async (scene) => {
    const { token } = await openSignIn(scene.server, scene.owner.email);
    return whilePlacesFail(scene, () => closeOf(scene, { authorization: `Bearer ${token}` }));
  },
};

/** One sign-in whose row somebody holds: its refreshes wait in line, and the line is full. */
const fullLine = ({ server, shared, defer }: Scene) =>
  shared('line', async () => {
    const { email, refreshToken } = await openSignIn(server);
    const headers = { cookie: `${cookieNames.refresh}=${refreshToken}`, origin: server.url };
    const session = await fetch(`${server.url}/session`, { headers });
    const { csrfToken } = (await session.json()) as { csrfToken: string };
    const holder = await holderOf(server);
    const ofPerson = '"userId" = (select "id" from "User" where "email" = $1)';
    await holder.query(`select 1 from "SignIn" where ${ofPerson} for update`, [email]);
    const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken });
    const waiting = Array.from({ length: 201 }, () =>
      fetch(`${server.url}/oauth/token`, { method: 'POST', body }).then((response) => response.text()),
    );
    // Those who stand in line go home without a token: their sign-in has ended.
    defer(async () => {
      await holder.query(`update "SignIn" set "revokedAt" = now() where ${ofPerson}`, [email]);
      await holder.query('commit');
      await holder.end();
      await Promise.allSettled(waiting);
    });
    // The first that is answered is one for whom there was no room.
    await Promise.race(waiting);
    return { refreshToken, headers: { ...headers, 'x-csrf-token': csrfToken } };
  });

async function holderOf({ databaseUrl }: { databaseUrl: string }): Promise<pg.Client> {
  const holder = new pg.Client(databaseUrl);
  await holder.connect();
  await holder.query('begin');
  return holder;
}

const refreshing = `mutation ($input: RefreshTokenInput!) {
  refreshToken(input: $input) { ... on RefreshTokenPayload { token } ... on UserError { code } } }`;

const limited: Case[] = [
  ...onGraph('RATE_LIMITED', async (scene) => {
    const { refreshToken } = await fullLine(scene);
    return { query: refreshing, variables: { input: { refreshToken } } };
  }),
  inRest('RATE_LIMITED', async (scene) => ({ path: '/session/refresh', ...json({}, (await fullLine(scene)).headers) })),
  {
    code: 'RATE_LIMITED',
    on: 'oauth',
    provoke: async (scene) => refreshBy(scene, (await fullLine(scene)).refreshToken),
  },
];

export const troubleCases: Case[] = [
  ...Object.entries(broken).map(([on, provoke]): Case => ({
    code: 'INTERNAL_SERVER_ERROR',
    on: on as Case['on'],
    provoke,
  })),
  ...limited,
];
