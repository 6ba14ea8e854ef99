import { randomUUID } from 'node:crypto';
import type { Clock } from '@sightline/server/ports';
import { ask } from '../../harness/accounts.ts';
import { query } from '../../harness/database.ts';
import { graphql } from '../../harness/graphql.ts';
import { createKey, signUp, uuidOf } from '../../harness/people.ts';
import type { Person } from '../../harness/people.ts';
import { enroll } from '../../harness/totp.ts';

export const requests = 'privacyRequests { id kind state expiresAt url }';
export const exporting = `mutation { requestExport { viewer { ${requests} } } }`;
export const erasing = `mutation ($email: String!) { eraseMe(input: { email: $email }) {
  __typename ... on EraseMePayload { erased } ... on UserError { code message }
} }`;
export const consenting = `mutation ($input: RecordConsentInput!) { recordConsent(input: $input) {
  viewer { consents { document version granted } }
} }`;

/** Somebody who has left something in every table that can have anything of a person. */
export async function fullPerson(
  server: { url: string; databaseUrl: string },
  clock: Clock,
  mark: string,
): Promise<Person> {
  const person = await signUp(server, mark);
  await createKey(server, person, ['READ'], `${mark} key`);
  await enroll(server, person, clock);
  await graphql(server, consenting, { input: { document: 'terms', version: mark, granted: true } }, person);
  await ask(server, 'requestPasswordReset', { email: person.email });
  await graphql(server, exporting, {}, person);
  const userId = uuidOf(person.userId);
  const organizationId = uuidOf(person.organizationId);
  // What takes a browser, a device or another issuer, by hand.
  const bytes = () => `decode(md5('${randomUUID()}'), 'hex')`;
  await query(
    server.databaseUrl,
    `insert into "ExternalIdentity" (id, "userId", provider, issuer, subject, email, "providerTokens")
       values (gen_random_uuid(), '${userId}', 'google', 'https://issuer', '${mark}-subject', '${person.email}', ${bytes()});
     insert into "IdentityAttempt" (id, "stateHash", "browserHash", provider, secrets, "linkUserId", "expiresAt")
       values (gen_random_uuid(), ${bytes()}, ${bytes()}, 'google', ${bytes()}, '${userId}', now());
     insert into "AuthorizationCode" (id, "codeHash", "userId", "organizationId", "clientId", "redirectUri", "codeChallenge", "expiresAt")
       values (gen_random_uuid(), ${bytes()}, '${userId}', '${organizationId}', 'cli', 'http://127.0.0.1/${mark}', 'c', now());
     insert into "DeviceGrant" (id, "deviceCodeHash", "userCodeHash", "clientId", "deviceName", "userId", "organizationId", "expiresAt")
       values (gen_random_uuid(), ${bytes()}, ${bytes()}, 'cli', '${mark} device', '${userId}', '${organizationId}', now());
     insert into "MailMessage" (id, "userId", sealed, "nextAttemptAt")
       values (gen_random_uuid(), '${userId}', ${bytes()}, now() + interval '1 year');
     insert into "Notification" (id, "organizationId", "userId", kind, values, "createdAt")
       values (gen_random_uuid(), '${organizationId}', '${userId}', 'usage.threshold', '{"name": "${mark}"}', now());
     insert into "OneTimeToken" (id, "userId", purpose, "tokenHash", email, "expiresAt")
       values (gen_random_uuid(), '${userId}', 'VERIFY_EMAIL', ${bytes()}, '${person.email}', now());
     insert into "Invitation" (id, "organizationId", email, role, "invitedByUserId", "tokenHash", "expiresAt")
       values (gen_random_uuid(), '${organizationId}', '${mark.toLowerCase()}-guest@example.com', 'VIEWER', '${userId}', ${bytes()}, now());
     with process as (
       insert into "PresenceProcess" (id, "seenAt") values (gen_random_uuid(), now() + interval '1 hour') returning id
     )
     insert into "PresenceEntry" (id, "processId", "organizationId", "userId", activity, since)
       select gen_random_uuid(), id, '${organizationId}', '${userId}', '${mark} types', now() from process;`,
  );
  return person;
}
