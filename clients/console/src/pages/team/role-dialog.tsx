import type { Member, Role } from '@sightline/core';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { useViewer } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { Button } from '../../components/button.tsx';
import { Choices } from '../../components/choices.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { mayGive, roles } from './role-table.ts';
import type { Failure } from './team-data.ts';
import { text } from './text.ts';

/** The roles there are, each with what it is for; those that are not theirs to give cannot be chosen. */
export function RoleChoices({ role, onChange }: { role: Role; onChange: (role: Role) => void }): ReactElement {
  const t = useText(text);
  const own = useViewer().data?.permissions ?? [];
  return (
    <Choices
      kind="one"
      label={t.role}
      options={roles.map((each) => {
        const isDisabled = !mayGive(own, each);
        return { value: each, label: t[each], hint: isDisabled ? t.notYours : t[`${each}Hint`], isDisabled };
      })}
      chosen={[role]}
      onChange={([next]) => next && onChange(next)}
    />
  );
}

type Props = {
  member: Member;
  isBusy: boolean;
  error: Failure;
  onSend: (role: Role) => void;
  onCancel: () => void;
};

export function RoleDialog({ member, isBusy, error, onSend, onCancel }: Props): ReactElement {
  const t = useText(text);
  const [role, setRole] = useState(member.role);
  return (
    <Dialog
      title={t.changeRoleTitle(member.user.name)}
      open
      onOpenChange={(open) => !open && onCancel()}
      actions={
        <>
          <Button onClick={onCancel}>{t.cancel}</Button>
          <Button look="primary" isBusy={isBusy} disabled={role === member.role} onClick={() => onSend(role)}>
            {t.save}
          </Button>
        </>
      }
    >
      <RoleChoices role={role} onChange={setRole} />
      <ErrorNote error={error} />
    </Dialog>
  );
}
