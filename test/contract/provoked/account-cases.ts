import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { call, newPerson as newAccount } from '../../harness/accounts.ts';
import { graphql } from '../../harness/graphql.ts';
import { query as rowsOf } from '../../harness/database.ts';
import { joinAs, password, uuidOf } from '../../harness/people.ts';
import { createSource } from '../../harness/sources.ts';
import { enroll } from '../../harness/totp.ts';
import { signInAt, visit } from '../../api/providers/visits.ts';
import { openSignIn, refresh } from '../../api/tokens/tokens.ts';
import { inResult, outcomeOf } from './scene.ts';
import type { Case, Scene, Told } from './scene.ts';

let count = 0;
const fresh = (mark: string) => `${mark}-${(count += 1)}@example.com`;

/** Asks until it is refused. */
async function until(code: Case['code'], ask: () => Promise<Told>): Promise<Told> {
  for (let tries = 0; tries < 400; tries += 1) {
    const told = await ask();
    if (told.code === code) return told;
  }
  throw new Error(`${code} never came.`);
}

/** The first of three refresh tokens of one sign-in. */
export async function replacedToken({ server }: Scene): Promise<string> {
  const { refreshToken } = await openSignIn(server);
  const second = await refresh(server, refreshToken);
  await refresh(server, second.refreshToken);
  return refreshToken;
}

/** Somebody whose account is there, and whose address is not confirmed. */
export async function unconfirmed({ strict, mailbox }: Scene): Promise<string> {
  const email = fresh('unconfirmed');
  await call(strict, 'signUp', newAccount(email));
  await mailbox.next(email);
  return email;
}

