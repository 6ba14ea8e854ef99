import { createColours } from '../output/colours.ts';
import type { Command, Option, Options } from './command.ts';
import { globalOptions } from './global-options.ts';

const intro = 'Sightline on the command line: watch pictures and videos, follow what was seen, and run things.';

const outro = `Each command says more: sightline <command> --help

Results go to stdout and everything else to stderr. Exit codes: 0 done, 1 refused or failed, 2 wrong arguments,
3 not signed in, 4 not there, 130 Ctrl-C.

SIGHTLINE_URL            the server, where --url is not given
SIGHTLINE_INFERENCE_URL  the inference sidecar
SIGHTLINE_API_KEY        a key to speak for, without signing in
SIGHTLINE_WEBHOOK_SECRET what webhooks are signed with
SIGHTLINE_KEYCHAIN=off   keep sign-ins in sealed files, not in the keychain
NO_COLOR                 no colours`;

/** All commands; or those that begin with some words, such as `sources`. */
export function helpOfAll(commands: readonly Command[], words: readonly string[], hasColours: boolean): string {
  const { bold } = createColours(hasColours);
  const prefix = words.length > 0 ? `${words.join(' ')} ` : '';
  const rows = commands
    .filter(({ name }) => name.startsWith(prefix))
    .map(({ name, arguments: args = [], summary }) => [`sightline ${[name, ...args.map(shapeOf)].join(' ')}`, summary]);
  const list = columns(rows as [string, string][]);
  if (words.length > 0) return `${list.join('\n')}\n`;
  const options = columns(Object.entries(globalOptions).map(rowOf));
  return [intro, '', ...list, '', bold('Every command takes'), ...options, '', outro, ''].join('\n');
}

/** One command, with everything it takes and examples. */
export function helpOf(
  { name, summary, details, arguments: args = [], options, examples }: Command,
  hasColours: boolean,
): string {
  const { bold, dim } = createColours(hasColours);
  const own = Object.entries(options ?? {});
  const usage = ['sightline', name, ...args.map(shapeOf), ...(own.length > 0 ? ['[options]'] : [])].join(' ');
  return [
    `${summary}.`,
    '',
    bold('  ' + usage),
    ...(args.length > 0 ? ['', ...columns(args.map((each) => [shapeOf(each), each.about]))] : []),
    ...(own.length > 0 ? ['', ...columns(own.map(rowOf))] : []),
    '',
    ...columns(Object.entries(globalOptions as Options).map(rowOf)),
    ...(details ? ['', ...details] : []),
    '',
    bold('Examples'),
    ...examples.flatMap(({ line, about }) => ['', `  ${dim(`# ${about}`)}`, `  ${line}`]),
    '',
  ].join('\n');
}

function shapeOf({ name, isOptional, isMany }: NonNullable<Command['arguments']>[number]): string {
  const shape = isMany ? `${name}…` : name;
  return isOptional ? `[${shape}]` : `<${shape}>`;
}

function rowOf([name, option]: [string, Option]): [string, string] {
  const value = 'value' in option ? ` ${option.value}` : '';
  const more = [
    ...('choices' in option && option.choices ? [option.choices.join(', ')] : []),
    ...('fallback' in option && option.fallback !== undefined ? [`${option.fallback} unless given`] : []),
  ];
  const about = more.length > 0 ? `${option.about} (${more.join('; ')})` : option.about;
  return [`${option.short ? `-${option.short}, ` : ''}--${name}${value}`, about];
}

function columns(rows: readonly (readonly [string, string])[]): string[] {
  const width = Math.min(38, Math.max(...rows.map(([left]) => left.length)));
  return rows.map(([left, right]) =>
    left.length > width ? `  ${left}\n  ${' '.repeat(width)}   ${right}` : `  ${left.padEnd(width)}   ${right}`,
  );
}
