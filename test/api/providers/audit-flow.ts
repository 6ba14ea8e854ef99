import type { FakeIssuer } from '../../harness/fake-issuer.ts';
import type { Mailbox } from '../../harness/mailbox.ts';
import { signUp } from '../../harness/people.ts';
import { confirm, link, linkTokenOf, unlink } from './links.ts';
import { begin, land, signInAt, signInWith } from './visits.ts';
import type { Visit } from './visits.ts';

/** What a visit to another issuer leaves in the audit log, step by step. */
export function identityFlow(server: { url: string }, issuer: FakeIssuer, mailbox: Mailbox) {
  let begun: Visit;
  let token = '';
  let id = '';
  let unproved = '';
  const sits = (subject: string, email: string) =>
    (issuer.account = { subject, email, email_verified: true, name: subject });
  const comeBack = async () => {
    const { url, form } = await issuer.browse(begun.url);
    return (await land(server, url, form)).code;
  };
  return [
    {
      actions: ['startIdentitySignIn'],
      run: async () => {
        sits('s-flow', 'flow-of-identity@example.com');
        begun = await begin(server, 'fake');
      },
    },
    {
      actions: ['signInWithIdentity'],
      run: async () => ({ token } = await signInWith(server, await comeBack(), begun.verifier)),
    },
    {
      actions: ['startIdentityLink'],
      run: async () => {
        sits('s-flow-2', 'flow-of-identity-2@example.com');
        begun = await begin(server, 'fake', {}, { token });
      },
    },
    {
      actions: ['linkIdentity'],
      run: async () => ({ id } = (await link(server, { token }, await comeBack(), begun.verifier)).identity),
    },
    { actions: ['unlinkIdentity'], run: () => unlink(server, { token }, id) },
    { actions: ['signUp'], run: async () => ({ email: unproved } = await signUp(server, 'flow-unproved')) },
    {
      actions: ['startIdentitySignIn', 'signInWithIdentity'],
      run: async () => {
        sits('s-flow-3', unproved);
        return signInAt(server, issuer);
      },
    },
    {
      actions: ['confirmIdentityLink'],
      run: async () => confirm(server, await linkTokenOf(mailbox, unproved)),
    },
  ];
}
