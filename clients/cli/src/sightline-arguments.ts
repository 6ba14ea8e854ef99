import { parseArgs } from 'node:util';
import { defaults } from './defaults.ts';
import { UserMistake } from './user-mistake.ts';

const commands = ['login', 'logout', 'whoami'] as const;
type Command = (typeof commands)[number];

export type SightlineArguments = {
  /** Null: only the help was asked for. */
  command: Command | null;
  /** Without a slash at the end; null for the server that was signed in to last. */
  url: string | null;
  way: 'browser' | 'device' | 'key';
};

export const sightlineUsage = `Signs you in to a Sightline server, for programs on this machine.

  npm run sightline -- login [--url URL]             through your browser
  npm run sightline -- login --device [--url URL]    on a machine without one: type a code somewhere else
  npm run sightline -- login --api-key < file        with an API key, which is read from what is sent in
  npm run sightline -- whoami [--url URL]            who you are there
  npm run sightline -- logout [--url URL]            ends the sign-in, on the server as well

  --url URL   the server; the one you signed in to last, else ${defaults.url}
  --help      this text

Sign-ins are kept in sightline/sign-ins.json below $XDG_CONFIG_HOME (~/.config), readable by you alone.
`;

const shape = {
  allowPositionals: true,
  options: {
    url: { type: 'string' },
    device: { type: 'boolean', default: false },
    'api-key': { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
} as const;

/** Throws UserMistake when the arguments make no sense. */
export function readSightlineArguments(args: string[]): SightlineArguments {
  const { values, positionals } = parse(args);
  const { url, device, 'api-key': key, help } = values;
  if (help) return { command: null, url: null, way: 'browser' };
  const [name, ...more] = positionals;
  const command = commands.find((each) => each === name);
  if (!command || more.length > 0) throw new UserMistake(`Say one of ${commands.join(', ')}. ${hint}`);
  if (command !== 'login' && (device || key))
    throw new UserMistake(`--device and --api-key are ways to log in. ${hint}`);
  if (device && key) throw new UserMistake('Give either --device or --api-key.');
  return { command, url: url === undefined ? null : readUrl(url), way: key ? 'key' : device ? 'device' : 'browser' };
}

const hint = 'See: npm run sightline -- --help';

function readUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw new UserMistake(`${text} is no address of a server.`);
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

function parse(args: string[]) {
  try {
    return parseArgs({ args, ...shape });
  } catch (error) {
    throw new UserMistake(`${(error as Error).message.split('. ')[0]}. ${hint}`);
  }
}
