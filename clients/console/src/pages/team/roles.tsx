import type { CreateCustomRoleInput, CustomRole, Permission } from '@sightline/core';
import { Check, Ellipsis, Minus, Pencil, Plus, ShieldCheck, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { client } from '../../app/client.ts';
import { useAct, useCan } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { Confirm } from '../../components/confirm.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { Menu } from '../../components/menu.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { Table } from '../../components/table.tsx';
import { toast } from '../../components/toast.tsx';
import { Assignments } from './assignments.tsx';
import { Expandable } from './expandable.tsx';
import { RoleForm } from './role-form.tsx';
import { allows, roleTable, roles } from './role-table.ts';
import { useCustomRoles } from './team-data.ts';
import styles from './team.module.css';
import { text } from './text.ts';

/** What roles allow: those everybody has one of, and those the organization made itself. */
export function Roles(): ReactElement {
  return (
    <div className={styles['part']}>
      <CustomRoles />
      <UsualRoles />
    </div>
  );
}

function UsualRoles(): ReactElement {
  const t = useText(text);
  const permissions = Object.keys(roleTable) as Permission[];
  return (
    <section className={styles['part']}>
      <div>
        <h2>{t.usual}</h2>
        <p className={styles['soft']}>{t.usualAbout}</p>
      </div>
      <Table
        caption={t.usual}
        rows={permissions}
        keyOf={(permission) => permission}
        columns={[
          {
            key: 'permission',
            head: t.permission,
            cell: (permission) => <span className={styles['may']}>{t[permission]}</span>,
          },
          ...roles.map((role) => ({
            key: role,
            head: t[role],
            cell: (permission: Permission) =>
              allows(role, permission) ? (
                <>
                  <Check aria-hidden className={styles['yes']} />
                  <span className="visually-hidden">{t.yes}</span>
                </>
              ) : (
                <>
                  <Minus aria-hidden className={`${styles['yes']} ${styles['no']}`} />
                  <span className="visually-hidden">{t.no}</span>
                </>
              ),
          })),
        ]}
      />
    </section>
  );
}

type Doing = { what: 'make' } | { what: 'edit' | 'delete'; role: CustomRole };

function CustomRoles(): ReactElement {
  const t = useText(text);
  const all = useCustomRoles();
  const mayManage = useCan('ROLES_WRITE');
  const [doing, setDoing] = useState<Doing | null>(null);

  const changes = [['roles']];
  const onDone = () => {
    setDoing(null);
    toast(t.saved);
  };
  const make = useAct((input: CreateCustomRoleInput) => client.roles.create(input), { changes, onDone });
  const edit = useAct((input: CreateCustomRoleInput & { id: string }) => client.roles.update(input), {
    changes,
    onDone,
  });
  const remove = useAct((role: CustomRole) => client.roles.delete(role.id), {
    changes,
    onDone: (_done, { name }) => {
      setDoing(null);
      toast(t.roleDeleted(name));
    },
  });
  function begin(next: Doing): void {
    for (const act of [make, edit, remove]) act.reset();
    setDoing(next);
  }

  const button = mayManage ? (
    <Button icon={<Plus aria-hidden />} onClick={() => begin({ what: 'make' })}>
      {t.newRole}
    </Button>
  ) : null;
  return (
    <section className={styles['part']}>
      <div className={styles['row']}>
        <div>
          <h2>{t.custom}</h2>
          <p className={styles['soft']}>{t.customAbout}</p>
        </div>
        {(all.data?.items.length ?? 0) > 0 && button}
      </div>
      {all.isPending && <Skeleton lines={2} height="3rem" />}
      <ErrorNote error={all.error} onRetry={() => void all.refetch()} />
      {all.data?.items.length === 0 && (
        <EmptyState icon={<ShieldCheck aria-hidden />} title={t.noRolesTitle} action={button}>
          {t.noRoles}
        </EmptyState>
      )}
      <ul className={styles['list']} aria-label={t.custom}>
        {all.data?.items.map((role) => (
          <Expandable
            key={role.id}
            id={role.id}
            title={role.name}
            facts={
              <span className={styles['badges']}>
                {role.permissions.map((permission) => (
                  <Badge key={permission}>{t[permission]}</Badge>
                ))}
              </span>
            }
            actions={mayManage && <RoleMenu role={role} onAct={begin} />}
          >
            {() => <Assignments role={role} mayManage={mayManage} />}
          </Expandable>
        ))}
      </ul>
      {doing?.what === 'make' && (
        <RoleForm
          role={null}
          isBusy={make.isPending}
          error={make.error}
          onSend={(input) => make.mutate(input)}
          onCancel={() => setDoing(null)}
        />
      )}
      {doing?.what === 'edit' && (
        <RoleForm
          role={doing.role}
          isBusy={edit.isPending}
          error={edit.error}
          onSend={(input) => edit.mutate({ ...input, id: doing.role.id })}
          onCancel={() => setDoing(null)}
        />
      )}
      {doing?.what === 'delete' && (
        <Confirm
          title={t.deleteRoleTitle(doing.role.name)}
          action={t.delete}
          isBusy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate(doing.role)}
          onCancel={() => setDoing(null)}
        >
          {t.deleteRoleAbout}
        </Confirm>
      )}
    </section>
  );
}

function RoleMenu({ role, onAct }: { role: CustomRole; onAct: (doing: Doing) => void }): ReactElement {
  const t = useText(text);
  return (
    <Menu
      trigger={<Ellipsis aria-hidden size={16} />}
      label={t.todoFor(role.name)}
      groups={[
        {
          label: role.name,
          items: [
            {
              label: t.editRole(role.name),
              icon: <Pencil aria-hidden />,
              onSelect: () => onAct({ what: 'edit', role }),
            },
            { label: t.delete, icon: <Trash2 aria-hidden />, onSelect: () => onAct({ what: 'delete', role }) },
          ],
        },
      ]}
    />
  );
}
