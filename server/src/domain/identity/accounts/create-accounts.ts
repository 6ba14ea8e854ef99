import type { Database } from '@sightline/db/database';
import { Counter } from 'prom-client';
import type { Registry } from 'prom-client';
import type { Config } from '../../../config.ts';
import type { Clock } from '../../../ports.ts';
import type { BreachCheck } from '../../../ports/breach-check.ts';
import type { PlaceFinder } from '../../../ports/place-finder.ts';
import type { AuditLog } from '../../audit/audit-log.ts';
import type { MailQueue } from '../../mail/mail-queue.ts';
import type { Outbox } from '../../outbox/outbox.ts';
import { createIdentityService } from '../identity.service.ts';
import { createPasswordHasher } from '../passwords.ts';
import type { SecondFactorGate } from '../second-factor-gate.ts';
import type { SignInsService } from '../sign-ins.service.ts';
import type { Origin } from '../viewer.ts';
import { makeAccountMails } from './account-mails.ts';
import { networkOf } from './attempts.ts';
import type { Attempts } from './attempts.ts';
import { createKnownDevices } from './known-devices.ts';
import { createMailLimit } from './mail-limit.ts';
import { createNewPassword } from './new-password.ts';
import { createOneTimeTokens } from './one-time-tokens.ts';
import { createPasswordCheck } from './password-check.ts';
import { createPasswordResetService } from './password-reset.service.ts';
import { createProfileService } from './profile.service.ts';
import { createSignUp } from './sign-up.ts';
import type { SignUpInput } from './sign-up.ts';
import { createSlots } from './slots.ts';
import { createVerificationService } from './verification.service.ts';

type Deps = {
  system: Database;
  attempts: Attempts;
  signIns: SignInsService;
  secondFactor: SecondFactorGate;
  mail: MailQueue;
  outbox: Outbox;
  audit: AuditLog;
  breachCheck: BreachCheck;
  places: PlaceFinder;
  webUrl(): string;
  config: Config;
  clock: Clock;
  metrics: Registry;
};

/** Accounts of people. All of it is the system's: who somebody is comes before what organization they belong to. */
export function createAccounts(deps: Deps) {
  const { attempts, signIns, secondFactor, mail, outbox, audit, clock, config, webUrl } = deps;
  const { prisma: db, pool } = deps.system;
  const evaluations = new Counter({
    name: 'sightline_password_evaluations_total',
    help: 'Passwords hashed, to store or to check.',
    registers: [deps.metrics],
  });
  const hasher = createPasswordHasher({ onEvaluation: () => evaluations.inc() });
  const tokens = createOneTimeTokens({ clock });
  const mailLimit = createMailLimit({ attempts });
  const devices = createKnownDevices({ clock, mail, places: deps.places, webUrl });
  const passwords = createPasswordCheck({ pool, attempts, hasher });
  const newPassword = createNewPassword({ hasher, breachCheck: deps.breachCheck });
  const doors = createSlots({ max: 6, maxWaiting: 1_000, maxWaitingOfOne: 500, what: 'Signing in' });
  const isProofRequired = config.emailVerification === 'required';
  makeAccountMails({ db, clock, tokens, mail, webUrl });

  const common = { db, clock, tokens, mail, mailLimit, audit };
  const signUp = createSignUp({
    ...{ ...common, attempts, newPassword, signIns, devices, isProofRequired },
    sendsMail: config.mail.smtpUrl !== null,
    maxAnHour: config.signUpsPerHour,
  });
  const identity = createIdentityService({
    ...{ db, passwords, devices, secondFactor, signIns, mail, outbox, audit, isProofRequired, doors },
  });
  return {
    identity: {
      ...identity,
      signUp: (input: SignUpInput, origin: Origin) => doors(() => signUp(input, origin), networkOf(origin.address)),
    },
    passwords,
    oneTimeTokens: tokens,
    knownDevices: devices,
    verification: createVerificationService(common),
    passwordReset: createPasswordResetService({ ...common, passwords, newPassword, devices, signIns, outbox, webUrl }),
    profile: createProfileService({ db, audit }),
  };
}
