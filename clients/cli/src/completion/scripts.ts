import type { Command } from '../command/command.ts';
import { placesOf } from './script-parts.ts';
import type { Place } from './script-parts.ts';

export type Shell = 'bash' | 'zsh' | 'fish';

/** What a shell reads to complete command lines; it knows everything and asks nobody. */
export function completionScript(shell: Shell, commands: readonly Command[]): string {
  const places = placesOf(commands);
  return { bash, zsh, fish }[shell](places);
}

/** In single quotes, for every shell here. */
const quoted = (text: string) => `'${text.replaceAll("'", '’')}'`;

/** The part that bash and zsh share: how far the words make a command, and what may follow. `offers` has it afterwards. */
function cases(places: readonly Place[]): string[] {
  const known = places.filter(({ path }) => path !== '').map(({ path }) => quoted(path));
  const values = places.flatMap(({ path, values: all }) =>
    all.map(({ option, choices }) => `    ${quoted(`${path} ${option}`)}) offers=${quoted(choices.join(' '))} ;;`),
  );
  return [
    '    [[ $word == -* ]] && continue',
    '    case "${spoken:+$spoken }$word" in',
    `      ${known.join(' | ')}) spoken="\${spoken:+$spoken }$word" ;;`,
    '      *) break ;;',
    '    esac',
    '  done',
    '  case "$spoken $prev" in',
    ...values,
    '  esac',
    '  if [[ -z $offers ]]; then',
    '    case "$spoken" in',
    ...places.map(
      ({ path, next }) => `      ${quoted(path)}) offers=${quoted(next.map(({ word }) => word).join(' '))} ;;`,
    ),
    '    esac',
    '  fi',
  ];
}

const bash = (places: readonly Place[]) =>
  [
    '# Completion of sightline for bash: eval "$(sightline completion bash)"',
    '_sightline() {',
    '  local current="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD - 1]}" spoken="" offers="" word i',
    '  for ((i = 1; i < COMP_CWORD; i++)); do',
    '    word="${COMP_WORDS[i]}"',
    ...cases(places),
    '  COMPREPLY=($(compgen -W "$offers" -- "$current"))',
    '}',
    // Where nothing of ours fits, files do.
    'complete -o bashdefault -o default -F _sightline sightline',
    '',
  ].join('\n');

const zsh = (places: readonly Place[]) =>
  [
    '#compdef sightline',
    '# Completion of sightline for zsh: eval "$(sightline completion zsh)"',
    '_sightline() {',
    '  local prev="${words[CURRENT - 1]}" spoken="" offers="" word i',
    '  for ((i = 2; i < CURRENT; i++)); do',
    '    word="${words[i]}"',
    ...cases(places),
    '  compadd -- ${=offers}',
    '  [[ ${words[CURRENT]} == -* || -z $spoken ]] || _files',
    '}',
    'compdef _sightline sightline',
    '',
  ].join('\n');

const fish = (places: readonly Place[]) =>
  [
    '# Completion of sightline for fish: sightline completion fish | source',
    'function __sightline_at',
    "    set -l spoken (string match -v -- '-*' (commandline -opc)[2..-1])",
    '    set -l wanted (string split " " -- $argv[1])',
    '    if test -z "$argv[1]"',
    '        test (count $spoken) -eq 0',
    '    else',
    '        test (count $spoken) -ge (count $wanted); and test "$spoken[1..$(count $wanted)]" = "$wanted"',
    '    end',
    'end',
    ...places.flatMap(({ path, next, values }) => [
      ...next.map(({ word, about }) => {
        const [flag, offer] = word.startsWith('--') ? ['-l', word.slice(2)] : ['-a', word];
        const value = values.find(({ option }) => option === word);
        const choices = value ? ` -xa ${quoted(value.choices.join(' '))}` : '';
        return `complete -c sightline -n ${quoted(`__sightline_at "${path}"`)} ${flag} ${quoted(offer)}${choices} -d ${quoted(about)}`;
      }),
    ]),
    '',
  ].join('\n');
