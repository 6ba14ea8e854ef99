import type { Database } from '@sightline/db/database';
import type { Logger } from 'pino';
import type { Config } from '../../../config.ts';
import type { Clock } from '../../../ports.ts';
import type { PlaceFinder } from '../../../ports/place-finder.ts';
import type { AuditLog } from '../../audit/audit-log.ts';
import type { Outbox } from '../../outbox/outbox.ts';
import type { SecretBox } from '../../secrets/secret-box.ts';
import type { Attempts } from '../accounts/attempts.ts';
import { createSignInsService } from '../sign-ins.service.ts';
import { createAccessTokens } from './access-tokens.ts';
import { createAuthorizationCodesService } from './authorization-codes.service.ts';
import { createDeviceGrantsService } from './device-grants.service.ts';
import { createOwnSignInsService } from './own-sign-ins.service.ts';
import { createRefreshService } from './refresh.service.ts';
import { openSigningKeys } from './signing-keys.ts';

export type Tokens = Awaited<ReturnType<typeof createTokens>>;
type Deps = {
  system: Database;
  secrets: SecretBox;
  outbox: Outbox;
  audit: AuditLog;
  attempts: Attempts;
  places: PlaceFinder;
  config: Pick<Config, 'accessTokens'>;
  clock: Clock;
  log: Logger;
};

/** Everything about who is signed in, and for how long. */
export async function createTokens(deps: Deps) {
  const { system, secrets, config, clock, log } = deps;
  const { prisma: db, pool } = system;
  const signingKeys = await openSigningKeys({ pool, secrets, clock, log });
  // What seals is in memory from here on: a transaction that opens a sign-in waits for no second connection.
  await secrets.seal('warm', 'refresh:warm');
  const accessTokens = createAccessTokens({ keys: signingKeys, clock, ...config.accessTokens });
  const signIns = createSignInsService({ ...deps, accessTokens });
  return {
    signingKeys,
    accessTokens,
    signIns,
    refresh: createRefreshService({ ...deps, db, signIns, accessTokens }),
    devices: createDeviceGrantsService({ ...deps, db, signIns }),
    codes: createAuthorizationCodesService({ ...deps, db, signIns }),
    ownSignIns: createOwnSignInsService({ ...deps, db, signIns }),
  };
}
