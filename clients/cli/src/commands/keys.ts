import type { ApiKey, ApiKeyScope } from '@sightline/core';
import { defineCommand } from '../command/command.ts';
import { plainText } from '../output/plain-text.ts';
import { proofDetails, proofOption, withProof } from '../sign-in/proof.ts';
import { WrongArguments } from '../user-mistake.ts';
import { named } from './named.ts';
import { wholeList } from './whole-list.ts';

export const keysList = defineCommand({
  name: 'keys list',
  summary: 'Lists the organization’s API keys, oldest first',
  options: { all: { type: 'flag', about: 'those that were revoked, too' } },
  examples: [{ line: 'sightline keys list', about: 'Those that work' }],
  async run(context) {
    const { out, signal, options } = context;
    const keys = await wholeList((await context.client()).apiKeys.list({ pageSize: 100, signal }));
    out.list(
      keys.filter(({ revokedAt }) => options.all || revokedAt === null),
      {
        heading: ['id', 'name', 'key', 'scopes', 'last used', 'until'],
        row: (key) => [
          key.id,
          key.name,
          `${key.prefix}…`,
          key.scopes.join(', ').toLowerCase(),
          key.lastUsedAt ?? 'never',
          key.revokedAt === null ? (key.expiresAt ?? '') : `revoked ${key.revokedAt}`,
        ],
        none: 'No keys that you may see. Make one: sightline keys create <name>',
      },
    );
  },
});

export const keysCreate = defineCommand({
  name: 'keys create',
  summary: 'Makes an API key, which is shown once',
  details: [
    'The key alone goes to stdout, so that it can be sent to a file or a password manager without being seen.',
    ...proofDetails,
  ],
  arguments: [{ name: 'name', about: 'what people call it' }],
  options: {
    scope: {
      type: 'list',
      value: 'SCOPE',
      choices: ['read', 'write', 'infer', 'audit'],
      about: 'what it may do; read unless given',
    },
    from: { type: 'list', value: 'ADDRESS', about: 'addresses and networks it may be used from' },
    expires: { type: 'text', value: 'TIME', about: 'until when it works, such as 2030-01-31 or 2030-01-31T12:00:00Z' },
    ...proofOption,
  },
  examples: [
    { line: 'sightline keys create backup > key.txt', about: 'May read; into a file' },
    { line: 'sightline keys create backup --prove < password.txt > key.txt', about: 'Without a terminal' },
    { line: 'sightline keys create gate --scope infer,write --from 203.0.113.0/24', about: 'For one place' },
  ],
  async run(context) {
    const { out, signal, args, options } = context;
    const expiresAt = options.expires === undefined ? null : readTime(options.expires);
    const scopes = (options.scope.length > 0 ? options.scope : ['read']).map(
      (each) => each.toUpperCase() as ApiKeyScope,
    );
    const client = await context.client();
    const allowed = options.from.length > 0 && { allowedAddresses: options.from };
    const made = await withProof(context, client, () =>
      client.apiKeys.create({ name: args[0] ?? '', scopes, expiresAt, ...allowed }, { signal }),
    );
    tell(out.note, made.apiKey);
    out.give({ ...made.apiKey, secret: made.secret }, () => [made.secret]);
  },
});

export const keysReroll = defineCommand({
  name: 'keys reroll',
  summary: 'Gives a key a new secret, which is shown once',
  details: proofDetails,
  arguments: [{ name: 'id', about: 'the id of a key' }],
  options: {
    grace: {
      type: 'number',
      value: 'SECONDS',
      least: 0,
      most: 2_592_000,
      about: 'how long the one before still works; a day unless given',
    },
    ...proofOption,
  },
  examples: [{ line: 'sightline keys reroll key_01 --grace 3600', about: 'With an hour to change it everywhere' }],
  async run(context) {
    const { out, signal, args, options } = context;
    const client = await context.client();
    const [id = ''] = args;
    const made = await named('key', id, () =>
      withProof(context, client, () => client.apiKeys.reroll({ id, graceSeconds: options.grace }, { signal })),
    );
    tell(out.note, made.apiKey);
    out.give({ ...made.apiKey, secret: made.secret }, () => [made.secret]);
  },
});

export const keysRevoke = defineCommand({
  name: 'keys revoke',
  summary: 'Ends a key at once',
  arguments: [{ name: 'id', about: 'the id of a key' }],
  examples: [{ line: 'sightline keys revoke key_01', about: 'What is open with it ends, too' }],
  async run(context) {
    const { out, signal, args } = context;
    const [id = ''] = args;
    const client = await context.client();
    const key = await named('key', id, () => client.apiKeys.revoke(id, { signal }));
    out.give(key, () => [`revoked ${plainText(key.name)}`]);
  },
});

function tell(note: (text: string) => void, { name, scopes }: ApiKey): void {
  note(`“${name}” may ${scopes.join(', ').toLowerCase()}. The key is not shown again:`);
}

/** As the graph wants it. Throws WrongArguments. */
function readTime(text: string): string {
  const time = new Date(text);
  if (Number.isNaN(time.getTime())) throw new WrongArguments(`${text} is no time. Say it as 2030-01-31T12:00:00Z.`);
  return time.toISOString();
}
