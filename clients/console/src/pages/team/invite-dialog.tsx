import type { InviteMemberInput, Role } from '@sightline/core';
import { useId, useState } from 'react';
import type { ReactElement } from 'react';
import { useText } from '../../app/text.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { Field } from '../../components/field.tsx';
import { RoleChoices } from './role-dialog.tsx';
import type { Failure } from './team-data.ts';
import styles from './team.module.css';
import { text } from './text.ts';

type Props = {
  isBusy: boolean;
  error: Failure;
  onSend: (input: InviteMemberInput) => void;
  onCancel: () => void;
};

export function InviteDialog({ isBusy, error, onSend, onCancel }: Props): ReactElement {
  const t = useText(text);
  const form = useId();
  const [email, setEmail] = useState('');
  const [role, setRole] = useState<Role>('VIEWER');
  const isOfEmail = error?.details['field'] === 'input.email';
  return (
    <Dialog
      title={t.inviteTitle}
      open
      onOpenChange={(open) => !open && onCancel()}
      actions={
        <>
          <Button onClick={onCancel}>{t.cancel}</Button>
          <Button type="submit" form={form} look="primary" isBusy={isBusy}>
            {t.send}
          </Button>
        </>
      }
    >
      <form
        id={form}
        className={styles['form']}
        onSubmit={(event) => {
          event.preventDefault();
          onSend({ email, role });
        }}
      >
        <Field
          label={t.email}
          type="email"
          hint={t.inviteEmailHint}
          value={email}
          maxLength={254}
          autoComplete="off"
          required
          problem={isOfEmail ? error?.message : null}
          onChange={({ target }) => setEmail(target.value)}
        />
        <RoleChoices role={role} onChange={setRole} />
        {!isOfEmail && <ErrorNote error={error} />}
      </form>
    </Dialog>
  );
}
