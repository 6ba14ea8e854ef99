import { parseArgs } from 'node:util';
import { UsageError, openTarget } from '@sightline/db/cli-target';
import type { RateLimitSubject } from '@sightline/db/client';
import { openDatabase } from '@sightline/db/database';
import type { Database } from '@sightline/db/database';
import { createAuditLog } from '../domain/audit/audit-log.ts';
import { createOutbox } from '../domain/outbox/outbox.ts';
import { OverrideError, createOverrideEditor } from '../domain/rates/override-editor.ts';
import type { OverrideOf } from '../domain/rates/override-editor.ts';
import { systemClock } from '../infra/system-clock.ts';
import { readId } from './ids.ts';

const help = `npm run limits -- list <organization>
npm run limits -- set <organization> <endpoint> <calls>/<seconds> --reason <text> [--key <id> | --user <id>] [--until <time>]
npm run limits -- remove <organization> <endpoint> [--key <id> | --user <id>]

  list     every rate that was agreed with an organization
  set      so many calls in so many seconds, for the organization, or one of its keys or people; goes before the plan
  remove   back to what the plan says

Endpoints: a root field such as Mutation.startSession, graphql for all operations, or '*' for everything together.
--until takes a time such as 2027-01-31T00:00:00Z. Ids are those of the API, or of the database. Servers know within a second.
Works on DATABASE_URL, or on the embedded PostgreSQL in DATA_DIR (./data) when that is not set.
`;

const endpointForm = /^(\*|graphql|cost|(Query|Mutation|Subscription)\.[a-zA-Z]+)$/;
const secondsMax = 86_400;
const callsMax = 2 ** 31 - 1;

process.exitCode = await main(process.argv.slice(2), process.env);

type Values = Partial<Record<'key' | 'user' | 'reason' | 'until', string | undefined>>;
type Editor = ReturnType<typeof createOverrideEditor>;

async function main(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        help: { type: 'boolean', short: 'h' },
        key: { type: 'string' },
        user: { type: 'string' },
        reason: { type: 'string' },
        until: { type: 'string' },
      },
    });
    if (values.help) return say(help);
    const run = readTask(positionals, values);
    await using target = await openTarget(env, (step) => process.stderr.write(`${step} …\n`));
    await using database = openDatabase(target.url, { maxConnections: 2 });
    return say(await run(editorOf(database)));
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    const isUsage = error instanceof UsageError || code?.startsWith('ERR_PARSE_ARGS');
    process.stderr.write(isUsage ? `${message}\n\n${help}` : `${message}\n`);
    return isUsage || error instanceof OverrideError ? 2 : 1;
  }
}

/** Reads all of the command before anything is opened. */
function readTask(
  [task = '', organization = '', ...rest]: string[],
  values: Values,
): (editor: Editor) => Promise<string> {
  if (!['list', 'set', 'remove'].includes(task)) throw new UsageError('Say what to do: list, set or remove.');
  const organizationId = readId(organization, 'Organization');
  if (task === 'list' && rest.length === 0) return (editor) => list(editor, organizationId);
  const [endpoint = '', rate = ''] = rest;
  if (!endpointForm.test(endpoint)) throw new UsageError('Name an endpoint: a root field, graphql, or *.');
  const of = { organizationId, endpoint, ...readSubject(organizationId, values) };
  if (task === 'remove' && rest.length === 1) {
    return async (editor) => {
      await editor.remove(of);
      return `${nameOf(of)}: as the plan says\n`;
    };
  }
  if (task !== 'set' || rest.length !== 2) throw new UsageError('This is not the whole command.');
  const terms = { ...readRate(rate), reason: values.reason ?? '', expiresAt: readTime(values.until) };
  if (terms.reason === '') throw new UsageError('Say why, with --reason: somebody will ask.');
  return async (editor) => {
    await editor.set(of, terms);
    return `${nameOf(of)}: ${terms.max} calls in ${terms.windowSeconds} seconds\n`;
  };
}

function readSubject(organizationId: string, { key, user }: Values): { subject: RateLimitSubject; subjectId: string } {
  if (key !== undefined && user !== undefined) throw new UsageError('Name a key or a person, not both.');
  if (key !== undefined) return { subject: 'API_KEY', subjectId: readId(key, 'ApiKey') };
  if (user !== undefined) return { subject: 'USER', subjectId: readId(user, 'User') };
  return { subject: 'ORGANIZATION', subjectId: organizationId };
}

function readRate(text: string): { max: number; windowSeconds: number } {
  const [, max = 0, windowSeconds = 0] = (/^(\d{1,10})\/(\d{1,5})$/.exec(text) ?? []).map(Number);
  if (max < 1 || max > callsMax || windowSeconds < 1 || windowSeconds > secondsMax) {
    throw new UsageError(`A rate is <calls>/<seconds>, such as 100/60: from 1, and ${secondsMax} seconds at most.`);
  }
  return { max, windowSeconds };
}

function readTime(text: string | undefined): Date | null {
  if (text === undefined) return null;
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw new UsageError('--until takes a time such as 2027-01-31T00:00:00Z.');
  return time;
}

async function list(editor: Editor, organizationId: string): Promise<string> {
  const overrides = await editor.list(organizationId);
  const lines = overrides.map((each) => {
    const until = each.expiresAt ? ` until ${each.expiresAt.toISOString()}` : '';
    return `${nameOf(each)}: ${each.max} calls in ${each.windowSeconds} seconds${until}  (${each.reason})\n`;
  });
  return lines.join('') || 'nothing was agreed\n';
}

function nameOf({ subject, subjectId, endpoint }: OverrideOf): string {
  return `${subject} ${subjectId}  ${endpoint}`;
}

function editorOf({ prisma: db }: Database): Editor {
  const now = () => systemClock.now();
  const audit = createAuditLog({ clock: { ours: systemClock, nowOf: now } });
  // A server’s relay finds what is written here by itself.
  const outbox = createOutbox({ relay: { kick() {} } });
  return createOverrideEditor({ db, audit, outbox, now, requestId: `limits-${crypto.randomUUID()}` });
}

function say(text: string): 0 {
  process.stdout.write(text);
  return 0;
}
