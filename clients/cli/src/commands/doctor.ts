import { defineCommand } from '../command/command.ts';
import { exitCode } from '../command/exit-code.ts';
import { plainText } from '../output/plain-text.ts';

export const doctor = defineCommand({
  name: 'doctor',
  summary: 'Looks at everything that has to work, and says how to mend what does not',
  details: ['Exit code 1 when something failed. What cannot be looked at before something else works is skipped.'],
  examples: [
    { line: 'sightline doctor', about: 'A table of what passes and what fails, each with its fix' },
    { line: 'sightline doctor --json | jq -r \'select(.state == "fail").fix\'', about: 'What to do, for a script' },
  ],
  toleratesBrokenSettings: true,
  async run(context) {
    // Loaded here: every other command starts without it.
    const { examine } = await import('../doctor/examine.ts');
    const rows = await examine(context);
    const failed = rows.filter(({ state }) => state === 'fail').length;
    if (context.out.isJson) context.out.list(rows, { heading: [], row: () => [], none: '' });
    else
      context.out.give(rows, ({ green, red, dim, bold }) => {
        const width = Math.max(...rows.map(({ check }) => check.length));
        const marks = { pass: green('pass'), fail: red('FAIL'), skip: dim('skip') };
        return [
          ...rows.flatMap(({ check, state, detail, fix }) => [
            `${marks[state]}  ${check.padEnd(width)}  ${plainText(detail)}`,
            ...(fix === null ? [] : [`      ${' '.repeat(width)}  ${bold('fix')} ${plainText(fix)}`]),
          ]),
          '',
          failed === 0 ? 'Everything works.' : `${failed} of ${rows.length} failed.`,
        ];
      });
    return failed === 0 ? exitCode.done : exitCode.failed;
  },
});
