import { defineCommand } from '../command/command.ts';
import type { Context } from '../command/context.ts';
import { plainText } from '../output/plain-text.ts';
import type { Delivery } from '../webhooks/deliver.ts';
import { messageOf } from '../webhooks/message.ts';
import { readSecret, readTarget, targetOptions } from '../webhooks/target.ts';
import { UserMistake } from '../user-mistake.ts';
import { filterOf, filterOptions } from './event-filter.ts';
import { narrowedBy } from './named.ts';

export const webhooksListen = defineCommand({
  name: 'webhooks listen',
  summary: 'Sends each event, signed, to a program on this machine',
  details: [
    'For trying out what takes webhooks. The server sends none by itself yet: this command follows the feed and sends what is',
    'in it, one after the other, in order, up to five times each. Check them with webhooks.verify of @sightline/core. The secret',
    'is shown once; SIGHTLINE_WEBHOOK_SECRET keeps it the same. The webhook-id of an event is always the same: who remembers it',
    'does things once. To go on later, give the last cursor as --after.',
  ],
  options: {
    ...targetOptions,
    after: {
      type: 'text',
      value: 'CURSOR',
      about: 'start behind this event; 0 for everything kept; from now on unless given',
    },
    ...filterOptions,
  },
  examples: [
    { line: 'sightline webhooks listen --forward-to http://127.0.0.1:3000/hooks', about: 'Everything from now on' },
    {
      line: 'sightline webhooks listen --forward-to http://localhost:3000 --type OBJECT_ENTERED --json',
      about: 'Deliveries as JSON lines',
    },
  ],
  async run(context) {
    const { options, out, signal, env } = context;
    const url = readTarget(options['forward-to'], options['allow-remote']);
    const { secret, isNew } = readSecret(env);
    const client = await context.client();
    const after = options.after ?? (await client.events.lastCursor({ signal })) ?? '0';
    const { deliver } = await import('../webhooks/deliver.ts');
    if (isNew) out.note(`the secret of this run: ${secret}`);
    out.note(`sending events after ${after} to ${url} (Ctrl-C ends it)`);
    await narrowedBy([...options.source, ...options.session], async () => {
      for await (const item of client.events.subscribe({ after, filter: filterOf(options), signal })) {
        if (item.kind === 'gap') {
          out.note(`events ${item.fromSeq} to ${item.toSeq} were removed by retention before they were sent`);
          continue;
        }
        const { event, cursor } = item;
        // Of the event: sent again by another run, it is the same message.
        const id = `evt_${event.id.replaceAll(/[.\s]/g, '_')}`;
        tell(context, {
          id,
          type: event.type,
          cursor,
          delivery: await deliver({ id, body: messageOf(event) }, { url, secret, signal }),
        });
      }
    });
    if (!signal.aborted) throw new UserMistake('The server ended the feed.');
  },
});

type Sent = { id: string; type: string; cursor: string | null; delivery: Delivery };

/** One delivery, taken or not. */
export function tell({ out }: Pick<Context, 'out'>, { id, type, cursor, delivery }: Sent): void {
  const { status, attempts, ms, problem } = delivery;
  out.give({ id, type, cursor, ...delivery }, ({ green, red, dim }) => [
    [
      problem === null ? green(`${status}`) : red(plainText(problem)),
      type,
      ...(cursor === null ? [] : [dim(cursor)]),
      dim(`${ms} ms${attempts > 1 ? `, ${attempts} tries` : ''}`),
    ].join('  '),
  ]);
}
