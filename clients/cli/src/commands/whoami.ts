import { defineCommand } from '../command/command.ts';
import { findSignIn } from '../setting/open-client.ts';
import { nameOf } from '../sign-in/name-of.ts';
import { NotSignedIn } from '../user-mistake.ts';

export const whoami = defineCommand({
  name: 'whoami',
  summary: 'Says who you are, and where',
  examples: [
    { line: 'sightline whoami', about: 'At the server you signed in to last' },
    { line: 'sightline whoami --json', about: 'With your role and everything you may do' },
  ],
  async run(context) {
    const { settings, out, signal } = context;
    const client = await context.client();
    const viewer = await client.auth.viewer({ signal });
    if (!viewer) throw new NotSignedIn(`You are no longer signed in at ${settings.url}. Sign in with: sightline login`);
    const by = (await findSignIn(context))?.kind ?? 'tokens';
    out.give({ url: settings.url, by, ...viewer }, () => [
      `${nameOf(viewer)} at ${settings.url}${by === 'key' ? ', by an API key' : ''}`,
    ]);
  },
});
