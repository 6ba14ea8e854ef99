import { parseArgs } from 'node:util';
import { WrongArguments } from '../user-mistake.ts';
import type { Command, Option, Options, ValuesOf } from './command.ts';
import { globalOptions } from './global-options.ts';

export type Read = {
  /** Null: nothing was named, or words that begin commands without being one. */
  command: Command | null;
  /** The words that were typed of a command's name. */
  words: readonly string[];
  options: Readonly<Record<string, unknown>>;
  globals: ValuesOf<typeof globalOptions>;
  args: readonly string[];
};

type Value = string | boolean | (string | boolean)[] | undefined;

/** Tells which command is meant and what it is given. Throws WrongArguments, which names the way out. */
export function readArguments(commands: readonly Command[], argv: readonly string[]): Read {
  const { command, words, rest } = findCommand(commands, argv);
  const table: Options = { ...globalOptions, ...command?.options };
  const { values, positionals } = parse(table, rest, words);
  const options = Object.fromEntries(
    Object.entries(table).map(([name, option]) => [name, valueOf(name, option, values[name])]),
  );
  const globals = options as ValuesOf<typeof globalOptions>;
  if (!command && !globals.help && positionals.length > 0) throw unknown(commands, words, positionals);
  if (command && !globals.help) checkCount(command, positionals);
  return { command, words, options, globals, args: positionals };
}

/** The longest name that the first words make. Options may stand before them, as long as they take no value. */
function findCommand(commands: readonly Command[], argv: readonly string[]) {
  const flags = argv.findIndex((word) => !word.startsWith('-'));
  const start = flags === -1 ? argv.length : flags;
  const spoken = argv.slice(start);
  for (let count = Math.min(spoken.length, 3); count > 0; count -= 1) {
    const name = spoken.slice(0, count).join(' ');
    const command = commands.find((each) => each.name === name) ?? null;
    if (command || commands.some((each) => each.name.startsWith(`${name} `)))
      return { command, words: spoken.slice(0, count), rest: [...argv.slice(0, start), ...spoken.slice(count)] };
  }
  return { command: null, words: [], rest: argv };
}

function parse(table: Options, args: readonly string[], words: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: Object.fromEntries(
        Object.entries(table).map(([name, { type, short }]) => [
          name,
          { type: type === 'flag' ? 'boolean' : 'string', multiple: type === 'list', ...(short && { short }) } as const,
        ]),
      ),
    }) as { values: Record<string, Value>; positionals: string[] };
  } catch (error) {
    const [what = ''] = (error as Error).message.split('. ');
    throw new WrongArguments(`${what.replace(/\.$/, '')}. ${seeHelp(words)}`);
  }
}

function valueOf(name: string, option: Option, value: Value): unknown {
  if (option.type === 'flag') return value === true;
  if (option.type === 'list') {
    const values = ((value ?? []) as string[]).flatMap((each) => each.split(',')).filter(Boolean);
    for (const each of values) checkChoice(name, option.choices, each);
    return values;
  }
  if (value === undefined) return option.fallback;
  if (option.type === 'text') {
    checkChoice(name, option.choices, String(value));
    return String(value);
  }
  const number = Number(value);
  const { least, most, isFraction = false } = option;
  const fits = value !== '' && number >= least && number <= most && (isFraction || Number.isInteger(number));
  if (!fits)
    throw new WrongArguments(`--${name} is a ${isFraction ? 'number' : 'whole number'} from ${least} to ${most}.`);
  return number;
}

function checkChoice(name: string, choices: readonly string[] | undefined, value: string): void {
  if (choices && !choices.includes(value)) throw new WrongArguments(`--${name} is one of ${choices.join(', ')}.`);
}

function checkCount(command: Command, given: readonly string[]): void {
  const expected = command.arguments ?? [];
  const missing = expected.find(({ isOptional }, index) => !isOptional && index >= given.length);
  if (missing) throw new WrongArguments(`Say ${missing.about}. ${seeHelp([command.name])}`);
  if (given.length > expected.length && !expected.at(-1)?.isMany)
    throw new WrongArguments(`“${given[expected.length]}” is one too many. ${seeHelp([command.name])}`);
}

function unknown(commands: readonly Command[], words: readonly string[], more: readonly string[]): WrongArguments {
  const guesses = [more.slice(0, 1), more.slice(0, 2)].flatMap((some) => {
    const typed = [...words, ...some].join(' ');
    return commands.map(({ name }) => ({ typed, name, distance: distanceOf(typed, name) }));
  });
  const [closest] = guesses.sort((a, b) => a.distance - b.distance);
  const hasGuess = closest !== undefined && closest.distance <= 2;
  const typed = hasGuess ? closest.typed : [...words, more[0]].join(' ');
  const guess = hasGuess ? ` Did you mean “${closest.name}”?` : '';
  return new WrongArguments(`There is no command “${typed}”.${guess} ${seeHelp(words)}`);
}

const seeHelp = (words: readonly string[]) => `See: ${['sightline', ...words].join(' ')} --help`;

/** Letters to change, add or take away. Names are short, so the quadratic way will do; what is typed is cut. */
function distanceOf(typed: string, name: string): number {
  const from = typed.slice(0, 40);
  let row = Array.from({ length: name.length + 1 }, (_, index) => index);
  for (const [index, letter] of [...from].entries()) {
    const next = [index + 1];
    for (let column = 1; column <= name.length; column += 1) {
      const change = (row[column - 1] ?? 0) + (letter === name[column - 1] ? 0 : 1);
      next.push(Math.min(change, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
