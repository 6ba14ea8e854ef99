import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { UsageError, openTarget } from '@sightline/db/cli-target';
import { ensureSecrets } from '@sightline/db/secrets';
import pg from 'pg';
import { ConfigError, encryptionKeysOf } from '../config.ts';
import { rollKeys } from '../domain/secrets/roll-keys.ts';
import { openSigningKeys } from '../domain/identity/tokens/signing-keys.ts';
import { createSecretBox } from '../domain/secrets/secret-box.ts';
import type { SecretBox } from '../domain/secrets/secret-box.ts';
import { createEnvKeyWrapper } from '../infra/env-key-wrapper.ts';
import { systemClock } from '../infra/system-clock.ts';

const help = `npm run secrets -- roll
npm run secrets -- roll-signing-key [--at-once]

  roll               wrap all data keys with the first key of ENCRYPTION_KEYS and seal every secret anew, while servers
                     go on
  roll-signing-key   make a new key for access tokens, which signs in two minutes; tokens of the one before stay good
                     until they are over
     --at-once       somebody else may have the old one: the new key signs now, and within a minute no token of the
                     old one opens anything. Everybody's next call refreshes

To roll, put the new key first and keep the old one behind it, on every server; restart them; roll; then drop the old
one.
Works on DATABASE_URL, or on the embedded PostgreSQL in DATA_DIR (./data) when that is not set.
`;

process.exitCode = await main(process.argv.slice(2), process.env);

async function main(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { help: { type: 'boolean', short: 'h' }, 'at-once': { type: 'boolean' } },
    });
    if (values.help) return say(help);
    const [task = '', ...more] = positionals;
    if (!['roll', 'roll-signing-key'].includes(task) || more.length > 0) {
      throw new UsageError('Say what to do: roll or roll-signing-key.');
    }
    const atOnce = values['at-once'] ?? false;
    if (atOnce && task === 'roll') throw new UsageError('Only roll-signing-key is done at once.');
    await using target = await openTarget(env, (step) => process.stderr.write(`${step} …\n`));
    const pool = new pg.Pool({ connectionString: target.url, max: 2, connectionTimeoutMillis: 10_000 });
    try {
      const keys = createEnvKeyWrapper(encryptionKeysOf(await withLocalSecrets(env)));
      const secrets = createSecretBox({ pool, keys });
      if (task === 'roll-signing-key') return await rollSigningKey({ pool, secrets, atOnce });
      const { rewrapped, resealed } = await rollKeys({ pool, keys, secrets });
      say(`data keys wrapped by “${keys.currentKeyId}”: ${rewrapped} more\n`);
      for (const [column, count] of Object.entries(resealed)) say(`${column}: ${count} sealed anew\n`);
      return 0;
    } finally {
      await pool.end();
    }
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    const isUsage = error instanceof UsageError || error instanceof ConfigError || code?.startsWith('ERR_PARSE_ARGS');
    process.stderr.write(isUsage ? `${message}\n\n${help}` : `${message}\n`);
    return isUsage ? 2 : 1;
  }
}

async function rollSigningKey({ pool, secrets, atOnce }: { pool: pg.Pool; secrets: SecretBox; atOnce: boolean }) {
  const quiet = { info: () => {}, warn: () => {} };
  const signingKeys = await openSigningKeys({ pool, secrets, clock: systemClock, log: quiet });
  const { id, activeFrom } = await signingKeys.roll({ atOnce });
  return say(`the key ${id} signs access tokens from ${activeFrom.toISOString()}\n`);
}

/** What `npm start` made for its own database. */
async function withLocalSecrets(env: NodeJS.ProcessEnv): Promise<NodeJS.ProcessEnv> {
  if (env['DATABASE_URL'] || env['SIGNING_KEY']) return env;
  const { signingKey } = await ensureSecrets(resolve(env['DATA_DIR'] || 'data'), ['signingKey']);
  return { ...env, SIGNING_KEY: signingKey };
}

function say(text: string): 0 {
  process.stdout.write(text);
  return 0;
}
