import { parseArgs } from 'node:util';
import { defaults } from './defaults.ts';
import { UserMistake } from './user-mistake.ts';

export type Arguments = {
  help: boolean;
  url: string;
  email: string;
  password: string;
  /** A folder or file; null for the pictures that come with the repository. */
  source: string | null;
  /** Where annotated pictures go; null for nowhere. */
  out: string | null;
  /** Whether every event gets a line. */
  events: boolean;
};

export const usage = `Shows what Sightline sees in your pictures or video.

  npm run demo -- [folder|file] [options]

Without a folder or file it watches the street camera that comes with the repository.

  --url URL         the server (${defaults.url})
  --email EMAIL     who signs in (${defaults.email})
  --password TEXT   (${defaults.password})
  --out DIR         where annotated pictures go (${defaults.out})
  --no-pictures     write none
  --no-events       do not list the events
  --help            this text
`;

const shape = {
  allowPositionals: true,
  allowNegative: true,
  options: {
    url: { type: 'string', default: defaults.url },
    email: { type: 'string', default: defaults.email },
    password: { type: 'string', default: defaults.password },
    out: { type: 'string', default: defaults.out },
    pictures: { type: 'boolean', default: true },
    events: { type: 'boolean', default: true },
    help: { type: 'boolean', short: 'h', default: false },
  },
} as const;

/** Throws UserMistake when the arguments make no sense. */
export function readArguments(args: string[]): Arguments {
  const { values, positionals } = parse(args);
  if (positionals.length > 1) throw new UserMistake(`Give one folder or file, not ${positionals.length}.`);
  const { url, email, password, out, pictures, events, help } = values;
  return { help, url, email, password, events, source: positionals[0] ?? null, out: pictures ? out : null };
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, ...shape });
  } catch (error) {
    throw new UserMistake(`${(error as Error).message.split('. ')[0]}. See: npm run demo -- --help`);
  }
}
