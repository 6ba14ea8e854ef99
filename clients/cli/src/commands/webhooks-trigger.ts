import { randomUUID } from 'node:crypto';
import type { EventType } from '@sightline/core';
import { defineCommand } from '../command/command.ts';
import { exitCode } from '../command/exit-code.ts';
import { exampleEvent, messageOf } from '../webhooks/message.ts';
import { readSecret, readTarget, targetOptions } from '../webhooks/target.ts';
import { WrongArguments } from '../user-mistake.ts';
import { eventTypes } from './event-filter.ts';
import { tell } from './webhooks-listen.ts';

export const webhooksTrigger = defineCommand({
  name: 'webhooks trigger',
  summary: 'Sends one made-up event, signed, to a program on this machine',
  details: ['Needs no server and no sign-in. Exit code 1 when it was not taken.'],
  arguments: [{ name: 'type', about: `one of ${eventTypes.join(', ')}`, offers: eventTypes }],
  options: targetOptions,
  examples: [
    {
      line: 'sightline webhooks trigger OBJECT_ENTERED --forward-to http://127.0.0.1:3000/hooks',
      about: 'Somebody came in',
    },
  ],
  async run(context) {
    const { options, args, out, signal, env } = context;
    const type = eventTypes.find((each) => each === args[0]?.toUpperCase()) as EventType | undefined;
    if (!type) throw new WrongArguments(`A type is one of ${eventTypes.join(', ')}.`);
    const url = readTarget(options['forward-to'], options['allow-remote']);
    const { secret, isNew } = readSecret(env);
    const { deliver } = await import('../webhooks/deliver.ts');
    if (isNew) out.note(`the secret of this run: ${secret}`);
    const id = `msg_${randomUUID()}`;
    const delivery = await deliver({ id, body: messageOf(exampleEvent(type, new Date())) }, { url, secret, signal });
    tell(context, { id, type, cursor: null, delivery });
    return delivery.problem === null ? exitCode.done : exitCode.failed;
  },
});