export const accountCases: Case[] = [
  inResult('EMAIL_TAKEN', ({ owner: { email } }) => ({ field: 'signUp', input: newAccount(email) })),
  inResult('CREDENTIALS_INVALID', () => ({ field: 'signIn', input: { email: fresh('nobody'), password } })),
  inResult('EMAIL_NOT_VERIFIED', async (scene) => ({
    ...{ field: 'signIn', input: { email: await unconfirmed(scene), password }, server: scene.strict },
  })),
  inResult('PASSWORD_REFUSED', () => ({
    ...{ field: 'signUp', input: newAccount(fresh('weak'), { password: 'aaaaaaaaaaaa' }) },
  })),
  inResult('TOKEN_INVALID', () => ({ field: 'verifyEmail', input: { token: 'nobody-ever-made-this' } })),
  {
    code: 'TOO_MANY_ATTEMPTS',
    on: 'result',
    provoke: (scene) => {
      const email = fresh('again');
      return until('TOO_MANY_ATTEMPTS', () => outcomeOf(scene, { field: 'requestPasswordReset', input: { email } }));
    },
  },
  inResult('SECOND_FACTOR_INVALID', async ({ newPerson, server }) => {
    const { token } = await newPerson('second');
    await graphql(server, 'mutation { enrollTotp { __typename } }', {}, { token });
    return { field: 'confirmTotp', input: { code: '000000' }, token };
  }),
  inResult('SECOND_FACTOR_ENABLED', async ({ newPerson, server, clock }) => {
    const person = await newPerson('enabled');
    await enroll(server, person, clock);
    return { field: 'enrollTotp', input: null, token: person.token };
  }),
  inResult('IDENTITY_REFUSED', () => ({
    ...{ field: 'startIdentitySignIn', input: { provider: 'away', returnTo: '/signed-in' } },
  })),
  inResult('IDENTITY_TAKEN', async ({ server, issuer, newPerson }) => {
    const email = fresh('identity');
    issuer.account = { subject: `s-${email}`, email, email_verified: true, name: 'Ana' };
    await signInAt(server, issuer);
    const { token, userId } = await newPerson('other');
    const proving = `update "User" set "emailVerifiedAt" = now() where "id" = '${uuidOf(userId)}'`;
    await rowsOf(server.databaseUrl, proving);
    const { code, verifier } = await visit(server, issuer, 'fake', { token });
    return { field: 'linkIdentity', input: { code, verifier }, token };
  }),
  inResult('REFRESH_TOKEN_INVALID', () => ({ field: 'refreshToken', input: { refreshToken: 'nonsense' } })),
  inResult('REFRESH_TOKEN_REUSED', async (scene) => ({
    ...{ field: 'refreshToken', input: { refreshToken: await replacedToken(scene) } },
  })),
  inResult('ALREADY_MEMBER', ({ owner: { email, token } }) => ({
    ...{ field: 'inviteMember', input: { email, role: 'VIEWER' }, token },
  })),
  inResult('LAST_OWNER', ({ owner: { token } }) => ({ field: 'leaveOrganization', input: null, token })),
  inResult('TEAM_NAME_TAKEN', async ({ owner: { token }, server }) => {
    const input = { name: `Team ${(count += 1)}` };
    await graphql(
      server,
      'mutation ($input: CreateTeamInput!) { createTeam(input: $input) { __typename } }',
      { input },
      { token },
    );
    return { field: 'createTeam', input, token };
  }),
  inResult('ROLE_NAME_TAKEN', async (scene) => {
    const { token } = scene.owner;
    const input = { name: `Role ${(count += 1)}`, permissions: ['READ'] };
    await outcomeOf(scene, { field: 'createCustomRole', input, token });
    return { field: 'createCustomRole', input, token };
  }),
  inResult('ERASURE_BLOCKED', async ({ server, newPerson }) => {
    const { email, token, organizationId } = await newPerson('leaving');
    await joinAs(server, { organizationId }, 'ADMIN');
    return { field: 'eraseMe', input: { email }, token };
  }),

  inResult('SOURCE_NAME_TAKEN', async ({ server, newPerson }) => {
    const person = await newPerson('painter');
    await createSource(server, person);
    const query = '{ sources(first: 1) { edges { node { name } } } }';
    const { name } = (await graphql(server, query, {}, person)).expectData().sources.edges[0].node;
    const path = join(server.sourceDirectory, name);
    return { field: 'createSource', input: { name, kind: 'IMAGES', path }, token: person.token };
  }),
  inResult('SOURCE_PATH_REFUSED', ({ owner: { token } }) => ({
    ...{ field: 'createSource', input: { name: 'etc', kind: 'IMAGES', path: '/etc' }, token },
  })),
  inResult('SOURCE_EMPTY', async ({ server, owner: { token } }) => {
    const path = join(server.sourceDirectory, `empty ${(count += 1)}`);
    await mkdir(path);
    return { field: 'createSource', input: { name: 'empty', kind: 'IMAGES', path }, token };
  }),
  inResult('UPLOAD_INCOMPLETE', async ({ server, owner: { token } }) => {
    const input = { fileName: 'a.jpg', contentType: 'image/jpeg', byteSize: 100 };
    const query =
      'mutation ($input: CreateUploadInput!) { createUpload(input: $input) { ... on CreateUploadPayload { uploadId } } }';
    const { uploadId } = (await graphql(server, query, { input }, { token })).expectData().createUpload;
    return { field: 'createSource', input: { name: 'later', kind: 'IMAGES', uploadIds: [uploadId] }, token };
  }),
  inResult('FILE_TYPE_REFUSED', ({ owner: { token } }) => ({
    ...{
      field: 'createUpload',
      input: { fileName: 'a.exe', contentType: 'application/x-msdownload', byteSize: 4 },
      token,
    },
  })),
  inResult('PIPELINE_UNKNOWN', async ({ server, owner }) => ({
    field: 'startSession',
    input: { sourceId: await createSource(server, owner), pipelines: ['nonsense'] },
    token: owner.token,
  })),
  {
    code: 'PLAN_LIMIT_REACHED',
    on: 'result',
    async provoke(scene) {
      const { token } = await scene.newPerson('collector');
      const input = { fileName: 'a.mp4', contentType: 'video/mp4', byteSize: 1_073_741_824 };
      return until('PLAN_LIMIT_REACHED', () => outcomeOf(scene, { field: 'createUpload', input, token }));
    },
  },
];
