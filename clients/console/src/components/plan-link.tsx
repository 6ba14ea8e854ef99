import type { ReactElement } from 'react';
import { defineText, useText } from '../app/text.ts';
import { PageLink } from './page-link.tsx';

const text = defineText({
  en: { larger: 'See plans', pay: 'See what is owed' },
  es: { larger: 'Ver planes', pay: 'Ver lo que se debe' },
});

/** Where a refusal leads whose reason is the plan or an unpaid bill; nothing for any other. */
export function PlanLink({ code }: { code: string }): ReactElement | null {
  const t = useText(text);
  const isLimit = code === 'PLAN_LIMIT_REACHED' || code === 'QUOTA_EXCEEDED';
  if (!isLimit && code !== 'PAYMENT_REQUIRED') return null;
  return (
    <PageLink to="/billing" look="plain">
      {isLimit ? t.larger : t.pay}
    </PageLink>
  );
}
