import type { ReactElement } from 'react';
import { useText } from '../../app/text.ts';
import { AskAgain } from './ask-again.tsx';
import { text } from './text.ts';

export function ForgotPassword(): ReactElement {
  const t = useText(text);
  return <AskAgain title={t.forgotTitle} why={t.forgotWhy} what="reset" />;
}
