import { defineCommand } from '../command/command.ts';
import type { Context } from '../command/context.ts';
import { clientOf } from '../setting/open-client.ts';
import { readApiKey } from '../sign-in/api-key.ts';
import { nameOf } from '../sign-in/name-of.ts';
import type { SignIn } from '../sign-in/sign-ins.ts';
import { NotSignedIn, WrongArguments } from '../user-mistake.ts';

type Way = 'browser' | 'device' | 'key';

export const login = defineCommand({
  name: 'login',
  summary: 'Signs you in, for this and other commands',
  details: [
    'What opens the server is kept in the keychain of this machine, or in sealed files below $XDG_CONFIG_HOME (~/.config)',
    'where there is none. A key is read from what is sent in: arguments are in the history of the shell.',
  ],
  options: {
    device: { type: 'flag', about: 'on a machine without a browser: type a code somewhere else' },
    'api-key': { type: 'flag', about: 'with an API key, which is sent in' },
  },
  examples: [
    { line: 'sightline login --url https://sightline.example.com', about: 'Through your browser' },
    { line: 'sightline login --device', about: 'Over ssh: a code is shown, which you type on another device' },
    { line: 'sightline login --api-key < key.txt', about: 'For a program that runs by itself' },
  ],
  async run(context) {
    const { settings, signIns, signal, out, options } = context;
    if (options.device && options['api-key']) throw new WrongArguments('Give either --device or --api-key.');
    const signIn = await signInBy(options['api-key'] ? 'key' : options.device ? 'device' : 'browser', context);
    const { url } = settings;
    // Not kept yet: tokens that are changed on the way belong to nobody's file.
    await using client = await clientOf({ settings, signIns }, signIn);
    const viewer = await client.auth.viewer({ signal });
    if (!viewer) throw new NotSignedIn(`${url} does not take it.`);
    await signIns.keep(url, signIn);
    const { user, organization } = viewer;
    out.give({ url, user, organization: { id: organization.id, name: organization.name } }, () => [
      `signed in as ${nameOf(viewer)} at ${url}`,
    ]);
  },
});

async function signInBy(way: Way, { settings, signal, out, stdin }: Context): Promise<SignIn> {
  if (way === 'key') return { kind: 'key', key: await readApiKey(stdin) };
  const { discover, signInByBrowser, signInByDevice } = await import('@sightline/desktop');
  const server = await discover(settings.url, { clientId: 'sightline-cli', signal });
  const tokens =
    way === 'device'
      ? await signInByDevice({
          server,
          signal,
          onCode: ({ userCode, address }) => out.note(`Open ${address} on any device and type ${userCode}`),
        })
      : await signInByBrowser({
          server,
          signal,
          onAddress: (address) => {
            out.note('Open this in your browser:');
            out.note(address);
          },
        });
  return { kind: 'tokens', ...tokens };
}
