import { parseArgs } from 'node:util';
import { UsageError, openTarget } from '@sightline/db/cli-target';
import { openDatabase } from '@sightline/db/database';
import type { Database } from '@sightline/db/database';
import { createAuditLog } from '../domain/audit/audit-log.ts';
import { createPlanEditor } from '../domain/billing/plans/plan-editor.ts';
import { PlanValueError, limitNames, planNames, readChanges, readLimit } from '../domain/billing/plans/plan-values.ts';
import { createOutbox } from '../domain/outbox/outbox.ts';
import { systemClock } from '../infra/system-clock.ts';
import { readId } from './ids.ts';

const help = `npm run plans -- list
npm run plans -- set <plan> <name>=<value> … [--everyone]
npm run plans -- add <plan> --name <name> --like <plan> [--rank <number>] [<name>=<value> …]
npm run plans -- sell <plan> | unsell <plan>
npm run plans -- limit <organization> <name> <value> [--reason <text>]

  list     every plan with its newest terms, and how many have subscribed to it
  set      new terms, for whoever subscribes from now on and for everybody on free; with --everyone for all who have
           subscribed as well: their limits change now, their price with the next period
  add      a plan like another one
  sell     lets organizations choose it; unsell leaves it to those who have it
  limit    what was agreed with one organization alone; it goes before the plan. “default” takes it back

Terms and limits: ${planNames.join(' ')}
Prices beyond what is included: price.PREDICTIONS=50/1000 (50 cents for 1000), included.PREDICTIONS=1000000
“none” is no limit, where there may be none. Servers and sidecars know within a second.
Works on DATABASE_URL, or on the embedded PostgreSQL in DATA_DIR (./data) when that is not set.
`;

process.exitCode = await main(process.argv.slice(2), process.env);

async function main(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        everyone: { type: 'boolean', default: false },
        name: { type: 'string' },
        like: { type: 'string' },
        rank: { type: 'string', default: '5' },
        reason: { type: 'string', default: 'agreed' },
      },
    });
    if (values.help) return say(help);
    const [task = '', ...rest] = positionals;
    const run = readTask(task, rest, values);
    await using target = await openTarget(env, (step) => process.stderr.write(`${step} …\n`));
    await using database = openDatabase(target.url, { maxConnections: 2 });
    return say(await run(editorOf(database)));
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    const isUsage =
      error instanceof UsageError || error instanceof PlanValueError || code?.startsWith('ERR_PARSE_ARGS');
    process.stderr.write(isUsage ? `${message}\n\n${help}` : `${message}\n`);
    return isUsage ? 2 : 1;
  }
}

type Editor = ReturnType<typeof createPlanEditor>;
type Values = { everyone: boolean; name?: string | undefined; like?: string | undefined; rank: string; reason: string };

/** Reads all of the command before anything is opened. */
function readTask(task: string, rest: string[], values: Values): (editor: Editor) => Promise<string> {
  const [subject = '', ...more] = rest;
  if (task === 'list' && rest.length === 0) return list;
  if (task === 'set' && more.length > 0) {
    const changes = readChanges(more);
    return async (editor) => {
      const { number, moved } = await editor.set(subject, changes, values);
      return `version ${number} of ${subject}; ${moved} subscriptions moved to it\n`;
    };
  }
  if (task === 'add' && values.name && values.like && /^\d{1,6}$/.test(values.rank)) {
    const [changes, model] = [readChanges(more), { name: values.name, like: values.like, rank: Number(values.rank) }];
    return async (editor) => {
      await editor.add(subject, model, changes);
      return `${subject} is sold\n`;
    };
  }
  if ((task === 'sell' || task === 'unsell') && subject && more.length === 0) {
    return async (editor) => {
      await editor.sell(subject, task === 'sell');
      return `${subject} is ${task === 'sell' ? 'sold' : 'not sold any more'}\n`;
    };
  }
  if (task === 'limit' && more.length === 2) return limit(subject, more, values.reason);
  throw new UsageError('Say what to do: list, set, add, sell, unsell or limit, with all that belongs to it.');
}

function limit(
  organization: string,
  [name = '', text = '']: string[],
  reason: string,
): (editor: Editor) => Promise<string> {
  const organizationId = readId(organization, 'Organization');
  if (!limitNames.some((each) => each === name))
    throw new UsageError(`There is no limit ${name}: ${limitNames.join(' ')}.`);
  const value = text === 'default' ? undefined : readLimit(name, text);
  return async (editor) => {
    await editor.limit(organizationId, name, value, reason);
    return `${name} of ${organizationId}: ${text}\n`;
  };
}

async function list(editor: Editor): Promise<string> {
  const lines: string[] = [];
  for (const { code, name, isPublic, version, subscriptions } of await editor.list()) {
    const { id: _id, planCode: _planCode, createdAt: _createdAt, prices, number, ...terms } = version;
    lines.push(`${code}  “${name}”  version ${number}  ${subscriptions} subscriptions${isPublic ? '' : '  not sold'}`);
    lines.push(...Object.entries(terms).map(([term, value]) => `  ${term}=${value ?? 'none'}`));
    for (const { meter, unitAmountMinor, perUnits, included } of prices) {
      lines.push(`  price.${meter}=${unitAmountMinor}/${perUnits}`, `  included.${meter}=${included}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

function editorOf({ prisma: db }: Database): Editor {
  const now = () => systemClock.now();
  const audit = createAuditLog({ clock: { ours: systemClock, nowOf: now } });
  // A server’s relay finds what is written here by itself.
  const outbox = createOutbox({ relay: { kick() {} } });
  return createPlanEditor({ db, audit, outbox, now, requestId: `plans-${crypto.randomUUID()}` });
}

function say(text: string): 0 {
  process.stdout.write(text);
  return 0;
}
