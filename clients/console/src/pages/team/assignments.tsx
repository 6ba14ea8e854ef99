import type { AssignRoleInput, CustomRole, RoleAssignment } from '@sightline/core';
import { Plus } from 'lucide-react';
import { useId, useState } from 'react';
import type { ReactElement } from 'react';
import { client } from '../../app/client.ts';
import { useAct, useAsk } from '../../app/data.ts';
import { gather } from '../../app/gather.ts';
import { useText } from '../../app/text.ts';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { PageLink } from '../../components/page-link.tsx';
import { Select } from '../../components/select.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { toast } from '../../components/toast.tsx';
import { useMembers, useTeams } from './team-data.ts';
import type { Failure } from './team-data.ts';
import styles from './team.module.css';
import { text } from './text.ts';

/** To whom a role is given, and for what. */
export function Assignments({ role, mayManage }: { role: CustomRole; mayManage: boolean }): ReactElement {
  const t = useText(text);
  const members = useMembers();
  const given = useAsk(['roles', role.id, 'assignments'], (all, signal) =>
    gather(all.roles.assignments(role.id, { pageSize: 100, signal })),
  );
  const [isGiving, setGiving] = useState(false);
  const changes = [['roles', role.id]];
  const give = useAct((input: AssignRoleInput) => client.roles.assign(input), {
    changes,
    onDone: () => {
      setGiving(false);
      toast(t.given);
    },
  });
  const take = useAct((id: string) => client.roles.unassign(id), { changes, onDone: () => toast(t.taken) });
  if (given.isPending) return <Skeleton lines={2} height="2.5rem" />;
  if (given.error && !given.data) return <ErrorNote error={given.error} onRetry={() => void given.refetch()} />;
  const whoOf = ({ membership, team }: RoleAssignment): string =>
    team
      ? t.teamNamed(team.name)
      : (members.data?.items.find(({ id }) => id === membership?.id)?.user.name ?? t.goneMember);
  const whereOf = ({ source }: RoleAssignment): string => source?.name ?? t.goneSource;
  const { items } = given.data;
  return (
    <>
      <ErrorNote error={take.error} />
      {items.length === 0 ? (
        <p className={styles['soft']}>{t.nobodyHasIt}</p>
      ) : (
        <ul className={styles['people']}>
          {items.map((assignment) => (
            <li key={assignment.id}>
              <span className={styles['who']}>
                <span className={styles['name']}>{whoOf(assignment)}</span>
                <span className={styles['soft']}>{whereOf(assignment)}</span>
              </span>
              {mayManage && (
                <Button
                  look="quiet"
                  isBusy={take.isPending && take.variables === assignment.id}
                  onClick={() => take.mutate(assignment.id)}
                >
                  {t.take}
                  <span className="visually-hidden">{t.takeFrom(whoOf(assignment), whereOf(assignment))}</span>
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {mayManage && (
        <div>
          <Button
            icon={<Plus aria-hidden />}
            onClick={() => {
              give.reset();
              setGiving(true);
            }}
          >
            {t.give}
          </Button>
        </div>
      )}
      {isGiving && (
        <GiveDialog
          role={role}
          isBusy={give.isPending}
          error={give.error}
          onSend={(input) => give.mutate(input)}
          onCancel={() => setGiving(false)}
        />
      )}
    </>
  );
}

type Props = {
  role: CustomRole;
  isBusy: boolean;
  error: Failure;
  onSend: (input: AssignRoleInput) => void;
  onCancel: () => void;
};

function GiveDialog({ role, isBusy, error, onSend, onCancel }: Props): ReactElement {
  const t = useText(text);
  const form = useId();
  const members = useMembers();
  const teams = useTeams();
  const sources = useAsk(['sources', 'gathered'], (all, signal) => gather(all.sources.list({ pageSize: 100, signal })));
  const people = [
    ...(teams.data?.items ?? []).map(({ id, name }) => ({ value: `team ${id}`, label: t.teamNamed(name) })),
    ...(members.data?.items ?? []).map(({ id, user }) => ({
      value: `member ${id}`,
      label: `${user.name} (${user.email})`,
    })),
  ];
  const places = (sources.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }));
  const [chosen, setChosen] = useState<string | null>(null);
  const [place, setPlace] = useState<string | null>(null);
  const who = chosen ?? people[0]?.value ?? '';
  const sourceId = place ?? places[0]?.value ?? '';
  const [kind, id] = who.split(' ');

  const isWaiting = sources.isPending || members.isPending || teams.isPending;
  const failed = sources.error ?? members.error ?? teams.error;
  return (
    <Dialog
      title={t.giveTitle(role.name)}
      open
      onOpenChange={(open) => !open && onCancel()}
      actions={
        <>
          <Button onClick={onCancel}>{t.cancel}</Button>
          <Button type="submit" form={form} look="primary" isBusy={isBusy} disabled={!who || !sourceId}>
            {t.giveAct}
          </Button>
        </>
      }
    >
      {isWaiting ? (
        <Skeleton lines={2} height="3.5rem" />
      ) : sources.data?.items.length === 0 ? (
        <p>
          {t.noSources} <PageLink to="/sources">{t.addSource}</PageLink>
        </p>
      ) : (
        <form
          id={form}
          className={styles['form']}
          onSubmit={(event) => {
            event.preventDefault();
            onSend({ customRoleId: role.id, sourceId, ...(kind === 'team' ? { teamId: id } : { membershipId: id }) });
          }}
        >
          <Select label={t.givenTo} value={who} options={people} onChange={setChosen} />
          <Select label={t.forSource} value={sourceId} options={places} onChange={setPlace} />
        </form>
      )}
      <ErrorNote error={failed ?? error} />
    </Dialog>
  );
}
