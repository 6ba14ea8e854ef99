import type { Database } from '@sightline/db/database';
import type { Logger } from 'pino';
import type { Config } from '../../../config.ts';
import type { Clock } from '../../../ports.ts';
import type { PlaceFinder } from '../../../ports/place-finder.ts';
import type { AuditLog } from '../../audit/audit-log.ts';
import type { Outbox } from '../../outbox/outbox.ts';
import type { SecretBox } from '../../secrets/secret-box.ts';
import { createSignInsService } from '../sign-ins.service.ts';
import { createAccessTokens } from './access-tokens.ts';
import { createRefreshService } from './refresh.service.ts';
import { openSigningKeys } from './signing-keys.ts';

export type Tokens = Awaited<ReturnType<typeof createTokens>>;
type Deps = {
  system: Database;
  secrets: SecretBox;
  outbox: Outbox;
  audit: AuditLog;
  places: PlaceFinder;
  config: Pick<Config, 'accessTokens'>;
  clock: Clock;
  log: Logger;
};

/** Everything about who is signed in, and for how long. */
export async function createTokens({ system, secrets, outbox, audit, places, config, clock, log }: Deps) {
  const { prisma: db, pool } = system;
  const signingKeys = await openSigningKeys({ pool, secrets, clock, log });
  // What seals is in memory from here on: a transaction that opens a sign-in waits for no second connection.
  await secrets.seal('warm', 'refresh:warm');
  const accessTokens = createAccessTokens({ keys: signingKeys, clock, ...config.accessTokens });
  const signIns = createSignInsService({ clock, outbox, places, secrets, accessTokens });
  const refresh = createRefreshService({ db, clock, signIns, accessTokens, secrets, outbox, audit });
  return { signingKeys, accessTokens, signIns, refresh };
}
