import type { Invitation } from '@sightline/core';
import { Ellipsis, Send, Trash2 } from 'lucide-react';
import type { ReactElement } from 'react';
import { client } from '../../app/client.ts';
import { useAct } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { Badge } from '../../components/badge.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { Menu } from '../../components/menu.tsx';
import { Table } from '../../components/table.tsx';
import { Time } from '../../components/time.tsx';
import { toast } from '../../components/toast.tsx';
import { useInvitations } from './team-data.ts';
import styles from './team.module.css';
import { text } from './text.ts';

/** Offers that nobody took yet; nothing where there are none. */
export function Invitations(): ReactElement | null {
  const t = useText(text);
  const invitations = useInvitations();
  const changes = [['invitations']];
  const again = useAct(({ email, role }: Invitation) => client.invitations.send({ email, role }), {
    changes,
    onDone: ({ email }) => toast(t.sent(email)),
  });
  const withdraw = useAct((id: string) => client.invitations.revoke(id), {
    changes,
    onDone: ({ email }) => toast(t.withdrawn(email)),
  });
  if (invitations.error && !invitations.data)
    return <ErrorNote error={invitations.error} onRetry={() => void invitations.refetch()} />;
  const items = invitations.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <section className={styles['part']}>
      <h2>{t.pending}</h2>
      <ErrorNote error={again.error ?? withdraw.error} />
      <Table
        caption={t.pending}
        rows={items}
        keyOf={({ id }) => id}
        onPhone="stack"
        columns={[
          { key: 'email', head: t.email, cell: ({ email }) => email },
          { key: 'role', head: t.role, cell: ({ role }) => <Badge>{t[role]}</Badge> },
          { key: 'by', head: t.invitedBy, cell: ({ invitedBy }) => invitedBy.name },
          {
            key: 'good',
            head: t.good,
            cell: ({ expiresAt }) =>
              Date.parse(expiresAt) <= Date.now() ? (
                <Badge tone="warn">{t.lapsed}</Badge>
              ) : (
                <Time at={expiresAt} look="date" />
              ),
          },
          {
            key: 'actions',
            head: t.todo,
            isActions: true,
            cell: (invitation) => (
              <Menu
                trigger={<Ellipsis aria-hidden size={16} />}
                label={t.todoFor(invitation.email)}
                groups={[
                  {
                    label: invitation.email,
                    items: [
                      { label: t.sendAgain, icon: <Send aria-hidden />, onSelect: () => again.mutate(invitation) },
                      {
                        label: t.withdraw,
                        icon: <Trash2 aria-hidden />,
                        onSelect: () => withdraw.mutate(invitation.id),
                      },
                    ],
                  },
                ]}
              />
            ),
          },
        ]}
      />
    </section>
  );
}
