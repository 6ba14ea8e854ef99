import type { Member, Role } from '@sightline/core';
import { Ellipsis, UserCog, UserMinus, UserPlus } from 'lucide-react';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { client } from '../../app/client.ts';
import { useAct, useCan, useViewer } from '../../app/data.ts';
import { gatheredMost } from '../../app/gather.ts';
import { useText } from '../../app/text.ts';
import { Badge } from '../../components/badge.tsx';
import { Confirm } from '../../components/confirm.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { Menu } from '../../components/menu.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { Table } from '../../components/table.tsx';
import type { Column } from '../../components/table.tsx';
import { Time } from '../../components/time.tsx';
import { toast } from '../../components/toast.tsx';
import { Invitations } from './invitations.tsx';
import { Person } from './person.tsx';
import { RoleDialog } from './role-dialog.tsx';
import { mayGive } from './role-table.ts';
import { useInvitations, useMembers } from './team-data.ts';
import styles from './team.module.css';
import { text } from './text.ts';

type Doing = { what: 'role' | 'remove'; member: Member };

/** Who is in the organization, and who was asked to be. */
export function Members({ inviteButton }: { inviteButton: ReactElement | null }): ReactElement {
  const t = useText(text);
  const members = useMembers();
  const invitations = useInvitations();
  const viewer = useViewer().data;
  const mayManage = useCan('MEMBERS_WRITE');
  const [doing, setDoing] = useState<Doing | null>(null);

  const changes = [['members'], ['teams'], ['viewer']];
  const change = useAct(({ id, role }: { id: string; role: Role }) => client.members.changeRole(id, role), {
    changes,
    onDone: ({ user, role }) => {
      setDoing(null);
      toast(t.roleChanged(user.name, t[role]));
    },
  });
  const remove = useAct((member: Member) => client.members.remove(member.id), {
    changes: [...changes, ['roles']],
    onDone: (_done, { user }) => {
      setDoing(null);
      toast(t.removed(user.name));
    },
  });
  function begin(next: Doing): void {
    change.reset();
    remove.reset();
    setDoing(next);
  }

  if (members.isPending) return <Skeleton lines={4} height="3rem" />;
  if (members.error && !members.data) return <ErrorNote error={members.error} onRetry={() => void members.refetch()} />;
  const { items, isCut } = members.data;
  const isAlone = items.length === 1 && invitations.data?.items.length === 0;
  return (
    <div className={styles['part']}>
      <Table
        caption={t.members}
        rows={items}
        keyOf={({ id }) => id}
        onPhone="stack"
        columns={[
          { key: 'name', head: t.name, cell: ({ user }) => <Person {...user} /> },
          {
            key: 'role',
            head: t.role,
            cell: ({ role }) => <Badge tone={role === 'OWNER' ? 'accent' : 'plain'}>{t[role]}</Badge>,
          },
          { key: 'joined', head: t.joined, cell: ({ createdAt }) => <Time at={createdAt} look="date" /> },
          ...(mayManage ? [actionsOf({ t, own: viewer?.permissions ?? [], viewerId: viewer?.user?.id, begin })] : []),
        ]}
      />
      {isCut && <p className={styles['soft']}>{t.cut(gatheredMost)}</p>}
      {isAlone && mayManage && (
        <EmptyState icon={<UserPlus aria-hidden />} title={t.aloneTitle} action={inviteButton}>
          {t.alone}
        </EmptyState>
      )}
      {mayManage && <Invitations />}
      {doing?.what === 'role' && (
        <RoleDialog
          member={doing.member}
          isBusy={change.isPending}
          error={change.error}
          onSend={(role) => change.mutate({ id: doing.member.id, role })}
          onCancel={() => setDoing(null)}
        />
      )}
      {doing?.what === 'remove' && (
        <Confirm
          title={t.removeTitle(doing.member.user.name)}
          action={t.remove}
          isBusy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate(doing.member)}
          onCancel={() => setDoing(null)}
        >
          {t.removeAbout}
        </Confirm>
      )}
    </div>
  );
}

type ActionsInput = {
  t: (typeof text)['en'] | (typeof text)['es'];
  own: Parameters<typeof mayGive>[0];
  viewerId: string | undefined;
  begin: (doing: Doing) => void;
};

/** What one may do with a member: nothing with somebody who may do more. */
function actionsOf({ t, own, viewerId, begin }: ActionsInput): Column<Member> {
  return {
    key: 'actions',
    head: t.todo,
    isActions: true,
    cell(member) {
      if (!mayGive(own, member.role)) return null;
      const items = [
        {
          label: t.changeRole,
          icon: <UserCog aria-hidden />,
          onSelect: () => begin({ what: 'role', member }),
        },
        ...(member.user.id === viewerId
          ? []
          : [
              {
                label: t.remove,
                icon: <UserMinus aria-hidden />,
                onSelect: () => begin({ what: 'remove', member }),
              },
            ]),
      ];
      const { name } = member.user;
      return (
        <Menu trigger={<Ellipsis aria-hidden size={16} />} label={t.todoFor(name)} groups={[{ label: name, items }]} />
      );
    },
  };
}
