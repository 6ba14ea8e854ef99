import type { ReactElement } from 'react';
import { client } from '../../app/client.ts';
import { useText } from '../../app/text.ts';
import { AnswerLink } from './answer-link.tsx';
import { text } from './text.ts';

export function VerifyEmail(): ReactElement {
  const t = useText(text);
  return (
    <AnswerLink
      path="/verify-email"
      answer={(token) => client.account.verifyEmail(token)}
      doing={t.verifying}
      doneTitle={t.verifiedTitle}
      done={t.verified}
    />
  );
}
