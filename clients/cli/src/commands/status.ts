import { defineCommand } from '../command/command.ts';
import { exitCode } from '../command/exit-code.ts';
import { health } from '../doctor/health.ts';
import { plainText } from '../output/plain-text.ts';
import { findSignIn } from '../setting/open-client.ts';
import { nameOf } from '../sign-in/name-of.ts';
import { wholeList } from './whole-list.ts';

export const status = defineCommand({
  name: 'status',
  summary: 'Says in a few lines what is up, who you are, and what runs',
  details: ['Exit code 1 when the server is not ready. What is wrong, and what to do about it, says: sightline doctor'],
  examples: [
    { line: 'sightline status', about: 'The server you signed in to last' },
    { line: 'until sightline status > /dev/null; do sleep 1; done', about: 'Wait until it is up' },
  ],
  async run(context) {
    const { settings, out, signal } = context;
    const { url, inferenceUrl } = settings;
    const [server, sidecar, signIn] = await Promise.all([
      health(url, signal),
      inferenceUrl === null ? null : health(inferenceUrl, signal),
      findSignIn(context),
    ]);
    const client = signIn && server.isReady ? await context.client() : null;
    const viewer = (await client?.auth.viewer({ signal })) ?? null;
    const sessions =
      client && viewer
        ? await wholeList(
            client.sessions.list({
              pageSize: 100,
              signal,
              filter: { states: ['QUEUED', 'STARTING', 'RUNNING', 'STOPPING'] },
            }),
            100,
          )
        : [];
    const value = {
      server: { url, from: settings.urlFrom, ...server },
      sidecar: sidecar && { url: inferenceUrl, ...sidecar },
      viewer,
      runningSessions: sessions.map(({ id, source, state, framesRead, framesTotal }) => ({
        id,
        source,
        state,
        framesRead,
        framesTotal,
      })),
    };
    out.give(value, ({ green, red, dim }) => {
      const mark = ({ isReady, problem }: { isReady: boolean; problem: string | null }) =>
        isReady ? green('ready') : red(plainText(problem ?? 'not ready'));
      return [
        `server    ${url}  ${mark(server)}`,
        `sidecar   ${sidecar ? `${inferenceUrl}  ${mark(sidecar)}` : dim('nobody said where: --inference-url')}`,
        `you       ${viewer ? nameOf(viewer) : dim(signIn ? 'unknown' : 'not signed in: sightline login')}`,
        ...(viewer
          ? [`plan      ${plainText(viewer.organization.plan.name)}`, `sessions  ${sessions.length} running`]
          : []),
        ...sessions.map(
          ({ id, source, framesRead, framesTotal }) =>
            `          ${id}  ${plainText(source?.name ?? '')}  ${framesRead}${framesTotal === null ? '' : ` of ${framesTotal}`} frames`,
        ),
      ];
    });
    return server.isReady ? exitCode.done : exitCode.failed;
  },
});
