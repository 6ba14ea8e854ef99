import type { ApiKeyScope } from '@sightline/db/client';
import { permissionTable } from '@sightline/server/domain/identity/permissions';
import type { Permission } from '@sightline/server/domain/identity/permissions';
import { graphql } from '../../harness/graphql.ts';
import { createKey, joinAs, signUp, uuidOf } from '../../harness/people.ts';
import type { Role } from '../../harness/people.ts';
import type { AccessCase } from '../access-case.ts';
import type { World } from './world.ts';

export type Caller = {
  name: string;
  /** `member`: of the victim's organization. `foreign`: of another. `dead`: once a member. `nobody`: no credential. */
  kind: 'member' | 'foreign' | 'dead' | 'nobody';
  token: string | null;
  role?: Role;
  /** Of a key. */
  scopes?: readonly ApiKeyScope[];
  /** Somebody new who is the same in all but this, for what ends whoever asks. */
  again?: () => Promise<string>;
};

const roles = ['OWNER', 'ADMIN', 'OPERATOR', 'VIEWER', 'BILLING', 'GUEST'] as const;
const scopes = ['READ', 'WRITE', 'INFER', 'AUDIT'] as const;

/** Everybody who could ask: each role and scope inside and outside, and each way of having lost what one had. */
export async function createCallers({ server, owner, stranger, sql }: World): Promise<Caller[]> {
  const callers: Caller[] = [{ name: 'nobody', kind: 'nobody', token: null }];
  for (const role of roles) {
    const again = async () => (await joinAs(server, owner, role, 'inside')).token;
    callers.push({ name: role, kind: 'member', role, token: await again(), again });
  }
  for (const scope of scopes) {
    const { secret } = await createKey(server, owner, [scope]);
    callers.push({ name: `key to ${scope}`, kind: 'member', role: 'OWNER', scopes: [scope], token: secret });
  }
  const outside = async () => (await signUp(server, 'outside')).token;
  callers.push({ name: 'another owner', kind: 'foreign', role: 'OWNER', token: stranger.token, again: outside });
  for (const role of ['VIEWER', 'GUEST'] as const) {
    const again = async () => (await joinAs(server, stranger, role, 'outside')).token;
    callers.push({ name: `another ${role}`, kind: 'foreign', role, token: await again(), again });
  }
  const key = await createKey(server, stranger, [...scopes]);
  callers.push({ name: 'another key', kind: 'foreign', role: 'OWNER', scopes, token: key.secret });

  const [removed, signedOut, expired] = [
    await joinAs(server, owner, 'ADMIN', 'removed'),
    await joinAs(server, owner, 'ADMIN', 'gone'),
    await joinAs(server, owner, 'ADMIN', 'expired'),
  ];
  await sql('delete from "Membership" where "userId" = $1', [uuidOf(removed.userId)]);
  (await graphql(server, 'mutation { signOut { signedOut } }', {}, signedOut)).expectData();
  await sql(`update "SignIn" set "expiresAt" = now() - interval '1 second' where "userId" = $1`, [
    uuidOf(expired.userId),
  ]);
  const [revokedKey, expiredKey] = [await createKey(server, owner, ['READ']), await createKey(server, owner, ['READ'])];
  await sql('update "ApiKey" set "revokedAt" = now() where "id" = $1', [uuidOf(revokedKey.id)]);
  await sql(`update "ApiKey" set "expiresAt" = now() - interval '1 second' where "id" = $1`, [uuidOf(expiredKey.id)]);
  const dead = {
    'a removed member': removed.token,
    'somebody signed out': signedOut.token,
    'an expired sign-in': expired.token,
    'a revoked key': revokedKey.secret,
    'an expired key': expiredKey.secret,
  };
  for (const [name, token] of Object.entries(dead)) callers.push({ name, kind: 'dead', token });
  return callers;
}

/** What the caller of a case needs; null: nothing, or it cannot be told from the case. */
export function needOf({ needs, access }: AccessCase): Permission | 'signedIn' | 'nobody' | 'operator' {
  if (needs) return needs;
  if (access === 'write') throw new Error('What changes things has to say what it needs.');
  return access === 'public' ? 'nobody' : 'signedIn';
}

/** Whether the table of permissions gives it to the caller. */
export function isGiven({ role, scopes: given }: Caller, permission: Permission | 'operator'): boolean {
  if (permission === 'operator') return false;
  const rule: { roles: readonly string[]; scope: string | null } = permissionTable[permission];
  const byRole = role !== undefined && rule.roles.includes(role);
  return byRole && (!given || (rule.scope !== null && (given as readonly string[]).includes(rule.scope)));
}
