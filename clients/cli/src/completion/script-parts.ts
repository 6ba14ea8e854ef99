import type { Command } from '../command/command.ts';
import { globalOptions } from '../command/global-options.ts';

export type Place = {
  /** The words typed so far: nothing, `events` or `events tail`. */
  path: string;
  /** What can come next, with half a sentence about each. */
  next: readonly { word: string; about: string }[];
  /** Options whose values are known. */
  values: readonly { option: string; choices: readonly string[] }[];
};

/** What a shell needs to know of every place in a command line. */
export function placesOf(commands: readonly Command[]): Place[] {
  const groups = new Set(commands.flatMap(({ name }) => (name.includes(' ') ? [name.split(' ')[0] ?? ''] : [])));
  return [
    { path: '', next: [...wordsAfter(commands, ''), ...optionsOf(globalOptions)], values: [] },
    ...[...groups].map((path) => ({ path, next: wordsAfter(commands, `${path} `), values: [] })),
    ...commands.map(({ name, options = {}, arguments: args = [] }) => ({
      path: name,
      next: [
        ...args.flatMap(({ offers }) =>
          (Array.isArray(offers) ? offers : []).map((word: string) => ({ word, about: '' })),
        ),
        ...optionsOf({ ...options, ...globalOptions }),
      ],
      values: Object.entries(options).flatMap(([option, shape]) =>
        'choices' in shape && shape.choices ? [{ option: `--${option}`, choices: shape.choices }] : [],
      ),
    })),
  ];
}

function wordsAfter(commands: readonly Command[], prefix: string) {
  const words = new Map<string, string>();
  for (const { name, summary } of commands) {
    if (!name.startsWith(prefix)) continue;
    const [word = '', more] = name.slice(prefix.length).split(' ');
    words.set(word, more === undefined ? summary : 'More commands');
  }
  return [...words].map(([word, about]) => ({ word, about }));
}

const optionsOf = (options: NonNullable<Command['options']>) =>
  Object.entries(options).map(([name, { about }]) => ({ word: `--${name}`, about }));
