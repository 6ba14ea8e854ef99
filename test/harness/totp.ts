import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import type { Clock } from '@sightline/server/ports';
import { graphql } from './graphql.ts';
import type { Person } from './people.ts';

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export type Authenticator = { /** What it shows at a moment. */ codeAt(now: Date): string };

/** An authenticator app that was given this secret. Written for itself, so that both sides cannot be wrong alike. */
export function authenticator(secret: string): Authenticator {
  const bits = [...secret].map((letter) => alphabet.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((eight) => Number.parseInt(eight, 2)));
  return {
    codeAt(now) {
      const counter = Buffer.alloc(8);
      counter.writeUInt32BE(Math.floor(now.getTime() / 30_000), 4);
      const digest = [...createHmac('sha1', key).update(counter).digest()];
      const at = (digest[19] ?? 0) % 16;
      const [a = 0, b = 0, c = 0, d = 0] = digest.slice(at, at + 4);
      return (((a % 128) * 2 ** 24 + b * 2 ** 16 + c * 2 ** 8 + d) % 1_000_000).toString().padStart(6, '0');
    },
  };
}

/** Switches a second factor on. The code of the present step is used up afterwards. */
export async function enroll(server: { url: string }, person: Pick<Person, 'token'>, clock: Clock) {
  const made = await graphql(
    server,
    'mutation { enrollTotp { ... on EnrollTotpPayload { secret uri } ... on UserError { code } } }',
    {},
    person,
  );
  const { secret, uri } = made.expectData().enrollTotp;
  assert.ok(secret, made.text);
  const app = authenticator(secret);
  const confirmed = await graphql(
    server,
    `
      mutation ($code: String!) {
        confirmTotp(input: { code: $code }) {
          ... on ConfirmTotpPayload {
            recoveryCodes
          }
          ... on UserError {
            code
          }
        }
      }
    `,
    { code: app.codeAt(clock.now()) },
    person,
  );
  const { recoveryCodes } = confirmed.expectData().confirmTotp;
  assert.equal(recoveryCodes?.length, 10, confirmed.text);
  return { app, secret: secret as string, uri: uri as string, recoveryCodes: recoveryCodes as string[] };
}
