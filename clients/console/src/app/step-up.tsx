import type { SightlineError, StepUpInput } from '@sightline/core';
import { useMutation } from '@tanstack/react-query';
import type { FormEvent, ReactElement } from 'react';
import { Button } from '../components/button.tsx';
import { Dialog } from '../components/dialog.tsx';
import { ErrorNote } from '../components/error-note.tsx';
import { Field } from '../components/field.tsx';
import { Skeleton } from '../components/skeleton.tsx';
import { client } from './client.ts';
import { useAsk } from './data.ts';
import { useAskedForProof } from './proof.ts';
import { text } from './step-up.text.ts';
import { useText } from './text.ts';

/** Asks for a password or a code where an act needs a fresh proof; once, around all pages. */
export function StepUp(): ReactElement | null {
  const t = useText(text);
  const asked = useAskedForProof();
  return (
    <Dialog title={t.title} open={asked !== null} onOpenChange={() => asked?.settle(false)}>
      {asked && <Proof settle={asked.settle} />}
    </Dialog>
  );
}

function Proof({ settle }: { settle: (isProved: boolean) => void }): ReactElement {
  const ways = useAsk(['step-up', 'ways'], async (all, signal) => {
    const [factor, profile] = await Promise.all([all.secondFactor.state({ signal }), all.account.profile({ signal })]);
    return { byCode: factor?.enabled ?? false, byPassword: profile?.hasPassword ?? false };
  });
  if (ways.isPending) return <Skeleton lines={3} />;
  if (ways.error) return <ErrorNote error={ways.error} onRetry={() => void ways.refetch()} />;
  if (!ways.data.byCode && !ways.data.byPassword) return <SignInAgain settle={settle} />;
  return <ProofForm byCode={ways.data.byCode} settle={settle} />;
}

type FormProps = { byCode: boolean; settle: (isProved: boolean) => void };

function ProofForm({ byCode, settle }: FormProps): ReactElement {
  const t = useText(text);
  const prove = useMutation<void, SightlineError, StepUpInput>({
    mutationFn: async (input) => await client.secondFactor.stepUp(input),
    onSuccess: () => settle(true),
  });
  function send(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const given = String(new FormData(event.currentTarget).get('proof'));
    prove.mutate(byCode ? { code: given.replaceAll(/[\s-]/g, '') } : { password: given });
  }
  const { error } = prove;
  const isWrong = error?.code === 'CREDENTIALS_INVALID' || error?.code === 'SECOND_FACTOR_INVALID';
  return (
    <form onSubmit={send}>
      <p>{t.why}</p>
      {!isWrong && <ErrorNote error={error} />}
      {/* Another field each time, so that what was written as the one is never sent as the other. */}
      <Field
        key={String(byCode)}
        name="proof"
        label={byCode ? t.code : t.password}
        hint={byCode ? t.codeHint : undefined}
        problem={isWrong ? (byCode ? t.wrongCode : t.wrongPassword) : null}
        type={byCode ? 'text' : 'password'}
        autoComplete={byCode ? 'one-time-code' : 'current-password'}
        required
      />
      <div className="actions">
        <Button onClick={() => settle(false)}>{t.cancel}</Button>
        <Button type="submit" look="primary" isBusy={prove.isPending}>
          {t.goOn}
        </Button>
      </div>
    </form>
  );
}

function SignInAgain({ settle }: { settle: (isProved: boolean) => void }): ReactElement {
  const t = useText(text);
  const leave = useMutation<void, SightlineError>({
    mutationFn: async () => await client.auth.signOut(),
    onSuccess: () => settle(false),
  });
  return (
    <>
      <p>{t.noProof}</p>
      <ErrorNote error={leave.error} />
      <div className="actions">
        <Button onClick={() => settle(false)}>{t.cancel}</Button>
        <Button look="primary" isBusy={leave.isPending} onClick={() => leave.mutate()}>
          {t.signOut}
        </Button>
      </div>
    </>
  );
}
