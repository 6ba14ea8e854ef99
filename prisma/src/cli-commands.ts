import pg from 'pg';
import { appRoleHelp } from './app-role.ts';
import { UsageError, openTarget } from './cli-target.ts';
import type { Target } from './cli-target.ts';
import { openDatabase } from './database.ts';
import { findDrift } from './drift.ts';
import { MigrationError } from './migration-error.ts';
import { migrationsDir, writeMigration } from './migration-files.ts';
import { migrateDatabase, migrationStatus } from './migrate.ts';
import { demoLogin, seedDemo } from './seed.ts';

type Call = { env: NodeJS.ProcessEnv; args: string[]; yes: boolean; empty: boolean; print: (text: string) => void };
type Command = (call: Call) => Promise<number>;

/** Each gives the exit code. */
export const commands: Readonly<Record<string, Command>> = {
  async status(call) {
    await using target = await open(call);
    const { applied, pending } = await migrationStatus(target.url);
    for (const name of applied) call.print(`applied  ${name}`);
    for (const name of pending) call.print(`pending  ${name}`);
    const drift = await findDrift();
    if (drift)
      call.print(`\nprisma/schema has changes that no migration covers (npm run db -- new <name>):\n\n${drift}`);
    if (!drift && pending.length === 0) call.print('Up to date.');
    return drift || pending.length > 0 ? 3 : 0;
  },

  async migrate(call) {
    await using target = await open(call);
    return await migrate(target, call);
  },

  async new({ args, empty, print }) {
    const [name] = args;
    if (!name) throw new UsageError('Say what the migration is called: npm run db -- new <name>.');
    const sql = empty ? '-- Why:\n' : await findDrift();
    if (!sql) {
      throw new MigrationError(
        'MIGRATION_EMPTY',
        'The migrations already make what prisma/schema says. For SQL of your own: npm run db -- new <name> --empty.',
      );
    }
    print(
      `Wrote ${await writeMigration(migrationsDir, name, sql, new Date())}\nRead it, add what Prisma cannot say, then: npm run db -- migrate`,
    );
    return 0;
  },

  async reset(call) {
    if (call.env['DATABASE_URL'] && !call.yes) {
      throw new UsageError(
        'DATABASE_URL is set: this would drop every table of a database that is not ours alone. Add --yes if that is meant.',
      );
    }
    await using target = await open(call);
    if (target.kind === 'embedded' && target.isShared)
      throw new UsageError('This data folder is in use. Stop `npm start` first.');
    const client = new pg.Client({ connectionString: target.url, connectionTimeoutMillis: 10_000 });
    await client.connect();
    try {
      await client.query('DROP SCHEMA IF EXISTS pgboss CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public');
    } finally {
      await client.end();
    }
    call.print('Dropped everything.');
    return await migrate(target, call);
  },

  async seed(call) {
    await using target = await open(call);
    await using database = openDatabase(target.url, { maxConnections: 2 });
    // The server owns how passwords are hashed, and this command line is nobody's dependency.
    // oxlint-disable-next-line sightline/import-direction
    const { hashPassword } = await import('../../server/src/domain/identity/passwords.ts');
    const made = await seedDemo(database, { hashPassword });
    call.print(`${made ? 'Made' : 'There already:'} ${demoLogin.email}, password ${demoLogin.password}`);
    return 0;
  },
};

const open = ({ env, print }: Call) => openTarget(env, (step) => print(`${step} …`));

async function migrate(target: Target, { env, print }: Call): Promise<number> {
  const applied = await migrateDatabase(target.url, {
    onApply: (name) => print(`Applying ${name}`),
    onWait: () => print('Another process is migrating; waiting for it …'),
    ...(env['DATABASE_APP_ROLE'] && { appRole: env['DATABASE_APP_ROLE'] }),
    onAppRoleMissing: (role) => print(appRoleHelp(role)),
  });
  if (applied.length === 0) print('Nothing to apply.');
  return 0;
}
