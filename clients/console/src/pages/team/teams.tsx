import type { Member, Team } from '@sightline/core';
import { Ellipsis, Pencil, Plus, Trash2, Users } from 'lucide-react';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { client } from '../../app/client.ts';
import { useAct, useCan } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { Button } from '../../components/button.tsx';
import { Confirm } from '../../components/confirm.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { Menu } from '../../components/menu.tsx';
import { Select } from '../../components/select.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { toast } from '../../components/toast.tsx';
import { Expandable } from './expandable.tsx';
import { NameDialog } from './name-dialog.tsx';
import { Person } from './person.tsx';
import { useMembers, useTeamMembers, useTeams } from './team-data.ts';
import styles from './team.module.css';
import { text } from './text.ts';

type Doing = { what: 'make' } | { what: 'rename' | 'delete'; team: Team };

/** Groups of members, to give roles to. */
export function Teams(): ReactElement {
  const t = useText(text);
  const teams = useTeams();
  const mayManage = useCan('MEMBERS_WRITE');
  const [doing, setDoing] = useState<Doing | null>(null);

  const changes = [['teams'], ['roles']];
  const onDone = () => {
    setDoing(null);
    toast(t.saved);
  };
  const make = useAct((name: string) => client.teams.create(name), { changes, onDone });
  const rename = useAct(({ id, name }: { id: string; name: string }) => client.teams.rename(id, name), {
    changes,
    onDone,
  });
  const remove = useAct((team: Team) => client.teams.delete(team.id), {
    changes,
    onDone: (_done, { name }) => {
      setDoing(null);
      toast(t.teamDeleted(name));
    },
  });
  function begin(next: Doing): void {
    for (const act of [make, rename, remove]) act.reset();
    setDoing(next);
  }

  if (teams.isPending) return <Skeleton lines={3} height="3rem" />;
  if (teams.error && !teams.data) return <ErrorNote error={teams.error} onRetry={() => void teams.refetch()} />;
  const { items } = teams.data;
  const button = mayManage ? (
    <Button icon={<Plus aria-hidden />} onClick={() => begin({ what: 'make' })}>
      {t.newTeam}
    </Button>
  ) : null;
  return (
    <div className={styles['part']}>
      {items.length === 0 ? (
        <EmptyState icon={<Users aria-hidden />} title={t.noTeamsTitle} action={button}>
          {t.noTeams}
        </EmptyState>
      ) : (
        <>
          <div className={styles['row']}>
            <p className={styles['soft']}>{t.noTeams}</p>
            {button}
          </div>
          <ul className={styles['list']} aria-label={t.teams}>
            {items.map((team) => (
              <Expandable
                key={team.id}
                id={team.id}
                title={team.name}
                actions={mayManage && <TeamMenu team={team} onAct={begin} />}
              >
                {() => <TeamMembers team={team} mayManage={mayManage} />}
              </Expandable>
            ))}
          </ul>
        </>
      )}
      {doing?.what === 'make' && (
        <NameDialog
          title={t.newTeam}
          hint={t.teamNameHint}
          action={t.createTeam}
          isBusy={make.isPending}
          error={make.error}
          onSend={(name) => make.mutate(name)}
          onCancel={() => setDoing(null)}
        />
      )}
      {doing?.what === 'rename' && (
        <NameDialog
          title={t.renameTeamTitle(doing.team.name)}
          hint={t.teamNameHint}
          action={t.save}
          before={doing.team.name}
          isBusy={rename.isPending}
          error={rename.error}
          onSend={(name) => rename.mutate({ id: doing.team.id, name })}
          onCancel={() => setDoing(null)}
        />
      )}
      {doing?.what === 'delete' && (
        <Confirm
          title={t.deleteTeamTitle(doing.team.name)}
          action={t.delete}
          isBusy={remove.isPending}
          error={remove.error}
          onConfirm={() => remove.mutate(doing.team)}
          onCancel={() => setDoing(null)}
        >
          {t.deleteTeamAbout}
        </Confirm>
      )}
    </div>
  );
}

function TeamMenu({ team, onAct }: { team: Team; onAct: (doing: Doing) => void }): ReactElement {
  const t = useText(text);
  return (
    <Menu
      trigger={<Ellipsis aria-hidden size={16} />}
      label={t.todoFor(team.name)}
      groups={[
        {
          label: team.name,
          items: [
            { label: t.rename, icon: <Pencil aria-hidden />, onSelect: () => onAct({ what: 'rename', team }) },
            { label: t.delete, icon: <Trash2 aria-hidden />, onSelect: () => onAct({ what: 'delete', team }) },
          ],
        },
      ]}
    />
  );
}

function TeamMembers({ team, mayManage }: { team: Team; mayManage: boolean }): ReactElement {
  const t = useText(text);
  const inIt = useTeamMembers(team.id);
  const changes = [['teams', team.id]];
  const add = useAct((member: Member) => client.teams.add(team.id, member.id), {
    changes,
    onDone: (_done, { user }) => toast(t.added(user.name)),
  });
  const takeOut = useAct((member: Member) => client.teams.remove(team.id, member.id), { changes });
  if (inIt.isPending) return <Skeleton lines={2} height="2.5rem" />;
  if (inIt.error && !inIt.data) return <ErrorNote error={inIt.error} onRetry={() => void inIt.refetch()} />;
  const { items } = inIt.data;
  return (
    <>
      <ErrorNote error={add.error ?? takeOut.error} />
      {items.length === 0 ? (
        <p className={styles['soft']}>{t.nobodyInIt}</p>
      ) : (
        <ul className={styles['people']}>
          {items.map((member) => (
            <li key={member.id}>
              <Person {...member.user} />
              {mayManage && (
                <Button
                  look="quiet"
                  isBusy={takeOut.isPending && takeOut.variables.id === member.id}
                  onClick={() => takeOut.mutate(member)}
                >
                  {t.takeOut}
                  <span className="visually-hidden">{member.user.name}</span>
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {mayManage && <AddMember inIt={items} isBusy={add.isPending} onAdd={(member) => add.mutate(member)} />}
    </>
  );
}

function AddMember({
  inIt,
  isBusy,
  onAdd,
}: {
  inIt: readonly Member[];
  isBusy: boolean;
  onAdd: (member: Member) => void;
}): ReactElement {
  const t = useText(text);
  const members = useMembers();
  const [chosen, setChosen] = useState<string | null>(null);
  const others = (members.data?.items ?? []).filter(({ id }) => inIt.every((member) => member.id !== id));
  const member = others.find(({ id }) => id === chosen) ?? others[0];
  if (members.isSuccess && !member) return <p className={styles['soft']}>{t.everybodyIsIn}</p>;
  return (
    <div className={styles['adding']}>
      <Select
        label={t.addTo}
        value={member?.id ?? ''}
        options={others.map(({ id, user }) => ({ value: id, label: `${user.name} (${user.email})` }))}
        onChange={setChosen}
        disabled={!member}
      />
      <Button isBusy={isBusy} disabled={!member} onClick={() => member && onAdd(member)}>
        {t.add}
      </Button>
    </div>
  );
}
