import { defineCommand } from '../command/command.ts';
import { clientOf } from '../setting/open-client.ts';
import { NotSignedIn } from '../user-mistake.ts';

export const logout = defineCommand({
  name: 'logout',
  summary: 'Ends the sign-in, on the server as well',
  examples: [{ line: 'sightline logout', about: 'At the server you signed in to last' }],
  /** Forgets the sign-in here in any case: whoever wants to be out must not depend on a server. */
  async run({ settings, signIns, signal, out }) {
    const { url } = settings;
    const signIn = await signIns.find(url);
    if (!signIn) throw new NotSignedIn(`You are not signed in at ${url}.`);
    try {
      await using client = await clientOf({ settings, signIns }, signIn);
      if (signIn.kind === 'tokens') await client.auth.signOut({ signal });
    } catch (error) {
      const { AuthenticationError } = await import('@sightline/core');
      // Over already, which is what was wanted.
      if (!(error instanceof AuthenticationError)) throw error;
    } finally {
      await signIns.forget(url);
    }
    out.give({ url, kind: signIn.kind }, () => [
      signIn.kind === 'key' ? `forgot the API key of ${url}; it still works elsewhere` : `signed out at ${url}`,
    ]);
  },
});
