import type { Meter, UsageGroup, UsageSum } from '@sightline/core';
import { defineCommand } from '../command/command.ts';
import { plainText } from '../output/plain-text.ts';
import { tableOf } from '../table.ts';
import { WrongArguments } from '../user-mistake.ts';

const meterNames = { PREDICTIONS: 'predictions', FRAMES: 'frames', SESSION_SECONDS: 'session seconds' } as const;

export const usage = defineCommand({
  name: 'usage',
  summary: 'Says what was used, exactly',
  options: {
    by: {
      type: 'text',
      value: 'WHAT',
      choices: ['day', 'model', 'key', 'source'],
      fallback: 'day',
      about: 'in groups of',
    },
    meter: {
      type: 'text',
      value: 'METER',
      choices: ['predictions', 'frames', 'session-seconds'],
      about: 'one of them',
    },
    from: { type: 'text', value: 'TIME', about: 'since when; the begin of the billing period unless given' },
    to: { type: 'text', value: 'TIME', about: 'until when' },
    follow: { type: 'flag', short: 'f', about: 'what is used and left now, and whenever that changes' },
  },
  examples: [
    { line: 'sightline usage', about: 'This billing period, day by day' },
    { line: 'sightline usage --by model --from 2026-11-01 --json', about: 'For a program' },
    { line: 'sightline usage --follow', about: 'The meter, live' },
  ],
  async run(context) {
    const { options, out, signal } = context;
    const meter = options.meter?.toUpperCase().replace('-', '_') as Meter | undefined;
    const client = await context.client();
    if (options.follow) {
      for await (const level of client.usage.live(meter ?? 'PREDICTIONS', { signal })) {
        const { used, limit, left, at } = level;
        out.give(level, () => [
          `${at}  ${used} ${meterNames[level.meter]}${limit === null ? '' : ` of ${limit}, ${left} left`}`,
        ]);
      }
      return;
    }
    const filter = {
      groupBy: options.by.toUpperCase() as UsageGroup,
      ...(meter && { meter }),
      ...(options.from !== undefined && { from: readTime('from', options.from) }),
      ...(options.to !== undefined && { to: readTime('to', options.to) }),
    };
    const report = await client.usage.report(filter, { signal });
    out.give(report, ({ bold, dim }) => [
      `${bold('Used')} ${dim(`${report.from.slice(0, 16)} to ${report.to.slice(0, 16)}`)}`,
      ...report.totals.map((total) => `  ${meterNames[total.meter].padEnd(16)}${total.quantity}`),
      ...(report.groups.length > 0 ? ['', ...groupTable(options.by, report.groups)] : []),
      ...(report.isCut ? ['  and more, which were cut'] : []),
    ]);
  },
});

const groupTable = (by: string, groups: readonly UsageSum[]) =>
  tableOf(
    [by, 'meter', 'quantity', 'acts'],
    groups.map((sum) => [
      plainText(sum.day ?? sum.name ?? sum.model ?? sum.apiKeyId ?? sum.sourceId ?? 'none'),
      meterNames[sum.meter],
      sum.quantity,
      sum.actCount,
    ]),
  );

function readTime(name: string, text: string): string {
  const time = new Date(text);
  if (Number.isNaN(time.getTime()))
    throw new WrongArguments(`--${name} is a time, such as 2026-11-01 or 2026-11-01T12:00:00Z.`);
  return time.toISOString();
}
