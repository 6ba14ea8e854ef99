import type { CreateCustomRoleInput, CustomRole, Permission } from '@sightline/core';
import { useId, useState } from 'react';
import type { ReactElement } from 'react';
import { useText } from '../../app/text.ts';
import { Button } from '../../components/button.tsx';
import { Choices } from '../../components/choices.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { Field } from '../../components/field.tsx';
import { sourcePermissions } from './role-table.ts';
import type { Failure } from './team-data.ts';
import styles from './team.module.css';
import { text } from './text.ts';

type Props = {
  /** The one to change; null makes one. */
  role: CustomRole | null;
  isBusy: boolean;
  error: Failure;
  onSend: (input: CreateCustomRoleInput) => void;
  onCancel: () => void;
};

/** What a custom role is called, and what it allows for the sources it is given for. */
export function RoleForm({ role, isBusy, error, onSend, onCancel }: Props): ReactElement {
  const t = useText(text);
  const form = useId();
  const [name, setName] = useState(role?.name ?? '');
  const [permissions, setPermissions] = useState<Permission[]>([...(role?.permissions ?? ['READ' as const])]);
  const [isAsked, setAsked] = useState(false);
  const isMissing = permissions.length === 0;
  return (
    <Dialog
      title={role ? t.editRole(role.name) : t.newRole}
      open
      onOpenChange={(open) => !open && onCancel()}
      actions={
        <>
          <Button onClick={onCancel}>{t.cancel}</Button>
          <Button type="submit" form={form} look="primary" isBusy={isBusy}>
            {role ? t.save : t.createRole}
          </Button>
        </>
      }
    >
      <form
        id={form}
        className={styles['form']}
        onSubmit={(event) => {
          event.preventDefault();
          setAsked(true);
          if (!isMissing) onSend({ name, permissions });
        }}
      >
        <Field
          label={t.name}
          hint={t.roleNameHint}
          value={name}
          maxLength={100}
          autoComplete="off"
          required
          onChange={({ target }) => setName(target.value)}
        />
        <Choices<Permission>
          kind="many"
          label={t.mayDo}
          options={sourcePermissions.map((each) => ({ value: each, label: t[each] }))}
          chosen={permissions}
          onChange={setPermissions}
          problem={isAsked && isMissing ? t.noPermission : null}
        />
        <ErrorNote error={error} />
      </form>
    </Dialog>
  );
}
