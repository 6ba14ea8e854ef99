import type { ReactElement } from 'react';
import { client } from '../../app/client.ts';
import { useText } from '../../app/text.ts';
import { AnswerLink } from './answer-link.tsx';
import { text } from './text.ts';

/** Whoever signed in somewhere else with the address of an account says that both are theirs. */
export function ConfirmIdentity(): ReactElement {
  const t = useText(text);
  return (
    <AnswerLink
      path="/confirm-identity"
      answer={(token) => client.identities.confirmLink(token)}
      doing={t.confirming}
      doneTitle={t.confirmedTitle}
      done={t.confirmed}
    />
  );
}
