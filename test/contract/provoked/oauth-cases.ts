import type { ErrorCode } from '@sightline/server/errors/codes';
import type { Answer } from '../../harness/answer.ts';
import { graphql } from '../../harness/graphql.ts';
import { form } from '../../api/tokens/tokens.ts';
import { replacedToken } from './account-cases.ts';
import { grantOf } from './scene.ts';
import type { Case, Scene, Told } from './scene.ts';

const grant_type = 'urn:ietf:params:oauth:grant-type:device_code';
const client_id = 'sightline-cli';

const inOauth = (code: ErrorCode, provoke: (scene: Scene) => Promise<Told>, status?: number): Case => ({
  ...{ code, on: 'oauth', provoke, ...(status !== undefined && { status }) },
});

const begin = async ({ server }: Scene): Promise<Answer> => (await form(server, '/oauth/device', { client_id })).body;
const poll = (scene: Scene, { device_code }: Answer) =>
  grantOf(scene, '/oauth/token', { grant_type, client_id, device_code });

export const oauthCases: Case[] = [
  inOauth('BAD_REQUEST', (scene) => grantOf(scene, '/oauth/token', 'grant_type=a&grant_type=b')),
  inOauth('BODY_TOO_LARGE', (scene) => grantOf(scene, '/oauth/token', { grant_type: 'x'.repeat(70_000) })),
  inOauth('UNSUPPORTED_MEDIA_TYPE', (scene) =>
    grantOf(scene, '/oauth/token', '{}', { 'content-type': 'application/json' }),
  ),
  inOauth('INPUT_INVALID', (scene) => grantOf(scene, '/oauth/device', { client_id: 'nobody' })),
  // RFC 6749 has 400 for all of it.
  inOauth('REFRESH_TOKEN_INVALID', (scene) => refreshBy(scene, 'nonsense'), 400),
  inOauth('REFRESH_TOKEN_REUSED', async (scene) => refreshBy(scene, await replacedToken(scene)), 400),
  inOauth('AUTHORIZATION_PENDING', async (scene) => poll(scene, await begin(scene))),
  inOauth('SLOW_DOWN', async (scene) => {
    const device = await begin(scene);
    await poll(scene, device);
    return poll(scene, device);
  }),
  {
    ...inOauth('EXPIRED_TOKEN', async (scene) => {
      const device = await begin(scene);
      scene.clock.advance({ ms: 601_000 });
      return poll(scene, device);
    }),
    movesTime: true,
  },
  inOauth('ACCESS_DENIED', async (scene) => {
    const device = await begin(scene);
    const { token } = await scene.newPerson('decider');
    const query = 'mutation ($userCode: String!) { denyDevice(input: { userCode: $userCode }) { decided } }';
    (await graphql(scene.server, query, { userCode: device.user_code }, { token })).expectData();
    return poll(scene, device);
  }),
  inOauth('INVALID_GRANT', (scene) => poll(scene, { device_code: 'sld_nobody-ever-made-this' })),
  inOauth('UNSUPPORTED_GRANT_TYPE', (scene) => grantOf(scene, '/oauth/token', { grant_type: 'password' })),
  // The last: from this address no device begins for a while.
  inOauth('TOO_MANY_ATTEMPTS', async (scene) => {
    for (;;) {
      const told = await grantOf(scene, '/oauth/device', { client_id });
      if (told.code !== undefined) return told;
    }
  }),
];

export const refreshBy = (scene: Scene, refresh_token: string) =>
  grantOf(scene, '/oauth/token', { grant_type: 'refresh_token', refresh_token });
