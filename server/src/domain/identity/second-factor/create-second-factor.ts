import type { PrismaClient } from '@sightline/db/client';
import type { Clock } from '../../../ports.ts';
import type { AuditLog } from '../../audit/audit-log.ts';
import type { MailQueue } from '../../mail/mail-queue.ts';
import type { SecretBox } from '../../secrets/secret-box.ts';
import type { Attempts } from '../accounts/attempts.ts';
import type { KnownDevices } from '../accounts/known-devices.ts';
import type { OneTimeTokens } from '../accounts/one-time-tokens.ts';
import type { PasswordCheck } from '../accounts/password-check.ts';
import type { SignInsService } from '../sign-ins.service.ts';
import { createSecondFactorCodes } from './second-factor-codes.ts';
import { createSecondFactorSignIn } from './second-factor-sign-in.ts';
import { createSecondFactorService } from './second-factor.service.ts';
import { createStepUpService } from './step-up.service.ts';

type Deps = {
  db: PrismaClient;
  clock: Clock;
  secrets: SecretBox;
  attempts: Attempts;
  tokens: OneTimeTokens;
  devices: KnownDevices;
  passwords: PasswordCheck;
  signIns: SignInsService;
  mail: MailQueue;
  audit: AuditLog;
  webUrl(): string;
};

/** Second factors of people. All of it is the system's, as who somebody is comes before what they belong to. */
export function createSecondFactor(deps: Deps) {
  const codes = createSecondFactorCodes(deps);
  return {
    ...createSecondFactorService({ ...deps, codes }),
    ...createStepUpService({ ...deps, codes }),
    signIn: createSecondFactorSignIn({ ...deps, codes }),
  };
}
