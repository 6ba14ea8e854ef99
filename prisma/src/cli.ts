import { parseArgs } from 'node:util';
import { commands } from './cli-commands.ts';
import { UsageError } from './cli-target.ts';

const help = `npm run db -- <command>

  status              what is applied, what is pending, and schema changes that no migration covers
  migrate             apply what is pending
  new <name>          write a migration for the changes in prisma/schema  (--empty: one to fill by hand)
  reset               drop everything and migrate again  (--yes: also when DATABASE_URL is set)
  seed                make the demo organization and login

Works on DATABASE_URL, or on the embedded PostgreSQL in DATA_DIR (./data) when that is not set.
Exit codes: 0 done and nothing pending, 1 failed, 2 used wrongly, 3 (status) something is pending.
`;

process.exitCode = await main(process.argv.slice(2), process.env);

async function main(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { help: { type: 'boolean', short: 'h' }, yes: { type: 'boolean' }, empty: { type: 'boolean' } },
    });
    const [name, ...rest] = positionals;
    if (values.help) return print(help);
    const command = commands[name ?? ''];
    if (!command) throw new UsageError(name ? `There is no command "${name}".` : 'Say what to do.');
    return await command({ env, args: rest, yes: values.yes ?? false, empty: values.empty ?? false, print });
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    const isUsage = error instanceof UsageError || code?.startsWith('ERR_PARSE_ARGS');
    process.stderr.write(isUsage ? `${message}\n\n${help}` : `${code ? `${code}: ` : ''}${message}\n`);
    return isUsage ? 2 : 1;
  }
}

function print(text: string): 0 {
  process.stdout.write(text.endsWith('\n') ? text : `${text}\n`);
  return 0;
}
