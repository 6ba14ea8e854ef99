import { parseArgs } from 'node:util';
import { UsageError, openTarget } from '@sightline/db/cli-target';
import { openDatabase } from '@sightline/db/database';
import { createInvoiceDesk } from '../domain/billing/payments/invoice-desk.ts';
import { startOrganizationClock } from '../organization-clock.ts';
import { createAuditLog } from '../domain/audit/audit-log.ts';
import { createOutbox } from '../domain/outbox/outbox.ts';
import { systemClock } from '../infra/system-clock.ts';
import { readId } from './ids.ts';

const help = `npm run invoices -- <command>

  list [--organization <id>]        bills and credit notes, the newest first
  paid <number> [--reference <text>]    notes a payment of all that is due, such as a transfer; the same reference is noted once
  failed <number> [--final]         notes that nobody paid: past due; with --final given up, so that the grace begins
  credit <number> --note <text> [--amount <minor>] [--key <text>]
                                    takes all that is left back, or so much before tax, by a credit note
  tax <organization> <basis points> by which the next bills of an organization are taxed, such as 2100 for 21 %

Amounts are in the smallest unit of the currency. Works on DATABASE_URL, or on the embedded PostgreSQL in DATA_DIR (./data) when
that is not set. What is done is in the audit log.
Exit codes: 0 done, 1 refused or not found, 2 used wrongly.
`;

process.exitCode = await main(process.argv.slice(2), process.env);

async function main(args: string[], env: NodeJS.ProcessEnv): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        ...{ help: { type: 'boolean', short: 'h' }, organization: { type: 'string' }, reference: { type: 'string' } },
        ...{
          final: { type: 'boolean' },
          note: { type: 'string' },
          amount: { type: 'string' },
          key: { type: 'string' },
        },
      },
    });
    if (values.help) return say(help);
    const [command, subject, value, ...rest] = positionals;
    const organizationId = values.organization === undefined ? null : readId(values.organization, 'Organization');
    if (rest.length > 0) throw new UsageError('That is one word too many.');
    await using opening = new AsyncDisposableStack();
    const target = opening.use(await openTarget(env, (step) => process.stderr.write(`${step} …\n`)));
    const system = opening.use(openDatabase(target.url, {}));
    const clock = opening.use(
      await startOrganizationClock({
        ...{ clock: systemClock, pool: system.pool },
        bus: { subscribe: async () => async () => {} },
        log: { warn: () => {} },
      }),
    );
    // Running servers look into the outbox every second; nobody has to be woken.
    const outbox = createOutbox({ relay: { kick: () => {} } });
    const desk = createInvoiceDesk({ db: system.prisma, clock, outbox, audit: createAuditLog({ clock }) });
    const number = () => {
      if (subject === undefined) throw new UsageError('Say the number of the bill.');
      return subject;
    };
    switch (command) {
      case 'list':
        return say((await desk.list(organizationId)).map((line) => `${line}\n`).join('') || 'no bill was made\n');
      case 'paid':
        return say(`${await desk.paid(number(), values.reference ?? 'by hand')}\n`);
      case 'failed':
        return say(`${await desk.failed(number(), values.final ?? false)}\n`);
      case 'credit': {
        if (!values.note) throw new UsageError('--note says why, on the credit note.');
        const amountMinor = values.amount === undefined ? null : wholeNumber(values.amount, '--amount');
        return say(`${await desk.credit(number(), { amountMinor, note: values.note, key: values.key ?? null })}\n`);
      }
      case 'tax': {
        const basisPoints = Number(wholeNumber(value ?? '', 'The tax, in basis points,'));
        if (basisPoints > 10_000) throw new UsageError('The tax is 0 to 10000 basis points.');
        return say(`${await desk.tax(readId(subject ?? '', 'Organization'), basisPoints)}\n`);
      }
      default:
        throw new UsageError('Say what to do: list, paid, failed, credit, tax.');
    }
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    const isUsage = error instanceof UsageError || code?.startsWith('ERR_PARSE_ARGS');
    process.stderr.write(isUsage ? `${message}\n\n${help}` : `${message}\n`);
    return isUsage ? 2 : 1;
  }
}

function wholeNumber(text: string, what: string): bigint {
  if (!/^\d{1,18}$/.test(text)) throw new UsageError(`${what} is a whole number.`);
  return BigInt(text);
}

function say(text: string): 0 {
  process.stdout.write(text);
  return 0;
}
