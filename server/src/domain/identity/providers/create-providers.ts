import type { PrismaClient } from '@sightline/db/client';
import type { Logger } from 'pino';
import type { Config } from '../../../config.ts';
import type { IdentityProvider } from '../../../identity-providers.ts';
import type { Clock } from '../../../ports.ts';
import type { SafeFetch } from '../../../ports/safe-fetch.ts';
import type { AuditLog } from '../../audit/audit-log.ts';
import type { MailQueue } from '../../mail/mail-queue.ts';
import type { Outbox } from '../../outbox/outbox.ts';
import type { SecretBox } from '../../secrets/secret-box.ts';
import type { Attempts } from '../accounts/attempts.ts';
import type { KnownDevices } from '../accounts/known-devices.ts';
import { createMailLimit } from '../accounts/mail-limit.ts';
import type { OneTimeTokens } from '../accounts/one-time-tokens.ts';
import type { SecondFactorGate } from '../second-factor-gate.ts';
import type { SignInsService } from '../sign-ins.service.ts';
import { createConfirmLink } from './confirm-link.ts';
import { createIdentitiesService } from './identities.service.ts';
import type { IdentityClient } from './identity-client.ts';
import { createIdentitySignIn } from './identity-sign-in.ts';
import { createOauth2Client } from './oauth2-client.ts';
import { createOidcClient } from './oidc-client.ts';
import { createReturnTargets } from './return-targets.ts';
import { createVisits } from './visits.ts';

export type Providers = ReturnType<typeof createProviders>;

type Deps = {
  db: PrismaClient;
  clock: Clock;
  secrets: SecretBox;
  safeFetch: SafeFetch;
  attempts: Attempts;
  tokens: OneTimeTokens;
  devices: KnownDevices;
  gate: SecondFactorGate;
  signIns: SignInsService;
  mail: MailQueue;
  outbox: Outbox;
  audit: AuditLog;
  webUrl(): string;
  publicUrl(): string;
  config: Pick<Config, 'identityProviders' | 'corsOrigins' | 'emailVerification' | 'signUpsPerHour'>;
  log: Pick<Logger, 'warn'>;
};

/** Signing in with what others know of people. All of it is the system's. */
export function createProviders(deps: Deps) {
  const { db, clock, secrets, safeFetch, config, log, publicUrl } = deps;
  const clientFor = (provider: IdentityProvider): IdentityClient =>
    provider.kind === 'oidc'
      ? createOidcClient({ provider, safeFetch, clock })
      : createOauth2Client({ provider, safeFetch, clock });
  const clients = new Map(config.identityProviders.map((each) => [each.name, clientFor(each)]));
  const callbackUrl = (name: string) => `${publicUrl()}/identity/callback/${name}`;
  const visits = createVisits({ db, clock, secrets, log, clients, callbackUrl });
  const returnTarget = createReturnTargets({ ...deps, corsOrigins: config.corsOrigins });
  return {
    /** In the order of the configuration. */
    providers: [...clients.values()].map(({ name, title }) => ({ name, title })),
    answer: visits.answer,
    ...createIdentitiesService({ ...deps, visits, returnTarget }),
    signIn: createIdentitySignIn({
      ...deps,
      visits,
      mailLimit: createMailLimit(deps),
      titleOf: (name) => clients.get(name)?.title ?? name,
      isProofRequired: config.emailVerification === 'required',
      maxAnHour: config.signUpsPerHour,
    }),
    confirmLink: createConfirmLink(deps),
  };
}
